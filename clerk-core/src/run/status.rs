//! Reading what became of people's invitations.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::history::History;
use super::journal::{Journal, JournalError, Record};
use super::observer::{FnObserver, RunEvent, RunObserver};
use super::preflight::Overview;
use super::reader::Reader;
use super::recipient::key;
use super::report::Stop;
use super::settings::Settings;
use super::standing::{PersonStatus, Standing, conclude};
use super::stop::StopHandle;
use super::target::Target;
use crate::client::Client;
use crate::middleware::RateLimits;
use crate::model::EmailAddress;

/// Reads what became of the invitations of any number of people, and changes nothing. [`run`](Self::run) starts it.
///
/// [`InvitationsApi::status_of`](crate::api::invitations::InvitationsApi::status_of) and
/// [`status_of_run`](crate::api::invitations::InvitationsApi::status_of_run) create one for the application,
/// and the methods of [`OrganizationInvitationsApi`](crate::api::organization_invitations::OrganizationInvitationsApi) one for
/// an organization.
///
/// All invitations are listed if that takes fewer calls than a look-up of each person.
#[must_use = "nothing is read until `run` is called"]
pub struct StatusRun<'p> {
    client: Client,
    target: Target,
    people: People<'p>,
    observers: Vec<Arc<dyn RunObserver>>,
    settings: Settings,
    stop: StopHandle,
}

/// The people to read the invitations of.
pub(super) enum People<'p> {
    Given(Box<dyn Iterator<Item = EmailAddress> + Send + 'p>),
    /// Everyone in a journal, in the order in which they appear there.
    InJournal(Arc<dyn Journal>),
}

/// How a [`StatusRun`] ended: the number of people by what became of their invitations, and why it stopped early, if it did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct StatusReport {
    counts: [usize; Standing::ALL.len()],
    stopped: Option<Stop>,
}

impl<'p> StatusRun<'p> {
    pub(super) fn new(client: &Client, target: Target, people: People<'p>) -> Self {
        Self {
            client: client.clone(),
            target,
            people,
            observers: Vec::new(),
            settings: Settings::new(RateLimits::documented(client.environment())),
            stop: StopHandle::default(),
        }
    }

