//! The roles of a people file, as far as they can be checked without a call.

use std::collections::BTreeMap;

use crate::people::Lines;
use crate::text::quoted;

/// Returns a sentence for each role that cannot be the key of a role in Clerk.
pub(crate) fn doubtful(roles: &BTreeMap<String, Lines>) -> impl Iterator<Item = String> {
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
