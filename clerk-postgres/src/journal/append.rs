//! Applies records to the tables.

use std::collections::{HashMap, HashSet};

use clerk_core::ErrorCode;
use clerk_core::model::{EmailAddress, InvitationId};
use clerk_core::run::journal::{AttemptedRecipient, JournalEffect, JournalError, Lane, Record};
use sqlx::PgConnection;

use crate::error::Error;
use crate::lease::{Appended, Leadership};
use crate::outbox::Outbox;
use crate::recipient::person_key;
use crate::records::{insert_records, signed};

/// The statements of an append.
mod statements {
    pub(super) const BEGIN: &str = "update {schema}.outbox set begun = $2 where id = $1 and begun is null";

    pub(super) const ATTEMPT: &str = "
        insert into {schema}.attempt (outbox, number, epoch, lane, keys) values ($1, $2, $3, $4, $5)
        on conflict (outbox, number) do update set epoch = excluded.epoch, lane = excluded.lane,
            at = clock_timestamp(), ended_at = null, effect = null, keys = excluded.keys";

    /// Puts people in flight. For one that an earlier attempt may have invited, what was known before that one stays.
    pub(super) const IN_FLIGHT: &str = "
        insert into {schema}.person as person (outbox, key, address, stage, attempt, fingerprint, baseline)
        select $1, key, address, 'attempted', $2, fingerprint, case when baseline is null then null
            else array(select jsonb_array_elements_text(baseline::jsonb)) end
        from unnest($3::bytea[], $4::text[], $5::bigint[], $6::text[])
            as attempted (key, address, fingerprint, baseline)
        on conflict (outbox, key) do update set stage = 'attempted', due = null,
            attempt = coalesce(person.attempt, excluded.attempt),
            fingerprint = case when person.attempt is null then excluded.fingerprint else person.fingerprint end,
            baseline = case when person.attempt is null then excluded.baseline else person.baseline end";

    /// Ends attempts. The people of an attempt without effect go back to where they were, unless an earlier attempt may have
    /// invited them. Everyone else is unresolved, and due from now on.
    pub(super) const END: &str = "
        with ended as (
            update {schema}.attempt set ended_at = clock_timestamp(), effect = given.effect
            from unnest($2::bigint[], $3::text[]) as given (number, effect)
            where attempt.outbox = $1 and attempt.number = given.number and attempt.ended_at is null
            returning attempt.number, attempt.keys, attempt.ended_at, attempt.effect
        ), touched as (
            select number, unnest(keys) as key, ended_at, effect from ended
        ), judged as (
            select person.key, touched.ended_at, touched.effect = 'none' and person.attempt = touched.number as is_back
            from touched join {schema}.person on person.outbox = $1 and person.key = touched.key
            where person.stage = 'attempted'
        )
        update {schema}.person set
            stage = case when not is_back then 'attempted' when outcome is null then 'waiting' else 'settled' end,
            attempt = case when is_back then null else attempt end,
            fingerprint = case when is_back then null else fingerprint end,
            baseline = case when is_back then null else baseline end,
            due = case when is_back then null else coalesce(due, judged.ended_at) end
        from judged where person.outbox = $1 and person.key = judged.key";

