//! Shows how the people file is read, without calling Clerk.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::args::Args;
use crate::console::print_result;
use crate::input;
use crate::people::{self, Inspection, Lines, ReadOptions};
use crate::problems::Groups;
use crate::program::exit_code;
use crate::text::{escaped, message, people, quoted};

/// Reads the people file and prints how. An error means that it cannot be read.
pub(crate) fn run(args: &Args) -> Result<ExitCode, String> {
    let file = inspect(args)?;
    print_result(|out| write(out, &file))?;
    Ok(exit_code(false, !file.problems.is_empty()))
}

/// Reads the people file. The error also names the problems of the rows and who may be inactive, so that one run shows
/// everything to correct.
pub(crate) fn inspect(args: &Args) -> Result<Inspection, String> {
    let options = args.read_options();
    let source = input::open(args)?;
    people::inspect(&source, &options).map_err(|error| {
        let mut text = format!("cannot use {}: {error}", input::name(args));
        let other_columns_ignored = ReadOptions {
            ignore_other_columns: true,
            ..options
        };
        if let Ok(file) = people::inspect(&source, &other_columns_ignored) {
            for problem in clauses(&file.problems) {
                text = format!("{} Also, {problem}.", text.trim_end());
            }
            for warning in &file.warnings {
                text = format!("{text} {warning}");
            }
        }
        text
    })
}

/// Returns a clause for each kind of problem.
fn clauses(problems: &Groups<Lines>) -> impl Iterator<Item = String> {
    problems.iter().map(|group| {
        let lines = &group.rows;
        format!("{} invalid: {lines}: {}", people(lines.count()), message(&group.reason))
    })
}

/// Writes the form and the columns of the file.
pub(crate) fn write_form(out: &mut impl Write, file: &Inspection) -> io::Result<()> {
    writeln!(out, "Form: {}", file.form)?;
    for remark in file.remarks() {
        writeln!(out, "{remark}")?;
    }
    writeln!(out, "\nColumns:")?;
    for column in &file.columns {
        writeln!(out, "  {}: {}", quoted(&column.name), escaped(&column.meaning))?;
    }
    writeln!(out)
}

fn write(out: &mut impl Write, file: &Inspection) -> io::Result<()> {
    write_form(out, file)?;
    writeln!(out, "{} to invite", people(file.people))?;
    if file.duplicates.count() > 0 {
        writeln!(
            out,
            "{} listed more than once: {}",
            people(file.duplicates.count()),
            file.duplicates
        )?;
    }
    clauses(&file.problems).try_for_each(|problem| writeln!(out, "{problem}"))
}
