use std::collections::{BTreeMap, BTreeSet};

use super::stage::{Event, MOVES, Move, Stage, mermaid};
use super::*;
use crate::error::ErrorCode;
use crate::model::{InvitationStatus, NormalizedEmailAddress};

const DELAYS: Delays = Delays {
    settle: Duration::from_secs(120),
    read_lag: Duration::from_secs(30),
};

const START: Duration = Duration::ZERO;

/// Later than any due time in these tests.
const LATER: Duration = Duration::from_secs(3600);

fn recipient(position: usize) -> Recipient {
    let body = serde_json::value::to_raw_value(&position).unwrap();
    Recipient::new(position, address(position).as_str().into(), false, body, 0)
}

fn address(position: usize) -> NormalizedEmailAddress {
    NormalizedEmailAddress::new(format!("person{position}@example.com"))
}

fn invitation(position: usize) -> InvitationSummary {
    InvitationSummary {
        id: format!("inv_{position}").as_str().into(),
        email_address: address(position).as_str().into(),
        status: Some(InvitationStatus::Pending),
        url: None,
        created_at: None,
        expires_at: None,
    }
}

fn refusal(named: &[usize]) -> Refusal {
    Refusal {
        outcome: Outcome::Refused,
        code: ErrorCode::FormParamFormatInvalid,
        parameter: None,
        reason: "refused".into(),
        named: named.iter().copied().map(address).collect(),
    }
}

fn unknown() -> Lookup {
    Lookup {
        invitations: Vec::new(),
        is_user: false,
        unknown_role: None,
    }
}

fn pending(position: usize) -> Lookup {
    Lookup {
        invitations: vec![invitation(position).into()],
        ..unknown()
    }
}

fn looked_up(stages: &mut Stages, lookups: Vec<Lookup>, again: Again) -> Vec<FinalOutcome> {
    stages.looked_up(lookups, Some(&again), Timestamp::from_millis(0))
}

fn stages(recipients: impl IntoIterator<Item = usize>) -> Stages {
    let mut stages = Stages::new(DELAYS);
    recipients
        .into_iter()
        .for_each(|position| stages.add(recipient(position)));
    stages.set_input(InputState::Ended);
    stages
}

fn positions(recipients: &[Recipient]) -> Vec<usize> {
    recipients.iter().map(|recipient| recipient.position).collect()
}

/// Returns the stage of every recipient, and fails if one is in two places.
fn whereabouts(stages: &Stages) -> BTreeMap<usize, Stage> {
    let mut whereabouts = BTreeMap::new();
    for stage in Stage::ALL {
        for recipient in stages.recipients(stage) {
            let earlier = whereabouts.insert(recipient.position, stage);
            assert_eq!(earlier, None, "recipient {} is in {stage} too", recipient.position);
        }
    }
    whereabouts
}

/// Two recipients whose batch was rejected, isolated in this way.
fn isolated(isolation: Isolation) -> Stages {
    let mut stages = stages([0, 1]);
    stages.start_attempt(Lane::Bulk);
    assert!(stages.refused(Lane::Bulk, &refusal(&[]), isolation, START).is_empty());
    stages
}

/// Brings recipient 0 to where a move begins.
fn before((from, event, to): Move) -> Stages {
    match from {
        None => Stages::new(DELAYS),
        Some(Stage::LookingUp) => {
            let mut stages = Stages::new(DELAYS);
            stages.start_look_up(vec![recipient(0)]);
            stages
        }
        Some(Stage::Replacing) => {
            let mut stages = before((Some(Stage::LookingUp), event, None));
            looked_up(&mut stages, vec![pending(0)], Again::new().pending());
            stages
        }
        Some(Stage::Revoking) => {
            let mut stages = before((Some(Stage::Replacing), event, None));
            stages.start_revoking();
            stages
        }
        Some(Stage::Ready) => stages([0]),
        Some(Stage::Alone) => isolated(Isolation::OneByOne),
        Some(Stage::Halves) => isolated(Isolation::Halves),
        Some(Stage::InFlight) => {
            let mut stages = match (event, to) {
                (Event::NoEffect, Some(stage @ (Stage::Alone | Stage::Halves))) => before((Some(stage), event, None)),
                (Event::AnotherIsRefused | Event::BatchRejected, _) => stages([0, 1]),
                (Event::RefusedAfterAnAmbiguousAttempt, _) => {
                    let mut stages = before((Some(Stage::Resolving), event, None));
                    assert!(stages.resolved(&[]).is_none());
                    stages.set_input(InputState::Ended);
                    stages
                }
                _ => stages([0]),
            };
            let is_alone = (event, to) == (Event::NoEffect, Some(Stage::Alone));
            stages.start_attempt(if is_alone { Lane::Single } else { Lane::Bulk });
            stages
        }
        Some(Stage::Unresolved) => {
            let mut stages = Stages::new(DELAYS);
            stages.add_unresolved(recipient(0), START);
            stages
        }
        Some(Stage::Resolving) => {
            let mut stages = before((Some(Stage::Unresolved), event, None));
            assert!(stages.start_resolving(LATER).is_some());
            stages
        }
    }
}

