//! The webhooks of [`FakeClerk`]: which are sent, how they are signed, and how they are delivered.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use clerk_core::api::invitations::ListInvitations;
use clerk_core::webhooks::{Webhook, WebhookEvent, WebhookSecret, WebhookVerifier};
use clerk_core::{Clock, SystemClock};
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment, WebhookMessage};
use clerk_testkit::server::FakeServer;
use clerk_testkit::webhooks::WebhookSender;
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{call, invite};
use http::{Request, Response, StatusCode};
use pollster::block_on;
use serde_json::json;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn secret() -> WebhookSecret {
    WebhookSecret::new(SECRET).expect("a secret")
}

/// Delivers what is undelivered to a receiver that verifies it.
fn received(sender: &mut WebhookSender) -> Vec<Webhook> {
    let verifier = WebhookVerifier::new(secret());
    let mut webhooks = Vec::new();
    let deliveries = block_on(sender.deliver(async |request| {
        webhooks.push(
            verifier
                .receive(request.headers(), request.body())
                .expect("a verified webhook"),
        );
        StatusCode::NO_CONTENT
    }));
    assert!(
        deliveries
            .iter()
            .all(|delivery| delivery.is_delivered() && delivery.attempts == 1)
    );
    webhooks
}

fn types(webhooks: &[Webhook]) -> Vec<&str> {
    webhooks.iter().map(|webhook| webhook.event.event_type()).collect()
}

#[test]
fn each_event_is_sent_typed_in_order_and_once() {
    let fake = FakeClerk::builder()
        .administrator("org_1", "boss@example.com")
        .waitlist_entry("waiting@example.com")
        .build();
    let mut sender = WebhookSender::new(&fake, secret());
    assert!(received(&mut sender).is_empty(), "the setup sends nothing");
    let org = "/organizations/org_1/invitations";
    let member = |name: &str| json!({ "email_address": format!("{name}@example.com"), "role": "org:member" });

    let created = call(&fake, "POST", "/organizations", json!({ "name": "Acme" })).json;
    for (step, expected) in [
        ("create organization", &["organization.created"][..]),
        ("invite to organization", &["organizationInvitation.created"]),
        ("invite two in bulk", &["organizationInvitation.created"; 2]),
        ("revoke", &["organizationInvitation.revoked"]),
        (
            "join",
            &[
                "user.created",
                "organizationInvitation.accepted",
                "organizationMembership.created",
            ],
        ),
        ("invite to application", &[]),
        ("sign up", &["user.created"]),
        ("sign up again", &[]),
        ("join waitlist twice", &["waitlistEntry.created"]),
        ("invite from waitlist", &["waitlistEntry.updated"]),
        ("sign up from waitlist", &["user.created", "waitlistEntry.updated"]),
        ("refused", &[]),
    ] {
        match step {
            "create organization" => assert_eq!(created["object"], "organization"),
            "invite to organization" => drop(call(&fake, "POST", org, member("a"))),
            "invite two in bulk" => drop(call(
                &fake,
                "POST",
                &format!("{org}/bulk"),
                json!([member("b"), member("c")]),
            )),
            "revoke" => drop(call(&fake, "POST", &format!("{org}/orginv_fake000002/revoke"), "")),
            "join" => assert!(fake.join_organization("org_1", "a@example.com")),
            "invite to application" => drop(invite(&fake, "ada@example.com")),
            "sign up" | "sign up again" => drop(fake.sign_up("ada@example.com")),
            "join waitlist twice" => {
                for _ in 0..2 {
                    call(
                        &fake,
                        "POST",
                        "/waitlist_entries",
                        json!({ "email_address": "w@example.com" }),
                    );
                }
            }
            "invite from waitlist" => drop(call(&fake, "POST", "/waitlist_entries/wle_fake000001/invite", "{}")),
            "sign up from waitlist" => drop(fake.sign_up("waiting@example.com")),
            _ => assert_eq!(call(&fake, "POST", org, member("boss")).status, 400),
        }
        let webhooks = received(&mut sender);
        assert_eq!(types(&webhooks), expected, "{step}");
        let unknown = webhooks
            .iter()
            .find(|webhook| matches!(webhook.event, WebhookEvent::Unknown(_)));
        assert_eq!(unknown, None, "{step}");
    }
    let ids: Vec<_> = fake
        .webhook_messages()
        .iter()
        .map(|message| message.id().to_owned())
        .collect();
    let mut unique = ids.clone();
    unique.dedup();
    assert_eq!((ids.len(), ids), (unique.len(), unique));
}

