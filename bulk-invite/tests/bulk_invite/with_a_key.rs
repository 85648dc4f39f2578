use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeOperation;

use crate::program::{Clerk, Folder, program, run, run_with_input};

#[test]
fn invites_people_from_standard_input() {
    let clerk = Clerk::start(FakeClerk::builder());
    let csv = "\u{FEFF}Email;public_metadata.name;redirect_url\r\nada@example.com;Ada;\r\n\r\n\
               \"grace@example.com\";Grace;\r\n";
    let ended = run_with_input(&mut clerk.program(&["-", "--json"]), csv.as_bytes());
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(!ended.stdout.contains("DEMO"), "{}", ended.stdout);
    let json = ended.json();
    assert_eq!(json["created"], 2);
    assert_eq!(json.get("mails_sent"), None, "only the demo counts emails");
    assert_eq!(
        clerk.fake().mails().into_iter().collect::<Vec<_>>(),
        [("ada@example.com".to_owned(), 1), ("grace@example.com".to_owned(), 1),]
    );
}

#[test]
fn options_apply_to_rows_with_empty_cells() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder().pending_invitation("bob@example.com"));
    let people = folder.with(
        "people.csv",
        "email,notify\nada@example.com,\nbob@example.com,\neve@example.com,yes\n",
    );
    let ended = run(&mut clerk.program(&[&people, "--no-notify", "--ignore-existing", "--json"]));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert_eq!(ended.json()["created"], 3);
    assert_eq!(
        clerk.fake().mails().into_keys().collect::<Vec<_>>(),
        ["eve@example.com"]
    );
}

#[test]
fn a_second_run_invites_no_one_again() {
    let folder = Folder::new();
    let people = folder.with_people(25);
    let clerk = Clerk::start(FakeClerk::builder());
    let with_journal = ["--limits", "none"];
    let without_journal = ["--journal", "none"];
    for (args, created, earlier, already_invited) in [
        (with_journal, 25, 0, 0),
        (with_journal, 0, 25, 0),
        (without_journal, 0, 0, 25),
    ] {
        let ended = run(clerk.program(&[&people, "--json"]).args(args));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let json = ended.json();
        let counts = ["created", "created_earlier", "already_invited"].map(|outcome| json[outcome].as_u64());
        assert_eq!(counts, [created, earlier, already_invited].map(Some));
    }
    assert!(clerk.fake().mails().into_values().all(|mails| mails == 1));
}

#[test]
fn a_row_that_changed_since_it_was_invited_is_listed() {
    let folder = Folder::new();
    let people = folder.with_people(3);
    let clerk = Clerk::start(FakeClerk::builder());
    let arguments = |days: &str| [&people, "--limits", "none", "--expires-in-days", days].map(str::to_owned);
    let unchanged = run(clerk.program(&[]).args(arguments("7")));
    assert!(!unchanged.stdout.contains("Changed"), "{}", unchanged.stdout);
    let unchanged = run(clerk.program(&[]).args(arguments("7")));
    assert!(!unchanged.stdout.contains("Changed"), "{}", unchanged.stdout);
    let changed = run(clerk.program(&[]).args(arguments("14")));
    assert_eq!(changed.status, 0, "{}", changed.stderr);
    let list = "Changed since they were invited, not sent again:\n  line 2: p0@example.com\n  line 3: p1@example.com\n";
    assert!(changed.stdout.contains(list), "{}", changed.stdout);
}

#[test]
fn an_unknown_key_stops_the_run() {
    let folder = Folder::new();
    let people = folder.with_people(25);
    let clerk = Clerk::start(FakeClerk::builder());
    let ended = run(clerk
        .program(&[&people, "--json"])
        .env("CLERK_SECRET_KEY", "sk_test_another"));
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert_eq!(ended.json()["pending"], 25);
    assert!(
        ended.stdout.contains("Check that CLERK_SECRET_KEY is complete"),
        "{}",
        ended.stdout
    );
    assert_eq!(clerk.fake().calls(FakeOperation::CreateBulkInvitations), 0);
}

#[test]
fn an_unreachable_server_stops_the_run() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    let mut command = program(&[&people, "--json", "--attempts", "1", "--api-url", "http://127.0.0.1:9"]);
    let ended = run(command.env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY));
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert_eq!(ended.json()["pending"], 2);
    assert!(
        ended.stdout.contains("Check --api-url or CLERK_API_URL"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_dry_run_sends_nothing() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    for (csv, status) in [("email\nada@example.com\n", 0), ("email\nada@example.com\nbob\n", 1)] {
        let people = folder.with("people.csv", csv);
        let ended = run(&mut clerk.program(&[&people, "--dry-run", "--json"]));
        assert_eq!(ended.status, status, "{}", ended.stderr);
        assert!(ended.stdout.starts_with("DRY RUN"), "{}", ended.stdout);
        assert_eq!(ended.json()["pending"], 1);
    }
    assert!(clerk.fake().log().is_empty(), "something was sent");
    assert_eq!(folder.names(), ["people.csv"]);
}
