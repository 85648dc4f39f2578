//! `--status`, and inviting people again.

use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeOperation;

use crate::program::{Clerk, Folder, program, run};

/// Options under which nothing waits.
const AT_ONCE: [&str; 2] = ["--limits", "none"];

#[test]
fn status_shows_who_accepted_and_again_invites_the_others() {
    let folder = Folder::new();
    let people = folder.with_people(12);
    let (journal, report) = (folder.path("people.csv.journal"), folder.path("status.csv"));
    let clerk = Clerk::start(FakeClerk::builder());
    let invited = run(clerk.program(&[&people, "--json"]).args(AT_ONCE));
    assert_eq!(invited.json()["created"], 12, "{}", invited.stderr);
    clerk.fake().sign_up("p3@example.com");

    let by_file = [people.as_str(), "--status", "--json", "--report", &report];
    let by_journal = ["--status", "--journal", &journal, "--json", "--report", &report];
    for args in [&by_file[..], &by_journal[..]] {
        let created = clerk.fake().mails().values().sum::<u64>();
        let status = run(clerk.program(args).args(AT_ONCE));
        assert_eq!(status.status, 0, "{}", status.stderr);
        let json = status.json();
        assert_eq!(
            (&json["accepted"], &json["pending"], &json["total"]),
            (&1.into(), &11.into(), &12.into())
        );
        assert!(
            status.stdout.contains("p4@example.com: pending since 20"),
            "{}",
            status.stdout
        );
        let written = std::fs::read_to_string(&report).expect("a report");
        let accepted = written
            .lines()
            .find(|line| line.contains("p3@example.com"))
            .expect("a row");
        assert!(accepted.contains(",accepted,inv_"), "{accepted}");
        assert_eq!(written.lines().count(), 13);
        assert_eq!(clerk.fake().mails().values().sum::<u64>(), created);
    }

    let again = [people.as_str(), "--again", "pending,expired", "--json"];
    let young = run(clerk.program(&again).args(AT_ONCE).args(["--older-than", "9999d"]));
    assert_eq!(
        (young.status, &young.json()["created"]),
        (0, &0.into()),
        "{}",
        young.stdout
    );
    let sent = run(clerk.program(&again).args(AT_ONCE));
    let json = sent.json();
    assert_eq!(
        (&json["created"], &json["accepted"]),
        (&11.into(), &1.into()),
        "{}",
        sent.stdout
    );
    assert_eq!(clerk.fake().mails_to("p3@example.com"), 1);
    assert_eq!(clerk.fake().mails_to("p4@example.com"), 2);
    assert_eq!(clerk.fake().calls(FakeOperation::RevokeInvitation), 11);
}

#[test]
fn a_second_run_says_what_earlier_runs_did_and_makes_no_call() {
    let folder = Folder::new();
    let people = folder.with_people(5);
    let clerk = Clerk::start(FakeClerk::builder());
    run(clerk.program(&[&people]).args(AT_ONCE));
    let calls = clerk.fake().log().len();
    let second = run(&mut clerk.program(&[&people, "--json"]));
    assert_eq!(clerk.fake().log().len(), calls);
    assert!(
        second.stdout.contains(": 5 invited by earlier runs, 0 now\n"),
        "{}",
        second.stdout
    );
    assert_eq!(
        (&second.json()["created"], &second.json()["created_earlier"]),
        (&0.into(), &5.into())
    );
}

#[test]
fn a_run_that_reaches_nobody_leaves_the_report_as_it_is() {
    let folder = Folder::new();
    let people = folder.with_people(5);
    let report = folder.path("report.csv");
    let clerk = Clerk::start(FakeClerk::builder());
    run(clerk.program(&[&people, "--report", &report]).args(AT_ONCE));
    let complete = std::fs::read_to_string(&report).expect("a report");
    // Another URL has to be matched with the journal first, and nothing listens at this one.
    let mut gone = program(&[
        &people,
        "--report",
        &report,
        "--attempts",
        "1",
        "--api-url",
        "http://127.0.0.1:9",
    ]);
    let gone = run(gone.env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY));
    assert_eq!(gone.status, 3, "{}", gone.stderr);
    assert!(gone.stdout.contains("report.csv is left as it was"), "{}", gone.stdout);
    assert_eq!(std::fs::read_to_string(&report).expect("a report"), complete);
    // The key and the URL of the journal need no call, and the report is complete without Clerk.
    let fresh = folder.path("fresh.csv");
    let (url, calls) = (clerk.url().to_owned(), clerk.fake().log().len());
    let ended = run(&mut clerk.program(&[&people, "--report", &fresh]));
    assert_eq!(ended.status, 0, "{url}: {}", ended.stderr);
    let fresh = std::fs::read_to_string(&fresh).expect("a report");
    assert_eq!(fresh.matches(",created_earlier,").count(), 5, "{fresh}");
    assert!(clerk.fake().log().len() > calls, "the links are read for the report");
}

#[test]
fn people_are_invited_to_an_organization_again() {
    let folder = Folder::new();
    let people = folder.with_people(4);
    let clerk = Clerk::start(FakeClerk::builder().organization("org_1"));
    let organization = ["--organization", "org_1", "--role", "org:member", "--json"];
    let command = |args: &[&str]| run(clerk.program(args).args(organization).args(AT_ONCE));
    assert_eq!(command(&[&people]).json()["created"], 4);
    clerk.fake().join_organization("org_1", "p1@example.com");
    let status = command(&[&people, "--status"]).json();
    assert_eq!((&status["accepted"], &status["pending"]), (&1.into(), &3.into()));
    let again = command(&[&people, "--again", "pending"]).json();
    assert_eq!((&again["created"], &again["accepted"]), (&3.into(), &1.into()));
}

#[test]
fn what_cannot_be_combined_is_refused() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    let clerk = Clerk::start(FakeClerk::builder());
    let cases: [(&[&str], &str); 7] = [
        (&["--status"], "--status needs people"),
        (
            &[&people, "--status", "--journal", "x.journal"],
            "leave one of them out",
        ),
        (&[&people, "--status", "--report", "status.html"], "as CSV"),
        (&["--status", "--journal", "missing.journal"], "there is no journal"),
        (&[&people, "--again", "accepted"], "invalid value"),
        (
            &[&people, "--again", "pending", "--no-preflight"],
            "cannot be used with",
        ),
        (&[&people, "--older-than", "7d"], "--again"),
    ];
    for (args, expected) in cases {
        let ended = run(clerk.program(args).current_dir(folder.path(".")));
        assert_eq!(ended.status, 2, "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{args:?}: {}", ended.stderr);
    }
    let demo = run(&mut program(&[&people, "--status"]));
    assert!(demo.stderr.contains("needs a key"), "{}", demo.stderr);
    assert_eq!(clerk.fake().log().len(), 0);
}
