//! Serves a fake of Clerk's Backend API, to try out and test code that calls it.

mod arguments;

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use arguments::{Arguments, Command};
use clerk_testkit::fake::CallRecord;
use clerk_testkit::server::FakeServer;

fn main() -> ExitCode {
    let result = match Command::from_env() {
        Ok(Command::Help) => writeln!(io::stdout(), "{}", arguments::HELP).map_err(|error| error.to_string()),
        Ok(Command::Serve(arguments)) => serve(*arguments),
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere left to report an error of this.
            let _ = writeln!(io::stderr(), "fake-clerk: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until the process is killed.
fn serve(arguments: Arguments) -> Result<(), String> {
    let mut fake = arguments.fake;
    if let Some(path) = arguments.log {
        let file = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        fake = fake.on_call(write_to(file));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}"))?;
    runtime.block_on(async {
        let port = arguments.port;
        let mut server = FakeServer::start_on_port(fake.build(), port)
            .await
            .map_err(|error| format!("cannot listen on port {port}: {error}"))?;
        if let Some((url, secret)) = arguments.webhooks {
            server.send_webhooks(url, secret);
        }
        writeln!(io::stdout(), "{}", server.url()).map_err(|error| error.to_string())?;
        std::future::pending().await
    })
}

/// Returns an observer that writes each call as a line. It stops at the first error, which it reports.
fn write_to(file: File) -> impl Fn(&CallRecord) + Send + Sync {
    let file = Mutex::new(Some(file));
    move |call| {
        let Ok(mut open) = file.lock() else {
            return;
        };
        let Some(Err(error)) = open.as_mut().map(|file| writeln!(file, "{call}")) else {
            return;
        };
        *open = None;
        let _ = writeln!(
            io::stderr(),
            "fake-clerk: the log stops here, because a call could not be written: {error}"
        );
    }
}
