//! Recognizes text that is neither a table, nor JSON, nor a list of addresses.

use super::UnusableFile;

/// The kinds of text: how the first line begins, in lower case, and what to do with such a file.
const KINDS: &[(&[&str], &str)] = &[
    (&["begin:vcard"], "a vCard file: export the contacts as CSV"),
    (&["begin:vcalendar"], "a calendar: export the list of its guests as CSV"),
    (
        &["dn:", "version: 1\n", "version: 1\r", "# extended ldif"],
        "an LDIF file: export the entries as CSV, with a column mail",
    ),
    (
        &["<!doctype html", "<html", "<table", "<head", "<body"],
        "a web page: open it in a spreadsheet, and save it as .xlsx or as CSV UTF-8",
    ),
    (
        &["<?xml", "<workbook", "<users", "<contacts"],
        "an XML file: open it in a spreadsheet, and save it as .xlsx or as CSV UTF-8",
    ),
    (
        &[
            "insert into",
            "create table",
            "-- mysql dump",
            "-- postgresql database dump",
            "--\n-- postgresql",
        ],
        "SQL: export the result of a query as CSV instead",
    ),
    (
        &["---\n", "---\r\n", "- email:", "- name:"],
        "YAML: convert it to JSON or CSV",
    ),
];

/// The names of lines that emails begin with.
const MAIL: &[&str] = &[
    "from",
    "to",
    "subject",
    "date",
    "return-path",
    "received",
    "delivered-to",
    "mime-version",
    "message-id",
];

/// The names among them that the lines above a table in a report do not have.
const MAIL_ONLY: &[&str] = &[
    "subject",
    "return-path",
    "received",
    "delivered-to",
    "mime-version",
    "message-id",
];

/// The number of lines at the beginning of an email that are searched for those.
const SEARCHED: usize = 100;

/// # Errors
///
/// If text that begins like this is of another kind. The message says which, and what to do.
pub(super) fn check(beginning: &str) -> Result<(), UnusableFile> {
    let text = beginning.trim_start();
    let first: String = text.chars().take(40).collect::<String>().to_lowercase();
    let kind = KINDS
        .iter()
        .find(|(beginnings, _)| beginnings.iter().any(|beginning| first.starts_with(beginning)));
    match kind {
        Some((_, what)) => Err(UnusableFile(format!("the file is {what}"))),
        None if is_mail(text) => Err(UnusableFile(
            "the file is an email: copy the addresses into a file, one on each line".to_owned(),
        )),
        None => Ok(()),
    }
}

fn is_mail(text: &str) -> bool {
    let is_named = |line: &str, names: &[&str]| {
        let name = line.split_once(": ").map_or("", |(name, _)| name);
        names.iter().any(|known| name.eq_ignore_ascii_case(known))
    };
    let begins = text.lines().next().is_some_and(|line| is_named(line, MAIL));
    begins && text.lines().take(SEARCHED).any(|line| is_named(line, MAIL_ONLY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_other_kinds_of_text() {
        let cases = [
            ("BEGIN:VCARD\nVERSION:3.0\nEMAIL:ada@example.com\n", "a vCard file"),
            ("BEGIN:VCALENDAR\n", "a calendar"),
            ("dn: uid=ada,dc=example\nmail: ada@example.com\n", "an LDIF file"),
            ("version: 1\ndn: uid=ada\n", "an LDIF file"),
            ("\n<!DOCTYPE html>\n<html>", "a web page"),
            ("<?xml version=\"1.0\"?><users/>", "an XML file"),
            ("INSERT INTO users VALUES ('ada@example.com');", "SQL"),
            ("---\nusers:\n", "YAML"),
            ("- email: ada@example.com\n", "YAML"),
            (
                "From: Ada <ada@example.com>\nTo: bob@example.com\nSubject: Hi\n",
                "an email",
            ),
        ];
        for (text, expected) in cases {
            let error = check(text).expect_err(text).to_string();
            assert!(error.starts_with(&format!("the file is {expected}")), "{text}: {error}");
        }
        for text in [
            "",
            "email\nada@example.com",
            "From,To\nada@example.com,x",
            "version:v1.0\nemail\n",
            "Ada <ada@example.com>",
            "Date;Email\n",
            "Copy of the members\nemail\n",
            "From: 2026-01-01\nTo: 2026-02-01\nName,Email\n",
            "Version: 1.2\nemail\n",
            "----+----\nid | email\n",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
    }
}
