//! The event log: a JSON line for each call and each outcome, as they happen.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use clerk_core::{Clock, Effect, Error};
use serde_json::{Value, json};

use crate::engine::{Event, Person};
use crate::outcome::Settlement;
use crate::output_file::OutputFile;

/// Writes events to a file. A failure to write stops the log, not the run.
#[derive(Debug)]
pub(crate) struct EventLog {
    file: File,
    path: String,
    clock: Arc<dyn Clock>,
    failure: Option<io::Error>,
}

impl EventLog {
    /// Starts a log. Its times are those of `clock`.
    pub(crate) fn start(file: OutputFile, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let path = file.path().display().to_string();
        let file = file.start().map_err(|error| format!("cannot write {path}: {error}"))?;
        Ok(Self {
            file,
            path,
            clock,
            failure: None,
        })
    }

    /// Writes an event of the run.
    pub(crate) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Attempt {
                operation,
                people,
                result,
            } => self.write(attempt(operation, people, result)),
            Event::Waiting { wait, why } => {
                self.write(json!({ "event": "waiting", "seconds": wait.as_secs_f64(), "for": why }));
            }
            Event::Settled { person, settlement } => self.outcome(person.line, person.email_address(), settlement),
        }
    }

    /// Writes what became of a person.
    pub(crate) fn outcome(&mut self, line: u64, email_address: &str, settlement: &Settlement) {
        // The invitation's link is left out: it lets whoever has it in.
        self.write(json!({
            "event": "outcome",
            "line": line,
            "email_address": email_address,
            "outcome": settlement.outcome,
            "evidence": settlement.evidence,
            "invitation_id": settlement.invitation_id,
            "reason": settlement.reason,
        }));
    }

    /// Why the log is not whole, if it is not.
    pub(crate) fn problem(&self) -> Option<String> {
        let error = self.failure.as_ref()?;
        Some(format!("the event log {} is not whole: {error}", self.path))
    }

    fn write(&mut self, mut event: Value) {
        if self.failure.is_some() {
            return;
        }
        event["at"] = self.clock.wall().as_millis().into();
        // One write a line, so that a kill leaves whole lines.
        self.failure = self.file.write_all(format!("{event}\n").as_bytes()).err();
    }
}

fn attempt(operation: &str, people: &[Person], result: &Result<usize, &Error>) -> Value {
    let lines: Vec<u64> = people.iter().map(|person| person.line).collect();
    let mut event = json!({ "event": "attempt", "operation": operation, "lines": lines });
    match result {
        Ok(invitations) => {
            event["result"] = "ok".into();
            event["invitations"] = (*invitations).into();
        }
        Err(error) => {
            event["result"] = "error".into();
            event["error"] = error.to_string().into();
            event["status"] = error.status().map(|status| status.as_u16()).into();
            event["code"] = error.code().map(|code| code.as_str()).into();
            event["effect"] = effect(error.effect()).into();
            event["retry_after_seconds"] = error.retry_after().map(|wait| wait.as_secs()).into();
            event["trace_id"] = error.trace_id().into();
        }
    }
    event
}

const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "none",
        Effect::Unknown => "unknown",
        Effect::Applied => "applied",
    }
}
