use std::fmt;

use crate::error::ErrorCode;
use crate::model::{EmailAddress, InvitationId};
use crate::sensitive::Sensitive;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that journals and reports use.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What became of one person of an invitation run.
    Outcome {
        /// This run, or an earlier one on the same journal, created an invitation. Clerk has accepted it; whether a mail was
        /// delivered is not known.
        Created = "created",
        /// An invitation exists already that this run is not known to have made.
        AlreadyInvited = "already_invited",
        /// A user has the address already; in a run for an organization, a member of it.
        ExistingUser = "existing_user",
        /// Clerk refused the person, and said why.
        Refused = "refused",
        /// The SDK refused the person before sending anything.
        Invalid = "invalid",
        /// The same address came earlier in the input.
        Duplicate = "duplicate",
        /// Nobody can know whether an invitation was created, and trying again could create a second one.
        Unknown = "unknown",
        /// The run stopped before the person was settled. Run again on the same journal.
        Pending = "pending",
    }
}

words! {
    /// How an outcome is known.
    Evidence {
        /// Clerk's answer to the call that invited the person.
        Answer = "answer",
        /// Clerk refused the call and named the reason.
        Refusal = "refusal",
        /// It was read from what Clerk has.
        Read = "read",
        /// The input alone shows it.
        Input = "input",
        /// There is none.
        None = "none",
    }
}

/// One person and what became of them.
///
/// `Debug` shows neither the address nor the link; the fields do.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settlement {
    /// The person's position in the input, from 0.
    pub position: usize,
    /// The address as the input has it.
    pub email_address: EmailAddress,
    /// What became of the person.
    pub outcome: Outcome,
    /// How that is known.
    pub evidence: Evidence,
    /// The invitation, if one is known.
    pub invitation_id: Option<InvitationId>,
    /// Its link, if an answer told it. It carries a ticket and is kept in no journal.
    pub url: Option<String>,
    /// Clerk's code, if Clerk refused the person.
    pub code: Option<ErrorCode>,
    /// Why, in words for a person. It can hold an address.
    pub reason: Option<String>,
}

impl fmt::Debug for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settlement")
            .field("position", &self.position)
            .field("email_address", &self.email_address)
            .field("outcome", &self.outcome)
            .field("evidence", &self.evidence)
            .field("invitation_id", &self.invitation_id)
            .field("url", &self.url.as_deref().map(Sensitive::from))
            .field("code", &self.code)
            .field("reason", &self.reason.as_deref().map(Sensitive::from))
            .finish()
    }
}
