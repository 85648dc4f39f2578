//! Fills an outbox with finished people, by statements of its own.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection, query_scalar, raw_sql};

use crate::outbox::Outbox;

/// How long ago the oldest people were settled, at least.
pub(super) const OLD: Duration = Duration::from_secs(50 * 24 * 60 * 60);

/// How many people are that old.
pub(super) const OLD_PEOPLE: u64 = 2_000;

/// Returns the address of the person with this number, from 1.
pub(super) fn address(number: usize) -> String {
    format!("person-{number}@example.com")
}

/// In the order of the keys, so that indexes are filled quickly. Ten people are in an attempt, twenty in a batch. The triggers
/// that check references are off.
const FILL: &str = "
    set session_replication_role = replica;
    set synchronous_commit = off;
    create unlogged table {schema}.filled as
        select row_number() over (order by key) as r, address, key
        from (
            select address, substr(sha256(address::bytea), 1, 16) as key
            from (select format('person-%s@example.com', n) as address from generate_series(1, {people}) as n) as addresses
        ) as people;
    create view {schema}.filled_people as
        select r, address, key, format('{\"email_address\":\"%s\"}', address) as body, (r - 1) / 10 + 1 as attempt,
            now() - case when r <= 2000 then interval '100 days' else interval '10 days' end as settled_at
        from {schema}.filled;
    insert into {schema}.batch (outbox, idempotency_key, people)
        select {outbox}, 'filled-' || n, 20 from generate_series(1, {people} / 20) as n;
    insert into {schema}.submission (outbox, batch, key, address, body, taken_as)
        select {outbox}, (r - 1) / 20 + 1, key, address, body, 'first' from {schema}.filled_people;
    insert into {schema}.person (outbox, key, address, body, stage, outcome, evidence, invitation, settled_at)
        select {outbox}, key, address, body, 'settled', case when r % 50 = 0 then 'refused' else 'created' end, 'answer',
            'inv_' || r, settled_at
        from {schema}.filled_people;
    insert into {schema}.attempt (outbox, number, epoch, lane, at, ended_at, effect, keys)
        select {outbox}, attempt, 1, 'bulk', min(settled_at), min(settled_at), 'applied', array_agg(key)
        from {schema}.filled_people group by attempt;
    insert into {schema}.record (outbox, number, body)
        select {outbox}, 1, '{\"begun\":{\"version\":2,\"instance\":\"ins_1\",\"resource\":\"invitations\"}}'
        union all
        select {outbox}, attempt * 2 + record, case record
            when 0 then format(
                '{\"attempted\":{\"attempt\":%s,\"lane\":\"bulk\",\"at\":%s,\"people\":[{\"address\":\"%s\",\"fingerprint\":1}]}}',
                attempt, (extract(epoch from settled_at) * 1000)::bigint, address)
            else format('{\"ended\":{\"attempt\":%s,\"at\":%s,\"effect\":\"applied\"}}',
                attempt, (extract(epoch from settled_at) * 1000)::bigint) end
        from {schema}.filled_people, generate_series(0, 1) as record where r % 10 = 0;
    update {schema}.outbox set last_attempt = {people} / 10, last_record = {people} / 10 * 2 + 1,
        begun = (select body from {schema}.record where outbox = {outbox} and number = 1) where id = {outbox};
    drop table {schema}.filled cascade;";

/// Fills an outbox, and collects the statistics of its tables.
pub(super) async fn fill(outbox: &Outbox, people: u64) {
    let options = outbox.store().pool().connect_options();
    let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
    let schema = outbox.store().schema();
    let fill = FILL
        .replace("{schema}", schema.as_str())
        .replace("{people}", &people.to_string())
        .replace("{outbox}", &outbox.id().to_string());
    raw_sql(AssertSqlSafe(fill))
        .execute(&mut connection)
        .await
        .expect("the people");
    for table in ["batch", "submission", "person", "attempt", "record"] {
        let vacuum = format!("vacuum (analyze) {schema}.{table}");
        raw_sql(AssertSqlSafe(vacuum))
            .execute(&mut connection)
            .await
            .expect("a vacuum");
    }
    let process: i32 = query_scalar("select pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .expect("a process");
    connection.close().await.expect("the end");
    // The process reports what it has scanned before it ends.
    let is_there = "select exists (select from pg_stat_activity where pid = $1)";
    for _ in 0..100_000 {
        let is_there: bool = query_scalar(is_there)
            .bind(process)
            .fetch_one(outbox.store().pool())
            .await
            .expect("the processes");
        if !is_there {
            return;
        }
    }
    panic!("the process that filled the tables does not end");
}
