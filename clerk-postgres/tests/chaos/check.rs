//! Whether a round kept its promise, by the record of the fake and the tables.

use std::collections::BTreeMap;

use clerk_core::run::Outcome;
use clerk_testkit::FakeClerk;

use crate::people::{Kind, People, Person};
use crate::plan::Variant;

/// The result of the checks.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// People with more than one mail.
    pub(crate) twice: usize,
    /// Everything else that must not happen.
    pub(crate) violations: Vec<String>,
}

/// Checks mails, outcomes and calls.
pub(crate) fn check(
    variant: Variant,
    fake: &FakeClerk,
    people: &People,
    outcomes: &BTreeMap<String, Option<Outcome>>,
) -> Checked {
    let mut checked = Checked::default();
    for person in people.all() {
        let mails = fake.mails_to(&person.address);
        checked.twice += usize::from(mails > 1);
        let known = outcomes.contains_key(&person.address);
        let outcome = outcomes.get(&person.address).and_then(Option::as_ref);
        if known && person.kind == Kind::RolledBack {
            checked.violations.push(format!(
                "{} is known although the transaction was rolled back",
                person.address
            ));
        }
        if let Err(problem) = check_person(variant, person, mails, outcome) {
            let outcome = outcome.map_or_else(|| "none".to_owned(), ToString::to_string);
            let problem = format!(
                "{} ({:?}): {problem}; outcome {outcome}, {mails} mails",
                person.address, person.kind
            );
            checked.violations.push(problem);
        }
    }
    let refused = fake.log().into_iter().filter(|call| call.status == Some(429));
    checked
        .violations
        .extend(refused.map(|call| format!("the budget is exceeded: {call}")));
    checked
}

fn check_person(variant: Variant, person: &Person, mails: u64, outcome: Option<&Outcome>) -> Result<(), &'static str> {
    let Some(outcome) = outcome else {
        return match person.kind {
            Kind::RolledBack if mails == 0 => Ok(()),
            Kind::RolledBack => Err("invited although the transaction was rolled back"),
            _ => Err("lost"),
        };
    };
    let is_right = match person.kind {
        Kind::RolledBack => mails == 0,
        Kind::User => *outcome == Outcome::ExistingUser && mails == 0,
        Kind::Pending => *outcome == Outcome::AlreadyInvited && mails == 0,
        Kind::IgnoresExisting => match outcome {
            Outcome::Created => mails == 1,
            Outcome::Unknown => mails <= 1,
            _ => false,
        },
        Kind::New => match variant {
            Variant::Promise => *outcome == Outcome::Created && mails == 1,
            // A late call of a worker that was stopped looks like an invitation of someone else.
            Variant::OnePending => matches!(outcome, Outcome::Created | Outcome::AlreadyInvited) && mails == 1,
            Variant::ShortDelay => matches!(outcome, Outcome::Created | Outcome::AlreadyInvited) && mails >= 1,
        },
    };
    if is_right {
        Ok(())
    } else {
        Err("a wrong outcome or number of mails")
    }
}
