//! A program under way.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// No test waits longer than this for something to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A program under way, which does not outlive the test.
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

    /// Waits until a line of standard error holds this text.
    pub(crate) fn wait_for(&self, text: &str) {
        while !self.stderr.recv_timeout(PATIENCE).expect(text).contains(text) {}
    }

    pub(crate) fn interrupt(&self) {
        let killed = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(killed.expect("kill runs").success());
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }

    /// Ends it as a crash does, and gives its exit status, which a killed program has not.
    pub(crate) fn kill(mut self) -> Option<i32> {
        self.child.kill().expect("it is there");
        self.child.wait().expect("it ends").code()
    }

    /// Its exit status and last line, once it has ended.
    pub(crate) fn end(&mut self) -> (Option<i32>, Value) {
        let mut stdout = String::new();
        self.child
            .stdout
            .take()
            .expect("piped")
            .read_to_string(&mut stdout)
            .expect("UTF-8");
        let json = stdout.lines().last().and_then(|line| serde_json::from_str(line).ok());
        (self.child.wait().expect("it ends").code(), json.unwrap_or_default())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It fails if the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
