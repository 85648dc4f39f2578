//! Every announced outcome is true at the fake, and nobody has received more mails than announced.

use std::collections::BTreeMap;

use clerk_core::ErrorCode;
use clerk_core::model::{InvitationStatus, Timestamp};
use clerk_core::run::{Evidence, Outcome, Settlement};
use clerk_testkit::ManualClock;
use clerk_testkit::fake::IgnoreExisting;

use super::Story;
use super::journal::has_lost_records;
use super::undo::at;
use crate::others::{Deed, Event};
use crate::process::{End, Life, describe};
use crate::scenario::{Action, Assumption, Row};
use crate::target::{Invited, Target};

/// The state of an address after everything has ended.
struct Known<'a> {
    /// The invitations that the run created, oldest first.
    by_run: Vec<&'a Invited>,
    /// All others, including those from before the run.
    by_others: Vec<&'a Invited>,
    /// Whether a user has the address now.
    is_user: bool,
    /// Whether others delete the pending invitations of the address.
    is_deleted: bool,
    mails: u64,
}

pub(super) fn check(story: &Story<'_>) -> Vec<String> {
    let mut known: BTreeMap<String, Known<'_>> = BTreeMap::new();
    for row in &story.scenario.rows {
        let address = row.identity();
        known
            .entry(address.clone())
            .or_insert_with(|| Known::new(story, row, &address));
    }
    let mut problems = Vec::new();
    let first_rows = story.scenario.rows.iter();
    for row in first_rows.filter(|row| !row.is.duplicate && !row.is.invalid) {
        let address = row.identity();
        if let Some(known) = known.get(&address) {
            problems.extend(mails(row, known).map(|problem| format!("{address}: {problem}")));
        }
    }
    let mut has_lost = false;
    for (number, life) in story.lives.iter().enumerate() {
        has_lost |= has_lost_records(life);
        let is_last = number + 1 == story.lives.len();
        for settlement in &life.settled {
            let Some(row) = story.scenario.rows.get(settlement.position) else {
                continue;
            };
            if settlement.outcome == Outcome::Pending && !(is_last && matches!(life.end, End::Invited(_))) {
                continue;
            }
            let Some(known) = known.get(&row.identity()) else {
                continue;
            };
            let claim = Claim {
                story,
                life,
                row,
                known,
                settlement,
                has_lost,
            };
            if let Some(problem) = claim.problem() {
                problems.push(format!("process {}: {}: {problem}", number + 1, describe(settlement)));
            }
        }
    }
    problems
}

