use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeOperation;
use serde_json::Value;

use crate::program::{Clerk, Folder, run};

const CSV: &str = "email_address,public_metadata\n\
                   ada@example.com,\n\
                   bob,\n\
                   ADA@example.com,\n\
                   \n\
                   grace@example.com,\n\
                   taken@example.com,\n\
                   \"\x1b[31mred@example.com\",\n";

#[test]
fn the_report_lists_each_row_with_its_line() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder().existing_user("taken@example.com"));
    let people = folder.with("people.csv", CSV);
    let report = folder.with(
        "report.csv",
        "an earlier report, which is longer than the new one\n".repeat(100),
    );
    let ended = run(&mut clerk.program(&[&people, "--report", &report]));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(!ended.stdout.contains('\x1b'), "control characters reach the terminal");

    let mut reader = csv::Reader::from_path(&report).expect("a report");
    let header = reader.headers().expect("a header").iter().collect::<Vec<_>>().join(",");
    assert_eq!(header, "line,email_address,outcome,evidence,invitation_id,url,reason");
    let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
    let columns: Vec<_> = rows.iter().map(|row| [&row[0], &row[1], &row[2], &row[3]]).collect();
    assert_eq!(
        columns,
        [
            ["2", "ada@example.com", "created", "answer"],
            ["3", "bob", "invalid", "input"],
            ["4", "ADA@example.com", "duplicate", "input"],
            ["6", "grace@example.com", "created", "answer"],
            ["7", "taken@example.com", "existing_user", "read"],
            ["8", "<U+001B>[31mred@example.com", "invalid", "input"],
        ]
    );
    assert!(
        rows[0][4].starts_with("inv_") && rows[0][5].contains("ticket="),
        "{:?}",
        rows[0]
    );
    assert_eq!(&rows[2][6], "same address as line 2");
}

#[test]
fn the_event_log_has_each_call_and_each_outcome() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder().existing_user("taken@example.com"));
    let people = folder.with("people.csv", CSV);
    let events = folder.path("events.jsonl");
    run(&mut clerk.program(&[&people, "--events", &events, "--no-preflight", "--lanes", "bulk"]));
    let text = std::fs::read_to_string(&events).expect("an event log");
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let of_kind = |kind: &str| events.iter().filter(|event| event["event"] == kind).collect::<Vec<_>>();
    let bulk = clerk.fake().calls(FakeOperation::CreateBulkInvitations);
    let single = clerk.fake().calls(FakeOperation::CreateInvitation);
    assert_eq!(of_kind("attempt").len() as u64, bulk + single);
    assert_eq!(of_kind("attempt")[0]["people"], 3);
    assert_eq!(of_kind("attempt")[0]["lane"], "bulk");
    assert_eq!(of_kind("attempt")[0]["code"], "form_identifier_exists");
    let mut lines: Vec<_> = of_kind("outcome").iter().map(|event| event["line"].as_u64()).collect();
    lines.sort_unstable();
    assert_eq!(lines, [2, 3, 4, 6, 7, 8].map(Some));
    assert!(!text.contains("https://"), "the log contains an invitation's URL");
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_shows_in_the_exit_code() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    for option in ["--report", "--events"] {
        let clerk = Clerk::start(FakeClerk::builder());
        let ended = run(&mut clerk.program(&[&people, option, "/dev/full", "--json", "--journal", "none"]));
        assert_eq!(ended.status, 1, "{option}");
        assert_eq!(ended.json()["created"], 2, "{option}");
        let advice = "No space left on device (os error 28): free some space, then run the same command again";
        assert!(ended.stderr.contains(advice), "{option}: {}", ended.stderr);
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_written_files() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let (people, report, events) = (folder.with_people(1), folder.path("r.csv"), folder.path("e.jsonl"));
    std::fs::write(&report, "").expect("the folder can be written");
    std::fs::set_permissions(&report, std::fs::Permissions::from_mode(0o644)).expect("own file");
    run(&mut clerk.program(&[&people, "--report", &report, "--events", &events]));
    for path in [report, events, folder.path("people.csv.journal")] {
        let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
}

#[test]
fn a_refused_run_creates_no_file_and_changes_none() {
    let folder = Folder::new();
    let clerk = Clerk::start_with_key(FakeClerk::builder(), "sk_live_fake");
    let (report, events) = (folder.path("r.csv"), folder.path("e.jsonl"));
    let many: String = (0..60).map(|n| format!("p{n}@example.com\n")).collect();
    let cases = [
        ("name\nada\n".to_owned(), "no column is known", events.clone()),
        (format!("email\n{many}"), "add --yes", events),
        (
            "email\nada@example.com\n".to_owned(),
            "cannot write",
            folder.path("missing/e.jsonl"),
        ),
    ];
    for before in [None, Some("an earlier report")] {
        if let Some(before) = before {
            folder.with("r.csv", before);
        }
        for (csv, expected, events) in &cases {
            let people = folder.with("people.csv", csv);
            let ended = run(&mut clerk.program(&[&people, "--report", &report, "--events", events]));
            assert_eq!(ended.status, 2, "{}", ended.stderr);
            assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
            assert_eq!(std::fs::read_to_string(&report).ok().as_deref(), before, "{expected}");
            assert!(!folder.names().contains(&"e.jsonl".to_owned()), "{expected}");
        }
    }
}

/// Returns the links in a report, by address.
fn links(report: &str) -> std::collections::BTreeMap<String, String> {
    let rows = csv::Reader::from_path(report).expect("a report").into_records();
    rows.map(|row| row.expect("a row"))
        .map(|row| (row[1].to_owned(), row[5].to_owned()))
        .collect()
}

#[test]
fn later_reports_have_the_links_of_earlier_invitations() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let (people, report) = (folder.with_people(10), folder.path("report.csv"));
    let args = [
        &people,
        "--no-notify",
        "--report",
        &report,
        "--limits",
        "none",
        "--json",
    ];
    let first = run(&mut clerk.program(&args));
    assert_eq!(
        (first.status, &first.json()["created"]),
        (0, &10.into()),
        "{}",
        first.stderr
    );
    let before = links(&report);
    folder.with_people(15);
    let second = run(&mut clerk.program(&args));
    assert_eq!(
        (second.status, &second.json()["created"]),
        (0, &5.into()),
        "{}",
        second.stderr
    );
    let complete = links(&report);
    assert!(complete.values().all(|link| link.starts_with("http")), "{complete:?}");
    assert!(
        before.iter().all(|(address, link)| complete[address] == *link),
        "{before:?}"
    );

    std::fs::remove_file(&report).expect("a report");
    let third = run(&mut clerk.program(&args));
    assert_eq!(
        (third.status, &third.json()["created_earlier"]),
        (0, &15.into()),
        "{}",
        third.stderr
    );
    assert_eq!(links(&report), complete, "read back from Clerk");
}

