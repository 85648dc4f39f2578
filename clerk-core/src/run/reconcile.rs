//! What becomes of a person whom an attempt may have invited, as a function of what Clerk has.

use super::intake::Guest;
use super::settle::Refusal;
use super::target::Found;
use crate::model::InvitationId;

/// What a read after the attempt shows.
#[derive(Debug)]
pub(super) enum Finding {
    /// An invitation that was not there before: the attempt's.
    Created(Found),
    /// Nothing new, and the attempt that came last was refused.
    Refused(Refusal),
    /// Nothing new, but an invitation is pending.
    AlreadyInvited(InvitationId),
    /// Nothing that could be the attempt's: it did nothing, and sending again cannot make two, because Clerk holds one
    /// pending invitation for an address.
    SendAgain,
    /// It cannot be told, and sending again could make two.
    Unknowable,
}

/// Tells what the attempt did from `found`, all that Clerk has for the address.
pub(super) fn finding(guest: &mut Guest, found: &[Found]) -> Finding {
    if let Some(baseline) = &guest.baseline
        && let Some(new) = found.iter().find(|found| !baseline.contains(&found.id))
    {
        return Finding::Created(new.clone());
    }
    let pending = found.iter().find(|found| found.is_pending());
    match (guest.refusal.take(), pending) {
        (Some(refusal), _) => Finding::Refused(refusal),
        (None, _) if guest.ignore_existing => Finding::Unknowable,
        (None, Some(pending)) => Finding::AlreadyInvited(pending.id.clone()),
        // One that has been accepted or has expired since may be the attempt's.
        (None, None) if guest.baseline.is_none() && !found.is_empty() => Finding::Unknowable,
        (None, None) => Finding::SendAgain,
    }
}
