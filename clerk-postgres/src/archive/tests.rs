use std::time::Duration;

use clerk_core::model::NormalizedEmailAddress;
use clerk_core::run::Outcome;
use sqlx::query;

use super::Archived;
use crate::outbox::Outbox;
use crate::status::Stage;
use crate::test_outbox::{submit, take, texts, with_outbox};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Settles people: `old` ones 40 days ago, `new` ones now. Others wait.
const SETTLE: &str = "
    update {schema}.person set stage = 'settled', outcome = 'created', evidence = 'answer', invitation = 'inv_1',
        settled_at = clock_timestamp() - case when address ^@ 'old' then interval '40 days' else interval '0' end
    where outbox = $1 and not address ^@ 'wait' returning address";

/// Everything in the tables that can contain an address.
const TRACES: &str = "
    select address from {schema}.person where outbox = $1 and address is not null
    union all select body from {schema}.person where outbox = $1 and body is not null
    union all select address from {schema}.submission where outbox = $1
    union all select body from {schema}.submission where outbox = $1
    union all select body from {schema}.record where outbox = $1";

async fn archive(outbox: &Outbox) -> Archived {
    outbox.archive(30 * DAY).await.expect("an archive")
}

#[test]
fn archived_people_leave_no_address_and_are_not_invited_again() {
    with_outbox(async |outbox| {
        submit(&outbox, ["old1@example.com", "old2@example.com", "old1@example.com"]).await;
        submit(&outbox, ["old3@example.com", "new@example.com", "wait@example.com"]).await;
        take(&outbox, 100).await;
        texts(&outbox, SETTLE).await;
        let archived = archive(&outbox).await;
        assert_eq!((archived.people, archived.submissions, archived.batches), (3, 4, 1));
        let traces = texts(&outbox, TRACES).await;
        assert!(!traces.iter().any(|trace| trace.contains("old")), "{traces:?}");
        assert!(traces.iter().any(|trace| trace.contains("new")), "{traces:?}");
        assert_eq!(archive(&outbox).await, Archived::default());

        submit(&outbox, ["OLD1@example.com", "new@example.com"]).await;
        assert_eq!(take(&outbox, 100).await, 2);
        let waiting = "select address from {schema}.person where outbox = $1 and stage = 'waiting'";
        assert_eq!(texts(&outbox, waiting).await, ["wait@example.com"]);
        let status = outbox.status_of(&NormalizedEmailAddress::new("old1@example.com")).await;
        let status = status.expect("a status").expect("a person");
        assert_eq!((status.stage, status.outcome), (Stage::Settled, Some(Outcome::Created)));
        // The address that came back with the submission is archived too.
        let archived = archive(&outbox).await;
        assert_eq!((archived.people, archived.submissions), (1, 1));
        let traces = texts(&outbox, TRACES).await;
        assert!(
            !traces.iter().any(|trace| trace.to_lowercase().contains("old")),
            "{traces:?}"
        );
    });
}

#[test]
fn more_people_than_a_portion_are_archived() {
    with_outbox(async |outbox| {
        submit(&outbox, (0..2_500).map(|n| format!("old{n}@example.com"))).await;
        while take(&outbox, 1_000).await > 0 {}
        texts(&outbox, SETTLE).await;
        let archived = archive(&outbox).await;
        assert_eq!(
            (archived.people, archived.submissions, archived.batches),
            (2_500, 2_500, 1)
        );
        assert_eq!(
            archived.to_string(),
            "archived 2500 people; deleted 2500 submissions, 1 batches and 0 records of the journal"
        );
    });
}

#[test]
fn records_are_deleted_once_everyone_in_them_is_archived() {
    with_outbox(async |outbox| {
        submit(&outbox, ["old1@example.com", "old2@example.com", "new@example.com"]).await;
        take(&outbox, 100).await;
        texts(&outbox, SETTLE).await;
        // Three attempts long ago, of which the second has someone who is not archived, and the third is the last.
        let write = "
            with ago as (select (extract(epoch from clock_timestamp() - interval '40 days') * 1000)::bigint as ms),
            attempts (n, address, other) as (values (1, 'old1', 'old2'), (2, 'old2', 'new'), (3, 'old1', 'old2')),
            records (number, body) as (
                select 1, '{\"begun\":{\"version\":2,\"instance\":\"ins_1\",\"resource\":\"invitations\"}}'
                union all select n * 2, format('{\"attempted\":{\"attempt\":%s,\"lane\":\"bulk\",\"at\":%s,\"people\":[{\"address\":\"%s@example.com\",\"fingerprint\":1},{\"address\":\"%s@example.com\",\"fingerprint\":1}]}}', n, ms, address, other) from ago, attempts
                union all select n * 2 + 1, format('{\"ended\":{\"attempt\":%s,\"at\":%s,\"effect\":\"applied\"}}', n, ms) from ago, attempts
                union all select 8, '{\"settled\":{\"address\":\"old1@example.com\",\"outcome\":\"created\",\"evidence\":\"answer\"}}'
                union all select 9, '{\"settled\":{\"address\":\"new@example.com\",\"outcome\":\"created\",\"evidence\":\"answer\"}}'
            ), written as (
                insert into {schema}.record (outbox, number, body) select $1, number, body from records
            ), ended as (
                insert into {schema}.attempt (outbox, number, epoch, lane, at, ended_at, effect, keys)
                select $1, n, 1, 'bulk', to_timestamp(ms / 1000), to_timestamp(ms / 1000), 'applied', '{}' from ago, attempts
            )
            update {schema}.outbox set last_attempt = 3, last_record = 9 where id = $1 returning 'written'";
        texts(&outbox, write).await;
        assert_eq!(archive(&outbox).await.records, 3);
        let numbers = "select number::text from {schema}.record where outbox = $1 order by number";
        assert_eq!(texts(&outbox, numbers).await, ["1", "4", "5", "6", "7", "9"]);
        let attempts = "select number::text from {schema}.attempt where outbox = $1 order by number";
        assert_eq!(texts(&outbox, attempts).await, ["2", "3"]);

        // Once the other one is archived, and another attempt was the last, all but the header goes.
        let later = "
            update {schema}.person set settled_at = '-infinity' where outbox = $1 and address is not null returning address";
        texts(&outbox, later).await;
        query(
            outbox
                .store()
                .sql("update {schema}.outbox set last_attempt = 4 where id = $1"),
        )
        .bind(outbox.id())
        .execute(outbox.store().pool())
        .await
        .expect("an update");
        archive(&outbox).await;
        assert_eq!(texts(&outbox, numbers).await, ["1"]);
    });
}
