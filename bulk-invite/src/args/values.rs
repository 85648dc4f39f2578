//! The values of options, and how they are parsed.

use std::convert::Infallible;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clerk_core::model::OrganizationId;
use clerk_core::run::Lanes;
use clerk_hyper::{InvalidProxy, Proxy};
use encoding_rs::Encoding;

use crate::people::{self, LayoutOption};

/// The endpoints that invitations are sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanesArg {
    /// Both endpoints at the same time, which is the fastest
    Both,
    /// The bulk endpoint: up to ten people per call
    Bulk,
    /// The single endpoint: one person per call
    Single,
}

impl From<LanesArg> for Lanes {
    fn from(lanes: LanesArg) -> Self {
        match lanes {
            LanesArg::Both => Self::Both,
            LanesArg::Bulk => Self::Bulk,
            LanesArg::Single => Self::Single,
        }
    }
}

/// What became of the invitations of people who are invited again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AgainStatus {
    /// The invitation can be accepted
    Pending,
    /// The invitation was not accepted in time
    Expired,
    /// The invitation was revoked
    Revoked,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressStyle {
    /// No progress
    None,
    /// A line now and then
    Plain,
    /// A progress bar
    Bar,
}

/// What `--generate` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Generate {
    /// A man page
    Man,
    /// Completions for Bash
    Bash,
    /// Completions for Elvish
    Elvish,
    /// Completions for fish
    Fish,
    /// Completions for PowerShell
    Powershell,
    /// Completions for zsh
    Zsh,
}

/// The program that opens the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFor {
    /// Any program that reads UTF-8
    Any,
    /// Excel, which takes a file without a byte order mark for another encoding
    Excel,
}

pub(super) fn organization(text: &str) -> Result<OrganizationId, &'static str> {
    let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_id
        .then(|| OrganizationId::from(text))
        .ok_or("expected an organization ID such as org_2abc")
}

/// Parses a proxy's URL. An error is reported later, because clap would print the URL with its password.
#[expect(clippy::unnecessary_wraps, reason = "clap requires a Result")]
pub(super) fn proxy(url: &str) -> Result<Result<Proxy, InvalidProxy>, Infallible> {
    Ok(url.parse())
}

pub(super) fn layout_parser() -> impl TypedValueParser<Value = LayoutOption> {
    PossibleValuesParser::new(people::layout_names())
        .try_map(|name| LayoutOption::from_name(&name).ok_or("expected the name of a layout"))
}

pub(super) fn encoding(text: &str) -> Result<&'static Encoding, &'static str> {
    Encoding::for_label(text.as_bytes()).ok_or("expected an encoding such as windows-1252, shift_jis or utf-16le")
}

pub(super) fn percent(text: &str) -> Result<u32, &'static str> {
    let number = text.strip_suffix('%').unwrap_or(text).parse().ok();
    number
        .filter(|percent| (1..=100).contains(percent))
        .ok_or("expected a percentage from 1% to 100%")
}

pub(super) fn positive(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or("expected a whole number of at least 1")
}
