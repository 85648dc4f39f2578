use std::fmt;

use super::Finding;
use crate::verify::VerifyError;

/// The outcome of every check of a conformance suite. `Display` prints a summary and a line for each check.
#[derive(Debug, Clone)]
pub struct Report {
    subject: &'static str,
    results: Vec<(&'static str, CheckOutcome)>,
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckOutcome {
    /// The implementation does what the check's name says.
    Passed,
    /// The check did not run, for the reason given. It proves nothing about the implementation.
    NotTried(String),
    /// The implementation is safe to use, and the text says how to improve it.
    Advice(String),
    /// The implementation breaks a promise. The text says what happened, what is required, and what to change.
    Failed(String),
}

impl Report {
    /// Creates an empty report on `subject`, such as "transport".
    pub(super) const fn new(subject: &'static str) -> Self {
        Self {
            subject,
            results: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, name: &'static str, finding: Finding) {
        self.results.push((name, finding.unwrap_or_else(CheckOutcome::Failed)));
    }

    /// Returns each check's name and outcome, in the order in which the checks ran.
    pub fn results(&self) -> impl Iterator<Item = (&str, &CheckOutcome)> {
        self.results.iter().map(|(name, outcome)| (*name, outcome))
    }

    /// Returns `Ok` if no check failed. Advice and checks that did not run are not failures.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] lists the failed checks with their reasons.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let failed: Vec<String> = self
            .results()
            .filter_map(|(name, outcome)| match outcome {
                CheckOutcome::Failed(reason) => Some(format!("{name}: {reason}")),
                _ => None,
            })
            .collect();
        VerifyError::from_problems(&format!("the {} does not conform", self.subject), &failed)
    }

    fn count(&self, matches: impl Fn(&CheckOutcome) -> bool) -> usize {
        self.results().filter(|(_, outcome)| matches(outcome)).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "conformance of the {}: {} passed, {} failed, {} with advice, {} not tried",
            self.subject,
            self.count(|outcome| matches!(outcome, CheckOutcome::Passed)),
            self.count(|outcome| matches!(outcome, CheckOutcome::Failed(_))),
            self.count(|outcome| matches!(outcome, CheckOutcome::Advice(_))),
            self.count(|outcome| matches!(outcome, CheckOutcome::NotTried(_))),
        )?;
        for (name, outcome) in self.results() {
            let (label, reason) = match outcome {
                CheckOutcome::Passed => ("passed", None),
                CheckOutcome::NotTried(reason) => ("not tried", Some(reason)),
                CheckOutcome::Advice(reason) => ("advice", Some(reason)),
                CheckOutcome::Failed(reason) => ("FAILED", Some(reason)),
            };
            writeln!(f, "  {label:<9}  {name}")?;
            if let Some(reason) = reason {
                writeln!(f, "             {reason}")?;
            }
        }
        Ok(())
    }
}
