//! A large journal is read in chunks. The test is alone in its program, because it measures the whole process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::io::{BufWriter, Write};

use clerk_core::run::journal::{FileJournal, Journal};

/// Returns the peak memory of the process so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn loads_a_journal_of_a_hundred_thousand_people_without_holding_it_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.journal");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    let begun = r#"{"begun":{"version":1,"instance":"ins_1","resource":"invitations"}}"#;
    writeln!(file, "{begun}").unwrap();
    for n in 0..100_000 {
        let how = format!(r#""outcome":"created","evidence":"answer","id":"inv_{n}""#);
        writeln!(file, r#"{{"settled":{{"address":"person{n}@example.com",{how}}}}}"#).unwrap();
    }
    drop(file);
    let size = std::fs::metadata(&path).unwrap().len() >> 10;
    let before = peak();
    let journal = FileJournal::open(&path).unwrap();
    let mut loaded = 0;
    pollster::block_on(journal.load(&mut |_| loaded += 1)).unwrap();
    assert_eq!(loaded, 100_001);
    let grown = peak() - before;
    assert!(grown < size / 4, "{grown} KiB more for a file of {size} KiB");
}
