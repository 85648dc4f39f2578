use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeOperation;

use crate::program::{Clerk, Folder, run};

#[test]
fn a_plan_lists_the_skipped_people_and_the_time_and_sends_nothing() {
    let folder = Folder::new();
    let fake = FakeClerk::builder()
        .existing_user("p1@example.com")
        .pending_invitation("p2@example.com");
    let clerk = Clerk::start(fake);
    let (people, report) = (folder.with_people(402), folder.path("report.csv"));
    let args = [
        &people,
        "--plan",
        "--json",
        "--report",
        &report,
        "--limits",
        "bulk=25/3600s,single=100/3600s",
    ];
    let ended = run(&mut clerk.program(&args));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    for expected in [
        "400 people would be invited, with 30 bulk and 100 single calls. With the rate limits, this takes 1 h 0 min.",
        "line 3: p1@example.com: existing_user",
        "line 4: p2@example.com: already_invited",
    ] {
        assert!(
            ended.stdout.contains(expected),
            "{expected:?} is not in {}",
            ended.stdout
        );
    }
    let json = ended.json();
    let counts = ["to_invite", "pending", "existing_user", "bulk_calls", "unresolved"].map(|name| json[name].as_u64());
    assert_eq!(counts, [400, 400, 1, 30, 0].map(Some));
    let rows = csv::Reader::from_path(&report).expect("a report").into_records();
    assert_eq!(rows.count(), 402);
    let creations = [FakeOperation::CreateBulkInvitations, FakeOperation::CreateInvitation];
    assert_eq!(creations.map(|creation| clerk.fake().calls(creation)), [0, 0]);
    assert_eq!(
        folder.names(),
        ["people.csv", "report.csv"],
        "a plan creates no journal"
    );
}

#[test]
fn a_plan_with_a_rejected_key_is_unfinished() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with_people(2);
    let ended = run(clerk
        .program(&[&people, "--plan"])
        .env("CLERK_SECRET_KEY", "sk_test_another"));
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(!ended.stdout.contains("people would be invited"), "{}", ended.stdout);
    assert!(
        ended.stderr.contains("Check that CLERK_SECRET_KEY is complete"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_plan_shows_how_the_file_is_read_and_who_is_settled() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder().organization("org_1"));
    let to_organization = ["--organization", "org_1"];
    let people = folder.with("people.csv", "email,role\nada@example.com,org:member\n");
    let first = run(clerk.program(&[&people]).args(to_organization));
    assert_eq!(first.status, 0, "{}", first.stderr);
    let csv = "email,role,Status,Floor\nada@example.com,org:member,,\nbob@example.com,Boss,,\ncleo@example.com,org:member,Suspended,\n\
               cleo@example.com,org:member,,\neve,,,\n";
    folder.with("people.csv", csv);
    let args = [&people, "--plan", "--ignore-other-columns"];
    let ended = run(clerk.program(&args).args(to_organization));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    for expected in [
        "Form: UTF-8, fields separated by \",\", header on line 1",
        "These columns are ignored: \"Status\", \"Floor\".",
        "Warning: the column \"Status\" is \"Suspended\" for 1 person. To leave them out, add --where 'Status!=Suspended'.",
        "  \"role\": role",
        "The role \"Boss\" on line 3 looks wrong",
        "line 2: ada@example.com: created_earlier",
        "line 5: cleo@example.com: duplicate: same address as line 4",
        "line 3: bob@example.com: refused: The instance has no role Boss.",
        "line 6: eve: invalid: the email address has no @",
        "1 person would be invited",
    ] {
        assert!(
            ended.stdout.contains(expected),
            "{expected:?} is not in {}",
            ended.stdout
        );
    }
}
