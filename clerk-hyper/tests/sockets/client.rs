//! A bulk invitation from end to end, and what the server receives.

use clerk_hyper::api::invitations::CreateInvitation;
use clerk_hyper::{Client, SecretKey};

use crate::server::{Server, in_time};

const BODY: &str = r#"[{"email_address":"ada@example.com"},{"email_address":"grace@example.com"}]"#;

const RESPONSE: &str = r#"[
    {"object":"invitation","id":"inv_1","email_address":"ada@example.com","public_metadata":{},"status":"pending",
     "created_at":1764000000000,"updated_at":1764000000000},
    {"object":"invitation","id":"inv_2","email_address":"grace@example.com","public_metadata":{},"status":"pending",
     "created_at":1764000000000,"updated_at":1764000000000}
]"#;

#[tokio::test]
async fn invites_two_people_in_bulk() {
    let length = RESPONSE.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\n\r\n");
    let (server, mut requests) = Server::responding(head + RESPONSE).await;
    let key = SecretKey::new("sk_test_abc").expect("a key");
    let clerk = clerk_hyper::builder(key).expect("there are root certificates");
    let clerk = clerk
        .base_url(server.url(""))
        .user_agent("my-app/1.2")
        .build()
        .expect("a client");

    let people = [
        CreateInvitation::new("ada@example.com"),
        CreateInvitation::new("grace@example.com"),
    ];
    let invited = in_time(clerk.invitations().create_bulk(&people))
        .await
        .expect("invited");

    let ids: Vec<_> = invited.iter().map(|invitation| invitation.id.as_str()).collect();
    assert_eq!(ids, ["inv_1", "inv_2"]);
    let (head, body) = requests.recv().await.expect("one request");
    let (line, headers) = head.split_once("\r\n").expect("a request line");
    assert_eq!(line, "POST /v1/invitations/bulk HTTP/1.1");
    let mut headers: Vec<_> = headers.trim_end().split("\r\n").map(str::to_owned).collect();
    headers.sort_unstable();
    let expected = [
        "accept: application/json".to_owned(),
        "authorization: Bearer sk_test_abc".to_owned(),
        format!("clerk-api-version: {}", Client::API_VERSION),
        format!("content-length: {}", BODY.len()),
        "content-type: application/json".to_owned(),
        format!("host: {}", server.address),
        format!("user-agent: my-app/1.2 clerk-core/{}", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!(headers, expected);
    let body = String::from_utf8(body).expect("JSON is UTF-8");
    assert_eq!(body, BODY);
    assert_eq!(server.requests_read(), 1);
}
