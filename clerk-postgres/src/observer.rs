//! What a worker tells its observers.

#[cfg(feature = "tracing")]
mod trace;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::run::{RunEvent, RunObserver};

/// Receives the events of a [`Worker`](crate::Worker).
///
/// The worker calls it on its own task, so it has to return quickly and must not block. A closure is an observer too: see
/// [`Worker::on_event`](crate::Worker::on_event).
pub trait WorkerObserver: fmt::Debug + Send + Sync + 'static {
    /// Handles an event.
    fn event(&self, event: &WorkerEvent<'_>);
}

/// An event of a [`Worker`](crate::Worker).
///
/// `Display` writes one line without email addresses.
#[derive(Debug)]
#[non_exhaustive]
pub enum WorkerEvent<'a> {
    /// The worker leads from now on.
    Leading {
        /// The epoch of the leadership.
        epoch: i64,
    },
    /// The leadership is lost: the lease has expired, or another worker has taken over. The worker waits for it again.
    LostLeadership {
        /// The epoch of the leadership that ended.
        epoch: i64,
    },
    /// The leadership was handed over, because the worker stops.
    HandedOver {
        /// The epoch of the leadership that ended.
        epoch: i64,
    },
    /// The database cannot be used. The worker tries it again.
    Unavailable {
        /// What failed.
        error: &'a (dyn StdError + 'static),
        /// How long the worker waits.
        wait: Duration,
    },
    /// The request of a person cannot be read: a later SDK has written it. The person waits for a worker that can.
    Unreadable {
        /// The person's place in the outbox.
        place: i64,
    },
    /// An event of the run with which the worker invites people. [`RunEvent::Waiting`] says when the next place in the
    /// budget is free.
    Run(&'a RunEvent<'a>),
}

impl fmt::Display for WorkerEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leading { epoch } => write!(f, "leading (epoch {epoch})"),
            Self::LostLeadership { epoch } => write!(f, "lost the leadership (epoch {epoch})"),
            Self::HandedOver { epoch } => write!(f, "handed the leadership over (epoch {epoch})"),
            Self::Unavailable { error, wait } => {
                write!(f, "{error}; trying again in {} s", wait.as_secs_f64())
            }
            Self::Unreadable { place } => write!(
                f,
                "the request of the person at place {place} cannot be read: use the SDK that has submitted it"
            ),
            Self::Run(event) => event.fmt(f),
        }
    }
}

/// The observers of a worker.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observers(Vec<Arc<dyn WorkerObserver>>);

impl Observers {
    pub(crate) fn add(&mut self, observer: impl WorkerObserver) {
        self.0.push(Arc::new(observer));
    }

    pub(crate) fn tell(&self, event: &WorkerEvent<'_>) {
        #[cfg(feature = "tracing")]
        trace::event(event);
        for observer in &self.0 {
            observer.event(event);
        }
    }
}

/// Passes the events of a run on.
impl RunObserver for Observers {
    fn event(&self, event: &RunEvent<'_>) {
        self.tell(&WorkerEvent::Run(event));
    }
}

/// A closure that receives the events.
pub(crate) struct FnObserver<F>(pub(crate) F);

impl<F: Fn(&WorkerEvent<'_>) + Send + Sync + 'static> WorkerObserver for FnObserver<F> {
    fn event(&self, event: &WorkerEvent<'_>) {
        (self.0)(event);
    }
}

impl<F> fmt::Debug for FnObserver<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnObserver")
    }
}
