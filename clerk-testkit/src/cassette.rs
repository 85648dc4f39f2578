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
//! The variable has three settings: not set replays, `RECORD_CLERK=1` records the file anew, and `RECORD_CLERK=new` records the
//! requests that the file does not contain and keeps the rest. Several recorders may write one file at the same time, in threads
//! or processes: each keeps what the others have written since it started.
//!
//! # Matching
//!
//! A request matches a recorded one if method, path, query (in any order) and body (JSON by meaning) are the same. Headers
//! do not matter. Equal requests get their responses in the order of recording, so concurrent requests get the same
//! responses in every run. An unknown request fails; it never gets the response to another one.
//!
//! [`MatchRules`] change that for a cassette or for one interaction, in code or in the file. When several interactions match,
//! one with exactly the same request comes first.
//!
//! ```
//! use clerk_testkit::cassette::{BodyMatch, Fields, MatchRules};
//! use clerk_testkit::{Cassette, Replay};
//!
//! let cassette = Cassette::from_json(r#"{
//!     "version": 1,
//!     "comment": "The body of every request may have more members than the recorded one.",
//!     "match": { "body": "subset" },
//!     "interactions": [{
//!         "comment": "Polled until it is done. The request id changes in every run.",
//!         "match": { "ignore": { "query": ["request_id"], "body": ["/*/requested_at"] } },
//!         "repeat": true,
//!         "request": { "method": "GET", "path": "/v1/invitations" },
//!         "outcome": { "response": { "status": 200, "body": { "json": [] } } }
//!     }]
//! }"#)?;
//! // The same in code:
//! let of_all = MatchRules::new().body(BodyMatch::Subset);
//! let of_one = MatchRules::new().ignore(Fields::new().query("request_id").body("/*/requested_at"));
//! let replay = Replay::new(cassette.match_rules(&of_all).match_rules_at(0, &of_one).repeat(0)).allow_unused();
//! # replay.verify()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Age
//!
//! Each interaction has the time at which it was recorded. [`Cassette::older_than`] lists old ones, for a warning;
//! [`Replay::max_age`] fails the test; and [`RecordOptions::max_age`] records them again with `RECORD_CLERK=new`.
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
//! [`RecordOptions::redact`] replaces further fields by `redacted`, and [`Cassette::redact`] with [`Cassette::save`] does so in an
//! existing file.
//!
//! Pseudonyms do not make anonymous: anyone can compute the pseudonym of an address that they guess. Names, ids and
//! metadata are not replaced at all. Record with a development instance.
//!
//! # Editing
//!
//! Files are JSON with every digit and the order of keys preserved, and can be edited by hand. The file and each interaction can
//! have a `"comment"`, which is kept when the file is saved again, as rules are. Addresses that you write into a file are replaced when it is loaded, so that the test can use them. To keep addresses as they are, list them
//! under the file's key `"keep"`, as `"ada@example.com"` or `"@example.com"`. Of the headers, only a few are recorded;
//! [`RecordOptions::header`] adds more.
//!
//! # HTTP archives
//!
//! [`HarImport`] reads the recording of a browser or a proxy, also of another SDK, and [`Cassette::to_har`] exports one.
//!
//! [`Cassette::older_than`]: crate::Cassette::older_than
//! [`Cassette::redact`]: crate::Cassette::redact
//! [`Cassette::save`]: crate::Cassette::save
//! [`Cassette::to_har`]: crate::Cassette::to_har
//! [`Replay::max_age`]: crate::Replay::max_age

mod body;
mod difference;
mod error;
mod fields;
mod file;
pub(crate) mod format;
mod har;
mod leak;
mod lookup;
pub(crate) mod open;
pub(crate) mod record;
pub(crate) mod replay;
mod request;
mod rules;
mod scrub;
mod tape;

pub use error::CassetteError;
pub use fields::Fields;
pub use har::HarImport;
pub use leak::Leak;
pub use open::{CassetteTransport, cassette_with};
pub use record::RecordOptions;
pub use rules::{BodyMatch, MatchRules};
