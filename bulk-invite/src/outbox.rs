//! Submits the people of a file to an outbox on PostgreSQL, takes part in inviting them, and follows them.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use clerk_core::model::{EmailAddress, NormalizedEmailAddress, Timestamp};
use clerk_core::run::{Evidence, Outcome, RunEvent, RunObserver, RunReport, Settlement};
use clerk_core::{Client, Clock};
use clerk_postgres::sqlx::postgres::PgPoolOptions;
use clerk_postgres::{BatchId, Filter, Outbox, PersonStatus, Stage, Store, Submitted, Target, Worker};
use tokio::sync::watch;

use crate::args::Args;
use crate::connection::Connection;
use crate::console::print_line;
use crate::interrupt::on_interrupt;
use crate::people::{Inspection, Recipient};
use crate::recorder::Recorder;
use crate::text;

/// How often the outbox is asked how far the people are.
const POLL: Duration = Duration::from_secs(1);

/// How long a connection to the database may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How often progress is printed at most.
const PROGRESS: Duration = Duration::from_secs(10);

/// Why a person is pending when the program ends.
const IN_OUTBOX: &str = "in the outbox: a worker invites them; run again to follow them";

/// Submits everyone, and takes part in inviting them until they have an outcome or the program is interrupted. `recorder`
/// receives the outcomes.
///
/// # Errors
///
/// If the database or the instance cannot be used. If that is before the people are submitted, nobody is invited.
pub(crate) async fn invite(
    url: &str,
    args: &Args,
    connection: &Connection,
    people: &Inspection,
    recorder: &Recorder,
) -> Result<RunReport, String> {
    let outbox = open(url, args, connection).await?;
    let recipients = read(people, recorder)?;
    let submitted = submit(&outbox, args, &recipients).await?;
    print_line(&format!(
        "Submitted {} as batch {}. From now on, every worker on this outbox takes part in inviting them.",
        text::people(recipients.len()),
        submitted.batch
    ));
    let client = connection.sharing(args, outbox.store().budget(outbox.instance()))?;
    let worker = worker(&outbox, client, args, connection);
    work_until_done(&outbox, worker, &*connection.clock(), submitted.batch).await?;
    let outcomes = outcomes(&outbox, submitted.batch).await?;
    Ok(announce(&recipients, &outcomes, recorder))
}

async fn open(url: &str, args: &Args, connection: &Connection) -> Result<Outbox, String> {
    let instance = connection.client.instance().get().await;
    let instance = instance.map_err(|error| crate::stop_reason::describe_error(&error, connection.server()))?;
    // The pool connects when it is first used, so that an error names its cause.
    let pool = PgPoolOptions::new()
        .acquire_timeout(CONNECT)
        .connect_lazy(url)
        .map_err(|_| "--journal is not a PostgreSQL address: use postgres://USER@HOST/DATABASE".to_owned())?;
    let store = Store::new(pool);
    store.migrate().await.map_err(|error| error.to_string())?;
    let target = match &args.organization {
        Some(id) => Target::Organization(id.as_str().into()),
        None => Target::Application,
    };
    let outbox = store.outbox(instance.id.as_str(), target).await;
    outbox.map_err(|error| error.to_string())
}

/// Returns everyone to invite. The recorder takes in the other rows.
fn read(people: &Inspection, recorder: &Recorder) -> Result<Vec<Recipient>, String> {
    let mut recipients = Vec::with_capacity(people.people);
    for row in people.rows() {
        let row = row.map_err(|error| format!("{error} (nobody was submitted)"))?;
        recipients.extend(recorder.record().read(row));
    }
    Ok(recipients)
}

/// Submits everyone in one transaction.
async fn submit(outbox: &Outbox, args: &Args, recipients: &[Recipient]) -> Result<Submitted, String> {
    let mut transaction = outbox.store().begin().await.map_err(|error| error.to_string())?;
    let submitted = match args.organization {
        None => {
            let people = recipients.iter().map(Recipient::to_invitation);
            outbox.submit(&mut transaction, people).await
        }
        Some(_) => {
            let people = recipients.iter().map(Recipient::to_organization_invitation);
            outbox.submit(&mut transaction, people).await
        }
    }
    .map_err(|error| error.to_string())?;
    transaction.commit().await.map_err(|error| {
        format!("cannot tell whether the people were submitted: {error}. Run again; nobody is invited twice.")
    })?;
    Ok(submitted)
}

