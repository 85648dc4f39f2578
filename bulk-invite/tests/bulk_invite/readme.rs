//! Runs the commands in the README of this crate, and compares what they print.

use clerk_core::middleware::RateLimits;
use clerk_testkit::FakeClerk;

use crate::program::{Clerk, Ended, Folder, program, run, without_times};

const README: &str = include_str!("../../README.md");

/// A fenced block of the README.
struct Block<'a> {
    /// The line of text before the block.
    before: &'a str,
    language: &'a str,
    text: &'a str,
}

fn blocks() -> Vec<Block<'static>> {
    let parts: Vec<&str> = README.split("```").collect();
    let block = |pair: &[&'static str]| {
        let (language, text) = pair[1].split_once('\n').expect("a language");
        Block {
            before: pair[0].trim_end().lines().last().unwrap_or_default(),
            language,
            text,
        }
    };
    parts.chunks_exact(2).map(block).collect()
}

/// Writes the files whose content the README shows after their name in backticks and a colon.
fn write_files(folder: &Folder, blocks: &[Block<'_>]) {
    for block in blocks.iter().filter(|block| block.language == "csv") {
        let name = block
            .before
            .strip_suffix("`:")
            .and_then(|before| before.rsplit('`').next());
        if let Some(name) = name {
            folder.with(name, block.text);
        }
    }
    let many: String = (1..=400).map(|n| format!("p{n}@example.com\n")).collect();
    folder.with("large.csv", format!("email_address\n{many}"));
}

/// Returns what a terminal shows, without what differs from run to run.
fn shown(ended: &Ended) -> String {
    without_waits(&without_times(&format!("{}{}", ended.stderr, ended.stdout)))
}

fn without_waits(text: &str) -> String {
    let wait = |rest: &str| {
        rest.split_once(", and ")
            .map_or_else(|| rest.to_owned(), |(_, rest)| format!("WAIT, and {rest}"))
    };
    let mut parts = text.split("require a wait of ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, rest| text + "require a wait of " + &wait(rest))
}

#[test]
fn the_commands_of_the_readme_print_what_it_shows() {
    let folder = Folder::new();
    let blocks = blocks();
    write_files(&folder, &blocks);
    let fake = FakeClerk::builder()
        .existing_user("alan@example.com")
        .pending_invitation("grace@example.com");
    let clerk = Clerk::start(fake.blocked("*@competitor.test"));
    // The people of the large file use up the limits of an instance of their own.
    let of_large_file = Clerk::start(FakeClerk::builder().limits(RateLimits::none()));
    let consoles: Vec<_> = blocks.iter().filter(|block| block.language == "console").collect();
    assert!(consoles.len() >= 5, "a block is missing");
    for console in consoles {
        let (command, expected) = console.text.split_once('\n').expect("a command and its output");
        let args: Vec<&str> = command
            .strip_prefix("$ bulk-invite ")
            .expect("a command")
            .split(' ')
            .collect();
        let clerk = if command.contains("large.csv") {
            &of_large_file
        } else {
            &clerk
        };
        let mut command = program(&args);
        // Without the limit on all calls together, nothing waits.
        command.env("CLERK_LIMITS", "bulk=25/3600s,single=100/3600s");
        command.current_dir(folder.path(".")).env("CLERK_PROGRESS", "none");
        let ended = run(command
            .env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY)
            .env("CLERK_API_URL", clerk.url()));
        let expected = without_waits(&without_times(expected));
        assert_eq!(
            shown(&ended),
            expected,
            "{args:?} prints:\n{}{}",
            ended.stderr,
            ended.stdout
        );
    }
    assert_report(&folder, &blocks);
}

/// Compares the columns of the report that do not hold an id with the first report in the README.
fn assert_report(folder: &Folder, blocks: &[Block<'_>]) {
    let is_report = |block: &&Block<'_>| block.text.starts_with("line,");
    let shown = blocks.iter().find(is_report).expect("a report").text;
    let written = std::fs::read_to_string(folder.path("report.csv")).expect("the report");
    let (header, _) = written.split_once('\n').expect("a header");
    assert_eq!(shown.lines().next(), Some(header));
    let columns = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row = |row: csv::Result<csv::StringRecord>| row.expect("a row").iter().take(4).map(str::to_owned).collect();
        reader.records().map(row).collect()
    };
    let written = columns(&written);
    for row in columns(shown) {
        assert!(written.contains(&row), "{row:?} is not in {written:?}");
    }
}

#[test]
fn the_readme_and_the_help_name_the_same_exit_codes() {
    let help = run(&mut program(&["--help"])).stdout;
    let (_, codes) = help.split_once("Exit codes").expect("the exit codes");
    for code in ["0", "1", "2", "3", "130"] {
        let row = format!("| {code} | ");
        let meaning = README
            .lines()
            .find_map(|line| line.strip_prefix(&row))
            .unwrap_or_else(|| panic!("{code} is missing"));
        let meaning = meaning.replace('`', "");
        let first = meaning.trim_end_matches(" |").split('.').next().unwrap_or_default();
        assert!(
            codes.contains(&format!("  {code:<3}  {first}")),
            "{code}: {first:?} is not in {codes}"
        );
    }
}
