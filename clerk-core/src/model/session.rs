//! Sessions, and the tokens that tests sign in with.

use serde::{Deserialize, Serialize};

use super::{OrganizationId, SessionId, SignInTokenId, Timestamp, UserId, open_enum};
use crate::sensitive::Sensitive;

/// A session of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// The user.
    pub user_id: UserId,
    /// The client, which is a browser or a device.
    #[serde(default)]
    pub client_id: String,
    /// The status of the session.
    pub status: SessionStatus,
    /// The organization that was last active in the session.
    pub last_active_organization_id: Option<OrganizationId>,
    /// When the session was last active.
    pub last_active_at: Timestamp,
    /// When the session expires.
    pub expire_at: Timestamp,
    /// When the session is abandoned if the user does not return.
    pub abandon_at: Timestamp,
    /// When the session was created.
    pub created_at: Timestamp,
    /// When the session was last changed.
    pub updated_at: Timestamp,
}

open_enum! {
    /// The status of a session.
    pub enum SessionStatus {
        /// The user is signed in.
        Active = "active",
        /// The application revoked the session.
        Revoked = "revoked",
        /// The user signed out.
        Ended = "ended",
        /// The session expired.
        Expired = "expired",
        /// The user signed out of all sessions of the client.
        Removed = "removed",
        /// The user did not return.
        Abandoned = "abandoned",
        /// Another session replaced it.
        Replaced = "replaced",
        /// The user has to complete tasks first.
        Pending = "pending",
    }
}

/// A token of a session, as a JSON Web Token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionToken {
    /// The token. Treat it like a password.
    pub jwt: Option<Sensitive>,
}

/// A token that signs a user in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignInToken {
    /// The token's id.
    pub id: SignInTokenId,
    /// The user.
    pub user_id: UserId,
    /// The token. Treat it like a password. Clerk sends it when the token is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Sensitive>,
    /// The link that signs the user in. It carries the token.
    pub url: Option<Sensitive>,
    /// The status of the token.
    pub status: SignInTokenStatus,
    /// When the token was created.
    pub created_at: Timestamp,
    /// When the token was last changed.
    pub updated_at: Timestamp,
}

open_enum! {
    /// The status of a sign-in token.
    pub enum SignInTokenStatus {
        /// Not used yet.
        Pending = "pending",
        /// The user signed in with it.
        Accepted = "accepted",
        /// Revoked.
        Revoked = "revoked",
    }
}

/// A token that lets automated tests bypass the detection of bots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TestingToken {
    /// The token. Treat it like a password.
    pub token: Sensitive,
    /// When the token expires.
    pub expires_at: Timestamp,
}

/// The public keys that verify the instance's session tokens (RFC 7517).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JsonWebKeySet {
    /// The keys, as a library for JSON Web Tokens reads them.
    #[serde(default)]
    pub keys: Vec<serde_json::Value>,
}
