//! An outbox: where people are submitted for one resource of one instance.

use std::fmt;
use std::sync::Arc;

use clerk_core::model::OrganizationId;
use sqlx::Row;

use crate::error::{Error, ErrorKind};
use crate::store::Store;

/// What people of an [`Outbox`] are invited to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// The application.
    Application,
    /// An organization.
    Organization(OrganizationId),
}

impl Target {
    /// Returns the path of the resource below `/v1`, as journals name it.
    pub(crate) fn resource(&self) -> String {
        match self {
            Self::Application => "invitations".to_owned(),
            Self::Organization(id) => format!("organizations/{id}/invitations"),
        }
    }
}

/// Where people are submitted for one [`Target`] of one instance. Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    store: Store,
    id: i64,
    instance: Arc<str>,
    target: Target,
    notifies: bool,
}

impl Store {
    /// Opens the outbox of this target, and creates it if there is none.
    ///
    /// `instance` is the id of the instance, such as `ins_1`: development and production can share a database.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] of kind [`InvalidArgument`](ErrorKind::InvalidArgument) if `instance` is empty, and others as for any
    /// statement.
    pub async fn outbox(&self, instance: impl AsRef<str>, target: Target) -> Result<Outbox, Error> {
        const ACTION: &str = "open the outbox";
        let instance = instance.as_ref();
        if instance.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "the id of the instance is empty: use the one of `client.instance()`, such as `ins_1`",
            ));
        }
        let mut connection = self.acquire().await?;
        // The row is new once only. Without the first statement, each opening would burn an id and write a row.
        let find = "select id from {schema}.outbox where instance = $1 and resource = $2";
        let create = "insert into {schema}.outbox (instance, resource) values ($1, $2) \
                      on conflict (instance, resource) do nothing returning id";
        for statement in [find, create, find] {
            let row = sqlx::query(self.sql(statement))
                .bind(instance)
                .bind(target.resource())
                .fetch_optional(&mut *connection)
                .await
                .map_err(|error| Error::query(ACTION, error))?;
            if let Some(row) = row {
                return Ok(Outbox {
                    store: self.clone(),
                    id: row.try_get(0).map_err(|error| Error::query(ACTION, error))?,
                    instance: instance.into(),
                    target,
                    notifies: false,
                });
            }
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "could not open the outbox: it was deleted at the same time; try again",
        ))
    }
}

impl Outbox {
    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the id of the instance.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Returns what people are invited to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Sets whether a submission sends a notification (`NOTIFY`) when it commits, on the channel
    /// [`channel`](Self::channel); by default, it does not.
    ///
    /// Workers read the tables every second, so notifications are only for an application that wants to know earlier. The
    /// server sends them one transaction after the other, so submissions in small transactions become less than half as fast.
    #[must_use]
    pub fn notify(mut self, notifies: bool) -> Self {
        self.notifies = notifies;
        self
    }

    /// Returns the channel of the notifications, as for `LISTEN`: `clerk_outbox_` and a number.
    pub fn channel(&self) -> String {
        format!("clerk_outbox_{}", self.id)
    }

    pub(crate) fn notifies(&self) -> bool {
        self.notifies
    }

    /// Returns the id of the outbox in the tables.
    pub(crate) fn id(&self) -> i64 {
        self.id
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("instance", &self.instance)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
