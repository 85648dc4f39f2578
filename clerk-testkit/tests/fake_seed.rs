//! [`Seed`]: what it adds, and how it refuses.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use clerk_core::model::Timestamp;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Seed};
use fake_support::{call, invite};
use serde_json::json;

const YAML: &str = r#"
# The team.
settings:
  secret_key: sk_test_fake
  start: 2026-01-01T00:00:00Z
  limits: single=2/60s
  window: sliding
  ignore_existing: bypasses-users
  organization_duplicate: duplicate-record
  pending_duplicate: accepted
  bulk_on_5xx: partial
  metadata_limit: 100
  read_lag_ms: 0
  latency_ms: 0
  faults: |
    CreateInvitation 1 quota_exceeded
  fault_seed: 7
users:
  - Ada@example.com
  - email_address: grace@example.com
    first_name: Grace
    public_metadata: { team: red }
organizations:
  - id: org_1
    name: Acme
    slug: acme
    membership_limit: 4
    public_metadata: { plan: free }
    members:
      - { email_address: ada@example.com, role: "org:billing", public_metadata: { desk: 7 } }
      - boss@example.com
    invitations:
      - { email_address: alan@example.com, role: "org:admin", expires_in_days: 7 }
roles: ["org:billing"]
invitations:
  - { email_address: edsger@example.com, redirect_url: "/welcome", public_metadata: { n: 1 } }
waitlist_entries:
  - barbara@example.com
  - { email_address: donald@example.com, locked: true }
allowlist: ["*@example.com"]
blocklist: [mallory@example.com]
malformed: [odd@example.com]
"#;

#[test]
fn a_seed_fills_an_instance() {
    let seed = Seed::from_yaml(YAML).expect("a seed");
    let fake = FakeClerk::builder().seed(&seed).build();
    let state = fake.snapshot();
    assert_eq!(state["now"], json!(Timestamp::from_millis(1_767_225_600_000)));
    let addresses = |of: &str| -> Vec<String> {
        let address = |object: &serde_json::Value| {
            let address = object["email_address"].as_str();
            let address = address.or_else(|| object["email_addresses"][0]["email_address"].as_str());
            let address = address.or_else(|| object["public_user_data"]["identifier"].as_str());
            address
                .expect("an address")
                .split('@')
                .next()
                .expect("a name")
                .to_owned()
        };
        state[of].as_array().expect("a list").iter().map(address).collect()
    };
    assert_eq!(addresses("users"), ["ada", "grace", "boss"]);
    assert_eq!(state["users"][1]["first_name"], "Grace");
    assert_eq!(state["users"][1]["public_metadata"], json!({ "team": "red" }));
    assert_eq!(state["organizations"][0]["name"], "Acme");
    assert_eq!(state["organizations"][0]["public_metadata"], json!({ "plan": "free" }));
    assert_eq!(addresses("organization_memberships"), ["ada", "boss"]);
    assert_eq!(state["organization_memberships"][0]["role"], "org:billing");
    assert_eq!(
        state["organization_memberships"][0]["public_metadata"],
        json!({ "desk": 7 })
    );
    assert_eq!(addresses("organization_invitations"), ["alan"]);
    assert_eq!(
        state["organization_invitations"][0]["expires_at"],
        json!(1_767_225_600_000_i64 + 7 * 86_400_000)
    );
    assert_eq!(addresses("waitlist_entries"), ["barbara", "donald"]);
    assert_eq!(state["waitlist_entries"][1]["is_locked"], true);
    assert_eq!(
        fake.follow_link("fake_ticket_000001").expect("a link"),
        "/welcome?__clerk_ticket=fake_ticket_000001&__clerk_status=sign_up"
    );
    assert_eq!(state["mails"], json!({}));
    assert_eq!(state["settings"]["window"], "sliding");
    assert_eq!(state["settings"]["metadata_limit"], 100);
    assert_eq!(state["settings"]["pending_duplicate"], "accepted");

    assert_eq!(invite(&fake, "new@example.com").code(), "quota_exceeded");
    assert_eq!(invite(&fake, "mallory@example.com").code(), "not_allowed_access");
    assert_eq!(fake.budget_left(FakeOperation::CreateInvitation), Some(0));
    let bulk = |address: &str| {
        call(
            &fake,
            "POST",
            "/invitations/bulk",
            json!([{ "email_address": address }]),
        )
    };
    assert_eq!(bulk("odd@example.com").code(), "form_param_format_invalid");
    assert_eq!(bulk("x@example.org").code(), "not_allowed_access");
}

