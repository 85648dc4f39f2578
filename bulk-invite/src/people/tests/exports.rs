//! Files as other products export them, with the expected reading and the source of the header. All people are invented.

mod accounts;
mod contacts;

use super::corpus::Case;

/// Returns all of them.
pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    accounts::CASES.iter().chain(contacts::CASES)
}

#[test]
fn each_export_has_a_source() {
    for case in cases() {
        assert!(!case.source.is_empty(), "{}", case.name);
    }
}
