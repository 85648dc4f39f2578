//! Verifies webhooks with the published Standard Webhooks vectors, refuses forged ones, and decodes events.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::error::Error;
use std::time::Duration;

use clerk_core::http::{HeaderMap, HeaderName, HeaderValue};
use clerk_core::model::{Invitation, Timestamp};
use clerk_core::webhooks::{InvalidWebhookSecret, Webhook, WebhookError, WebhookEvent, WebhookSecret, WebhookVerifier};
use clerk_testkit::ManualClock;
use serde_json::{Value, json};

/// A published message: secret, id, time in seconds, body and signature.
struct Vector {
    secret: &'static str,
    id: &'static str,
    seconds: i64,
    body: &'static [u8],
    signature: &'static str,
}

/// The vectors in the tests of the libraries of Standard Webhooks and of Svix.
const VECTORS: [Vector; 2] = [
    Vector {
        secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        seconds: 1_649_367_553,
        body: br#"{"email":"test@example.com","username":"test_user"}"#,
        signature: "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    },
    Vector {
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        seconds: 1_614_265_330,
        body: br#"{"test": 2432232314}"#,
        signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
];

const OTHER_SIGNATURES: &str =
    "v1,tFtCZ5RDCPxzWQRWXWPgrCgE2frDBe9gjpbWQxnVfsQ= v1,Mm7xgUVICxZfQ3bgf0h0Dof65L/IFx+PnZvnDWPCX6Q=";

fn secret(text: &str) -> WebhookSecret {
    WebhookSecret::new(text).expect("a secret")
}

fn at(seconds: i64) -> ManualClock {
    ManualClock::starting_at(Timestamp::from_millis(seconds * 1000 + 999))
}

impl Vector {
    fn headers(&self, prefix: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("id", self.id.to_owned()),
            ("timestamp", self.seconds.to_string()),
            ("signature", self.signature.to_owned()),
        ] {
            let name: HeaderName = format!("{prefix}-{name}").parse().expect("a name");
            headers.insert(name, value.parse().expect("a value"));
        }
        headers
    }

    fn verifier(&self) -> WebhookVerifier {
        WebhookVerifier::new(secret(self.secret)).clock(at(self.seconds))
    }

    /// Verifies the message after `change` has changed its headers.
    fn verify_with(&self, change: impl FnOnce(&mut HeaderMap)) -> Result<(), WebhookError> {
        let mut headers = self.headers("svix");
        change(&mut headers);
        self.verifier().verify(&headers, self.body).map(drop)
    }
}

fn set(name: &'static str, value: &str) -> impl FnOnce(&mut HeaderMap) {
    let value = value.parse().expect("a value");
    move |headers| drop(headers.insert(name, value))
}

#[test]
fn verifies_and_signs_the_published_vectors() {
    for vector in &VECTORS {
        let sent_at = Timestamp::from_millis(vector.seconds * 1000);
        let signature = secret(vector.secret).sign(vector.id, sent_at, vector.body);
        assert_eq!(signature, vector.signature);
        for prefix in ["svix", "webhook"] {
            let verified = vector
                .verifier()
                .verify(&vector.headers(prefix), vector.body)
                .map(str::to_owned);
            assert_eq!(verified.as_deref(), Ok(vector.id), "{prefix}");
        }
    }
}

#[test]
fn one_matching_signature_of_several_is_enough() {
    let [vector, _] = &VECTORS;
    for signatures in [
        format!("{OTHER_SIGNATURES} {}", vector.signature),
        format!("{} {OTHER_SIGNATURES}", vector.signature),
        format!("v1a,bm90IG91cnM= broken v1,%%% {}", vector.signature),
    ] {
        assert_eq!(
            vector.verify_with(set("svix-signature", &signatures)),
            Ok(()),
            "{signatures}"
        );
    }
}

#[test]
fn refuses_messages_of_which_no_signature_matches() {
    let [vector, other] = &VECTORS;
    let mismatch = Err(WebhookError::SignatureMismatch);
    let raw = vector.signature.trim_start_matches("v1,");
    for signatures in [
        OTHER_SIGNATURES,
        "",
        "v1,",
        "v1",
        raw,
        &format!("v1a,{raw}"),
        &format!("v2,{raw}"),
        "v1,tZ1I",
    ] {
        assert_eq!(
            vector.verify_with(set("svix-signature", signatures)),
            mismatch,
            "{signatures}"
        );
    }
    assert_eq!(vector.verify_with(set("svix-id", "msg_2")), mismatch);
    let later = (vector.seconds + 1).to_string();
    assert_eq!(vector.verify_with(set("svix-timestamp", &later)), mismatch);

    let headers = vector.headers("svix");
    let changed = br#"{"email":"test@example.com","username":"test_uses"}"#;
    assert_eq!(vector.verifier().verify(&headers, changed).map(drop), mismatch);
    assert_eq!(vector.verifier().verify(&headers, b"").map(drop), mismatch);
    let wrong = WebhookVerifier::new(secret(other.secret)).clock(at(vector.seconds));
    assert_eq!(wrong.verify(&headers, vector.body).map(drop), mismatch);
}

#[test]
fn accepts_each_secret_while_one_is_rotated() {
    let [vector, other] = &VECTORS;
    for (first, second) in [(vector.secret, other.secret), (other.secret, vector.secret)] {
        let verifier = WebhookVerifier::new(secret(first))
            .add_secret(secret(second))
            .clock(at(vector.seconds));
        assert!(verifier.verify(&vector.headers("svix"), vector.body).is_ok());
    }
}

#[test]
fn refuses_timestamps_out_of_tolerance() {
    let [vector, _] = &VECTORS;
    let verify = |now: i64, tolerance: u64| {
        let verifier = vector
            .verifier()
            .clock(at(now))
            .tolerance(Duration::from_secs(tolerance));
        verifier.verify(&vector.headers("svix"), vector.body).map(drop)
    };
    let sent = vector.seconds;
    let (age, ahead) = (Duration::from_secs(301), Duration::from_secs(301));
    assert_eq!(verify(sent + 300, 300), Ok(()));
    assert_eq!(verify(sent + 301, 300), Err(WebhookError::TooOld { age }));
    assert_eq!(verify(sent - 300, 300), Ok(()));
    assert_eq!(verify(sent - 301, 300), Err(WebhookError::TooNew { ahead }));
    assert_eq!(verify(sent + 301, 3600), Ok(()));
    let default = vector.verifier().clock(at(sent + 301));
    assert_eq!(
        default.verify(&vector.headers("svix"), vector.body),
        Err(WebhookError::TooOld { age })
    );
    let extreme = vector.verify_with(set("svix-timestamp", &i64::MIN.to_string()));
    assert!(matches!(extreme, Err(WebhookError::TooOld { .. })), "{extreme:?}");
}

#[test]
fn refuses_missing_and_malformed_headers() {
    let [vector, _] = &VECTORS;
    for name in ["svix-timestamp", "svix-signature"] {
        let missing = vector.verify_with(|headers| drop(headers.remove(name)));
        assert_eq!(missing, Err(WebhookError::MissingHeader(name)));
        let malformed = vector.verify_with(|headers| {
            headers.insert(name, HeaderValue::from_bytes(b"\xff").expect("opaque bytes"));
        });
        assert_eq!(malformed, Err(WebhookError::MalformedHeader(name)));
    }
    let missing = vector.verify_with(|headers| drop(headers.remove("svix-id")));
    assert_eq!(missing, Err(WebhookError::MissingHeader("svix-id")));
    let none = vector.verify_with(HeaderMap::clear);
    assert_eq!(none, Err(WebhookError::MissingHeader("svix-id")));
    for timestamp in ["", "soon", "1649367553.5", "99999999999999999999"] {
        let malformed = vector.verify_with(set("svix-timestamp", timestamp));
        assert_eq!(
            malformed,
            Err(WebhookError::MalformedHeader("svix-timestamp")),
            "{timestamp}"
        );
    }
}

#[test]
fn secrets_are_checked_and_never_shown() {
    let [vector, _] = &VECTORS;
    let bare = vector.secret.trim_start_matches("whsec_");
    for text in [bare.to_owned(), format!("  {}\n", vector.secret)] {
        let signature = secret(&text).sign(vector.id, Timestamp::from_millis(vector.seconds * 1000), vector.body);
        assert_eq!(signature, vector.signature);
    }
    for (text, error) in [
        ("", InvalidWebhookSecret::Empty),
        ("whsec_", InvalidWebhookSecret::Empty),
        ("whsec_hidden!", InvalidWebhookSecret::NotBase64),
        ("sk_test_hidden", InvalidWebhookSecret::NotBase64),
    ] {
        let found = WebhookSecret::new(text).expect_err(text);
        assert_eq!(found, error, "{text}");
        assert!(!format!("{found} {found:?}").contains("hidden"));
    }
    let shown = format!("{:?}", vector.verifier());
    assert!(!shown.contains(&bare[..8]), "{shown}");
}

fn user() -> Value {
    let verified = json!({ "object": "verification_ticket", "status": "verified", "strategy": "ticket" });
    json!({
        "id": "user_1", "object": "user", "primary_email_address_id": "idn_1", "created_at": 1, "updated_at": 2,
        "email_addresses": [
            { "id": "idn_1", "email_address": "Ada@Example.com", "verification": verified },
            { "id": "idn_2", "email_address": "lovelace@example.com", "verification": verified },
            { "id": "idn_3", "email_address": "byron@example.com", "verification": { "status": "unverified" } },
            { "id": "idn_4", "email_address": "king@example.com", "verification": null }
        ]
    })
}

fn organization() -> Value {
    json!({
        "id": "org_1", "object": "organization", "name": "Engines", "slug": "engines", "has_image": false,
        "max_allowed_memberships": 5, "admin_delete_enabled": true, "public_metadata": { "plan": "b" },
        "private_metadata": {}, "created_by": "user_1", "created_at": 1, "updated_at": 2
    })
}

fn membership() -> Value {
    json!({
        "id": "orgmem_1", "object": "organization_membership", "role": "org:member", "permissions": [],
        "public_metadata": { "seat": 1 }, "organization": organization(), "created_at": 1, "updated_at": 2,
        "public_user_data": {
            "user_id": "user_1", "first_name": "Ada", "last_name": null, "profile_image_url": "", "image_url": "",
            "has_image": false, "identifier": "ada@example.com"
        }
    })
}

fn organization_invitation() -> Value {
    json!({
        "id": "orginv_1", "object": "organization_invitation", "email_address": "ada@example.com",
        "organization_id": "org_1", "role": "org:member", "status": "accepted", "created_at": 1, "updated_at": 2
    })
}

fn waitlist_entry() -> Value {
    json!({
        "id": "wle_1", "object": "waitlist_entry", "email_address": "ada@example.com", "status": "pending",
        "created_at": 1, "updated_at": 2
    })
}

fn body(event_type: &str, data: &Value) -> Vec<u8> {
    let event = json!({
        "object": "event", "type": event_type, "timestamp": 1_716_883_200_000_i64, "instance_id": "ins_1",
        "event_attributes": { "http_request": { "client_ip": "0.0.0.0" } }, "data": data
    });
    event.to_string().into_bytes()
}

fn event(event_type: &str, data: &Value) -> WebhookEvent {
    Webhook::from_json("msg_1", &body(event_type, data))
        .expect(event_type)
        .event
}

#[test]
fn decodes_each_event_to_its_type_and_shows_no_address() {
    let deleted = json!({ "id": "x_1", "object": "x", "deleted": true });
    for (event_type, data) in [
        ("user.created", user()),
        ("user.updated", user()),
        ("user.deleted", deleted.clone()),
        ("organization.created", organization()),
        ("organization.updated", organization()),
        ("organization.deleted", deleted),
        ("organizationMembership.created", membership()),
        ("organizationMembership.updated", membership()),
        ("organizationMembership.deleted", membership()),
        ("organizationInvitation.created", organization_invitation()),
        ("organizationInvitation.accepted", organization_invitation()),
        ("organizationInvitation.revoked", organization_invitation()),
        ("waitlistEntry.created", waitlist_entry()),
        ("waitlistEntry.updated", waitlist_entry()),
    ] {
        let event = event(event_type, &data);
        assert!(!matches!(event, WebhookEvent::Unknown(_)), "{event_type}");
        assert_eq!(event.event_type(), event_type);
        let shown = format!("{event:?}");
        assert!(!shown.contains("example.com") && !shown.contains("\"Ada\""), "{shown}");
    }
    let WebhookEvent::OrganizationMembershipCreated(member) = event("organizationMembership.created", &membership())
    else {
        panic!("another event");
    };
    assert_eq!(member.organization.id.as_str(), "org_1");
    assert_eq!(member.public_user_data.expect("user data").user_id.as_str(), "user_1");
}

#[test]
fn keeps_unknown_events_whole() {
    let data = json!({ "id": "sess_1", "object": "session", "email": "ada@example.com" });
    let WebhookEvent::Unknown(event) = event("session.created", &data) else {
        panic!("a known event");
    };
    assert_eq!(event.event_type(), "session.created");
    assert_eq!(event.payload(), &body("session.created", &data));
    assert_eq!(event.data::<Value>().expect("JSON"), data);
    assert_eq!(format!("{event:?}"), "UnknownEvent(session.created)");
}

#[test]
fn receives_a_signed_event() {
    let [vector, _] = &VECTORS;
    let body = body("user.created", &user());
    let sent_at = Timestamp::from_millis(vector.seconds * 1000);
    let mut headers = vector.headers("svix");
    let signature = secret(vector.secret).sign(vector.id, sent_at, &body);
    headers.insert("svix-signature", signature.parse().expect("a value"));

    let webhook = vector.verifier().receive(&headers, &body).expect("a webhook");
    assert_eq!(webhook.id, vector.id);
    assert_eq!(webhook.timestamp, Some(Timestamp::from_millis(1_716_883_200_000)));
    assert_eq!(webhook.instance_id.expect("an instance").as_str(), "ins_1");
    assert!(matches!(webhook.event, WebhookEvent::UserCreated(user) if user.id.as_str() == "user_1"));
}

#[test]
fn a_payload_of_another_shape_is_named_without_its_values() {
    let [vector, _] = &VECTORS;
    let mut headers = vector.headers("svix");
    for (body, path) in [
        (
            body(
                "user.created",
                &json!({ "id": "user_1", "email_addresses": "ada@example.com" }),
            ),
            "email_addresses",
        ),
        (b"ada@example.com".to_vec(), "."),
        (b"{\"type\":\"user.created\"}".to_vec(), "data"),
    ] {
        let sent_at = Timestamp::from_millis(vector.seconds * 1000);
        let signature = secret(vector.secret).sign(vector.id, sent_at, &body);
        headers.insert("svix-signature", signature.parse().expect("a value"));
        let error = vector.verifier().receive(&headers, &body).expect_err("another shape");
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        assert!(!format!("{error} {error:?} {cause}").contains("ada"), "{cause}");
        let WebhookError::Decode(error) = error else {
            panic!("{error}");
        };
        assert_eq!(error.path(), path);
    }
}

fn invitation(id: &str, address: &str, status: &str, created_at: i64) -> Invitation {
    let invitation = json!({
        "id": id, "email_address": address, "status": status, "created_at": created_at, "updated_at": created_at
    });
    serde_json::from_value(invitation).expect("an invitation")
}

#[test]
fn a_new_user_has_accepted_the_invitation_to_a_verified_address() {
    let created = event("user.created", &user());
    let find = |event: &WebhookEvent, invitations: &[Invitation]| {
        event
            .accepted_invitation(invitations)
            .map(|invitation| invitation.id.to_string())
    };
    let other = invitation("inv_other", "grace@example.com", "accepted", 9);
    let pending = invitation("inv_pending", "ada@example.com", "pending", 3);
    let accepted = invitation("inv_accepted", " LOVELACE@example.com", "accepted", 1);
    let later = invitation("inv_later", "ada@example.com", "accepted", 2);
    let unverified =
        ["byron@example.com", "king@example.com"].map(|address| invitation("inv_unverified", address, "accepted", 9));
    let revoked = invitation("inv_revoked", "ada@example.com", "revoked", 9);
    let expired = invitation("inv_expired", "ada@example.com", "expired", 9);

    let all = [&other, &pending, &accepted, &later, &revoked, &expired].map(Clone::clone);
    assert_eq!(find(&created, &all).as_deref(), Some("inv_later"));
    assert_eq!(
        find(&created, &[pending.clone(), accepted.clone()]).as_deref(),
        Some("inv_accepted")
    );
    assert_eq!(
        find(&created, std::slice::from_ref(&pending)).as_deref(),
        Some("inv_pending")
    );
    assert_eq!(find(&created, &[other, revoked, expired]), None);
    assert_eq!(find(&created, &unverified), None);
    let updated = event("user.updated", &user());
    assert_eq!(find(&updated, &all), None);
}