    /// Settles people. A person whose invitation was created keeps the fingerprint of the first attempt that may have
    /// created it.
    pub(super) const SETTLE: &str = "
        insert into {schema}.person as person (outbox, key, address, stage, outcome, evidence, invitation, code,
            settled_fingerprint, settled_at)
        select $1, key, address, 'settled', outcome, evidence, invitation, code, fingerprint, clock_timestamp()
        from unnest($2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
            as settled (key, address, outcome, evidence, invitation, code, fingerprint)
        on conflict (outbox, key) do update set stage = 'settled', outcome = excluded.outcome,
            evidence = excluded.evidence, invitation = excluded.invitation, code = excluded.code,
            settled_fingerprint = coalesce(excluded.settled_fingerprint,
                case when excluded.outcome = 'created' then person.fingerprint end),
            settled_at = excluded.settled_at, attempt = null, fingerprint = null, baseline = null, due = null";
}

/// Refuses what an outbox does not do.
pub(super) fn check(records: &[Record]) -> Result<(), JournalError> {
    let is_unsupported = |record: &Record| {
        matches!(
            record,
            Record::RoundBegan { .. } | Record::RoundEnded { .. } | Record::Replacing { .. } | Record::TailLost { .. }
        )
    };
    if records.iter().any(is_unsupported) {
        return Err(JournalError::new(
            "an outbox invites each person once, so its journal does not record rounds of inviting people again: use a \
             journal in a file for such a run",
        ));
    }
    Ok(())
}

/// Appends records in one transaction of the leader.
pub(super) async fn append(leadership: &Leadership, records: &[Record]) -> Result<(), JournalError> {
    let outbox = leadership.outbox();
    let appended = Appended {
        records: i64::try_from(records.len()).unwrap_or(i64::MAX),
        last_attempt: records.iter().filter_map(number_of_attempt).max().unwrap_or(0),
    };
    let mut fenced = leadership.begin(appended).await?;
    insert_records(outbox, &mut fenced.transaction, records, fenced.last_record)
        .await
        .map_err(failed)?;
    let mut left = records;
    while let Some(first) = left.first() {
        let kind = std::mem::discriminant(first);
        let same = left.iter().take_while(|record| std::mem::discriminant(*record) == kind);
        let (group, others) = left.split_at(same.count());
        apply(leadership, &mut fenced.transaction, group).await?;
        left = others;
    }
    Ok(fenced.commit().await?)
}

fn failed(error: sqlx::Error) -> Error {
    Error::query("append to the journal of the outbox", error)
}

const fn number_of_attempt(record: &Record) -> Option<i64> {
    match record {
        Record::Attempted { attempt, .. } => Some(signed(*attempt)),
        _ => None,
    }
}

/// Applies records of one kind that follow one another.
async fn apply(leadership: &Leadership, connection: &mut PgConnection, group: &[Record]) -> Result<(), JournalError> {
    let outbox = leadership.outbox();
    match group {
        [Record::Begun { .. }, ..] => begin(outbox, connection, group).await,
        [Record::Attempted { .. }, ..] => {
            for record in group {
                if let Record::Attempted {
                    attempt, lane, people, ..
                } = record
                {
                    put_in_flight(leadership, connection, *attempt, *lane, people)
                        .await
                        .map_err(failed)?;
                }
            }
            Ok(())
        }
        [Record::Ended { .. }, ..] => Ok(end(outbox, connection, group).await.map_err(failed)?),
        [Record::Settled { .. }, ..] => Ok(settle(outbox, connection, group).await.map_err(failed)?),
        _ => Ok(()),
    }
}

async fn begin(outbox: &Outbox, connection: &mut PgConnection, group: &[Record]) -> Result<(), JournalError> {
    for record in group {
        let body = serde_json::to_string(record).map_err(|error| failed(sqlx::Error::Encode(error.into())))?;
        let begun = sqlx::query(outbox.store().sql(statements::BEGIN))
            .bind(outbox.id())
            .bind(body)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        if begun.rows_affected() == 0 {
            return Err(JournalError::new(
                "the journal of the outbox has begun already: open it again, because another process was first",
            ));
        }
    }
    Ok(())
}

async fn put_in_flight(
    leadership: &Leadership,
    connection: &mut PgConnection,
    attempt: u64,
    lane: Lane,
    people: &[AttemptedRecipient],
) -> sqlx::Result<()> {
    let outbox = leadership.outbox();
    // Each once: an insert cannot update a row twice.
    let mut seen = HashSet::new();
    let keyed = people.iter().map(|person| (key(&person.address), person));
    let keyed: Vec<_> = keyed.filter(|(key, _)| seen.insert(key.clone())).collect();
    let keys: Vec<_> = keyed.iter().map(|(key, _)| key.clone()).collect();
    sqlx::query(outbox.store().sql(statements::ATTEMPT))
        .bind(outbox.id())
        .bind(signed(attempt))
        .bind(leadership.epoch())
        .bind(lane.as_str())
        .bind(&keys)
        .execute(&mut *connection)
        .await?;
    let baseline = |ids: &Vec<InvitationId>| serde_json::to_string(ids);
    let baselines = keyed
        .iter()
        .map(|(_, person)| person.baseline.as_ref().map(baseline).transpose());
    let baselines: Result<Vec<_>, _> = baselines.collect();
    let column = |of: fn(&AttemptedRecipient) -> i64| keyed.iter().map(|(_, person)| of(person)).collect::<Vec<_>>();
    sqlx::query(outbox.store().sql(statements::IN_FLIGHT))
        .bind(outbox.id())
        .bind(signed(attempt))
        .bind(&keys)
        .bind(
            keyed
                .iter()
                .map(|(_, person)| person.address.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(column(|person| signed(person.fingerprint)))
        .bind(baselines.map_err(|error| sqlx::Error::Encode(error.into()))?)
        .execute(connection)
        .await
        .map(drop)
}

async fn end(outbox: &Outbox, connection: &mut PgConnection, group: &[Record]) -> sqlx::Result<()> {
    let mut seen = HashSet::new();
    let (mut attempts, mut effects) = (Vec::new(), Vec::new());
    for record in group {
        if let Record::Ended { attempt, effect, .. } = record
            && seen.insert(*attempt)
        {
            attempts.push(signed(*attempt));
            effects.push(effect_text(*effect));
        }
    }
    sqlx::query(outbox.store().sql(statements::END))
        .bind(outbox.id())
        .bind(attempts)
        .bind(effects)
        .execute(connection)
        .await
        .map(drop)
}

/// Settles people. The last record of a person counts.
async fn settle(outbox: &Outbox, connection: &mut PgConnection, group: &[Record]) -> sqlx::Result<()> {
    let mut last = HashMap::new();
    for (index, record) in group.iter().enumerate() {
        if let Record::Settled { address, .. } = record {
            last.insert(key(address), index);
        }
    }
    let mut keys = Vec::new();
    let (mut addresses, mut outcomes, mut evidences) = (Vec::new(), Vec::new(), Vec::new());
    let (mut invitations, mut codes, mut fingerprints) = (Vec::new(), Vec::new(), Vec::new());
    for (key, index) in last {
        if let Record::Settled {
            address,
            outcome,
            evidence,
            id,
            code,
            fingerprint,
        } = &group[index]
        {
            keys.push(key);
            addresses.push(address.as_str());
            outcomes.push(outcome.as_str());
            evidences.push(evidence.as_str());
            invitations.push(id.as_ref().map(InvitationId::as_str));
            codes.push(code.as_ref().map(ErrorCode::as_str));
            fingerprints.push(fingerprint.map(signed));
        }
    }
    sqlx::query(outbox.store().sql(statements::SETTLE))
        .bind(outbox.id())
        .bind(keys)
        .bind(addresses)
        .bind(outcomes)
        .bind(evidences)
        .bind(invitations)
        .bind(codes)
        .bind(fingerprints)
        .execute(connection)
        .await
        .map(drop)
}

fn key(address: &EmailAddress) -> Vec<u8> {
    person_key(&address.normalized())
}

/// Returns an effect as records have it. An effect of a later SDK counts as unknown.
pub(super) const fn effect_text(effect: JournalEffect) -> &'static str {
    match effect {
        JournalEffect::NotApplied => "none",
        JournalEffect::Applied => "applied",
        _ => "unknown",
    }
}
