//! Files as other products export them and as people write them, with the expected reading.

use super::*;

/// A file with the options it needs, and how it is read.
pub(super) struct Case {
    name: &'static str,
    pub(super) file: &'static str,
    /// `--ignore-other-columns`
    ignores: bool,
    /// `--where`
    filter: Option<&'static str>,
    /// `--layout`
    layout: Option<&'static str>,
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
    layout: None,
    email_column: None,
    expected: Ok(&[]),
    note: "",
};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "Google Workspace",
        file: "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],\
               Org Unit Path [Required],New Primary Email [UPLOAD ONLY],Status [READ ONLY],Recovery Email\n\
               Ada,Lovelace,ada@example.com,****,/,,Active,\n\
               Bob,Babbage,bob@example.com,****,/,,Suspended,bob@home.test\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 1 person because the column \"Status [READ ONLY]\" is \"Suspended\": line 3.",
        ..CASE
    },
    Case {
        name: "Google Workspace, the columns on the screen",
        file: "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],\
               Last Sign In [READ ONLY],Email Usage [READ ONLY]\n\
               Ada,Lovelace,ada@example.com,Active,2026/01/01 10:00:00,1.2GB\n\
               Bob,Babbage,bob@example.com,Suspended,Never logged in,0.0GB\n",
        expected: Ok(&["ada@example.com"]),
        note: "These columns are ignored: \"First Name [Required]\", \"Last Name [Required]\", \"Last Sign In [READ ONLY]\"",
        ..CASE
    },
    Case {
        name: "Google Workspace, the suspended people only",
        file: "First Name [Required],Email Address [Required],Org Unit Path [Required],Status [READ ONLY]\n\
               Ada,ada@example.com,/,Active\nBob,bob@example.com,/,Suspended\n",
        filter: Some("Status=Suspended"),
        expected: Ok(&["bob@example.com"]),
        note: "--where leaves out 1 of 2 rows.",
        ..CASE
    },
    Case {
        name: "Google Workspace, with everyone suspended",
        file: "First Name [Required],Email Address [Required],Org Unit Path [Required],Status [READ ONLY]\n\
               Bob,bob@example.com,/,Suspended\n",
        expected: Err("To invite these people all the same, add --layout none."),
        ..CASE
    },
    Case {
        name: "a known layout, turned off",
        file: "First Name,Email Address,Org Unit Path,Status\nBob,bob@example.com,/,Suspended\n",
        layout: Some("none"),
        expected: Err("unknown columns: \"First Name\", \"Org Unit Path\", \"Status\"."),
        ..CASE
    },
    Case {
        name: "Microsoft Entra",
        file: "version:v1.0\nuserPrincipalName,displayName,mail,accountEnabled\n\
               ada@tenant.test,Ada,ada@example.com,True\nbob@tenant.test,Bob,bob@example.com,False\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 1 person because the column \"accountEnabled\" is \"False\": line 4.",
        ..CASE
    },
    Case {
        name: "Microsoft Entra, with people without a mailbox and a guest",
        file: "userPrincipalName,displayName,mail,accountEnabled\nada@tenant.test,Ada,ada@example.com,True\n\
               bob@example.com,Bob,,True\neve_example.org#EXT#@tenant.test,Eve,,True\n",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "The column with the email addresses is blank on line 3: the next one of the layout is used.",
        ..CASE
    },
    Case {
        name: "Microsoft Entra, the template of a bulk operation",
        file: "version:v1.0\nName [displayName] Required,User name [userPrincipalName] Required,\
               Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required\n\
               Ada,ada@example.com,x,No\nBob,bob@example.com,x,Yes\n",
        expected: Ok(&["ada@example.com"]),
        note: "The file is read as Microsoft Entra (--layout entra).",
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
        file: "username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname,expiration-timestamp\n\
               ada,ada@example.com,Member,1,1,0,U1,Ada,ada,\nbob,bob@example.com,Deactivated,0,0,0,U2,Bob,bob,\n",
        expected: Ok(&["ada@example.com"]),
        note: "The file is read as Slack members (--layout slack).",
        ..CASE
    },
    Case {
        name: "Mailchimp audience",
        file: "\"Email Address\",\"First Name\",MEMBER_RATING,OPTIN_TIME,LEID,EUID,NOTES\n\
               ada@example.com,Ada,2,2026-01-01,1,x,\n",
        expected: Ok(&["ada@example.com"]),
        note: "These columns are ignored: \"First Name\", \"MEMBER_RATING\"",
        ..CASE
    },
    Case {
        name: "Mailchimp audience, unsubscribed",
        file: "Email Address,MEMBER_RATING,UNSUB_TIME\nada@example.com,2,\nbob@example.com,2,2026-01-01 10:00:00\n",
        expected: Ok(&["ada@example.com"]),
        note: "the column \"UNSUB_TIME\" is \"2026-01-01 10:00:00\": line 3",
        ..CASE
    },
    Case {
        name: "Mailchimp audience, with another name for the address and with states",
        file: "Email,\"First Name\",Status,MEMBER_RATING,OPTIN_TIME,LAST_CHANGED,TAGS\n\
               ada@example.com,Ada,subscribed,4,2026-01-01,2026-01-01,\"\"\"VIP\"\",\"\"Blog\"\"\"\n\
               bob@example.com,Bob,unsubscribed,2,,,\ncleo@example.com,Cleo,cleaned,2,,,\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 2 people because the column \"Status\" is \"cleaned\", \"unsubscribed\": lines 3, 4.",
        ..CASE
    },
    Case {
        name: "HubSpot contacts",
        file: "\"Record ID\",\"First Name\",\"Email\",\"Lead Status\",\"Unsubscribed from all email\"\n\
               \"1\",\"Ada\",\"ada@example.com\",\"\",\"\"\n\"2\",\"Bob\",\"bob@example.com\",\"\",\"true\"\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout hubspot",
        ..CASE
    },
    Case {
        name: "Google Contacts",
        file: "First Name,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value\n\
               Ada,* myContacts,* Work,ada@example.com,\nBob,,,bob@example.com ::: bob@home.test,\n",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "Removed further addresses around the address on line 3.",
        ..CASE
    },
    Case {
        name: "Outlook",
        file: "\"First Name\",\"E-mail Address\",\"E-mail Type\",\"E-mail 2 Address\",\"Notes\"\r\n\
               \"Ada\",\"ada@example.com\",\"SMTP\",\"\",\"two\r\nlines\"\r\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout outlook",
        ..CASE
    },
    Case {
        name: "Outlook, in German",
        file: "Vorname;E-Mail-Adresse;E-Mail-Typ;E-Mail 2: Adresse\r\nAda;ada@example.com;SMTP;\r\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout outlook",
        ..CASE
    },
    Case {
        name: "Thunderbird",
        file: "First Name\tDisplay Name\tPrimary Email\tSecondary Email\nAda\tAda L\tada@example.com\tada@home.test\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout thunderbird",
        ..CASE
    },
    Case {
        name: "Auth0",
        file: "user_id,email,email_verified,name,blocked\n\
               auth0|1,ada@example.com,true,Ada,\nauth0|2,bob@example.com,true,Bob,true\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout auth0",
        ..CASE
    },
    Case {
        name: "GitHub organization members",
        file: "login,name,tfa_enabled,is_public,role,saml_name_id\nada,Ada,true,false,Owner,ada@example.com\n",
        expected: Ok(&["ada@example.com"]),
        note: "The email addresses are in the column \"saml_name_id\".",
        ..CASE
    },
    Case {
        name: "GitHub organization members, without addresses",
        file: "login,name,tfa_enabled,is_public,role\nada,Ada,true,false,Owner\n",
        layout: Some("github"),
        expected: Err("GitHub organization members have their email addresses in a column \"email\" or"),
        ..CASE
    },
    Case {
        name: "Okta",
        file: "Login,Email,First name,Status\nada@tenant.test,ada@example.com,Ada,ACTIVE\n\
               bob@tenant.test,bob@example.com,Bob,DEPROVISIONED\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout okta",
        ..CASE
    },
    Case {
        name: "Discourse",
        file: "id,name,username,email,active,suspended\n1,Ada,ada,ada@example.com,true,false\n\
               2,Bob,bob,bob@example.com,true,true\n3,Eve,eve,eve@example.com,false,false\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 1 person because the column \"suspended\" is \"true\": line 3.",
        ..CASE
    },
    Case {
        name: "JSON of a database",
        file: "[{\"email\": \"ada@example.com\", \"public_metadata\": {\"team\": \"x\"}, \"notify\": false},\n\
               {\"email\": null}, {\"email\": \"ADA@example.com\"}]",
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "JSON list of addresses",
        file: "[\"ada@example.com\", \"bob@example.com\"]",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        ..CASE
    },
    Case {
        name: "JSON of Slack's API",
        file: "{\"ok\": true, \"members\": [\
               {\"id\": \"U1\", \"deleted\": false, \"is_bot\": false, \"profile\": {\"email\": \"ada@example.com\"}},\n\
               {\"id\": \"U2\", \"deleted\": true, \"is_bot\": false, \"profile\": {\"email\": \"bob@example.com\"}}]}",
        expected: Ok(&["ada@example.com"]),
        note: "--layout slack",
        ..CASE
    },
    Case {
        name: "NDJSON of Auth0",
        file: "{\"user_id\":\"auth0|1\",\"email\":\"ada@example.com\",\"email_verified\":true}\n\
               {\"user_id\":\"auth0|2\",\"email\":\"bob@example.com\",\"email_verified\":true,\"blocked\":true}\n",
        expected: Ok(&["ada@example.com"]),
        note: "the column \"blocked\" is \"true\": line 2",
        ..CASE
    },
    Case {
        name: "JSON of a single person with a list of objects",
        file: "{\"user_id\":\"auth0|1\",\"email\":\"ada@example.com\",\"email_verified\":true,\"identities\":[{\"provider\":\"x\"}]}",
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "JSON that is cut off",
        file: "[{\"email\": \"ada@example.com\"},\n{\"email\": \"bo",
        expected: Err("the file looks like JSON, but is not valid: EOF while parsing a string at line 2"),
        ..CASE
    },
    Case {
        name: "JSON with several lists",
        file: "{\"users\": [{\"email\": \"a@example.com\"}], \"admins\": [{\"email\": \"b@example.com\"}]}",
        expected: Err("the file has several lists: \"admins\", \"users\"."),
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
    Case {
        name: "Markdown",
        file: "| name | email |\n|------|:-----:|\n| Ada | ada@example.com |\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "psql",
        file: " id |      email\n----+-----------------\n  1 | ada@example.com\n(1 row)\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "mysql",
        file: "+----+-----------------+\n| id | email           |\n+----+-----------------+\n|  1 | ada@example.com |\n+----+-----------------+\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "an email",
        file: "From: Ada <ada@example.com>\nTo: bob@example.com\nSubject: Hi\n\nHello\n",
        ignores: true,
        expected: Err("the file is an email"),
        ..CASE
    },
    Case {
        name: "vCard",
        file: "BEGIN:VCARD\nVERSION:3.0\nEMAIL;TYPE=INTERNET:ada@example.com\nEND:VCARD\n",
        ignores: true,
        expected: Err("the file is a vCard file"),
        ..CASE
    },
    Case {
        name: "bullets",
        file: "- ada@example.com\n- bob@example.com\n",
        ignores: true,
        expected: Err("or write nothing but one address on each line"),
        ..CASE
    },
    Case {
        name: "numbers",
        file: "1. ada@example.com\n2. bob@example.com\n",
        ignores: true,
        expected: Err("or write nothing but one address on each line"),
        ..CASE
    },
    Case {
        name: "a Python list",
        file: "['ada@example.com', 'bob@example.com']\n",
        ignores: true,
        expected: Err("or write nothing but one address on each line"),
        ..CASE
    },
    Case {
        name: "addresses between spaces",
        file: "ada@example.com bob@example.com\n",
        ignores: true,
        expected: Err("or write nothing but one address on each line"),
        ..CASE
    },
    Case {
        name: "quotes around whole lines",
        file: "\"email,name\"\n\"ada@example.com,Ada\"\n",
        ignores: true,
        expected: Err("the quotes enclose the whole line"),
        ..CASE
    },
    Case {
        name: "columns with the same name",
        file: "email,Name,Name,Team\nada@example.com,Ada,L,x\n",
        expected: Err("name them: --metadata-columns \"Team\"."),
        ..CASE
    },
    Case {
        name: "an object with a member for each person",
        file: "{\"u1\":{\"email\":\"ada@example.com\"},\"u2\":{\"email\":\"bob@example.com\"}}",
        ignores: true,
        expected: Err("write a list instead"),
        ..CASE
    },
    Case {
        name: "totals at the end",
        file: "email,amount\nada@example.com,5\nTotal,5\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "a byte order mark in the middle",
        file: "email\nada@example.com\n\u{FEFF}email\nbob@example.com\n",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        ..CASE
    },
    Case {
        name: "a list with carriage returns",
        file: "ada@example.com\rbob@example.com\r",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        ..CASE
    },
    Case {
        name: "Google Workspace, with two-step verification",
        file: "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],2sv Enrolled [READ ONLY]\nAda,L,ada@example.com,Active,True\nBob,B,bob@example.com,Suspended,False\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout google-workspace",
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
            layout: case
                .layout
                .map_or(LayoutOption::Detect, |name| LayoutOption::from_name(name).expect(name)),
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
