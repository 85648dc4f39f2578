//! The conformance suite for transports, tested on faulty transports: each fault fails the check that covers it.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod faults;
mod small;

use std::sync::Mutex;
use std::time::Duration;

use clerk_core::HttpTransport;
use clerk_testkit::TransportConformance;
use clerk_testkit::conformance::{CheckOutcome, Report};
use faults::{Expected, Fault, TABLE};
use small::{EagerTransport, SmallTransport};

const LIMIT: usize = 32 * 1024;
const OWN_TIMEOUT: Duration = Duration::from_secs(1);

fn suite(transport: impl HttpTransport) -> TransportConformance {
    TransportConformance::new(transport).response_limit(LIMIT)
}

fn small() -> SmallTransport {
    SmallTransport::new(LIMIT)
}

fn report_on(fault: Fault) -> Report {
    let transport = small().with_fault(fault);
    let suite = match fault {
        Fault::SendsBeforePoll => suite(EagerTransport(transport)),
        Fault::ReportsTimeoutAsNotSent | Fault::RetriesAfterTimeout => {
            suite(transport.with_timeout(OWN_TIMEOUT)).own_timeout(OWN_TIMEOUT)
        }
        Fault::KeepsConnectionsForever => {
            // A handle that outlives the transport, as a pool in a static variable does.
            std::mem::forget(transport.clone());
            suite(transport)
        }
        _ => suite(transport),
    };
    pollster::block_on(suite.check())
}

fn outcome<'r>(report: &'r Report, check: &str) -> &'r CheckOutcome {
    let found = report.results().find(|(name, _)| *name == check);
    found.expect("a check has this name").1
}

#[test]
fn a_correct_transport_passes_every_check() {
    let report = pollster::block_on(
        suite(small().with_timeout(OWN_TIMEOUT))
            .own_timeout(OWN_TIMEOUT)
            .check(),
    );
    let all_passed = report.results().all(|(_, outcome)| *outcome == CheckOutcome::Passed);
    assert!(all_passed, "{report}");
    report.verify().expect("it conforms");
}

#[test]
fn each_fault_fails_its_check_with_a_message_that_says_what_to_change() {
    // Most of a suite's time is waiting, so several run at once. The slowest are last in the table.
    let rows = Mutex::new(TABLE.iter().rev());
    let problems = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let row = rows.lock().expect("no row panics").next();
                    let Some(row) = row else { return };
                    let problem = problem_with(row);
                    problems.lock().expect("no row panics").extend(problem);
                }
            });
        }
    });
    let problems = problems.into_inner().expect("no row panics");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn every_check_is_failed_by_a_fault() {
    let report = pollster::block_on(suite(small()).check());
    let unproven: Vec<_> = report
        .results()
        .map(|(name, _)| name)
        .filter(|name| !TABLE.iter().any(|row| row.check == *name))
        .collect();
    assert_eq!(unproven, ["a refused connection is reported as not sent"]);
}

/// Runs the suite on the row's faulty transport and compares the outcome.
fn problem_with(row: &Expected) -> Option<String> {
    let report = report_on(row.fault);
    let is_as_expected = match outcome(&report, row.check) {
        CheckOutcome::Failed(reason) => reason.contains(row.message),
        _ => false,
    };
    let fails = report.verify().is_err();
    (!is_as_expected || !fails).then(|| format!("{:?} should fail with {:?}:\n{report}", row.fault, row.message))
}

#[test]
fn maybe_delivered_for_a_refused_connection_is_advice() {
    let report = report_on(Fault::ReportsRefusedAsMaybeDelivered);
    let outcome = outcome(&report, "a refused connection is reported as not sent");
    assert!(
        matches!(outcome, CheckOutcome::Advice(text) if text.contains("report NotSent")),
        "{report}"
    );
    report.verify().expect("advice is not a failure");
}

#[test]
fn checks_without_their_setting_are_reported_as_not_tried() {
    let suite = TransportConformance::new(small()).abandons_dropped_calls(false);
    let report = pollster::block_on(suite.check());
    let not_tried: Vec<_> = report
        .results()
        .filter(|(_, outcome)| matches!(outcome, CheckOutcome::NotTried(_)))
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "a response body is read up to the limit and no further",
        "the transport's own timeout may have been delivered",
        "a dropped call closes its connection",
    ];
    assert_eq!(not_tried, expected, "{report}");
    let text = report.to_string();
    assert!(text.starts_with("conformance of the transport: "), "{text}");
    assert!(text.contains("0 failed, 0 with advice, 3 not tried"), "{text}");
    assert!(text.contains("set own_timeout"), "{text}");
    report.verify().expect("it conforms");
}

#[test]
fn verify_lists_every_failed_check() {
    let error = report_on(Fault::AcceptsShortBody)
        .verify()
        .expect_err("it does not conform");
    let text = error.to_string();
    assert!(text.starts_with("the transport does not conform:\n 1. "), "{text}");
}
