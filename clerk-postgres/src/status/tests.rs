use clerk_core::ErrorCode;
use clerk_core::model::NormalizedEmailAddress;
use clerk_core::run::Outcome;

use super::{Filter, Stage};
use crate::outbox::Outbox;
use crate::submission::BatchId;
use crate::test_outbox::{submit, take, texts, with_outbox};

/// Moves people on: `a` is created, `b` refused, `c` attempted; `d` waits.
const MOVE: &str = "
    update {schema}.person set stage = case when address ^@ 'c' then 'attempted' else 'settled' end,
        outcome = case substr(address, 1, 1) when 'a' then 'created' when 'b' then 'refused' end,
        evidence = case substr(address, 1, 1) when 'a' then 'answer' when 'b' then 'refusal' end,
        invitation = case when address ^@ 'a' then 'inv_1' end,
        code = case when address ^@ 'b' then 'form_identifier_exists' end,
        settled_at = case when not address ^@ 'c' then to_timestamp(1700000000) end
    where outbox = $1 and substr(address, 1, 1) < 'd' returning address";

/// Submits people and moves some of them on. Another one is submitted and not taken in. Returns the first batch.
async fn prepare(outbox: &Outbox) -> BatchId {
    let batch = submit(outbox, ["a@example.com", "b@example.com", "a@example.com"]).await;
    submit(outbox, ["c@example.com", "d@example.com", "b@example.com"]).await;
    take(outbox, 100).await;
    texts(outbox, MOVE).await;
    submit(outbox, ["e@example.com", "a@example.com", "e@example.com"]).await;
    batch
}

#[test]
fn the_status_of_one_person_says_how_far_they_have_come() {
    with_outbox(async |outbox| {
        prepare(&outbox).await;
        let cases = [
            ("A@example.com ", Some("created (inv_1)")),
            ("b@example.com", Some("refused, form_identifier_exists")),
            ("c@example.com", Some("attempted")),
            ("d@example.com", Some("waiting")),
            ("e@example.com", Some("waiting")),
            ("f@example.com", None),
        ];
        for (address, expected) in cases {
            let status = outbox
                .status_of(&NormalizedEmailAddress::new(address))
                .await
                .expect("a status");
            assert_eq!(
                status.map(|status| status.to_string()).as_deref(),
                expected,
                "{address}"
            );
        }
        let refused = outbox.status_of(&NormalizedEmailAddress::new("b@example.com")).await;
        let refused = refused.expect("a status").expect("a person");
        assert_eq!(refused.code, Some(ErrorCode::FormIdentifierExists));
        let json = serde_json::to_value(&refused).expect("JSON");
        assert_eq!(json["email_address"], "b@example.com");
        assert_eq!(json["stage"], "settled");
        assert_eq!(json["settled_at"], 1_700_000_000_000_u64);
        assert!(!format!("{refused:?} {refused}").contains("example.com"));
    });
}

#[test]
fn filters_return_exactly_the_people_that_match() {
    with_outbox(async |outbox| {
        let batch = prepare(&outbox).await;
        let cases = [
            (Filter::All, "abcde"),
            (Filter::Stage(Stage::Waiting), "de"),
            (Filter::Stage(Stage::Attempted), "c"),
            (Filter::Stage(Stage::Settled), "ab"),
            (Filter::Outcome(Outcome::Refused), "b"),
            (Filter::Outcome(Outcome::Unknown), ""),
            (Filter::Batch(batch), "ab"),
            (Filter::Batch(BatchId::new(-1)), ""),
        ];
        for (filter, expected) in cases {
            let mut statuses = outbox.statuses(filter);
            let mut found = Vec::new();
            while let Some(status) = statuses.next().await.expect("a status") {
                found.extend(status.email_address.expect("an address").as_str().chars().next());
            }
            found.sort_unstable();
            assert_eq!(found.into_iter().collect::<String>(), expected, "{filter:?}");
        }
    });
}

#[test]
fn pages_return_each_person_once() {
    with_outbox(async |outbox| {
        let people = (0..1_203).map(|n| format!("{n}@example.com"));
        let batch = submit(&outbox, people).await;
        for taken in [0, 600, 603] {
            assert_eq!(take(&outbox, taken).await, taken.unsigned_abs());
            for filter in [Filter::All, Filter::Stage(Stage::Waiting), Filter::Batch(batch)] {
                let mut statuses = outbox.statuses(filter);
                let mut found = Vec::new();
                while let Some(status) = statuses.next().await.expect("a status") {
                    found.extend(status.email_address);
                }
                found.sort();
                found.dedup();
                assert_eq!(found.len(), 1_203, "{filter:?} after {taken} were taken in");
            }
        }
    });
}

#[test]
fn counts_are_by_stage_and_outcome() {
    with_outbox(async |outbox| {
        assert!(outbox.counts().await.expect("counts").is_done());
        let batch = prepare(&outbox).await;
        let counts = outbox.counts().await.expect("counts");
        assert_eq!((counts.submissions, counts.waiting, counts.attempted), (3, 1, 1));
        assert_eq!(
            counts.to_string(),
            "4 waiting, 1 attempted, 2 settled (1 created, 1 refused)"
        );
        assert!(!counts.is_done());
        let status = outbox.batch_status(batch).await.expect("a status").expect("a batch");
        assert_eq!((status.people, status.repeated, status.differing), (3, 1, 0));
        assert!(status.counts.is_done());
        assert!(
            status
                .to_string()
                .ends_with("2 settled (1 created, 1 refused); 1 repeated, 0 differing"),
            "{status}"
        );
        assert_eq!(outbox.batch_status(BatchId::new(-1)).await.expect("no batch"), None);
    });
}