fn worker(outbox: &Outbox, client: Client, args: &Args, connection: &Connection) -> Worker {
    let worker = Worker::new(outbox, client)
        .holder(format!("bulk-invite {}", std::process::id()))
        .limits(connection.limits.clone())
        .lanes(args.lanes.into())
        .max_failures(args.attempts - 1)
        .settle_delay(args.settle_delay)
        .read_lag(args.read_lag);
    if args.keep_going { worker.keep_going() } else { worker }
}

/// Runs the worker until everyone in the batch has an outcome or the program is interrupted.
async fn work_until_done(outbox: &Outbox, worker: Worker, clock: &dyn Clock, batch: BatchId) -> Result<(), String> {
    let (stop, stopped) = watch::channel(false);
    let interrupt = stop.clone();
    on_interrupt(move || {
        // Nobody listens once the work is done.
        let _ = interrupt.send(true);
    });
    let mut stopped_worker = stopped.clone();
    let mut working = pin!(worker.run(async move {
        // The sender lives until the worker has ended.
        let _ = stopped_worker.wait_for(|is_stopped| *is_stopped).await;
    }));
    tokio::select! {
        followed = follow(outbox, clock, batch, stopped) => {
            // The worker hands over what it has under way.
            let _ = stop.send(true);
            let worked = working.await.map_err(|error| error.to_string());
            followed.and(worked)
        }
        worked = &mut working => worked.map_err(|error| error.to_string()),
    }
}

/// Waits until everyone in the batch has an outcome, or `stopped`.
async fn follow(
    outbox: &Outbox,
    clock: &dyn Clock,
    batch: BatchId,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), String> {
    let mut printed: Option<(Duration, u64)> = None;
    loop {
        let status = outbox.batch_status(batch).await.map_err(|error| error.to_string())?;
        let Some(status) = status.filter(|status| !status.counts.is_done()) else {
            return Ok(());
        };
        let settled = status.counts.total_settled();
        if printed.is_none_or(|(at, before)| before != settled && clock.now() >= at + PROGRESS) {
            print_line(&format!(
                "{} of {} have an outcome.",
                settled,
                text::people(status.people as usize)
            ));
            printed = Some((clock.now(), settled));
        }
        tokio::select! {
            () = clock.sleep(POLL) => {}
            _ = stopped.wait_for(|is_stopped| *is_stopped) => return Ok(()),
        }
    }
}

/// What became of the people of a batch, by address, and when it was submitted.
struct Outcomes {
    by_address: HashMap<NormalizedEmailAddress, PersonStatus>,
    submitted_at: Timestamp,
}

async fn outcomes(outbox: &Outbox, batch: BatchId) -> Result<Outcomes, String> {
    let describe = |error: clerk_postgres::Error| error.to_string();
    let status = outbox.batch_status(batch).await.map_err(describe)?;
    let mut by_address = HashMap::new();
    let mut statuses = outbox.statuses(Filter::Batch(batch));
    while let Some(person) = statuses.next().await.map_err(describe)? {
        if let Some(address) = &person.email_address {
            by_address.insert(address.normalized(), person);
        }
    }
    Ok(Outcomes {
        by_address,
        submitted_at: status.map_or(Timestamp::from_millis(i64::MAX), |status| status.submitted_at),
    })
}

/// Tells the recorder the outcome of each person, in the order of the file.
fn announce(recipients: &[Recipient], outcomes: &Outcomes, recorder: &Recorder) -> RunReport {
    let settlements = recipients.iter().enumerate().map(|(position, recipient)| {
        let address = EmailAddress::from(recipient.email_address.as_str());
        let person = outcomes.by_address.get(&address.normalized());
        let settlement = settlement(position, address, person, outcomes.submitted_at);
        recorder.event(&RunEvent::Settled(&settlement));
        settlement.outcome
    });
    settlements.collect()
}

fn settlement(
    position: usize,
    address: EmailAddress,
    person: Option<&PersonStatus>,
    submitted_at: Timestamp,
) -> Settlement {
    let settled = person.filter(|person| person.stage == Stage::Settled);
    let Some((person, outcome)) = settled.and_then(|person| Some((person, person.outcome?))) else {
        let mut pending = Settlement::new(position, address, Outcome::Pending, Evidence::None);
        pending.reason = Some(IN_OUTBOX.into());
        return pending;
    };
    let was_settled = person.settled_at.is_some_and(|at| at < submitted_at);
    let outcome = match outcome {
        Outcome::Created if was_settled => Outcome::CreatedEarlier,
        outcome => outcome,
    };
    let mut settlement = Settlement::new(position, address, outcome, person.evidence.unwrap_or(Evidence::None));
    settlement.invitation_id.clone_from(&person.invitation_id);
    settlement.code.clone_from(&person.code);
    settlement
}
