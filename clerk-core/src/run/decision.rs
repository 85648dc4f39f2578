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
    let settle = |outcome| Decision::Settle(Known::new(outcome, deciding.map(|known| &known.id)));
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
    let leave = || match standing {
        Standing::Expired => settle(Outcome::Expired),
        Standing::Revoked => settle(Outcome::Revoked),
        _ => Decision::Settle(keep(recipient, lookup)),
    };
    match &recipient.earlier {
        Earlier::Withdrawn(_) if pending.is_empty() => return Decision::Invite,
        Earlier::Withdrawn(ids) if pending.iter().all(|id| ids.contains(id)) => return Decision::Replace(pending),
        Earlier::Settled { id: Some(id), .. } if lookup.standing_of(id).is_none() => {
            return Decision::Settle(keep(recipient, lookup));
        }
        // A lost record can be that of the invitation that decides.
        Earlier::Settled {
            id, is_latest: false, ..
        } if deciding.map(|known| &known.id) != id.as_ref() => return leave(),
        _ => {}
    }
    let created_at = newest(&lookup.invitations);
    match standing {
        Standing::NotInvited => Decision::Invite,
        _ if !again.is_some_and(|again| again.includes(standing, created_at, now)) => leave(),
        Standing::Pending => Decision::Replace(pending),
        _ => Decision::Invite,
    }
}

/// Returns when the newest invitation was created. `None` if that is not known of one of them.
fn newest(invitations: &[KnownInvitation]) -> Option<Timestamp> {
    let created_at: Option<Vec<_>> = invitations.iter().map(|known| known.created_at).collect();
    created_at?.into_iter().max()
}

/// The outcome of a recipient whose invitation stays as it is: the one that the journal has, if Clerk does not list it or it has
/// the standing that decides, since with `ignore_existing` others can have that too. Otherwise it is the one that decides.
fn keep(recipient: &Recipient, lookup: &Lookup) -> Known {
    let (standing, deciding) = conclude(&lookup.invitations);
    let deciding = deciding.map(|known| &known.id);
    let Earlier::Settled {
        outcome,
        id: own,
        has_changed,
        ..
    } = &recipient.earlier
    else {
        return Known::new(Outcome::AlreadyInvited, deciding);
    };
    let standing_of_own = own.as_ref().map(|id| lookup.standing_of(id));
    let (id, reason) = match standing_of_own {
        Some(None) => (own.as_ref(), Some(NOT_LISTED)),
        Some(Some(same)) if same == standing => (own.as_ref(), None),
        _ => (deciding, None),
    };
    let is_created = *outcome == Outcome::Created && id == own.as_ref();
    let changed = (is_created && *has_changed).then_some(CHANGED);
    let outcome = match is_created {
        true => Outcome::CreatedEarlier,
        // Someone else has invited them.
        false => Outcome::AlreadyInvited,
    };
    Known {
        reason: reason.or(changed).map(str::to_owned),
        // The journal has an outcome for them.
        is_recorded: false,
        ..Known::new(outcome, id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::to_raw_value;

    use super::*;
    use crate::model::EmailAddress;

    fn lookup(invitations: &[(&str, Standing)]) -> Lookup {
        let known = |(age, (id, standing)): (usize, &(&str, Standing))| KnownInvitation {
            id: InvitationId::from(*id),
            standing: *standing,
            created_at: Some(Timestamp::from_millis(age as i64)),
            expires_at: None,
        };
        Lookup {
            invitations: invitations.iter().enumerate().map(known).collect(),
            is_user: false,
            unknown_role: None,
        }
    }

    /// Others can have invited a person of a row with `ignore_existing` too, and records of the run can be lost.
    #[test]
    fn keeps_the_own_invitation_if_it_has_the_standing_that_decides() {
        use Outcome::{AlreadyInvited, CreatedEarlier, Expired, Revoked};
        use Standing as S;

        type Case = (&'static [(&'static str, Standing)], Outcome, &'static str);

        let cases: [Case; 6] = [
            (&[("own", S::Pending)], CreatedEarlier, "own"),
            (&[("own", S::Pending), ("other", S::Pending)], CreatedEarlier, "own"),
            (&[("own", S::Revoked), ("other", S::Pending)], AlreadyInvited, "other"),
            (&[("other", S::Pending)], CreatedEarlier, "own"),
            (&[("own", S::Revoked), ("other", S::Revoked)], Revoked, "other"),
            (&[("own", S::Expired), ("other", S::Expired)], Expired, "other"),
        ];
        for (invitations, outcome, id) in cases {
            for is_latest in [true, false] {
                let body = to_raw_value("{}").unwrap();
                let mut recipient = Recipient::new(0, EmailAddress::from("a@example.com"), true, body, 1);
                recipient.earlier = Earlier::Settled {
                    outcome: Outcome::Created,
                    id: Some(InvitationId::from("own")),
                    has_changed: false,
                    is_latest,
                };
                let decision = decide(
                    &recipient,
                    &lookup(invitations),
                    Some(&Again::new()),
                    Timestamp::from_millis(9),
                );
                let Decision::Settle(known) = decision else {
                    panic!("{invitations:?}: {decision:?}");
                };
                let found = (known.outcome, known.id.as_ref().map(InvitationId::as_str));
                assert_eq!(found, (outcome, Some(id)), "{invitations:?}, {is_latest}");
            }
        }
    }
}