/// Applies the event of a move to recipient 0.
fn apply(stages: &mut Stages, (from, event, to): Move) -> Vec<FinalOutcome> {
    let in_flight = [Lane::Bulk, Lane::Single]
        .into_iter()
        .find(|lane| !stages.in_flight(*lane).is_empty());
    let lane = in_flight.unwrap_or(Lane::Bulk);
    match event {
        Event::ReadFromInput if to == Some(Stage::LookingUp) => drop(stages.start_look_up(vec![recipient(0)])),
        Event::ReadFromInput => stages.add(recipient(0)),
        Event::UnresolvedByTheJournal => stages.add_unresolved(recipient(0), START),
        Event::NothingKnown => return looked_up(stages, vec![unknown()], Again::new()),
        Event::Known => return looked_up(stages, vec![pending(0)], Again::new()),
        Event::ToBeInvitedAgain => return looked_up(stages, vec![pending(0)], Again::new().pending()),
        Event::RevocationStarts => drop(stages.start_revoking()),
        Event::Revoked => return stages.revoked(&[(invitation(0).id, Revocation::Revoked)]),
        Event::Accepted => return stages.revoked(&[(invitation(0).id, Revocation::Accepted)]),
        Event::RevocationFailed => return stages.revoked(&[]),
        Event::ReadFailed => stages.read_failed(LATER),
        Event::AttemptStarts => {
            let lane = if from == Some(Stage::Alone) {
                Lane::Single
            } else {
                Lane::Bulk
            };
            assert_eq!(stages.start_attempt(lane).map(|batch| batch[0].position), Some(0));
        }
        Event::Created => return stages.answered(lane, vec![invitation(0)], START),
        Event::MissingInTheResponse => return stages.answered(lane, Vec::new(), START),
        Event::Refused | Event::RefusedAfterAnAmbiguousAttempt => {
            return stages.refused(lane, &refusal(&[0]), Isolation::OneByOne, START);
        }
        Event::AnotherIsRefused => return stages.refused(lane, &refusal(&[1]), Isolation::OneByOne, START),
        Event::BatchRejected => {
            let isolation = match to {
                Some(Stage::Halves) => Isolation::Halves,
                _ => Isolation::OneByOne,
            };
            return stages.refused(lane, &refusal(&[]), isolation, START);
        }
        Event::NoEffect => stages.put_back(lane),
        Event::Ambiguous => stages.ambiguous(lane, START),
        Event::Due => assert!(stages.start_resolving(LATER).is_some()),
        Event::Resolved => return stages.resolved(&[invitation(0)]).into_iter().collect(),
        Event::NothingFound => return stages.resolved(&[]).into_iter().collect(),
    }
    Vec::new()
}

#[test]
fn every_move_of_the_table_happens() {
    for step @ (from, event, to) in MOVES {
        let mut stages = before(step);
        assert_eq!(whereabouts(&stages).get(&0).copied(), from, "before {step:?}");
        let finals = apply(&mut stages, step);
        assert_eq!(whereabouts(&stages).get(&0).copied(), to, "after {step:?}");
        let is_final = finals.iter().any(|outcome| outcome.settlement.position == 0);
        assert_eq!(is_final, to.is_none(), "{event}");
    }
}

