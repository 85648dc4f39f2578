//! The worker, on the fake Clerk.
#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of a test fail the test")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use clerk_core::api::invitations::{CreateInvitation, RATE_LIMIT_SINGLE};
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::run::Lanes;
use clerk_core::{Clock, SecretKey, SystemClock};
use clerk_postgres::{Outbox, Recipient, Store, Target, Worker, WorkerError};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use sqlx::postgres::PgPoolOptions;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(20);

fn fake() -> clerk_testkit::fake::FakeClerkBuilder {
    FakeClerk::builder()
        .clock(SystemClock::new())
        .limits(RateLimits::none())
}

/// A worker that runs.
struct Running {
    events: mpsc::UnboundedReceiver<String>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), WorkerError>>,
}

impl Running {
    fn start(store: &Store, outbox: &Outbox, fake: &FakeClerk) -> Self {
        Self::start_with(store, outbox, fake, |worker| worker)
    }

    fn start_with(store: &Store, outbox: &Outbox, fake: &FakeClerk, set: impl FnOnce(Worker) -> Worker) -> Self {
        let client = fake.client_builder().shared_budget(store.budget("ins_1")).build();
        let (sender, events) = mpsc::unbounded_channel();
        let worker = Worker::new(outbox, client.expect("the client is built"))
            .poll_interval(Duration::from_millis(20))
            .settle_delay(Duration::from_millis(300))
            .read_lag(Duration::from_millis(10))
            .limits(RateLimits::none())
            .on_event(move |event| drop(sender.send(event.to_string())));
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let task = tokio::spawn(set(worker).run(stopped));
        Self { events, stop, task }
    }

    /// Waits for the next event that contains this.
    async fn event(&mut self, part: &str) -> String {
        let mut seen = Vec::new();
        let mut patience = SystemClock::new().sleep(PATIENCE);
        loop {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) if event.contains(part) => return event,
                    Some(event) => seen.push(event),
                    None => panic!("the worker ended without {part:?}: {seen:?}"),
                },
                () = &mut patience => panic!("no event has {part:?}: {seen:?}"),
            }
        }
    }

    async fn settled(&mut self, people: usize) {
        for _ in 0..people {
            self.event("person ").await;
        }
    }

    /// Stops the worker, and returns what it said last.
    async fn stop(mut self) -> Vec<String> {
        self.stop.send(()).expect("the worker runs");
        self.task.await.expect("no panic").expect("it ends well");
        let mut events = Vec::new();
        while let Some(event) = self.events.recv().await {
            events.push(event);
        }
        events
    }
}

async fn submit(outbox: &Outbox, people: impl IntoIterator<Item: Into<Recipient>>) {
    let mut transaction = outbox.store().begin().await.expect("a transaction");
    outbox
        .submit(&mut transaction, people)
        .await
        .expect("they are submitted");
    transaction.commit().await.expect("it is committed");
}

async fn outbox(store: &Store) -> Outbox {
    let outbox = store.outbox("ins_1", Target::Application).await;
    outbox.expect("the outbox is made")
}

#[test]
fn people_are_invited_as_they_are_submitted() {
    support::with_store(async |store| {
        let (outbox, fake) = (outbox(&store).await, fake().build());
        submit(&outbox, ["ada@example.com", "grace@example.com"]).await;
        let mut worker = Running::start(&store, &outbox, &fake);
        worker.settled(2).await;
        // The run waits for more people, and hears of them.
        submit(&outbox, ["alan@example.com", "ADA@example.com"]).await;
        worker.settled(1).await;
        let last = worker.stop().await;
        assert_eq!(
            last.last().map(String::as_str),
            Some("handed the leadership over (epoch 1)")
        );
        let mails: Vec<_> = fake.mails().into_iter().collect();
        let once = ["ada", "alan", "grace"].map(|name| (format!("{name}@example.com"), 1));
        assert_eq!(mails, once);
        let settled = "select count(*) from {schema}.person where stage = 'settled' and outcome = 'created'";
        assert_eq!(support::number(&store, settled).await, 3);
        assert_eq!(
            support::number(&store, "select count(*) from {schema}.attempt where ended_at is null").await,
            0
        );
    });
}

#[test]
fn another_worker_takes_over_at_once_when_the_leader_stops() {
    support::with_store(async |store| {
        let (outbox, fake) = (outbox(&store).await, fake().build());
        // Nothing would happen within the test if the second one had to wait for the lease.
        let lease = |worker: Worker| worker.lease(Duration::from_secs(600));
        let mut first = Running::start_with(&store, &outbox, &fake, lease);
        first.event("leading (epoch 1)").await;
        let mut second = Running::start_with(&store, &outbox, &fake, lease);
        submit(&outbox, ["ada@example.com"]).await;
        first.settled(1).await;
        first.stop().await;
        second.event("leading (epoch 2)").await;
        submit(&outbox, ["grace@example.com"]).await;
        second.settled(1).await;
        second.stop().await;
        assert_eq!(fake.mails().into_values().collect::<Vec<_>>(), [1, 1]);
    });
}

