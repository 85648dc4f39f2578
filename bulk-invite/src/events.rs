//! The event log: one line of JSON for each call, wait and outcome, written as they happen.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use clerk_core::run::{PersonStatus, RunEvent};
use clerk_core::{Clock, Error};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::connection::Connection;
use crate::network_problem::NetworkProblem;
use crate::output_file::{OutputFile, explain};
use crate::people::Position;
use crate::results::RowResult;
use crate::text::escaped;

/// Writes events to a file. A write error ends the log but not the run.
#[derive(Debug)]
pub(crate) struct EventLog {
    file: File,
    path: String,
    clock: Arc<dyn Clock>,
    server: String,
    failure: Option<io::Error>,
    line: Vec<u8>,
}

/// The outcome of a row. The invitation's URL is omitted: it contains the ticket that accepts the invitation.
#[derive(Serialize)]
struct Outcome<'a> {
    at: i64,
    email_address: &'a str,
    event: &'static str,
    evidence: &'static str,
    invitation_id: Option<&'a str>,
    line: u64,
    outcome: &'static str,
    reason: &'a str,
}

impl EventLog {
    /// Truncates the file and starts a log with timestamps from the connection's clock.
    pub(crate) fn new(file: OutputFile, connection: &Connection) -> Result<Self, String> {
        let path = file.path().display().to_string();
        let file = file
            .truncate()
            .map_err(|error| format!("cannot write {path}: {}", explain(&error)))?;
        Ok(Self {
            file,
            path,
            clock: connection.clock(),
            server: connection.server().to_owned(),
            failure: None,
            line: Vec::new(),
        })
    }

    /// Writes an event of the run. Outcomes are written by [`outcome`](Self::outcome).
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::AttemptEnded {
                attempt,
                lane,
                people,
                error,
            } => {
                let ended = json!({ "event": "attempt", "attempt": attempt, "lane": lane, "people": people });
                self.write_escaped(with_result(ended, *error, &self.server));
            }
            RunEvent::Waiting { wait } => {
                self.write_escaped(json!({ "event": "waiting", "seconds": wait.as_secs_f64() }));
            }
            RunEvent::Revoked { id, revocation } => {
                self.write_escaped(json!({ "event": "revocation", "invitation_id": id, "result": revocation }));
            }
            _ => {}
        }
    }

    /// Writes what became of the invitations of a person.
    pub(crate) fn status(&mut self, position: Option<Position>, status: &PersonStatus) {
        self.write_escaped(json!({
            "event": "status",
            "line": position.map(|position| position.line),
            "email_address": status.email_address,
            "status": status.standing,
            "invitation_id": status.invitation_id,
            "created_at": status.created_at,
            "expires_at": status.expires_at,
        }));
    }

    /// Writes the outcome of a row, whose texts are escaped already.
    pub(crate) fn outcome(&mut self, row: &RowResult) {
        let id = row.invitation_id.as_ref().map(|id| escaped(id.as_str()));
        self.write(&Outcome {
            at: self.clock.wall().as_millis(),
            email_address: &row.email_address,
            event: "outcome",
            evidence: row.evidence.as_str(),
            invitation_id: id.as_deref(),
            line: row.position.line,
            outcome: row.outcome.as_str(),
            reason: &row.reason,
        });
    }

    /// Writes why the run stopped.
    pub(crate) fn stopped(&mut self, reason: &str) {
        self.write_escaped(json!({ "event": "stopped", "reason": reason }));
    }

    /// Returns why the log is incomplete, if it is.
    pub(crate) fn failure(&self) -> Option<String> {
        let error = self.failure.as_ref()?;
        Some(format!("the event log {} is incomplete: {}", self.path, explain(error)))
    }

    fn write_escaped(&mut self, mut event: Value) {
        event
            .as_object_mut()
            .into_iter()
            .flat_map(Map::values_mut)
            .for_each(escape);
        event["at"] = self.clock.wall().as_millis().into();
        self.write(&event);
    }

    fn write(&mut self, event: &impl Serialize) {
        if self.failure.is_some() {
            return;
        }
        self.line.clear();
        let serialized = serde_json::to_writer(&mut self.line, event).map_err(io::Error::from);
        self.line.push(b'\n');
        // One write per line, so that a kill leaves no partial line.
        let written = serialized.and_then(|()| self.file.write_all(&self.line));
        self.failure = written.err();
    }
}

/// Escapes text, because JSON leaves invisible characters and those that change the direction of text as they are.
fn escape(value: &mut Value) {
    if let Value::String(text) = value {
        *text = escaped(text);
    }
}

fn with_result(mut event: Value, error: Option<&Error>, server: &str) -> Value {
    let Some(error) = error else {
        event["result"] = "ok".into();
        return event;
    };
    event["result"] = "error".into();
    event["error"] = error.to_string().into();
    event["status"] = error.status().map(|status| status.as_u16()).into();
    event["code"] = error.code().map(|code| code.as_str()).into();
    event["effect"] = error.effect().as_str().into();
    event["retry_after_seconds"] = error.retry_after().map(|wait| wait.as_secs()).into();
    event["trace_id"] = error.trace_id().into();
    event["content_type"] = error.content_type().into();
    if let Some(problem) = NetworkProblem::new(error, server) {
        event["step"] = problem.step.as_str().into();
        event["cause"] = problem.cause.into();
    }
    event
}
