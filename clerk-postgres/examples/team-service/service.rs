//! The team, its invitations, and how they are stored together.

use std::error::Error;

use clerk_hyper::{Client, ClientBuilder};
use clerk_postgres::sqlx::{self, PgPool};
use clerk_postgres::{Outbox, Store, Target};

/// The application's own table.
const TEAM: &str = "create table if not exists team (email_address text primary key)";

/// The state that all requests share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Service {
    outbox: Outbox,
    clerk: Client,
}

impl Service {
    /// Connects to the database, and creates the tables if they are missing.
    pub(crate) async fn open(database: &str, clerk: ClientBuilder) -> Result<Self, Box<dyn Error>> {
        let store = Store::new(PgPool::connect_lazy(database)?);
        store.migrate().await?;
        sqlx::query(TEAM).execute(store.pool()).await?;
        let instance = clerk.clone().build()?.instance().get().await?.id;
        // All calls of all instances come out of one budget, also those of requests.
        let clerk = clerk.shared_budget(store.budget(instance.as_str())).build()?;
        let outbox = store.outbox(&instance, Target::Application).await?;
        Ok(Self { outbox, clerk })
    }

    pub(crate) const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    pub(crate) const fn clerk(&self) -> &Client {
        &self.clerk
    }

    /// Adds people to the team, and invites those who were not in it. Either both happen or neither.
    pub(crate) async fn add(&self, people: Vec<String>) -> Result<usize, Box<dyn Error + Send + Sync>> {
        let mut transaction = self.outbox.store().begin().await?;
        let new: Vec<String> = sqlx::query_scalar(
            "insert into team select distinct * from unnest($1::text[]) on conflict do nothing returning email_address",
        )
        .bind(people)
        .fetch_all(&mut *transaction)
        .await?;
        self.outbox.submit(&mut transaction, &new).await?;
        transaction.commit().await?;
        Ok(new.len())
    }
}
