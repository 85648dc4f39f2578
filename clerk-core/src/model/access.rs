//! What decides who may sign up, and where links may lead.

use serde::{Deserialize, Serialize};

use super::{
    AllowlistIdentifierId, BlocklistIdentifierId, InstanceId, InvitationId, RedirectUrlId, Timestamp, open_enum,
};
use crate::sensitive::Sensitive;

/// An entry of the allowlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AllowlistIdentifier {
    /// The id of the entry.
    pub id: Option<AllowlistIdentifierId>,
    /// The invitation that the entry created, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation_id: Option<InvitationId>,
    /// The email address, phone number or wallet, or a pattern such as `*@example.com`.
    pub identifier: Option<Sensitive>,
    /// The type of the identifier.
    pub identifier_type: Option<IdentifierType>,
    /// The instance.
    pub instance_id: Option<InstanceId>,
    /// When the entry was created.
    pub created_at: Option<Timestamp>,
    /// When the entry was last changed.
    pub updated_at: Option<Timestamp>,
}

/// An entry of the blocklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BlocklistIdentifier {
    /// The id of the entry.
    pub id: Option<BlocklistIdentifierId>,
    /// The email address, phone number or wallet, or a pattern such as `*@example.com`.
    pub identifier: Option<Sensitive>,
    /// The type of the identifier.
    pub identifier_type: Option<IdentifierType>,
    /// The instance.
    pub instance_id: Option<InstanceId>,
    /// When the entry was created.
    pub created_at: Option<Timestamp>,
    /// When the entry was last changed.
    pub updated_at: Option<Timestamp>,
}

open_enum! {
    /// The type of an identifier.
    pub enum IdentifierType {
        /// An email address, or a pattern of email addresses.
        EmailAddress = "email_address",
        /// A phone number.
        PhoneNumber = "phone_number",
        /// A wallet.
        Web3Wallet = "web3_wallet",
    }
}

/// The restrictions on who may sign up or sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceRestrictions {
    /// Whether only identifiers on the allowlist may sign up.
    pub allowlist: bool,
    /// Whether identifiers on the blocklist are refused.
    pub blocklist: bool,
    /// Whether the two lists apply to sign-ups only.
    pub allowlist_blocklist_disabled_on_sign_in: bool,
    /// Whether email addresses with a subaddress, such as `ada+test@example.com`, are refused.
    pub block_email_subaddresses: bool,
    /// Whether domains of disposable email addresses are refused.
    pub block_disposable_email_domains: bool,
}

/// A URL that native applications may redirect to after signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RedirectUrl {
    /// The id of the URL.
    pub id: RedirectUrlId,
    /// The URL.
    pub url: String,
    /// When the URL was added.
    pub created_at: Timestamp,
    /// When the URL was last changed.
    pub updated_at: Timestamp,
}
