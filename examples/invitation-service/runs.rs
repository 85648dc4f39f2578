//! Invitation runs in the background: a queue, a journal for each run, and their progress.
//!
//! One run is under way at a time, because all runs share the rate limits of one Clerk instance. The people of a run are in the
//! file `ID.json`, and its journal has what was done for them. Both contain email addresses.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clerk_hyper::Client;
use clerk_hyper::ErrorCode;
use clerk_hyper::run::journal::{Journal, JournalError};
use clerk_hyper::run::{Outcome, RunEvent, RunReport, Settlement, Stop};
use serde::Serialize;
use tokio::fs;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::Failure;

const MAX_PEOPLE: usize = 10_000;
const MAX_WAITING: usize = 100;

/// Opens the journal of the run with this id.
pub(crate) type OpenJournal = Box<dyn Fn(u64) -> Result<Arc<dyn Journal>, JournalError> + Send + Sync>;

/// All runs of the service. Clones share them.
#[derive(Clone)]
pub(crate) struct Runs(Arc<Shared>);

struct Shared {
    clerk: Client,
    folder: PathBuf,
    open_journal: OpenJournal,
    runs: Mutex<BTreeMap<u64, Arc<Run>>>,
    queue: UnboundedSender<Arc<Run>>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

struct Run {
    id: u64,
    people: Vec<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    status: Status,
    people: Vec<Person>,
    waiting_seconds: Option<u64>,
    message: Option<String>,
}

/// Where a run is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// It waits for other runs.
    #[default]
    Waiting,
    /// It invites people.
    Running,
    /// Every person has an outcome.
    Done,
    /// It ended early. It can be resumed, and is when the service starts.
    Stopped,
}

/// The progress of a run.
#[derive(Serialize)]
pub(crate) struct Progress {
    pub(crate) id: u64,
    status: Status,
    people: usize,
    outcomes: BTreeMap<Outcome, usize>,
    /// How long the run waits for Clerk's rate limits.
    waiting_seconds: Option<u64>,
    /// Why the run stopped.
    message: Option<String>,
}

/// The outcome of a person.
#[derive(Clone, Serialize)]
pub(crate) struct Person {
    email_address: String,
    outcome: Outcome,
    code: Option<ErrorCode>,
}

impl Runs {
    /// Continues the runs in the folder, and waits for new ones.
    pub(crate) async fn start(clerk: Client, folder: PathBuf, open_journal: OpenJournal) -> io::Result<Self> {
        fs::create_dir_all(&folder).await?;
        let (queue, queued) = mpsc::unbounded_channel();
        let runs = Self(Arc::new(Shared {
            clerk,
            runs: Mutex::new(load(&folder).await?),
            folder,
            open_journal,
            queue,
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }));
        // A run that is done makes no call: its journal has the outcome of everyone.
        let earlier: Vec<_> = runs.lock().values().cloned().collect();
        earlier.into_iter().for_each(|run| runs.enqueue(run));
        runs.spawn(runs.clone().work(queued));
        Ok(runs)
    }

    /// Stores a new run and queues it.
    pub(crate) async fn add(&self, people: Vec<String>) -> Result<Progress, Failure> {
        if people.is_empty() || people.len() > MAX_PEOPLE {
            return Err(Failure::NumberOfPeople);
        }
        let run = {
            let mut runs = self.lock();
            if runs.values().filter(|run| run.status() == Status::Waiting).count() >= MAX_WAITING {
                return Err(Failure::Busy);
            }
            let id = runs.keys().next_back().map_or(1, |last| last + 1);
            let run = Arc::new(Run::new(id, people));
            runs.insert(id, Arc::clone(&run));
            run
        };
        if let Err(error) = self.store(&run).await {
            self.lock().remove(&run.id);
            return Err(error.into());
        }
        let progress = run.progress();
        self.enqueue(run);
        Ok(progress)
    }

    /// Queues a run that has stopped.
    pub(crate) fn resume(&self, id: u64) -> Result<Progress, Failure> {
        let run = self.run(id)?;
        {
            let mut state = run.lock();
            if state.status != Status::Stopped {
                return Err(Failure::NotStopped);
            }
            *state = State::default();
        }
        let progress = run.progress();
        self.enqueue(run);
        Ok(progress)
    }

    pub(crate) fn progress(&self, id: u64) -> Result<Progress, Failure> {
        Ok(self.run(id)?.progress())
    }

    /// Returns the outcomes that are known so far.
    pub(crate) fn people(&self, id: u64) -> Result<Vec<Person>, Failure> {
        Ok(self.run(id)?.lock().people.clone())
    }

