//! Takes in what was submitted: the leader's half of the intake.

use sqlx::{PgConnection, Row};

use crate::outbox::Outbox;

/// Whether there are submissions to take in. Without the order, the planner might read all submissions for it.
const HAS_WAITING: &str = "
    select (
        select id from {schema}.submission where outbox = $1 and taken_as is null order by id limit 1
    ) is not null";

/// Takes submissions in, in their order, and says for each whether it is the person's first, repeats it or differs from it.
///
/// People whose row comes from a run that had its own input have no request. They get the one of their first submission, unless
/// they are settled. People who are archived get their address back until they are archived again. Requests that differ only
/// in how the address is written are the same one. The literal limit makes the planner expect few rows.
const TAKE_IN: &str = "
    with waiting as materialized (
        select id, key, address, body, replace(body, to_json(address)::text, '') as options
        from (
            select id, key, address, body from {schema}.submission where outbox = $1 and taken_as is null
            order by id limit 1000 for update skip locked
        ) as next limit $2
    ), first as materialized (
        select distinct on (key) id, key, address, body, options from waiting order by key, id
    ), known as materialized (
        select person.key, replace(person.body, to_json(person.address)::text, '') as options
        from first join {schema}.person on person.outbox = $1 and person.key = first.key
    ), written as (
        insert into {schema}.person as person (outbox, key, address, body)
        select $1, key, address, body from first order by id
        on conflict (outbox, key) do update set address = excluded.address,
            body = case when person.stage = 'settled' then null else excluded.body end
        where person.body is null
        returning person.key, person.stage
    ), created as (
        select key from written where stage <> 'settled'
    ), judged as (
        select waiting.id, case
            when created.key is not null and first.id = waiting.id then 'first'
            when waiting.options = coalesce(known.options, first.options) then 'repeated'
            when known.key is not null and known.options is null and created.key is null then 'repeated'
            else 'differing' end as taken_as
        from waiting join first using (key) left join created using (key) left join known using (key)
    ), taken as (
        update {schema}.submission as submission set taken_as = judged.taken_as
        from judged where submission.id = judged.id returning submission.taken_as
    )
    select count(*) from taken";

/// Whether there are submissions to take in.
pub(crate) async fn has_waiting(outbox: &Outbox) -> sqlx::Result<bool> {
    sqlx::query(outbox.store().sql(HAS_WAITING))
        .bind(outbox.id())
        .fetch_one(outbox.store().pool())
        .await?
        .try_get(0)
}

/// Takes in at most `limit` submissions, and at most 1,000, within a transaction of the leader that has extended its lease. Returns how many.
pub(crate) async fn take_in(outbox: &Outbox, transaction: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    let count: i64 = sqlx::query(outbox.store().sql(TAKE_IN))
        .bind(outbox.id())
        .bind(limit)
        .fetch_one(transaction)
        .await?
        .try_get(0)?;
    Ok(count.unsigned_abs())
}

#[cfg(test)]
mod tests;
