use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;

use clerk_core::middleware::RateLimits;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use http::StatusCode;

use crate::program::{Clerk, Ended, Folder, run};
use crate::running::{PATIENCE, Running};

/// Options that avoid waits.
const NO_WAITS: [&str; 6] = ["--limits", "none", "--settle-delay", "1s", "--read-lag", "0s"];

fn is_creation(operation: Option<FakeOperation>) -> bool {
    use FakeOperation::{CreateBulkInvitations, CreateInvitation};
    matches!(operation, Some(CreateBulkInvitations | CreateInvitation))
}

/// Invites 120 people, kills the program at its `nth` call, and runs it again until it finishes.
fn crash_and_resume(nth: u64) {
    let folder = Folder::new();
    let (people, report) = (folder.with_people(120), folder.path("report.csv"));
    let (bulk, single) = (FakeOperation::CreateBulkInvitations, FakeOperation::CreateInvitation);
    let faults = FaultPlan::new()
        .on_call(bulk, 2, Fault::Lost(Moment::AfterEffect))
        .on_call(single, 3, Fault::Lost(Moment::BeforeEffect))
        .on_call(
            bulk,
            4,
            Fault::ServerError(StatusCode::BAD_GATEWAY, Moment::AfterEffect),
        );
    let (arrived, arrival) = mpsc::channel();
    let fake = FakeClerk::builder().limits(RateLimits::none()).faults(faults);
    let clerk = Clerk::start(fake.on_call(move |call| {
        if is_creation(call.operation) {
            let _ = arrived.send(());
        }
    }));
    let args = [&people, "--report", &report, "--json"];
    let mut program = Running::start(clerk.program(&args).args(NO_WAITS));
    for _ in 0..nth {
        arrival.recv_timeout(PATIENCE).expect("a call");
    }
    assert_eq!(program.kill(), None, "the program ended before call {nth}");

    let again = || run(clerk.program(&args).args(NO_WAITS));
    let ended = (0..5).map(|_| again()).find(|ended| ended.status != 3).expect("an end");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let rows = csv::Reader::from_path(&report).expect("a report").into_records();
    let rows = rows.map(|row| row.expect("a row"));
    let created: BTreeSet<_> = rows
        .filter(|row| ["created", "created_earlier"].contains(&&row[2]))
        .map(|row| row[1].to_owned())
        .collect();
    let mails = clerk.fake().mails();
    assert!(mails.values().all(|mails| *mails == 1), "call {nth}: {mails:?}");
    assert_eq!(mails.into_keys().collect::<BTreeSet<_>>(), created, "call {nth}");
    assert_eq!(created.len(), 120);
}

#[test]
fn a_killed_program_resumes_and_invites_no_one_twice() {
    thread::scope(|scope| {
        for nth in 1..=10 {
            scope.spawn(move || crash_and_resume(nth));
        }
    });
}

fn assert_unusable(ended: &Ended, expected: &str) {
    assert_eq!(ended.status, 2, "{}", ended.stderr);
    let first = ended.stderr.lines().next().unwrap_or_default();
    assert!(first.contains(expected), "{expected:?} is not in {first:?}");
    assert_eq!(ended.stdout, "", "there is no summary");
}

#[test]
fn a_journal_in_use_is_refused() {
    let folder = Folder::new();
    let people = folder.with_people(25);
    let (arrived, arrival) = mpsc::channel();
    let hang = FaultPlan::new().on_call(None, 1, Fault::Hang(Moment::BeforeEffect));
    let clerk = Clerk::start(FakeClerk::builder().faults(hang).on_call(move |_| {
        let _ = arrived.send(());
    }));
    let mut first = Running::start(&mut clerk.program(&[&people]));
    arrival.recv_timeout(PATIENCE).expect("a call");
    let second = run(&mut clerk.program(&[&people]));
    assert_unusable(&second, "people.csv.journal is in use by another run");
    assert_eq!(first.kill(), None);
    let third = run(clerk.program(&[&people]).args(NO_WAITS));
    assert_eq!(third.status, 0, "{}", third.stderr);
}

#[test]
fn an_unusable_journal_is_reported_and_left_unchanged() {
    let folder = Folder::new();
    let people = folder.with_people(3);
    let journal = folder.path("people.csv.journal");
    let of_another = r#"{"begun":{"version":1,"instance":"ins_another","resource":"invitations"}}"#;
    let of_an_organization =
        r#"{"begun":{"version":1,"instance":"INSTANCE","resource":"organizations/org_1/invitations"}}"#;
    let clerk = Clerk::start(FakeClerk::builder());
    let own = run(&mut clerk.program(&[&people, "--journal", &journal]));
    assert_eq!(own.status, 0, "{}", own.stderr);
    let own = std::fs::read_to_string(&journal).expect("a journal");
    let begun: serde_json::Value = serde_json::from_str(own.lines().next().expect("a line")).expect("JSON");
    let instance = begun["begun"]["instance"].as_str().expect("an id");
    let calls = clerk.fake().calls(FakeOperation::CreateBulkInvitations);

    let damaged = own.replacen("attempted", "attempter", 1);
    let cases = [
        (
            of_another.to_owned(),
            "use the key of that instance, or another journal",
        ),
        (
            of_an_organization.replace("INSTANCE", instance),
            "the run is for invitations",
        ),
        ("email_address\nada@example.com\n".to_owned(), "is not a journal"),
        (damaged, "run again with --recover-tail"),
        (
            of_another.replace("\"version\":1", "\"version\":99"),
            "a later version wrote it",
        ),
    ];
    for (text, expected) in cases {
        // Opening a journal adds the newline that a crash may have cut off.
        let text = if text.ends_with('\n') { text } else { text + "\n" };
        folder.with("people.csv.journal", &text);
        assert_unusable(&run(&mut clerk.program(&[&people])), expected);
        assert_eq!(std::fs::read_to_string(&journal).expect("the journal"), text);
    }
    assert_eq!(clerk.fake().calls(FakeOperation::CreateBulkInvitations), calls);
}

