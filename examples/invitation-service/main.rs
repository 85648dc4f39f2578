//! A web service that invites people in the background.
//!
//! | Request | Response |
//! |---|---|
//! | `POST /invitations` with `{"people": ["ada@example.com"]}` | 202 and the progress of a new run |
//! | `GET /invitations/{id}` | the progress of a run |
//! | `GET /invitations/{id}/people` | the outcome of each person |
//! | `POST /invitations/{id}/resume` | 202, and a run that stopped goes on |
//! | `POST /invitation` with `{"email_address": "ada@example.com"}` | 201 and the invitation of one person |
//!
//! Ctrl-C or SIGTERM stops the service. The next start continues its runs.
//!
//! Environment: `CLERK_SECRET_KEY` and `CLERK_API_URL` as for `clerk_hyper::from_env`; `LISTEN`, the address, by default
//! `127.0.0.1:3000`; `RUNS_FOLDER`, where runs are kept, by default `runs`.

mod failure;
mod routes;
mod runs;
#[cfg(test)]
mod tests;

use std::env;
use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::sync::Arc;

use clerk_hyper::run::journal::{FileJournal, Journal, JournalError};
use tokio::net::TcpListener;

use runs::Runs;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let clerk = clerk_hyper::from_env()?;
    let folder = env::var_os("RUNS_FOLDER").map_or_else(|| PathBuf::from("runs"), PathBuf::from);
    let address = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());

    let journals = folder.clone();
    let open_journal = move |id| -> Result<Arc<dyn Journal>, JournalError> {
        Ok(Arc::new(FileJournal::open(journals.join(format!("{id}.journal")))?))
    };
    let runs = Runs::start(clerk, folder, Box::new(open_journal)).await?;
    let listener = TcpListener::bind(address).await?;
    writeln!(stdout(), "listening on http://{}", listener.local_addr()?)?;

    let stopping = runs.clone();
    let server = axum::serve(listener, routes::router(runs.clone())).with_graceful_shutdown(async move {
        stop_requested().await;
        stopping.stop();
    });
    server.await?;
    runs.finished().await;
    Ok(())
}

/// Waits for Ctrl-C, or for the SIGTERM of a service manager. A signal that cannot be listened to never comes.
async fn stop_requested() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        _ = terminate => {}
    }
}
