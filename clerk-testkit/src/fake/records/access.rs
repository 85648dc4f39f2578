//! The people who may sign up and so be invited, and the URLs that they may be redirected to.

use clerk_core::model::Timestamp;
use serde::Serialize;

use super::INSTANCE_ID;
use crate::fake::store::{Index, Store, Stored, stored};

/// An identifier on the allowlist or the blocklist, serialized as Clerk's API shows it. One that begins with `*@` covers a
/// domain.
#[derive(Debug, Serialize)]
pub(crate) struct AccessIdentifier<const ALLOWED: bool> {
    object: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invitation_id: Option<String>,
    pub(crate) identifier: String,
    identifier_type: &'static str,
    instance_id: &'static str,
    pub(crate) created_at: Timestamp,
    updated_at: Timestamp,
}

pub(crate) type AllowlistIdentifier = AccessIdentifier<true>;
pub(crate) type BlocklistIdentifier = AccessIdentifier<false>;

stored!(AllowlistIdentifier, "alid_fake", Key => identifier);
stored!(BlocklistIdentifier, "blid_fake", Key => identifier);

impl<const ALLOWED: bool> Store<AccessIdentifier<ALLOWED>>
where
    AccessIdentifier<ALLOWED>: Stored,
{
    pub(crate) fn create(&mut self, identifier: String, wall: Timestamp) -> &AccessIdentifier<ALLOWED> {
        self.insert_with(|_, id| AccessIdentifier {
            object: if ALLOWED {
                "allowlist_identifier"
            } else {
                "blocklist_identifier"
            },
            id,
            invitation_id: None,
            identifier_type: identifier_type(&identifier),
            identifier,
            instance_id: INSTANCE_ID,
            created_at: wall,
            updated_at: wall,
        })
    }

    pub(crate) fn has(&self, identifier: &str) -> bool {
        !self.positions_by(Index::Key, identifier).is_empty()
    }

    /// Whether the list has the address or its domain.
    pub(crate) fn covers(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.has(address) || self.has(&format!("*@{domain}"))
    }
}

fn identifier_type(identifier: &str) -> &'static str {
    if identifier.starts_with('+') {
        "phone_number"
    } else if identifier.starts_with("0x") && !identifier.contains('@') {
        "web3_wallet"
    } else {
        "email_address"
    }
}

/// A URL that native applications may redirect to, serialized as Clerk's API shows it.
#[derive(Debug, Serialize)]
pub(crate) struct RedirectUrl {
    object: &'static str,
    id: String,
    pub(crate) url: String,
    pub(crate) created_at: Timestamp,
    updated_at: Timestamp,
}

stored!(RedirectUrl, "ru_fake", Key => url);

impl Store<RedirectUrl> {
    pub(crate) fn create(&mut self, url: String, wall: Timestamp) -> &RedirectUrl {
        self.insert_with(|_, id| RedirectUrl {
            object: "redirect_url",
            id,
            url,
            created_at: wall,
            updated_at: wall,
        })
    }
}
