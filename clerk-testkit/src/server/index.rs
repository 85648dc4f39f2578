//! The page at `/`: what the server has.

use std::fmt::Write;

use clerk_core::HttpResponse;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::control::CONTROL_CALLS;
use crate::FakeClerk;
use crate::fake::LINK_PATH;

/// Lists the routes, the control calls and the settings as plain text.
pub(super) fn respond(fake: &FakeClerk) -> HttpResponse {
    let mut page = "A fake of Clerk's Backend API.\n\nRoutes, which need the key of the instance:\n".to_owned();
    for operation in fake.operations() {
        line(
            &mut page,
            operation.method().as_str(),
            &format!("/v1{}", operation.path()),
            operation.name(),
        );
    }
    page.push_str("\nThe link in emails:\n");
    line(
        &mut page,
        "GET",
        &format!("{LINK_PATH}?ticket=…"),
        "redirects to the redirect_url",
    );
    page.push_str("\nControl calls, which need no key:\n");
    for call in CONTROL_CALLS {
        line(&mut page, call.method.as_str(), call.path, call.purpose);
        if !call.body.is_empty() {
            line(&mut page, "", &format!("  {}", call.body), "");
        }
    }
    page.push_str("\nSettings:\n");
    let settings = &fake.snapshot()["settings"];
    for (name, value) in settings.as_object().into_iter().flatten() {
        // Writing to a string does not fail.
        let _ = writeln!(page, "  {name}: {value}");
    }
    let mut response = HttpResponse::new(page.into());
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

fn line(page: &mut String, method: &str, path: &str, purpose: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(page, "{}", format!("  {method:<6} {path:<62} {purpose}").trim_end());
}
