//! What the instance holds, and what a call does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::model::Timestamp;
use clerk_core::{Environment, HttpRequest};
use serde::Serialize;
use serde_json::json;

use super::config::{Config, IgnoreExisting};
use super::error::Refusal;
use super::invitations::{self, Invitations, NewInvitation};
use super::route::FakeOperation;
use super::users::{self, Users};

/// Users, invitations, and the mails that went out.
#[derive(Debug)]
pub(super) struct Instance {
    config: Arc<Config>,
    pub(super) users: Users,
    pub(super) invitations: Invitations,
    pub(super) mails: BTreeMap<String, u64>,
}

/// One call that is being carried out.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a HttpRequest,
    /// The id in the path.
    pub(super) id: &'a str,
    pub(super) now: Duration,
    pub(super) wall: Timestamp,
    pub(super) extent: Extent,
    /// Where the ids of what the call makes go.
    pub(super) created: &'a mut Vec<String>,
}

/// How much of a bulk call takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// The first half, rounded up.
    Half,
}

impl Instance {
    /// The instance as it is before the first call.
    pub(super) fn new(config: Arc<Config>, wall: Timestamp, now: Duration) -> Self {
        let mut invitations = Invitations::default();
        for address in &config.pending {
            invitations.make(NewInvitation::new(address.clone()), wall, now);
        }
        let mut users = Users::default();
        for address in &config.users {
            users.add(address, wall);
        }
        Self {
            users,
            invitations,
            mails: BTreeMap::new(),
            config,
        }
    }

    /// Does what the call asks for.
    pub(super) fn carry_out(&mut self, operation: FakeOperation, mut call: Call<'_>) -> Result<Bytes, Refusal> {
        match operation {
            FakeOperation::CreateInvitation => invitations::create(self, &mut call),
            FakeOperation::CreateBulkInvitations => invitations::create_bulk(self, &mut call),
            FakeOperation::ListInvitations => invitations::list(self, &call),
            FakeOperation::RevokeInvitation => invitations::revoke(self, &call),
            FakeOperation::DeleteInvitation => invitations::delete(self, &call),
            FakeOperation::GetUserList => users::list(self, &call),
            FakeOperation::GetInstance => Ok(self.describe()),
        }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Counts a mail to this address.
    pub(super) fn mail(&mut self, email_address: &str) {
        *self.mails.entry(email_address.to_owned()).or_default() += 1;
    }

    /// Accepts what is pending for this address, and makes it a user's.
    pub(super) fn sign_up(&mut self, email_address: &str, wall: Timestamp) {
        self.invitations.accept(email_address, wall);
        self.users.add(email_address, wall);
    }

    /// Refuses all of these if the instance refuses one.
    pub(super) fn admit(&self, invitations: &[NewInvitation], wall: Timestamp) -> Result<(), Refusal> {
        let forbidden = addresses(invitations, |invitation| {
            !self.config.access.allows(&invitation.email_address)
        });
        if !forbidden.is_empty() {
            return Err(Refusal::not_allowed(&forbidden));
        }
        if invitations.iter().any(|invitation| self.is_taken_by_user(invitation)) {
            return Err(Refusal::user_exists());
        }
        let mut before = BTreeSet::new();
        let duplicates = addresses(invitations, |invitation| {
            let address = invitation.email_address.as_str();
            let is_repeated = !before.insert(address.to_owned());
            let is_pending = self.invitations.has_pending(address, wall);
            !invitation.ignore_existing && (is_repeated || is_pending)
        });
        if !duplicates.is_empty() {
            return Err(Refusal::duplicate(&duplicates));
        }
        Ok(())
    }

    fn is_taken_by_user(&self, invitation: &NewInvitation) -> bool {
        let bypassed = invitation.ignore_existing && self.config.ignore_existing == IgnoreExisting::BypassesUsers;
        !bypassed && self.users.has(&invitation.email_address)
    }

    /// Answers `GetInstance`.
    fn describe(&self) -> Bytes {
        let environment = match self.config.secret_key.environment() {
            Environment::Development => "development",
            Environment::Production => "production",
        };
        let instance = json!({
            "object": "instance",
            "id": "ins_fake",
            "environment_type": environment,
            "allowed_origins": null,
            "workspace_id": null,
        });
        instance.to_string().into()
    }
}

/// The addresses that `chosen` holds for, each once, in order.
fn addresses(invitations: &[NewInvitation], mut chosen: impl FnMut(&NewInvitation) -> bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for invitation in invitations {
        if chosen(invitation) && !found.contains(&invitation.email_address) {
            found.push(invitation.email_address.clone());
        }
    }
    found
}

/// `value` as JSON text.
pub(super) fn json(value: &impl Serialize) -> String {
    // What the fake shows are structs of texts and numbers, which can always be written.
    serde_json::to_string(value).unwrap_or_default()
}
