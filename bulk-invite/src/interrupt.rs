//! Handles Ctrl-C, and the signals that ask a program to end.

use std::io;

use clerk_core::run::StopHandle;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

use crate::console::print_line;

/// The exit code that shells report for a program killed by SIGINT.
const KILLED: i32 = 130;

/// Stops the run on the first Ctrl-C, SIGTERM or SIGHUP, and ends the program on the second. Must be called within a Tokio
/// runtime.
pub(crate) fn stop_on_ctrl_c(run: StopHandle) {
    on_interrupt(move || run.stop());
}

/// Calls `stop` on the first of these signals, and ends the program on the second. Must be called within a Tokio runtime.
pub(crate) fn on_interrupt(stop: impl FnOnce() + Send + 'static) {
    tokio::spawn(async move {
        let Ok(mut signals) = Signals::new() else {
            // Without a handler, the signals end the program at once.
            return;
        };
        signals.recv().await;
        stop();
        print_line("Interrupted: waiting for the calls in flight. Press Ctrl-C again to exit at once.");
        signals.recv().await;
        std::process::exit(KILLED);
    });
}

/// The signals that end a run.
#[cfg(unix)]
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal.
    async fn recv(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        ctrl_c().map(Self)
    }

    async fn recv(&mut self) {
        self.0.recv().await;
    }
}
