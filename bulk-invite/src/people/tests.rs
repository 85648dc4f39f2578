use serde_json::json;

use super::*;

fn read_all(csv: &str) -> Vec<Row> {
    read(
        csv.as_bytes(),
        Destination::Application,
        &Settings::default(),
        usize::MAX,
    )
    .expect("a people file")
}

/// Returns the request for the only row of a file.
fn request(csv: &str, defaults: &Settings) -> serde_json::Value {
    match &read(csv.as_bytes(), Destination::Application, defaults, usize::MAX).expect("a people file")[0].status {
        RowStatus::Valid(recipient) => serde_json::to_value(recipient.to_invitation()).expect("JSON"),
        other => panic!("{other:?}"),
    }
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
    assert_eq!(request(csv, &Settings::default()), expected);
}

#[test]
fn defaults_apply_to_empty_cells() {
    let defaults = Settings {
        redirect_url: Some("https://example.com/default".to_owned()),
        expires_in_days: Some(3),
        notify: Some(false),
        ..Settings::default()
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
        assert_eq!(request(csv, &Settings::default()), expected, "{csv}");
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
            "bob@example.com,,,,,,/sign-up",
            "redirect_url: expected an absolute URL such as https://www.example.com/sign-up, found \"/sign-up\"",
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
        assert_eq!(rows[1].line, 4, "{row}");
        match &rows[1].status {
            RowStatus::Invalid(message) => assert!(message.contains(reason), "{row}: {message}"),
            other => panic!("{row}: {other:?}"),
        }
    }
}

#[test]
fn a_field_that_is_not_text_makes_its_row_invalid_whatever_its_column() {
    let cases: [(&[u8], &str); 6] = [
        (b"jos\xE9@example.com,Jos", "column 1 is not UTF-8"),
        (b"jose@example.com,Jos\xE9", "column 2 is not UTF-8"),
        (b"bob,Jos\xE9", "column 2 is not UTF-8"),
        (b"jo\0se@example.com,Jos", "column 1 contains a NUL character"),
        (b"jose@example.com,Jos\0", "column 2 contains a NUL character"),
        (b"\0\0\0\0", "column 1 contains a NUL character"),
    ];
    for (row, reason) in cases {
        let csv = [&b"email,public_metadata.name\nada@example.com,Ada\n"[..], row].concat();
        let rows = read(&csv, Destination::Application, &Settings::default(), usize::MAX).expect("a people file");
        assert_eq!((rows.len(), rows[1].line), (2, 3), "{reason}");
        assert!(matches!(rows[0].status, RowStatus::Valid(_)), "{reason}");
        match &rows[1].status {
            RowStatus::Invalid(message) => assert!(message.starts_with(reason), "{reason}: {message}"),
            other => panic!("{reason}: {other:?}"),
        }
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
fn rejects_a_file_without_a_usable_header_or_rows() {
    let cases = [
        ("", "is empty"),
        (" \r\n\n", "is empty"),
        ("email_address\n", "the file has a header but no rows"),
        (
            "name,notify\nx,y",
            "line 1: unknown column \"name\". Remove the column, or rename it public_metadata.name",
        ),
        ("\n\nnotify\nx", "line 3: the header has no column email_address"),
        ("\nemail,no\0tify\nx,y", "line 2: the header contains a NUL character"),
        (
            "email,\"notify\nx,y\n",
            "line 1: the header has an opening quote without a closing one",
        ),
        (
            "email,EMAIL_ADDRESS\nx,y",
            "line 1: the column \"EMAIL_ADDRESS\" occurs twice",
        ),
        (
            "email,public_metadata.\nx,y",
            "line 1: unknown column \"public_metadata.\". Add a name after the dot",
        ),
        (
            "ada@example.com\nbob@example.com",
            "The first line must name the columns",
        ),
    ];
    for (csv, problem) in cases {
        let error = read(
            csv.as_bytes(),
            Destination::Application,
            &Settings::default(),
            usize::MAX,
        )
        .expect_err(csv);
        assert!(error.to_string().contains(problem), "{csv:?}: {error}");
    }
}

#[test]
fn max_limits_the_number_of_rows() {
    let rows = read(
        b"email\n\na@example.com\n\nb@example.com\nc@example.com",
        Destination::Application,
        &Settings::default(),
        2,
    );
    let lines: Vec<_> = rows.expect("a people file").iter().map(|row| row.line).collect();
    assert_eq!(lines, [3, 5]);
}

#[test]
fn organization_rows_need_a_role_and_have_other_columns() {
    let read = |csv: &str, role: Option<&str>| {
        let defaults = Settings {
            role: role.map(str::to_owned),
            ..Settings::default()
        };
        read(csv.as_bytes(), Destination::Organization, &defaults, usize::MAX)
    };
    let csv = "email,role,redirect_url,public_metadata.team,notify,expires_in_days\n\
               ada@example.com,org:admin,https://example.com/in,Engines,no,14\nbob@example.com,,,,,";
    let rows = read(csv, Some("org:member")).expect("a people file");
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

    let rows = read(csv, None).expect("a people file");
    assert!(matches!(&rows[1].status, RowStatus::Invalid(reason) if reason.contains("no role")));
    let error = read("email,template_slug,notify,ignore_existing\nx,,,", None).expect_err("unsupported columns");
    assert!(
        error
            .to_string()
            .contains("organization invitations do not support these columns: template_slug, ignore_existing."),
        "{error}"
    );
    let error = read_to_application("email,role\nx,y");
    assert!(
        error.contains("line 1: application invitations do not support these columns: role."),
        "{error}"
    );
}

fn read_to_application(csv: &str) -> String {
    let error = read(
        csv.as_bytes(),
        Destination::Application,
        &Settings::default(),
        usize::MAX,
    );
    error.expect_err("an unsupported column").to_string()
}
