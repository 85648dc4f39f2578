//! Which requests to invite [`FakeClerk`] refuses, and how it says what is wrong.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use clerk_testkit::FakeClerk;
use fake_support::{call, listed};
use serde_json::{Value, json};

#[test]
fn requests_that_are_not_as_they_should_be_are_refused() {
    const SINGLE: &str = "/invitations";
    const BULK: &str = "/invitations/bulk";
    let person = |fields: &str| format!(r#"{{"email_address":"ada@example.com",{fields}}}"#);
    let people = |count: usize| {
        let people: Vec<_> = (0..count)
            .map(|i| json!({ "email_address": format!("p{i}@example.com") }))
            .collect();
        Value::from(people).to_string()
    };
    let cases = [
        (SINGLE, "{}".to_owned(), 422, "form_param_missing", "email_address"),
        (
            SINGLE,
            r#"{"email_address":null}"#.to_owned(),
            422,
            "form_param_nil",
            "email_address",
        ),
        (
            SINGLE,
            r#"{"email_address":7}"#.to_owned(),
            422,
            "form_param_type_invalid",
            "email_address",
        ),
        (
            SINGLE,
            r#"{"email_address":"ada"}"#.to_owned(),
            422,
            "form_param_format_invalid",
            "email_address",
        ),
        (
            SINGLE,
            r#"{"email_address":""}"#.to_owned(),
            422,
            "form_param_format_invalid",
            "email_address",
        ),
        (
            SINGLE,
            r#"{"email_address":"Bad@example.com"}"#.to_owned(),
            422,
            "form_param_format_invalid",
            "email_address",
        ),
        (SINGLE, person(r#""role":"admin""#), 422, "form_param_unknown", "role"),
        (
            SINGLE,
            person(r#""notify":"yes""#),
            422,
            "form_param_type_invalid",
            "notify",
        ),
        (
            SINGLE,
            person(r#""public_metadata":[]"#),
            422,
            "form_param_value_invalid",
            "public_metadata",
        ),
        (
            SINGLE,
            person(r#""public_metadata":null"#),
            422,
            "form_param_nil",
            "public_metadata",
        ),
        (
            SINGLE,
            person(r#""redirect_url":null"#),
            422,
            "form_param_nil",
            "redirect_url",
        ),
        (
            SINGLE,
            person(r#""redirect_url":"sign-up""#),
            422,
            "form_param_format_invalid",
            "redirect_url",
        ),
        (
            SINGLE,
            person(r#""expires_in_days":0"#),
            422,
            "form_param_value_invalid",
            "expires_in_days",
        ),
        (
            SINGLE,
            person(r#""expires_in_days":366"#),
            422,
            "form_param_value_invalid",
            "expires_in_days",
        ),
        (
            SINGLE,
            person(r#""expires_in_days":-1"#),
            422,
            "form_param_value_invalid",
            "expires_in_days",
        ),
        (
            SINGLE,
            person(r#""expires_in_days":1.5"#),
            422,
            "form_param_type_invalid",
            "expires_in_days",
        ),
        (
            SINGLE,
            person(r#""template_slug":"other""#),
            422,
            "form_param_value_invalid",
            "template_slug",
        ),
        (
            SINGLE,
            person(r#""template_slug":null"#),
            422,
            "form_param_nil",
            "template_slug",
        ),
        (SINGLE, "[]".to_owned(), 422, "form_param_value_invalid", ""),
        (SINGLE, "{".to_owned(), 400, "request_body_invalid", ""),
        (SINGLE, String::new(), 400, "request_body_invalid", ""),
        (BULK, "[]".to_owned(), 422, "form_param_value_invalid", ""),
        (BULK, "{}".to_owned(), 422, "form_param_value_invalid", ""),
        (BULK, "[7]".to_owned(), 422, "form_param_value_invalid", ""),
        (BULK, people(11), 400, "bulk_size_exceeded", ""),
        (BULK, "nonsense".to_owned(), 400, "request_body_invalid", ""),
        (
            BULK,
            r#"[{"email_address":"a@example.com"},{"email_address":"nobody"}]"#.to_owned(),
            422,
            "form_param_format_invalid",
            "email_address",
        ),
    ];
    for (path, body, status, code, param) in cases {
        let fake = FakeClerk::builder().malformed("bad@example.com").build();
        let answer = call(&fake, "POST", path, &body);
        assert_eq!((answer.status, answer.code()), (status, code), "{path} {body}");
        let expected = if param.is_empty() {
            Value::Null
        } else {
            json!({ "param_name": param })
        };
        assert_eq!(answer.meta(), &expected, "{path} {body}");
        assert_eq!(answer.json["clerk_trace_id"], "trace_fake000001");
        assert_eq!(answer.header("clerk-trace-id"), Some("trace_fake000001"));
        assert_eq!(listed(&fake, ""), Vec::<String>::new(), "{path} {body}");
        assert!(fake.mails().is_empty());
    }
    let fake = FakeClerk::new();
    let nulls = r#"[{"email_address":"a@example.com","public_metadata":null,"redirect_url":null,"notify":null,
        "ignore_existing":null,"expires_in_days":null}]"#;
    assert_eq!(
        call(&fake, "POST", BULK, nulls).status,
        200,
        "bulk takes null in these fields"
    );
    assert_eq!(call(&fake, "POST", BULK, people(10)).status, 200);
}

#[test]
fn every_wrong_field_of_a_person_is_named() {
    let body = json!({ "email_address": "ada", "notify": 1, "who": "me" });
    let answer = call(&FakeClerk::new(), "POST", "/invitations", body);
    let errors = answer.json["errors"].as_array().expect("errors").iter();
    let params: Vec<_> = errors
        .map(|error| error["meta"]["param_name"].as_str().unwrap_or(""))
        .collect();
    assert_eq!(params, ["email_address", "notify", "who"]);
}
