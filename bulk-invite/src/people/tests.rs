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

/// What would be sent for the only row of a file.
fn sent(csv: &str, defaults: &Settings) -> serde_json::Value {
    match &read(csv.as_bytes(), Destination::Application, defaults, usize::MAX).expect("a people file")[0].plan {
        Plan::Invite(invitee) => serde_json::to_value(invitee.to_application()).expect("JSON"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_row_says_all_that_the_api_takes() {
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
    assert_eq!(sent(csv, &Settings::default()), expected);
}

#[test]
fn a_default_holds_where_the_row_says_nothing() {
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
    assert_eq!(sent(csv, &defaults), expected);
    for csv in ["email\nada@example.com", "email,redirect_url,notify\nada@example.com"] {
        let expected = json!({ "email_address": "ada@example.com" });
        assert_eq!(sent(csv, &Settings::default()), expected, "{csv}");
    }
}

#[test]
fn large_numbers_in_metadata_keep_their_digits_beside_a_column() {
    let csv = "email,public_metadata,public_metadata.zip\na@example.com,\"{\"\"id\"\":12345678901234567890123}\",01234";
    let Plan::Invite(invitee) = &read_all(csv)[0].plan else {
        panic!("the row is fine");
    };
    let json = serde_json::to_string(&invitee.to_application()).expect("JSON");
    assert!(
        json.contains(r#"{"id":12345678901234567890123,"zip":"01234"}"#),
        "{json}"
    );
}

#[test]
fn a_bad_row_is_told_and_the_others_go_on() {
    let cases = [
        ("bob", "no @"),
        (",,x", "email address is empty"),
        ("bob@example.com,{\"a\":1", "quotes be doubled"),
        ("bob@example.com,[1]", "public_metadata: metadata must be a JSON object"),
        ("bob@example.com,{nope}", "public_metadata: metadata must be JSON"),
        ("bob@example.com,\"{\"\"team\"\":1}\",x", "both give \"team\""),
        ("bob@example.com,,,0", "expires_in_days must be 1 to 365"),
        ("bob@example.com,,,366", "expires_in_days must be 1 to 365"),
        ("bob@example.com,,,soon", "expires_in_days must be 1 to 365"),
        ("bob@example.com,,,,maybe", "notify must be true or false"),
        (
            "bob@example.com,,,,,welcome",
            "template_slug must be invitation or waitlist_invitation",
        ),
        ("bob@example.com,,,,,,/sign-up", "redirect_url must be an absolute URL"),
        ("bob@example.com,,,,,,,x", "column 8 has a value, but no name"),
        ("bob@example.com,,,,,,,,x", "the row has 9 fields and the header 8"),
    ];
    let header = "email,public_metadata,public_metadata.team,expires_in_days,notify,template_slug,redirect_url,";
    for (row, reason) in cases {
        // The case with an unquoted brace has a comma more than the others can bear.
        let row = row.replace("{\"a\":1", "{\"a\":1,\"b\":2,,,,,,,}");
        let rows = read_all(&format!("{header}\n\nada@example.com\n{row}\neve@example.com"));
        assert_eq!(rows.len(), 3, "{row}");
        assert!(matches!(rows[0].plan, Plan::Invite(_)), "{row}");
        assert!(matches!(rows[2].plan, Plan::Invite(_)), "{row}");
        assert_eq!(rows[1].line, 4, "{row}");
        match &rows[1].plan {
            Plan::Invalid(told) => assert!(told.contains(reason), "{row}: {told}"),
            other => panic!("{row}: {other:?}"),
        }
    }
}

#[test]
fn a_cell_that_is_no_text_is_told_whatever_its_column() {
    let cases: [(&[u8], &str); 6] = [
        (b"jos\xE9@example.com,Jos", "column 1 is not UTF-8"),
        (b"jose@example.com,Jos\xE9", "column 2 is not UTF-8"),
        (b"bob,Jos\xE9", "column 2 is not UTF-8"),
        (b"jo\0se@example.com,Jos", "column 1 has a NUL character"),
        (b"jose@example.com,Jos\0", "column 2 has a NUL character"),
        (b"\0\0\0\0", "column 1 has a NUL character"),
    ];
    for (row, reason) in cases {
        let csv = [&b"email,public_metadata.name\nada@example.com,Ada\n"[..], row].concat();
        let rows = read(&csv, Destination::Application, &Settings::default(), usize::MAX).expect("a people file");
        assert_eq!((rows.len(), rows[1].line), (2, 3), "{reason}");
        assert!(matches!(rows[0].plan, Plan::Invite(_)), "{reason}");
        match &rows[1].plan {
            Plan::Invalid(told) => assert!(told.starts_with(reason), "{reason}: {told}"),
            other => panic!("{reason}: {other:?}"),
        }
    }
}

#[test]
fn a_quote_left_open_loses_nobody_in_silence() {
    let cases = [
        (
            "\"bob@example.com\neve@example.com\n",
            "so lines 3 to 4 were read as one row",
        ),
        ("\"bob@example.com\n", "a quote is opened here and never closed"),
        ("bob@example.com,\"yes", "a quote is opened here and never closed"),
    ];
    for (row, expected) in cases {
        let rows = read_all(&format!("email,notify\nada@example.com\n{row}"));
        assert_eq!(rows.len(), 2, "{row:?}");
        match &rows[1].plan {
            Plan::Invalid(reason) => assert!(reason.ends_with(expected), "{row:?}: {reason}"),
            other => panic!("{row:?}: {other:?}"),
        }
    }
}

#[test]
fn the_first_of_duplicates_wins_and_a_bad_row_claims_nothing() {
    let rows = read_all(
        "email,notify\nada@example.com,\nbob@example.com,maybe\n ADA@example.com ,\nbob@example.com,\nBOB@EXAMPLE.COM,\n",
    );
    let plans: Vec<_> = rows
        .iter()
        .map(|row| match &row.plan {
            Plan::Invite(_) => "invite".to_owned(),
            Plan::Invalid(_) => "invalid".to_owned(),
            Plan::Duplicate(line) => format!("as line {line}"),
        })
        .collect();
    assert_eq!(plans, ["invite", "invalid", "as line 2", "invite", "as line 5"]);
    assert_eq!(rows[2].email_address, "ADA@example.com", "shown as typed");
}

#[test]
fn what_is_no_people_file_is_told() {
    let cases = [
        ("", "is empty"),
        (" \r\n\n", "is empty"),
        ("email_address\n", "has a header, but nobody below it"),
        (
            "name,notify\nx,y",
            "has an unknown column \"name\" (line 1): for metadata, name it public_metadata.name",
        ),
        ("\n\nnotify\nx", "has no column email_address in its header (line 3)"),
        ("\nemail,no\0tify\nx,y", "has a NUL character in its header (line 2)"),
        ("email,\"notify\nx,y\n", "opens a quote in its header (line 1)"),
        ("email,EMAIL_ADDRESS\nx,y", "has the column \"EMAIL_ADDRESS\" twice"),
        (
            "email,public_metadata.\nx,y",
            "has an unknown column \"public_metadata.\" (line 1): a name must stand behind the dot",
        ),
        (
            "ada@example.com\nbob@example.com",
            "the first line must name the columns",
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
fn the_first_few_can_be_taken() {
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
fn an_organization_has_roles_and_columns_of_its_own() {
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
    let sent: Vec<_> = rows
        .iter()
        .map(|row| match &row.plan {
            Plan::Invite(invitee) => serde_json::to_value(invitee.to_organization()).expect("JSON"),
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
        sent,
        [ada, json!({ "email_address": "bob@example.com", "role": "org:member" })]
    );

    let rows = read(csv, None).expect("a people file");
    assert!(matches!(&rows[1].plan, Plan::Invalid(reason) if reason.contains("no role")));
    let error = read("email,template_slug,notify,ignore_existing\nx,,,", None).expect_err("columns of others");
    assert!(
        error.to_string().contains("(line 1): template_slug, ignore_existing."),
        "{error}"
    );
    let error = read_to_application("email,role\nx,y");
    assert!(
        error.contains("invitations to the application do not have (line 1): role."),
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
    error.expect_err("a column of others").to_string()
}