#[test]
fn changes_by_the_backend_are_sent() {
    let fake = FakeClerk::builder().existing_user("boss@example.com").build();
    let boss = fake.user_id("boss@example.com").expect("a user");
    let mut sender = WebhookSender::new(&fake, secret());
    let ada = json!({ "email_address": ["ada@example.com"] });
    let address = json!({ "user_id": boss.as_str(), "email_address": "chief@example.com" });
    let acme = json!({ "name": "Acme", "created_by": boss.as_str() });
    let user = format!("/users/{boss}");
    for (method, path, body, expected) in [
        ("POST", "/users", ada, &["user.created"][..]),
        ("PATCH", user.as_str(), json!({ "first_name": "B" }), &["user.updated"]),
        (
            "POST",
            "/users/ban",
            json!({ "user_ids": [boss.as_str()] }),
            &["user.updated"],
        ),
        ("POST", "/email_addresses", address, &["user.updated"]),
        (
            "POST",
            "/organizations",
            acme,
            &["organization.created", "organizationMembership.created"],
        ),
        ("DELETE", user.as_str(), json!(""), &["user.deleted"]),
    ] {
        let body = if body == json!("") {
            String::new()
        } else {
            body.to_string()
        };
        let answer = call(&fake, method, path, body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.json);
        assert_eq!(types(&received(&mut sender)), expected, "{method} {path}");
    }
}

#[test]
fn a_new_user_is_matched_with_the_invitation() {
    let fake = FakeClerk::new();
    invite(&fake, "ada@example.com");
    let id = fake.sign_up("ada@example.com");
    let [webhook] = &received(&mut WebhookSender::new(&fake, secret()))[..] else {
        panic!("not one webhook");
    };
    let listed = block_on(fake.client().invitations().list(&ListInvitations::new())).expect("a list");
    let accepted = webhook.event.accepted_invitation(&listed.data).expect("the invitation");
    assert_eq!(accepted.id.as_str(), "inv_fake000001");
    assert!(matches!(&webhook.event, WebhookEvent::UserCreated(user) if user.id == id));
}

#[test]
fn an_effect_without_a_response_is_announced_and_a_failure_without_effect_is_not() {
    use FakeOperation::CreateOrganizationInvitation as Create;
    let plan = FaultPlan::new()
        .on_call(Create, 1, Fault::Lost(Moment::AfterEffect))
        .on_call(Create, 2, Fault::Lost(Moment::BeforeEffect))
        .on_call(Create, 3, Fault::Late(Duration::from_secs(60)));
    let clock = ManualClock::new();
    let fake = FakeClerk::builder()
        .organization("org_1")
        .faults(plan)
        .clock(clock.clone())
        .build();
    for name in ["lost", "never", "late"] {
        let body = json!({ "email_address": format!("{name}@example.com"), "role": "org:member" });
        let request = fake_support::request("POST", "/organizations/org_1/invitations", body);
        fake_support::send(&fake, request).err().expect("no response");
    }
    let addresses = || -> Vec<String> {
        let body =
            |message: &WebhookMessage| serde_json::from_slice::<serde_json::Value>(message.body()).expect("JSON");
        let address = |message| {
            body(message)["data"]["email_address"]
                .as_str()
                .expect("an address")
                .to_owned()
        };
        fake.webhook_messages().iter().map(address).collect()
    };
    assert_eq!(addresses(), ["lost@example.com"]);
    clock.advance(Duration::from_secs(61));
    assert_eq!(addresses(), ["lost@example.com", "late@example.com"]);
}

#[test]
fn signatures_carry_the_wall_clock_and_payloads_the_time_of_the_fake() {
    let fake = FakeClerk::new();
    fake.advance(Duration::from_secs(1_000_000_000));
    fake.sign_up("ada@example.com");
    let [webhook] = &received(&mut WebhookSender::new(&fake, secret()))[..] else {
        panic!("not one webhook");
    };
    let fakes_time = ManualClock::START.saturating_add(Duration::from_secs(1_000_000_000));
    assert_eq!(webhook.timestamp, Some(fakes_time));

    // A sender's clock can be set, for verifiers that use the same one.
    let clock = ManualClock::new();
    let sender = WebhookSender::new(&fake, secret()).clock(clock.clone());
    let request = sender.sign(&fake.webhook_messages()[0]);
    let verifier = || WebhookVerifier::new(secret());
    assert!(verifier().receive(request.headers(), request.body()).is_err());
    assert!(
        verifier()
            .clock(clock)
            .receive(request.headers(), request.body())
            .is_ok()
    );
    let other = WebhookVerifier::new(WebhookSecret::new("whsec_b3RoZXI=").expect("a secret")).clock(ManualClock::new());
    assert!(other.receive(request.headers(), request.body()).is_err());
}

#[test]
fn a_message_is_repeated_a_few_times_before_the_next_one() {
    let fake = FakeClerk::new();
    let mut sender = WebhookSender::new(&fake, secret()).attempts(2);
    fake.sign_up("a@example.com");
    fake.sign_up("b@example.com");
    let mut seen = Vec::new();
    let deliveries = block_on(sender.deliver(async |request| {
        seen.push(request.headers()["svix-id"].to_str().expect("text").to_owned());
        if seen.len() < 4 {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::OK
        }
    }));
    assert_eq!(
        seen,
        ["msg_fake000001", "msg_fake000001", "msg_fake000002", "msg_fake000002"]
    );
    let ends: Vec<_> = deliveries
        .iter()
        .map(|delivery| (delivery.attempts, delivery.is_delivered()))
        .collect();
    assert_eq!(ends, [(2, false), (2, true)]);
    let webhooks = &fake.snapshot()["webhooks"];
    assert_eq!(
        (&webhooks[0]["status"], &webhooks[1]["status"]),
        (&json!(503), &json!(200))
    );

    // After a reset, the ids start over.
    fake.reset();
    fake.sign_up("c@example.com");
    assert_eq!(received(&mut sender).len(), 1);
}

