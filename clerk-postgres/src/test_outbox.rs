//! An outbox for tests, and what a leader and an operator do with it.

use sqlx::{Row, query};

use crate::intake::take_in;
use crate::outbox::{Outbox, Target};
use crate::recipient::Recipient;
use crate::submission::BatchId;
use crate::support;

pub(crate) fn with_outbox(test: impl AsyncFnOnce(Outbox)) {
    support::with_store(async |store| {
        let outbox = store.outbox("ins_1", Target::Application).await.expect("an outbox");
        test(outbox).await;
    });
}

pub(crate) async fn submit(outbox: &Outbox, people: impl IntoIterator<Item: Into<Recipient>>) -> BatchId {
    let mut transaction = outbox.store().begin().await.expect("a transaction");
    let submitted = outbox.submit(&mut transaction, people).await.expect("a submission");
    transaction.commit().await.expect("a commit");
    submitted.batch
}

/// Takes in at most `limit` submissions, and returns how many.
pub(crate) async fn take(outbox: &Outbox, limit: i64) -> u64 {
    let mut transaction = outbox.store().begin().await.expect("a transaction");
    let count = take_in(outbox, &mut transaction, limit).await.expect("an intake");
    transaction.commit().await.expect("a commit");
    count
}

/// Returns the texts of the rows of a statement on the outbox.
pub(crate) async fn texts(outbox: &Outbox, statement: &'static str) -> Vec<String> {
    let rows = query(outbox.store().sql(statement))
        .bind(outbox.id())
        .fetch_all(outbox.store().pool())
        .await
        .expect("rows");
    rows.iter().map(|row| row.get(0)).collect()
}
