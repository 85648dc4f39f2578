use super::*;
use crate::run::journal::MemoryJournal;

const BEGUN: &str = r#"{"begun":{"version":1,"instance":"ins_1","resource":"invitations"}}"#;
const REFUSED: &str = r#"{"settled":{"address":"ada@example.com","outcome":"refused","evidence":"refusal",
    "fingerprint":1}}"#;
const CREATED: &str = r#"{"settled":{"address":"ada@example.com","outcome":"created","evidence":"answer"}}"#;

fn attempted(attempt: u64, lane: &str, at: u64, fingerprint: u64) -> String {
    format!(
        r#"{{"attempted":{{"attempt":{attempt},"lane":"{lane}","at":{at},
            "people":[{{"address":"ada@example.com","fingerprint":{fingerprint},"baseline":["inv_{attempt}"]}}]}}}}"#
    )
}

fn ended(attempt: u64, at: u64, effect: &str) -> String {
    format!(r#"{{"ended":{{"attempt":{attempt},"at":{at},"effect":"{effect}"}}}}"#)
}

fn history(records: &[String]) -> History {
    let journal = MemoryJournal::new();
    let parse = |record: &String| serde_json::from_str::<Record>(record).unwrap();
    let records: Vec<_> = [BEGUN.to_owned()].iter().chain(records).map(parse).collect();
    pollster::block_on(journal.append(&records)).unwrap();
    pollster::block_on(History::load(&journal)).unwrap()
}

#[test]
fn the_last_attempt_and_the_last_settlement_decide_what_became_of_a_recipient() {
    let first = || attempted(1, "bulk", 1000, 1);
    let second = || attempted(2, "bulk", 3000, 2);
    let [none, unknown, applied] = ["none", "unknown", "applied"];
    let settled = |record: &str| record.to_owned();
    let cases = [
        (vec![], "untouched"),
        (vec![first()], "unresolved 1 inv_1"),
        (vec![first(), ended(1, 2000, none)], "untouched"),
        (vec![first(), ended(1, 2000, unknown)], "unresolved 1 inv_1"),
        (vec![first(), ended(1, 2000, applied)], "unresolved 1 inv_1"),
        (vec![first(), ended(1, 2000, applied), settled(CREATED)], "created"),
        // A crash lost the attempt's end, and a later run resolved it.
        (vec![first(), settled(CREATED)], "created"),
        // A second attempt without effect leaves the first one unresolved, and the baseline of the first.
        (
            vec![first(), ended(1, 2000, unknown), second(), ended(2, 4000, none)],
            "unresolved 1 inv_1",
        ),
        (vec![first(), ended(1, 2000, unknown), second()], "unresolved 1 inv_1"),
        // A refused row was corrected and attempted again.
        (vec![first(), ended(1, 2000, none), settled(REFUSED)], "refused"),
        (
            vec![first(), ended(1, 2000, none), settled(REFUSED), second()],
            "unresolved 2 inv_2",
        ),
        (
            vec![
                first(),
                ended(1, 2000, none),
                settled(REFUSED),
                second(),
                ended(2, 4000, unknown),
            ],
            "unresolved 2 inv_2",
        ),
        (
            vec![
                first(),
                ended(1, 2000, none),
                settled(REFUSED),
                second(),
                ended(2, 4000, none),
            ],
            "refused",
        ),
    ];
    for (records, expected) in cases {
        let history = history(&records);
        let actual = match history.recipients.values().next() {
            None => "untouched".to_owned(),
            Some(Past::Settled(settled)) => settled.outcome.to_string(),
            Some(Past::Withdrawn(_)) => "withdrawn".to_owned(),
            Some(Past::Unresolved {
                fingerprint, baseline, ..
            }) => {
                let baseline = baseline.as_ref().unwrap();
                format!("unresolved {fingerprint} {}", baseline[0])
            }
        };
        assert_eq!(actual, expected, "{records:#?}");
    }
}

#[test]
fn only_an_invitation_that_is_gone_can_be_sent_again() {
    let created = CREATED.replace("}}", r#","id":"inv_1"}}"#);
    for (revocation, is_forgotten) in [
        ("revoked", true),
        ("missing", true),
        ("expired", true),
        ("accepted", false),
        // It may be pending still: the request to revoke it could not be made.
        ("invalid_id", false),
    ] {
        let revoked = format!(r#"{{"revoked":{{"id":"inv_1","revocation":"{revocation}"}}}}"#);
        let past = history(&[created.clone(), revoked]).take(key(&NormalizedEmailAddress::new("ada@example.com")));
        assert_eq!(matches!(past, Some(Past::Withdrawn(_))), is_forgotten, "{revocation}");
    }
}

#[test]
fn an_attempt_without_a_recorded_end_ended_before_the_next_one_of_its_lane() {
    let records = [
        attempted(1, "bulk", 1000, 1),
        attempted(2, "single", 2000, 1),
        attempted(3, "bulk", 5000, 1),
        ended(3, 6000, "unknown"),
    ];
    let calls = history(&records).calls;
    let actual: Vec<_> = calls.iter().map(|call| (call.lane, call.ended)).collect();
    let at = |milliseconds| Some(Timestamp::from_millis(milliseconds));
    assert_eq!(
        actual,
        [(Lane::Bulk, at(5000)), (Lane::Bulk, at(6000)), (Lane::Single, None)]
    );
}
