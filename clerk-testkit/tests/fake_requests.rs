//! Which requests [`FakeClerk`] refuses before they take effect, and with which errors.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::{Environment, SecretKey};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan};
use fake_support::{call, invite_people, listed, request, s, send};
use serde_json::{Value, json};

/// Invalid bodies, each as `path | body | status, code and parameter of the refusal`.
const INVALID_BODIES: &str = r#"
/invitations      | {}                                                         | 422 form_param_missing email_address
/invitations      | {"email_address":null}                                     | 422 form_param_nil email_address
/invitations      | {"email_address":7}                                        | 422 form_param_type_invalid email_address
/invitations      | {"email_address":"ada"}                                    | 422 form_param_format_invalid email_address
/invitations      | {"email_address":""}                                       | 422 form_param_format_invalid email_address
/invitations      | {"email_address":"Bad@example.com"}                        | 422 form_param_format_invalid email_address
/invitations      | {"email_address":"a@example.com","role":"admin"}           | 422 form_param_unknown role
/invitations      | {"email_address":"a@example.com","notify":"yes"}           | 422 form_param_type_invalid notify
/invitations      | {"email_address":"a@example.com","public_metadata":[]}     | 422 form_param_value_invalid public_metadata
/invitations      | {"email_address":"a@example.com","public_metadata":null}   | 422 form_param_nil public_metadata
/invitations      | {"email_address":"a@example.com","redirect_url":null}      | 422 form_param_nil redirect_url
/invitations      | {"email_address":"a@example.com","redirect_url":"sign-up"} | 422 form_param_format_invalid redirect_url
/invitations      | {"email_address":"a@example.com","expires_in_days":0}      | 422 form_param_value_invalid expires_in_days
/invitations      | {"email_address":"a@example.com","expires_in_days":366}    | 422 form_param_value_invalid expires_in_days
/invitations      | {"email_address":"a@example.com","expires_in_days":-1}     | 422 form_param_value_invalid expires_in_days
/invitations      | {"email_address":"a@example.com","expires_in_days":1.5}    | 422 form_param_type_invalid expires_in_days
/invitations      | {"email_address":"a@example.com","template_slug":"other"}  | 422 form_param_value_invalid template_slug
/invitations      | {"email_address":"a@example.com","template_slug":null}     | 422 form_param_nil template_slug
/invitations      | []                                                         | 422 form_param_value_invalid
/invitations      | {                                                          | 400 request_body_invalid
/invitations      |                                                            | 400 request_body_invalid
/invitations/bulk | []                                                         | 422 form_param_value_invalid
/invitations/bulk | {}                                                         | 422 form_param_value_invalid
/invitations/bulk | [7]                                                        | 422 form_param_value_invalid
/invitations/bulk | nonsense                                                   | 400 request_body_invalid
/invitations/bulk | [{"email_address":"a@b.test"},{"email_address":"ada"}]     | 422 form_param_format_invalid email_address
"#;

#[test]
fn each_invalid_body_is_refused_with_its_code_and_parameter() {
    for case in INVALID_BODIES.trim().lines() {
        let columns: Vec<&str> = case.split('|').map(str::trim).collect();
        let fake = FakeClerk::builder().malformed("bad@example.com").build();
        let answer = call(&fake, "POST", columns[0], columns[1]);
        let param = answer.meta()["param_name"].as_str().unwrap_or_default();
        let refusal = format!("{} {} {param}", answer.status, answer.code());
        assert_eq!(refusal.trim(), columns[2], "{case}");
        assert_eq!(answer.meta().is_null(), param.is_empty(), "{case}");
        assert_eq!(answer.json["clerk_trace_id"], "trace_fake000001");
        assert_eq!(answer.header("clerk-trace-id"), Some("trace_fake000001"));
        assert_eq!(listed(&fake, ""), Vec::<String>::new(), "{case}");
        assert!(fake.mails().is_empty());
    }
}

#[test]
fn a_bulk_call_takes_ten_people_and_null_in_optional_fields() {
    let fake = FakeClerk::new();
    let nulls = r#"[{"email_address":"a@example.com","public_metadata":null,"redirect_url":null,"notify":null,
        "ignore_existing":null,"expires_in_days":null}]"#;
    assert_eq!(call(&fake, "POST", "/invitations/bulk", nulls).status, 200);
    assert_eq!(invite_people(&fake, 0, 10).status, 200);
    let eleven = invite_people(&fake, 10, 11);
    assert_eq!((eleven.status, eleven.code()), (400, "bulk_size_exceeded"));
    assert_eq!(eleven.meta(), &Value::Null);
    assert_eq!(fake.mails().len(), 11);
}

#[test]
fn all_wrong_fields_of_a_person_are_named() {
    let body = json!({ "email_address": "ada", "notify": 1, "who": "me" });
    let answer = call(&FakeClerk::new(), "POST", "/invitations", body);
    let errors = answer.json["errors"].as_array().expect("errors").iter();
    let params: Vec<_> = errors
        .map(|error| error["meta"]["param_name"].as_str().unwrap_or(""))
        .collect();
    assert_eq!(params, ["email_address", "notify", "who"]);
}

