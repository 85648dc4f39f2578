use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clerk_core::Environment;
use clerk_core::middleware::RateLimits;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use serde_json::Value;

use crate::program::{Clerk, Folder};

/// No test waits longer than this for something to happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program under way, which does not outlive the test.
struct Running {
    child: Child,
    stderr: mpsc::Receiver<String>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let (sender, stderr) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, stderr }
    }

    /// Waits until a line of standard error holds this text.
    fn wait_for(&self, text: &str) {
        while !self.stderr.recv_timeout(PATIENCE).expect(text).contains(text) {}
    }

    fn interrupt(&self) {
        let killed = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(killed.expect("kill runs").success());
    }

    fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }

    /// Its exit status and last line, once it has ended.
    fn end(&mut self) -> (Option<i32>, Value) {
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

#[test]
fn ctrl_c_ends_a_wait_at_once_and_says_what_is_left() {
    let folder = Folder::new();
    let people = folder.with_people(25);
    let one_an_hour = RateLimits::parse("bulk=1/3600s", Environment::Development).expect("limits");
    let clerk = Clerk::start(FakeClerk::builder().limits(one_an_hour));
    let args = [&people, "--json", "--progress", "plain", "--limits", "none"];
    let mut program = Running::start(&mut clerk.program(&args));
    program.wait_for(", waiting ");
    program.interrupt();
    let (status, json) = program.end();
    assert_eq!(status, Some(3));
    assert_eq!((&json["created"], &json["pending"]), (&10.into(), &15.into()));
}

#[test]
fn ctrl_c_lets_a_call_end_and_a_second_one_kills() {
    let folder = Folder::new();
    let people = folder.with_people(25);
    let (arrived, arrival) = mpsc::channel();
    let hang = FaultPlan::new().on_call(
        FakeOperation::CreateBulkInvitations,
        1,
        Fault::Hang(Moment::AfterEffect),
    );
    let fake = FakeClerk::builder().faults(hang).on_call(move |_| {
        let _ = arrived.send(());
    });
    let clerk = Clerk::start(fake);
    let mut program = Running::start(&mut clerk.program(&[&people]));
    arrival.recv_timeout(PATIENCE).expect("a call");
    program.interrupt();
    program.wait_for("interrupted: the run ends after the call under way");
    assert!(program.is_running(), "the call is not over");
    program.interrupt();
    assert_eq!(program.end().0, Some(130));
}
