//! The rows of the journal's records.

use clerk_core::run::journal::Record;
use sqlx::PgConnection;

use crate::outbox::Outbox;

const INSERT: &str = "
    insert into {schema}.record (outbox, number, body)
    select $1, number, body from unnest($2::bigint[], $3::text[]) as appended (number, body)";

/// Inserts records. `last` is the number of the last of them.
pub(crate) async fn insert_records(
    outbox: &Outbox,
    connection: &mut PgConnection,
    records: &[Record],
    last: i64,
) -> sqlx::Result<()> {
    let bodies = records.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    let bodies = bodies.map_err(|error| sqlx::Error::Encode(error.into()))?;
    let first = last - i64::try_from(bodies.len()).unwrap_or(i64::MAX) + 1;
    let numbers: Vec<i64> = (first..=last).collect();
    sqlx::query(outbox.store().sql(INSERT))
        .bind(outbox.id())
        .bind(numbers)
        .bind(bodies)
        .execute(connection)
        .await
        .map(drop)
}

/// Returns the integer of PostgreSQL for an unsigned one: the same bits.
pub(crate) const fn signed(number: u64) -> i64 {
    number.cast_signed()
}

/// Returns the unsigned integer that [`signed`] was made of.
pub(crate) const fn unsigned(number: i64) -> u64 {
    number.cast_unsigned()
}
