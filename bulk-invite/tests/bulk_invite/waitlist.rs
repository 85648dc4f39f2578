//! `--waitlist`: the people on the waitlist are invited in place of those in a file.

use clerk_core::middleware::RateLimits;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};

use crate::program::{Clerk, Folder, run};

fn waitlist(count: usize) -> clerk_testkit::fake::FakeClerkBuilder {
    let fake = FakeClerk::builder().limits(RateLimits::none());
    (0..count).fold(fake, |fake, number| {
        fake.waitlist_entry(format!("person{number}@example.com"))
    })
}

#[test]
fn invites_everyone_on_the_waitlist_with_a_report() {
    let folder = Folder::new();
    let clerk = Clerk::start(waitlist(30).waitlist_entry("ada@other.test"));
    let report = folder.path("report.csv");
    let journal = folder.path("waitlist.journal");
    let args = ["--waitlist=person", "--journal", &journal, "--limits", "none", "--json"];

    let plan = run(clerk.program(&args).arg("--plan"));
    assert_eq!(
        (plan.status, plan.json()["pending"].as_u64()),
        (0, Some(30)),
        "{}",
        plan.stderr
    );
    let oldest = run(clerk.program(&args).args(["--max-people", "10", "--report", &report]));
    assert_eq!(
        (oldest.status, oldest.json()["created"].as_u64()),
        (0, Some(10)),
        "{}",
        oldest.stderr
    );
    let report = std::fs::read_to_string(report).expect("a report");
    assert!(
        report.contains("person0@example.com") && !report.contains("person10@"),
        "{report}"
    );
    let rest = run(&mut clerk.program(&args));
    let counts = ["created", "created_earlier"].map(|outcome| rest.json()[outcome].as_u64());
    assert_eq!((rest.status, counts), (0, [Some(20), Some(10)]), "{}", rest.stderr);

    let mails = clerk.fake().mails();
    assert_eq!(mails.len(), 30);
    assert!(mails.values().all(|&mails| mails == 1), "{mails:?}");
}

#[test]
fn people_of_a_lost_call_are_not_invited_twice_by_the_next_run() {
    let folder = Folder::new();
    let invite = FakeOperation::InviteWaitlistEntry;
    let plan = FaultPlan::new().on_call(invite, 3, Fault::Lost(Moment::AfterEffect));
    let clerk = Clerk::start(waitlist(5).faults(plan));
    let journal = folder.path("waitlist.journal");
    let args = [
        "--waitlist",
        "--journal",
        &journal,
        "--limits",
        "none",
        "--attempts",
        "1",
        "--settle-delay",
        "0s",
        "--read-lag",
        "0s",
    ];
    let stopped = run(&mut clerk.program(&args));
    assert_eq!(stopped.status, 3, "{}", stopped.stdout);

    let ended = run(clerk.program(&args).arg("--json"));
    let json = ended.json();
    let invited = ["created", "created_earlier"].map(|outcome| json[outcome].as_u64().expect("a count"));
    assert_eq!((ended.status, invited.iter().sum::<u64>()), (0, 5), "{}", ended.stderr);
    let mails = clerk.fake().mails();
    assert!(mails.len() == 5 && mails.values().all(|&mails| mails == 1), "{mails:?}");

    // The program sees in the journal that it is one of the waitlist.
    let status = run(&mut clerk.program(&["--status", "--journal", &journal, "--limits", "none", "--json"]));
    assert_eq!(status.json()["pending"], 5, "{} {}", status.stdout, status.stderr);
    let revoked = run(&mut clerk.program(&["--revoke-run", &journal, "--limits", "none", "--json"]));
    assert_eq!(revoked.json()["revoked"], 5, "{}", revoked.stderr);
}

#[test]
fn options_without_a_use_are_refused() {
    let clerk = Clerk::start(waitlist(1));
    let cases: [(&[&str], &str); 4] = [
        (&["people.csv", "--waitlist"], "cannot be used with"),
        (&["--waitlist", "--organization", "org_1"], "cannot be used with"),
        (
            &["--waitlist", "--redirect-url", "https://a.test"],
            "does not apply to --waitlist",
        ),
        (
            &["--waitlist", "--expect", "2", "--journal", "none"],
            "the waitlist has 1 person to invite",
        ),
    ];
    for (args, expected) in cases {
        let ended = run(&mut clerk.program(args));
        assert_eq!(ended.status, 2, "{args:?}");
        assert!(ended.stderr.contains(expected), "{args:?}: {}", ended.stderr);
    }
    assert!(clerk.fake().mails().is_empty());
}
