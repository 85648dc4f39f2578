//! Recorded fixtures: what a server once answered, kept in a file and answered again.
//!
//! ```no_run
//! use clerk_core::{Client, SecretKey};
//! use clerk_testkit::cassette;
//!
//! # fn real_transport() -> clerk_testkit::Mock { clerk_testkit::Mock::new() }
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! // `RECORD_CLERK=1 cargo test` records; otherwise the file answers and nothing goes out.
//! let tape = cassette("tests/cassettes/invite.json", "RECORD_CLERK", || real_transport())?;
//! let key = std::env::var("CLERK_SECRET_KEY").unwrap_or("sk_test_replayed".to_owned());
//! let clerk = Client::builder(SecretKey::new(key)?, tape.clone()).build()?;
//! clerk.invitations().list(&Default::default()).await?;
//! tape.finish()?;
//! # Ok(()) }
//! ```
//!
//! # What matches
//!
//! A request is answered by a recorded one of the same method, path, query (in any order) and body (JSON by meaning).
//! Of several equal ones the first recorded answers first, so requests that are made at the same time get the same
//! answers in every run. Headers do not matter.
//!
//! # What a file holds
//!
//! Versioned, readable JSON. JSON bodies stay JSON with every digit and the order of their keys, though not their spacing.
//! Of the headers only a few are kept ([`RecordOptions::header`] adds to them). Addresses are replaced by
//! pseudonyms, `person-<12 digits>@example.com`, wherever they stand: in URLs, bodies, headers and error texts, escaped or in
//! base64. The same address has the same pseudonym in every file, and a replay puts the caller's own addresses back into
//! the answers and into what it says of a request that does not match. It is a pseudonym and does not make anonymous: who
//! guesses an address can compute its pseudonym. Other things that tell of people (names, ids, metadata) stay as they are:
//! record with a development instance.
//!
//! Tickets and JSON Web Tokens are replaced by `redacted`. A file in which a secret key would show, encoded or not, is
//! not written.

mod body;
mod difference;
mod error;
mod format;
mod open;
mod record;
mod replay;
mod request;
mod scrub;

pub use error::CassetteError;
pub use format::Cassette;
pub use open::{CassetteTransport, cassette, cassette_with};
pub use record::{Record, RecordOptions};
pub use replay::Replay;
