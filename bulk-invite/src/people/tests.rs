mod columns;
mod corpus;
mod exports;
mod mutations;
mod workbooks;

use serde_json::json;

use super::*;

/// What a people file contains, with all its rows.
#[derive(Debug)]
struct PeopleFile {
    rows: Vec<Row>,
    form: String,
    notes: Vec<String>,
}

fn read(bytes: &[u8], options: &ReadOptions) -> Result<PeopleFile, UnusableFile> {
    let source = Source::copy_of(bytes).expect("a copy");
    let inspection = inspect(&source, options)?;
    let rows: Vec<Row> = inspection.rows().collect::<Result<_, _>>().expect("the rows again");
    let valid = rows.iter().filter(|row| matches!(row.status, RowStatus::Valid(_)));
    assert_eq!(valid.count(), inspection.people);
    Ok(PeopleFile {
        rows,
        notes: inspection.remarks().cloned().collect(),
        form: inspection.form,
    })
}

fn options(destination: Destination) -> ReadOptions {
    ReadOptions::new(destination, Settings::default())
}

fn read_all(csv: &str) -> Vec<Row> {
    let file = read(csv.as_bytes(), &options(Destination::Application));
    file.expect("a people file").rows
}

/// Returns the request for the only row of a file.
fn request(csv: &str, options: &ReadOptions) -> serde_json::Value {
    match &read(csv.as_bytes(), options).expect("a people file").rows[0].status {
        RowStatus::Valid(recipient) => serde_json::to_value(recipient.to_invitation()).expect("JSON"),
        other => panic!("{other:?}"),
    }
}

fn error(csv: &str, options: &ReadOptions) -> String {
    read(csv.as_bytes(), options).expect_err(csv).to_string()
}

#[test]
fn a_row_sets_every_field_of_the_request() {
    let csv = "email_address,redirect_url,public_metadata,public_metadata.Team,notify,ignore_existing,\
               expires_in_days,template_slug\n\
               Ada@Example.com,https://example.com/in,\"{\"\"seat\"\":7}\",Κόσμος 01,no,TRUE,14,waitlist_invitation";
    let expected = json!({
        "email_address": "Ada@Example.com",
        "redirect_url": "https://example.com/in",
        "public_metadata": { "Team": "Κόσμος 01", "seat": 7 },
        "notify": false,
        "ignore_existing": true,
        "expires_in_days": 14,
        "template_slug": "waitlist_invitation",
    });
    assert_eq!(request(csv, &options(Destination::Application)), expected);
}

#[test]
fn defaults_apply_to_empty_cells() {
    let defaults = ReadOptions {
        defaults: Settings {
            redirect_url: Some("https://example.com/default".to_owned()),
            expires_in_days: Some(3),
            notify: Some(false),
            ..Settings::default()
        },
        ..options(Destination::Application)
    };
    let csv = "email,redirect_url,notify\nada@example.com,,yes";
    let expected = json!({
        "email_address": "ada@example.com",
        "redirect_url": "https://example.com/default",
        "expires_in_days": 3,
        "notify": true,
    });
    assert_eq!(request(csv, &defaults), expected);
    for csv in ["email\nada@example.com", "email,redirect_url,notify\nada@example.com"] {
        let expected = json!({ "email_address": "ada@example.com" });
        assert_eq!(request(csv, &options(Destination::Application)), expected, "{csv}");
    }
}

