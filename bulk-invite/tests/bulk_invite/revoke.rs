use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use http::StatusCode;
use serde_json::Value;

use crate::program::{Clerk, Folder, program, run};

#[test]
fn revokes_the_invitations_of_the_run_only_and_continues_after_a_stop() {
    let folder = Folder::new();
    let (people, events) = (folder.with_people(25), folder.path("events.jsonl"));
    let journal = folder.path("people.csv.journal");
    // The eleventh revocation fails with an error that is not retried.
    let down = Fault::ServerError(StatusCode::FORBIDDEN, Moment::BeforeEffect);
    let faults = FaultPlan::new().on_call(FakeOperation::RevokeInvitation, 11, down);
    let clerk = Clerk::start(FakeClerk::builder().pending_invitation("p3@example.com").faults(faults));
    let invited = run(&mut clerk.program(&[&people, "--json"]));
    assert_eq!(invited.json()["created"], 24, "{}", invited.stderr);

    // Without limits, the undo does not wait for the calls of earlier runs.
    let undo = [
        "--revoke-run",
        &journal,
        "--json",
        "--events",
        &events,
        "--limits",
        "none",
    ];
    let mut total = 0;
    let mut statuses = Vec::new();
    for _ in 0..2 {
        let ended = run(&mut clerk.program(&undo));
        total += ended.json()["revoked"].as_u64().expect("a number");
        statuses.push(ended.status);
        if ended.status == 0 {
            break;
        }
    }
    assert_eq!((total, statuses.as_slice()), (24, &[3, 0][..]));
    let text = std::fs::read_to_string(&events).expect("an event log");
    let last: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    assert_eq!(
        (&last["event"], &last["result"]),
        (&"revocation".into(), &"revoked".into())
    );

    let again = run(&mut clerk.program(&["--revoke-run", &journal, "--json", "--limits", "none"]));
    assert_eq!(
        (again.status, &again.json()["revoked"]),
        (0, &0.into()),
        "{}",
        again.stderr
    );
    let invited = run(clerk.program(&[&people, "--json"]).args(["--limits", "none"]));
    assert_eq!(
        (invited.status, &invited.json()["created"]),
        (0, &24.into()),
        "{}",
        invited.stderr
    );
    let undone = run(&mut clerk.program(&undo));
    assert_eq!(undone.json()["revoked"], 24, "the second round");
    let plan = run(&mut clerk.program(&[&people, "--plan", "--journal", "none", "--json"]));
    assert_eq!(
        plan.json()["already_invited"],
        1,
        "an invitation that the run did not create is left alone"
    );
}

#[test]
fn rejects_journals_that_cannot_be_revoked() {
    let folder = Folder::new();
    let clerk = Clerk::start_with_key(FakeClerk::builder(), "sk_live_fake");
    let missing = folder.path("missing.journal");
    let empty = folder.with("empty.journal", "");
    let foreign = folder.with("people.csv", "email\n");
    let no_key = run(&mut program(&["--revoke-run", &empty]));
    for (ended, expected) in [
        (
            run(&mut clerk.program(&["--revoke-run", &missing, "--yes"])),
            "there is no journal",
        ),
        (
            run(&mut clerk.program(&["--revoke-run", &foreign, "--yes"])),
            "is not a journal",
        ),
        (
            run(&mut clerk.program(&["--revoke-run", &empty])),
            "add --yes to confirm",
        ),
        (
            run(&mut clerk.program(&["--revoke-run", &empty, &foreign])),
            "cannot be used with",
        ),
        (no_key, "needs a key"),
    ] {
        assert_eq!(ended.status, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
    assert_eq!(folder.names(), ["empty.journal", "people.csv"]);
}
