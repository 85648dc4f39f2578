//! What survives a process: the time, Clerk, the network, and the other users of Clerk.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use clerk_core::model::{InvitationStatus, Timestamp};
use clerk_core::{Client, Clock, SecretKey, Sleep};
use clerk_testkit::fake::PendingDuplicate;
use clerk_testkit::{FakeClerk, ManualClock};
use fastrand::Rng;

use crate::arguments::Mode;
use crate::breakage::Break;
use crate::log::Log;
use crate::others::{self, Deleted, FOREIGN_ADDRESS, Others};
use crate::scenario::{Row, Scenario, WallClock};
use crate::target::{Invited, ORGANIZATION, Target};
use crate::wire::Wire;

/// Longer than any earlier call can take to have its effect and to be listed.
const LONG: Duration = Duration::from_secs(6 * 3600);

pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) fake: FakeClerk,
    pub(crate) wire: Wire,
    pub(crate) broken: Option<Break>,
    /// What others do, until they have done everything.
    pub(crate) others: Vec<Pin<Box<dyn Future<Output = ()>>>>,
    target: Target,
    wall_clock: WallClock,
    deleted: Deleted,
}

/// Every invitation that exists at the end or ever existed, by id.
pub(crate) type Truth = BTreeMap<String, Invited>;

impl World {
    pub(crate) fn new(scenario: &Scenario, broken: Option<Break>, random: &mut Rng, log: &Log) -> Self {
        let clock = ManualClock::new();
        log.set_clock(&clock);
        let fake = fake(scenario, &clock, log);
        // Invitations from before the run are listed when it begins.
        clock.advance(scenario.clerk.read_lag + Duration::from_secs(1));
        let shuffle = scenario.clerk.shuffles_answers.then(|| random.fork());
        let wire = Wire::new(&fake, &clock, shuffle, scenario.hostility.as_ref(), broken, log);
        let deleted = Deleted::default();
        let mut all: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::new();
        if let Some(clerk) = others::client(&fake, &clock) {
            if let Some(foreign) = scenario.foreign {
                all.push(Box::pin(others::use_rest(clerk.clone(), clock.clone(), foreign)));
            }
            let acting = Others {
                clerk,
                fake: fake.clone(),
                clock: clock.clone(),
                target: scenario.target,
                deleted: Arc::clone(&deleted),
            };
            all.push(Box::pin(acting.act(scenario.events.clone())));
        }
        Self {
            clock,
            fake,
            wire,
            broken,
            others: all,
            target: scenario.target,
            wall_clock: scenario.wall_clock.clone(),
            deleted,
        }
    }

    /// Creates the client of a process that starts now.
    pub(crate) fn client(&self, seed: u64) -> Option<Client> {
        let key = SecretKey::new(FakeClerk::SECRET_KEY).ok()?;
        let clock = ProcessClock {
            origin: self.clock.elapsed(),
            world: self.clock.clone(),
            wall_clock: self.wall_clock.clone(),
            waits_by_wall_clock: self.broken == Some(Break::WallClockForWaits),
        };
        let client = Client::builder(key, self.wire.clone()).clock(clock).retry_seed(seed);
        client.build().ok()
    }

    /// Waits until nothing can be under way, and reads every invitation.
    pub(crate) fn truth(&mut self) -> Option<Truth> {
        for others in std::mem::take(&mut self.others) {
            self.clock.drive(others).ok()?;
        }
        self.clock.advance(LONG);
        let clerk = others::client(&self.fake, &self.clock)?;
        let mut truth = self.deleted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for status in self.target.lists() {
            let found = self.clock.drive(self.read_all(&clerk, status.clone())).ok()??;
            truth.extend(found.into_iter().map(|found| (found.id.clone(), found)));
        }
        Some(truth)
    }

    /// Reads a list, and retries while the fake has faults. Returns `None` if it never succeeds.
    async fn read_all(&self, clerk: &Client, status: Option<InvitationStatus>) -> Option<Vec<Invited>> {
        let mut all = Vec::new();
        for _ in 0..1000 {
            match self.target.page(clerk, status.clone(), all.len() as u64).await {
                Ok(page) if page.is_empty() => return Some(all),
                Ok(page) => all.extend(page),
                Err(_) => self.clock.sleep(Duration::from_secs(600)).await,
            }
        }
        None
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
        .organization_duplicate(clerk.organization_duplicate)
        .bulk_on_5xx(clerk.bulk_on_5xx)
        .read_lag(clerk.read_lag)
        .latency(clerk.latency)
        .faults(clerk.faults.clone())
        .organization(ORGANIZATION)
        .malformed(FOREIGN_ADDRESS)
        .on_call(move |call| log.line(|| call.to_string()));
    if scenario.mode == Mode::Machines {
        // Otherwise Clerk itself would prevent a second mail.
        fake = fake.pending_duplicate(PendingDuplicate::Accepted);
    }
    for row in scenario.rows.iter().filter(|row| !row.is.duplicate) {
        let Row { is, .. } = row;
        let address = row.identity();
        fake = match (is.user, scenario.target) {
            (false, _) => fake,
            (true, Target::Application) => fake.existing_user(&address),
            (true, Target::Organization) => fake.member(ORGANIZATION, &address),
        };
        fake = match (is.pending, scenario.target) {
            (false, _) => fake,
            (true, Target::Application) => fake.pending_invitation(&address),
            (true, Target::Organization) => fake.pending_organization_invitation(ORGANIZATION, &address),
        };
        if is.malformed {
            fake = fake.malformed(&address);
        }
        if is.blocked {
            fake = fake.blocked(&address);
        }
    }
    fake.build()
}

/// The clock of one process. Its origin is the start of the process.
#[derive(Debug)]
struct ProcessClock {
    world: ManualClock,
    wall_clock: WallClock,
    origin: Duration,
    waits_by_wall_clock: bool,
}

impl Clock for ProcessClock {
    fn now(&self) -> Duration {
        if self.waits_by_wall_clock {
            return self.wall().saturating_since(ManualClock::START);
        }
        self.world.elapsed().saturating_sub(self.origin)
    }

    fn wall(&self) -> Timestamp {
        self.wall_clock.show(self.world.elapsed(), self.world.wall())
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.world.sleep(duration)
    }
}
