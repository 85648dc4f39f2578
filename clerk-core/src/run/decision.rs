//! What to do with a recipient, as a function of what Clerk has for them.

use super::again::Again;
use super::final_outcome::Known;
use super::outcome::Outcome;
use super::preflight::Lookup;
use super::recipient::{Earlier, Recipient};
use super::standing::{KnownInvitation, Standing, conclude};
use crate::model::{InvitationId, Timestamp};

const NOT_LISTED: &str =
    "Clerk does not list the invitation, so that nothing was sent: look for it in Clerk's dashboard";

/// The reason of a recipient whose row has changed since they were invited.
const CHANGED: &str = "the row has changed since it was invited, and the invitation has the old values";

/// What to do with a recipient after their look-up.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Invite,
    /// Revoke these invitations, then invite.
    Replace(Vec<InvitationId>),
    /// Nothing is sent.
    Settle(Known),
}

/// Decides about a recipient. `again` selects the people to invite again, and `now` the time.
pub(super) fn decide(recipient: &Recipient, lookup: &Lookup, again: Option<&Again>, now: Timestamp) -> Decision {
    if let Some(role) = lookup.unknown_role.as_deref() {
        let reason = format!("The instance has no role {role}.");
        return Decision::Settle(Known {
            reason: Some(reason),
            // The role may exist by the next run.
            is_recorded: false,
            ..Known::new(Outcome::Refused, None)
        });
    }
    let (standing, deciding) = conclude(&lookup.invitations);
    let pending: Vec<_> = lookup
        .invitations
        .iter()
        .filter(|known| known.standing == Standing::Pending)
        .map(|known| known.id.clone())
        .collect();
    let is_plain = match &recipient.earlier {
        Earlier::Nothing => true,
        Earlier::Withdrawn(ids) => ids.is_empty(),
        Earlier::Settled { .. } => false,
    };
    let id = deciding.map(|known| &known.id);
    let settle = |outcome| Decision::Settle(Known::new(outcome, id));
    if again.is_none() && is_plain {
        return match standing {
            _ if recipient.ignore_existing => Decision::Invite,
            _ if !pending.is_empty() => Decision::Settle(Known::new(Outcome::AlreadyInvited, pending.first())),
            _ if lookup.is_user => Decision::Settle(Known::new(Outcome::ExistingUser, None)),
            _ => Decision::Invite,
        };
    }
    if standing == Standing::Accepted {
        return settle(Outcome::Accepted);
    }
    if lookup.is_user {
        return Decision::Settle(Known::new(Outcome::ExistingUser, None));
    }
    match &recipient.earlier {
        Earlier::Withdrawn(_) if pending.is_empty() => return Decision::Invite,
        Earlier::Withdrawn(ids) if pending.iter().all(|id| ids.contains(id)) => return Decision::Replace(pending),
        Earlier::Settled { id: Some(id), .. } if !lookup.has(id) => {
            return Decision::Settle(keep(recipient, Some(id), Some(NOT_LISTED)));
        }
        Earlier::Settled {
            id: known,
            is_latest: false,
            ..
        } if id != known.as_ref() => return Decision::Settle(keep(recipient, id, None)),
        _ => {}
    }
    let created_at = newest(&lookup.invitations);
    match standing {
        Standing::NotInvited => Decision::Invite,
        _ if !again.is_some_and(|again| again.includes(standing, created_at, now)) => match standing {
            Standing::Expired => settle(Outcome::Expired),
            Standing::Revoked => settle(Outcome::Revoked),
            _ => Decision::Settle(keep(
                recipient,
                own(recipient, &lookup.invitations, standing).or(id),
                None,
            )),
        },
        Standing::Pending => Decision::Replace(pending),
        _ => Decision::Invite,
    }
}

/// Returns the invitation that the journal has for a recipient, if it has this standing. With `ignore_existing`, others can have
/// it too.
fn own<'r>(recipient: &'r Recipient, invitations: &[KnownInvitation], standing: Standing) -> Option<&'r InvitationId> {
    let Earlier::Settled { id: Some(id), .. } = &recipient.earlier else {
        return None;
    };
    let mut invitations = invitations.iter();
    invitations
        .any(|known| known.id == *id && known.standing == standing)
        .then_some(id)
}

/// Returns when the newest invitation was created. `None` if that is not known of one of them.
fn newest(invitations: &[KnownInvitation]) -> Option<Timestamp> {
    let created_at: Option<Vec<_>> = invitations.iter().map(|known| known.created_at).collect();
    created_at?.into_iter().max()
}

/// The outcome of a recipient whose invitation stays as it is.
fn keep(recipient: &Recipient, id: Option<&InvitationId>, reason: Option<&str>) -> Known {
    let (outcome, is_recorded, has_changed) = match recipient.earlier {
        Earlier::Settled {
            outcome: Outcome::Created,
            id: ref own,
            has_changed,
            ..
        } if own.as_ref() == id => (Outcome::CreatedEarlier, false, has_changed),
        // Someone else has invited them.
        Earlier::Settled { .. } => (Outcome::AlreadyInvited, false, false),
        Earlier::Nothing | Earlier::Withdrawn(_) => (Outcome::AlreadyInvited, true, false),
    };
    Known {
        reason: reason.or(has_changed.then_some(CHANGED)).map(str::to_owned),
        is_recorded,
        ..Known::new(outcome, id)
    }
}
