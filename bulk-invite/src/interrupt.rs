//! Ctrl-C: the first asks the run to end, the second ends the program.

use clerk_core::run::StopHandle;

use crate::complain;

/// The exit status of a program that SIGINT ended, as shells give it.
const KILLED: i32 = 130;

/// Listens to Ctrl-C from now on. Needs a Tokio runtime.
pub(crate) fn stop_on_ctrl_c(run: StopHandle) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without the handler Ctrl-C ends the program, as it does everywhere.
            return;
        }
        run.stop();
        complain("interrupted: the run ends after the calls under way; Ctrl-C again kills it at once");
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(KILLED);
        }
    });
}
