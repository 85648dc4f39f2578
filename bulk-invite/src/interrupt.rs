//! Handles Ctrl-C.

use clerk_core::run::StopHandle;

use crate::console::print_line;

/// The exit code that shells report for a program killed by SIGINT.
const KILLED: i32 = 130;

/// Stops the run on the first Ctrl-C, and ends the program on the second. Must be called within a Tokio runtime.
pub(crate) fn stop_on_ctrl_c(run: StopHandle) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler, Ctrl-C ends the program at once.
            return;
        }
        run.stop();
        print_line("Interrupted: waiting for the calls in flight. Press Ctrl-C again to exit at once.");
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(KILLED);
        }
    });
}