/// Runs the program and kills it during its first call, which leaves the attempt unresolved.
fn kill_during_first_call(clerk: &Clerk, arrival: &mpsc::Receiver<()>, people: &str) {
    let mut program = Running::start(clerk.program(&[people]).args(NO_WAITS));
    arrival.recv_timeout(PATIENCE).expect("a call");
    assert_eq!(program.kill(), None);
}

#[test]
fn a_changed_row_of_an_unresolved_attempt_is_left_until_restored() {
    let folder = Folder::new();
    let people = folder.with("people.csv", "email,expires_in_days\nada@example.com,7\n");
    let (arrived, arrival) = mpsc::channel();
    let hang = FaultPlan::new().on_call(
        FakeOperation::CreateBulkInvitations,
        1,
        Fault::Hang(Moment::AfterEffect),
    );
    let clerk = Clerk::start(FakeClerk::builder().faults(hang).on_call(move |call| {
        if is_creation(call.operation) {
            let _ = arrived.send(());
        }
    }));
    kill_during_first_call(&clerk, &arrival, &people);

    folder.with(
        "people.csv",
        "email,expires_in_days\nbob@example.com,\nada@example.com,14\n",
    );
    let ended = run(clerk.program(&[&people, "--json"]).args(NO_WAITS));
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    let first = ended.stderr.lines().next().unwrap_or_default();
    assert!(
        first.contains("line 3: an earlier attempt may have invited ada@example.com"),
        "{first}"
    );
    let counts = ended.json();
    assert_eq!((&counts["created"], &counts["pending"]), (&1.into(), &1.into()));
    let purged = run(&mut clerk.program(&[&people, "--purge"]));
    assert_unusable(&purged, "1 of its people may have been invited");

    folder.with(
        "people.csv",
        "email,expires_in_days\nbob@example.com,\nada@example.com,7\n",
    );
    let ended = run(clerk.program(&[&people, "--json"]).args(NO_WAITS));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let counts = ended.json();
    assert_eq!((&counts["created"], &counts["created_earlier"]), (&0.into(), &2.into()));
    assert_eq!(clerk.fake().mails_to("ada@example.com"), 1);

    let purged = run(&mut clerk.program(&[&people, "--purge"]));
    assert_eq!(purged.status, 0, "{}", purged.stderr);
    assert_eq!(folder.names(), ["people.csv"]);
    assert_unusable(&run(&mut clerk.program(&[&people, "--purge"])), "check the path");
}

#[test]
fn a_damaged_tail_is_recovered_on_request_and_no_one_is_invited_twice() {
    let folder = Folder::new();
    let people = folder.with_people(25);
    let journal = folder.path("people.csv.journal");
    let clerk = Clerk::start(FakeClerk::builder());
    let first = run(clerk.program(&[&people]).args(NO_WAITS));
    assert_eq!(first.status, 0, "{}", first.stderr);
    let whole = std::fs::read(&journal).expect("a journal");
    for lost in [1, 2, 5, 20] {
        let mut damaged = whole.clone();
        let newlines = damaged.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
        let end = newlines.map(|(at, _)| at).nth(lost).expect("a line");
        damaged[end + 10] ^= 1;
        std::fs::write(&journal, &damaged).expect("a journal");
        let refused = run(clerk.program(&[&people]).args(NO_WAITS));
        assert_unusable(&refused, "run again with --recover-tail");
        let recovered = run(clerk.program(&[&people, "--recover-tail", "--json"]).args(NO_WAITS));
        assert_eq!(recovered.status, 0, "{lost}: {}", recovered.stderr);
        assert!(
            recovered.stdout.contains("Removed the damaged lines"),
            "{}",
            recovered.stdout
        );
        let json = recovered.json();
        let invited = ["created", "created_earlier", "already_invited"].map(|outcome| json[outcome].as_u64());
        assert_eq!(invited.into_iter().flatten().sum::<u64>(), 25, "{json}");
        assert!(clerk.fake().mails().into_values().all(|mails| mails == 1));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_the_run_which_can_be_resumed() {
    let folder = Folder::new();
    let people = folder.with_people(60);
    let clerk = Clerk::start(FakeClerk::builder().limits(RateLimits::none()));
    let args = [&people, "--limits", "none", "--lanes", "bulk", "--json"];
    let command = clerk.program(&args);
    // Limits files to 4 KiB; with the signal ignored, a larger write fails.
    let mut limited = std::process::Command::new("bash");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\""]);
    limited.arg(command.get_program()).args(command.get_args());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ended = run(&mut limited);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    let has_advice = ended
        .stderr
        .lines()
        .any(|line| line.contains("free some space, then run again on the same journal"));
    assert!(has_advice, "{}", ended.stderr);
    let json = ended.json();
    assert!(
        json["created"].as_u64() > Some(0) && json["pending"].as_u64() > Some(0),
        "{json}"
    );

    let ended = run(clerk.program(&args).args(NO_WAITS[2..].iter().copied()));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let resumed = ended.json();
    // The first run may have announced outcomes that the full disk kept out of the journal.
    assert!(resumed["created_earlier"].as_u64() > Some(0), "{resumed}");
    let invited = ["created", "created_earlier"].map(|outcome| resumed[outcome].as_u64().expect("a number"));
    assert_eq!(invited.iter().sum::<u64>(), 60);
    assert!(clerk.fake().mails().into_values().all(|mails| mails == 1));
}
