use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const PENDING: &str = "pending";

const ID_PREFIX: &str = "inv_fake";

/// The invitations of the instance, numbered in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Invitations {
    made: u64,
    by_number: BTreeMap<u64, Invitation>,
    numbers_by_address: HashMap<String, Vec<u64>>,
}

/// An invitation to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewInvitation {
    pub(crate) email_address: String,
    pub(crate) public_metadata: Metadata,
    pub(crate) notify: bool,
    pub(crate) ignore_existing: bool,
    pub(crate) expires_in_days: u32,
}

impl NewInvitation {
    /// How long an invitation is valid unless it says otherwise: 30 days.
    pub(crate) const EXPIRES_IN_DAYS: u32 = 30;

    /// With Clerk's defaults.
    pub(crate) fn new(email_address: String) -> Self {
        Self {
            email_address,
            public_metadata: Metadata::default(),
            notify: true,
            ignore_existing: false,
            expires_in_days: Self::EXPIRES_IN_DAYS,
        }
    }
}

/// An invitation as the fake keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Invitation {
    pub(crate) id: String,
    pub(crate) email_address: String,
    public_metadata: Metadata,
    fate: Fate,
    url: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) created_at: Timestamp,
    updated_at: Timestamp,
    /// When it was made, as the clock's time that never jumps.
    pub(crate) made_at: Duration,
}

/// What somebody did with an invitation. That it expired follows from the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Open,
    Accepted,
    Revoked,
}

impl Invitations {
    pub(crate) fn make(&mut self, new: NewInvitation, wall: Timestamp, now: Duration) -> &Invitation {
        self.made += 1;
        let number = self.made;
        let numbers = self.numbers_by_address.entry(new.email_address.clone());
        numbers.or_default().push(number);
        self.by_number.entry(number).or_insert_with(|| Invitation {
            id: format!("{ID_PREFIX}{number:06}"),
            email_address: new.email_address,
            public_metadata: new.public_metadata,
            fate: Fate::Open,
            url: format!("https://fake.clerk.test/v1/tickets/accept?ticket=fake_ticket_{number:06}"),
            expires_at: wall.saturating_add(DAY * new.expires_in_days),
            created_at: wall,
            updated_at: wall,
            made_at: now,
        })
    }

    /// All of them, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Invitation> {
        self.by_number.values()
    }

    pub(crate) fn find(&mut self, id: &str) -> Option<&mut Invitation> {
        let invitation = self.by_number.get_mut(&number_of(id)?)?;
        (invitation.id == id).then_some(invitation)
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let Some(number) = self.find(id).and_then(|invitation| number_of(&invitation.id)) else {
            return false;
        };
        self.by_number.remove(&number);
        true
    }

    pub(crate) fn has_pending(&self, email_address: &str, wall: Timestamp) -> bool {
        self.numbers_of(email_address)
            .filter_map(|number| self.by_number.get(number))
            .any(|invitation| invitation.status(wall) == PENDING)
    }

    /// Accepts every pending invitation for this address.
    pub(crate) fn accept(&mut self, email_address: &str, wall: Timestamp) {
        let numbers: Vec<u64> = self.numbers_of(email_address).copied().collect();
        for number in numbers {
            match self.by_number.get_mut(&number) {
                Some(invitation) if invitation.status(wall) == PENDING => invitation.meet(Fate::Accepted, wall),
                _ => {}
            }
        }
    }

    fn numbers_of(&self, email_address: &str) -> impl Iterator<Item = &u64> {
        self.numbers_by_address.get(email_address).into_iter().flatten()
    }
}

fn number_of(id: &str) -> Option<u64> {
    id.strip_prefix(ID_PREFIX)?.parse().ok()
}

impl Invitation {
    pub(crate) const fn fate(&self) -> Fate {
        self.fate
    }

    pub(crate) fn status(&self, wall: Timestamp) -> &'static str {
        match self.fate {
            Fate::Accepted => "accepted",
            Fate::Revoked => "revoked",
            Fate::Open if self.expires_at <= wall => "expired",
            Fate::Open => PENDING,
        }
    }

    pub(crate) fn meet(&mut self, fate: Fate, wall: Timestamp) {
        self.fate = fate;
        self.updated_at = wall;
    }

    /// The invitation as the API shows it.
    pub(crate) fn shown(&self, wall: Timestamp) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct Shown<'a> {
            object: &'static str,
            id: &'a str,
            email_address: &'a str,
            public_metadata: &'a Metadata,
            revoked: bool,
            status: &'static str,
            url: &'a str,
            expires_at: Timestamp,
            created_at: Timestamp,
            updated_at: Timestamp,
        }

        Shown {
            object: "invitation",
            id: &self.id,
            email_address: &self.email_address,
            public_metadata: &self.public_metadata,
            revoked: self.fate == Fate::Revoked,
            status: self.status(wall),
            url: &self.url,
            expires_at: self.expires_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