#[test]
fn refuses_a_missing_malformed_or_wrong_key() {
    let cases = [
        (None, 401, Some("authentication_invalid")),
        (Some("sk_test_fake"), 401, Some("authorization_header_format_invalid")),
        (Some("Basic c2s6"), 401, Some("authorization_header_format_invalid")),
        (Some("Bearer "), 401, Some("authorization_header_format_invalid")),
        (Some("Bearer sk_test_other"), 401, Some("clerk_key_invalid")),
        (Some("Bearer sk_test_fake"), 200, None),
    ];
    let fake = FakeClerk::builder()
        .limits(RateLimits::none().with_all(Quota::new(1, s(10))))
        .build();
    for (authorization, status, code) in cases {
        let mut request = request("GET", "/invitations", "");
        request.headers_mut().remove("authorization");
        if let Some(value) = authorization {
            request
                .headers_mut()
                .insert("authorization", value.parse().expect("a value"));
        }
        let answer = send(&fake, request).expect("a response");
        assert_eq!(
            answer.status, status,
            "{authorization:?}; a refused key does not count against the limit"
        );
        assert!(code.is_none_or(|code| answer.code() == code), "{authorization:?}");
    }
}

#[test]
fn a_fake_with_another_key_refuses_the_default_one_and_shows_neither() {
    let key = SecretKey::new("sk_live_mine").expect("a key");
    let fake = FakeClerk::builder().secret_key(key).build();
    assert_eq!(call(&fake, "GET", "/invitations", "").code(), "clerk_key_invalid");
    assert_eq!(fake.client().environment(), Environment::Production);
    pollster::block_on(fake.client().invitations().list(&Default::default())).expect("its own client has its key");
    for text in [
        format!("{fake:?}"),
        format!("{:?}", fake.client()),
        format!("{:?}", fake.log()),
    ] {
        assert!(!text.contains("mine") && !text.contains("sk_test_fake"), "{text}");
    }
}

#[test]
fn refuses_an_operation_that_is_not_simulated_with_the_fakes_own_code() {
    let fake = FakeClerk::builder()
        .faults(FaultPlan::new().on_call(None, 1, Fault::Refused))
        .build();
    for (method, path) in [
        ("GET", "/nothing"),
        ("PUT", "/invitations"),
        ("GET", "/invitations/inv_fake000001"),
    ] {
        let answer = call(&fake, method, path, "");
        assert_eq!(
            (answer.status, answer.code()),
            (400, "fake_not_simulated"),
            "{method} {path}"
        );
        let message = answer.json["errors"][0]["long_message"].as_str().expect("a message");
        let asked = format!("The fake does not simulate {method} /v1{path}.");
        assert!(message.starts_with(&asked), "{message}");
        for operation in FakeOperation::ALL {
            assert!(message.contains(operation.name()), "{operation}: {message}");
        }
        assert_eq!(fake.log().last().expect("a call").operation, None);
    }
    let mut outside = request("GET", "", "");
    *outside.uri_mut() = "https://api.clerk.com/invitations".parse().expect("a URI");
    let answer = send(&fake, outside).expect("a response");
    assert_eq!((answer.status, answer.code()), (404, "resource_not_found"));
}

#[test]
fn refuses_a_body_that_is_not_json_or_too_large() {
    let person = json!({ "email_address": "ada@example.com" }).to_string();
    let with_type = |value: Option<&str>, body: &str| {
        let mut request = request("POST", "/invitations", body);
        request.headers_mut().remove("content-type");
        if let Some(value) = value {
            request
                .headers_mut()
                .insert("content-type", value.parse().expect("a value"));
        }
        send(&FakeClerk::new(), request).expect("a response")
    };
    for wrong in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
    ] {
        let answer = with_type(wrong, &person);
        assert_eq!(
            (answer.status, answer.code()),
            (415, "unsupported_content_type"),
            "{wrong:?}"
        );
    }
    assert_eq!(with_type(Some("Application/JSON ; charset=utf-8"), &person).status, 200);
    let large = format!("{person}{}", " ".repeat(1 << 20));
    let answer = with_type(Some("application/json"), &large);
    assert_eq!((answer.status, answer.code()), (413, "request_body_too_large"));
}

#[test]
fn accepts_known_api_versions_only() {
    for (version, status) in [
        ("2021-02-05", 200),
        ("2026-05-12", 200),
        ("2026-05-13", 400),
        ("latest", 400),
        ("2026-5-12", 400),
        ("", 400),
    ] {
        let mut request = request("GET", "/invitations", "");
        let headers = request.headers_mut();
        headers.insert("clerk-api-version", version.parse().expect("a value"));
        let answer = send(&FakeClerk::new(), request).expect("a response");
        assert_eq!(answer.status, status, "{version}");
        assert!(status == 200 || answer.code() == "api_version_invalid", "{version}");
    }
}

#[test]
fn no_operation_has_the_method_trace() {
    let answer = call(&FakeClerk::new(), "TRACE", "/invitations", "");
    assert_eq!((answer.status, answer.code()), (405, "method_not_allowed"));
}

#[test]
fn an_optional_body_may_be_null() {
    for body in ["", "null", " null ", "{}"] {
        let fake = FakeClerk::builder().waitlist_entry("ada@example.com").build();
        let answer = call(&fake, "POST", "/waitlist_entries/wle_fake000001/invite", body);
        assert_eq!(answer.status, 200, "{body:?}: {}", answer.json);
    }
    let fake = FakeClerk::builder().waitlist_entry("ada@example.com").build();
    let answer = call(&fake, "POST", "/waitlist_entries/wle_fake000001/invite", "[]");
    assert_eq!((answer.status, answer.code()), (422, "form_param_value_invalid"));
}

#[test]
fn a_redirect_url_may_be_a_path() {
    for (url, status) in [
        ("/sign-up", 200),
        ("/sign-up?plan=pro#form", 200),
        ("https://example.com/sign-up", 200),
        ("sign-up", 422),
        ("", 422),
    ] {
        let person = json!({ "email_address": "ada@example.com", "redirect_url": url });
        assert_eq!(
            call(&FakeClerk::new(), "POST", "/invitations", person).status,
            status,
            "{url}"
        );
    }
}
