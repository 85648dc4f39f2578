//! The stages by name, and the table of the moves between them.

use std::fmt;
use std::fmt::Write;

use super::Stages;
use crate::run::recipient::Recipient;

/// Where a recipient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    LookingUp,
    Replacing,
    Revoking,
    Ready,
    Alone,
    Halves,
    InFlight,
    Unresolved,
    Resolving,
}

impl Stage {
    pub(super) const ALL: [Self; 9] = [
        Self::LookingUp,
        Self::Replacing,
        Self::Revoking,
        Self::Ready,
        Self::Alone,
        Self::Halves,
        Self::InFlight,
        Self::Unresolved,
        Self::Resolving,
    ];
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What moves a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    ReadFromInput,
    UnresolvedByTheJournal,
    NothingKnown,
    Known,
    ToBeInvitedAgain,
    RevocationStarts,
    Revoked,
    Accepted,
    RevocationFailed,
    ReadFailed,
    AttemptStarts,
    Created,
    MissingInTheResponse,
    Refused,
    RefusedAfterAnAmbiguousAttempt,
    AnotherIsRefused,
    BatchRejected,
    NoEffect,
    Ambiguous,
    Due,
    Resolved,
    NothingFound,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadFromInput => "read from the input",
            Self::UnresolvedByTheJournal => "unresolved by the journal",
            Self::NothingKnown => "nothing known",
            Self::Known => "already invited or a user",
            Self::ToBeInvitedAgain => "to be invited again",
            Self::RevocationStarts => "revocation starts",
            Self::Revoked => "revoked",
            Self::Accepted => "accepted meanwhile",
            Self::RevocationFailed => "revocation failed",
            Self::ReadFailed => "read failed",
            Self::AttemptStarts => "attempt starts",
            Self::Created => "created",
            Self::MissingInTheResponse => "missing in the response",
            Self::Refused => "refused",
            Self::RefusedAfterAnAmbiguousAttempt => "refused after an ambiguous attempt",
            Self::AnotherIsRefused => "another is refused",
            Self::BatchRejected => "batch rejected",
            Self::NoEffect => "no effect",
            Self::Ambiguous => "ambiguous",
            Self::Due => "due",
            Self::Resolved => "resolved",
            Self::NothingFound => "nothing found",
        })
    }
}

/// A row of the table: from where, by which event, to where. `None` is the input, or the final outcome.
pub(super) type Move = (Option<Stage>, Event, Option<Stage>);

/// Every move that there is.
pub(super) const MOVES: [Move; 29] = {
    use Event as E;
    use Stage::{Alone, Halves, InFlight, LookingUp, Ready, Replacing, Resolving, Revoking, Unresolved};

    [
        (None, E::ReadFromInput, Some(LookingUp)),
        (None, E::ReadFromInput, Some(Ready)),
        (None, E::UnresolvedByTheJournal, Some(Unresolved)),
        (Some(LookingUp), E::NothingKnown, Some(Ready)),
        (Some(LookingUp), E::Known, None),
        (Some(LookingUp), E::ReadFailed, Some(Ready)),
        (Some(LookingUp), E::ToBeInvitedAgain, Some(Replacing)),
        (Some(Replacing), E::RevocationStarts, Some(Revoking)),
        (Some(Revoking), E::Revoked, Some(Ready)),
        (Some(Revoking), E::Accepted, None),
        (Some(Revoking), E::RevocationFailed, Some(Replacing)),
        (Some(Ready), E::AttemptStarts, Some(InFlight)),
        (Some(Alone), E::AttemptStarts, Some(InFlight)),
        (Some(Halves), E::AttemptStarts, Some(InFlight)),
        (Some(InFlight), E::Created, None),
        (Some(InFlight), E::MissingInTheResponse, Some(Unresolved)),
        (Some(InFlight), E::Refused, None),
        (Some(InFlight), E::RefusedAfterAnAmbiguousAttempt, Some(Unresolved)),
        (Some(InFlight), E::AnotherIsRefused, Some(Ready)),
        (Some(InFlight), E::BatchRejected, Some(Alone)),
        (Some(InFlight), E::BatchRejected, Some(Halves)),
        (Some(InFlight), E::NoEffect, Some(Ready)),
        (Some(InFlight), E::NoEffect, Some(Alone)),
        (Some(InFlight), E::NoEffect, Some(Halves)),
        (Some(InFlight), E::Ambiguous, Some(Unresolved)),
        (Some(Unresolved), E::Due, Some(Resolving)),
        (Some(Resolving), E::Resolved, None),
        (Some(Resolving), E::NothingFound, Some(Ready)),
        (Some(Resolving), E::ReadFailed, Some(Unresolved)),
    ]
};

/// Writes the table as a Mermaid diagram.
pub(super) fn mermaid() -> String {
    let mut diagram = "stateDiagram-v2\n".to_owned();
    for (from, event, to) in MOVES {
        let name = |stage: Option<Stage>| stage.map_or_else(|| "[*]".to_owned(), |stage| stage.to_string());
        // Writing to a String cannot fail.
        let _ = writeln!(diagram, "    {} --> {}: {event}", name(from), name(to));
    }
    diagram
}

impl Stages {
    /// Returns the recipients that are in a stage.
    pub(super) fn recipients(&self, stage: Stage) -> Vec<&Recipient> {
        match stage {
            Stage::LookingUp => self.looking_up.iter().collect(),
            Stage::Replacing => self.replacing.iter().collect(),
            Stage::Revoking => self.revoking.iter().collect(),
            Stage::Ready => self.ready.iter().collect(),
            Stage::Alone => self.alone.iter().collect(),
            Stage::Halves => self.halves.iter().flatten().collect(),
            Stage::InFlight => [&self.bulk, &self.single]
                .into_iter()
                .flatten()
                .flat_map(|batch| &batch.recipients)
                .collect(),
            Stage::Unresolved => self.unresolved.values().collect(),
            Stage::Resolving => self.resolving.iter().collect(),
        }
    }
}
