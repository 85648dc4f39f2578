//! Files as people write them and as tools print them, with the expected reading. [`exports`] has those of other products.

use super::*;

/// A file with the options it needs, and how it is read.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) file: &'static str,
    /// Where the header of an export is documented; empty for files that people write.
    pub(super) source: &'static str,
    /// `--ignore-other-columns`
    pub(super) ignores: bool,
    /// `--where`
    pub(super) filter: Option<&'static str>,
    /// `--layout`
    pub(super) layout: Option<&'static str>,
    /// `--email-column`
    pub(super) email_column: Option<&'static str>,
    /// The addresses to invite, or a part of the message.
    pub(super) expected: Result<&'static [&'static str], &'static str>,
    /// A part of a note.
    pub(super) note: &'static str,
}

pub(super) const CASE: Case = Case {
    name: "",
    file: "",
    source: "",
    ignores: false,
    filter: None,
    layout: None,
    email_column: None,
    expected: Ok(&[]),
    note: "",
};

pub(super) const CASES: &[Case] = &[
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
        note: "Skipped line 4 at the end, below the rows.",
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
        note: "Skipped the header that is repeated on line 3.",
        ..CASE
    },
    Case {
        name: "a list with carriage returns",
        file: "ada@example.com\rbob@example.com\r",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        ..CASE
    },
    Case {
        name: "a list with the name of a group above it",
        file: "# team\nada@example.com\n# sales\nbob@example.com\n",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "Lines that begin with # and have no @ are comments.",
        ..CASE
    },
    Case {
        name: "psql, one column",
        file: "      email\n-----------------\n ada@example.com\n(1 row)\n",
        expected: Ok(&["ada@example.com"]),
        note: "Skipped line 4 at the end, below the rows.",
        ..CASE
    },
    Case {
        name: "two files in one",
        file: "email,team\nada@example.com,x\nemail,team\nbob@example.com,y\n",
        ignores: true,
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "Skipped the header that is repeated on line 3.",
        ..CASE
    },
    Case {
        name: "output of ldapsearch",
        file: "# extended LDIF\n#\n# LDAPv3\n\n# ada, people, example.com\ndn: uid=ada,ou=people\nmail: ada@example.com\n",
        expected: Err("the file is an LDIF file"),
        ..CASE
    },
];

#[test]
fn files_of_all_kinds_are_read_as_expected() {
    for case in CASES.iter().chain(exports::cases()) {
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
