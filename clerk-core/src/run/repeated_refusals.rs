//! Notices when Clerk refuses people for something that they share, such as a redirect URL that is not allowed.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::classify::Refusal;
use super::outcome::Outcome;
use super::recipient::Recipient;
use super::report::Stop;
use crate::error::ErrorCode;

/// How many calls may be refused for the same reason.
const MAX: u32 = 10;

/// How many reasons are counted at a time.
const REASONS: usize = 16;

/// Counts refused calls by what they have in common. A success with the same value ends a count.
pub(super) struct RepeatedRefusals {
    counts: Vec<(Reason, u32)>,
    keep_going: bool,
}

/// The code, the parameter, and the JSON text that was sent for it.
#[derive(Debug, PartialEq, Eq)]
struct Reason {
    code: ErrorCode,
    parameter: Option<String>,
    value: Option<String>,
}

impl RepeatedRefusals {
    pub(super) const fn new(keep_going: bool) -> Self {
        Self {
            counts: Vec::new(),
            keep_going,
        }
    }

    /// Ends the counts for what these recipients sent, since they were invited with it.
    pub(super) fn succeeded<'r>(&mut self, recipients: impl Iterator<Item = &'r Recipient> + Clone) {
        self.counts.retain(|(reason, _)| {
            let sent = |recipient| sent_value(recipient, reason.parameter.as_deref()) == reason.value;
            !recipients.clone().any(sent)
        });
    }

    /// Counts a call that was refused, and stops the run if too many were refused for the same reason.
    pub(super) fn refused(&mut self, refusal: &Refusal, recipients: &[Recipient]) -> Result<(), Stop> {
        let Some(reason) = Reason::new(refusal, recipients).filter(|_| !self.keep_going) else {
            return Ok(());
        };
        let known = self.counts.iter().position(|(known, _)| *known == reason);
        let count = 1 + known.map_or(0, |known| self.counts.remove(known).1);
        if count >= MAX {
            return Err(Stop::RepeatedRefusal {
                code: reason.code,
                parameter: reason.parameter,
                calls: count,
            });
        }
        if self.counts.len() == REASONS {
            self.counts.remove(0);
        }
        self.counts.push((reason, count));
        Ok(())
    }
}

impl Reason {
    /// Returns the reason that the recipients share. `None` if the refusal is that of one person.
    fn new(refusal: &Refusal, recipients: &[Recipient]) -> Option<Self> {
        let is_personal = refusal.outcome != Outcome::Refused
            || refusal.code == ErrorCode::NotAllowedAccess
            || refusal.parameter.as_deref() == Some("email_address")
            || !refusal.named.is_empty();
        let (first, others) = recipients.split_first().filter(|_| !is_personal)?;
        let value = sent_value(first, refusal.parameter.as_deref());
        // One of several people may be the reason, unless all sent the value.
        let is_shared = |other| value.is_some() && sent_value(other, refusal.parameter.as_deref()) == value;
        others.iter().all(is_shared).then(|| Self {
            code: refusal.code.clone(),
            parameter: refusal.parameter.clone(),
            value,
        })
    }
}

/// Returns the JSON text that a recipient's request has for a parameter.
fn sent_value(recipient: &Recipient, parameter: Option<&str>) -> Option<String> {
    let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(recipient.body.get()).ok()?;
    fields.remove(parameter?).map(|value| value.get().to_owned())
}
