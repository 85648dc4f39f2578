//! Workbooks as Excel and LibreOffice write them, with the expected reading.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Url, Workbook, Worksheet};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

/// Returns a workbook with a sheet of text cells for each name.
pub(super) fn xlsx(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, rows) in sheets {
        fill(workbook.add_worksheet(), name, rows);
    }
    workbook.save_to_buffer().expect("a workbook")
}

fn fill(sheet: &mut Worksheet, name: &str, rows: &[&[&str]]) {
    sheet.set_name(name).expect("a name");
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write(row, column, *cell).expect("a cell");
        }
    }
}

/// Returns an OpenDocument workbook with the XML of its sheets.
pub(super) fn ods(sheets: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, content: &str| {
        archive.start_file(name, SimpleFileOptions::default()).expect("a file");
        archive.write_all(content.as_bytes()).expect("its content");
    };
    add("mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    add(
        "META-INF/manifest.xml",
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>",
    );
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet>{sheets}\
         </office:spreadsheet></office:body></office:document-content>"
    );
    add("content.xml", &content);
    archive.finish().expect("an archive").into_inner()
}

fn with_sheet(sheet: &str) -> ReadOptions {
    ReadOptions {
        sheet: Some(sheet.to_owned()),
        ..options(Destination::Application)
    }
}

fn lines(file: &PeopleFile) -> Vec<(u64, &str)> {
    let rows = file.rows.iter();
    rows.map(|row| (row.position.line, row.email_address.as_str()))
        .collect()
}

const PEOPLE: &[&[&str]] = &[
    &["Email", "public_metadata.team"],
    &["ada@example.com", "Engines"],
    &["bob@example.com"],
];

#[test]
fn the_only_sheet_with_addresses_is_read() {
    let bytes = xlsx(&[("Notes", &[&["Read me"]]), ("Members", PEOPLE), ("Empty", &[])]);
    let file = read(&bytes, &options(Destination::Application)).expect("a workbook");
    assert_eq!(lines(&file), [(2, "ada@example.com"), (3, "bob@example.com")]);
    assert_eq!(file.form, "Excel workbook, sheet \"Members\", header on line 1");
    assert_eq!(file.notes, ["The people are on the sheet \"Members\"."]);
}

#[test]
fn several_sheets_with_addresses_need_a_choice() {
    let bytes = xlsx(&[("2025", PEOPLE), ("Summer 2026", &[&["E-mail"], &["eve@example.com"]])]);
    let error = read(&bytes, &options(Destination::Application)).expect_err("two sheets");
    assert_eq!(
        error.to_string(),
        "several sheets have email addresses: \"2025\", \"Summer 2026\". Choose one with --sheet."
    );
    let file = read(&bytes, &with_sheet("summer 2026")).expect("a sheet");
    assert_eq!(lines(&file), [(2, "eve@example.com")]);
    let error = read(&bytes, &with_sheet("2027"))
        .expect_err("no such sheet")
        .to_string();
    assert!(
        error.contains("no sheet \"2027\": the sheets are \"2025\", \"Summer 2026\""),
        "{error}"
    );
}

#[test]
fn a_hidden_sheet_is_read_only_if_it_is_named() {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), "Front", &[&["Welcome"]]);
    fill(workbook.add_worksheet().set_hidden(true), "Old members", PEOPLE);
    let bytes = workbook.save_to_buffer().expect("a workbook");
    let error = read(&bytes, &options(Destination::Application))
        .expect_err("hidden")
        .to_string();
    assert!(error.contains("add --sheet \"Old members\""), "{error}");
    assert!(read(&bytes, &with_sheet("Old members")).is_ok());
}

#[test]
fn sheets_without_a_known_column_are_listed() {
    let bytes = xlsx(&[("A", &[&["Name"], &["Ada"]]), ("B", &[&["Team"], &["Engines"]])]);
    let error = read(&bytes, &options(Destination::Application))
        .expect_err("no addresses")
        .to_string();
    assert!(error.contains("the sheets are \"A\", \"B\""), "{error}");
    let error = read(&xlsx(&[("A", &[])]), &options(Destination::Application)).expect_err("empty");
    assert_eq!(error.to_string(), "the workbook is empty");
}

