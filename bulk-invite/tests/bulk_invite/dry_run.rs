use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan};

use crate::program::{Clerk, Folder, run};

#[test]
fn a_dry_run_shows_everything_that_can_be_known_without_a_call() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with("people.csv", "email\np1@example.com\np2@example.com\n");
    let first = run(&mut clerk.program(&[&people]));
    assert_eq!(first.status, 0, "{}", first.stderr);
    let (calls, journal) = (
        clerk.fake().log().len(),
        std::fs::read(folder.path("people.csv.journal")),
    );

    let many: String = (1..=400).map(|n| format!("p{n}@example.com;;x\n")).collect();
    let invalid: String = (1..=20).map(|n| format!("q{n}@example.com;{n}000;\n")).collect();
    let csv = format!("email;expires_in_days;Notes\n{many}{invalid}p3@example.com;;\nbob;;\n");
    folder.with("people.csv", csv);
    let ended = run(&mut clerk.program(&[&people, "--dry-run", "--ignore-other-columns", "--json"]));
    let expected = "\
DRY RUN: checking the file only; nothing is sent.
Form: UTF-8, fields separated by \";\", header on line 1
These columns are ignored: \"Notes\".

Columns:
  \"email\": email address
  \"expires_in_days\": expires in days
  \"Notes\": ignored

422 people in TIME

       2  created earlier  invited by earlier runs
      21  invalid          cannot be sent: correct the row
       1  duplicate        repeat an address of an earlier row
     398  pending          would be invited

At most 398 people would be invited, with 30 bulk and 100 single calls. With the rate limits, this takes 1 h 0 min.

Skipped:
  line 2: p1@example.com: created_earlier
  line 3: p2@example.com: created_earlier
  line 422: p3@example.com: duplicate: same address as line 4

Needs attention:
  20 rows: invalid: expires_in_days: expected a number of days from 1 to 365, found \"1000\"
    line 402: q1@example.com
    line 403: q2@example.com
    line 404: q3@example.com
    and 17 more
  line 423: bob: invalid: the email address has no @
";
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let text = ended.stdout_without_times();
    let (text, _json) = text.trim_end().rsplit_once('\n').expect("a line of JSON");
    assert_eq!(text, expected.trim_end());
    let json = ended.json();
    assert_eq!(
        (&json["to_invite"], &json["bulk_calls"], &json["estimated_seconds"]),
        (&398.into(), &30.into(), &3600.0.into())
    );
    assert_eq!(clerk.fake().log().len(), calls, "something was sent");
    assert_eq!(
        std::fs::read(folder.path("people.csv.journal")).ok(),
        journal.ok(),
        "the journal changed"
    );
}

#[test]
fn a_dry_run_says_what_a_round_of_inviting_again_would_do() {
    let folder = Folder::new();
    let people = folder.with_people(15);
    let clerk = Clerk::start(FakeClerk::builder());
    let counts = |args: &[&str]| {
        let ended = run(clerk
            .program(&[
                &people,
                "--json",
                "--limits",
                "none",
                "--settle-delay",
                "1s",
                "--read-lag",
                "0s",
            ])
            .args(args));
        let json = ended.json();
        ["created_earlier", "pending", "to_invite", "unresolved"].map(|name| json[name].as_u64())
    };
    let dry = |args: &[&str]| counts(&[args, &["--dry-run"]].concat());
    counts(&[]);
    let cases: [(&[&str], u64, u64); 4] = [
        (&[], 15, 0),
        (&["--again", "pending"], 0, 15),
        (&["--again", "expired", "--older-than", "7d"], 0, 15),
        (&["--plan", "--again", "expired"], 15, 0),
    ];
    for (args, earlier, to_invite) in cases {
        let expected = [earlier, to_invite, to_invite, 0].map(Some);
        let found = if args.contains(&"--plan") {
            counts(args)
        } else {
            dry(args)
        };
        assert_eq!(found, expected, "{args:?}");
    }

    // A round that is stopped after its first call.
    clerk.fake().set_faults(FaultPlan::new().on_call(
        FakeOperation::CreateBulkInvitations,
        2,
        Fault::TooManyRequests(Duration::from_secs(86_400)),
    ));
    counts(&["--again", "pending", "--lanes", "bulk"]);
    let [earlier, pending, to_invite, _] = dry(&["--again", "pending"]);
    assert_eq!((earlier, pending, to_invite), (Some(10), Some(5), Some(5)));
}

