//! Secret keys, email addresses and invitation links are redacted from `Debug`, and from the `Display` of errors and their
//! sources.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_core::api::instance::ListInstanceOrganizationInvitations;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::{CreateInvitationBulk, ListInvitations};
use clerk_core::api::organization_invitations::{
    CreateOrganizationInvitation, CreateOrganizationInvitationBulk, CreateOrganizationInvitationSingle,
    ListOrganizationInvitations,
};
use clerk_core::api::users::{CountUsers, ListUsers};
use clerk_core::api::waitlist_entries::{CreateWaitlistEntry, CreateWaitlistEntryBulk, ListWaitlistEntries};
use clerk_core::middleware::{BeganAttempt, ObservedAttempt, ObservedWait, Observer};
use clerk_core::model::{
    EmailAddress, Invitation, Metadata, OrganizationId, OrganizationInvitation, User, WaitlistEntry,
};
use clerk_core::run::journal::{Journal, JournalError, MemoryJournal, Record as JournalRecord};
use clerk_core::run::{RunEvent, RunObserver};
use clerk_core::{
    Client, ClientBuilder, Endpoint, HttpRequest, HttpResponse, Multipart, Operation, SecretKey, SystemClock,
    async_trait, transport_fn,
};
use clerk_hyper::{HyperTransport, TokioClock};
use clerk_testkit::cassette::RecordOptions;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use clerk_testkit::mock::{Reply, post};
use clerk_testkit::{FakeClerk, ManualClock, Mock, Record, Replay, SpyTransport};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Part of every key, address and link in these tests. No formatted output may contain it.
const HIDDEN: &str = "hidden";
const ADDRESS: &str = "hidden@example.com";
const LINK: &str = "https://example.com/?__clerk_ticket=hidden&for=hidden%40example.com";

fn assert_hides(value: &dyn Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.to_lowercase().contains(HIDDEN), "{shown}");
    }
}

