//! Tests of how the columns of a file are understood.

use serde_json::json;

use super::*;

#[test]
fn rejects_a_file_without_a_usable_header_or_rows() {
    let cases = [
        ("", "is empty"),
        (" \r\n\n", "is empty"),
        ("email_address\n", "the file has a header but no rows"),
        (
            "name,notify\nx,y",
            "line 1: no column is known to contain email addresses. Name it with --email-column; the columns are \"name\", \
             \"notify\".",
        ),
        (
            "Name,Invitee Email\nAda,ada@example.com",
            "If they are in \"Invitee Email\", add --email-column \"Invitee Email\", and ignore the others with \
             --ignore-other-columns. The columns are \"Name\", \"Invitee Email\".",
        ),
        (
            "Buyer email,Seller email\na@example.com,b@example.com",
            "They may be in \"Buyer email\", \"Seller email\": choose one with --email-column, and ignore",
        ),
        ("\n\nnotify\nx", "line 3: no column is known to contain email addresses"),
        ("\nemail,no\0tify\nx,y", "line 2: the header contains a NUL character"),
        (
            "email,\"notify\nx,y\n",
            "line 1: the header has an opening quote without a closing one",
        ),
        (
            "email,EMAIL_ADDRESS\nx,y",
            "line 1: several columns can contain the email addresses: \"email\", \"EMAIL_ADDRESS\". Choose one with --email-column, \
             and ignore the others with --ignore-other-columns.",
        ),
        (
            "email,notify,Notify\nx,y,z",
            "line 1: the column \"Notify\" occurs twice",
        ),
        (
            "email,public_metadata.\nx,y",
            "line 1: the column \"public_metadata.\" needs a name after the dot",
        ),
        (
            "ada@example.com,Ada\nbob@example.com,Bob",
            "line 1: the first line must name the columns, but contains \"ada@example.com\"",
        ),
        (
            ",email\n0,ada@example.com",
            "column 1 has no name in the header, but values such as \"0\" on line 2",
        ),
    ];
    for (csv, problem) in cases {
        let error = error(csv, &options(Destination::Application));
        assert!(error.contains(problem), "{csv:?}: {error}");
    }
}

#[test]
fn names_all_unknown_columns_and_suggests_metadata_except_for_secrets() {
    let csv = "First Name,Email Address,Password [Required],Team\nAda,ada@example.com,x,Engines";
    let error = error(csv, &options(Destination::Application));
    for expected in [
        "line 1: unknown columns: \"First Name\", \"Password [Required]\", \"Team\".",
        "add --ignore-other-columns",
        "name them: --metadata-columns \"First Name,Team\".",
    ] {
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let secrets = self::error("email,API Token\nada@example.com,x", &options(Destination::Application));
    assert!(!secrets.contains("--metadata-columns"), "{secrets}");
}

#[test]
fn other_columns_are_ignored_or_become_metadata_as_asked() {
    let csv = ",First Name,Email Address,Password,team,role\n0,Ada,ada@example.com,x,Engines,Owner";
    let selected = ReadOptions {
        ignore_other_columns: true,
        metadata_columns: vec!["First Name".to_owned(), "Team".to_owned()],
        metadata_prefix: "hr_".to_owned(),
        ..options(Destination::Application)
    };
    let expected = json!({
        "email_address": "ada@example.com",
        "public_metadata": { "hr_First Name": "Ada", "hr_team": "Engines" },
    });
    assert_eq!(request(csv, &selected), expected);
    let notes = read(csv.as_bytes(), &selected).expect("a people file").notes;
    let expected = [
        "The email addresses are in the column \"Email Address\".",
        "These columns are ignored: \"Password\", \"role\".",
    ];
    assert_eq!(notes, expected);

    let missing = ReadOptions {
        metadata_columns: vec!["Squad".to_owned()],
        ..options(Destination::Application)
    };
    let error = error(csv, &missing);
    assert!(
        error.contains("there is no column \"Squad\" for --metadata-columns"),
        "{error}"
    );
}

#[test]
fn the_email_column_is_recognized_or_selected_by_its_name() {
    let by_name = |name: &str| ReadOptions {
        email_column: Some(name.to_owned()),
        ..options(Destination::Application)
    };
    let cases = [
        ("Correo electrónico\nada@example.com", options(Destination::Application)),
        ("Kontakt\nada@example.com", by_name("Kontakt")),
        ("KONTAKT *\nada@example.com", by_name("kontakt")),
    ];
    for (csv, options) in cases {
        assert_eq!(
            request(csv, &options),
            json!({ "email_address": "ada@example.com" }),
            "{csv}"
        );
    }
    let several = "Work Email,Primary Email\nada@example.com,ada@home.test";
    let chosen = ReadOptions {
        ignore_other_columns: true,
        ..by_name("work email")
    };
    assert_eq!(request(several, &chosen), json!({ "email_address": "ada@example.com" }));
    let error = error(several, &by_name("Mail"));
    assert!(
        error.contains("there is no column \"Mail\" for --email-column"),
        "{error}"
    );
}

#[test]
fn skips_lines_before_the_header_and_notes_them() {
    let csv = "sep=;\nMembers of the club;\n\nE-Mail;Notify\nada@example.com;no\n";
    let file = read(csv.as_bytes(), &options(Destination::Application)).expect("a people file");
    assert_eq!(
        file.notes,
        [
            "Skipped line 2 before the header.",
            "The email addresses are in the column \"E-Mail\"."
        ]
    );
    assert_eq!((file.rows.len(), file.rows[0].position.line), (1, 5));
}

#[test]
fn filters_select_rows_and_inactive_people_are_warned_of() {
    let csv = "email,Status\nada@example.com,Active\nbob@example.com,Suspended\neve@example.com,Active\n";
    let with_filter = |filter: &str| ReadOptions {
        filters: vec![Filter::parse(filter).expect(filter)],
        ..options(Destination::Application)
    };
    for filter in ["Status=active", "status != SUSPENDED"] {
        let file = read(csv.as_bytes(), &with_filter(filter)).expect("a people file");
        let lines: Vec<_> = file.rows.iter().map(|row| row.position.line).collect();
        assert_eq!(lines, [2, 4], "{filter}");
        assert_eq!(file.notes, ["--where leaves out 1 of 3 rows."], "{filter}");
    }
    assert!(
        error(csv, &with_filter("Status=Gone"))
            .contains("no row meets --where: the column \"Status\" contains \"Active\", \"Suspended\"")
    );
    assert!(error(csv, &with_filter("State=x")).contains("there is no column \"State\" for --where"));

    let unfiltered = ReadOptions {
        ignore_other_columns: true,
        ..options(Destination::Application)
    };
    let notes = read(csv.as_bytes(), &unfiltered).expect("a people file").notes;
    let expected = [
        "These columns are ignored: \"Status\".",
        "Warning: the column \"Status\" is \"Suspended\" for 1 person. To leave them out, add --where 'Status!=Suspended'.",
    ];
    assert_eq!(notes, expected);
}
