//! Breaks something outside of the SDK that the promise needs. A simulator that does not notice has no value.

use clerk_core::{Delivery, HttpRequest, HttpResponse, TransportError};
use http::Method;
use serde_json::Value;

use crate::arguments::Mode;

/// A deliberate breakage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// The journal acknowledges records that a crash then loses.
    SkipFsync,
    /// The transport reports a call that may have been carried out as not sent.
    ResendAmbiguous,
    /// The addresses of a bulk response are those of the request by position.
    MatchByPosition,
    /// The journal forgets when calls were made.
    ForgetBudget,
    /// The run gets all of the limits that it shares.
    IgnoreShare,
    /// Waits follow the time of day.
    WallClockForWaits,
    /// The program sends people again whose outcome cannot be known.
    ResendUnknown,
    /// The program reports people as created that an earlier run has invited.
    CreatedEarlierAsCreated,
    /// The journal forgets what was revoked.
    UndoneCountsAsCreated,
    /// An undo revokes nothing although it is reported.
    RevokeNothing,
    /// People are invited again whose invitation was not revoked although it is reported.
    AgainWithoutRevoke,
    /// Clerk's lists hide that people have accepted.
    AgainToAccepted,
    /// Clerk's lists say that all invitations are old.
    AgainToRecent,
    /// The journal forgets what was sent for each person.
    ForgetFingerprints,
    /// The transport takes an answer that names strangers for one that names the people of the request.
    CountStrangersAsSuccess,
    /// The transport sends a call again and again that invites nobody.
    ForgetAttemptBound,
    /// The journal skips damaged lines.
    AcceptDamagedJournal,
    /// The journal takes a damaged last line for an incomplete one.
    CutCompleteLastLine,
    /// The journal forgets that records were lost.
    ForgetLostTail,
    /// The store lets a machine write that does not lead any more.
    Fence,
    /// The store counts the places, and takes one later.
    Budget,
    /// The journal does not keep that an attempt begins.
    WriteAhead,
}

impl Break {
    pub(crate) const ALL: [Self; 22] = [
        Self::SkipFsync,
        Self::ResendAmbiguous,
        Self::MatchByPosition,
        Self::ForgetBudget,
        Self::IgnoreShare,
        Self::WallClockForWaits,
        Self::ResendUnknown,
        Self::CreatedEarlierAsCreated,
        Self::UndoneCountsAsCreated,
        Self::RevokeNothing,
        Self::AgainWithoutRevoke,
        Self::AgainToAccepted,
        Self::AgainToRecent,
        Self::ForgetFingerprints,
        Self::CountStrangersAsSuccess,
        Self::ForgetAttemptBound,
        Self::AcceptDamagedJournal,
        Self::CutCompleteLastLine,
        Self::ForgetLostTail,
        Self::Fence,
        Self::Budget,
        Self::WriteAhead,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SkipFsync => "skip-fsync",
            Self::ResendAmbiguous => "resend-ambiguous",
            Self::MatchByPosition => "match-by-position",
            Self::ForgetBudget => "forget-budget",
            Self::IgnoreShare => "ignore-share",
            Self::WallClockForWaits => "wall-clock-for-waits",
            Self::ResendUnknown => "resend-unknown",
            Self::CreatedEarlierAsCreated => "created-earlier-as-created",
            Self::UndoneCountsAsCreated => "undone-counts-as-created",
            Self::RevokeNothing => "revoke-nothing",
            Self::AgainWithoutRevoke => "again-without-revoke",
            Self::AgainToAccepted => "again-to-accepted",
            Self::AgainToRecent => "again-to-recent",
            Self::ForgetFingerprints => "forget-fingerprints",
            Self::CountStrangersAsSuccess => "count-strangers-as-success",
            Self::ForgetAttemptBound => "forget-attempt-bound",
            Self::AcceptDamagedJournal => "accept-damaged-journal",
            Self::CutCompleteLastLine => "cut-complete-last-line",
            Self::ForgetLostTail => "forget-lost-tail",
            Self::Fence => "fence",
            Self::Budget => "budget",
            Self::WriteAhead => "write-ahead",
        }
    }

    /// Returns the mode that notices it.
    pub(crate) const fn mode(self) -> Mode {
        match self {
            Self::SkipFsync
            | Self::ResendAmbiguous
            | Self::MatchByPosition
            | Self::ForgetBudget
            | Self::IgnoreShare
            | Self::WallClockForWaits
            | Self::ResendUnknown => Mode::Promise,
            Self::CreatedEarlierAsCreated
            | Self::UndoneCountsAsCreated
            | Self::RevokeNothing
            | Self::AgainWithoutRevoke
            | Self::AgainToAccepted
            | Self::AgainToRecent
            | Self::ForgetFingerprints => Mode::Sequels,
            Self::CountStrangersAsSuccess | Self::ForgetAttemptBound => Mode::Hostile,
            Self::AcceptDamagedJournal | Self::CutCompleteLastLine | Self::ForgetLostTail => Mode::Damage,
            Self::Fence | Self::Budget | Self::WriteAhead => Mode::Machines,
        }
    }
}

