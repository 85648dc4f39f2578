//! Reading what Clerk has, after a call whose effect nobody knows.

use clerk_core::api::invitations::ListInvitations;
use clerk_core::model::{Invitation, InvitationStatus, Timestamp};
use clerk_core::{Client, Result};

use super::Person;
use crate::outcome::{Evidence, Outcome, Settlement};
use crate::people::Identity;

/// What Clerk's list tells of a person, if it tells; of invitations since `run_began` the run made the newest.
pub(super) async fn settle(client: &Client, person: &Person, run_began: Timestamp) -> Result<Option<Settlement>> {
    let list = ListInvitations::new()
        .query(person.email_address())
        .limit(ListInvitations::MAX_LIMIT);
    let page = client.invitations().list(&list).await?;
    // The query need not match exactly.
    let of_person = page
        .into_iter()
        .filter(|invitation| Identity::of(invitation.email_address.as_str()) == person.identity());
    Ok(of_person
        .max_by_key(|invitation| invitation.created_at)
        .and_then(|newest| of_newest(newest, person, run_began)))
}

fn of_newest(newest: Invitation, person: &Person, run_began: Timestamp) -> Option<Settlement> {
    if newest.created_at >= run_began {
        return Some(Settlement::with_invitation(Outcome::Created, Evidence::Read, newest));
    }
    // Clerk makes no second pending invitation, unless it is told to ignore the first.
    if newest.status == InvitationStatus::Pending && !person.invitation.ignores_existing() {
        return Some(Settlement::with_invitation(
            Outcome::AlreadyInvited,
            Evidence::Read,
            newest,
        ));
    }
    None
}
