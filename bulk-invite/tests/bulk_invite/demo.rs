use std::io::{BufRead, BufReader};

use crate::program::{Folder, demo_people, program, run};

const OUTCOMES: [&str; 9] = [
    "created",
    "created_earlier",
    "already_invited",
    "existing_user",
    "refused",
    "invalid",
    "duplicate",
    "unknown",
    "pending",
];

#[test]
fn every_row_has_one_outcome_and_every_invitation_one_email() {
    let folder = Folder::new();
    let report = folder.path("report.csv");
    let ended = run(&mut program(&[&demo_people(), "--json", "--report", &report]));
    assert_eq!(ended.status, 1, "some rows need attention: {}", ended.stderr);
    assert!(ended.stdout.starts_with("DEMO: "), "{}", ended.stdout);

    let json = ended.json();
    let count = |name: &str| json[name].as_u64().unwrap_or_else(|| panic!("{name} in {json}"));
    assert!(count("total") >= 500);
    assert_eq!(OUTCOMES.map(count).iter().sum::<u64>(), count("total"));
    for outcome in OUTCOMES {
        let is_expected = !matches!(outcome, "created_earlier" | "unknown" | "pending");
        assert_eq!(count(outcome) > 0, is_expected, "{outcome} in {json}");
    }
    assert_eq!(count("mails_sent"), count("created"));
    assert!(
        json["simulated_seconds"].as_f64().expect("a number") > 3600.0,
        "the run reaches the rate limits"
    );
    assert!(
        json["elapsed_seconds"].as_f64().expect("a number") < 10.0,
        "and skips the waits"
    );

    let mut by_outcome = std::collections::BTreeMap::<String, u64>::new();
    for record in csv::Reader::from_path(&report).expect("a report").records() {
        *by_outcome.entry(record.expect("a row")[2].to_owned()).or_default() += 1;
    }
    for outcome in OUTCOMES {
        assert_eq!(
            by_outcome.get(outcome).copied().unwrap_or_default(),
            count(outcome),
            "{outcome}"
        );
    }
}

#[test]
fn a_blank_key_or_the_option_starts_the_demo() {
    let folder = Folder::new();
    let people = folder.with_people(3);
    let blank = run(program(&[&people]).env("CLERK_SECRET_KEY", " "));
    let by_option = run(program(&[&people, "--demo"]).env("CLERK_SECRET_KEY", "sk_live_realkey"));
    for ended in [blank, by_option] {
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        assert!(ended.stdout.starts_with("DEMO: "), "{}", ended.stdout);
    }
}

#[test]
fn without_limits_the_run_waits_as_clerk_responds_with_429() {
    let ended = run(&mut program(&[&demo_people(), "--json", "--limits", "none"]));
    let json = ended.json();
    assert_eq!(json["mails_sent"], json["created"]);
    assert_eq!(json["pending"], 0);
    assert!(json["simulated_seconds"].as_f64().expect("a number") > 3600.0);
}

#[test]
fn a_closed_standard_output_does_not_end_the_run() {
    let mut child = program(&[&demo_people()]).spawn().expect("the program starts");
    let mut first = String::new();
    // Dropping the reader closes the pipe.
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut first)
        .expect("a line");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn the_demo_writes_no_journal_and_refuses_the_option() {
    let folder = Folder::new();
    let people = folder.with_people(3);
    let journal = folder.path("people.journal");
    assert_eq!(run(&mut program(&[&people])).status, 0);
    assert_eq!(run(&mut program(&[&people, "--journal", "none"])).status, 0);
    let refused = run(&mut program(&[&people, "--journal", &journal]));
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("--journal needs a key"), "{}", refused.stderr);
    assert_eq!(folder.names(), ["people.csv"]);
}
