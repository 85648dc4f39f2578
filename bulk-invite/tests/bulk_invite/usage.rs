use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeOperation;

use crate::program::{Clerk, Ended, Folder, program, run, run_with_input};

fn assert_usage_error(ended: &Ended, expected: &str) {
    assert_eq!(ended.status, 2, "{expected}: {}", ended.stderr);
    let first = ended.stderr.lines().next().unwrap_or_default();
    assert!(first.contains(expected), "{expected:?} is not in {first:?}");
}

#[test]
fn a_file_that_cannot_be_used_is_reported_with_its_name() {
    let folder = Folder::new();
    let cases: [(&[u8], &str); 8] = [
        (b"", "the file is empty"),
        (b"email_address\n", "the file has a header but no rows"),
        (b"name\nAda\n", "no column is known to contain email addresses"),
        (b"email,name\na@example.com,x\n", "unknown columns: \"name\""),
        (b"notify\nyes\n", "no column is known to contain email addresses"),
        (b"e\0m\0a\0i\0l\0", "looks like UTF-16"),
        (b"email,public_metadata.pr\xE9nom\na@example.com,x\n", "is not UTF-8"),
        (b"PK\x03\x04\0\0spreadsheet", "damaged"),
    ];
    for (bytes, expected) in cases {
        let people = folder.with("people.csv", bytes);
        let ended = run(&mut program(&[&people]));
        assert_usage_error(&ended, expected);
        assert!(
            ended.stderr.contains(&people),
            "the message names the file: {}",
            ended.stderr
        );
        assert_usage_error(&run_with_input(&mut program(&["-"]), bytes), "standard input");
    }
    assert_usage_error(
        &run(&mut program(&[&folder.path("missing.csv")])),
        "missing.csv: No such file",
    );
    assert_usage_error(
        &run(&mut program(&[&folder.path(".")])),
        "it is a folder: name a file in it",
    );
}

#[test]
fn invalid_options_are_reported_before_anything_is_sent() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    let (report, missing) = (folder.path("report.csv"), folder.path("missing/report.csv"));
    let (link, beside) = (folder.path("link.csv"), folder.path("./people.csv.journal"));
    #[cfg(unix)]
    std::os::unix::fs::symlink(&people, &link).expect("a link");
    let hard_link = folder.path("hard-link.csv");
    std::fs::hard_link(&people, &hard_link).expect("a hard link");
    let cases: [(&[&str], &str); 26] = [
        (&["--report", &missing], "check the path, its folder must exist"),
        (&["--events", &folder.path(".")], "this is a folder: name a file in it"),
        (&["--report", &people], "would overwrite"),
        (&["--report", &link], "would overwrite"),
        (&["--report", &hard_link], "would overwrite"),
        (&["--events", &people], "would overwrite"),
        (&["--report", &report, "--events", &report], "would overwrite"),
        (&["--journal", &people], "would overwrite"),
        (&["--journal", &link], "would overwrite"),
        (&["--journal", &report, "--report", &report], "would overwrite"),
        (&["--report", &beside], "would overwrite"),
        (&["--events", &beside], "would overwrite"),
        (&["--journal", &missing], "its folder must exist"),
        (&["--journal", &folder.path(".")], "cannot be opened"),
        (&["--role", "org:member"], "required arguments were not provided"),
        (
            &["--organization", "org_1", "--template", "invitation"],
            "cannot be used with",
        ),
        (&["--organization", "../org"], "expected an organization ID"),
        (&["--plan", "--dry-run"], "cannot be used with"),
        (&["--limits", "fast"], "\"fast\" is not a rate limit"),
        (&["--timeout", "soon"], "invalid value 'soon'"),
        (&["--expires-in-days", "366"], "1 to 365"),
        (&["--redirect-url", "sign-up"], "expected an absolute URL"),
        (&["--template", "welcome"], "invitation or waitlist_invitation"),
        (&["--layout", "myspace"], "invalid value 'myspace'"),
        (&["--max-people", "0"], "invalid value '0'"),
        (&["--colour"], "unexpected argument"),
    ];
    let clerk = Clerk::start(FakeClerk::builder());
    let before = std::fs::read(&people).expect("the people file");
    for (args, expected) in cases {
        assert_usage_error(&run(clerk.program(&[&people]).args(args)), expected);
    }
    assert_eq!(std::fs::read(&people).expect("the people file"), before);
    assert!(clerk.fake().log().is_empty(), "something was sent");
}

