//! Receives Clerk's webhooks with axum: verifies each, handles it once, and learns who accepted an invitation.
//!
//! With `CLERK_WEBHOOK_SECRET` set, it listens on 127.0.0.1:3000. Without, a fake of Clerk delivers webhooks to it in memory.
#![expect(clippy::print_stdout, reason = "examples print their result")]

use std::collections::HashSet;
use std::env;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::webhooks::{WebhookError, WebhookEvent, WebhookSecret, WebhookVerifier};
use clerk_testkit::FakeClerk;
use clerk_testkit::webhooks::WebhookSender;
use tokio::net::TcpListener;

struct Receiver {
    verifier: WebhookVerifier,
    /// The ids of the messages that were handled. An application keeps them in its database.
    handled: Mutex<HashSet<String>>,
}

/// Returns the application.
fn application(secret: WebhookSecret) -> Router {
    let receiver = Receiver {
        verifier: WebhookVerifier::new(secret),
        handled: Mutex::default(),
    };
    Router::new()
        .route("/webhooks", post(receive))
        .with_state(Arc::new(receiver))
}

/// Receives one webhook. The signature covers the exact bytes of the body, so it must not be parsed before.
async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let webhook = match receiver.verifier.receive(&headers, &body) {
        Ok(webhook) => webhook,
        // Clerk's, but unreadable for this version of the SDK: Clerk tries again later.
        Err(WebhookError::Decode(error)) => {
            println!("{error}");
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        Err(error) => {
            println!("refused: {error}");
            return StatusCode::BAD_REQUEST;
        }
    };
    let mut handled = receiver.handled.lock().unwrap_or_else(PoisonError::into_inner);
    // Clerk can deliver a message more than once.
    if handled.insert(webhook.id) {
        handle(&webhook.event);
    }
    StatusCode::NO_CONTENT
}

fn handle(event: &WebhookEvent) {
    match event {
        WebhookEvent::UserCreated(user) => {
            println!(
                "{} signed up, with the metadata {}",
                user.id,
                user.public_metadata.as_json()
            );
        }
        WebhookEvent::OrganizationMembershipCreated(member) => {
            println!(
                "{} has a new member with the role {}",
                member.organization.name, member.role
            );
        }
        event => println!("nothing to do for {}", event.event_type()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(secret) = env::var("CLERK_WEBHOOK_SECRET") {
        let listener = TcpListener::bind(("127.0.0.1", 3000)).await?;
        println!("listening on http://{}/webhooks", listener.local_addr()?);
        axum::serve(listener, application(WebhookSecret::new(secret)?)).await?;
        return Ok(());
    }

    println!("DEMO: a fake of Clerk delivers its webhooks. Set CLERK_WEBHOOK_SECRET to receive Clerk's.");
    let secret = WebhookSecret::new("whsec_ZGVtbyBzZWNyZXQ=")?;
    let mut application = application(secret.clone()).into_service::<Body>();
    let fake = FakeClerk::builder().organization("org_1").build();
    let mut sender = WebhookSender::new(&fake, secret);

    // Two people are invited and accept, one of them to an organization.
    let clerk = fake.client();
    let ada = CreateInvitation::new("ada@example.com").public_metadata(r#"{"team":"engines"}"#.parse()?);
    let ada = clerk.invitations().create(&ada).await?;
    fake.accept(ada.url.ok_or("no link")?)?;
    let grace = CreateOrganizationInvitation::new("grace@example.com", "org:member");
    clerk.organization_invitations().create("org_1", &grace).await?;
    fake.join_organization("org_1", "grace@example.com");
    sender.deliver_to_service(&mut application).await?;

    // Somebody else signs a webhook.
    let mut forger = WebhookSender::new(&fake, WebhookSecret::new("whsec_Zm9yZ2Vk")?).attempts(1);
    let forged = forger.deliver_to_service(&mut application).await?;
    println!(
        "{} forged webhooks, {} accepted",
        forged.len(),
        forged.iter().filter(|delivery| delivery.is_delivered()).count()
    );
    Ok(())
}
