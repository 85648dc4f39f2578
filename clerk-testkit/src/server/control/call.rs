use clerk_core::HttpResponse;
use http::Method;

use super::{Problem, advance, calls, faults, join, mails, reset, seed, sign_up, state};
use crate::FakeClerk;

/// The beginning of the paths of control calls.
pub(in crate::server) const PREFIX: &str = "/_fake/";

pub(super) type ControlResult = Result<HttpResponse, Problem>;

/// A control call.
pub(in crate::server) struct ControlCall {
    pub(in crate::server) method: Method,
    pub(in crate::server) path: &'static str,
    /// An example of the body, or nothing if there is none.
    pub(in crate::server) body: &'static str,
    pub(in crate::server) purpose: &'static str,
    pub(super) run: fn(&FakeClerk, &[u8]) -> ControlResult,
}

/// Every control call.
pub(in crate::server) static CONTROL_CALLS: &[ControlCall] = &[
    ControlCall {
        method: Method::GET,
        path: "/_fake/state",
        body: "",
        purpose: "everything that the instance stores",
        run: state,
    },
    ControlCall {
        method: Method::GET,
        path: "/_fake/mails",
        body: "",
        purpose: "emails sent to each address",
        run: mails,
    },
    ControlCall {
        method: Method::GET,
        path: "/_fake/calls",
        body: "",
        purpose: "calls of each operation",
        run: calls,
    },
    ControlCall {
        method: Method::POST,
        path: "/_fake/sign-up",
        body: r#"{"email_address": "ada@example.com"} or {"ticket": "fake_ticket_000001"}"#,
        purpose: "sign up a person",
        run: sign_up,
    },
    ControlCall {
        method: Method::POST,
        path: "/_fake/join",
        body: r#"{"email_address": "ada@example.com", "organization_id": "org_1"} or {"ticket": …}"#,
        purpose: "let a person join an organization",
        run: join,
    },
    ControlCall {
        method: Method::POST,
        path: "/_fake/advance",
        body: r#"{"seconds": 86400}"#,
        purpose: "advance the time",
        run: advance,
    },
    ControlCall {
        method: Method::POST,
        path: "/_fake/seed",
        body: r#"{"users": [{"email_address": "ada@example.com"}]}"#,
        purpose: "add what a seed file contains",
        run: seed,
    },
    ControlCall {
        method: Method::POST,
        path: "/_fake/faults",
        body: r#"{"plan": "CreateInvitation 1 quota_exceeded", "seed": 0}"#,
        purpose: "replace the fault plan",
        run: faults,
    },
    ControlCall {
        method: Method::POST,
        path: "/_fake/reset",
        body: "",
        purpose: "return to the state before the first call",
        run: reset,
    },
];

/// Explains that a control call does not exist.
pub(super) fn unknown() -> String {
    let calls: Vec<String> = CONTROL_CALLS
        .iter()
        .map(|call| format!("{} {}", call.method, call.path))
        .collect();
    format!("Unknown control call. These exist: {}.", calls.join(", "))
}
