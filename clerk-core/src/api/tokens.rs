//! Tokens that sign users in, that tests need, and the keys that verify sessions.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::resource::resource;
use crate::client::Client;
use crate::model::{JsonWebKeySet, OrganizationId, SignInToken, SignInTokenId, TestingToken, UserId};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on tokens.
    pub const fn tokens(&self) -> TokensApi<'_> {
        TokensApi { client: self }
    }
}

resource! {
    /// Operations on tokens, returned by [`Client::tokens`].
    pub struct TokensApi;

    also [];

    /// Creates a token that signs a user in without a password (`POST /v1/sign_in_tokens`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct CreateSignInToken<'a>(; user_id: UserId) {
        /// The organization that is active after signing in.
        org_id: &'a OrganizationId,
        /// The validity in seconds; 30 days by default.
        expires_in_seconds: u64,
    }
    = Operation::post("CreateSignInToken", "/sign_in_tokens")
    => send create_sign_in -> SignInToken;

    /// Revokes a pending sign-in token (`POST /v1/sign_in_tokens/{sign_in_token_id}/revoke`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the token does not exist, or
    /// `sign_in_token_cannot_be_revoked_code` if it is used or revoked.
    pub struct RevokeSignInToken<'a>(sign_in_token_id: &'a SignInTokenId)
    = Operation::post("RevokeSignInToken", "/sign_in_tokens/{sign_in_token_id}/revoke").idempotent()
    => fn revoke_sign_in -> SignInToken;

    /// Creates a token that lets automated tests bypass the detection of bots (`POST /v1/testing_tokens`).
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub struct CreateTestingToken()
    = Operation::post("CreateTestingToken", "/testing_tokens").idempotent()
    => fn create_testing -> TestingToken;

    /// Reads the public keys that verify the instance's session tokens (`GET /v1/jwks`).
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub struct GetJwks()
    = Operation::get("GetJWKS", "/jwks")
    => fn jwks -> JsonWebKeySet;
}
