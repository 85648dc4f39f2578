//! A program that is still running.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// Waits longer than this fail the test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running program. Dropping it kills the program.
pub(crate) struct Running {
    child: Child,
    stderr: mpsc::Receiver<String>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let (sender, stderr) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, stderr }
    }

    /// Waits until a line of standard error contains `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        while !self.stderr.recv_timeout(PATIENCE).expect(text).contains(text) {}
    }

    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        let killed = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status();
        assert!(killed.expect("kill runs").success());
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("the program can be polled").is_none()
    }

    /// Kills the program. Returns `None`, or the exit code if it had already ended.
    pub(crate) fn kill(&mut self) -> Option<i32> {
        self.child.kill().expect("the program can be killed");
        self.child.wait().expect("the program ends").code()
    }

    /// Waits for the end, and returns the exit code and the JSON in the last line of standard output.
    pub(crate) fn end(&mut self) -> (Option<i32>, Value) {
        let mut stdout = String::new();
        self.child
            .stdout
            .take()
            .expect("piped")
            .read_to_string(&mut stdout)
            .expect("UTF-8");
        let json = stdout.lines().last().and_then(|line| serde_json::from_str(line).ok());
        (
            self.child.wait().expect("the program ends").code(),
            json.unwrap_or_default(),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Killing fails if the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
