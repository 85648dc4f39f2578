//! The journal of an outbox.
#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of a test fail the test")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use clerk_core::model::{InvitationId, NormalizedEmailAddress, Timestamp};
use clerk_core::run::journal::{
    AttemptedRecipient, IndexedJournal, Journal, JournalEffect, JournalError, Lane, Record,
};
use clerk_core::run::{Evidence, Outcome};
use clerk_core::{ErrorCode, SystemClock};
use clerk_postgres::{Outbox, OutboxJournal, Store, Target};
use clerk_testkit::JournalConformance;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const ALAN: &str = "alan@example.com";

/// Takes the leadership of an outbox after its lease has expired, as after a crash.
async fn take_over(store: &Store, outbox: &Outbox, instance: &str) -> OutboxJournal {
    let expire = "update {schema}.outbox set lease_until = clock_timestamp() where instance = ";
    support::execute(store, &format!("{expire}'{instance}'")).await;
    let taken = outbox
        .lead("test", Duration::from_secs(30), Arc::new(SystemClock::new()))
        .await;
    Arc::new(taken.expect("the database works").expect("the lease has expired")).journal()
}

async fn journal(store: &Store) -> OutboxJournal {
    let outbox = store
        .outbox("ins_1", Target::Application)
        .await
        .expect("the outbox is made");
    let journal = take_over(store, &outbox, "ins_1").await;
    append(&journal, begun()).await;
    journal
}

async fn append(journal: &OutboxJournal, record: Record) {
    journal.append(&[record]).await.expect("the record is kept");
}

fn begun() -> Record {
    Record::Begun {
        version: Record::VERSION,
        key: None,
        account: None,
        instance: "ins_1".to_owned(),
        resource: "invitations".to_owned(),
    }
}

fn person(address: &str, fingerprint: u64, baseline: Option<&[&str]>) -> AttemptedRecipient {
    let ids = baseline.map(|ids| ids.iter().map(|id| InvitationId::from(*id)).collect());
    AttemptedRecipient::new(address, fingerprint, ids)
}

fn attempted(attempt: u64, people: impl IntoIterator<Item = AttemptedRecipient>) -> Record {
    Record::Attempted {
        attempt,
        lane: Lane::Single,
        at: Timestamp::from_millis(0),
        people: people.into_iter().collect(),
    }
}

fn ended(attempt: u64, effect: JournalEffect) -> Record {
    Record::Ended {
        attempt,
        at: Timestamp::from_millis(0),
        effect,
    }
}

fn settled(address: &str, outcome: Outcome, fingerprint: Option<u64>) -> Record {
    Record::Settled {
        address: address.into(),
        outcome,
        evidence: Evidence::Answer,
        id: (outcome == Outcome::Created).then(|| "inv_1".into()),
        code: (outcome == Outcome::Refused).then_some(ErrorCode::FormParamFormatInvalid),
        fingerprint,
    }
}

/// Returns what the journal says of people, in short.
async fn look_up(journal: &OutboxJournal, people: &[&str]) -> Vec<String> {
    let people: Vec<_> = people.iter().copied().map(NormalizedEmailAddress::new).collect();
    let mut found = Vec::new();
    let mut keep = |record: Record| {
        found.push(match record {
            Record::Attempted { attempt, people, .. } => {
                let AttemptedRecipient {
                    address,
                    fingerprint,
                    baseline,
                    ..
                } = &people[0];
                assert_eq!(people.len(), 1);
                let baseline = baseline
                    .as_ref()
                    .map(|ids| ids.iter().map(InvitationId::as_str).collect::<Vec<_>>());
                format!("{} in {attempt}: {fingerprint} {baseline:?}", address.as_str())
            }
            Record::Ended { attempt, effect, .. } => format!("{attempt} ended {effect:?}"),
            Record::Settled {
                address,
                outcome,
                code,
                id,
                fingerprint,
                ..
            } => {
                let (code, id) = (code.map(|code| code.to_string()), id.is_some());
                format!("{} {outcome} {code:?} {id} {fingerprint:?}", address.as_str())
            }
            other => panic!("not about people: {other:?}"),
        });
    };
    journal.look_up(&people, &mut keep).await.expect("the journal is read");
    found
}

#[test]
fn it_conforms() {
    support::with_store(async |store| {
        let open = async |name: &str| {
            let outbox = store.outbox(name, Target::Application).await;
            let outbox = outbox.map_err(|error| JournalError::new(error.to_string()))?;
            Ok(take_over(&store, &outbox, name).await)
        };
        let statement = |sql: &str| {
            let sql = sql.to_owned();
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(support::execute(&store, &sql)));
        };
        let report = JournalConformance::new(open)
            .damage(|_| statement("update {schema}.record set body = replace(body, '\"attempted\"', '\"att')"))
            .fail_append(|_| statement("update {schema}.outbox set epoch = epoch + 1"))
            .check()
            .await;
        report.verify().unwrap_or_else(|_| panic!("{report}"));
    });
}

