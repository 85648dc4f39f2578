//! The people of a round.

use clerk_core::api::invitations::CreateInvitation;

/// How many people are submitted at first, and later.
const FIRST: u32 = 40;
const LATER: u32 = 30;

/// The state of a person at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    New,
    /// A user, who is not invited.
    User,
    /// Has a pending invitation.
    Pending,
    /// Is new, and is invited without regard to existing invitations, so not a second time after an attempt that is not known.
    IgnoresExisting,
    /// Is submitted in a transaction that is rolled back.
    RolledBack,
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) kind: Kind,
    pub(crate) address: String,
}

impl Person {
    fn new(kind: Kind, name: &str, number: u32) -> Self {
        let address = format!("{name}-{number}@example.com");
        Self { kind, address }
    }

    pub(crate) fn request(&self) -> CreateInvitation {
        let request = CreateInvitation::new(self.address.as_str());
        if self.kind == Kind::IgnoresExisting {
            return request.ignore_existing(true);
        }
        request
    }
}

/// The batches of a round.
pub(crate) struct People {
    pub(crate) first: Vec<Person>,
    /// Contains some of `first` again.
    pub(crate) later: Vec<Person>,
    pub(crate) rolled_back: Vec<Person>,
}

impl People {
    pub(crate) fn new() -> Self {
        let new = |numbers: std::ops::Range<u32>| numbers.map(|number| Person::new(Kind::New, "person", number));
        let mut first: Vec<Person> = new(0..FIRST).collect();
        for number in 0..3 {
            first.push(Person::new(Kind::User, "user", number));
            first.push(Person::new(Kind::Pending, "pending", number));
            // In the middle of a batch. People who are sent alone are others, and a late call shows for them.
            let place = number as usize * 9 + 4;
            first.insert(place, Person::new(Kind::IgnoresExisting, "ignoring", number));
        }
        let later = new(FIRST..FIRST + LATER).chain(first.iter().take(8).cloned()).collect();
        let rolled_back = (0..12)
            .map(|number| Person::new(Kind::RolledBack, "nobody", number))
            .collect();
        Self {
            first,
            later,
            rolled_back,
        }
    }

    /// Returns everyone, each once.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Person> {
        let later = self
            .later
            .iter()
            .filter(|later| !self.first.iter().any(|first| first.address == later.address));
        self.first.iter().chain(later).chain(&self.rolled_back)
    }

    /// Returns the number of people who are to have an outcome.
    pub(crate) fn submitted(&self) -> u64 {
        self.all().filter(|person| person.kind != Kind::RolledBack).count() as u64
    }
}
