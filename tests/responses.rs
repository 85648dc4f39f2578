//! Every response becomes the right value, or an error that says what happened.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::error::Error as _;
use std::future::ready;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::model::InvitationStatus;
use clerk_core::{
    Client, Delivery, Effect, Error, ErrorKind, HttpResponse, HttpTransport, SecretKey, TransportError,
    TransportErrorKind, transport_fn,
};

const INVITATION: &str = r#"{
    "object": "invitation", "id": "inv_1", "email_address": "ada@example.com", "public_metadata": {},
    "status": "pending", "url": "https://example.com/ticket", "expires_at": 1, "created_at": 2, "updated_at": 3
}"#;

/// Returns a client that receives this response to every request.
fn client_with_response(status: u16, headers: &'static [(&str, &str)], body: &str) -> Client {
    let body = body.to_owned();
    let transport = transport_fn(move |_| {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response: HttpResponse = response.body(body.clone().into()).expect("a response");
        async { Ok(response) }
    });
    client_over(transport)
}

/// Returns a client without retries on this transport.
fn client_over(transport: impl HttpTransport) -> Client {
    let key = SecretKey::new("sk_test_hush").expect("a key");
    Client::builder(key, transport)
        .retry(clerk_core::middleware::RetryPolicy::never())
        .build()
        .expect("a client")
}

/// Creates an invitation and receives this response.
fn create(status: u16, headers: &'static [(&str, &str)], body: &str) -> Result<clerk_core::model::Invitation, Error> {
    let clerk = client_with_response(status, headers, body);
    let ada = CreateInvitation::new("ada@example.com");
    pollster::block_on(clerk.invitations().create(&ada))
}