/// A service as axum's `Router` is one: it takes another type of body, and may fail.
struct Application {
    seen: Vec<String>,
    fails: bool,
}

struct Body(Bytes);

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl tower_service::Service<Request<Body>> for Application {
    type Response = Response<()>;
    type Error = &'static str;
    type Future = std::future::Ready<Result<Response<()>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(if self.fails { Err("not ready") } else { Ok(()) })
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        assert!(!request.body().0.is_empty());
        self.seen.push(request.uri().to_string());
        std::future::ready(Ok(Response::new(())))
    }
}

#[test]
fn messages_are_delivered_to_a_service() {
    let fake = FakeClerk::new();
    let uri = http::Uri::from_static("https://example.com/hooks");
    let mut sender = WebhookSender::new(&fake, secret()).uri(uri);
    fake.sign_up("a@example.com");
    let mut application = Application {
        seen: Vec::new(),
        fails: true,
    };
    let failed = block_on(sender.deliver_to_service(&mut application));
    assert_eq!(failed.err(), Some("not ready"));
    application.fails = false;
    let deliveries = block_on(sender.deliver_to_service(&mut application)).expect("delivered");
    assert_eq!(deliveries.len(), 1, "the message stayed undelivered");
    assert_eq!(application.seen, ["https://example.com/hooks"]);
}

#[test]
fn a_message_made_by_hand_is_signed() -> Result<(), Infallible> {
    let sender = WebhookSender::new(&FakeClerk::new(), secret());
    let data = json!({ "id": "user_1", "object": "user", "deleted": true });
    let message = WebhookMessage::new("msg_1", "user.deleted", data, ManualClock::START).expect("JSON");
    let request = sender.sign(&message);
    let webhook = WebhookVerifier::new(secret())
        .receive(request.headers(), request.body())
        .expect("verified");
    assert_eq!(
        (webhook.id.as_str(), webhook.event.event_type()),
        ("msg_1", "user.deleted")
    );
    assert!(!format!("{message:?} {sender:?}").contains("whsec") && !format!("{message:?}").contains("user_1"));
    Ok(())
}

/// Accepts connections, refuses the first request, and keeps the requests.
fn receiver() -> (http::Uri, Arc<Mutex<Vec<Request<Bytes>>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let uri = format!("http://{}/hooks?a=b", listener.local_addr().expect("an address"));
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut line = String::new();
            reader.read_line(&mut line).expect("a line");
            let mut request = Request::builder().uri(line.split(' ').nth(1).expect("a path"));
            let mut length = 0;
            loop {
                line.clear();
                reader.read_line(&mut line).expect("a line");
                let Some((name, value)) = line.trim().split_once(": ") else {
                    break;
                };
                request = request.header(name, value);
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.parse().expect("a number");
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let mut kept = kept.lock().expect("no panic");
            kept.push(request.body(body.into()).expect("a request"));
            let status = if kept.len() == 1 { "500 Oops" } else { "204 No Content" };
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").expect("written");
        }
    });
    (uri.parse().expect("a URI"), requests)
}

#[test]
fn the_server_sends_webhooks_to_a_url() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let fake = FakeClerk::builder().organization("org_1").build();
    let (uri, requests) = receiver();
    let mut server = runtime.block_on(FakeServer::start(fake.clone())).expect("a server");
    runtime.block_on(async { server.send_webhooks(uri, secret()) });
    let body = json!({ "email_address": "ada@example.com", "role": "org:member" });
    call(&fake, "POST", "/organizations/org_1/invitations", body);
    let clock = SystemClock::new();
    let delivered = |fake: &FakeClerk| fake.snapshot()["webhooks"][0]["attempts"] == 2;
    while !delivered(&fake) {
        assert!(clock.now() < Duration::from_secs(20), "not delivered");
        block_on(clock.sleep(Duration::from_millis(10)));
    }
    assert_eq!(fake.snapshot()["webhooks"][0]["status"], 204);

    let requests = requests.lock().expect("no panic");
    let [refused, accepted] = requests.as_slice() else {
        panic!("not two requests: {requests:?}");
    };
    assert_eq!(refused.body(), accepted.body());
    assert_eq!(accepted.uri(), "/hooks?a=b");
    let webhook = WebhookVerifier::new(secret())
        .receive(accepted.headers(), accepted.body())
        .expect("verified");
    let WebhookEvent::OrganizationInvitationCreated(invitation) = webhook.event else {
        panic!("another event");
    };
    let url = invitation.url.expect("a link");
    assert!(
        url.as_str()
            .starts_with(&format!("{}/v1/tickets/accept?ticket=", server.url())),
        "{}",
        url.as_str()
    );
    runtime.block_on(server.stop());
}