fn assert_error_hides(error: &(dyn StdError + 'static)) {
    for error in std::iter::successors(Some(error), |&error| error.source()) {
        assert_hides(&error);
        let shown = format!("{error} {error:#}");
        assert!(!shown.to_lowercase().contains(HIDDEN), "{shown}");
    }
}

fn key() -> SecretKey {
    SecretKey::new("sk_test_hidden").unwrap()
}

fn invitation() -> CreateInvitation {
    CreateInvitation::new(ADDRESS)
        .redirect_url(LINK)
        .public_metadata(Metadata::new(&json!({ ADDRESS: ADDRESS })).unwrap())
}

fn organization_invitation() -> CreateOrganizationInvitation {
    CreateOrganizationInvitation::new(ADDRESS, "org:member").redirect_url(LINK)
}

fn read<T: DeserializeOwned>(json: &serde_json::Value) -> T {
    serde_json::from_str(&json.to_string()).unwrap()
}

fn invitation_json() -> serde_json::Value {
    json!({
        "id": "inv_1", "email_address": ADDRESS, "public_metadata": { "of": ADDRESS }, "status": "pending", "url": LINK,
        "created_at": 1, "updated_at": 1,
    })
}

/// Returns a client whose server gives each request this response, with a cookie.
fn client(status: u16, body: String) -> ClientBuilder {
    let transport = transport_fn(move |_request| {
        let body = body.clone();
        async move {
            let response = http::Response::builder()
                .status(status)
                .header("set-cookie", "session=hidden")
                .header("location", LINK)
                .header("clerk-trace-id", ADDRESS);
            Ok(response.body(body.into()).unwrap())
        }
    });
    Client::builder(key(), transport).clock(ManualClock::new())
}

#[test]
fn requests_are_redacted() {
    let organization = OrganizationId::from("org_1");
    let (invitations, in_organization) = ([invitation()], [organization_invitation()]);
    let entries = [CreateWaitlistEntry::new(ADDRESS)];
    let lists = ListInvitations::new().query(ADDRESS);
    let addresses = [ADDRESS];
    fn check<E: Endpoint + Debug>(endpoint: &E) {
        assert_hides(endpoint);
        assert_hides(&endpoint.request().unwrap());
    }
    check(&invitations[0]);
    check(&CreateInvitationBulk::new(&invitations));
    check(&lists);
    assert_hides(&in_organization);
    check(&CreateOrganizationInvitationSingle::new(
        &organization,
        &in_organization[0],
    ));
    check(&CreateOrganizationInvitationBulk::new(&organization, &in_organization));
    check(&ListOrganizationInvitations::new("org_1").email_address(ADDRESS));
    check(&ListInstanceOrganizationInvitations::new().query(ADDRESS));
    check(&entries[0]);
    check(&CreateWaitlistEntryBulk::new(&entries));
    check(&ListWaitlistEntries::new().query(ADDRESS));
    check(&ListUsers::new().email_addresses(addresses));
    check(&CountUsers::new().email_addresses(addresses));
    let form = Multipart::new().file(ADDRESS, ADDRESS, "image/png", ADDRESS);
    assert_hides(&form);
    assert_hides(&Operation::post("Upload", "/upload").request().multipart(&form).unwrap());
    let entry: WaitlistEntry = read(&json!({
        "id": "wait_1", "email_address": ADDRESS, "status": "pending", "created_at": 1, "updated_at": 1,
    }));
    let client = client(200, "[]".into()).build().unwrap();
    assert_hides(&client.pages(&lists));
    assert_hides(&client.invitations().invite_all(invitations.to_vec()));
    assert_hides(&client.waitlist_entries().invite_all([entry]));
}

#[test]
fn responses_are_redacted() {
    let invitation = invitation_json();
    let in_organization = json!({
        "id": "orginv_1", "email_address": ADDRESS, "role": "org:member", "role_name": "Member", "url": LINK,
        "private_metadata": { "of": ADDRESS }, "created_at": 1, "updated_at": 1,
        "public_inviter_data": { "user_id": "user_1", "first_name": HIDDEN, "last_name": HIDDEN, "image_url": LINK,
            "has_image": true, "identifier": ADDRESS },
    });
    let entry = json!({
        "id": "wait_1", "email_address": ADDRESS, "status": "invited", "created_at": 1, "updated_at": 1,
        "invitation": invitation,
    });
    let user = json!({
        "id": "user_1", "email_addresses": [{ "email_address": ADDRESS }], "created_at": 1, "updated_at": 1,
    });
    assert_hides(&EmailAddress::from(ADDRESS));
    assert_hides(&read::<Invitation>(&invitation));
    assert_hides(&read::<OrganizationInvitation>(&in_organization));
    assert_hides(&read::<WaitlistEntry>(&entry));
    assert_hides(&read::<User>(&user));

    let client = client(200, json!([invitation]).to_string()).build().unwrap();
    let response = pollster::block_on(client.send(&ListInvitations::new())).unwrap();
    assert_eq!(response.value().data[0].email_address, ADDRESS);
    assert_hides(&response);
}

#[test]
fn errors_are_redacted() {
    let refusal = json!({
        "errors": [{
            "code": ADDRESS, "message": ADDRESS, "long_message": ADDRESS,
            "meta": { "param_name": ADDRESS, "email_addresses": [ADDRESS] },
        }],
        "clerk_trace_id": ADDRESS,
    });
    let answers = [
        (422, refusal.to_string()),
        (502, format!("<p>{ADDRESS}</p>")),
        (200, format!("<p>{ADDRESS}</p>")),
        (200, json!([{ "id": ADDRESS }]).to_string()),
        (200, json!([{ "id": { ADDRESS: ADDRESS } }]).to_string()),
    ];
    for (status, body) in answers {
        let client = client(status, body).build().unwrap();
        let error = pollster::block_on(client.invitations().create_bulk(&[invitation()])).unwrap_err();
        assert_error_hides(&error);
    }
    for wrong in ["hidden", "sk_test_hid den"] {
        assert_error_hides(&SecretKey::new(wrong).unwrap_err());
    }
    let builder = client(200, String::new());
    assert_error_hides(&builder.base_url("https://hidden@example.com").build().unwrap_err());
    let builder = client(200, String::new());
    assert_error_hides(&builder.user_agent("hidden\n").build().unwrap_err());
    assert_error_hides(&Metadata::from_json(ADDRESS).unwrap_err());
}

#[tokio::test]
async fn transport_errors_are_redacted() {
    // Nothing listens on this port.
    let transport = HyperTransport::new().unwrap();
    let client = Client::builder(key(), transport)
        .base_url("http://127.0.0.1:1")
        .build()
        .unwrap();
    let once = client.with_options(clerk_core::CallOptions::new().no_retry());
    let error = once
        .invitations()
        .list(&ListInvitations::new().query(ADDRESS))
        .await
        .unwrap_err();
    assert_error_hides(&error);
}

#[test]
fn transports_are_redacted() {
    let people = [invitation()];
    let answer = || Reply::json(json!([invitation_json()]));
    let client = |transport| Client::builder(key(), transport).clock(ManualClock::new());
    let call = |client: &Client| pollster::block_on(client.invitations().create_bulk(&people)).unwrap();

    let mock = Mock::new();
    mock.expect(post("/v1/invitations/bulk")).respond(answer()).times(1..);
    let spy = SpyTransport::new(mock.clone());
    let folder = tempfile::tempdir().unwrap();
    let record = Record::new(spy.clone(), folder.path().join("cassette.json"), RecordOptions::new());
    let builder = client(Box::new(record.clone()) as Box<dyn clerk_core::HttpTransport>);
    assert_hides(&builder);
    let clerk = builder.build().unwrap();
    call(&clerk);
    assert_hides(&clerk);
    assert_hides(&record);
    assert_hides(&record.cassette());
    assert_hides(&spy);
    assert_hides(&spy.calls());
    assert_hides(spy.calls()[0].outcome());
    assert_hides(&mock);
    mock.verify().unwrap();

    let replay = Replay::new(record.cassette());
    call(
        &client(Box::new(replay.clone()) as Box<dyn clerk_core::HttpTransport>)
            .build()
            .unwrap(),
    );
    assert_hides(&replay);

    let fake = FakeClerk::builder()
        .secret_key(key())
        .pending_invitation("also-hidden@example.com");
    assert_hides(&fake);
    let fake = fake.build();
    call(&fake.client_builder().build().unwrap_or_else(|error| panic!("{error}")));
    assert_hides(&fake);
}

#[test]
fn clients_and_their_parts_are_redacted() {
    assert_hides(&key());
    assert_hides(&SystemClock::new());
    assert_hides(&TokioClock::new());
    assert_hides(&HyperTransport::builder());
    let transport = HyperTransport::new().unwrap();
    assert_hides(&transport);
    let builder = Client::builder(key(), transport);
    assert_hides(&builder);
    assert_hides(&builder.build().unwrap());
    let sent = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&sent);
    let transport = transport_fn(move |request: HttpRequest| {
        *seen.lock().unwrap() = Some(request.headers().clone());
        async { Ok(HttpResponse::new("[]".into())) }
    });
    let client = Client::builder(key(), transport).build().unwrap();
    pollster::block_on(client.invitations().list(&ListInvitations::new())).unwrap();
    let headers = sent.lock().unwrap().take().unwrap();
    assert_eq!(headers["authorization"], "Bearer sk_test_hidden");
    assert_hides(&headers);
}

