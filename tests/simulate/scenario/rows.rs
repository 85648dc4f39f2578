//! The rows of the input, and what is special about each.

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::Metadata;
use fastrand::Rng;

use crate::target::Target;

/// A value that Clerk refuses in the simulation from everyone.
pub(crate) const REFUSED_URL: &str = "https://refused.example.com/";
pub(crate) const REFUSED_ROLE: &str = "org:refused";

/// A row of the input.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The email address as it was typed.
    pub(crate) typed: String,
    pub(crate) is: Traits,
    pub(crate) ignore_existing: bool,
    expires_in_days: Option<u16>,
}

/// Properties of a row's address before the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    /// The SDK refuses the row.
    pub(crate) invalid: bool,
    /// An earlier row has the same address.
    pub(crate) duplicate: bool,
    /// A user, or a member of the organization.
    pub(crate) user: bool,
    pub(crate) pending: bool,
    /// Clerk refuses the address without naming it.
    pub(crate) malformed: bool,
    /// Clerk refuses the address and names it.
    pub(crate) blocked: bool,
    /// Clerk refuses a value that the first version of the row sends.
    pub(crate) refused_value: bool,
}

impl Row {
    /// Returns the normalized address.
    pub(crate) fn identity(&self) -> String {
        self.typed.trim().to_ascii_lowercase()
    }

    /// Returns the invitation that the run gets. Its metadata contains the position and the version, by which the checks
    /// know the creator of an invitation.
    pub(crate) fn invitation(&self, position: usize, version: usize) -> CreateInvitation {
        let mut invitation = CreateInvitation::new(self.typed.as_str())
            .public_metadata(metadata(position, version))
            .ignore_existing(self.ignore_existing);
        if self.sends_refused_value(version) {
            invitation = invitation.redirect_url(REFUSED_URL);
        }
        match self.expires_in_days {
            Some(days) => invitation.expires_in_days(days),
            None => invitation,
        }
    }

    /// Returns the same for an organization.
    pub(crate) fn organization_invitation(&self, position: usize, version: usize) -> CreateOrganizationInvitation {
        let role = match self.sends_refused_value(version) {
            true => REFUSED_ROLE,
            false => "org:member",
        };
        let invitation =
            CreateOrganizationInvitation::new(self.typed.as_str(), role).public_metadata(metadata(position, version));
        match self.expires_in_days {
            Some(days) => invitation.expires_in_days(days),
            None => invitation,
        }
    }

    pub(crate) const fn sends_refused_value(&self, version: usize) -> bool {
        self.is.refused_value && version == 0
    }
}

fn metadata(row: usize, version: usize) -> Metadata {
    Metadata::new(&serde_json::json!({ "row": row, "version": version })).unwrap_or_default()
}

pub(super) fn draw(random: &mut Rng, target: Target) -> Vec<Row> {
    let count = match random.u8(..10) {
        0 => random.usize(0..3),
        1..=6 => random.usize(1..25),
        7 | 8 => random.usize(10..60),
        _ => random.usize(50..=200),
    };
    let mut rate = || random.choice([0, 0, 3, 10, 30]).unwrap_or_default();
    let [duplicates, invalid, ignoring, users, pending, malformed, blocked] = std::array::from_fn(|_| rate());
    let refused_value = random.choice([0, 0, 0, 10, 50, 100]).unwrap_or_default();
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    for number in 0..count {
        let mut happens = |percent| random.u8(..100) < percent;
        let originals: Vec<_> = rows.iter().filter(|row| !row.is.invalid).cloned().collect();
        if happens(duplicates) && !originals.is_empty() {
            let original = &originals[random.usize(..originals.len())];
            rows.push(Row {
                typed: retyped(random, &original.typed),
                is: Traits {
                    duplicate: true,
                    ..original.is
                },
                ignore_existing: target == Target::Application && random.bool(),
                expires_in_days: None,
            });
            continue;
        }
        let is = if happens(invalid) {
            Traits {
                invalid: true,
                ..Traits::default()
            }
        } else {
            Traits {
                user: happens(users),
                pending: happens(pending),
                malformed: happens(malformed),
                blocked: happens(blocked),
                refused_value: happens(refused_value),
                ..Traits::default()
            }
        };
        let ignore_existing = target == Target::Application && happens(ignoring);
        rows.push(draw_row(random, number, is, ignore_existing));
    }
    rows
}

/// How many rows several machines are given.
const ROWS_OF_MACHINES: usize = 40;

/// Leaves some rows, each with a valid address of its own, and no value that Clerk refuses from everyone.
pub(super) fn keep_valid(rows: &mut Vec<Row>) {
    rows.retain(|row| !row.is.invalid && !row.is.duplicate);
    rows.truncate(ROWS_OF_MACHINES);
    rows.iter_mut().for_each(|row| row.is.refused_value = false);
}

fn draw_row(random: &mut Rng, number: usize, is: Traits, ignore_existing: bool) -> Row {
    // Every other address is the end of the next one, so a filter that matches parts of addresses finds both.
    let address = format!("{}person{}@example.com", "x".repeat(number % 2), number / 2);
    let mut row = Row {
        typed: retyped(random, &address),
        is,
        ignore_existing,
        expires_in_days: random.choice([None, None, None, Some(1), Some(30)]).flatten(),
    };
    if is.invalid {
        match random.u8(..4) {
            0 => row.typed = format!("person{number}"),
            1 => row.typed = format!("person {number}@example.com"),
            2 => row.typed = String::new(),
            _ => row.expires_in_days = Some(366),
        }
    }
    row
}

/// Returns the same address, possibly typed in another way.
fn retyped(random: &mut Rng, address: &str) -> String {
    match random.u8(..6) {
        0 => address.to_ascii_uppercase(),
        1 => format!("  {address} "),
        2 => address.replace("example", "Example"),
        _ => address.to_owned(),
    }
}
