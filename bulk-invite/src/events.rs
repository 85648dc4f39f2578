//! The event log: a JSON line for each call and each outcome, as they happen.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use clerk_core::run::RunEvent;
use clerk_core::{Clock, Effect, Error};
use serde_json::{Value, json};

use crate::ledger::Entry;
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

    /// Writes an event of the run. Outcomes are told by [`outcome`](Self::outcome).
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::AttemptEnded {
                attempt,
                lane,
                people,
                error,
            } => {
                let ended = json!({ "event": "attempt", "attempt": attempt, "lane": lane, "people": people });
                self.write(with_result(ended, *error));
            }
            RunEvent::Waiting { wait } => {
                self.write(json!({ "event": "waiting", "seconds": wait.as_secs_f64() }));
            }
            RunEvent::Revoked { id, revocation } => {
                self.write(json!({ "event": "revocation", "invitation_id": id, "result": revocation }));
            }
            _ => {}
        }
    }

    /// Writes what became of a person.
    pub(crate) fn outcome(&mut self, entry: &Entry) {
        // The invitation's link is left out: it lets whoever has it in.
        self.write(json!({
            "event": "outcome",
            "line": entry.line,
            "email_address": entry.email_address,
            "outcome": entry.outcome,
            "evidence": entry.evidence,
            "invitation_id": entry.invitation_id,
            "reason": entry.reason,
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

fn with_result(mut event: Value, error: Option<&Error>) -> Value {
    let Some(error) = error else {
        event["result"] = "ok".into();
        return event;
    };
    event["result"] = "error".into();
    event["error"] = error.to_string().into();
    event["status"] = error.status().map(|status| status.as_u16()).into();
    event["code"] = error.code().map(|code| code.as_str()).into();
    event["effect"] = effect(error.effect()).into();
    event["retry_after_seconds"] = error.retry_after().map(|wait| wait.as_secs()).into();
    event["trace_id"] = error.trace_id().into();
    event
}

const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::NotApplied => "none",
        Effect::Unknown => "unknown",
        Effect::Applied => "applied",
    }
}
