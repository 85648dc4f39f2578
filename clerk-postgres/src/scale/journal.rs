//! How long it takes to record attempts in the journal, and to look people up in it.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::model::{EmailAddress, InvitationId, NormalizedEmailAddress};
use clerk_core::run::journal::{AttemptedRecipient, Journal, JournalEffect, Lane, Record};
use clerk_core::run::{Evidence, Outcome};
use clerk_core::{Clock, SystemClock};
use futures_core::Stream;

use super::{REPEATS, fill};
use crate::lease::Leadership;
use crate::observer::Observers;
use crate::people::People;
use crate::test_outbox::{submit, take};

/// How many people a call of the bulk endpoint invites.
const CALL: usize = 10;

/// Takes the people of a call in, and records its attempt and its end with their outcomes. Returns how long each took.
pub(super) async fn recording(
    leadership: &Arc<Leadership>,
    clock: &SystemClock,
) -> BTreeMap<&'static str, Vec<Duration>> {
    let outbox = leadership.outbox();
    let journal = leadership.journal();
    let mut times: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for repeat in 0..REPEATS {
        let addresses: Vec<_> = (0..CALL).map(|n| format!("call-{repeat}-{n}@example.com")).collect();
        submit(outbox, &addresses).await;
        let mut time = |name, began| times.entry(name).or_default().push(clock.now() - began);

        let began = clock.now();
        assert_eq!(take(outbox, 1_000).await, CALL as u64);
        time("taking 10 people in", began);

        // The attempts of the filled journal are numbered up to the number of people.
        let attempt = 1_000_000_000 + repeat as u64;
        let people = addresses
            .iter()
            .map(|address| AttemptedRecipient::new(address.as_str(), 1, None));
        let attempted = Record::Attempted {
            attempt,
            lane: Lane::Bulk,
            at: clock.wall(),
            people: people.collect(),
        };
        let began = clock.now();
        journal.append(&[attempted]).await.expect("an append");
        time("recording an attempt with 10 people", began);

        let mut records = vec![Record::Ended {
            attempt,
            at: clock.wall(),
            effect: JournalEffect::Applied,
        }];
        records.extend(addresses.iter().map(|address| Record::Settled {
            address: EmailAddress::from(address.as_str()),
            outcome: Outcome::Created,
            evidence: Evidence::Answer,
            id: Some(InvitationId::from("inv_1")),
            code: None,
            fingerprint: None,
        }));
        let began = clock.now();
        journal.append(&records).await.expect("an append");
        time("recording the end with 10 outcomes", began);
    }
    times
}

/// Looks 500 people up. Most of them are finished, and some are unknown. Returns how long it took.
pub(super) async fn look_up(leadership: &Arc<Leadership>, clock: &SystemClock) -> Vec<Duration> {
    let journal = leadership.journal();
    let journal = journal.indexed().expect("an index");
    let mut times = Vec::new();
    for repeat in 0..REPEATS {
        let people = (0..500).map(|n| NormalizedEmailAddress::new(fill::address((repeat * 500 + n) * 19 + 1)));
        let people: Vec<_> = people.collect();
        let mut found = 0;
        let began = clock.now();
        journal.look_up(&people, &mut |_| found += 1).await.expect("people");
        times.push(clock.now() - began);
        assert!(found > 400, "{found}");
    }
    let mut opened = 0;
    journal
        .open(Duration::from_secs(3_600), &mut |_| opened += 1)
        .await
        .expect("the journal");
    assert!(opened > 0);
    times
}

/// Reads the people who wait, as a worker does.
pub(super) async fn read_waiting(leadership: &Arc<Leadership>) {
    submit(
        leadership.outbox(),
        (0..1_500).map(|n| format!("waits-{n}@example.com")),
    )
    .await;
    let observers = Observers::default();
    let mut people = People::<CreateInvitation>::new(Arc::clone(leadership), observers, Duration::from_secs(1));
    for _ in 0..1_500 {
        let next = poll_fn(|context| Pin::new(&mut people).poll_next(context)).await;
        next.expect("the stream does not end");
    }
}