#[test]
fn a_seed_is_added_to_a_running_fake_until_its_reset() {
    let fake = FakeClerk::new();
    let seed = r#"{"users": ["ada@example.com"], "roles": ["org:x"], "blocklist": ["b@example.com"],
        "organizations": [{"id": "org_1", "invitations": [{"email_address": "c@example.com", "role": "org:x"}]}]}"#;
    fake.seed(&Seed::from_json(seed).expect("a seed")).expect("no settings");
    assert_eq!(invite(&fake, "ada@example.com").code(), "form_identifier_exists");
    assert_eq!(invite(&fake, "b@example.com").code(), "not_allowed_access");
    assert!(fake.join_organization("org_1", "c@example.com"));
    let body = json!({ "email_address": "d@example.com", "role": "org:x" });
    assert_eq!(
        call(&fake, "POST", "/organizations/org_1/invitations", body).status,
        200
    );
    fake.reset();
    assert_eq!(invite(&fake, "ada@example.com").status, 200);
    assert_eq!(invite(&fake, "b@example.com").status, 200);

    let settings = Seed::from_json(r#"{"settings": {"window": "fixed"}}"#).expect("a seed");
    let error = fake.seed(&settings).expect_err("settings").to_string();
    assert!(
        error.starts_with("invalid seed: settings: apply only when the fake is built"),
        "{error}"
    );
}

#[test]
fn an_invalid_seed_names_the_path_the_line_and_the_way_out() {
    for (yaml, complaint) in [
        (
            "users:\n  - emial_address: a@example.com",
            "users[0].emial_address: unknown field `emial_address`, expected one of `email_address`",
        ),
        (
            "users:\n  - a@example.com\n  - nobody",
            "users[1]: \"nobody\" is not an email address: ",
        ),
        ("users:\n  - first_name: A", "users[0]: missing field `email_address`"),
        (
            "users: a@example.com",
            "users: invalid type: string \"a@example.com\", expected a sequence",
        ),
        (
            "organizations:\n  - id: org_1\n    members: [[]]",
            "organizations[0].members[0]: invalid type: sequence, expected an address, or fields",
        ),
        (
            "settings:\n  window: round",
            "settings.window: must be fixed or sliding",
        ),
        (
            "settings:\n  limits: bulk=x",
            "settings.limits: \"bulk=x\" is not a rate limit: use documented",
        ),
        (
            "settings:\n  start: yesterday",
            "settings.start: expected a time such as 2026-01-01T00:00:00Z",
        ),
        (
            "settings:\n  faults: Nope 1 garbage",
            "settings.faults: line 1 of the fault plan: unknown operation",
        ),
        (
            "settings:\n  secret_key: pk_test_x",
            "settings.secret_key: the secret key does not start with",
        ),
        (
            "people: []",
            "people: unknown field `people`, expected one of `settings`, `users`",
        ),
        (
            "organizations: [{id: a/b}]",
            "organizations[0].id: must be an id such as org_1",
        ),
        (
            "organizations: [{id: org_1, membership_limit: 0, members: [a@example.com]}]",
            "organizations[0].membership_limit: must be at least the number of members",
        ),
        (
            "invitations: [{email_address: a@example.com, expires_in_days: 0}]",
            "invitations[0].expires_in_days: must be from 1 to 365",
        ),
    ] {
        let error = Seed::from_yaml(yaml).expect_err(yaml).to_string();
        assert!(
            error.starts_with(&format!("invalid seed: {complaint}")),
            "{yaml}\n{error}"
        );
        let has_line = error.contains(" at line ")
            || complaint.contains("must be at least")
            || complaint.contains("such as org_1")
            || complaint.contains("from 1 to")
            || complaint.starts_with("people: ");
        assert!(has_line, "{error}");
    }
    let error = Seed::from_json("{\n  \"users\": [{\"email\": 1}]\n}")
        .expect_err("an error")
        .to_string();
    assert!(
        error.starts_with("invalid seed: users[0].email: unknown field `email`") && error.contains("line 2 column"),
        "{error}"
    );
    for empty in ["", "# nothing\n", "{}"] {
        Seed::from_yaml(empty).expect("an empty seed");
    }
}
