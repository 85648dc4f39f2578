use std::fmt;

use crate::verify::VerifyError;

/// What came of each check. `Display` is a line for each.
#[derive(Debug, Clone, Default)]
pub struct Report {
    results: Vec<(&'static str, CheckOutcome)>,
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckOutcome {
    /// What its name says holds.
    Passed,
    /// It was not run, for this reason.
    Skipped(String),
    /// The transport is sound, and would be better if this held.
    Advice(String),
    /// What its name says does not hold.
    Failed(String),
}

impl Report {
    pub(super) fn add(&mut self, name: &'static str, outcome: CheckOutcome) {
        self.results.push((name, outcome));
    }

    /// Each check by name, and what came of it, in the order in which they ran.
    pub fn results(&self) -> impl Iterator<Item = (&str, &CheckOutcome)> {
        self.results.iter().map(|(name, outcome)| (*name, outcome))
    }

    /// Whether no check failed.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] lists those that did.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let failed: Vec<String> = self
            .results
            .iter()
            .filter_map(|(name, outcome)| match outcome {
                CheckOutcome::Failed(reason) => Some(format!("{name}: {reason}")),
                _ => None,
            })
            .collect();
        VerifyError::from_problems("the transport does not keep what HttpTransport promises", &failed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, outcome) in &self.results {
            match outcome {
                CheckOutcome::Passed => writeln!(f, "passed   {name}")?,
                CheckOutcome::Skipped(reason) => writeln!(f, "skipped  {name}: {reason}")?,
                CheckOutcome::Advice(reason) => writeln!(f, "advice   {name}: {reason}")?,
                CheckOutcome::Failed(reason) => writeln!(f, "failed   {name}: {reason}")?,
            }
        }
        Ok(())
    }
}

impl From<Result<(), String>> for CheckOutcome {
    fn from(finding: Result<(), String>) -> Self {
        match finding {
            Ok(()) => Self::Passed,
            Err(reason) => Self::Failed(reason),
        }
    }
}