#[test]
fn the_lease_is_extended_while_there_is_nothing_to_do() {
    support::with_store(async |store| {
        let (outbox, fake) = (outbox(&store).await, fake().build());
        let lease = |worker: Worker| worker.lease(Duration::from_millis(200));
        let mut worker = Running::start_with(&store, &outbox, &fake, lease);
        worker.event("leading (epoch 1)").await;
        let until = "select (extract(epoch from lease_until) * 1000)::bigint from {schema}.outbox";
        let first = support::number(&store, until).await;
        let clock = SystemClock::new();
        while support::number(&store, until).await < first + 600 {
            assert!(clock.now() < PATIENCE, "the lease is not extended");
        }
        let last = worker.stop().await;
        assert_eq!(last, ["handed the leadership over (epoch 1)"]);
    });
}

/// The journal does not know the other call. Only the budget that both share does.
#[test]
fn calls_of_other_clients_count_in_the_limits_of_the_worker() {
    support::with_store(async |store| {
        let (outbox, fake) = (outbox(&store).await, fake().build());
        let limits = RateLimits::none().with(RATE_LIMIT_SINGLE, Quota::new(2, Duration::from_secs(3_600)));
        let client = fake
            .client_builder()
            .shared_budget(store.budget("ins_1"))
            .rate_limits(limits.clone());
        let client = client.build().expect("the client is built");
        let ada = CreateInvitation::new("ada@example.com");
        client.invitations().create(&ada).await.expect("there are two places");
        let set = |worker: Worker| worker.limits(limits).lanes(Lanes::Single);
        let mut worker = Running::start_with(&store, &outbox, &fake, set);
        submit(&outbox, ["grace@example.com", "alan@example.com"]).await;
        worker.settled(1).await;
        worker.event("waiting for 3").await;
        worker.stop().await;
        assert_eq!(fake.calls(FakeOperation::CreateInvitation), 2);
        let taken = "select count(*) from {schema}.slot where free_at > clock_timestamp()";
        assert_eq!(support::number(&store, taken).await, 2);
    });
}

#[test]
fn a_worker_that_loses_the_leadership_waits_for_it_again() {
    support::with_store(async |store| {
        let (outbox, fake) = (outbox(&store).await, fake().build());
        let mut worker = Running::start_with(&store, &outbox, &fake, |worker| {
            worker.lease(Duration::from_millis(500))
        });
        worker.event("leading (epoch 1)").await;
        // Another process takes over, and dies.
        support::execute(
            &store,
            "update {schema}.outbox set epoch = 7, lease_until = clock_timestamp() + interval '300 milliseconds'",
        )
        .await;
        worker.event("lost the leadership (epoch 1)").await;
        submit(&outbox, ["ada@example.com"]).await;
        worker.event("leading (epoch 8)").await;
        worker.settled(1).await;
        worker.stop().await;
        assert_eq!(fake.mails_to("ada@example.com"), 1);
    });
}

#[test]
fn invitations_of_a_worker_can_be_read_and_revoked() {
    support::with_store(async |store| {
        let (outbox, fake) = (outbox(&store).await, fake().build());
        submit(&outbox, ["ada@example.com"]).await;
        let mut worker = Running::start(&store, &outbox, &fake);
        worker.settled(1).await;
        worker.stop().await;
        let client = fake.client();
        let pending = client.invitations().status_of_run(outbox.journal()).run().await;
        assert!(pending.to_string().contains("1 pending"), "{pending}");
        let clock = Arc::clone(client.clock());
        let leadership = outbox.lead("test", PATIENCE, clock).await.expect("the database works");
        let leadership = Arc::new(leadership.expect("nobody leads"));
        let revoked = client.invitations().revoke_all(leadership.journal()).run().await;
        assert_eq!((revoked.revoked, revoked.pending), (1, 0), "{revoked:?}");
        // The person stays settled: an outbox invites each person once.
        leadership.hand_over().await.expect("the database works");
        submit(&outbox, ["ada@example.com"]).await;
        let mut worker = Running::start(&store, &outbox, &fake);
        submit(&outbox, ["grace@example.com"]).await;
        worker.settled(1).await;
        worker.stop().await;
        assert_eq!(fake.mails_to("ada@example.com"), 1);
    });
}

