//! A web service that adds people to a team and invites them. It runs on several machines at once, on one database.
//!
//! | Request | Response |
//! |---|---|
//! | `POST /team` with `{"people": ["ada@example.com"]}` | 202: the people are in the team, and will be invited |
//! | `GET /team/{email_address}` | whether the person is invited |
//! | `GET /progress` | the number of people with each outcome |
//!
//! Every instance accepts people. One of them invites, as fast as Clerk's limits allow, and another one takes over when it ends.
//!
//! Environment: `DATABASE_URL`, such as `postgres://app:password@db.example.com/app`; `CLERK_SECRET_KEY` and `CLERK_API_URL` as
//! for `clerk_hyper::from_env`; `LISTEN`, the address, by default `127.0.0.1:3000`.

mod routes;
mod service;

use std::env;
use std::error::Error;
use std::io::{Write, stdout};

use clerk_postgres::Worker;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use service::Service;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let service = Service::open(&env::var("DATABASE_URL")?, clerk_hyper::builder_from_env()?).await?;
    let address = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    writeln!(stdout(), "listening on http://{}", listener.local_addr()?)?;

    let (stop, stopped) = watch::channel(false);
    let is_stopped = |mut stopped: watch::Receiver<bool>| async move {
        // An error means that `main` has ended.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let server = axum::serve(listener, routes::router(service.clone()));
    let server = server.with_graceful_shutdown(is_stopped(stopped.clone()));
    let worker = Worker::new(service.outbox(), service.clerk().clone())
        .holder(format!("process {}", std::process::id()))
        .on_event(|event| {
            // A log that cannot be written is no reason to stop.
            let _ = writeln!(stdout(), "{event}");
        })
        .run(is_stopped(stopped));
    let signals = async {
        stop_requested().await?;
        stop.send_replace(true);
        Ok(())
    };
    // The leader hands over when it stops, so that another instance goes on at once.
    tokio::try_join!(
        async { server.await.map_err(Box::<dyn Error>::from) },
        async { worker.await.map_err(Box::from) },
        signals,
    )?;
    Ok(())
}

/// Waits for Ctrl-C, or for the SIGTERM of a service manager.
async fn stop_requested() -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
