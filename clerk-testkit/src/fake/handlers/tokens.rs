use std::time::Duration;

use clerk_core::ErrorCode;
use http::StatusCode;
use serde_json::json;

use super::organization_invitations::not_a_member;
use super::{organizations, respond, users};
use crate::fake::body::{Null, read_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::store::Stored;

/// The id of the only key.
pub(super) const KEY_ID: &str = "ins_fake";

/// The modulus of an RSA key that signs nothing.
const MODULUS: &str = "x8FsL9Szcos02mHwztVUPfALeggBiZE5Eq-txMsCDDvbVeWbKBKSGp987EQxLYh28EA5suvEh5f5LnwMyw1C2LwE7FzwPiiWweXlW_Nh-6O7CJ5943eJwBERNERQmO2xfKq4TiTiCtaem34N7ICEyMqkcV8g1RimfIuGVvLdDwB2WSGEPoFCSrQGA1fAF2x4QxZhDsjRVgJS3J9nVdhQYjrFZYoG6BVEtjSXzJCgiw6c4OIUtnVIs1mviN6z1MCHykz_VMvjwkgIwtYS8VhOECl2-5QlbKQSSq2-nhiB_jlJxifIc4d8zGMZAlnnhBmB7Nse7vssxuftfDX-kaED1w";

const EXPIRES_IN: &str = "expires_in_seconds";
const SIGN_IN_EXPIRES_IN: u64 = 2_592_000;
const TESTING_EXPIRES_IN: Duration = Duration::from_secs(60 * 60);

/// Carries out `CreateSignInToken`.
pub(crate) fn create_sign_in(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let mut fields = read_object(call.request)?;
    let user_id: Option<String> = fields.take_required("user_id");
    let organization_id: Option<String> = fields.take("org_id", Null::Accepted);
    let expires_in: Option<u64> = fields.take(EXPIRES_IN, Null::Accepted);
    if expires_in == Some(0) {
        fields.refuse(ErrorItem::param_value_invalid(EXPIRES_IN));
    }
    fields.finish()?;
    let user_id = user_id.unwrap_or_default();
    let user = users::find(&instance.users, &user_id)?;
    if let Some(id) = &organization_id {
        organizations::find(instance, id)?;
        instance.role_in(id, user).ok_or_else(not_a_member)?;
    }
    let expires_in = Duration::from_secs(expires_in.unwrap_or(SIGN_IN_EXPIRES_IN));
    let token = instance.sign_in_tokens.create(user_id, expires_in, call.at.wall);
    call.created.push(token.id().to_owned());
    Ok(respond(token))
}

/// Carries out `RevokeSignInToken`.
pub(crate) fn revoke_sign_in(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let (id, wall) = (call.params.get("sign_in_token_id"), call.at.wall);
    let not_found = || Refusal::not_found("No sign-in token has this id.");
    if !instance.sign_in_tokens.get(id).ok_or_else(not_found)?.is_pending(wall) {
        let code = ErrorCode::from("sign_in_token_cannot_be_revoked_code");
        let hint = "The token is not pending.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, code, "not pending", hint));
    }
    let revoked = instance.sign_in_tokens.update(id, |token| {
        token.revoke(wall);
        respond(token)
    });
    revoked.ok_or_else(not_found)
}

/// Carries out `CreateTestingToken`.
pub(crate) fn create_testing(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    instance.tokens += 1;
    let expires_at = call.at.wall.saturating_add(TESTING_EXPIRES_IN);
    Ok(respond(&json!({
        "object": "testing_token",
        "token": format!("fake_testing_token_{:06}", instance.tokens),
        "expires_at": expires_at,
    })))
}

/// Carries out `GetJWKS`.
pub(crate) fn jwks(_: &Instance, _: &Call<'_>) -> HandlerResult {
    let key = json!({ "kid": KEY_ID, "alg": "RS256", "use": "sig", "kty": "RSA", "n": MODULUS, "e": "AQAB" });
    Ok(respond(&json!({ "keys": [key] })))
}