#[test]
fn roles_that_look_wrong_are_named_with_their_lines() {
    let folder = Folder::new();
    let csv = "email,role\na@example.com,admin\nb@example.com,org:member\nc@example.com,Org:Member\nd@example.com,admin\n\
               e@example.com,\n";
    let people = folder.with("people.csv", csv);
    let clerk = Clerk::start(FakeClerk::builder());
    let args = [&people, "--dry-run", "--organization", "org_1", "--role", "org:ops_2"];
    let ended = run(&mut clerk.program(&args));
    let doubtful: Vec<&str> = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("The role"))
        .collect();
    assert_eq!(
        doubtful,
        [
            "The role \"Org:Member\" on line 4 looks wrong: keys of roles are written like org:member.",
            "The role \"admin\" on lines 2, 5 looks wrong: keys of roles are written like org:member.",
        ]
    );
}

#[test]
fn a_file_with_unknown_columns_is_refused_with_the_problems_of_its_rows() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with(
        "people.csv",
        "email,Team,Floor\nada@example.com,x,\nbob,,\neve,,\n\na..b@example.com,,\n",
    );
    for mode in [&[][..], &["--dry-run"], &["--explain-file"]] {
        let ended = run(clerk.program(&[&people]).args(mode));
        assert_eq!(ended.status, 2, "{mode:?}: {}", ended.stderr);
        for expected in [
            "unknown columns: \"Team\", \"Floor\"",
            "2 people invalid: lines 3, 4: ",
            "1 person invalid: line 6: ",
        ] {
            assert!(
                ended.stderr.contains(expected),
                "{mode:?}: {expected} is not in {}",
                ended.stderr
            );
        }
    }
    assert!(clerk.fake().log().is_empty(), "something was sent");
}

#[test]
fn a_dry_run_of_an_export_names_its_layout_and_who_is_left_out() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let csv = "username,email,status,userid\nada,ada@example.com,Member,U1\nbob,bob@example.com,Deactivated,U2\n";
    let people = folder.with("members.csv", csv);
    let ended = run(&mut clerk.program(&[&people, "--dry-run"]));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    for expected in [
        "The file is read as Slack members (--layout slack).",
        "Left out 1 person because the column \"status\" is \"Deactivated\": line 3.",
        "  \"status\": leaves out inactive people",
        "At most 1 person would be invited",
    ] {
        assert!(
            ended.stdout.contains(expected),
            "{expected:?} is not in {}",
            ended.stdout
        );
    }
}

#[test]
fn inactive_people_are_named_before_the_columns_are_ignored() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with(
        "people.csv",
        "email,Unsubscribed\nada@example.com,\nbob@example.com,yes\n",
    );
    let first = run(&mut clerk.program(&[&people]));
    assert_eq!(first.status, 2, "{}", first.stderr);
    let advice = "To leave them out, add --where 'Unsubscribed!=yes'.";
    assert!(first.stderr.contains(advice), "{}", first.stderr);
    let second = run(&mut clerk.program(&[&people, "--where", "Unsubscribed!=yes"]));
    assert_eq!(second.status, 0, "{}", second.stderr);
    assert!(
        second.stdout.contains("--where leaves out 1 of 2 rows."),
        "{}",
        second.stdout
    );
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with_people(100_000);
    let mut program = clerk.program(&[&people]).spawn().expect("the program starts");
    let mut file = OpenOptions::new().append(true).open(&people).expect("the file");
    // A bound, in case that the program reads what is added.
    for line in 0..2_000_000 {
        if program.try_wait().expect("a status").is_some() {
            break;
        }
        writeln!(file, "q{line}@example.com").expect("a line");
    }
    let output = program.wait_with_output().expect("the program ends");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    let expected = "the file changed while it was read: wait until it is complete, and run again";
    assert!(stderr.contains(expected), "{stderr}");
    assert!(clerk.fake().log().is_empty(), "something was sent");
}
