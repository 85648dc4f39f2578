//! Files as other products export them and as people write them, with the expected reading.

use super::*;

/// A file with the options it needs, and how it is read.
struct Case {
    name: &'static str,
    file: &'static str,
    /// `--ignore-other-columns`
    ignores: bool,
    /// `--where`
    filter: Option<&'static str>,
    /// `--email-column`
    email_column: Option<&'static str>,
    /// The addresses to invite, or a part of the message.
    expected: Result<&'static [&'static str], &'static str>,
    /// A part of a note.
    note: &'static str,
}

const CASE: Case = Case {
    name: "",
    file: "",
    ignores: false,
    filter: None,
    email_column: None,
    expected: Ok(&[]),
    note: "",
};

const CASES: &[Case] = &[
    Case {
        name: "Google Workspace",
        file: "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],\
               Org Unit Path [Required],New Primary Email [UPLOAD ONLY],Status [READ ONLY],Recovery Email\n\
               Ada,Lovelace,ada@example.com,****,/,,Active,\n\
               Bob,Babbage,bob@example.com,****,/,,Suspended,bob@home.test\n",
        ignores: true,
        filter: Some("Status=Active"),
        expected: Ok(&["ada@example.com"]),
        note: "the column \"Email Address [Required]\"",
        ..CASE
    },
    Case {
        name: "Microsoft Entra",
        file: "version:v1.0\nuserPrincipalName,displayName,mail,accountEnabled\n\
               ada@tenant.test,Ada,ada@example.com,True\nbob@tenant.test,Bob,bob@example.com,False\n",
        ignores: true,
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "Warning: the column \"accountEnabled\" is \"False\" for 1 person. To leave them out, add --where \
               'accountEnabled!=False'.",
        ..CASE
    },
    Case {
        name: "Microsoft Entra, without addresses",
        file: "version:v1.0\nUser name [userPrincipalName] Required,Name [displayName] Required\nada@example.com,Ada\n",
        email_column: Some("User name [userPrincipalName] Required"),
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "Slack members",
        file: "username,email,status,billing-active,has-2fa,userid,fullname\n\
               ada,ada@example.com,Member,1,1,U1,Ada\nbob,bob@example.com,Deactivated,0,0,U2,Bob\n",
        ignores: true,
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "--where 'status!=Deactivated'",
        ..CASE
    },
    Case {
        name: "Mailchimp audience",
        file: "\"Email Address\",\"First Name\",MEMBER_RATING,OPTIN_TIME,NOTES\nada@example.com,Ada,2,2026-01-01,\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "HubSpot contacts",
        file: "\"Record ID\",\"First Name\",\"Email\",\"Lead Status\"\n\"1\",\"Ada\",\"ada@example.com\",\"\"\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "Google Contacts",
        file: "First Name,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value\n\
               Ada,* myContacts,* Work,ada@example.com,\nBob,,,bob@example.com ::: bob@home.test,\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        note: "the column \"E-mail 1 - Value\"",
        ..CASE
    },
    Case {
        name: "Outlook",
        file: "\"First Name\",\"E-mail Address\",\"E-mail Type\",\"E-mail 2 Address\",\"Notes\"\r\n\
               \"Ada\",\"ada@example.com\",\"SMTP\",\"\",\"two\r\nlines\"\r\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "Thunderbird",
        file: "First Name\tDisplay Name\tPrimary Email\tSecondary Email\nAda\tAda L\tada@example.com\t\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "Okta",
        file: "Login,Email,First name,Status\nada@tenant.test,ada@example.com,Ada,ACTIVE\n\
               bob@tenant.test,bob@example.com,Bob,DEPROVISIONED\n",
        ignores: true,
        filter: Some("Status!=Deprovisioned"),
        expected: Ok(&["ada@example.com"]),
        note: "--where leaves out 1 of 2 rows.",
        ..CASE
    },
    Case {
        name: "Discourse",
        file: "id,name,username,email,active,suspended\n1,Ada,ada,ada@example.com,true,false\n2,Bob,bob,bob@example.com,true,true\n",
        ignores: true,
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "the column \"suspended\" is \"true\" for 1 person",
        ..CASE
    },
    Case {
        name: "pandas",
        file: ",email,team\n0,ada@example.com,x\n1,bob@example.com,y\n",
        ignores: true,
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        ..CASE
    },
    Case {
        name: "pandas, without options",
        file: ",email\n0,ada@example.com\n1,bob@example.com\n",
        expected: Err("column 1 has no name in the header"),
        ..CASE
    },
    Case {
        name: "Excel in German",
        file: "sep=;\r\nVorname;E-Mail-Adresse\r\nZoë;zoe@example.com\r\n",
        ignores: true,
        expected: Ok(&["zoe@example.com"]),
        note: "the column \"E-Mail-Adresse\"",
        ..CASE
    },
    Case {
        name: "a title above the header",
        file: "Participants 2026,,\n,,\nNom,Adresse e-mail,Groupe\nAda,ada@example.com,A\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        note: "Skipped line 1 before the header.",
        ..CASE
    },
    Case {
        name: "a table copied from a database client",
        file: "id | email           | team\n 1 | ada@example.com | x\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "recipients copied from a mail program",
        file: "Ada Lovelace <ada@example.com>; \"Hopper, Grace\" <grace@example.com>;",
        expected: Ok(&["ada@example.com", "grace@example.com"]),
        note: "plain list of addresses",
        ..CASE
    },
    Case {
        name: "links",
        file: "email\nmailto:ada@example.com\n<bob@example.com>\n“eve@example.com”\n\u{A0}zoe@example.com\u{200B}\n",
        expected: Ok(&[
            "ada@example.com",
            "bob@example.com",
            "eve@example.com",
            "zoe@example.com",
        ]),
        note: "Removed mailto: around the address on line 2.",
        ..CASE
    },
    Case {
        name: "several candidates",
        file: "Work Email,Personal Email,E-mail\nada@example.com,,\n",
        expected: Err("several columns can contain the email addresses: \"Work Email\", \"E-mail\""),
        ..CASE
    },
    Case {
        name: "a recognized column beside unknown ones",
        file: "Email,Password,Team\nada@example.com,x,y\n",
        expected: Err("unknown columns: \"Password\", \"Team\"."),
        ..CASE
    },
    Case {
        name: "rows without a header",
        file: "Ada,ada@example.com\nBob,bob@example.com\n",
        expected: Err("the first line must name the columns, but contains \"ada@example.com\""),
        ..CASE
    },
];

#[test]
fn files_of_all_kinds_are_read_as_expected() {
    for case in CASES {
        let options = ReadOptions {
            ignore_other_columns: case.ignores,
            filters: case
                .filter
                .map(|filter| Filter::parse(filter).expect(filter))
                .into_iter()
                .collect(),
            email_column: case.email_column.map(str::to_owned),
            ..options(Destination::Application)
        };
        let name = case.name;
        match (read(case.file.as_bytes(), &options), case.expected) {
            (Ok(file), Ok(expected)) => {
                let valid = file.rows.iter().filter(|row| matches!(row.status, RowStatus::Valid(_)));
                let addresses: Vec<_> = valid.map(|row| row.email_address.as_str()).collect();
                assert_eq!(addresses, expected, "{name}");
                let notes = file.notes.join("\n");
                assert!(notes.contains(case.note), "{name}: {notes}");
            }
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{name}: {error}"),
            (file, _) => panic!("{name}: {file:?}"),
        }
    }
}
