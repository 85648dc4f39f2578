//! What can be known about a run without calling Clerk.

use std::collections::{BTreeMap, HashMap, HashSet};

use clerk_core::model::{InvitationId, NormalizedEmailAddress};
use clerk_core::run::Outcome;
use clerk_core::run::journal::{Journal, Record};

use crate::people::{Lines, Recipient};
use crate::results::RowResult;
use crate::text::quoted;

/// What earlier runs with a journal have settled for good, by address.
#[derive(Debug)]
pub(crate) struct Settled(HashMap<NormalizedEmailAddress, (Outcome, Option<InvitationId>)>);

impl Settled {
    /// Reads a journal.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub(crate) async fn read(journal: &dyn Journal) -> Result<Self, String> {
        let mut outcomes = HashMap::new();
        let mut undone = HashSet::new();
        let mut each = |record: Record| match record {
            Record::Settled {
                address,
                outcome: outcome @ (Outcome::Created | Outcome::AlreadyInvited | Outcome::ExistingUser),
                id,
                ..
            } => {
                let outcome = match outcome {
                    Outcome::Created => Outcome::CreatedEarlier,
                    outcome => outcome,
                };
                outcomes.insert(NormalizedEmailAddress::new(address.as_str()), (outcome, id));
            }
            Record::Revoked { id, revocation } if revocation.is_undone() => {
                undone.insert(id);
            }
            _ => {}
        };
        journal.load(&mut each).await.map_err(|error| error.to_string())?;
        outcomes.retain(|_, (_, id)| !id.as_ref().is_some_and(|id| undone.contains(id)));
        Ok(Self(outcomes))
    }

    /// Returns the result of a recipient, if one is settled.
    pub(crate) fn result(&self, recipient: &Recipient) -> Option<RowResult> {
        let (outcome, id) = self.0.get(&NormalizedEmailAddress::new(&recipient.email_address))?;
        Some(RowResult {
            invitation_id: id.clone(),
            ..RowResult::from_input(
                recipient.position,
                &recipient.email_address,
                *outcome,
                "by an earlier run",
            )
        })
    }
}

/// Returns a sentence for each role that cannot be the key of a role in Clerk.
pub(crate) fn doubtful_roles(roles: &BTreeMap<String, Lines>) -> impl Iterator<Item = String> {
    let doubtful = roles.iter().filter(|(role, _)| !is_role_key(role));
    doubtful.map(|(role, lines)| {
        format!(
            "The role {} on {lines} looks wrong: keys of roles are written like org:member.",
            quoted(role)
        )
    })
}

fn is_role_key(role: &str) -> bool {
    let is_part_of_key = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    role.strip_prefix("org:")
        .is_some_and(|name| !name.is_empty() && name.bytes().all(is_part_of_key))
}
