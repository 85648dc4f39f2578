use clerk_core::ErrorCode;
use http::StatusCode;

use super::{BULK_MAX, deleted, find_duplicates, respond};
use crate::fake::body::{Fields, Null, read_array, read_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::instance_config::{InstanceConfig, PendingDuplicate};
use crate::fake::list::{List, ListParams, Scope, json_array, read_paginated};
use crate::fake::records::{EXPIRES_IN_DAYS, Invitation, NewInvitation, REVOKED, Resolution, STATUSES, to_json};
use crate::fake::store::Stored;

const INVITATION_ID: &str = "invitation_id";
const TEMPLATE_SLUG: &str = "template_slug";

const LIST_PARAMS: ListParams<Invitation> = ListParams {
    filters: &["paginated", "query"],
    statuses: &STATUSES,
    orders: &[
        ("created_at", |_, invitation| invitation.state.created_at.into()),
        ("email_address", |_, invitation| {
            invitation.email_address.as_str().into()
        }),
        ("expires_at", |_, invitation| invitation.state.expires_at.into()),
    ],
};

/// Carries out `CreateInvitation`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let new = read_new(read_object(call.request)?, Null::Refused, call.config)?;
    let invitation = invite(instance, call, new)?;
    Ok(to_json(&invitation.view(call.at.wall)).into())
}

/// Carries out `CreateBulkInvitations`, for all of the people or for none.
pub(crate) fn create_bulk(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let people = read_array(call.request, BULK_MAX, |person| {
        read_new(person, Null::Accepted, call.config)
    })?;
    check(instance, &people, true, call)?;
    let count = call.extent.apply(people.len());
    let created = people.into_iter().take(count).map(|new| {
        let invitation = create_checked(instance, call, new);
        to_json(&invitation.view(call.at.wall))
    });
    Ok(json_array(created).into())
}

/// Carries out `ListInvitations`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let mut errors = Vec::new();
    let is_paginated = read_paginated(&query, &mut errors);
    let list = List::read(&query, &LIST_PARAMS, errors)?;
    let wall = call.at.wall;
    let has_status = |status: &str| match list.has_statuses() {
        true => list.includes_status(status),
        // By default, the list has all invitations but the revoked ones.
        false => status != REVOKED,
    };
    let page = list.page(instance, call, &instance.invitations, Scope::All, |invitation| {
        has_status(invitation.state.status(wall))
            && query.matches_id_or_address(invitation.id(), &invitation.email_address)
    });
    let view = |invitation: &Invitation| to_json(&invitation.view(wall));
    Ok(page.array_or_envelope(is_paginated, view))
}

/// Carries out `RevokeInvitation`. An expired invitation can be revoked too.
pub(crate) fn revoke(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let (id, wall) = (call.params.get(INVITATION_ID), call.at.wall);
    let invitation = instance.invitations.get(id).ok_or_else(not_found)?;
    match invitation.state.resolution() {
        Some(Resolution::Revoked) => return Err(already_revoked()),
        Some(Resolution::Accepted) => return Err(already_accepted()),
        None => {}
    }
    let revoked = instance.invitations.update(id, |invitation| {
        invitation.state.resolve(Resolution::Revoked, wall);
        respond(&invitation.view(wall))
    });
    revoked.ok_or_else(not_found)
}

/// Carries out `DeleteInvitation`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = call.params.get(INVITATION_ID);
    instance.invitations.remove(id).ok_or_else(not_found)?;
    Ok(deleted("invitation", id))
}

/// Invites one address, unless the instance refuses.
pub(super) fn invite<'a>(
    instance: &'a mut Instance,
    call: &mut Call<'_>,
    new: NewInvitation,
) -> Result<&'a Invitation, Refusal> {
    check(instance, std::slice::from_ref(&new), false, call)?;
    Ok(create_checked(instance, call, new))
}

fn create_checked<'a>(instance: &'a mut Instance, call: &mut Call<'_>, new: NewInvitation) -> &'a Invitation {
    if new.notify {
        instance.send_mail(&new.email_address);
    }
    let invitation = instance.invitations.create(new, call.at);
    call.created.push(invitation.id().to_owned());
    invitation
}

/// Reads the fields of one person. Some fields accept `null` in a bulk call only: `null` says how those are read.
fn read_new(mut fields: Fields, null: Null, config: &InstanceConfig) -> Result<NewInvitation, Refusal> {
    let email_address = fields.take_address(&config.malformed);
    let public_metadata = fields.take_metadata("public_metadata", null, config.metadata_limit);
    let redirect_url = fields.take_redirect_url(null);
    let template: Option<String> = fields.take(TEMPLATE_SLUG, Null::Refused);
    if template.is_some_and(|slug| !matches!(slug.as_str(), "invitation" | "waitlist_invitation")) {
        fields.refuse(ErrorItem::param_value_invalid(TEMPLATE_SLUG));
    }
    let notify: Option<bool> = fields.take("notify", Null::Accepted);
    let ignore_existing: Option<bool> = fields.take("ignore_existing", Null::Accepted);
    let expires_in_days = fields.take_expires_in_days();
    fields.finish()?;
    Ok(NewInvitation {
        email_address,
        public_metadata: public_metadata.unwrap_or_default(),
        redirect_url,
        notify: notify.unwrap_or(true),
        ignore_existing: ignore_existing.unwrap_or(false),
        expires_in_days: expires_in_days.unwrap_or(EXPIRES_IN_DAYS),
    })
}

/// Refuses all of `people` if the instance refuses one of them.
fn check(instance: &Instance, people: &[NewInvitation], is_bulk: bool, call: &Call<'_>) -> Result<(), Refusal> {
    let addresses = people.iter().map(|new| new.email_address.as_str());
    instance.check_access(addresses, call.at.wall)?;
    let bypasses_users = call.config.ignore_existing.bypasses_users(is_bulk);
    let is_user = |new: &NewInvitation| {
        !(new.ignore_existing && bypasses_users) && instance.users.find(&new.email_address).is_some()
    };
    if people.iter().any(is_user) {
        return Err(user_exists());
    }
    let addresses = people
        .iter()
        .map(|new| (new.email_address.as_str(), new.ignore_existing));
    let refuses_pending = call.config.pending_duplicate == PendingDuplicate::Refused;
    let has_pending = |address: &str| refuses_pending && instance.invitations.has_pending(address, call.at.wall);
    let duplicates = find_duplicates(addresses, has_pending);
    if duplicates.is_empty() {
        Ok(())
    } else {
        Err(Refusal::duplicate(&duplicates))
    }
}

fn not_found() -> Refusal {
    Refusal::not_found("No invitation has this id.")
}

fn already_revoked() -> Refusal {
    let code = ErrorCode::InvitationAlreadyRevoked;
    let hint = "The invitation has already been revoked.";
    Refusal::new(StatusCode::BAD_REQUEST, code, "already revoked", hint)
}

fn already_accepted() -> Refusal {
    let code = ErrorCode::InvitationAlreadyAccepted;
    let hint = "The invitation has already been accepted.";
    Refusal::new(StatusCode::BAD_REQUEST, code, "already accepted", hint)
}

/// Does not name the address, because Clerk does not.
fn user_exists() -> Refusal {
    let code = ErrorCode::FormIdentifierExists;
    let error = ErrorItem::for_param(code, "email_address", "already belongs to a user");
    Refusal::from_errors(StatusCode::UNPROCESSABLE_ENTITY, vec![error])
}
