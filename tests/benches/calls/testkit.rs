//! The call on the transports for tests, relative to one that always returns the same response.

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::middleware::RateLimits;
use clerk_core::{Bytes, Client, HttpResponse, HttpTransport, SecretKey, transport_fn};
use clerk_testkit::cassette::RecordOptions;
use clerk_testkit::{Cassette, FakeClerk, Record, Replay};
use pollster::block_on;

use crate::peer::clerk::people;
use crate::{paired, workload};

const CALLS: usize = 500;

pub(crate) fn compare() {
    paired::print_title("Transports for tests, relative to one that always returns the same response");
    replayed();
    faked();
}

fn replayed() {
    let people = people();
    let canned = client(canned());
    let cassette = cassette(&people);
    paired::compare(
        "replay from a cassette, including indexing it",
        CALLS,
        || {
            let replay = Replay::new(cassette.clone());
            let client = client(replay.clone());
            invite(&client, &people);
            replay.verify().expect("every interaction was replayed");
        },
        || invite(&canned, &people),
    );
}

fn faked() {
    // The same people are invited repeatedly.
    let people: Vec<_> = people()
        .into_iter()
        .map(|person| person.ignore_existing(true))
        .collect();
    let canned = client(canned());
    paired::compare(
        "FakeClerk",
        CALLS,
        || {
            let fake = FakeClerk::builder().limits(RateLimits::none()).build();
            invite(&fake.client(), &people);
            assert_eq!(fake.log().len(), CALLS);
        },
        || invite(&canned, &people),
    );
}

fn canned() -> impl HttpTransport {
    let response = Bytes::from(workload::response());
    transport_fn(move |_request| std::future::ready(Ok(HttpResponse::new(response.clone()))))
}

fn client(transport: impl HttpTransport) -> Client {
    let key = SecretKey::new(workload::SECRET_KEY).expect("a key");
    Client::builder(key, transport).build().expect("a client")
}

fn cassette(people: &[CreateInvitation]) -> Cassette {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let record = Record::new(canned(), file.path(), RecordOptions::new());
    invite(&client(record.clone()), people);
    record.save().expect("no secret");
    record.cassette()
}

fn invite(client: &Client, people: &[CreateInvitation]) {
    for _ in 0..CALLS {
        let invitations = block_on(client.invitations().create_bulk(people)).expect("a response");
        assert_eq!(invitations.len(), workload::PEOPLE);
    }
}
