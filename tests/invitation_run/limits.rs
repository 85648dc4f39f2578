//! A run is as fast as the limits allow, and no faster.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::run::{Lanes, Outcome, Stop};
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};

use super::scene::{Scene, assert_one_mail_each, drop_after, in_memory, outcomes, people};

#[test]
fn invites_ten_thousand_people_as_fast_as_the_limits_allow() {
    for (lanes, an_hour) in [(Lanes::Both, 350), (Lanes::Bulk, 250), (Lanes::Single, 100)] {
        let scene = Scene::new(|fake| fake);
        let (_, settled) = scene.run(&people(10_000), in_memory(), lanes);
        assert_eq!(outcomes(&settled), BTreeMap::from([(Outcome::Created, 10_000)]));
        assert_one_mail_each(&scene, &settled);
        let hours = scene.clock.elapsed().as_secs_f64() / 3600.0;
        let least = 10_000_usize.div_ceil(an_hour) as f64 - 1.0;
        assert!(hours >= least && hours < least * 1.005, "{lanes:?}: {hours} h");
    }
}

#[test]
fn runs_that_crash_repeatedly_stay_within_the_limits_together() {
    for every in [3, 7, 40, 700] {
        let scene = Scene::new(|fake| fake.latency(Duration::from_millis(600)));
        let journal = in_memory();
        let mut runs = 0;
        let report = loop {
            runs += 1;
            let clerk = scene.client();
            let run = clerk
                .invitations()
                .invite_all(people(700))
                .journal(Arc::clone(&journal));
            // Once the budget of the hour is spent, the run needs time to wait.
            let limit = if runs % 10 == 0 { 3700 } else { every };
            if let Some(report) = drop_after(&scene, run, Duration::from_secs(limit)) {
                break report;
            }
        };
        assert_eq!(
            report.count(Outcome::Created),
            700,
            "{every} s, {runs} runs: {report:?}"
        );
        let refused: Vec<_> = scene
            .fake
            .log()
            .into_iter()
            .filter(|call| call.status == Some(429))
            .collect();
        assert_eq!(refused, [], "every {every} s, {runs} runs");
    }
}

#[test]
fn retried_reads_and_later_runs_count_in_the_limit_of_all_calls() {
    let limits = RateLimits::none().with_all(Quota::new(4, Duration::from_secs(10)));
    let faults = FaultPlan::new()
        .on_calls(FakeOperation::ListInvitations, 1..=3, Fault::Refused)
        .on_calls(FakeOperation::ListInvitations, 4..=5, Fault::Truncated)
        .on_calls(
            FakeOperation::GetInstance,
            2..=4,
            Fault::ServerError(http::StatusCode::BAD_GATEWAY, Moment::BeforeEffect),
        );
    let scene = Scene::new(|fake| fake.limits(limits.clone()).faults(faults));
    let journal = in_memory();
    for runs in 1..=3 {
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people(50 * runs)).limits(limits.clone());
        let report = scene.clock.drive(run.journal(Arc::clone(&journal)).run());
        let report = report.expect("the run ends");
        assert_eq!(report.count(Outcome::Created), 50 * runs, "{report:?}");
    }
    let calls: Vec<_> = scene.fake.log();
    let arrived: Vec<_> = calls.iter().filter(|call| call.arrived()).map(|call| call.at).collect();
    assert!(arrived.len() > 20, "{}", arrived.len());
    for five in arrived.windows(5) {
        assert!(five[4] - five[0] >= Duration::from_secs(10), "{five:?}");
    }
}

#[test]
fn a_read_waits_after_a_429_for_at_most_max_wait() {
    for (max_wait, stops) in [(3600, false), (599, true)] {
        let wait = Fault::TooManyRequests(Duration::from_secs(600));
        for operation in [
            FakeOperation::GetInstance,
            FakeOperation::ListInvitations,
            FakeOperation::GetUserList,
        ] {
            let scene = Scene::new(|fake| fake.faults(FaultPlan::new().on_call(operation, 1, wait)));
            let clerk = scene.client();
            let run = clerk.invitations().invite_all(people(5));
            let report = scene.clock.drive(run.max_wait(Duration::from_secs(max_wait)).run());
            let report = report.expect("the run ends");
            let waits_too_long = matches!(report.stopped(), Some(Stop::RateLimited { wait }) if wait.as_secs() == 600);
            assert_eq!(waits_too_long, stops, "{operation}: {report:?}");
            let expected = if stops { Outcome::Pending } else { Outcome::Created };
            assert_eq!(report.count(expected), 5, "{operation}: {report:?}");
        }
    }
}

#[test]
fn does_not_wait_without_limits() {
    let scene = Scene::new(|fake| fake.limits(RateLimits::none()));
    let clerk = scene.client();
    let run = clerk.invitations().invite_all(people(1000)).limits(RateLimits::none());
    let report = scene.clock.drive(run.run()).expect("the run ends");
    assert_eq!(report.count(Outcome::Created), 1000);
    assert_eq!(report.elapsed(), Duration::ZERO);
}