#[test]
fn a_report_for_excel_has_a_byte_order_mark() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let (people, report) = (
        folder.with("people.csv", "email\nzoë@example.com\n"),
        folder.path("report.csv"),
    );
    for (program, mark) in [("any", &b"line,"[..]), ("excel", b"\xEF\xBB\xBFline,")] {
        run(&mut clerk.program(&[&people, "--report", &report, "--report-for", program]));
        let written = std::fs::read(&report).expect("a report");
        assert!(written.starts_with(mark), "{program}: {written:?}");
    }
}

#[test]
fn a_report_as_html_has_the_numbers_the_chart_and_each_row_but_no_url() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder().existing_user("taken@example.com"));
    let csv = format!("{CSV}<script>alert(1)</script>@example.com,\n");
    let (people, report) = (folder.with("people <1>.csv", csv), folder.path("report.HTML"));
    let ended = run(&mut clerk.program(&[&people, "--report", &report]));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let page = std::fs::read_to_string(&report).expect("a report");
    for expected in [
        "<title>Invitations of people &lt;1&gt;.csv</title>",
        "Content-Security-Policy\" content=\"default-src 'none'",
        "<b>2</b> created",
        "aria-label=\"3 people had an outcome after",
        "[2,\"ada@example.com\",\"created\",\"inv_",
        "<td>taken@example.com</td><td class=\"existing_user\">existing user</td>",
    ] {
        assert!(page.contains(expected), "{expected} is not in {page}");
    }
    for forbidden in ["http:", "https:", "<script>alert", "\x1b"] {
        assert!(!page.contains(forbidden), "{forbidden} is in {page}");
    }

    let ended = run(&mut clerk.program(&[&people, "--report", &report, "--dry-run"]));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let page = std::fs::read_to_string(&report).expect("a report");
    assert!(
        page.contains("Dry run of inviting to the application") && !page.contains("<svg"),
        "{page}"
    );
}
