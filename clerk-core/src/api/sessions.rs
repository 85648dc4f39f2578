//! The sessions of users.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::query_params::list;
use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{OrganizationId, Page, Session, SessionId, SessionStatus, SessionToken, UserId};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on sessions.
    pub const fn sessions(&self) -> SessionsApi<'_> {
        SessionsApi { client: self }
    }
}

resource! {
    /// Operations on sessions, returned by [`Client::sessions`].
    pub struct SessionsApi;

    also [ListSessions];

    /// Reads one session (`GET /v1/sessions/{session_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the session does not exist.
    pub struct GetSession<'a>(session_id: &'a SessionId)
    = Operation::get("GetSession", "/sessions/{session_id}")
    => fn get -> Session;

    /// Creates a session of a user, for tests; Clerk refuses it in production (`POST /v1/sessions`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct CreateSession<'a>(; user_id: UserId) {
        /// The organization that is active.
        active_organization_id: &'a OrganizationId,
    }
    = Operation::post("createSession", "/sessions")
    => send create -> Session;

    /// Revokes a session, which signs the user out (`POST /v1/sessions/{session_id}/revoke`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the session does not exist.
    pub struct RevokeSession<'a>(session_id: &'a SessionId)
    = Operation::post("RevokeSession", "/sessions/{session_id}/revoke").idempotent()
    => fn revoke -> Session;

    /// Creates a JSON Web Token of a session (`POST /v1/sessions/{session_id}/tokens`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the session does not exist.
    pub struct CreateSessionToken<'a>(session_id: &'a SessionId) {
        /// The validity in seconds, from 30.
        expires_in_seconds: u64,
    }
    = Operation::post("CreateSessionToken", "/sessions/{session_id}/tokens")
    => send create_token -> SessionToken;
}

impl SessionsApi<'_> {
    /// Lists sessions (`GET /v1/sessions`), newest first by default.
    ///
    /// Returns one page; [`Client::pages`] reads all.
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for a limit that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list(self, list: &ListSessions) -> Result<Page<Session>> {
        self.client.execute(list).await
    }
}

list! {
    /// Lists sessions of a user or of a client. Clerk returns the ten newest.
    pub struct ListSessions() {
        /// Lists only sessions of this client.
        one client_id: String,
        /// Lists only sessions of this user.
        one user_id: UserId,
        /// Lists only sessions with this status.
        one status: SessionStatus,
    }
    // `paginated` makes Clerk include the total count.
    = Operation::get("GetSessionList", "/sessions") => Session, paginated = true;
}
