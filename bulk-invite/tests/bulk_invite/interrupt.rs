use std::sync::mpsc;

use clerk_core::Environment;
use clerk_core::middleware::RateLimits;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};

use crate::program::{Clerk, Folder};
use crate::running::{PATIENCE, Running};

#[test]
fn signals_end_a_wait_and_leave_the_rest_pending() {
    for signal in ["INT", "TERM", "HUP"] {
        ends_a_wait(signal);
    }
}

fn ends_a_wait(signal: &str) {
    let folder = Folder::new();
    let people = folder.with_people(25);
    let one_an_hour = RateLimits::parse("bulk=1/3600s", Environment::Development).expect("limits");
    let clerk = Clerk::start(FakeClerk::builder().limits(one_an_hour));
    let args = [
        &people,
        "--json",
        "--progress",
        "plain",
        "--limits",
        "none",
        "--lanes",
        "bulk",
    ];
    let mut program = Running::start(&mut clerk.program(&args));
    program.wait_for(", waiting ");
    program.signal(signal);
    let (status, json) = program.end();
    assert_eq!(status, Some(3), "SIG{signal}");
    assert_eq!((&json["created"], &json["pending"]), (&10.into(), &15.into()));
}

#[test]
fn ctrl_c_waits_for_the_call_in_flight_and_a_second_one_exits() {
    let folder = Folder::new();
    let people = folder.with_people(25);
    let (arrived, arrival) = mpsc::channel();
    let hang = FaultPlan::new().on_call(
        FakeOperation::CreateBulkInvitations,
        1,
        Fault::Hang(Moment::AfterEffect),
    );
    let fake = FakeClerk::builder().faults(hang).on_call(move |call| {
        if call.operation == Some(FakeOperation::CreateBulkInvitations) {
            let _ = arrived.send(());
        }
    });
    let clerk = Clerk::start(fake);
    let mut program = Running::start(&mut clerk.program(&[&people]));
    arrival.recv_timeout(PATIENCE).expect("a call");
    program.interrupt();
    program.wait_for("Interrupted: waiting for the calls in flight");
    assert!(program.is_running(), "the call has not ended");
    program.interrupt();
    assert_eq!(program.end().0, Some(130));
}
