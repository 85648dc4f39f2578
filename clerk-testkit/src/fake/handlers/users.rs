mod filter;
mod write;

use serde_json::json;

use super::respond;
use crate::fake::body::read_object;
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams, json_array};
use crate::fake::records::{User, to_json};
use crate::fake::store::{Store, Stored};

pub(super) use filter::Filter;
pub(super) use write::is_phone_number;
pub(crate) use write::{create, merge_metadata, replace_metadata, update};

const USER_ID: &str = "user_id";
const USER_IDS: &str = "user_ids";

/// The largest number of users that one call bans.
const MAX_BANNED: usize = 50;

const LIST_PARAMS: ListParams<User> = ListParams {
    filters: Filter::OF_USERS,
    statuses: &[],
    orders: &[
        ("created_at", |_, user| user.created_at.into()),
        ("updated_at", |_, user| user.updated_at.into()),
        ("email_address", |_, user| user.primary_email_address().into()),
        ("phone_number", |_, user| {
            user.phone_numbers
                .first()
                .map(|contact| contact.phone_number.as_str())
                .into()
        }),
        ("web3wallet", |_, user| {
            user.web3_wallets
                .first()
                .map(|wallet| wallet.web3_wallet.as_str())
                .into()
        }),
        ("username", |_, user| user.username.as_deref().into()),
        ("first_name", |_, user| user.first_name.as_deref().into()),
        ("last_name", |_, user| user.last_name.as_deref().into()),
        ("last_active_at", |_, user| user.last_active_at.into()),
        ("last_sign_in_at", |_, user| user.last_sign_in_at.into()),
    ],
};

/// Carries out `GetUserList`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let mut errors = Vec::new();
    let filter = Filter::read(&query, &mut errors);
    let mut list = List::read(&query, &LIST_PARAMS, errors)?;
    if let Some(id) = query.get(filter::STARTING_AFTER) {
        let position = instance.users.position(id).filter(|_| list.is_by_creation());
        let error = || Refusal::if_any(vec![ErrorItem::param_value_invalid(filter::STARTING_AFTER)]);
        match position {
            Some(position) => list.start_after(position),
            None => error()?,
        }
    }
    let page = list.page(instance, call, &instance.users, filter.scope(), |user| {
        filter.includes_creation(user.created_at) && filter.identifies(instance, user)
    });
    Ok(page.array(to_json))
}

/// Carries out `GetUsersCount`.
pub(crate) fn count(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let mut errors = Vec::new();
    let filter = Filter::read(&query, &mut errors);
    query.refuse_not_simulated(Filter::OF_USERS)?;
    Refusal::if_any(errors)?;
    let users = instance.users.iter().map(|(_, user)| user);
    let found = users.filter(|user| filter.includes_creation(user.created_at) && filter.identifies(instance, user));
    let body = json!({ "object": "total_count", "total_count": found.count() });
    Ok(body.to_string().into())
}

/// Carries out `GetUser`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    Ok(respond(find(&instance.users, call.params.get(USER_ID))?))
}

/// Carries out `DeleteUser`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let user = instance.remove_user(call.params.get(USER_ID)).ok_or_else(not_found)?;
    let mut body = json!({ "object": "user", "id": user.id(), "deleted": true });
    if let Some(external_id) = &user.external_id {
        body["external_id"] = external_id.as_str().into();
    }
    Ok(body.to_string().into())
}

/// Carries out `BanUser`.
pub(crate) fn ban(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    set_banned(instance, call, call.params.get(USER_ID), true).map(Into::into)
}

/// Carries out `UnbanUser`.
pub(crate) fn unban(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    set_banned(instance, call, call.params.get(USER_ID), false).map(Into::into)
}

/// Carries out `UsersBan`, for all of the users or for none.
pub(crate) fn ban_all(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    set_all_banned(instance, call, true)
}

/// Carries out `UsersUnban`, for all of the users or for none.
pub(crate) fn unban_all(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    set_all_banned(instance, call, false)
}

fn set_all_banned(instance: &mut Instance, call: &Call<'_>, banned: bool) -> HandlerResult {
    let mut fields = read_object(call.request)?;
    let ids: Option<Vec<String>> = fields.take_required(USER_IDS);
    if ids.as_ref().is_some_and(|ids| ids.is_empty() || ids.len() > MAX_BANNED) {
        fields.refuse(ErrorItem::param_value_invalid(USER_IDS));
    }
    fields.finish()?;
    let ids = ids.unwrap_or_default();
    for id in &ids {
        find(&instance.users, id)?;
    }
    let users: Result<Vec<String>, _> = ids.iter().map(|id| set_banned(instance, call, id, banned)).collect();
    Ok(json_array(users?.into_iter()).into())
}

/// Bans a user, which ends all sessions, or removes the ban.
fn set_banned(instance: &mut Instance, call: &Call<'_>, id: &str, banned: bool) -> Result<String, Refusal> {
    if banned {
        instance.end_sessions(id, call.at.wall);
    }
    change(instance, call, id, |user| user.banned = banned)
}

/// Carries out `LockUser`.
pub(crate) fn lock(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    change(instance, call, call.params.get(USER_ID), |user| user.set_locked(true)).map(Into::into)
}

/// Carries out `UnlockUser`.
pub(crate) fn unlock(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    change(instance, call, call.params.get(USER_ID), |user| user.set_locked(false)).map(Into::into)
}

/// Changes a user, and returns it as JSON.
pub(super) fn change(
    instance: &mut Instance,
    call: &Call<'_>,
    id: &str,
    change: impl FnOnce(&mut User),
) -> Result<String, Refusal> {
    let changed = instance.users.update(id, |user| {
        change(user);
        user.updated_at = call.at.wall;
        to_json(user)
    });
    changed.ok_or_else(not_found)
}

/// Returns the user of an id.
pub(super) fn find<'a>(users: &'a Store<User>, id: &str) -> Result<&'a User, Refusal> {
    users.get(id).ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::not_found("No user has this id.")
}
