//! Common tasks and the lines they take. Each passage runs here against the fake, and is counted.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::error::Error;

use clerk_core::{Client, SecretKey};
use clerk_testkit::FakeClerk;
use clerk_testkit::server::FakeServer;

const THIS: &str = include_str!("passages.rs");
const BLOCKING: &str = include_str!("../clerk-ureq/examples/blocking-invite.rs");

/// Counts the lines that are not blank in the passages of this name.
fn lines(source: &str, name: &str) -> usize {
    let begin = format!("// passage: {name}");
    let mut count = 0;
    let mut is_within = false;
    for line in source.lines().map(str::trim) {
        match line {
            line if line == begin => is_within = true,
            "// end of passage" => is_within = false,
            line => count += usize::from(is_within && !line.is_empty()),
        }
    }
    count
}

#[test]
fn common_tasks_take_few_lines() {
    let limits = [
        (THIS, "a client on reqwest", 3),
        (THIS, "a tower stack with a timeout and traces", 15),
        (THIS, "an own endpoint with paging", 15),
        (THIS, "the result of each person", 3),
        (BLOCKING, "a blocking program with progress", 25),
    ];
    for (source, name, limit) in limits {
        let lines = lines(source, name);
        assert!((1..=limit).contains(&lines), "{name}: {lines} lines, at most {limit}");
    }
}

fn key() -> SecretKey {
    SecretKey::new(FakeClerk::SECRET_KEY).expect("a key")
}

async fn server() -> FakeServer {
    let fake = FakeClerk::builder().pending_invitation("grace@example.com");
    FakeServer::start(fake.build()).await.expect("a port")
}

#[tokio::test]
async fn a_client_on_reqwest() -> Result<(), Box<dyn Error>> {
    use clerk_reqwest::ReqwestTransport;

    let (key, server) = (key(), server().await);
    let (url, http_client) = (server.url(), reqwest::Client::builder());
    // passage: a client on reqwest
    let transport = ReqwestTransport::from_builder(http_client)?;
    let clerk = Client::builder(key, transport).base_url(url).build()?;
    // end of passage
    clerk.invitations().create(&"ada@example.com".into()).await?;
    assert_eq!(server.fake().mails_to("ada@example.com"), 1);
    Ok(())
}

#[tokio::test]
async fn a_tower_stack_with_a_timeout_and_traces() -> Result<(), Box<dyn Error>> {
    use std::time::Duration;

    use clerk_core::tower::TowerTransport;
    use clerk_core::{Bytes, Delivery, TransportErrorKind};
    use http_body_util::Full;
    use hyper_util::{client::legacy, rt::TokioExecutor};
    use tower::timeout::{TimeoutLayer, error::Elapsed};
    use tower::{BoxError, ServiceBuilder};
    use tower_http::trace::TraceLayer;

    let (key, server) = (key(), server().await);
    let url = server.url();
    // passage: a tower stack with a timeout and traces
    let http_client = legacy::Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let stack = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(TimeoutLayer::new(Duration::from_secs(10)))
        .service(http_client);
    let transport = TowerTransport::new(stack).classify(|error: &BoxError| match error.is::<Elapsed>() {
        true => (TransportErrorKind::Timeout, Delivery::MaybeDelivered),
        false => (TransportErrorKind::Other, Delivery::MaybeDelivered),
    });
    let clerk = Client::builder(key, transport).base_url(url).build()?;
    // end of passage
    clerk.invitations().create(&"ada@example.com".into()).await?;
    assert_eq!(server.fake().mails_to("ada@example.com"), 1);
    Ok(())
}

#[tokio::test]
async fn an_own_endpoint_with_paging() -> Result<(), Box<dyn Error>> {
    use clerk_core::model::Page;
    use clerk_core::{Endpoint, EndpointRequest, InvalidRequest, Operation};

    // passage: an own endpoint with paging
    #[derive(serde::Deserialize)]
    struct Invited {
        email_address: String,
    }
    struct ListInvited;
    impl Endpoint for ListInvited {
        type Output = Page<Invited>;
        fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
            Ok(Operation::get("ListInvited", "/invitations")
                .request()
                .query("limit", 1))
        }
    }
    // end of passage
    let fake = FakeClerk::builder().pending_invitation("grace@example.com");
    let clerk = fake.pending_invitation("ada@example.com").build().client();
    // passage: an own endpoint with paging
    let invited = clerk.pages(&ListInvited).read_all().await?;
    // end of passage
    let mut addresses: Vec<_> = invited.iter().map(|invited| invited.email_address.as_str()).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, ["ada@example.com", "grace@example.com"]);
    Ok(())
}

#[tokio::test]
async fn the_result_of_each_person() {
    let clerk = FakeClerk::builder().blocked("eve@example.com").build().client();
    let addresses = ["ada@example.com", "eve@example.com"];
    let mut lines = Vec::new();
    // passage: the result of each person
    let (_report, people) = clerk.invitations().invite_all(addresses).run_collecting().await;
    people.iter().for_each(|person| lines.push(person.to_string()));
    // end of passage
    let expected = [
        "person 0 (counted from 0): created",
        "person 1 (counted from 0): refused, not_allowed_access",
    ];
    assert!(
        lines
            .iter()
            .zip(expected)
            .all(|(line, expected)| line.starts_with(expected)),
        "{lines:?}"
    );
}