impl<'a> Known<'a> {
    fn new(story: &'a Story<'_>, row: &Row, address: &str) -> Self {
        let invitations = story.truth.values();
        let (mut by_run, by_others): (Vec<&Invited>, _) = invitations
            .filter(|invitation| invitation.address == address)
            .partition(|invitation| invitation.maker.is_some());
        by_run.sort_by_key(|invitation| invitation.created_at);
        let events = &story.scenario.events;
        let happens = |deed| {
            let is_it = |event: &Event| event.deed == deed && event.address == address;
            events.iter().any(is_it)
        };
        Self {
            by_run,
            by_others,
            is_user: row.is.user || happens(Deed::SignUp),
            is_deleted: happens(Deed::Delete),
            mails: story.mails.get(address).copied().unwrap_or_default(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &'a Invited> {
        self.by_run.iter().chain(&self.by_others).copied()
    }

    /// Whether the address has an invitation of one of these statuses.
    fn has(&self, statuses: &[InvitationStatus]) -> bool {
        self.all().any(|invitation| statuses.contains(&invitation.status))
    }

    /// The number of invitations that the runs created before this time and that are neither revoked nor expired.
    fn standing(&self, end: Timestamp) -> usize {
        let is_standing = |invitation: &&&Invited| {
            invitation.created_at <= end
                && ![InvitationStatus::Revoked, InvitationStatus::Expired].contains(&invitation.status)
        };
        self.by_run.iter().filter(is_standing).count()
    }
}

/// Checks that the run invited nobody twice, except after it had revoked the invitation before.
fn mails(row: &Row, known: &Known<'_>) -> Option<String> {
    let from_before = |invitation: &&&Invited| invitation.created_at == ManualClock::START;
    let later = known.by_others.iter().filter(|other| !from_before(other)).count();
    let accounted = (known.by_run.len() + later) as u64;
    if known.mails != accounted {
        return Some(format!(
            "{} mails went out, and {accounted} invitations are known",
            known.mails
        ));
    }
    // A deleted invitation cannot be found, so its row may be sent again, except with `ignore_existing`.
    let may_repeat = known.is_deleted && !row.ignore_existing;
    let is_over = |earlier: &Invited, later: &Invited| {
        let was_revoked = earlier.status == InvitationStatus::Revoked && earlier.updated_at <= later.created_at;
        let was_expired = earlier.expires_at.is_some_and(|end| end <= later.created_at);
        was_revoked || (was_expired && earlier.status != InvitationStatus::Accepted)
    };
    let mut pairs = known.by_run.windows(2);
    if !may_repeat && let Some(pair) = pairs.find(|pair| !is_over(pair[0], pair[1])) {
        let [earlier, later] = [pair[0], pair[1]].map(|invitation| invitation.id.as_str());
        return Some(format!(
            "the run invited {} times, and {later} while {earlier} was not over",
            known.by_run.len()
        ));
    }
    let pending = |invitation: &Invited| invitation.status == InvitationStatus::Pending;
    if !row.ignore_existing && known.all().filter(|invitation| pending(invitation)).count() > 1 {
        return Some("two invitations are pending".to_owned());
    }
    None
}

/// An announced outcome, and what is known of its person.
struct Claim<'a> {
    story: &'a Story<'a>,
    life: &'a Life,
    row: &'a Row,
    known: &'a Known<'a>,
    settlement: &'a Settlement,
    /// Whether records of earlier processes may be lost.
    has_lost: bool,
}

impl Claim<'_> {
    /// Describes why the outcome is wrong, if it is.
    fn problem(&self) -> Option<String> {
        let Self {
            row, known, settlement, ..
        } = self;
        if row.is.invalid != (settlement.outcome == Outcome::Invalid)
            || row.is.duplicate != (settlement.outcome == Outcome::Duplicate)
        {
            return Some("the input shows another outcome".to_owned());
        }
        if let Some(problem) = self.wrong_invitation() {
            return Some(problem);
        }
        // What a hostile server says of people is not true.
        let is_right = self.story.scenario.hostility.is_some() || self.is_right();
        (!is_right).then(|| {
            format!(
                "the run created {}, of which {} stand, others {}; user: {}; {row:?}",
                known.by_run.len(),
                known.standing(at(self.life.time.end)),
                known.by_others.len(),
                known.is_user,
            )
        })
    }

    /// Describes why the invitation cannot be the one of the outcome.
    fn wrong_invitation(&self) -> Option<String> {
        let id = self.settlement.invitation_id.as_ref()?.as_str();
        let Some(invitation) = self.known.all().find(|invitation| invitation.id == id) else {
            return Some("the invitation is not one of this address".to_owned());
        };
        let is_earlier = match self.settlement.outcome {
            Outcome::Created => false,
            Outcome::CreatedEarlier => true,
            _ => return None,
        };
        // A server that hides what was there before makes other invitations look like those of the run.
        if self.others_interfere() || self.story.scenario.hostility.is_some() {
            return None;
        }
        let position = self.settlement.position;
        let Some(maker) = invitation.maker.filter(|maker| maker.row == position) else {
            return Some(format!("the invitation was created for row {:?}", invitation.maker));
        };
        let began = at(self.life.time.start);
        let is_impossible = match is_earlier {
            true => invitation.created_at > began,
            false => invitation.created_at < began,
        };
        if is_impossible && self.settlement.evidence == Evidence::Answer {
            return Some(format!("the invitation was created at {:?}", invitation.created_at));
        }
        let has_changed = self.version() != Some(maker.version);
        // A run that invites again also says that Clerk does not list an invitation, as one that is new.
        let may_have_reason = has_changed || matches!(self.life.start.action, Action::Again { .. });
        let has_reason = self.settlement.reason.is_some();
        if (has_reason && !may_have_reason || has_changed && !has_reason) && !self.has_lost {
            return Some(format!(
                "the row has changed: {has_changed}, and a reason is given: {has_reason}"
            ));
        }
        None
    }

