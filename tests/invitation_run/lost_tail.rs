//! Runs on a journal whose last records were damaged and removed.

use std::sync::Arc;
use std::time::Duration;

use clerk_core::run::journal::{Journal, MemoryJournal, Record};
use clerk_core::run::{Lanes, Outcome};
use clerk_testkit::fake::FakeOperation;
use pollster::block_on;

use super::scene::{Scene, in_memory, people};

#[test]
fn invites_nobody_twice_whatever_part_of_the_journal_was_lost() {
    let mut people = people(12);
    people[4] = people[4].clone().ignore_existing(true);
    let scene = Scene::new(|fake| fake.malformed("person7@example.com"));
    let journal = in_memory();
    scene.run(&people, Arc::clone(&journal), Lanes::Both);
    let mut records = Vec::new();
    block_on(journal.load(&mut |record| records.push(record))).unwrap();
    assert!(records.len() > 10, "{records:?}");
    let mails = scene.fake.mails();
    for kept in 1..records.len() {
        let recovered = MemoryJournal::new();
        block_on(recovered.append(&records[..kept])).unwrap();
        let lost: Record = serde_json::from_str(r#"{"tail_lost":{"line":2}}"#).unwrap();
        block_on(recovered.append(&[lost])).unwrap();
        let (report, settled) = scene.run(&people, Arc::new(recovered), Lanes::Both);
        assert!(report.stopped().is_none(), "{kept} records: {report:?}");
        assert_eq!(scene.fake.mails(), mails, "{kept} records");
        assert!(settled.iter().all(|settlement| settlement.outcome != Outcome::Pending));
    }
}

#[test]
fn calls_whose_records_were_lost_count_in_the_limits_until_a_later_call() {
    const HOUR: Duration = Duration::from_secs(3600);

    let scene = Scene::new(|fake| fake);
    let journal = in_memory();
    scene.run(&people(20), Arc::clone(&journal), Lanes::Both);
    let lost: Record = serde_json::from_str(r#"{"tail_lost":{"line":9}}"#).unwrap();
    block_on(journal.append(&[lost])).unwrap();
    for (count, waits) in [(21, true), (22, false)] {
        let (began, earlier) = (scene.clock.elapsed(), scene.fake.log().len());
        let (_, settled) = scene.run(&people(count), Arc::clone(&journal), Lanes::Single);
        assert_eq!(settled[count - 1].outcome, Outcome::Created);
        let log = scene.fake.log();
        let mut calls = log.iter().skip(earlier);
        let created = calls.find(|call| call.operation == Some(FakeOperation::CreateInvitation));
        let waited = created.expect("a call").at.saturating_sub(began);
        assert_eq!(waited >= HOUR, waits, "{count} people: {waited:?}");
    }
}