#[test]
fn no_other_move_happens_and_no_recipient_is_lost() {
    const RECIPIENTS: usize = 60;

    let moves: BTreeSet<_> = MOVES.map(|(from, _, to)| (from, to)).into();
    let mut seen = BTreeSet::new();
    for seed in 0..50 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut stages = Stages::new(DELAYS);
        let mut now = START;
        let mut next = 0;
        let mut settled = BTreeSet::new();
        for _ in 0..400 {
            let earlier = whereabouts(&stages);
            let added = next;
            let finals = random_step(&mut stages, &mut random, &mut now, &mut next, RECIPIENTS);
            let later = whereabouts(&stages);
            for outcome in &finals {
                assert!(
                    settled.insert(outcome.settlement.position),
                    "settled twice: {outcome:?}"
                );
            }
            assert_eq!(later.len() + settled.len(), next, "seed {seed}");
            for position in 0..next {
                let (from, to) = (earlier.get(&position).copied(), later.get(&position).copied());
                if from != to && (position >= added || from.is_some()) {
                    assert!(moves.contains(&(from, to)), "seed {seed}: {from:?} to {to:?}");
                    seen.insert((from, to));
                }
            }
        }
        let left = stages.drain();
        assert!(left.is_sorted_by_key(|recipient| recipient.position));
        assert_eq!(left.len() + settled.len(), next);
    }
    assert_eq!(seen, moves);
}

/// Does what the engine could do at this moment.
fn random_step(
    stages: &mut Stages,
    random: &mut fastrand::Rng,
    now: &mut Duration,
    next: &mut usize,
    recipients: usize,
) -> Vec<FinalOutcome> {
    *now += Duration::from_secs(random.u64(..60));
    let lane = if random.bool() { Lane::Bulk } else { Lane::Single };
    let isolation = if random.bool() {
        Isolation::OneByOne
    } else {
        Isolation::Halves
    };
    let in_flight = positions(stages.in_flight(lane));
    let looking_up = stages.looking_up.len();
    let one_of = |positions: &[usize], random: &mut fastrand::Rng| positions[random.usize(..positions.len())];
    let mut take = |count: usize| {
        let first = *next;
        *next = recipients.min(first + count);
        (first..*next).map(recipient).collect::<Vec<_>>()
    };
    match random.u8(..17) {
        0 => take(1).into_iter().for_each(|recipient| stages.add(recipient)),
        1 => take(1)
            .into_iter()
            .for_each(|recipient| stages.add_unresolved(recipient, *now)),
        2 if !stages.is_reading() => {
            stages.start_look_up(take(5));
        }
        3 if looking_up > 0 => {
            let own = positions(&stages.looking_up);
            let lookup = |position: usize| Lookup {
                is_user: random.bool(),
                ..if random.bool() { pending(position) } else { unknown() }
            };
            let lookups = own.into_iter().map(lookup).collect();
            return looked_up(stages, lookups, Again::new().pending());
        }
        4 if !stages.is_reading() => {
            stages.start_resolving(*now);
        }
        5 if stages.resolving.is_some() => return stages.resolved(&[]).into_iter().collect(),
        6 if stages.resolving.is_some() => {
            let found: Vec<_> = (0..recipients).map(invitation).collect();
            let own = stages.resolving.as_ref().map_or(0, |recipient| recipient.position);
            return stages.resolved(&found[own..=own]).into_iter().collect();
        }
        7 if random.u8(..4) == 0 => stages.read_failed(*now),
        8 | 9 if in_flight.is_empty() => {
            stages.start_attempt(lane);
        }
        10 if !in_flight.is_empty() => {
            let created = in_flight
                .into_iter()
                .filter(|_| random.u8(..4) > 0)
                .map(invitation)
                .collect();
            return stages.answered(lane, created, *now);
        }
        11 if !in_flight.is_empty() => {
            let named: &[_] = if random.bool() {
                &[one_of(&in_flight, random)]
            } else {
                &[]
            };
            return stages.refused(lane, &refusal(named), isolation, *now);
        }
        12 => stages.put_back(lane),
        13 => stages.ambiguous(lane, *now),
        14 if !stages.is_reading() => drop(stages.start_revoking()),
        15 | 16 if !stages.revoking.is_empty() => {
            let own = positions(&stages.revoking).into_iter().take(random.usize(..=BATCH));
            let ends: Vec<_> = own
                .map(|position| (invitation(position).id, Revocation::Revoked))
                .collect();
            let is_accepted = random.u8(..4) == 0;
            let ends = ends
                .into_iter()
                .map(|(id, end)| (id, if is_accepted { Revocation::Accepted } else { end }));
            return stages.revoked(&ends.collect::<Vec<_>>());
        }
        _ if *next == recipients => stages.set_input(InputState::Ended),
        _ => {}
    }
    Vec::new()
}

#[test]
fn halves_and_recipients_alone_go_before_ready_ones() {
    for (isolation, lane, first) in [
        (Isolation::Halves, Lane::Bulk, vec![0]),
        (Isolation::OneByOne, Lane::Single, vec![0]),
    ] {
        let mut stages = isolated(isolation);
        stages.add(recipient(2));
        assert_eq!(stages.start_attempt(lane).map(positions), Some(first), "{isolation:?}");
    }
}

