//! What survives a process: the time, Clerk, the network, and the other users of Clerk.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clerk_core::api::invitations::ListInvitations;
use clerk_core::model::{Invitation, InvitationStatus, Timestamp};
use clerk_core::{
    Client, Clock, HttpRequest, HttpResponse, HttpTransport, SecretKey, Sleep, TransportError, async_trait,
};
use clerk_testkit::{FakeClerk, ManualClock};
use fastrand::Rng;
use serde_json::Value;

use crate::breakage::{Break, call_ambiguous_unsent, relabel_by_position};
use crate::log::Log;
use crate::others::{self, Deleted};
use crate::scenario::Scenario;

/// Longer than any earlier call can take to have its effect and to be listed.
const LONG: Duration = Duration::from_secs(6 * 3600);

pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) fake: FakeClerk,
    wire: Wire,
    /// What others do. `None` once they have done everything.
    pub(crate) others: Option<Pin<Box<dyn Future<Output = ()>>>>,
    deleted: Deleted,
}

/// Every invitation that exists at the end or ever existed, by id.
pub(crate) type Truth = BTreeMap<String, Invitation>;

impl World {
    pub(crate) fn new(scenario: &Scenario, broken: Option<Break>, random: &mut Rng, log: &Log) -> Self {
        let clock = ManualClock::new();
        log.set_clock(&clock);
        let fake = fake(scenario, &clock, log);
        // Invitations from before the run are listed when it begins.
        clock.advance(scenario.clerk.read_lag + Duration::from_secs(1));
        let wire = Wire {
            fake: fake.clone(),
            shuffle: scenario
                .clerk
                .shuffles_answers
                .then(|| Arc::new(Mutex::new(random.fork()))),
            broken,
        };
        let deleted = Deleted::default();
        let others = others::client(&fake, &clock).map(|clerk| {
            let events = scenario.events.clone();
            let acting = others::act(clerk, fake.clone(), clock.clone(), events, Arc::clone(&deleted));
            Box::pin(acting) as Pin<Box<dyn Future<Output = ()>>>
        });
        Self {
            clock,
            fake,
            wire,
            others,
            deleted,
        }
    }

    /// Creates the client of a process that starts now.
    pub(crate) fn client(&self, seed: u64) -> Option<Client> {
        let key = SecretKey::new(FakeClerk::SECRET_KEY).ok()?;
        let clock = ProcessClock {
            origin: self.clock.elapsed(),
            world: self.clock.clone(),
        };
        let client = Client::builder(key, self.wire.clone()).clock(clock).retry_seed(seed);
        client.build().ok()
    }

    /// Waits until nothing can be under way, and reads every invitation.
    pub(crate) fn truth(&mut self) -> Option<Truth> {
        if let Some(others) = self.others.take() {
            self.clock.drive(others).ok()?;
        }
        self.clock.advance(LONG);
        let clerk = others::client(&self.fake, &self.clock)?;
        let mut truth = self.deleted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for status in [None, Some(InvitationStatus::Revoked)] {
            let found = self.clock.drive(read_all(&clerk, &self.clock, status)).ok()??;
            truth.extend(found.into_iter().map(|found| (found.id.as_str().to_owned(), found)));
        }
        Some(truth)
    }
}

fn fake(scenario: &Scenario, clock: &ManualClock, log: &Log) -> FakeClerk {
    let clerk = &scenario.clerk;
    let log = log.clone();
    let mut fake = FakeClerk::builder()
        .clock(clock.clone())
        .limits(clerk.limits.clone())
        .window(clerk.window)
        .ignore_existing(clerk.ignore_existing)
        .bulk_on_5xx(clerk.bulk_on_5xx)
        .read_lag(clerk.read_lag)
        .latency(clerk.latency)
        .faults(clerk.faults.clone())
        .on_call(move |call| log.line(|| call.to_string()));
    for row in scenario.rows.iter().filter(|row| !row.is.duplicate) {
        let address = row.identity();
        if row.is.user {
            fake = fake.existing_user(&address);
        }
        if row.is.pending {
            fake = fake.pending_invitation(&address);
        }
        if row.is.malformed {
            fake = fake.malformed(&address);
        }
        if row.is.blocked {
            fake = fake.blocked(&address);
        }
    }
    fake.build()
}

/// Reads a list of fewer than 500 invitations, and retries while the fake has faults. Returns `None` if it never succeeds.
async fn read_all(clerk: &Client, clock: &ManualClock, status: Option<InvitationStatus>) -> Option<Vec<Invitation>> {
    let mut list = ListInvitations::new().limit(500);
    if let Some(status) = status {
        list = list.status(status);
    }
    for _ in 0..1000 {
        match clerk.invitations().list(&list).await {
            Ok(page) => return Some(page.data),
            Err(_) => clock.sleep(Duration::from_secs(600)).await,
        }
    }
    None
}

/// The clock of one process. Its origin is the start of the process.
#[derive(Debug)]
struct ProcessClock {
    world: ManualClock,
    origin: Duration,
}

impl Clock for ProcessClock {
    fn now(&self) -> Duration {
        self.world.elapsed() - self.origin
    }

    fn wall(&self) -> Timestamp {
        self.world.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.world.sleep(duration)
    }
}

/// The run's transport. It shuffles bulk responses, because Clerk does not promise their order.
#[derive(Debug, Clone)]
struct Wire {
    fake: FakeClerk,
    shuffle: Option<Arc<Mutex<Rng>>>,
    broken: Option<Break>,
}

#[async_trait]
impl HttpTransport for Wire {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let result = self.fake.send(request.clone()).await;
        let result = result.map(|response| self.reorder(&request, response));
        match self.broken {
            Some(Break::ResendAmbiguous) => call_ambiguous_unsent(&request, result),
            _ => result,
        }
    }
}

impl Wire {
    fn reorder(&self, request: &HttpRequest, response: HttpResponse) -> HttpResponse {
        let is_bulk = request.uri().path().ends_with("/bulk") && response.status().is_success();
        let Some(random) = self.shuffle.as_ref().filter(|_| is_bulk) else {
            return response;
        };
        response.map(|body| {
            let Ok(mut invitations) = serde_json::from_slice::<Vec<Value>>(&body) else {
                return body;
            };
            random
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .shuffle(&mut invitations);
            if self.broken == Some(Break::MatchByPosition) {
                relabel_by_position(request, &mut invitations);
            }
            Value::Array(invitations).to_string().into()
        })
    }
}
