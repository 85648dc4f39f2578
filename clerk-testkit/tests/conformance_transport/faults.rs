//! The faults that a transport can have, each with the check that must fail and what its message must say.

/// One fault of a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    AcceptsShortBody,
    AcceptsUnfinishedChunks,
    AddsHeader,
    AsksForCompression,
    BlocksTheThread,
    BlocksWhileReadingBody,
    CachesResponses,
    DecodesPath,
    DecodesTextLossily,
    DropsBodyOfDelete,
    DropsEmptyQuery,
    DropsHeader,
    FollowsRedirectsOfGet,
    IgnoresDrop,
    KeepsConnectionsForever,
    KeepsLastOfRepeatedHeaders,
    LeaksConnections,
    LosesNonUtf8Headers,
    MakesErrorOf404,
    MakesErrorOf504,
    MergesEqualCalls,
    QuotesTheResponse,
    ReadsClosedConnectionAsEmpty,
    ReadsEndlessHead,
    ReadsUntilCloseAsEmpty,
    ReadsUntilCloseWithoutLimit,
    ReadsWithoutLimit,
    RefusesBodyOfTheLimit,
    RefusesChunkExtensions,
    ReportsEverythingAsNotSent,
    ReportsLimitAsOther,
    ReportsRefusedAsMaybeDelivered,
    ReportsTimeoutAsNotSent,
    ResendsOnKeptConnection,
    ResendsTwiceOnNewConnections,
    RetriesAfterFailure,
    RetriesAfterRefusedConnection,
    RetriesAfterTimeout,
    RetriesOnRetryAfter,
    ReturnsInformationalResponse,
    ReusesConnectionOfDroppedCall,
    SendsBeforePoll,
    SendsHostWithoutPort,
    SendsOneCallAtATime,
    SendsPatchAsPost,
    ShowsAddressInError,
    ShowsKeyInError,
    StaysBusyAfterDrop,
    StoresCookies,
    StripsByteOrderMark,
    TruncatesAtLimit,
}

/// The check that fails for a fault, and a part of its message.
pub(crate) struct Expected {
    pub(crate) fault: Fault,
    pub(crate) check: &'static str,
    pub(crate) message: &'static str,
}

const fn row(fault: Fault, check: &'static str, message: &'static str) -> Expected {
    Expected { fault, check, message }
}

const TARGET: &str = "path and query are sent unchanged";
const METHODS: &str = "every method is sent, with its body or without one";
const GIVEN_HEADERS: &str = "the request's headers are sent unchanged";
const ADDED_HEADERS: &str = "no header is added except those of the connection";
const FRAMINGS: &str = "a response arrives in full with every framing";
const RESPONSE_HEADERS: &str = "response headers arrive unchanged";
const STATUSES: &str = "every status is a response, and its request is sent once";
const BODY_LIMIT: &str = "a response body is read up to the limit and no further";
const NO_RESPONSE: &str = "a request without a response is sent once, and may have been delivered";
const BROKEN: &str = "an incomplete or invalid response is an error, and may have been delivered";
const EQUAL_CALLS: &str = "equal calls are each sent";
const SECRETS: &str = "errors show neither the key nor an email address";

