use std::collections::BTreeSet;

use clerk_core::model::Timestamp;

use super::NewInvitation;
use crate::fake::address::each_once;
use crate::fake::config::IgnoreExisting;
use crate::fake::error::Refusal;
use crate::fake::instance::Instance;

/// Refuses all of these if the instance refuses one.
pub(super) fn admit(instance: &Instance, invitations: &[NewInvitation], wall: Timestamp) -> Result<(), Refusal> {
    instance.let_in(invitations.iter().map(address))?;
    if invitations.iter().any(|new| is_taken_by_user(instance, new)) {
        return Err(Refusal::user_exists());
    }
    let mut before = BTreeSet::new();
    let duplicates = invitations.iter().filter(|new| {
        let is_repeated = !before.insert(address(new));
        let is_pending = instance.invitations.has_pending(&new.email_address, wall);
        !new.ignore_existing && (is_repeated || is_pending)
    });
    let duplicates = each_once(duplicates.map(address));
    if duplicates.is_empty() {
        Ok(())
    } else {
        Err(Refusal::duplicate(&duplicates))
    }
}

fn address(new: &NewInvitation) -> &str {
    &new.email_address
}

fn is_taken_by_user(instance: &Instance, new: &NewInvitation) -> bool {
    let bypassed = new.ignore_existing && instance.config().ignore_existing == IgnoreExisting::BypassesUsers;
    !bypassed && instance.users.has(&new.email_address)
}
