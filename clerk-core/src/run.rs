//! Invites any number of people, each once, through rate limits, faults and crashes.
//!
//! ```
//! # use clerk_core::{Client, HttpRequest, HttpResponse, SecretKey, transport_fn};
//! # let transport = transport_fn(async |request: HttpRequest| {
//! #     let body = match request.uri().path() {
//! #         "/v1/instance" => r#"{"id":"ins_1","environment_type":"development"}"#,
//! #         "/v1/invitations" | "/v1/users" => "[]",
//! #         _ => r#"[{"id":"inv_1","email_address":"ada@example.com","status":"pending"},
//! #                  {"id":"inv_2","email_address":"grace@example.com","status":"pending"}]"#,
//! #     };
//! #     Ok(HttpResponse::new(body.into()))
//! # });
//! # let clerk = Client::builder(SecretKey::new("sk_test_abc")?, transport).build()?;
//! # let work = async {
//! use clerk_core::api::invitations::CreateInvitation;
//! use clerk_core::run::{Lanes, Outcome};
//!
//! let people = ["ada@example.com", "grace@example.com"].map(CreateInvitation::new);
//! let report = clerk.invitations().invite_all(people).lanes(Lanes::Bulk).run().await;
//! assert_eq!(report.count(Outcome::Created), 2);
//! # };
//! # pollster::block_on(work);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a run does
//!
//! 1. It reads which people are already invited or users, and spends no call on them.
//! 2. It invites the others through both of Clerk's endpoints at the same time, as fast as the limits allow. After a 429 it
//!    waits as long as Clerk asks.
//! 3. If Clerk rejects a batch of ten because of one recipient, it finds that recipient and invites the others.
//! 4. If it cannot know whether a call was carried out, it waits until the call can no longer be under way, reads what Clerk
//!    has, and decides then.
//!
//! Every row of the input ends in exactly one [`Outcome`], with its [`Evidence`].
//!
//! A [`Journal`](journal::Journal) keeps what was done. An attempt is in the journal before it is on the wire. A run on the
//! same journal continues where another one ended, stopped or crashed: outcomes stay as they are, people whose
//! invitations a [`RevocationRun`] revoked are invited again, new rows are added, and the
//! calls of earlier runs still count in the rate limits. A run makes no call at all if its journal has an outcome for
//! everyone.
//!
//! # What a run promises
//!
//! Clerk has no idempotency key, so a promise needs assumptions:
//!
//! - **A1** Clerk never has two pending invitations for one address, unless one was created with `ignore_existing`.
//! - **A2** An invitation is listed within [`read_lag`](InvitationRun::read_lag) of its creation (30 seconds by default).
//! - **A3** Clerk carries out no call later than [`settle_delay`](InvitationRun::settle_delay) after the SDK gave up on it
//!   (120 seconds by default).
//! - **A4** Nobody else invites, revokes or deletes these addresses during the runs, nor within `read_lag` before the first
//!   run: an invitation that is not listed yet cannot be told from one of the run.
//!
//! Under these assumptions, over any number of crashes and runs on one journal that keeps its records, at most one invitation
//! is created for an address, one more after a revocation run undid it, and one more in each round of inviting people
//! [again](InvitationRun::again). Then at most one invitation for an address is pending at any time. And every row ends in exactly one outcome.
//!
//! A row with `ignore_existing` is never sent again after an attempt that may have been carried out, whether the assumptions
//! hold or not. It ends [created](Outcome::Created) if an invitation is found that was not there before, and
//! [unknown](Outcome::Unknown) otherwise. Other rows are sent again only after both delays and a read that finds nothing. If
//! A3 does not hold, A1 still prevents a second pending invitation.
//!
//! [Created](Outcome::Created) means that Clerk accepted the invitation. It does not mean that a mail was delivered.
//!
//! # The calls of a run
//!
//! A run makes only these calls, so that a mock can expect them. A change of them is a breaking change of the SDK.
//!
//! | Call | To the application | To an organization |
//! |---|---|---|
//! | the instance, once, unless the journal began with the same key | `GET /instance` | `GET /instance` |
//! | existing invitations, as pages or by address | `GET /invitations`, also with `status=revoked` | `GET /organizations/{organization_id}/invitations` |
//! | the roles, once, for the people to look up | none | `GET /organization_roles` |
//! | existing users, up to 100 addresses at a time | `GET /users` | none |
//! | the bulk endpoint | `POST /invitations/bulk` | `POST /organizations/{organization_id}/invitations/bulk` |
//! | the single endpoint | `POST /invitations` | `POST /organizations/{organization_id}/invitations` |
//!
//! A run for the waitlist makes the calls to the application, with `POST /waitlist_entries/{waitlist_entry_id}/invite` in place of
//! the two endpoints.
//!
//! Without a [preflight](InvitationRun::preflight), invitations are read only for unresolved people, and users and roles are not
//! read. A run that invites people [again](InvitationRun::again) also revokes: `POST /invitations/{invitation_id}/revoke`, or
//! `POST /organizations/{organization_id}/invitations/{invitation_id}/revoke`. So does a run that completes what such a run
//! began. If roles cannot be read, they are not checked.
//!
//! A [`StatusRun`] makes the calls that read existing invitations, and one for a journal reads the instance as well.
//!
//! # Equal addresses
//!
//! Two rows are for the same person if their addresses are equal after trimming and ASCII-lowercasing. Plus tags and dots
//! count. The first of several such rows is invited, with its address as it was typed.

// Each module uses only modules to its left; `.ci/layers.txt` holds the order.

mod again;
mod announcer;
mod calls;
mod classify;
mod decision;
mod engine;
mod estimate;
mod final_outcome;
mod history;
mod input;
mod invitation_run;
mod isolation;
pub mod journal;
mod lanes;
mod ledger;
mod observer;
mod outcome;
mod pacing;
mod plan;
mod preflight;
#[cfg(not(target_family = "wasm"))]
mod purge;
mod reader;
mod reading;
mod recipient;
mod repeated_refusals;
mod report;
mod resolution;
mod revocation;
mod settings;
mod source;
mod stages;
mod standing;
mod start;
mod status;
mod stop;
mod target;

pub use again::Again;
pub use estimate::Estimate;
pub use invitation_run::InvitationRun;
pub use observer::{RunEvent, RunObserver};
pub use outcome::{Evidence, Outcome, Revocation, Settlement};
pub use plan::RunPlan;
pub use report::{RunReport, Stop};
pub use revocation::{RevocationReport, RevocationRun};
pub use settings::Lanes;
pub use standing::{PersonStatus, Standing};
pub use status::{StatusReport, StatusRun};
pub use stop::StopHandle;