    pub(crate) fn clerk(&self) -> &Client {
        &self.0.clerk
    }

    /// Runs a task that [`finished`](Self::finished) waits for.
    pub(crate) fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.0.tasks.spawn(task)
    }

    /// Stops the run under way, after the calls that it has sent.
    pub(crate) fn stop(&self) {
        self.0.stopping.cancel();
        self.0.tasks.close();
    }

    /// Waits, after [`stop`](Self::stop), until no call is under way.
    pub(crate) async fn finished(&self) {
        self.0.tasks.wait().await;
    }

    async fn work(self, mut queued: UnboundedReceiver<Arc<Run>>) {
        let stopping = &self.0.stopping;
        while let Some(Some(run)) = stopping.run_until_cancelled(queued.recv()).await {
            let ended = self.invite(&run).await;
            run.end(ended);
        }
    }

    async fn invite(&self, run: &Arc<Run>) -> Result<RunReport, JournalError> {
        let stopping = &self.0.stopping;
        run.lock().status = Status::Running;
        let observed = Arc::clone(run);
        let journal = (self.0.open_journal)(run.id)?;
        let invitations = self.0.clerk.invitations();
        let invitations = invitations
            .invite_all(&run.people)
            .journal(journal)
            .on_event(move |event| observed.record(event));
        let stop = invitations.stop_handle();
        let mut work = pin!(invitations.run());
        if let Some(report) = stopping.run_until_cancelled(work.as_mut()).await {
            return Ok(report);
        }
        stop.stop();
        Ok(work.await)
    }

    fn enqueue(&self, run: Arc<Run>) {
        // The receiver lives as long as the task that works. After that, the run waits for the next start of the service.
        let _ = self.0.queue.send(run);
    }

    /// Writes the people of a run, so that the file exists in full or not at all.
    async fn store(&self, run: &Run) -> io::Result<()> {
        let path = self.0.folder.join(format!("{}.json", run.id));
        let unfinished = path.with_extension("unfinished");
        fs::write(&unfinished, serde_json::to_vec(&run.people)?).await?;
        fs::rename(unfinished, path).await
    }

    fn run(&self, id: u64) -> Result<Arc<Run>, Failure> {
        self.lock().get(&id).cloned().ok_or(Failure::NoSuchRun)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Run>>> {
        self.0.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the runs of earlier starts.
async fn load(folder: &Path) -> io::Result<BTreeMap<u64, Arc<Run>>> {
    let mut runs = BTreeMap::new();
    let mut entries = fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let id = stem.and_then(|stem| stem.parse().ok());
        if let (Some(id), Some("json")) = (id, path.extension().and_then(|extension| extension.to_str())) {
            let people = serde_json::from_slice(&fs::read(&path).await?)?;
            runs.insert(id, Arc::new(Run::new(id, people)));
        }
    }
    Ok(runs)
}

impl Run {
    fn new(id: u64, people: Vec<String>) -> Self {
        let state = Mutex::default();
        Self { id, people, state }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn status(&self) -> Status {
        self.lock().status
    }

    fn progress(&self) -> Progress {
        let state = self.lock();
        let mut outcomes = BTreeMap::new();
        for person in &state.people {
            *outcomes.entry(person.outcome).or_default() += 1;
        }
        Progress {
            id: self.id,
            status: state.status,
            people: self.people.len(),
            outcomes,
            waiting_seconds: state.waiting_seconds,
            message: state.message.clone(),
        }
    }

    fn record(&self, event: &RunEvent<'_>) {
        let mut state = self.lock();
        match event {
            RunEvent::Waiting { wait } => state.waiting_seconds = Some(wait.as_secs()),
            RunEvent::AttemptBegan { .. } => state.waiting_seconds = None,
            RunEvent::Settled(settlement) => state.people.push(Person::from(*settlement)),
            _ => {}
        }
    }

    fn end(&self, ended: Result<RunReport, JournalError>) {
        let ended = ended.map_err(Stop::Journal).and_then(RunReport::into_result);
        let mut state = self.lock();
        state.waiting_seconds = None;
        state.message = ended.as_ref().err().map(ToString::to_string);
        state.status = if ended.is_ok() { Status::Done } else { Status::Stopped };
    }
}

impl From<&Settlement> for Person {
    fn from(settlement: &Settlement) -> Self {
        Self {
            email_address: settlement.email_address.as_str().to_owned(),
            outcome: settlement.outcome,
            code: settlement.code.clone(),
        }
    }
}