    /// Sends the events to this observer too: a [`RunEvent::Status`] for each person.
    pub fn observer(mut self, observer: impl RunObserver) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Calls this closure for each event.
    pub fn on_event(self, observer: impl Fn(&RunEvent<'_>) + Send + Sync + 'static) -> Self {
        self.observer(FnObserver(observer))
    }

    /// Sets the rate limits. Only the limit of all calls matters here. Default: Clerk's documented limits.
    pub fn limits(mut self, limits: RateLimits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets the longest single wait after a 429. A longer one stops the run. Default: 2 hours.
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.max_wait = wait;
        self
    }

    /// Sets how many calls in a row may fail. One more stops the run. Default: 5.
    pub const fn max_failures(mut self, failures: u32) -> Self {
        self.settings.max_failures = failures;
        self
    }

    /// Returns a handle that stops the run early.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Reads what became of everyone's invitations. The observer receives it for each person, in the order of the input.
    ///
    /// # Cancel safety
    ///
    /// The future can be dropped at any time: it only reads.
    pub async fn run(self) -> StatusReport {
        self.read(|_| {}).await
    }

    /// Reads what became of everyone's invitations, and returns it with the report.
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client, addresses: Vec<String>) -> Result<(), Box<dyn std::error::Error>> {
    /// use clerk_core::run::Standing;
    ///
    /// let (report, people) = clerk.invitations().status_of(&addresses).run_collecting().await;
    /// let report = report.into_result()?;
    /// println!("{} of {} have accepted", report.count(Standing::Accepted), report.total());
    /// # let _ = people;
    /// # Ok(()) }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As for [`run`](Self::run).
    pub async fn run_collecting(self) -> (StatusReport, Vec<PersonStatus>) {
        let mut all = Vec::new();
        let report = self.read(|status| all.push(status.clone())).await;
        (report, all)
    }

    async fn read(self, mut each: impl FnMut(&PersonStatus) + Send) -> StatusReport {
        let Self {
            client,
            target,
            people,
            observers,
            settings,
            stop,
        } = self;
        let reader = Reader::new(&client, target, &settings);
        let mut report = StatusReport::default();
        let reading = read_all(&reader, people, |status| {
            report.counts[status.standing as usize] += 1;
            each(&status);
            let event = RunEvent::Status(&status);
            observers.iter().for_each(|observer| observer.event(&event));
        });
        let result = stop.race(reading).await.and_then(|result| result);
        report.stopped = result.err();
        report
    }
}

async fn read_all(reader: &Reader, people: People<'_>, mut each: impl FnMut(PersonStatus) + Send) -> Result<(), Stop> {
    let people = match people {
        People::Given(people) => people,
        People::InJournal(journal) => Box::new(people_of(&*journal, reader).await?.into_iter()),
    };
    let mut people = people.enumerate();
    let mut overview = None;
    while let Some((position, email_address)) = people.next() {
        let address = email_address.normalized();
        // An address that no invitation can have needs no call.
        let invitations = if email_address.validate().is_ok() {
            if overview.is_none() {
                let left = people.size_hint();
                let left = left.1.map(|_| left.0 + 1);
                overview = Some(Overview::of_invitations(reader, left).await.map_err(Stop::from_error)?);
            }
            match &overview {
                Some(overview) => overview
                    .invitations_of(reader, &address)
                    .await
                    .map_err(Stop::from_error)?,
                None => Vec::new(),
            }
        } else {
            Vec::new()
        };
        let (standing, deciding) = conclude(&invitations);
        each(PersonStatus {
            position,
            email_address,
            standing,
            invitation_id: deciding.map(|known| known.id.clone()),
            created_at: deciding.and_then(|known| known.created_at),
            expires_at: deciding.and_then(|known| known.expires_at),
        });
    }
    Ok(())
}

/// Reads who is in a journal, which has to be one of the reader's instance and target.
async fn people_of(journal: &dyn Journal, reader: &Reader) -> Result<Vec<EmailAddress>, Stop> {
    let (mut history, mut people, mut seen) = (History::default(), Vec::new(), HashSet::new());
    let mut result = Ok(());
    let each = &mut |record: Record| {
        let addresses = match &record {
            Record::Attempted { people, .. } => people.iter().map(|person| person.address.clone()).collect(),
            Record::Settled { address, .. } => vec![address.clone()],
            _ => Vec::new(),
        };
        people.extend(
            addresses
                .into_iter()
                .filter(|address| seen.insert(key(&address.normalized()))),
        );
        if result.is_ok() {
            result = history.apply(record);
        }
    };
    journal.load(each).await.map_err(Stop::Journal)?;
    result.map_err(Stop::Journal)?;
    if !history.is_begun() {
        let empty = JournalError::new("the journal is empty: name the journal of a run");
        return Err(Stop::Journal(empty));
    }
    let resource = reader.target().resource();
    history.check_resource(&resource).map_err(Stop::Journal)?;
    if !history.is_of_account(reader.client().account()) {
        let instance = reader.retry(|| async { reader.client().instance().get().await });
        let instance = instance.await.map_err(Stop::from_error)?;
        history.check_instance(instance.id.as_str()).map_err(Stop::Journal)?;
    }
    Ok(people)
}

impl StatusReport {
    /// Returns the number of people whose invitations ended up like this.
    pub const fn count(&self, standing: Standing) -> usize {
        self.counts[standing as usize]
    }

    /// Returns the number of people whose invitations were read.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Returns why the run stopped early, if it did.
    pub const fn stopped(&self) -> Option<&Stop> {
        self.stopped.as_ref()
    }

    /// Returns why the run stopped early as an error, or else the report.
    ///
    /// # Errors
    ///
    /// The [`Stop`].
    pub fn into_result(mut self) -> Result<Self, Stop> {
        match self.stopped.take() {
            Some(stop) => Err(stop),
            None => Ok(self),
        }
    }

    fn counted(&self) -> impl Iterator<Item = (Standing, usize)> {
        let counts = Standing::ALL.iter().map(|standing| (*standing, self.count(*standing)));
        counts.filter(|(_, count)| *count > 0)
    }
}

impl fmt::Display for StatusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} people", self.total())?;
        for (index, (standing, count)) in self.counted().enumerate() {
            let separator = if index == 0 { ": " } else { ", " };
            write!(f, "{separator}{count} {standing}")?;
        }
        match &self.stopped {
            Some(stop) => write!(f, "; {stop}"),
            None => Ok(()),
        }
    }
}

/// Writes the total, the count of each standing that occurred, and why the run stopped.
impl Serialize for StatusReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("StatusReport", 3)?;
        report.serialize_field("total", &self.total())?;
        report.serialize_field("standings", &self.counted().collect::<BTreeMap<_, _>>())?;
        report.serialize_field("stopped", &self.stopped)?;
        report.end()
    }
}

impl fmt::Debug for StatusRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusRun")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
