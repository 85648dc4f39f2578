//! Prints the man page and the completions for shells.

use std::io::{self, Write};
use std::process::ExitCode;

use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::args::Generate;
use crate::command_line::command;
use crate::console::print_result;
use crate::help::{AFTER_LONG_HELP, EXAMPLES};

/// Prints what `--generate` asks for.
pub(crate) fn run(what: Generate) -> Result<ExitCode, String> {
    let text = match what {
        Generate::Man => man_page().map_err(|error| format!("cannot create the man page: {error}"))?,
        Generate::Bash => completions(Shell::Bash),
        Generate::Elvish => completions(Shell::Elvish),
        Generate::Fish => completions(Shell::Fish),
        Generate::Powershell => completions(Shell::PowerShell),
        Generate::Zsh => completions(Shell::Zsh),
    };
    print_result(|out| out.write_all(&text))?;
    Ok(ExitCode::SUCCESS)
}

fn man_page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let man = Man::new(command());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    section(EXAMPLES, &mut page)?;
    man.render_options_section(&mut page)?;
    let lines: Vec<&str> = AFTER_LONG_HELP.lines().collect();
    for lines in lines.chunk_by(|_, next| next.is_empty() || next.starts_with(' ')) {
        section(&lines.join("\n"), &mut page)?;
    }
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// Writes a section whose heading is the first line of `text`, with the lines of the help as they are.
fn section(text: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let (heading, lines) = text.split_once(":\n").unwrap_or(("Notes", text));
    Roff::new()
        .control("SH", [heading.to_uppercase().as_str()])
        .control("nf", [])
        .text([roman(lines.trim_end())])
        .control("fi", [])
        .to_writer(page)
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), env!("CARGO_BIN_NAME"), &mut script);
    script
}
