//! Sessions of users, and the tokens that start them.

use std::time::Duration;

use clerk_core::model::Timestamp;
use serde::Serialize;

use crate::fake::store::{Store, stored};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const ACTIVE: &str = "active";
const PENDING: &str = "pending";

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    id: String,
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    is_revoked: bool,
    pub(crate) organization_id: Option<String>,
    expires_at: Timestamp,
    pub(crate) created_at: Timestamp,
    updated_at: Timestamp,
}

stored!(Session, "sess_fake", UserId => user_id;
    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
);

impl Store<Session> {
    pub(crate) fn create(&mut self, user_id: String, organization_id: Option<String>, wall: Timestamp) -> &Session {
        self.insert_with(|number, id| Session {
            id,
            user_id,
            client_id: format!("client_fake{number:06}"),
            is_revoked: false,
            organization_id,
            expires_at: wall.saturating_add(7 * DAY),
            created_at: wall,
            updated_at: wall,
        })
    }
}

impl Session {
    pub(crate) fn status(&self, wall: Timestamp) -> &'static str {
        if self.is_revoked {
            "revoked"
        } else if self.expires_at <= wall {
            "expired"
        } else {
            ACTIVE
        }
    }

    pub(crate) fn revoke(&mut self, wall: Timestamp) {
        if self.status(wall) == ACTIVE {
            self.is_revoked = true;
            self.updated_at = wall;
        }
    }

    /// Returns the session as Clerk's API shows it.
    pub(crate) fn view(&self, wall: Timestamp) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct View<'a> {
            object: &'static str,
            id: &'a str,
            user_id: &'a str,
            client_id: &'a str,
            status: &'static str,
            last_active_organization_id: Option<&'a str>,
            last_active_at: Timestamp,
            expire_at: Timestamp,
            abandon_at: Timestamp,
            created_at: Timestamp,
            updated_at: Timestamp,
        }

        View {
            object: "session",
            id: &self.id,
            user_id: &self.user_id,
            client_id: &self.client_id,
            status: self.status(wall),
            last_active_organization_id: self.organization_id.as_deref(),
            last_active_at: self.created_at,
            expire_at: self.expires_at,
            abandon_at: self.expires_at.saturating_add(23 * DAY),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// A token that signs a user in, serialized as Clerk's API shows it once the token is created.
#[derive(Debug, Serialize)]
pub(crate) struct SignInToken {
    object: &'static str,
    id: String,
    status: &'static str,
    pub(crate) user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    url: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip)]
    expires_at: Timestamp,
}

stored!(SignInToken, "sit_fake", UserId => user_id);

impl Store<SignInToken> {
    pub(crate) fn create(&mut self, user_id: String, expires_in: Duration, wall: Timestamp) -> &SignInToken {
        self.insert_with(|number, id| {
            let token = format!("fake_sign_in_ticket_{number:06}");
            SignInToken {
                object: "sign_in_token",
                id,
                status: PENDING,
                user_id,
                url: Some(format!("https://fake.clerk.test/v1/tickets/accept?ticket={token}")),
                token: Some(token),
                created_at: wall,
                updated_at: wall,
                expires_at: wall.saturating_add(expires_in),
            }
        })
    }
}

impl SignInToken {
    pub(crate) fn is_pending(&self, wall: Timestamp) -> bool {
        self.status == PENDING && wall < self.expires_at
    }

    /// Revokes the token. Clerk no longer shows it.
    pub(crate) fn revoke(&mut self, wall: Timestamp) {
        self.status = "revoked";
        self.updated_at = wall;
        self.token = None;
        self.url = None;
    }
}
