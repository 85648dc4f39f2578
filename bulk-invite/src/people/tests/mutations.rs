//! Reads mutated files: a reader must neither panic nor lose a row without a message.

use serde::de::IgnoredAny;

use super::corpus::CASES;
use super::*;

/// A seeded generator of numbers (SplitMix64), so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % limit.max(1) as u64).expect("below a usize")
    }
}

/// Bytes that have a meaning in one of the forms.
const TOKENS: [&[u8]; 16] = [
    b"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"|",
    b"\0",
    b"\xFF",
    b"{",
    b"]",
    b"<",
    b"@",
    b"sep=;\n",
    b":::",
    b"\xEF\xBB\xBF",
];

fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(bytes.len() + 1);
    match numbers.below(4) {
        0 => {
            let token = TOKENS[numbers.below(TOKENS.len())];
            bytes.splice(at..at, token.iter().copied());
        }
        1 => bytes.truncate(at),
        2 => {
            let end = (at + numbers.below(8)).min(bytes.len());
            bytes.drain(at..end);
        }
        _ => {
            let end = (at + numbers.below(64)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
    }
}

/// Returns the number of files that each test reads, which `.ci/fuzz` raises.
fn rounds() -> usize {
    let rounds = std::env::var("FUZZ_ROUNDS").ok();
    rounds.map_or(400, |rounds| rounds.parse().expect("FUZZ_ROUNDS is a number"))
}

#[test]
fn mutated_workbooks_cause_no_panic() {
    let row = "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>email</text:p></table:table-cell>\
               </table:table-row><table:table-row><table:table-cell office:value-type=\"string\">\
               <text:p>ada@example.com</text:p></table:table-cell></table:table-row>";
    let sheet = format!("<table:table table:name=\"A\">{row}</table:table>");
    let mut numbers = Numbers(3);
    for _ in 0..rounds() / 4 {
        let mut xml = sheet.clone().into_bytes();
        for _ in 0..=numbers.below(3) {
            mutate(&mut xml, &mut numbers);
        }
        let mut bytes = super::workbooks::ods(&String::from_utf8_lossy(&xml));
        if numbers.below(4) == 0 {
            mutate(&mut bytes, &mut numbers);
        }
        // A file that is not read has a message.
        if let Err(error) = read(&bytes, &options(Destination::Application)) {
            assert!(!error.to_string().is_empty());
        }
    }
}

#[test]
fn mutated_files_cause_no_panic() {
    let mut numbers = Numbers(1);
    let cases = || CASES.iter().chain(exports::cases());
    for _ in 0..rounds() {
        let case = cases().nth(numbers.below(cases().count())).expect("a case");
        let mut bytes = case.file.as_bytes().to_vec();
        for _ in 0..=numbers.below(6) {
            mutate(&mut bytes, &mut numbers);
        }
        for ignore_other_columns in [false, true] {
            let options = ReadOptions {
                ignore_other_columns,
                ..options(Destination::Application)
            };
            if let Ok(file) = read(&bytes, &options) {
                assert!(!file.rows.is_empty(), "{:?}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}

#[test]
fn each_line_of_a_mutated_file_is_a_row_or_part_of_one_with_a_message() {
    let mut numbers = Numbers(2);
    for _ in 0..rounds() {
        let (header, rest) = [
            ("email,notify\n", ",no"),
            ("notify;email\n", ""),
            ("list@example.com\n", ""),
        ][numbers.below(3)];
        let mut body: Vec<u8> = (0..6)
            .flat_map(|n| format!("p{n}@example.com{rest}\n").into_bytes())
            .collect();
        for _ in 0..=numbers.below(3) {
            mutate(&mut body, &mut numbers);
        }
        let bytes = [header.as_bytes(), &body].concat();
        let Ok(file) = read(&bytes, &options(Destination::Application)) else {
            continue;
        };
        let text = String::from_utf8(bytes).expect("read as UTF-8");
        let reported: Vec<u64> = file.rows.iter().map(|row| row.position.line).collect();
        let has_invalid = file.rows.iter().any(|row| matches!(row.status, RowStatus::Invalid(_)));
        for (line, number) in text.replace("\r\n", "\n").split(['\n', '\r']).zip(1..).skip(1) {
            let is_blank = line
                .split([',', ';', '\t', '|'])
                .all(|field| field.trim_matches(['"', ' ', '\t']).is_empty());
            // A stray quote joins lines into one row, which is then invalid.
            assert!(
                is_blank || reported.contains(&number) || has_invalid,
                "line {number} of {text:?}"
            );
        }
    }
}

#[test]
fn each_element_of_mutated_json_is_a_row() {
    let mut numbers = Numbers(4);
    for _ in 0..rounds() {
        let people: Vec<String> = (0..6)
            .map(|n| format!("{{\"email\": \"p{n}@example.com\",\n \"notify\": false}}"))
            .collect();
        let is_array = numbers.below(2) == 0;
        let json = match is_array {
            true => format!("[{}]", people.join(",\n")),
            false => people.join("\n"),
        };
        let mut bytes = json.into_bytes();
        mutate(&mut bytes, &mut numbers);
        let Ok(file) = read(&bytes, &options(Destination::Application)) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        let elements = match is_array {
            true => serde_json::from_str::<Vec<IgnoredAny>>(&text).map(|elements| elements.len()),
            false => serde_json::Deserializer::from_str(&text)
                .into_iter::<IgnoredAny>()
                .try_fold(0, |count, value| value.map(|_| count + 1)),
        };
        if let Ok(elements) = elements {
            assert_eq!(file.rows.len(), elements, "{text}");
        }
    }
}

#[test]
fn each_row_of_a_workbook_that_is_not_blank_is_a_row() {
    let mut numbers = Numbers(5);
    for _ in 0..rounds() / 8 {
        let mut rows: Vec<Vec<&str>> = vec![vec!["email", "notify"]];
        let mut expected = Vec::new();
        for line in 2..=9 {
            let row = match numbers.below(4) {
                0 => vec![],
                1 => vec!["ada@example.com"],
                2 => vec!["", "maybe"],
                _ => vec!["nobody", "no"],
            };
            if !row.is_empty() {
                expected.push(line);
            }
            rows.push(row);
        }
        let cells: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let bytes = super::workbooks::xlsx(&[("A", &cells)]);
        if let Ok(file) = read(&bytes, &options(Destination::Application)) {
            let lines: Vec<u64> = file.rows.iter().map(|row| row.position.line).collect();
            assert_eq!(lines, expected);
        } else {
            assert!(expected.is_empty(), "{expected:?}");
        }
    }
}
