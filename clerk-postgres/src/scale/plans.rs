//! Whether statements read large tables as a whole: by their plans, and by what the server has counted.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, query, raw_sql};

use crate::outbox::Outbox;

/// The tables that grow with the people.
const LARGE: [&str; 5] = ["batch", "submission", "person", "attempt", "record"];

/// Returns how often the server has read each large table as a whole.
pub(super) async fn scans(outbox: &Outbox) -> BTreeMap<String, i64> {
    let options = outbox.store().pool().connect_options();
    let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
    let rows =
        query("select relname::text, seq_scan from pg_stat_user_tables where schemaname = $1 and relname = any($2)")
            .bind(outbox.store().schema().as_str())
            .bind(LARGE.map(str::to_owned).to_vec())
            .fetch_all(&mut connection)
            .await
            .expect("the statistics");
    connection.close().await.expect("the end");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Returns the tables that were read as a whole in between.
pub(super) fn scanned(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> Vec<String> {
    let scanned = after.iter().filter_map(|(table, scans)| {
        let count = scans - before.get(table).copied().unwrap_or(0);
        (count > 0).then(|| format!("the table {table} was read as a whole {count} times"))
    });
    scanned.collect()
}

/// Checks the plan of each statement that was used, as it is without knowledge of its parameters.
pub(super) async fn check(outbox: &Outbox, failures: &mut Vec<String>) {
    let options = outbox.store().pool().connect_options();
    let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
    run(&mut connection, "set plan_cache_mode = force_generic_plan".to_owned()).await;
    let mut count = 0;
    for statement in outbox.store().statements() {
        let kind = statement.split_whitespace().next().unwrap_or_default();
        if !["select", "with", "insert", "update", "delete"].contains(&kind) {
            continue;
        }
        count += 1;
        let parameters = (1..20).take_while(|n| statement.contains(&format!("${n}"))).count();
        run(&mut connection, format!("prepare planned as {statement}")).await;
        let execute = match parameters {
            0 => "execute planned".to_owned(),
            _ => format!("execute planned ({})", vec!["null"; parameters].join(", ")),
        };
        let rows = raw_sql(AssertSqlSafe(format!("explain {execute}")))
            .fetch_all(&mut connection)
            .await
            .expect("a plan");
        run(&mut connection, "deallocate planned".to_owned()).await;
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let reads_all = |line: &String| {
            LARGE
                .iter()
                .any(|table| line.contains(&format!("Seq Scan on {table} ")))
        };
        if plan.iter().any(reads_all) {
            failures.push(format!(
                "a plan reads a table as a whole:\n{statement}\n{}",
                plan.join("\n")
            ));
        }
    }
    println!("checked the plans of {count} statements");
    assert!(count > 35, "only {count} statements were used");
    connection.close().await.expect("the end");
}

async fn run(connection: &mut PgConnection, statement: String) {
    raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await
        .expect("a statement");
}