#[test]
fn an_invalid_key_is_reported() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    let cases = [
        ("pk_test_abc", "this is the publishable key. Use the secret key"),
        ("'sk_test_abc'", "remove the quotes around the key"),
        ("hunter2", "invalid CLERK_SECRET_KEY"),
    ];
    for (key, expected) in cases {
        let ended = run(program(&[&people]).env("CLERK_SECRET_KEY", key));
        assert_usage_error(&ended, expected);
    }
}

#[test]
fn a_live_key_needs_yes_to_invite_many_people() {
    let folder = Folder::new();
    let clerk = Clerk::start_with_key(FakeClerk::builder(), "sk_live_fake");
    let people = folder.with_people(51);
    assert_usage_error(
        &run(&mut clerk.program(&[&people])),
        "this would invite 51 people with a live key: add --yes",
    );
    assert!(clerk.fake().log().is_empty(), "something was sent");

    let few = run(&mut clerk.program(&[&people, "--max-people", "50", "--journal", "none"]));
    assert_eq!(few.status, 0, "{}", few.stderr);
    let all = run(&mut clerk.program(&[&people, "--yes", "--json"]));
    assert_eq!(all.status, 0, "{}", all.stderr);
    assert_eq!(clerk.fake().mails().len(), 51);
    assert_eq!(all.json()["already_invited"], 50);
    assert!(clerk.fake().calls(FakeOperation::CreateBulkInvitations) > 0);
}

#[test]
fn expect_stops_the_run_unless_the_number_of_people_matches() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with(
        "people.csv",
        "email\nada@example.com\nADA@example.com\nbob\neve@example.com\n",
    );
    assert_usage_error(
        &run(&mut clerk.program(&[&people, "--expect", "4"])),
        "--expect 4 does not match: the file has 2 people to invite (nothing was sent)",
    );
    assert!(clerk.fake().log().is_empty(), "something was sent");
    let ended = run(&mut clerk.program(&[&people, "--expect", "2"]));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert_eq!(clerk.fake().mails().len(), 2);
}

#[test]
fn explain_file_shows_how_the_file_is_read_and_sends_nothing() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let file = "version:v1.0\nmail;userPrincipalName;displayName;accountEnabled;public_metadata.team\n\
                ada@example.com;a;Ada;True;x\nADA@example.com;a;Ada;True;\nbob@example.com;b;Bob;False;\n\
                nobody;n;N;True;\n;o;O;True;\n";
    let people = folder.with("people.csv", file);
    let ended = run(&mut clerk.program(&[&people, "--explain-file"]));
    let expected = "\
Form: UTF-8, fields separated by \";\", header on line 2
Skipped line 1 before the header.
The file is read as Microsoft Entra (--layout entra).
The email addresses are in the column \"mail\".
These columns are ignored: \"displayName\".
Left out 1 person because the column \"accountEnabled\" is \"False\": line 5.

Columns:
  \"mail\": email address
  \"userPrincipalName\": email address where blank
  \"displayName\": ignored
  \"accountEnabled\": leaves out inactive people
  \"public_metadata.team\": public metadata, member team

1 person to invite
1 person listed more than once: line 4
1 person invalid: line 6: the email address has no @
1 person invalid: line 7: the email address is empty
";
    assert_eq!((ended.status, ended.stdout.as_str()), (1, expected), "{}", ended.stderr);
    assert!(clerk.fake().log().is_empty(), "something was sent");
    assert!(!std::path::Path::new(&format!("{people}.journal")).exists());
}

#[test]
fn help_and_version_go_to_standard_output() {
    let help = run(&mut program(&["--help"]));
    assert_eq!(help.status, 0);
    for expected in [
        "--dry-run",
        "CLERK_SECRET_KEY",
        "CLERK_API_URL",
        "Exit codes",
        "public_metadata.NAME",
    ] {
        assert!(help.stdout.contains(expected), "{expected} is not in the help");
    }
    let version = run(&mut program(&["--version"]));
    assert_eq!(
        (version.status, version.stdout.as_str()),
        (0, concat!("bulk-invite ", env!("CARGO_PKG_VERSION"), "\n"))
    );
}
