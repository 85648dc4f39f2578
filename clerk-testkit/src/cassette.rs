//! Recorded fixtures: responses of a real server, kept in a file and replayed in tests.
//!
//! ```no_run
//! use clerk_core::{Client, SecretKey};
//! use clerk_testkit::cassette;
//!
//! # fn real_transport() -> clerk_testkit::Mock { clerk_testkit::Mock::new() }
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! // `RECORD_CLERK=1 cargo test` records. By default, the responses come from the file, and nothing is sent.
//! let tape = cassette("tests/cassettes/invite.json", "RECORD_CLERK", || real_transport())?;
//! let key = std::env::var("CLERK_SECRET_KEY").unwrap_or("sk_test_replayed".to_owned());
//! let clerk = Client::builder(SecretKey::new(key)?, tape.clone()).build()?;
//! clerk.invitations().list(&Default::default()).await?;
//! tape.finish()?;
//! # Ok(()) }
//! ```
//!
//! # Matching
//!
//! A request matches a recorded one if method, path, query (in any order) and body (JSON by meaning) are the same. Headers
//! do not matter. Equal requests get their responses in the order of recording, so concurrent requests get the same
//! responses in every run.
//!
//! # Privacy
//!
//! Email addresses in paths, queries, recorded headers, bodies and error messages are replaced by pseudonyms such as
//! `person-549d9ab1ff5f@example.com`. An address has the same pseudonym in every file. A replay puts the caller's own
//! addresses back into responses and messages. Tickets and JSON Web Tokens are replaced by `redacted`.
//!
//! A file is not written if it would contain a secret key, or an address, ticket or token in a form in which it cannot be
//! replaced: escaped within a string, in base64, or both. The error names the place. [`RecordOptions::keep_address`] and
//! [`RecordOptions::keep_domain`] keep addresses that may be public, for example those of test accounts.
//!
//! Pseudonyms do not make anonymous: anyone can compute the pseudonym of an address that they guess. Names, ids and
//! metadata are not replaced at all. Record with a development instance.
//!
//! # Editing
//!
//! Files are JSON with every digit and the order of keys preserved, and can be edited by hand. Addresses that you write
//! into a file are replaced when it is loaded, so that the test can use them. To keep addresses as they are, list them
//! under the file's key `"keep"`, as `"ada@example.com"` or `"@example.com"`. Of the headers, only a few are recorded;
//! [`RecordOptions::header`] adds more.

mod body;
mod difference;
mod error;
pub(crate) mod format;
mod leak;
pub(crate) mod open;
pub(crate) mod record;
pub(crate) mod replay;
mod request;
mod scrub;

pub use error::CassetteError;
pub use leak::Leak;
pub use open::{CassetteTransport, cassette_with};
pub use record::RecordOptions;
