//! The program of a worker: that of an application, with failpoints around its transport.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::{Client, Clock, HttpRequest, HttpResponse, HttpTransport, SecretKey, TransportError, async_trait};
use clerk_hyper::{HyperTransport, TokioClock};
use clerk_postgres::{Worker, WorkerEvent};
use clerk_testkit::FakeClerk;
use http::Method;
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};

use crate::control::{Control, Message};
use crate::database::Database;
use crate::timing::{ASSUMED_READ_LAG, ASSUMED_WINDOW, LEASE, POLL, limits};

/// The configuration of a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Setup {
    pub(crate) worker: usize,
    pub(crate) schema: String,
    pub(crate) instance: String,
    /// The port of its way to the database.
    pub(crate) database_port: u16,
    pub(crate) clerk: String,
    pub(crate) control: SocketAddr,
    pub(crate) settle_delay: Duration,
    pub(crate) attempt_timeout: Duration,
}

pub(crate) async fn run(setup: Setup) -> ExitCode {
    let control = Arc::new(Control::connect(setup.control).expect("the test is there"));
    control.say(&Message::Started { worker: setup.worker });
    let clock = TokioClock::new();
    let stop = stop(&clock);
    let database = Database::of_worker(&setup.schema, setup.database_port);
    let key = SecretKey::new(FakeClerk::SECRET_KEY).expect("a key");
    let transport = Failpoints {
        inner: HyperTransport::new().expect("a transport"),
        control: Arc::clone(&control),
    };
    let client = Client::builder(key, transport)
        .base_url(&setup.clerk)
        .clock(clock.clone())
        .attempt_timeout(setup.attempt_timeout)
        .rate_limits(limits(ASSUMED_WINDOW))
        .shared_budget(database.store().budget(&setup.instance))
        .build()
        .expect("a client");
    let outbox = loop {
        // The database may be restarting.
        match database.outbox(&setup.instance).await {
            Ok(outbox) => break outbox,
            Err(error) => control.say(&Message::Note(error.to_string())),
        }
        clock.sleep(POLL).await;
    };
    let told = Arc::clone(&control);
    let ended = Worker::new(&outbox, client)
        .holder(format!("worker {}", setup.worker))
        .lease(LEASE)
        .poll_interval(POLL)
        .limits(limits(ASSUMED_WINDOW))
        .settle_delay(setup.settle_delay)
        .read_lag(ASSUMED_READ_LAG)
        .on_event(move |event| tell(&told, event))
        .run(stop)
        .await;
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            control.say(&Message::Note(format!("ended: {error}")));
            ExitCode::FAILURE
        }
    }
}

fn tell(control: &Control, event: &WorkerEvent<'_>) {
    match event {
        WorkerEvent::Leading { epoch } => control.say(&Message::Leading { epoch: *epoch }),
        event => control.say(&Message::Note(event.to_string())),
    }
}

/// Waits for SIGTERM. Ends the process if the test is gone.
fn stop(clock: &TokioClock) -> impl Future<Output = ()> + use<> {
    let mut terminated = signal(SignalKind::terminate()).expect("a handler of signals");
    let (clock, parent) = (clock.clone(), rustix::process::getppid());
    async move {
        loop {
            tokio::select! {
                _ = terminated.recv() => return,
                () = clock.sleep(Duration::from_secs(1)) => {}
            }
            if rustix::process::getppid() != parent {
                std::process::exit(2);
            }
        }
    }
}

/// Asks the test before each call that invites people, and after it. The attempt is in the journal by then, and its end is not.
#[derive(Debug)]
struct Failpoints {
    inner: HyperTransport,
    control: Arc<Control>,
}

#[async_trait]
impl HttpTransport for Failpoints {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let path = request.uri().path();
        let invites = request.method() == Method::POST && (path.ends_with("/invitations") || path.ends_with("/bulk"));
        if !invites {
            return self.inner.send(request).await;
        }
        let (inner, control) = (self.inner.clone(), Arc::clone(&self.control));
        // A task of its own, because what a stopped process has given to its connection goes out even if the caller has given up
        // on it meanwhile.
        let call = tokio::spawn(async move {
            control.say(&Message::BeforeSend);
            inner.send(request).await
        });
        let result = call.await.expect("a call does not panic");
        self.control.say(&Message::AfterSend);
        result
    }
}