/// An observer that checks each event, as `Debug`, as text and as JSON.
#[derive(Debug, Default)]
struct Checks;

impl Checks {
    fn check(event: &(impl Debug + Display + Serialize)) {
        Self::check_json(event);
        assert!(!event.to_string().contains(HIDDEN), "{event}");
    }

    fn check_json(event: &(impl Debug + Serialize)) {
        assert_hides(event);
        let json = serde_json::to_string(event).unwrap();
        assert!(!json.contains(HIDDEN), "{json}");
    }
}

impl RunObserver for Checks {
    fn event(&self, event: &RunEvent<'_>) {
        match event {
            // The JSON of a settlement has the address, for reports.
            RunEvent::Settled(settlement) => {
                assert_hides(event);
                assert!(!event.to_string().contains(HIDDEN), "{event}");
                assert_hides(settlement);
            }
            event => Self::check(event),
        }
    }
}

impl Observer for Checks {
    fn attempt_began(&self, attempt: &BeganAttempt<'_>) {
        Self::check_json(attempt);
    }

    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>) {
        Self::check(attempt);
    }

    fn waiting(&self, wait: &ObservedWait) {
        Self::check(wait);
    }
}

/// A journal in memory that checks each record.
#[derive(Debug)]
struct CheckedJournal(MemoryJournal);

#[async_trait]
impl Journal for CheckedJournal {
    async fn load(&self, each: &mut (dyn FnMut(JournalRecord) + Send)) -> Result<(), JournalError> {
        self.0.load(each).await
    }

    async fn append(&self, records: &[JournalRecord]) -> Result<(), JournalError> {
        assert_hides(&records);
        self.0.append(records).await
    }
}

#[test]
fn runs_are_redacted() {
    let clock = ManualClock::new();
    let bulk = FakeOperation::CreateBulkInvitations;
    let faults = FaultPlan::new()
        .on_call(bulk, 1, Fault::TooManyRequests(Duration::from_secs(20)))
        .on_call(bulk, 2, Fault::Hang(Moment::AfterEffect))
        .on_call(bulk, 3, Fault::Garbage)
        .on_call(
            FakeOperation::GetUserList,
            1,
            Fault::TooManyRequests(Duration::from_secs(3)),
        );
    let fake = FakeClerk::builder()
        .clock(clock.clone())
        .blocked("hidden2@example.com")
        .faults(faults)
        .build();
    let clerk = fake
        .client_builder()
        .clock(clock.clone())
        .observer(Checks)
        .build()
        .unwrap();
    let people = [
        "hidden1@example.com",
        "hidden2@example.com",
        "hidden",
        " Hidden1@example.com",
    ];
    let journal = Arc::new(CheckedJournal(MemoryJournal::new()));
    let run = || {
        let people = people.map(|address| CreateInvitation::new(address).redirect_url(LINK));
        let run = clerk
            .invitations()
            .invite_all(people)
            .journal(Arc::clone(&journal))
            .observer(Checks);
        assert_hides(&run);
        run.read_lag(Duration::ZERO)
    };
    assert_hides(&clock.drive(run().plan()).unwrap());
    let report = clock.drive(run().run()).unwrap();
    assert_eq!(report.total(), people.len());
    assert_hides(&report);
    assert_hides(&journal);
}
