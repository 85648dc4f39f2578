//! The rules that email addresses and phone numbers share.

use clerk_core::ErrorCode;
use http::StatusCode;

use crate::fake::error::Refusal;
use crate::fake::instance::Instance;
use crate::fake::records::{Contact, User};
use crate::fake::store::Index;

/// Finds a contact and its user. `contacts` returns those of the kind that the id belongs to.
pub(super) fn find<'a, C: Contact>(
    instance: &'a Instance,
    id: &str,
    contacts: impl Fn(&'a User) -> &'a Vec<C>,
) -> Option<(&'a User, &'a C)> {
    let user = instance.users.by(Index::Contact, id).next()?;
    let contact = contacts(user).iter().find(|contact| contact.id() == id)?;
    Some((user, contact))
}

/// Removes a contact. If it was the primary one, the first verified one of the others takes its place.
pub(super) fn remove<C: Contact>(contacts: &mut Vec<C>, primary: &mut Option<String>, id: &str) {
    contacts.retain(|contact| contact.id() != id);
    if primary.as_deref() == Some(id) {
        let next = contacts.iter().find(|contact| contact.is_verified());
        *primary = next.map(|contact| contact.id().to_owned());
    }
}

/// Refuses to remove the only identifier of a user.
pub(super) fn keep_last_identifier(user: &User) -> Result<(), Refusal> {
    let others = usize::from(user.username.is_some()) + user.web3_wallets.len();
    if user.email_addresses.len() + user.phone_numbers.len() + others != 1 {
        return Ok(());
    }
    let code = ErrorCode::from("last_required_identification_deletion_failed");
    let hint = "The user has no other identifier.";
    Err(Refusal::new(StatusCode::BAD_REQUEST, code, "last identifier", hint))
}
