//! The event log: one line of JSON for each call, wait and outcome, written as they happen.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use clerk_core::run::{PersonStatus, RunEvent};
use clerk_core::{Clock, Error};
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
                self.write(with_result(ended, *error, &self.server));
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

    /// Writes what became of the invitations of a person.
    pub(crate) fn status(&mut self, position: Option<Position>, status: &PersonStatus) {
        self.write(json!({
            "event": "status",
            "line": position.map(|position| position.line),
            "email_address": status.email_address,
            "status": status.standing,
            "invitation_id": status.invitation_id,
            "created_at": status.created_at,
            "expires_at": status.expires_at,
        }));
    }

    /// Writes the outcome of a row.
    pub(crate) fn outcome(&mut self, row: &RowResult) {
        // The invitation's URL is omitted: it contains the ticket that accepts the invitation.
        self.write(json!({
            "event": "outcome",
            "line": row.position.line,
            "email_address": row.email_address,
            "outcome": row.outcome,
            "evidence": row.evidence,
            "invitation_id": row.invitation_id,
            "reason": row.reason,
        }));
    }

    /// Writes why the run stopped.
    pub(crate) fn stopped(&mut self, reason: &str) {
        self.write(json!({ "event": "stopped", "reason": reason }));
    }

    /// Returns why the log is incomplete, if it is.
    pub(crate) fn failure(&self) -> Option<String> {
        let error = self.failure.as_ref()?;
        Some(format!("the event log {} is incomplete: {}", self.path, explain(error)))
    }

    fn write(&mut self, mut event: Value) {
        if self.failure.is_some() {
            return;
        }
        event
            .as_object_mut()
            .into_iter()
            .flat_map(Map::values_mut)
            .for_each(escape);
        event["at"] = self.clock.wall().as_millis().into();
        // One write per line, so that a kill leaves no partial line.
        self.failure = self.file.write_all(format!("{event}\n").as_bytes()).err();
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