#[test]
fn nothing_is_recorded_without_the_leadership() {
    support::with_store(async |store| {
        let outbox = store
            .outbox("ins_1", Target::Application)
            .await
            .expect("the outbox is made");
        let error = outbox.journal().append(&[begun()]).await.expect_err("nobody leads");
        assert!(error.to_string().contains("opened for reading"), "{error}");
        assert!(outbox.journal().check_before_send().is_err());
        let old = take_over(&store, &outbox, "ins_1").await;
        let new = take_over(&store, &outbox, "ins_1").await;
        let error = old.append(&[begun()]).await.expect_err("another one leads");
        assert!(error.to_string().contains("lost"), "{error}");
        append(&new, begun()).await;
        assert!(new.append(&[begun()]).await.is_err(), "it has begun");
        assert_eq!(support::number(&store, "select count(*) from {schema}.record").await, 1);
    });
}

#[test]
fn rounds_are_refused() {
    support::with_store(async |store| {
        let journal = journal(&store).await;
        let round = Record::RoundEnded {
            at: Timestamp::from_millis(0),
        };
        let records = [attempted(1, [person(ADA, 1, None)]), round];
        let error = journal.append(&records).await.expect_err("rounds are not supported");
        assert!(error.to_string().contains("invites each person once"), "{error}");
        assert_eq!(look_up(&journal, &[ADA]).await, [""; 0]);
    });
}

/// What an attempt means for a person depends on what was known before it.
#[test]
fn the_records_of_people_are_found() {
    support::with_store(async |store| {
        let journal = journal(&store).await;
        let everyone = [ADA, GRACE, ALAN];
        assert_eq!(look_up(&journal, &everyone).await, [""; 0]);

        // An attempt that did nothing leaves no trace of people who were not attempted before.
        append(&journal, attempted(1, [person(ADA, u64::MAX, None)])).await;
        append(&journal, ended(1, JournalEffect::NotApplied)).await;
        assert_eq!(look_up(&journal, &everyone).await, [""; 0]);

        // The first attempt that may have done something counts.
        append(
            &journal,
            attempted(
                2,
                [
                    person(ADA, u64::MAX, Some(&["inv_0", "inv_00"])),
                    person(GRACE, 7, Some(&[])),
                ],
            ),
        )
        .await;
        append(&journal, ended(2, JournalEffect::Unknown)).await;
        append(&journal, attempted(3, [person(ADA, 5, None), person(ALAN, 9, None)])).await;
        append(&journal, ended(3, JournalEffect::NotApplied)).await;
        let in_2 = [
            format!("ada@example.com in 2: {} Some([\"inv_0\", \"inv_00\"])", u64::MAX),
            "2 ended Unknown".to_owned(),
        ];
        assert_eq!(look_up(&journal, &[ADA, ALAN]).await, in_2);
        let grace = ["grace@example.com in 2: 7 Some([])", "2 ended Unknown"];
        assert_eq!(look_up(&journal, &[GRACE]).await, grace);

        // A created invitation has the fingerprint of that attempt; a refusal has its own.
        let outcomes = [
            settled(ADA, Outcome::Created, None),
            settled(GRACE, Outcome::Refused, Some(8)),
        ];
        journal.append(&outcomes).await.expect("the outcomes are kept");
        let refused = "grace@example.com refused Some(\"form_param_format_invalid\") false Some(8)";
        let found = look_up(&journal, &everyone).await;
        let created = format!("ada@example.com created None true Some({})", u64::MAX);
        assert_eq!(found, [created, refused.to_owned()]);

        // A refused row that has changed is sent again. If that does nothing, the person is as they were.
        append(&journal, attempted(4, [person(GRACE, 10, None)])).await;
        assert_eq!(look_up(&journal, &[GRACE]).await[0], "grace@example.com in 4: 10 None");
        append(&journal, ended(4, JournalEffect::NotApplied)).await;
        assert_eq!(look_up(&journal, &[GRACE]).await, [refused]);
    });
}

#[test]
fn a_run_begins_with_the_recent_attempts() {
    support::with_store(async |store| {
        let journal = journal(&store).await;
        for attempt in 1..=4 {
            append(&journal, attempted(attempt, [person(ADA, 1, None)])).await;
            if attempt < 4 {
                append(&journal, ended(attempt, JournalEffect::Unknown)).await;
            }
        }
        // The first two are old. The last one has no end.
        support::execute(
            &store,
            "update {schema}.attempt set ended_at = ended_at - interval '2 hours' where number < 3",
        )
        .await;
        let mut records = Vec::new();
        let hour = Duration::from_secs(3_600);
        let mut keep = |record| {
            records.push(match record {
                Record::Begun { .. } => "begun".to_owned(),
                Record::Attempted { attempt, people, .. } if people.is_empty() => format!("attempt {attempt}"),
                Record::Ended { attempt, .. } => format!("end of {attempt}"),
                other => panic!("not at the beginning: {other:?}"),
            });
        };
        journal.open(hour, &mut keep).await.expect("the journal is read");
        assert_eq!(records, ["begun", "attempt 3", "end of 3", "attempt 4"]);
    });
}
