//! Creates the tables, and brings those of an earlier version up to date.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::error::{Error, ErrorKind};
use crate::store::Store;

/// The migrations, in order. Version 1 is the first one. A published one never changes.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_outbox.sql")];

/// The key of the advisory lock, together with a hash of the schema's name. It is "clerk" in ASCII.
const LOCK: i64 = 0x63_6c_65_72_6b;

const ACTION: &str = "migrate the tables";

impl Store {
    /// Creates the schema and its tables, or brings them up to date. Does nothing if they are.
    ///
    /// All of it is one transaction under a lock, so that any number of processes can call it when they start, and a crash
    /// leaves nothing half done. The user needs no permission to create anything if nothing is to be created.
    ///
    /// The statements are also in the folder `migrations` of the package, for those who run migrations by other means.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] of kind [`SchemaMismatch`](ErrorKind::SchemaMismatch) if a newer version of this crate made the tables,
    /// and others as for any statement.
    pub async fn migrate(&self) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        self.migrate_in(&mut transaction).await?;
        transaction.commit().await.map_err(|error| Error::query(ACTION, error))
    }

    async fn migrate_in(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let failed = |error| Error::query(ACTION, error);
        sqlx::query("select pg_advisory_xact_lock($1 # hashtextextended($2, 0))")
            .bind(LOCK)
            .bind(self.schema().as_str())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        let applied = self.applied_migrations(connection).await.map_err(failed)?;
        check_applied(self.schema().as_str(), &applied)?;
        if applied.len() == MIGRATIONS.len() {
            return Ok(());
        }
        if applied.is_empty() {
            self.create_schema(connection).await.map_err(failed)?;
        }
        let search_path = format!("set local search_path to {}", self.schema().quoted());
        sqlx::raw_sql(AssertSqlSafe(search_path))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        for (&text, version) in MIGRATIONS.iter().zip(1_i32..).skip(applied.len()) {
            sqlx::raw_sql(text).execute(&mut *connection).await.map_err(failed)?;
            sqlx::query(self.sql("insert into {schema}.migration (version, checksum) values ($1, $2)"))
                .bind(version)
                .bind(checksum(text))
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Returns the checksums of the migrations that were applied, in order.
    async fn applied_migrations(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
        let exists = "select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                      where n.nspname = $1 and c.relname = 'migration')";
        let exists: bool = sqlx::query(exists)
            .bind(self.schema().as_str())
            .fetch_one(&mut *connection)
            .await?
            .try_get(0)?;
        if !exists {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(self.sql("select checksum from {schema}.migration order by version"))
            .fetch_all(&mut *connection)
            .await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }

    /// Creates the schema and the table of migrations. A schema that exists is used, also where the user may not create any.
    async fn create_schema(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let exists: bool = sqlx::query("select exists (select from pg_catalog.pg_namespace where nspname = $1)")
            .bind(self.schema().as_str())
            .fetch_one(&mut *connection)
            .await?
            .try_get(0)?;
        if !exists {
            sqlx::raw_sql(self.sql("create schema {schema}"))
                .execute(&mut *connection)
                .await?;
        }
        let table = "create table {schema}.migration (version integer primary key, checksum text not null, \
                     applied_at timestamptz not null default clock_timestamp())";
        sqlx::raw_sql(self.sql(table)).execute(connection).await?;
        Ok(())
    }
}

/// Checks that the migrations that were applied are the first ones of this version.
fn check_applied(schema: &str, applied: &[String]) -> Result<(), Error> {
    let mismatch = |message| Err(Error::new(ErrorKind::SchemaMismatch, message));
    if applied.len() > MIGRATIONS.len() {
        return mismatch(format!(
            "the tables in the schema {schema:?} have version {}, but this program knows only {}: a newer version of \
             clerk-postgres has changed them, so update this program",
            applied.len(),
            MIGRATIONS.len()
        ));
    }
    for ((text, applied), version) in MIGRATIONS.iter().zip(applied).zip(1..) {
        if checksum(text) != *applied {
            return mismatch(format!(
                "migration {version} of the tables in the schema {schema:?} is not that of this program: another version of \
                 clerk-postgres has created the tables, so use that version or another schema"
            ));
        }
    }
    Ok(())
}

/// Returns the checksum of a migration, which does not depend on how its lines end.
fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text.replace("\r\n", "\n"));
    digest.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