#[test]
fn merging_metadata_keeps_the_digits_of_large_numbers() {
    let csv = "email,public_metadata,public_metadata.zip\na@example.com,\"{\"\"id\"\":12345678901234567890123}\",01234";
    let RowStatus::Valid(recipient) = &read_all(csv)[0].status else {
        panic!("the row is valid");
    };
    let json = serde_json::to_string(&recipient.to_invitation()).expect("JSON");
    assert!(
        json.contains(r#"{"id":12345678901234567890123,"zip":"01234"}"#),
        "{json}"
    );
}

#[test]
fn an_invalid_row_has_a_reason_and_leaves_the_others_valid() {
    let cases = [
        ("bob", "no @"),
        (",,x", "email address is empty"),
        ("bob@example.com,{\"a\":1", "double the quotes within"),
        (
            "bob@example.com,[1]",
            "public_metadata: metadata must be a JSON object; expected an object such as",
        ),
        (
            "bob@example.com,{nope}",
            "public_metadata: not JSON: key must be a string at line 1 column 2; expected an object",
        ),
        ("bob@example.com,\"{\"\"team\"\":1}\",x", "both set \"team\""),
        (
            "bob@example.com,,,0",
            "expires_in_days: expected a number of days from 1 to 365, found",
        ),
        (
            "bob@example.com,,,366",
            "expires_in_days: expected a number of days from 1 to 365, found",
        ),
        (
            "bob@example.com,,,soon",
            "expires_in_days: expected a number of days from 1 to 365, found",
        ),
        (
            "bob@example.com,,,,maybe",
            "notify: expected true or false, found \"maybe\"",
        ),
        (
            "bob@example.com,,,,,welcome",
            "template_slug: expected invitation or waitlist_invitation, found \"welcome\"",
        ),
        (
            "bob@example.com,,,,,,sign-up",
            "redirect_url: expected an absolute URL such as https://www.example.com/sign-up, or a path such as /sign-up, found \"sign-up\"",
        ),
        ("bob@example.com,,,,,,,x", "column 8 contains \"x\", but has no name"),
        ("bob@example.com,,,,,,,,x", "the row has 9 fields, and the header has 8"),
    ];
    let header = "email,public_metadata,public_metadata.team,expires_in_days,notify,template_slug,redirect_url,";
    for (row, reason) in cases {
        // Unquoted JSON with two members needs one field more than the header has.
        let row = row.replace("{\"a\":1", "{\"a\":1,\"b\":2,,,,,,,}");
        let rows = read_all(&format!("{header}\n\nada@example.com\n{row}\neve@example.com"));
        assert_eq!(rows.len(), 3, "{row}");
        assert!(matches!(rows[0].status, RowStatus::Valid(_)), "{row}");
        assert!(matches!(rows[2].status, RowStatus::Valid(_)), "{row}");
        assert_eq!(rows[1].position.line, 4, "{row}");
        match &rows[1].status {
            RowStatus::Invalid(message) => assert!(message.contains(reason), "{row}: {message}"),
            other => panic!("{row}: {other:?}"),
        }
    }
}

#[test]
fn a_nul_character_makes_its_row_invalid_whatever_its_column() {
    let cases = [
        ("jo\0se@example.com,Jos", "column 1 contains a NUL character"),
        ("jose@example.com,Jos\0", "column 2 contains a NUL character"),
        ("\0\0\0\0", "column 1 contains a NUL character"),
    ];
    for (row, reason) in cases {
        let rows = read_all(&format!("email,public_metadata.name\nada@example.com,Ada\n{row}"));
        assert_eq!((rows.len(), rows[1].position.line), (2, 3), "{reason}");
        assert!(matches!(rows[0].status, RowStatus::Valid(_)), "{reason}");
        match &rows[1].status {
            RowStatus::Invalid(message) => assert!(message.starts_with(reason), "{reason}: {message}"),
            other => panic!("{reason}: {other:?}"),
        }
    }
}

#[test]
fn a_file_with_a_byte_that_is_not_utf_8_is_refused_as_a_whole() {
    for row in [
        &b"jos\xE9@example.com,Jos"[..],
        b"jose@example.com,Jos\xE9",
        b"bob,Jos\xE9",
    ] {
        let csv = [&b"email,public_metadata.name\nada@example.com,Ada\n"[..], row].concat();
        let error = read(&csv, &options(Destination::Application))
            .expect_err("not UTF-8")
            .to_string();
        assert!(error.starts_with("line 3 is not UTF-8"), "{error}");
    }
}

#[test]
fn an_unclosed_quote_makes_its_row_invalid() {
    let cases = [
        (
            "\"bob@example.com\neve@example.com\n",
            "lines 3 to 4 were read as one row",
        ),
        ("\"bob@example.com\n", "an opening quote without a closing one"),
        ("bob@example.com,\"yes", "an opening quote without a closing one"),
    ];
    for (row, expected) in cases {
        let rows = read_all(&format!("email,notify\nada@example.com\n{row}"));
        assert_eq!(rows.len(), 2, "{row:?}");
        match &rows[1].status {
            RowStatus::Invalid(reason) => assert!(reason.ends_with(expected), "{row:?}: {reason}"),
            other => panic!("{row:?}: {other:?}"),
        }
    }
}

#[test]
fn the_first_valid_row_of_an_address_is_sent() {
    let rows = read_all(
        "email,notify\nada@example.com,\nbob@example.com,maybe\n ADA@example.com ,\nbob@example.com,\nBOB@EXAMPLE.COM,\n",
    );
    let statuses: Vec<_> = rows
        .iter()
        .map(|row| match &row.status {
            RowStatus::Valid(_) => "valid".to_owned(),
            RowStatus::Invalid(_) => "invalid".to_owned(),
            RowStatus::Duplicate(line) => format!("as line {line}"),
        })
        .collect();
    assert_eq!(statuses, ["valid", "invalid", "as line 2", "valid", "as line 5"]);
    assert_eq!(rows[2].email_address, "ADA@example.com", "shown as written");
}

#[test]
fn reads_a_plain_list_of_addresses() {
    let list = "Ada <ada@example.com>; grace@example.com\nbob@example.com\n\nmailto:ADA@example.com\nnobody\n";
    let file = read(list.as_bytes(), &options(Destination::Application)).expect("a list");
    let rows: Vec<_> = file
        .rows
        .iter()
        .map(|row| {
            (
                row.position.line,
                row.email_address.as_str(),
                matches!(row.status, RowStatus::Valid(_)),
            )
        })
        .collect();
    let expected = [
        (1, "ada@example.com", true),
        (1, "grace@example.com", true),
        (2, "bob@example.com", true),
        (4, "ADA@example.com", false),
        (5, "nobody", false),
    ];
    assert_eq!(rows, expected);
    let expected = [
        "The file is a plain list of addresses, without a header.",
        "Removed names and angle brackets around the address on line 1.",
        "Removed mailto: around the address on line 4.",
    ];
    assert_eq!(file.notes, expected);
}

#[test]
fn both_forms_of_an_internationalized_domain_are_the_same_person() {
    let csv = "email\nada@bücher.example\nADA@xn--bcher-kva.example\nada@BU\u{308}CHER.example\n";
    let file = read(csv.as_bytes(), &options(Destination::Application)).expect("a people file");
    let is_duplicate = |row: &Row| matches!(row.status, RowStatus::Duplicate(2));
    assert_eq!(
        file.rows.iter().map(is_duplicate).collect::<Vec<_>>(),
        [false, true, true]
    );
    assert_eq!(file.rows[0].email_address, "ada@xn--bcher-kva.example");
    assert_eq!(
        file.notes,
        ["Wrote the internationalized domains in ASCII (punycode) on lines 2, 4."]
    );
}

#[test]
fn an_address_that_occurs_twice_on_a_line_is_sent_once() {
    let rows = read_all("ada@example.com; grace@example.com; ADA@example.com");
    let is_valid = |row: &Row| matches!(row.status, RowStatus::Valid(_));
    assert_eq!(rows.iter().map(is_valid).collect::<Vec<_>>(), [true, true, false]);
    assert!(matches!(rows[2].status, RowStatus::Duplicate(1)), "{rows:?}");
}

#[test]
fn max_limits_the_number_of_rows() {
    let options = ReadOptions {
        max_rows: 2,
        ..options(Destination::Application)
    };
    let file = read(b"email\n\na@example.com\n\nb@example.com\nc@example.com", &options);
    let lines: Vec<_> = file
        .expect("a people file")
        .rows
        .iter()
        .map(|row| row.position.line)
        .collect();
    assert_eq!(lines, [3, 5]);
}

#[test]
fn organization_rows_need_a_role_and_have_other_columns() {
    let with_role = |role: Option<&str>| ReadOptions {
        defaults: Settings {
            role: role.map(str::to_owned),
            ..Settings::default()
        },
        ..options(Destination::Organization)
    };
    let csv = "email,role,redirect_url,public_metadata.team,notify,expires_in_days\n\
               ada@example.com,org:admin,https://example.com/in,Engines,no,14\nbob@example.com,,,,,";
    let rows = read(csv.as_bytes(), &with_role(Some("org:member")))
        .expect("a people file")
        .rows;
    let requests: Vec<_> = rows
        .iter()
        .map(|row| match &row.status {
            RowStatus::Valid(recipient) => serde_json::to_value(recipient.to_organization_invitation()).expect("JSON"),
            other => panic!("{other:?}"),
        })
        .collect();
    let ada = json!({
        "email_address": "ada@example.com",
        "role": "org:admin",
        "redirect_url": "https://example.com/in",
        "public_metadata": { "team": "Engines" },
        "notify": false,
        "expires_in_days": 14,
    });
    assert_eq!(
        requests,
        [ada, json!({ "email_address": "bob@example.com", "role": "org:member" })]
    );

    let rows = read(csv.as_bytes(), &with_role(None)).expect("a people file").rows;
    assert!(matches!(&rows[1].status, RowStatus::Invalid(reason) if reason.contains("no role")));
    let error_without_role = error("email,template_slug,notify,ignore_existing\nx,,,", &with_role(None));
    assert!(
        error_without_role
            .contains("organization invitations do not support these columns: template_slug, ignore_existing."),
        "{error_without_role}"
    );
    let error = error("email,role\nx,y", &options(Destination::Application));
    assert!(
        error.contains("line 1: application invitations do not support these columns: role."),
        "{error}"
    );
}
