//! What became of an unresolved recipient, as a function of the invitations that Clerk has.

use super::classify::Refusal;
use super::recipient::Recipient;
use super::target::InvitationSummary;
use crate::model::InvitationId;

/// How many attempts on a recipient may be without a known effect before the run gives up on them.
const MAX_AMBIGUOUS_ATTEMPTS: u8 = 25;

/// What a read after the attempt shows.
#[derive(Debug)]
pub(super) enum Resolution {
    /// There is an invitation that was not there before: the attempt created it.
    Created(InvitationSummary),
    /// There is no new invitation, and the last attempt was refused.
    Refused(Refusal),
    /// There is no new invitation, but one is pending.
    AlreadyInvited(InvitationId),
    /// No invitation can be the attempt's, so the attempt had no effect. Sending again cannot create a second invitation,
    /// because Clerk holds one pending invitation for an address.
    SendAgain,
    /// It cannot be known, and sending again could create a second invitation.
    Unknowable,
}

/// Concludes what the attempts did from `found`, all invitations that Clerk has for the address.
pub(super) fn resolve(recipient: &mut Recipient, found: &[InvitationSummary]) -> Resolution {
    if let Some(baseline) = &recipient.baseline
        && let Some(new) = found.iter().find(|found| !baseline.contains(&found.id))
    {
        return Resolution::Created(new.clone());
    }
    let pending = found.iter().find(|found| found.is_pending());
    match (recipient.refusal.take(), pending) {
        (Some(refusal), _) => Resolution::Refused(refusal),
        (None, _) if recipient.ignore_existing => Resolution::Unknowable,
        (None, Some(pending)) => Resolution::AlreadyInvited(pending.id.clone()),
        // An invitation that was accepted or has expired since can be the attempt's.
        (None, None) if recipient.baseline.is_none() && !found.is_empty() => Resolution::Unknowable,
        // A server that accepts each attempt and never shows the invitation would be asked without end.
        (None, None) if recipient.ambiguous_attempts >= MAX_AMBIGUOUS_ATTEMPTS => Resolution::Unknowable,
        // One of the baseline that was accepted does not settle it: the person may have been removed since, and no list of
        // invitations shows that. If they were not, Clerk refuses the call, which is their outcome.
        (None, None) => Resolution::SendAgain,
    }
}
