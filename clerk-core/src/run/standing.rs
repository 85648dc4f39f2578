//! What became of a person's invitations, as Clerk lists them.

use std::fmt;

use serde::Serialize;

use crate::model::{EmailAddress, InvitationId, Timestamp};
use crate::text::text_enum;

text_enum! {
    /// What became of a person's invitations.
    #[derive(PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum Standing {
        /// The person accepted an invitation.
        Accepted = "accepted",
        /// An invitation can be accepted.
        Pending = "pending",
        /// The newest invitation has expired.
        Expired = "expired",
        /// The newest invitation was revoked.
        Revoked = "revoked",
        /// There is no invitation.
        NotInvited = "not_invited",
        /// The newest invitation has a status that this version of the SDK does not know.
        Unknown = "unknown",
    }
}

/// What became of one person's invitations, from a [`StatusRun`](super::StatusRun).
///
/// The email address is redacted from `Debug`. `Display` shows the position instead. Serde writes everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PersonStatus {
    /// The person's position in the input, from 0.
    pub position: usize,
    /// The email address as the input has it.
    pub email_address: EmailAddress,
    /// What became of their invitations: an accepted one decides, else a pending one, else the newest.
    pub standing: Standing,
    /// The id of the invitation that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_id: Option<InvitationId>,
    /// When that invitation was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When that invitation expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl fmt::Display for PersonStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "person {} (counted from 0): {}", self.position, self.standing)?;
        match &self.invitation_id {
            Some(id) => write!(f, " ({id})"),
            None => Ok(()),
        }
    }
}

/// An invitation that Clerk has for a person.
#[derive(Debug, Clone)]
pub(super) struct KnownInvitation {
    pub(super) id: InvitationId,
    /// What its status makes of a person who has no other one.
    pub(super) standing: Standing,
    pub(super) created_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
}

/// Concludes from all invitations of a person, and returns the invitation that decides.
pub(super) fn conclude(invitations: &[KnownInvitation]) -> (Standing, Option<&KnownInvitation>) {
    let newest = |standing: Option<Standing>| {
        let matching = invitations
            .iter()
            .filter(|known| standing.is_none_or(|standing| known.standing == standing));
        matching.max_by_key(|known| known.created_at)
    };
    let deciding = newest(Some(Standing::Accepted))
        .or_else(|| newest(Some(Standing::Pending)))
        .or_else(|| newest(None));
    (deciding.map_or(Standing::NotInvited, |known| known.standing), deciding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_invitation_decides_then_a_pending_one_then_the_newest() {
        use Standing::{Accepted, Expired, NotInvited, Pending, Revoked, Unknown};

        let cases: [(&[Standing], Standing, Option<usize>); 8] = [
            (&[], NotInvited, None),
            (&[Pending], Pending, Some(0)),
            (&[Accepted, Pending], Accepted, Some(0)),
            (&[Pending, Expired], Pending, Some(0)),
            (&[Pending, Pending], Pending, Some(1)),
            (&[Revoked, Expired], Expired, Some(1)),
            (&[Expired, Revoked], Revoked, Some(1)),
            (&[Revoked, Unknown], Unknown, Some(1)),
        ];
        for (standings, expected, deciding) in cases {
            let known = |(number, standing): (usize, &Standing)| KnownInvitation {
                id: format!("inv_{number}").as_str().into(),
                standing: *standing,
                created_at: Some(Timestamp::from_millis(number as i64)),
                expires_at: None,
            };
            let invitations: Vec<_> = standings.iter().enumerate().map(known).collect();
            let (standing, decides) = conclude(&invitations);
            let decides = decides.map(|known| known.id.clone());
            assert_eq!(standing, expected, "{standings:?}");
            assert_eq!(
                decides,
                deciding.map(|number| invitations[number].id.clone()),
                "{standings:?}"
            );
        }
    }
}