#[test]
fn decodes_responses_of_past_and_future_api_versions() {
    let with = |from: &str, to: &str| {
        assert!(INVITATION.contains(from), "{from} occurs in the response");
        INVITATION.replace(from, to)
    };
    let cases = [
        ("as documented", INVITATION.to_owned()),
        (
            "an unknown field",
            with(r#""object""#, r#""new": {"a": [1]}, "object""#),
        ),
        ("no object", with(r#""object": "invitation", "#, "")),
        (
            "another object",
            with(r#""object": "invitation""#, r#""object": "invite_v2""#),
        ),
        (
            "null metadata",
            with(r#""public_metadata": {}"#, r#""public_metadata": null"#),
        ),
        ("no metadata", with(r#""public_metadata": {},"#, "")),
        ("no url", with(r#""url": "https://example.com/ticket","#, "")),
        ("a null url", with(r#""https://example.com/ticket""#, "null")),
        ("null expires_at", with(r#""expires_at": 1"#, r#""expires_at": null"#)),
        ("no expires_at", with(r#""expires_at": 1,"#, "")),
        ("null revoked", with(r#""object""#, r#""revoked": null, "object""#)),
    ];
    for (case, body) in cases {
        for content_type in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;x=y",
        ] {
            let headers: &[(&str, &str)] = Box::leak(Box::new([("content-type", content_type)]));
            let invitation = create(200, headers, &body).expect(case);
            assert_eq!(invitation.id.as_str(), "inv_1", "{case}");
            assert_eq!(invitation.email_address, "ada@example.com", "{case}");
            assert!(invitation.public_metadata.is_empty(), "{case}");
            assert_eq!(invitation.status, InvitationStatus::Pending, "{case}");
        }
    }
}

#[test]
fn keeps_an_unknown_status() {
    let body = INVITATION.replace("pending", "hibernating");
    let invitation = create(200, &[], &body).expect("it decodes");
    assert_eq!(invitation.status.as_str(), "hibernating");
    assert!(matches!(invitation.status, InvitationStatus::Unknown(_)));
    let again = serde_json::to_value(&invitation).expect("JSON");
    assert_eq!(again["status"], "hibernating");
}

struct Failure {
    case: &'static str,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    kind: ErrorKind,
    effect: Effect,
    display: &'static str,
}

const DUPLICATE: &str = r#"{"errors":[{"message":"ada@example.com is taken","long_message":"ada@example.com","code":"duplicate_record",
    "meta":{"email_addresses":["ada@example.com"]}}],"clerk_trace_id":"trace_body"}"#;

const TRACED: &[(&str, &str)] = &[("clerk-trace-id", "trace_header"), ("cf-ray", "ray")];

#[test]
fn an_error_names_operation_status_codes_effect_and_trace_id() {
    use Effect::{NotApplied, Unknown};
    let cases = [
        Failure {
            case: "Clerk's refusal",
            status: 400,
            headers: TRACED,
            body: DUPLICATE,
            kind: ErrorKind::Rejected,
            effect: NotApplied,
            display: "CreateInvitation failed with status 400, duplicate_record (trace id trace_body)",
        },
        Failure {
            case: "a proxy's refusal",
            status: 403,
            headers: TRACED,
            body: "<html>ada@example.com is blocked here</html>",
            kind: ErrorKind::Forbidden,
            effect: Unknown,
            display: "CreateInvitation failed with status 403, may have taken effect (trace id trace_header)",
        },
        Failure {
            case: "an error envelope with unknown fields and without long_message",
            status: 422,
            headers: &[("content-type", "application/json; charset=utf-8")],
            body: r#"{"errors":[{"code":"form_param_format_invalid","message":"m","new":1}],"more":true}"#,
            kind: ErrorKind::Rejected,
            effect: NotApplied,
            display: "CreateInvitation failed with status 422, form_param_format_invalid",
        },
        Failure {
            case: "an error envelope without a code",
            status: 422,
            headers: &[],
            body: r#"{"errors":[{"code":null,"message":null,"long_message":null,"meta":null}],"clerk_trace_id":null}"#,
            kind: ErrorKind::Rejected,
            effect: Unknown,
            display: "CreateInvitation failed with status 422, may have taken effect",
        },
        Failure {
            case: "an error envelope without errors",
            status: 400,
            headers: &[],
            body: r#"{"errors":[]}"#,
            kind: ErrorKind::Rejected,
            effect: Unknown,
            display: "CreateInvitation failed with status 400, may have taken effect",
        },
        Failure {
            case: "a wrong key",
            status: 401,
            headers: &[],
            body: r#"{"errors":[{"code":"clerk_key_invalid","message":"sk_test_hush"}]}"#,
            kind: ErrorKind::Authentication,
            effect: NotApplied,
            display: "CreateInvitation failed with status 401, clerk_key_invalid",
        },
        Failure {
            case: "a feature that is not in the plan",
            status: 402,
            headers: &[],
            body: r#"{"errors":[{"code":"unsupported_subscription_plan_features","message":""}]}"#,
            kind: ErrorKind::PaymentRequired,
            effect: NotApplied,
            display: "CreateInvitation failed with status 402, unsupported_subscription_plan_features",
        },
        Failure {
            case: "a rate limit",
            status: 429,
            headers: &[("retry-after", "1800")],
            body: "",
            kind: ErrorKind::RateLimited,
            effect: NotApplied,
            display: "CreateInvitation failed with status 429, retry after 1800 s",
        },
        Failure {
            case: "a proxy's HTML page",
            status: 502,
            headers: &[("content-type", "text/html"), ("cf-ray", "8f1-FRA")],
            body: "<html><h1>502</h1>",
            kind: ErrorKind::Server,
            effect: Unknown,
            display: "CreateInvitation failed with status 502, with text/html instead of JSON, may have taken effect (trace id 8f1-FRA)",
        },
        Failure {
            case: "Clerk's internal error",
            status: 500,
            headers: &[],
            body: r#"{"errors":[{"code":"internal_clerk_error","message":"oops"}]}"#,
            kind: ErrorKind::Server,
            effect: Unknown,
            display: "CreateInvitation failed with status 500, internal_clerk_error, may have taken effect",
        },
        Failure {
            case: "a redirect",
            status: 302,
            headers: &[("location", "https://elsewhere.test/?q=ada@example.com")],
            body: "",
            kind: ErrorKind::UnexpectedStatus,
            effect: Unknown,
            display: "CreateInvitation failed with status 302, may have taken effect",
        },
        Failure {
            case: "an invalid parameter",
            status: 422,
            headers: &[],
            body: r#"{"errors":[{"message":"","code":"form_param_format_invalid","meta":{"param_name":"redirect_url"}}]}"#,
            kind: ErrorKind::Rejected,
            effect: NotApplied,
            display: "CreateInvitation failed with status 422, form_param_format_invalid (redirect_url)",
        },
        Failure {
            case: "a parameter name that is not an identifier",
            status: 422,
            headers: &[],
            body: r#"{"errors":[{"message":"","code":"form_param_unknown","meta":{"param_name":"ada@example.com"}}]}"#,
            kind: ErrorKind::Rejected,
            effect: NotApplied,
            display: "CreateInvitation failed with status 422, form_param_unknown (<unprintable>)",
        },
        Failure {
            case: "a trace id that is not an identifier",
            status: 500,
            headers: &[("clerk-trace-id", "ada@example.com")],
            body: "",
            kind: ErrorKind::Server,
            effect: Unknown,
            display: "CreateInvitation failed with status 500, may have taken effect",
        },
    ];
    for expected in cases {
        let case = expected.case;
        let error = create(expected.status, expected.headers, expected.body).expect_err(case);
        assert_eq!(error.to_string(), expected.display, "{case}");
        assert_eq!(error.kind(), expected.kind, "{case}");
        assert_eq!(error.effect(), expected.effect, "{case}");
        assert_eq!(error.status().map(|s| s.as_u16()), Some(expected.status), "{case}");
        assert_eq!(error.operation(), "CreateInvitation", "{case}");
        assert_eq!(error.attempts(), 1, "{case}");
        assert!(error.source().is_none(), "{case}");
        assert_hides_secrets(&error);
    }
}

fn assert_hides_secrets(error: &Error) {
    let debug = format!("{error:?}");
    assert!(!debug.contains("example.com"), "{debug}");
    assert!(!debug.contains("hush"), "{debug}");
}

#[test]
fn an_undecodable_success_says_where_and_took_effect() {
    let wrong_type = r#"{"id":"inv_1","email_address":"ada@example.com","status":"pending","created_at":"ada@example.com","updated_at":1}"#;
    let cases = [
        (200, "", "empty body (line 1, column 1)"),
        (200, "<html>", "invalid JSON (line 1, column 1)"),
        (
            200,
            r#"{"id":"inv_1","email_address":"ada@exam"#,
            "unexpected end of the JSON at email_address (line 1, column 39)",
        ),
        (
            201,
            wrong_type,
            "expected an integer, got a string at created_at (line 1, column 97)",
        ),
    ];
    for (status, body, source) in cases {
        let error = create(status, TRACED, body).expect_err(source);
        assert_eq!(
            error.to_string(),
            format!(
                "CreateInvitation succeeded with status {status}, but its response could not be read (trace id trace_header)"
            )
        );
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Decode, Effect::Applied),
            "{source}"
        );
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!((error.operation(), error.attempts()), ("CreateInvitation", 1));
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some(source));
        assert_hides_secrets(&error);
    }
}

#[test]
fn a_failed_read_has_no_effect() {
    let cases = [
        (503, "", "ListInvitations failed with status 503"),
        (404, "<html>", "ListInvitations failed with status 404"),
        (
            200,
            "<html>",
            "ListInvitations succeeded with status 200, but its response could not be read",
        ),
    ];
    for (status, body, display) in cases {
        let clerk = client_with_response(status, &[], body);
        let error = pollster::block_on(clerk.invitations().list(&Default::default())).expect_err(display);
        assert_eq!(error.to_string(), display);
        assert_eq!(error.effect(), Effect::NotApplied, "{display}");
    }
}

#[test]
fn an_error_names_the_media_type_of_a_response_that_is_not_json() {
    let cases: [(u16, &[(&str, &str)], _, _); 7] = [
        (
            403,
            &[("content-type", "text/html; charset=utf-8")],
            Some("text/html"),
            true,
        ),
        (200, &[("content-type", "Text/HTML")], Some("text/html"), true),
        (403, &[("content-type", "image/svg+xml")], Some("image/svg+xml"), true),
        (
            500,
            &[("content-type", "application/json; charset=utf-8")],
            Some("application/json"),
            false,
        ),
        (403, &[("content-type", "text/ada@example.com")], None, false),
        (403, &[("content-type", "html")], None, false),
        (403, &[], None, false),
    ];
    for (status, headers, media_type, is_shown) in cases {
        let error = create(status, headers, "<html>").expect_err("no JSON");
        assert_eq!(error.content_type(), media_type, "{headers:?}");
        let shown = format!(", with {} instead of JSON", media_type.unwrap_or_default());
        assert_eq!(error.to_string().contains(&shown), is_shown, "{error}");
        assert_hides_secrets(&error);
    }
}

#[test]
fn an_error_says_why_no_response_arrived() {
    let cases = [
        (
            TransportErrorKind::Timeout,
            "CreateInvitation timed out (may have been delivered)",
        ),
        (
            TransportErrorKind::Closed,
            "CreateInvitation got no response: the connection closed before the response was complete (may have been delivered)",
        ),
    ];
    for (kind, display) in cases {
        let failure = move || TransportError::new(kind, Delivery::MaybeDelivered);
        let clerk = client_over(transport_fn(move |_| ready(Err(failure()))));
        let ada = CreateInvitation::new("ada@example.com");
        let error = pollster::block_on(clerk.invitations().create(&ada)).expect_err(display);
        assert_eq!(error.to_string(), display);
    }
}

#[test]
fn an_error_gives_access_to_clerks_details() {
    let error = create(400, &[], DUPLICATE).expect_err("refused");
    let [detail] = error.api_errors() else {
        panic!("one error in the response");
    };
    assert_eq!(error.code(), Some(&clerk_core::ErrorCode::DuplicateRecord));
    assert_eq!(detail.message(), "ada@example.com is taken");
    assert_eq!(detail.long_message(), Some("ada@example.com"));
    let named: Vec<_> = detail.email_addresses().collect();
    assert_eq!(named, ["ada@example.com"]);
    assert_eq!(error.trace_id(), Some("trace_body"));
}

#[test]
fn a_decode_error_in_a_list_names_the_item() {
    let second_is_bad = format!(r#"[{INVITATION}, {{"id": 7}}]"#);
    let clerk = client_with_response(200, &[], &second_is_bad);
    let ada = [CreateInvitation::new("ada@example.com")];
    let error = pollster::block_on(clerk.invitations().create_bulk(&ada)).expect_err("an id is not a number");
    let source = error.source().expect("a place").to_string();
    assert!(
        source.starts_with("expected a string, got an integer at [1].id "),
        "{source}"
    );
    assert_eq!(error.operation(), "CreateBulkInvitations");
}

#[test]
fn decodes_a_bare_list_and_an_envelope() {
    let bare = format!("[{INVITATION}]");
    let envelope = format!(r#"{{"data": [{INVITATION}], "total_count": 41, "new": {{}}}}"#);
    for (body, total_count) in [(bare, None), (envelope, Some(41))] {
        let clerk = client_with_response(200, &[], &body);
        let page = pollster::block_on(clerk.invitations().list(&Default::default())).expect("a page");
        assert_eq!(page.total_count, total_count);
        assert_eq!(page.data.len(), 1);
    }
}