    /// Whether a run up to this one invited again.
    fn was_invited_again(&self) -> bool {
        let mut lives = self.story.lives.iter();
        lives.any(|life| matches!(life.start.action, Action::Again { .. }) && life.time.start <= self.life.time.start)
    }

    fn others_interfere(&self) -> bool {
        self.story.scenario.broken == Some(Assumption::NobodyElse)
    }

    fn is_right(&self) -> bool {
        let Self {
            story,
            row,
            known,
            settlement,
            ..
        } = self;
        let promised = story.scenario.broken.is_none();
        let preflight = story.scenario.run.preflight && !self.has_lost;
        // Even an invitation that is created too late is recognized if it is listed before the run resolves the recipient.
        let is_own_found = preflight && (promised || story.scenario.broken == Some(Assumption::SettleDelay));
        let standing = known.standing(at(self.life.time.end));
        match settlement.outcome {
            Outcome::Created | Outcome::CreatedEarlier => settlement.invitation_id.is_some() && self.may_be_created(),
            // Without a preflight, the run cannot tell its own invitations from others'.
            Outcome::AlreadyInvited => known.all().next().is_some() && !(is_own_found && standing > 0),
            // A run that invites again finds users before invitations that they have not accepted, and records that.
            Outcome::ExistingUser => known.is_user && !(is_own_found && standing > 0 && !self.was_invited_again()),
            Outcome::Refused => self.is_refused() && !self.is_invited_in_this_version(),
            Outcome::Unknown => {
                let cannot_be_known = row.ignore_existing || (!preflight && known.all().next().is_some());
                cannot_be_known && !(promised && preflight && standing > 0)
            }
            Outcome::Accepted => known.has(&[InvitationStatus::Accepted]),
            Outcome::Revoked => known.has(&[InvitationStatus::Revoked]),
            Outcome::Expired => known.has(&[InvitationStatus::Expired, InvitationStatus::Revoked]),
            // A pending outcome of a person who may have been invited gives the reason.
            Outcome::Pending => standing == 0 || settlement.reason.is_some(),
            _ => true,
        }
    }

    /// The version of the row that the process was given.
    fn version(&self) -> Option<usize> {
        self.life.start.versions.get(self.settlement.position).copied()
    }

    fn is_invited_in_this_version(&self) -> bool {
        let mut makers = self.known.by_run.iter().filter_map(|invitation| invitation.maker);
        makers.any(|maker| Some(maker.version) == self.version())
    }

    fn is_refused(&self) -> bool {
        let (row, code) = (self.row, self.settlement.code.as_ref());
        let code_of_value = match self.story.scenario.target {
            Target::Application => ErrorCode::from("form_param_value_invalid"),
            Target::Organization => ErrorCode::ResourceNotFound,
        };
        let sends_refused_value = row.sends_refused_value(self.version().unwrap_or_default());
        let is_read = self.settlement.evidence == Evidence::Read;
        if is_read && self.story.scenario.target == Target::Organization {
            return sends_refused_value && code.is_none();
        }
        (row.is.malformed && code == Some(&ErrorCode::FormParamFormatInvalid))
            || (row.is.blocked && code == Some(&ErrorCode::NotAllowedAccess))
            || (sends_refused_value && code == Some(&code_of_value))
    }

    fn may_be_created(&self) -> bool {
        let (row, story) = (self.row, self.story);
        let bypasses = row.ignore_existing && story.scenario.clerk.ignore_existing == IgnoreExisting::BypassesUsers;
        let is_over = |other: &&Invited| [InvitationStatus::Expired, InvitationStatus::Revoked].contains(&other.status);
        let is_taken = row.is.pending
            && !row.ignore_existing
            && !self.others_interfere()
            && !self.known.by_others.iter().all(is_over);
        !row.is.malformed && !row.is.blocked && (!row.is.user || bypasses) && !is_taken
    }
}
