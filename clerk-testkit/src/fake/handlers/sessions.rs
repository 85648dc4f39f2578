use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_core::ErrorCode;
use http::StatusCode;
use serde_json::json;

use super::{organizations, respond, tokens, users};
use crate::fake::body::{Null, read_object, read_optional_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams, Scope, read_paginated};
use crate::fake::records::{Session, to_json};
use crate::fake::store::Stored;

const SESSION_ID: &str = "session_id";
const EXPIRES_IN: &str = "expires_in_seconds";
const STATUSES: [&str; 7] = [
    "abandoned",
    "active",
    "ended",
    "expired",
    "removed",
    "replaced",
    "revoked",
];

/// The validity of a token, in seconds, and its limits.
const TOKEN_EXPIRES_IN: u64 = 60;
const TOKEN_LIMITS: std::ops::RangeInclusive<u64> = 30..=315_360_000;

const LIST_PARAMS: ListParams<Session> = ListParams {
    filters: &["client_id", "user_id", "paginated"],
    statuses: &STATUSES,
    orders: &[],
};

/// Carries out `GetSessionList`, of a user or of a client.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let mut errors = Vec::new();
    let is_paginated = read_paginated(&query, &mut errors);
    let (client_id, user_id) = (query.get("client_id"), query.get("user_id"));
    if client_id.is_none() && user_id.is_none() {
        errors.push(ErrorItem::param_missing("user_id"));
    }
    let list = List::read(&query, &LIST_PARAMS, errors)?;
    let wall = call.at.wall;
    let page = list.page(instance, call, &instance.sessions, Scope::All, |session| {
        client_id.is_none_or(|id| session.client_id == id)
            && user_id.is_none_or(|id| session.user_id == id)
            && list.includes_status(session.status(wall))
    });
    Ok(page.array_or_envelope(is_paginated, |session| to_json(&session.view(wall))))
}

/// Carries out `GetSession`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let session = instance
        .sessions
        .get(call.params.get(SESSION_ID))
        .ok_or_else(not_found)?;
    Ok(respond(&session.view(call.at.wall)))
}

/// Carries out `createSession`, which exists for tests.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    if call.config.is_production {
        let code = ErrorCode::from("request_invalid_for_environment");
        let hint = "Sessions can be created in development instances only.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, code, "production instance", hint));
    }
    let mut fields = read_object(call.request)?;
    let user_id: Option<String> = fields.take_required("user_id");
    let organization_id: Option<String> = fields.take("active_organization_id", Null::Refused);
    fields.finish()?;
    let (user_id, wall) = (user_id.unwrap_or_default(), call.at.wall);
    if users::find(&instance.users, &user_id)?.banned {
        let code = ErrorCode::from("user_banned");
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            code,
            "banned",
            "The user is banned.",
        ));
    }
    if let Some(id) = &organization_id {
        organizations::find(instance, id)?;
    }
    instance.users.update(&user_id, |user| {
        user.last_sign_in_at = Some(wall);
        user.last_active_at = Some(wall);
    });
    let session = instance.sessions.create(user_id, organization_id, wall);
    call.created.push(session.id().to_owned());
    Ok(respond(&session.view(wall)))
}

/// Carries out `RevokeSession`.
pub(crate) fn revoke(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let revoked = instance.sessions.update(call.params.get(SESSION_ID), |session| {
        session.revoke(call.at.wall);
        respond(&session.view(call.at.wall))
    });
    revoked.ok_or_else(not_found)
}

/// Carries out `CreateSessionToken`. The token has the claims of Clerk's, and a signature that verifies nothing.
pub(crate) fn create_token(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let session = instance
        .sessions
        .get(call.params.get(SESSION_ID))
        .ok_or_else(not_found)?;
    let mut fields = read_optional_object(call.request)?;
    let expires_in: Option<u64> = fields.take(EXPIRES_IN, Null::Accepted);
    if expires_in.is_some_and(|seconds| !TOKEN_LIMITS.contains(&seconds)) {
        fields.refuse(ErrorItem::param_value_invalid(EXPIRES_IN));
    }
    fields.finish()?;
    let now = call.at.wall.as_millis().div_euclid(1000);
    let expires_in = i64::try_from(expires_in.unwrap_or(TOKEN_EXPIRES_IN)).unwrap_or(i64::MAX);
    let header = json!({ "alg": "RS256", "kid": tokens::KEY_ID, "typ": "JWT" });
    let mut claims = json!({
        "iss": "https://fake.clerk.test",
        "sub": &session.user_id,
        "sid": session.id(),
        "iat": now,
        "nbf": now,
        "exp": now.saturating_add(expires_in),
    });
    if let Some(id) = &session.organization_id {
        claims["org_id"] = id.as_str().into();
    }
    let parts = [header.to_string(), claims.to_string(), "fake signature".to_owned()];
    let parts = parts.map(|part| URL_SAFE_NO_PAD.encode(part));
    Ok(respond(&json!({ "object": "token", "jwt": parts.join(".") })))
}

fn not_found() -> Refusal {
    Refusal::not_found("No session has this id.")
}
