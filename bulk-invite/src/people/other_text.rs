//! Recognizes text that is neither a table, nor JSON, nor a list of addresses.

use super::UnusableFile;

/// The kinds of text: how the first line begins, in lower case, and what to do with such a file.
const KINDS: &[(&[&str], &str)] = &[
    (&["begin:vcard"], "a vCard file: export the contacts as CSV"),
    (&["begin:vcalendar"], "a calendar: export the list of its guests as CSV"),
    (
        &["dn:", "version: 1"],
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
            "copy ",
            "select ",
            "-- mysql dump",
            "-- postgresql database dump",
            "--\n-- postgresql",
        ],
        "SQL: export the result of a query as CSV instead",
    ),
    (
        &["---\n", "---\r\n", "- email", "- name:"],
        "YAML: convert it to JSON or CSV",
    ),
    (MAIL, "an email: copy the addresses into a file, one on each line"),
];

/// The names that the first line of an email can have.
const MAIL: &[&str] = &[
    "from: ",
    "to: ",
    "subject: ",
    "date: ",
    "return-path: ",
    "received: ",
    "delivered-to: ",
    "mime-version: ",
    "message-id: ",
    "x-mozilla-status: ",
];

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
        None => Ok(()),
    }
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
            ("From: Ada <ada@example.com>\nTo: bob@example.com\n", "an email"),
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
            "----+----\nid | email\n",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
    }
}