#[test]
fn recipients_that_are_put_back_come_first_and_in_their_order() {
    let mut stages = stages(0..25);
    stages.start_attempt(Lane::Bulk);
    stages.start_attempt(Lane::Single);
    stages.put_back(Lane::Bulk);
    let first_ten: Vec<_> = (0..10).collect();
    assert_eq!(stages.start_attempt(Lane::Bulk).map(positions), Some(first_ten));
    stages.put_back(Lane::Single);
    assert_eq!(stages.start_attempt(Lane::Single).map(positions), Some(vec![10]));
    let others: Vec<_> = (0..10).filter(|position| *position != 3).collect();
    stages.refused(Lane::Bulk, &refusal(&[3]), Isolation::OneByOne, START);
    let batch = stages.start_attempt(Lane::Bulk).map(positions).unwrap();
    assert_eq!(batch, [others, vec![11]].concat());
}

#[test]
fn halves_and_recipients_alone_that_are_put_back_come_first() {
    for (isolation, lane) in [(Isolation::Halves, Lane::Bulk), (Isolation::OneByOne, Lane::Single)] {
        let mut stages = isolated(isolation);
        stages.start_attempt(lane);
        stages.put_back(lane);
        assert_eq!(
            stages.start_attempt(lane).map(positions),
            Some(vec![0]),
            "{isolation:?}"
        );
    }
}

#[test]
fn a_recipient_that_is_sent_again_comes_first() {
    let mut stages = before((Some(Stage::Resolving), Event::NothingFound, None));
    stages.add(recipient(1));
    stages.resolved(&[]);
    assert_eq!(stages.start_attempt(Lane::Single).map(positions), Some(vec![0]));
}

#[test]
fn the_bulk_lane_waits_for_ten_unless_no_more_can_come() {
    let mut stages = Stages::new(DELAYS);
    (0..9).for_each(|position| stages.add(recipient(position)));
    assert!(!stages.has_batch_for(Lane::Bulk) && stages.has_batch_for(Lane::Single));
    stages.start_look_up(vec![recipient(9)]);
    stages.set_input(InputState::Ended);
    assert!(!stages.has_batch_for(Lane::Bulk), "one is being looked up");
    looked_up(&mut stages, vec![unknown()], Again::new());
    assert!(stages.has_batch_for(Lane::Bulk));
    let nine = self::stages(0..9);
    assert!(nine.has_batch_for(Lane::Bulk), "the input has ended");
    assert!(!self::stages([]).has_batch_for(Lane::Bulk));
}

#[test]
fn halves_are_for_the_bulk_lane_while_the_input_has_no_recipient() {
    let mut stages = isolated(Isolation::Halves);
    stages.set_input(InputState::Waits);
    assert!(!stages.trickles() && stages.has_batch_for(Lane::Bulk));
}

#[test]
fn unresolved_recipients_are_due_by_their_time_and_then_by_their_position() {
    let mut stages = Stages::new(DELAYS);
    let soon = Duration::from_secs(1);
    for (position, at) in [(2, soon), (1, soon), (3, START)] {
        stages.add_unresolved(recipient(position), at);
    }
    let delay = DELAYS.settle + DELAYS.read_lag;
    assert_eq!(stages.next_due(), Some(delay));
    assert!(stages.start_resolving(delay - soon).is_none());
    let mut order = Vec::new();
    while let Some(recipient) = stages.start_resolving(LATER) {
        order.push(recipient.position);
        stages.resolved(&[]);
    }
    assert_eq!(order, [3, 1, 2]);
}

#[test]
fn a_refusal_after_an_ambiguous_attempt_waits_only_for_the_list() {
    let step = (Some(Stage::InFlight), Event::RefusedAfterAnAmbiguousAttempt, None);
    let mut stages = before(step);
    apply(&mut stages, step);
    assert_eq!(stages.next_due(), Some(DELAYS.read_lag));
    assert!(stages.start_resolving(LATER).is_some());
    let outcome = stages.resolved(&[]).map(|outcome| outcome.settlement.outcome);
    assert_eq!(outcome, Some(Outcome::Refused));
}

#[test]
fn architecture_md_shows_the_moves() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md");
    let text = std::fs::read_to_string(file).unwrap();
    let diagram = mermaid();
    assert!(
        text.contains(&diagram),
        "replace the diagram of the stages in ARCHITECTURE.md by\n\n{diagram}"
    );
}
