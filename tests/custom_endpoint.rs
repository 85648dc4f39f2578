//! A custom endpoint: it gets the same errors, retries and paging as the built-in ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use clerk_core::model::Page;
use clerk_core::{
    Client, Effect, Endpoint, EndpointRequest, ErrorCode, ErrorKind, HttpRequest, HttpResponse, InvalidRequest,
    Multipart, Operation, SecretKey, transport_fn,
};
use clerk_testkit::ManualClock;

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Role {
    key: String,
    name: String,
}
struct ListRoles;
impl Endpoint for ListRoles {
    type Output = Page<Role>;
    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        Ok(Operation::get("ListOrganizationRoles", "/organization_roles")
            .request()
            .query("limit", 2))
    }
}

const ADMIN_AND_MEMBER: &str =
    r#"{"data":[{"key":"org:admin","name":"Admin","new":{}},{"key":"org:member","name":"Member"}],"total_count":3}"#;
const GUEST: &str = r#"{"data":[{"key":"org:guest","name":"Guest"}],"total_count":3}"#;

/// Returns a client that receives these responses in order, its clock, and a log of its requests.
fn client(answers: &[(u16, &'static str)]) -> (Client, ManualClock, Arc<Mutex<Vec<String>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let clock = ManualClock::new();
    let log = Arc::clone(&requests);
    let answers: Mutex<VecDeque<_>> = Mutex::new(answers.iter().copied().collect());
    let transport = transport_fn(move |request| {
        log.lock()
            .unwrap()
            .push(format!("{} {}", request.method(), request.uri()));
        let (status, body) = answers.lock().unwrap().pop_front().expect("an expected request");
        let mut response = HttpResponse::new(body.into());
        *response.status_mut() = status.try_into().unwrap();
        async { Ok(response) }
    });
    let key = SecretKey::new("sk_test_abc").unwrap();
    let client = Client::builder(key, transport).clock(clock.clone()).build().unwrap();
    (client, clock, requests)
}

#[test]
fn pages_and_retries_a_custom_endpoint() {
    let (client, clock, requests) = client(&[(429, ""), (200, ADMIN_AND_MEMBER), (503, ""), (200, GUEST)]);
    let roles = clock.drive(client.pages(&ListRoles).read_all()).unwrap().unwrap();
    let keys: Vec<_> = roles.iter().map(|role| role.key.as_str()).collect();
    assert_eq!(keys, ["org:admin", "org:member", "org:guest"]);
    let page = |offset| format!("GET https://api.clerk.com/v1/organization_roles?limit=2&offset={offset}");
    assert_eq!(*requests.lock().unwrap(), [page(0), page(0), page(2), page(2)]);
}

#[test]
fn reports_errors_of_a_custom_endpoint() {
    let refusal = r#"{"errors":[{"code":"resource_not_found","message":"not found"}],"clerk_trace_id":"t1"}"#;
    let (client, clock, _) = client(&[(404, refusal), (200, r#"{"data":[{"key":"a","name":"b"},{"key":1}]}"#)]);

    let refused = clock.drive(client.execute(&ListRoles)).unwrap().unwrap_err();
    assert_eq!(
        (refused.kind(), refused.effect()),
        (ErrorKind::NotFound, Effect::NotApplied)
    );
    assert_eq!(refused.code(), Some(&ErrorCode::ResourceNotFound));
    assert_eq!(
        refused.to_string(),
        "ListOrganizationRoles failed with status 404, resource_not_found (trace id t1)"
    );

    let unreadable = clock.drive(client.execute(&ListRoles)).unwrap().unwrap_err();
    assert_eq!(unreadable.kind(), ErrorKind::Decode);
    let source = std::error::Error::source(&unreadable).unwrap().to_string();
    assert!(
        source.starts_with("expected a string, got an integer at data[1].key"),
        "{source}"
    );
}

#[test]
fn sends_a_form_with_a_file_in_place_of_json() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&sent);
    let transport = transport_fn(move |request: HttpRequest| {
        log.lock().unwrap().push(request);
        async { Ok(HttpResponse::new(r#"{"id":"org_1"}"#.into())) }
    });
    let key = SecretKey::new("sk_test_abc").unwrap();
    let client = Client::builder(key, transport)
        .clock(ManualClock::new())
        .build()
        .unwrap();
    let form = Multipart::new().file("file", "logo.png", "image/png", &b"PNG"[..]);
    let set_logo = Operation::put("UploadOrganizationLogo", "/organizations/{organization_id}/logo")
        .request()
        .path_param("organization_id", "org_1")
        .and_then(|request| request.multipart(&form))
        .unwrap();
    pollster::block_on(client.execute(&set_logo)).unwrap();

    let sent = sent.lock().unwrap();
    assert_eq!(sent[0].uri().path(), "/v1/organizations/org_1/logo");
    let media_type = sent[0].headers()["content-type"].to_str().unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8(sent[0].body().to_vec()).unwrap();
    assert!(body.ends_with(&format!("\r\n\r\nPNG\r\n--{boundary}--\r\n")), "{body}");
}
