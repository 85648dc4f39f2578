//! The log of one seed. The same seed writes the same bytes.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use clerk_testkit::ManualClock;

/// Lines that start with the time. Without [`Log::keep`], lines are neither built nor kept.
#[derive(Clone, Default)]
pub(crate) struct Log {
    kept: Option<Arc<Mutex<Kept>>>,
}

#[derive(Default)]
struct Kept {
    text: String,
    clock: ManualClock,
}

impl Log {
    pub(crate) fn keep() -> Self {
        Self {
            kept: Some(Arc::default()),
        }
    }

    /// Takes the time from this clock from now on.
    pub(crate) fn set_clock(&self, clock: &ManualClock) {
        self.with(|kept| kept.clock = clock.clone());
    }

    pub(crate) fn line(&self, line: impl FnOnce() -> String) {
        self.with(|kept| {
            let seconds = kept.clock.elapsed().as_secs_f64();
            // Writing to a String cannot fail.
            let _ = writeln!(kept.text, "{seconds:>12.3} {}", line());
        });
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.with(|kept| text.clone_from(&kept.text));
        text
    }

    fn with(&self, act: impl FnOnce(&mut Kept)) {
        if let Some(kept) = &self.kept {
            act(&mut kept.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").finish_non_exhaustive()
    }
}
