//! Ctrl-C: the first asks the run to end, the second ends the program.

use std::future::pending;

use tokio::sync::watch;

use crate::complain;

/// The exit status of a program that SIGINT ended, as shells give it.
const KILLED: i32 = 130;

/// Whether somebody asked the run to end. Clones tell the same.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    requested: watch::Receiver<bool>,
}

impl Interrupt {
    /// An interrupt that the given sender asks for.
    pub(crate) fn new() -> (watch::Sender<bool>, Self) {
        let (sender, requested) = watch::channel(false);
        (sender, Self { requested })
    }

    /// Listens to Ctrl-C from now on. Needs a Tokio runtime.
    pub(crate) fn on_ctrl_c() -> Self {
        let (sender, interrupt) = Self::new();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_err() {
                // Without the handler Ctrl-C ends the program, as it does everywhere.
                return pending().await;
            }
            sender.send_replace(true);
            complain("interrupted: the run ends after the call under way; Ctrl-C again kills it at once");
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(KILLED);
            }
        });
        interrupt
    }

    /// Whether it was asked for by now.
    pub(crate) fn is_requested(&self) -> bool {
        *self.requested.borrow()
    }

    /// Ends `work` at once when it is asked for; `None` then.
    pub(crate) async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut requested = self.requested.clone();
        let asked_for = async {
            if requested.wait_for(|requested| *requested).await.is_err() {
                // Nobody can ask any more.
                pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = asked_for => None,
            value = work => Some(value),
        }
    }
}