pub(crate) const TABLE: &[Expected] = &[
    row(Fault::DecodesPath, TARGET, "byte for byte"),
    row(Fault::DropsEmptyQuery, TARGET, "/v1/users? arrived as /v1/users:"),
    row(Fault::SendsPatchAsPost, METHODS, "PATCH arrived as POST"),
    row(
        Fault::DropsBodyOfDelete,
        METHODS,
        "DELETE with a body of 17 bytes arrived with a different body of 0",
    ),
    row(
        Fault::DropsHeader,
        GIVEN_HEADERS,
        "the header accept was given as \"application/json\" and arrived as nothing",
    ),
    row(Fault::AddsHeader, ADDED_HEADERS, "accept-language was added"),
    row(Fault::StoresCookies, ADDED_HEADERS, "cookie store"),
    row(
        Fault::SendsHostWithoutPort,
        "the header host has the URI's host and port",
        "host arrived as \"127.0.0.1\"",
    ),
    row(Fault::ReadsUntilCloseAsEmpty, FRAMINGS, "closing the connection"),
    row(
        Fault::RefusesChunkExtensions,
        FRAMINGS,
        "a response with chunks and a trailer returned an error",
    ),
    row(Fault::DecodesTextLossily, FRAMINGS, "return its bytes unchanged"),
    row(
        Fault::KeepsLastOfRepeatedHeaders,
        RESPONSE_HEADERS,
        "x-twice arrived with 1 values",
    ),
    row(
        Fault::LosesNonUtf8Headers,
        RESPONSE_HEADERS,
        "x-latin-1 arrived with 0 values",
    ),
    row(
        Fault::StripsByteOrderMark,
        "a byte-order mark is part of the body",
        "return the body's bytes",
    ),
    row(
        Fault::AsksForCompression,
        "a compressed body is decoded, or was not asked for",
        "do not ask for compression",
    ),
    row(
        Fault::ReturnsInformationalResponse,
        "informational responses are skipped",
        "discard 1xx responses",
    ),
    row(Fault::MakesErrorOf504, STATUSES, "the status 504 became an error"),
    row(Fault::MakesErrorOf404, STATUSES, "the status 404 became an error"),
    row(
        Fault::RetriesOnRetryAfter,
        STATUSES,
        "was sent 2 times to a server that responds with 503",
    ),
    row(
        Fault::FollowsRedirectsOfGet,
        "redirects are not followed",
        "GET followed a redirect (300): turn redirects off",
    ),
    row(
        Fault::ReadsWithoutLimit,
        BODY_LIMIT,
        "with a content-length, was returned",
    ),
    row(
        Fault::ReadsUntilCloseWithoutLimit,
        BODY_LIMIT,
        "closing the connection, was returned",
    ),
    row(Fault::TruncatesAtLimit, BODY_LIMIT, "was returned: count the bytes"),
    row(Fault::RefusesBodyOfTheLimit, BODY_LIMIT, "a body of exactly the limit"),
    row(Fault::ReportsLimitAsOther, BODY_LIMIT, "use ResponseTooLarge"),
    row(
        Fault::ReadsEndlessHead,
        "the size of a response head is limited",
        "limit the size of the head",
    ),
    row(
        Fault::ReportsEverythingAsNotSent,
        NO_RESPONSE,
        "can invite a person twice",
    ),
    row(Fault::RetriesAfterFailure, NO_RESPONSE, "the request was sent 2 times"),
    row(
        Fault::RetriesAfterRefusedConnection,
        "a refused connection is not retried",
        "a request arrived after its connection had been refused",
    ),
    row(
        Fault::ReadsClosedConnectionAsEmpty,
        "a connection that closes at once is an error",
        "closed without a word returned a response (200 OK)",
    ),
    row(
        Fault::AcceptsShortBody,
        BROKEN,
        "shorter than its content-length returned a response",
    ),
    row(
        Fault::AcceptsUnfinishedChunks,
        BROKEN,
        "chunks without the last one returned a response",
    ),
    row(
        Fault::ResendsOnKeptConnection,
        "a request on a kept connection that fails is not sent again",
        "only if none of it was written",
    ),
    row(
        Fault::ResendsTwiceOnNewConnections,
        "a kept connection that the server closes sends no request twice",
        "sent 2 times after an idle connection had closed",
    ),
    row(
        Fault::ReportsTimeoutAsNotSent,
        "the transport's own timeout may have been delivered",
        "a timeout while waiting for the response was reported as NotSent",
    ),
    row(
        Fault::RetriesAfterTimeout,
        "the transport's own timeout may have been delivered",
        "the request was sent 2 times",
    ),
    row(Fault::ShowsKeyInError, SECRETS, "shows the key"),
    row(Fault::ShowsAddressInError, SECRETS, "shows the email address"),
    row(Fault::QuotesTheResponse, SECRETS, "quoted bytes"),
    row(
        Fault::SendsBeforePoll,
        "nothing is sent before the future is polled",
        "start the request in the future",
    ),
    row(
        Fault::BlocksTheThread,
        "waiting for a response does not block the thread",
        "run a blocking client on a thread of its own",
    ),
    row(
        Fault::BlocksWhileReadingBody,
        "waiting for a response does not block the thread",
        "in the middle of the body",
    ),
    row(
        Fault::SendsOneCallAtATime,
        "calls at the same time do not wait for each other",
        "send calls independently of each other",
    ),
    row(Fault::CachesResponses, EQUAL_CALLS, "turn off the HTTP client's cache"),
    row(
        Fault::MergesEqualCalls,
        EQUAL_CALLS,
        "of two equal GET calls at the same time, 1 arrived",
    ),
    row(
        Fault::ReusesConnectionOfDroppedCall,
        "a call never receives the response of a dropped call",
        "the call to /v1/next received the response to a dropped call",
    ),
    row(
        Fault::IgnoresDrop,
        "a dropped call closes its connection",
        "abandons_dropped_calls(false)",
    ),
    row(
        Fault::StaysBusyAfterDrop,
        "the transport works after a dropped call",
        "release what a call holds",
    ),
    row(
        Fault::LeaksConnections,
        "connections do not accumulate",
        "32 calls, one after another, left 32 connections open",
    ),
    row(
        Fault::KeepsConnectionsForever,
        "dropping the transport closes its connections",
        "close idle connections",
    ),
];