#[test]
fn cells_have_the_text_that_a_csv_file_would_have() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let header = [
        "email",
        "expires_in_days",
        "notify",
        "public_metadata.since",
        "public_metadata.seen",
        "public_metadata.n",
    ];
    sheet
        .merge_range(0, 0, 0, 5, "Members of the club", &Format::new())
        .expect("a title");
    sheet.write_row(3, 1, header).expect("a header");
    let mail = Url::new("mailto:ada@example.com").set_text("Write to Ada");
    sheet.write_url(5, 1, mail).expect("a link");
    sheet.write(5, 2, 7.0).expect("days");
    sheet.write(5, 3, false).expect("a flag");
    let date = |format: &str| Format::new().set_num_format(format);
    let day = ExcelDateTime::from_ymd(2026, 1, 31).expect("a day");
    sheet.write_with_format(5, 4, &day, &date("yyyy-mm-dd")).expect("a day");
    let time = ExcelDateTime::from_ymd(2026, 1, 31)
        .and_then(|day| day.and_hms(10, 20, 30))
        .expect("a time");
    sheet
        .write_with_format(5, 5, &time, &date("yyyy-mm-dd hh:mm:ss"))
        .expect("a time");
    sheet.write(5, 6, 0.25).expect("a number");
    let formula = Formula::new("=LOWER(\"BOB@EXAMPLE.COM\")").set_result("bob@example.com");
    sheet.write(6, 1, formula).expect("a formula");
    let bytes = workbook.save_to_buffer().expect("a workbook");

    let file = read(&bytes, &options(Destination::Application)).expect("a workbook");
    assert_eq!(lines(&file), [(6, "ada@example.com"), (7, "bob@example.com")]);
    assert!(
        file.notes.contains(&"Skipped line 1 before the header.".to_owned()),
        "{:?}",
        file.notes
    );
    let RowStatus::Valid(ada) = &file.rows[0].status else {
        panic!("{:?}", file.rows[0]);
    };
    let expected = json!({
        "email_address": "ada@example.com",
        "expires_in_days": 7,
        "notify": false,
        "public_metadata": { "n": "0.25", "seen": "2026-01-31T10:20:30", "since": "2026-01-31" },
    });
    assert_eq!(serde_json::to_value(ada.to_invitation()).expect("JSON"), expected);
}

#[test]
fn a_sheet_without_a_header_is_a_list_of_addresses() {
    let bytes = xlsx(&[(
        "Sheet1",
        &[
            &["ada@example.com", "eve@example.com"],
            &[],
            &["bob@example.com"],
            &["nobody"],
        ],
    )]);
    let file = read(&bytes, &options(Destination::Application)).expect("a list");
    let expected = [
        (1, "ada@example.com"),
        (1, "eve@example.com"),
        (3, "bob@example.com"),
        (4, "nobody"),
    ];
    assert_eq!(lines(&file), expected);
    assert!(matches!(file.rows[3].status, RowStatus::Invalid(_)));
}

#[test]
fn reads_an_opendocument_workbook() {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let blank = "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>";
    let days = "<table:table-cell office:value-type=\"float\" office:value=\"7\"><text:p>7</text:p></table:table-cell>";
    let rest = "<table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell \
                table:number-columns-repeated=\"16384\"/></table:table-row>";
    let sheets = format!(
        "<table:table table:name=\"Leute\">{blank}<table:table-row>{}{}</table:table-row>\
         <table:table-row>{}{days}</table:table-row>{rest}</table:table>",
        cell("E-Mail-Adresse"),
        cell("expires_in_days"),
        cell("ada@example.com"),
    );
    let file = read(&ods(&sheets), &options(Destination::Application)).expect("a workbook");
    assert_eq!(lines(&file), [(4, "ada@example.com")]);
    assert_eq!(file.form, "OpenDocument workbook, sheet \"Leute\", header on line 3");
}

#[test]
fn cells_that_an_opendocument_workbook_repeats_are_counted() {
    let cell = |count: u32| {
        format!(
            "<table:table-cell table:number-columns-repeated=\"{count}\" office:value-type=\"string\">\
             <text:p>ada@example.com</text:p></table:table-cell>"
        )
    };
    let sheet = |rows: u32, columns: u32| {
        let row = format!(
            "<table:table-row table:number-rows-repeated=\"{rows}\">{}</table:table-row>",
            cell(columns)
        );
        read(
            &ods(&format!("<table:table table:name=\"A\">{row}</table:table>")),
            &options(Destination::Application),
        )
    };
    assert_eq!(sheet(3, 2).expect("a list").rows.len(), 6);
    for (rows, columns) in [(1_000_000, 90), (1, 4_000_000_000), (4_000_000_000, 1)] {
        let error = sheet(rows, columns).expect_err("too many cells").to_string();
        assert!(error.contains("or 32000000 cells: keep only the columns"), "{error}");
    }
}