/// The lost answer leaves a person unresolved. A read finds out what became of them, after the delay.
#[test]
fn a_take_over_resolves_people_that_the_leader_before_has_left() {
    support::with_store(async |store| {
        for (moment, name) in [(Moment::AfterEffect, "ada"), (Moment::BeforeEffect, "grace")] {
            let outbox = outbox(&store).await;
            let plan = FaultPlan::new().on_call(FakeOperation::CreateInvitation, 1, Fault::Hang(moment));
            let fake = fake().faults(plan).build();
            let address = format!("{name}@example.com");
            submit(&outbox, [&address]).await;
            let mut crashed = Running::start(&store, &outbox, &fake);
            crashed.event("attempt ").await;
            while fake.calls(FakeOperation::CreateInvitation) == 0 {
                tokio::task::yield_now().await;
            }
            crashed.task.abort();
            assert!(crashed.task.await.is_err());
            support::execute(&store, "update {schema}.outbox set lease_until = clock_timestamp()").await;
            let clock = SystemClock::new();
            let began = clock.now();
            let mut worker = Running::start(&store, &outbox, &fake);
            worker.event("person ").await;
            assert!(
                clock.now() - began >= Duration::from_millis(300),
                "it has waited for the call"
            );
            worker.stop().await;
            assert_eq!(fake.mails_to(&address), 1, "{name}");
            let evidence =
                format!("select count(*) from {{schema}}.person where address = '{address}' and outcome = 'created'");
            assert_eq!(support::number(&store, &evidence).await, 1, "{name}");
        }
    });
}

/// Passes connections on to the database, unless it is cut.
struct Forwarder {
    port: u16,
    is_cut: watch::Sender<bool>,
}

impl Forwarder {
    async fn start(host: String, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let own_port = listener.local_addr().expect("it listens").port();
        let (is_cut, watched) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (host, mut watched) = (host.clone(), watched.clone());
                tokio::spawn(async move {
                    if *watched.borrow() {
                        return;
                    }
                    let mut server = TcpStream::connect((host, port)).await.expect("the database listens");
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                        _ = watched.wait_for(|is_cut| *is_cut) => {}
                    }
                });
            }
        });
        Self { port: own_port, is_cut }
    }

    fn cut(&self, is_cut: bool) {
        self.is_cut.send_replace(is_cut);
    }
}

#[test]
fn an_outage_of_the_database_is_waited_out() {
    support::with_store(async |store| {
        let (outbox, fake) = (outbox(&store).await, fake().build());
        let options = store.pool().connect_options();
        let forwarder = Forwarder::start(options.get_host().to_owned(), options.get_port()).await;
        let through = (*options).clone().host("127.0.0.1").port(forwarder.port);
        let pool = PgPoolOptions::new()
            .acquire_timeout(Duration::from_millis(300))
            .connect_lazy_with(through);
        let cut_off = Store::with_schema(pool, store.schema().clone());
        let through = cut_off
            .outbox("ins_1", Target::Application)
            .await
            .expect("the outbox is there");
        let mut worker = Running::start_with(&store, &through, &fake, |worker| {
            worker.lease(Duration::from_millis(600))
        });
        worker.event("leading").await;
        for name in ["ada", "grace"] {
            forwarder.cut(true);
            submit(&outbox, [&format!("{name}@example.com")]).await;
            worker.event("trying again").await;
            worker.event("lost the leadership").await;
            assert_eq!(fake.mails_to(&format!("{name}@example.com")), 0);
            forwarder.cut(false);
            worker.settled(1).await;
        }
        worker.stop().await;
        assert_eq!(fake.mails().into_values().collect::<Vec<_>>(), [1, 1]);
    });
}

#[test]
fn a_wrong_key_ends_the_worker_and_hands_over() {
    support::with_store(async |store| {
        let outbox = outbox(&store).await;
        let other = SecretKey::new("sk_test_anotherKeyThatTheFakeHasNot").expect("a key");
        let fake = fake().build();
        let client = clerk_core::Client::builder(other, fake.clone())
            .clock(SystemClock::new())
            .build();
        let worker =
            Worker::new(&outbox, client.expect("the client is built")).poll_interval(Duration::from_millis(20));
        let error = worker.run(std::future::pending()).await.expect_err("the key is wrong");
        assert!(matches!(error, WorkerError::Stopped(_)), "{error}");
        assert!(error.to_string().contains("key"), "{error}");
        let free = "select count(*) from {schema}.outbox where lease_until = '-infinity'";
        assert_eq!(support::number(&store, free).await, 1);
    });
}

#[test]
fn tables_that_are_missing_end_the_worker() {
    support::with_store(async |store| {
        let (outbox, fake) = (outbox(&store).await, fake().build());
        support::execute(&store, "drop table {schema}.outbox cascade").await;
        let client = Arc::new(fake).client();
        let error = Worker::new(&outbox, client).run(std::future::pending()).await;
        assert!(matches!(error, Err(WorkerError::Database(_))), "{error:?}");
    });
}

#[test]
fn people_are_invited_to_an_organization() {
    support::with_store(async |store| {
        let target = Target::Organization("org_1".into());
        let outbox = store.outbox("ins_1", target).await.expect("the outbox is made");
        let fake = fake().organization("org_1").build();
        submit(
            &outbox,
            [CreateOrganizationInvitation::new("ada@example.com", "org:member")],
        )
        .await;
        let mut worker = Running::start(&store, &outbox, &fake);
        worker.settled(1).await;
        worker.stop().await;
        assert_eq!(fake.mails_to("ada@example.com"), 1);
    });
}
