//! Helpers that run the program against a fake of Clerk.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clerk_core::SecretKey;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeClerkBuilder;
use clerk_testkit::server::FakeServer;
use serde_json::Value;
use tempfile::TempDir;

/// The exit code and output of a program that has ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Parses the last line of standard output, which `--json` prints.
    pub(crate) fn json(&self) -> Value {
        let last = self.stdout.lines().last().expect("standard output is empty");
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error} in {last:?}; {}", self.stderr))
    }

    /// Returns standard output with the time that the run took replaced by `TIME`.
    pub(crate) fn stdout_without_times(&self) -> String {
        without_times(&self.stdout)
    }
}

/// Replaces the time in lines such as `7 people in 0.4 s` by `TIME`.
pub(crate) fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once(" in ") {
        Some((people, _)) if people.ends_with(" people") || people == "1 person" => format!("{people} in TIME\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Builds a command without Clerk's environment variables.
pub(crate) fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bulk-invite"));
    command
        .args(args)
        .env_remove("CLERK_SECRET_KEY")
        .env_remove("CLERK_API_URL")
        .env_remove("NO_COLOR");
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a command to its end. Fails if the output shows the key.
pub(crate) fn run(command: &mut Command) -> Ended {
    let output = command.output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let ended = Ended {
        status: output.status.code().expect("an exit status"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    let key = command
        .get_envs()
        .find_map(|(name, value)| value.filter(|_| name == "CLERK_SECRET_KEY"));
    let key = key.map_or("", |key| key.to_str().expect("UTF-8")).trim();
    let shows = |text: &str| !key.is_empty() && text.contains(key);
    assert!(!shows(&ended.stdout) && !shows(&ended.stderr), "the key shows");
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended
}

/// Runs a command with `input` on standard input.
pub(crate) fn run_with_input(command: &mut Command, input: &[u8]) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(input)
        .expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    Ended {
        status: output.status.code().expect("an exit status"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A fake of Clerk on a port of this machine. Dropping it stops the server.
pub(crate) struct Clerk {
    server: FakeServer,
    key: &'static str,
    _runtime: tokio::runtime::Runtime,
}

impl Clerk {
    pub(crate) fn start(fake: FakeClerkBuilder) -> Self {
        Self::start_with_key(fake, FakeClerk::SECRET_KEY)
    }

    pub(crate) fn start_with_key(fake: FakeClerkBuilder, key: &'static str) -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().expect("a runtime");
        let fake = fake.secret_key(SecretKey::new(key).expect("a key")).build();
        Self {
            server: runtime.block_on(FakeServer::start(fake)).expect("a port"),
            key,
            _runtime: runtime,
        }
    }

    pub(crate) fn fake(&self) -> &FakeClerk {
        self.server.fake()
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Builds a command with the fake's key and URL.
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let mut command = program(args);
        command
            .env("CLERK_SECRET_KEY", self.key)
            .arg("--api-url")
            .arg(self.url());
        command
    }
}

/// A temporary folder.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    /// Returns the path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        path.to_str().expect("UTF-8").to_owned()
    }

    /// Returns the names of the files in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("a folder");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<_> = entries.map(|entry| name(entry).into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }

    /// Writes a file and returns its path.
    pub(crate) fn with(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the folder can be written");
        path
    }

    /// Writes a people file with `count` people, the first on line 2.
    pub(crate) fn with_people(&self, count: usize) -> String {
        let addresses: String = (0..count).map(|number| format!("p{number}@example.com\n")).collect();
        self.with("people.csv", format!("email_address\n{addresses}"))
    }
}

/// Returns the path of the sample people file.
pub(crate) fn demo_people() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/people.csv");
    path.to_str().expect("UTF-8").to_owned()
}
