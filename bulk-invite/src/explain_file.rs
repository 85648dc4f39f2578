//! Shows how the people file is read, without calling Clerk.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::args::Args;
use crate::console::print_result;
use crate::input;
use crate::people::{self, PeopleFile, RowStatus, line_list};
use crate::program::exit_code;
use crate::text::{escaped, people, quoted};

/// Reads the people file and prints how. An error means that it cannot be read.
pub(crate) fn run(args: &Args) -> Result<ExitCode, String> {
    let bytes = input::read(args)?;
    let file = people::read(&bytes, &args.read_options())
        .map_err(|error| format!("cannot use {}: {error}", input::name(args)))?;
    print_result(|out| write(out, &file))?;
    let is_invalid = |row: &people::Row| matches!(row.status, RowStatus::Invalid(_));
    Ok(exit_code(false, file.rows.iter().any(is_invalid)))
}

fn write(out: &mut impl Write, file: &PeopleFile) -> io::Result<()> {
    writeln!(out, "Form: {}", file.form)?;
    for note in &file.notes {
        writeln!(out, "{note}")?;
    }
    writeln!(out, "\nColumns:")?;
    for column in &file.columns {
        writeln!(out, "  {}: {}", quoted(&column.name), escaped(&column.meaning))?;
    }
    let mut valid = 0;
    let mut duplicates = Vec::new();
    let mut invalid: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for row in &file.rows {
        match &row.status {
            RowStatus::Valid(_) => valid += 1,
            RowStatus::Duplicate(_) => duplicates.push(row.position.line),
            RowStatus::Invalid(reason) => invalid.entry(reason).or_default().push(row.position.line),
        }
    }
    writeln!(out, "\n{} to invite", people(valid))?;
    if !duplicates.is_empty() {
        writeln!(
            out,
            "{} listed more than once: {}",
            people(duplicates.len()),
            line_list(&duplicates)
        )?;
    }
    for (reason, lines) in invalid {
        writeln!(
            out,
            "{} invalid: {}: {}",
            people(lines.len()),
            line_list(&lines),
            escaped(reason)
        )?;
    }
    Ok(())
}
