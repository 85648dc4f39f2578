use std::error::Error as StdError;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use http::StatusCode;

use super::{Fault, FaultPlan, Moment};
use crate::fake::routes::FakeOperation;

impl FaultPlan {
    /// Parses a plan. Each line is a rule of three words: an operation or `*` for all; the number of a call, a range or a
    /// chance; and a fault, or `any` for a random one that does not hang. Blank lines and text after `#` are ignored.
    ///
    /// ```
    /// use clerk_testkit::fake::FaultPlan;
    ///
    /// let plan = FaultPlan::parse(
    ///     "
    ///     CreateBulkInvitations  2     lost-after-effect
    ///     CreateBulkInvitations  5-8   503-before-effect
    ///     ListInvitations        1     429/30s
    ///     *                      10%   any    # random faults
    ///     ",
    /// )?;
    /// # Ok::<(), clerk_testkit::fake::InvalidFaultPlan>(())
    /// ```
    ///
    /// The faults are `refused`, `lost-before-effect`, `lost-after-effect`, `hang-before-effect`,
    /// `hang-after-effect`, `500-before-effect`, `500-after-effect` (or any other 5xx), `truncated`, `garbage`,
    /// `429/30s` and `late/60s`.
    ///
    /// # Errors
    ///
    /// [`InvalidFaultPlan`] names the first line that does not parse.
    pub fn parse(text: &str) -> Result<Self, InvalidFaultPlan> {
        let mut lines = text.lines().enumerate();
        lines.try_fold(Self::new(), |plan, (index, line)| {
            let line = line.split('#').next().unwrap_or_default();
            plan.with_line(line).map_err(|problem| InvalidFaultPlan {
                line: index + 1,
                problem,
            })
        })
    }

    fn with_line(self, line: &str) -> Result<Self, Problem> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (operation, when, fault) = match words.as_slice() {
            [] => return Ok(self),
            [operation, when, fault] => (*operation, *when, *fault),
            _ => return Err(Problem::Words),
        };
        let operation = match operation {
            "*" => None,
            name => Some(FakeOperation::from_name(name).ok_or(Problem::Operation)?),
        };
        if let Some(percent) = when.strip_suffix('%') {
            let percent = percent.parse().ok().filter(|percent| *percent <= 100);
            let percent = percent.ok_or(Problem::When)?;
            return Ok(match fault {
                "any" => self.with_chance_of_any(operation, percent),
                fault => self.with_chance(operation, percent, parse_fault(fault).ok_or(Problem::Fault)?),
            });
        }
        let numbers = parse_numbers(when).ok_or(Problem::When)?;
        Ok(match fault {
            "any" => self.with_any_on_calls(operation, numbers),
            fault => self.on_calls(operation, numbers, parse_fault(fault).ok_or(Problem::Fault)?),
        })
    }
}

fn parse_numbers(text: &str) -> Option<RangeInclusive<u64>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (1 <= first && first <= last).then_some(first..=last)
}

/// Parses what `Display` writes.
fn parse_fault(text: &str) -> Option<Fault> {
    if let Some((name, seconds)) = text.split_once('/') {
        let seconds = seconds.strip_suffix('s').unwrap_or(seconds);
        let duration = Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
        return match name {
            "429" => Some(Fault::TooManyRequests(duration)),
            "late" => Some(Fault::Late(duration)),
            _ => None,
        };
    }
    let Some((name, moment)) = text.split_once('-') else {
        return match text {
            "refused" => Some(Fault::Refused),
            "truncated" => Some(Fault::Truncated),
            "garbage" => Some(Fault::Garbage),
            _ => None,
        };
    };
    let moment = [Moment::BeforeEffect, Moment::AfterEffect]
        .into_iter()
        .find(|known| known.to_string() == moment)?;
    match name {
        "lost" => Some(Fault::Lost(moment)),
        "hang" => Some(Fault::Hang(moment)),
        status => {
            let status: StatusCode = status.parse().ok()?;
            status.is_server_error().then_some(Fault::ServerError(status, moment))
        }
    }
}

/// The reason why a line does not parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Words,
    Operation,
    When,
    Fault,
}

/// The error for a text that is not a [`FaultPlan`].
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidFaultPlan {
    line: usize,
    problem: Problem,
}

impl fmt::Display for InvalidFaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the fault plan: ", self.line)?;
        match self.problem {
            Problem::Words => f.write_str("expected three words: an operation, its calls, and a fault"),
            Problem::Operation => {
                f.write_str("unknown operation; use *")?;
                FakeOperation::ALL
                    .iter()
                    .try_for_each(|operation| write!(f, ", {operation}"))
            }
            Problem::When => {
                f.write_str("the calls must be a number from 1, a range such as 5-8, or a chance such as 10%")
            }
            Problem::Fault => f.write_str(
                "unknown fault; use any, refused, truncated, garbage, 429/30s, late/60s, or one of lost-, hang- and a 5xx \
                 such as 503-, followed by before-effect or after-effect",
            ),
        }
    }
}

clerk_core::debug_as_display!(InvalidFaultPlan);

impl StdError for InvalidFaultPlan {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_parses_as_it_displays() {
        for text in [
            "refused",
            "lost-before-effect",
            "lost-after-effect",
            "hang-before-effect",
            "hang-after-effect",
            "500-before-effect",
            "502-after-effect",
            "truncated",
            "garbage",
            "429/30s",
            "late/60s",
            "late/0.25s",
        ] {
            assert_eq!(parse_fault(text).map(|fault| fault.to_string()), Some(text.to_owned()));
        }
    }

    #[test]
    fn an_invalid_plan_names_its_line_and_the_alternatives() {
        let parse = |text: &str| FaultPlan::parse(text).map_err(|error| error.to_string());
        let written = parse("# a comment\n\nListInvitations 2 garbage\n* 1-3 refused # more\nListInvitations 7% any\n");
        let built = FaultPlan::new()
            .on_call(FakeOperation::ListInvitations, 2, Fault::Garbage)
            .on_calls(None, 1..=3, Fault::Refused)
            .with_chance_of_any(FakeOperation::ListInvitations, 7);
        assert_eq!(written, Ok(built));
        for (text, complaint) in [
            ("\n* 1", "line 2 of the fault plan: expected three words"),
            ("Nope 1 garbage", "line 1 of the fault plan: unknown operation"),
            ("* 0 garbage", "line 1 of the fault plan: the calls must be"),
            ("* 3-2 garbage", "line 1 of the fault plan: the calls must be"),
            ("* 101% garbage", "line 1 of the fault plan: the calls must be"),
            ("* 1 400-before-effect", "line 1 of the fault plan: unknown fault"),
            ("* 1 lost-after", "line 1 of the fault plan: unknown fault"),
            ("* 1 late", "line 1 of the fault plan: unknown fault"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.starts_with(complaint), "{text}: {error}");
        }
    }
}
