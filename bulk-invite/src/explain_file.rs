//! Shows how the people file is read, without calling Clerk.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::args::Args;
use crate::console::print_result;
use crate::input;
use crate::people::{self, PeopleFile, ReadOptions, Row, RowStatus, line_list};
use crate::problems::{self, Group};
use crate::program::exit_code;
use crate::text::{escaped, message, people, quoted};

/// Reads the people file and prints how. An error means that it cannot be read.
pub(crate) fn run(args: &Args) -> Result<ExitCode, String> {
    let bytes = input::read(args)?;
    let file = read(&bytes, args)?;
    print_result(|out| write(out, &file))?;
    let is_invalid = |row: &Row| matches!(row.status, RowStatus::Invalid(_));
    Ok(exit_code(false, file.rows.iter().any(is_invalid)))
}

/// Reads the people file. The error also names the problems of the rows, so that one run shows everything to correct.
pub(crate) fn read(bytes: &[u8], args: &Args) -> Result<PeopleFile, String> {
    let options = args.read_options();
    people::read(bytes, &options).map_err(|error| {
        let mut text = format!("cannot use {}: {error}", input::name(args));
        let other_columns_ignored = ReadOptions {
            ignore_other_columns: true,
            ..options
        };
        let rows = people::read(bytes, &other_columns_ignored).map_or(Vec::new(), |file| file.rows);
        for problem in problems_of(&rows) {
            text = format!("{} Also, {problem}.", text.trim_end());
        }
        text
    })
}

/// Returns a clause for each kind of problem of the invalid rows.
fn problems_of(rows: &[Row]) -> Vec<String> {
    let invalid = rows.iter().filter_map(|row| match &row.status {
        RowStatus::Invalid(reason) => Some((reason.as_str(), row.position.line)),
        _ => None,
    });
    let groups = problems::group(invalid);
    let clause = |Group { reason, rows }: &Group<'_, u64>| {
        format!(
            "{} invalid: {}: {}",
            people(rows.len()),
            line_list(rows),
            message(reason)
        )
    };
    groups.iter().map(clause).collect()
}

/// Writes the form and the columns of the file.
pub(crate) fn write_form(out: &mut impl Write, file: &PeopleFile) -> io::Result<()> {
    writeln!(out, "Form: {}", file.form)?;
    for note in &file.notes {
        writeln!(out, "{note}")?;
    }
    writeln!(out, "\nColumns:")?;
    for column in &file.columns {
        writeln!(out, "  {}: {}", quoted(&column.name), escaped(&column.meaning))?;
    }
    writeln!(out)
}

fn write(out: &mut impl Write, file: &PeopleFile) -> io::Result<()> {
    write_form(out, file)?;
    let mut valid = 0;
    let mut duplicates = Vec::new();
    for row in &file.rows {
        match &row.status {
            RowStatus::Valid(_) => valid += 1,
            RowStatus::Duplicate(_) => duplicates.push(row.position.line),
            RowStatus::Invalid(_) => {}
        }
    }
    writeln!(out, "{} to invite", people(valid))?;
    if !duplicates.is_empty() {
        writeln!(
            out,
            "{} listed more than once: {}",
            people(duplicates.len()),
            line_list(&duplicates)
        )?;
    }
    problems_of(&file.rows)
        .iter()
        .try_for_each(|problem| writeln!(out, "{problem}"))
}