/// Reports a call that may have invited people as not sent.
pub(crate) fn call_ambiguous_unsent(
    request: &HttpRequest,
    result: Result<HttpResponse, TransportError>,
) -> Result<HttpResponse, TransportError> {
    use clerk_core::TransportErrorKind::Connect;

    let is_ambiguous = match &result {
        Ok(response) => response.status().is_server_error(),
        Err(error) => error.delivery() == Delivery::MaybeDelivered,
    };
    if is_ambiguous && request.method() == Method::POST {
        return Err(TransportError::new(Connect, Delivery::NotSent));
    }
    result
}

/// Makes a list say that accepted invitations have expired, and that nobody is a user.
pub(crate) fn hide_acceptance(request: &HttpRequest, response: HttpResponse) -> HttpResponse {
    if request.method() != Method::GET || !response.status().is_success() {
        return response;
    }
    if request.uri().path().ends_with("/users") {
        return HttpResponse::new("[]".into());
    }
    response.map(|body| match std::str::from_utf8(&body) {
        Ok(text) => text.replace(r#""status":"accepted""#, r#""status":"expired""#).into(),
        Err(_) => body,
    })
}

/// Makes a list say that its invitations were created in 1970.
pub(crate) fn make_old(request: &HttpRequest, response: HttpResponse) -> HttpResponse {
    if request.method() != Method::GET || !response.status().is_success() {
        return response;
    }
    response.map(|body| match serde_json::from_slice::<Value>(&body) {
        Ok(mut list) => {
            let invitations = list.get_mut("data").and_then(Value::as_array_mut);
            for invitation in invitations.into_iter().flatten() {
                invitation["created_at"] = 1.into();
            }
            list.to_string().into()
        }
        Err(_) => body,
    })
}

/// Replaces the addresses of a bulk response by those of the request, by position.
pub(crate) fn relabel_by_position(request: &HttpRequest, response: &mut [Value]) {
    let requested: Vec<Value> = serde_json::from_slice(request.body()).unwrap_or_default();
    for (invitation, requested) in response.iter_mut().zip(requested) {
        invitation["email_address"] = requested["email_address"].clone();
    }
}

/// Replaces the addresses of any bulk response by those of the request.
pub(crate) fn name_the_requested(request: &HttpRequest, response: HttpResponse) -> HttpResponse {
    if request.method() != Method::POST || !response.status().is_success() {
        return response;
    }
    response.map(|body| match serde_json::from_slice(&body) {
        Ok(Value::Array(mut invitations)) => {
            relabel_by_position(request, &mut invitations);
            Value::Array(invitations).to_string().into()
        }
        _ => body,
    })
}
