use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::format::{Cassette, Interaction};
use super::record::{RecordOptions, credentials, interaction};
use super::scrub::Scrubber;
use super::{CassetteError, file};
use crate::spy::{CallLog, SpyCall};
use crate::verify::{VerifyError, panic_unless_panicking};

/// The calls of a recorder, and the file that they are for.
pub(super) struct Tape {
    path: PathBuf,
    options: RecordOptions,
    log: CallLog,
    state: Mutex<State>,
}

struct State {
    /// What the file keeps, with its rules. The recorded interactions follow.
    kept: Cassette,
    /// The text of the file when the recorder last saw it.
    seen: String,
    /// The recorded interactions that were last written, as JSON.
    written: Vec<String>,
    /// The number of changes to the log that the last save has seen.
    saved_changes: u64,
}

impl Tape {
    /// Keeps `existing` in the file, or nothing of the text that was `seen`.
    pub(super) fn new(
        path: PathBuf,
        options: RecordOptions,
        log: CallLog,
        seen: String,
        existing: Option<Cassette>,
    ) -> Self {
        let kept = existing.unwrap_or_else(|| Cassette::new(options.keep.clone(), Vec::new()));
        let kept = kept.match_rules(&options.rules).redact(options.redact.clone());
        let state = State {
            kept,
            seen,
            written: Vec::new(),
            saved_changes: 0,
        };
        Self {
            path,
            options,
            log,
            state: Mutex::new(state),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn cassette(&self) -> Cassette {
        let recorded = self.recorded(&self.log.calls());
        self.merged(&self.state().kept, &recorded)
    }

    fn recorded(&self, calls: &[SpyCall]) -> Vec<Interaction> {
        let mut scrubber = Scrubber::new(self.state().kept.keep.clone());
        let interactions = calls.iter().map(|call| interaction(call, &self.options, &mut scrubber));
        interactions.collect()
    }

    /// Appends recorded interactions to those of the file, of which they replace outdated ones.
    fn merged(&self, kept: &Cassette, recorded: &[Interaction]) -> Cassette {
        let mut merged = kept.clone();
        if let Some(age) = self.options.max_age {
            let now = self.options.clock.wall();
            let is_recorded = |old: &Interaction| {
                let key = old.request.key();
                recorded.iter().any(|interaction| interaction.request.key() == key)
            };
            merged
                .interactions
                .retain(|old| !old.is_older_than(age, now) || !is_recorded(old));
        }
        merged.interactions.extend_from_slice(recorded);
        merged
    }

    pub(super) fn save(&self) -> Result<(), CassetteError> {
        let changes = self.log.changes();
        let calls = self.log.calls();
        let recorded = self.recorded(&calls);
        let mut state = self.state();
        state.saved_changes = changes;
        file::update(&self.path, |current| {
            if !current.is_empty() && current != state.seen {
                state.keep_what_others_wrote(current)?;
            }
            let merged = self.merged(&state.kept, &recorded);
            state.written = recorded.iter().map(to_json).collect::<Result<_, _>>()?;
            state.seen = merged.to_json_without(&credentials(&calls))?;
            Ok(state.seen.clone())
        })
    }

    fn has_changed(&self) -> bool {
        self.state().saved_changes != self.log.changes()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Another recorder has written the file since. Keeps all of it, except for what this one has written before.
    fn keep_what_others_wrote(&mut self, current: &str) -> Result<(), CassetteError> {
        let mut theirs = Cassette::from_json(current)?;
        let mut own: HashMap<&str, usize> = HashMap::new();
        for written in &self.written {
            *own.entry(written).or_default() += 1;
        }
        let mut kept = Vec::new();
        for interaction in theirs.interactions.drain(..) {
            match own.get_mut(to_json(&interaction)?.as_str()) {
                Some(count) if *count > 0 => *count -= 1,
                _ => kept.push(interaction),
            }
        }
        theirs.interactions = kept;
        theirs.keep.extend(&self.kept.keep);
        self.kept = theirs.match_rules(&self.kept.rules).redact(self.kept.redact.clone());
        Ok(())
    }
}

fn to_json(interaction: &Interaction) -> Result<String, CassetteError> {
    serde_json::to_string(interaction).map_err(CassetteError::format)
}

impl Drop for Tape {
    fn drop(&mut self) {
        if self.has_changed() && !std::thread::panicking() {
            panic_unless_panicking(self.save().map_err(|error| VerifyError::new(error.to_string())));
        }
    }
}
