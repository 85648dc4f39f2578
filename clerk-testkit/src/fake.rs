//! Clerk's behaviour in memory.
#![doc = include_str!("fake/README.md")]
//!
//! # Where Clerk says nothing
//!
//! Where Clerk's texts leave a rule open, the fake has a default and its [builder](FakeClerkBuilder) the other answer:
//! [`WindowKind`], [`IgnoreExisting`], [`OrganizationDuplicate`], [`BulkOn5xx`], and
//! [when a new invitation is listed](FakeClerkBuilder::read_lag). Beyond that it decides as follows.
//!
//! - Refusals are looked for in this order: path, key, limits, organization or waitlist entry, content type, JSON, number of
//!   people, fields of the first person whose fields are wrong, role and inviter, allowlist and blocklist, users or
//!   members, duplicates, places in the organization.
//! - A call that a limit turns away takes no place in it; a call that is refused for anything else does.
//! - An address twice in a bulk call is a duplicate unless the later one says `ignore_existing`; on the waitlist it is
//!   always refused (`form_param_duplicate`).
//! - Addresses are kept trimmed and with ASCII letters in lower case.
//! - `query` finds addresses that contain the text, and the one invitation or entry whose id it is.
//! - Unknown query parameters are ignored, but for those of users; unknown fields of a body are refused.
//! - An organization's name is its id, and a role's name is made of its key. Pending invitations take places in an
//!   organization with a [limit](FakeClerkBuilder::membership_limit).
//! - The allowlist and the blocklist hold for organization invitations too, and not for the waitlist.
//! - An invited entry of the waitlist can be invited again with `ignore_existing`, and rejected, which leaves the
//!   invitation as it is; a rejected one can be invited.

mod address;
mod auth;
mod body;
mod builder;
mod call_record;
mod config;
mod error;
mod fault;
mod instance;
mod invitations;
mod kept;
mod lifecycle;
mod limits;
mod list;
mod organization_invitations;
mod organizations;
mod query;
mod routes;
mod state;
mod users;
mod waitlist_entries;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clerk_core::model::UserId;
use clerk_core::{
    Client, ClientBuilder, Clock, Delivery, HttpRequest, HttpResponse, HttpTransport, SecretKey, TransportError,
    TransportErrorKind, async_trait,
};

pub use builder::FakeClerkBuilder;
pub use call_record::CallRecord;
pub use config::{BulkOn5xx, IgnoreExisting, OrganizationDuplicate};
pub use fault::{Fault, FaultPlan, InvalidFaultPlan, Moment};
pub use limits::WindowKind;
pub use routes::FakeOperation;

#[cfg(feature = "server")]
pub(crate) use body::MAX_BODY;
pub(crate) use state::{Reply, Routed};

use config::Config;
use state::{Arrival, State};

/// Clerk's Backend API in memory, with one instance. Clones share it.
///
/// It is an [`HttpTransport`]: give it to a [`Client`], or take [`client`](Self::client).
#[derive(Clone)]
pub struct FakeClerk {
    shared: Arc<Shared>,
}

struct Shared {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl FakeClerk {
    /// The key of the fake's instance unless the builder says otherwise. Any other is refused.
    pub const SECRET_KEY: &'static str = "sk_test_fake";

    /// Any would do; it has to be the same in every run.
    const RETRY_SEED: u64 = 1;

    /// An empty development instance with the documented limits.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Starts a fake that is as you say.
    pub fn builder() -> FakeClerkBuilder {
        FakeClerkBuilder::new()
    }

    fn start(config: Config, clock: Arc<dyn Clock>) -> Self {
        let config = Arc::new(config);
        let state = State::new(Arc::clone(&config), arrival(&*clock));
        Self {
            shared: Arc::new(Shared {
                config,
                clock,
                state: Mutex::new(state),
            }),
        }
    }

    /// A client of this fake, with its key and its clock. Its retries wait as long in every run, because their jitter is
    /// seeded: by a [`ManualClock`](crate::ManualClock) the same test takes the same time and leaves the same
    /// [log](Self::log).
    pub fn client(&self) -> Client {
        built(self.client_builder())
    }

    /// The same, to be given more settings before it is built, such as another [`retry_seed`](ClientBuilder::retry_seed).
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(self.shared.config.secret_key.clone(), self.clone())
            .clock(Arc::clone(&self.shared.clock))
            .retry_seed(Self::RETRY_SEED)
    }

    /// How many mails went to each address. Invitations and waitlist entries made with `notify=false` send none.
    pub fn mails(&self) -> BTreeMap<String, u64> {
        self.state().instance.mails.clone()
    }

    /// How many mails went to this address.
    pub fn mails_to(&self, address: &str) -> u64 {
        let mails = &self.state().instance.mails;
        mails.get(&address::identity(address)).copied().unwrap_or_default()
    }

    /// How many calls of this operation arrived, refused ones too.
    pub fn calls(&self, operation: FakeOperation) -> u64 {
        let state = self.state();
        let calls = state.calls().iter();
        calls
            .filter(|call| call.operation == Some(operation) && call.arrived())
            .count() as u64
    }

    /// Every call, in order. Each writes itself as a line of JSON, and the same run gives the same bytes.
    pub fn log(&self) -> Vec<CallRecord> {
        self.state().calls().to_vec()
    }

    /// How many more calls of this operation its limit has a place for; `None` if it has no limit. The limit of all
    /// operations together is left aside.
    pub fn budget_left(&self, operation: FakeOperation) -> Option<u32> {
        let now = self.shared.clock.now();
        self.state().limits.left(operation.operation().rate_limit_key(), now)
    }

    /// Lets the person of this address sign up: every pending invitation to the application for it is accepted, its
    /// waitlist entry is completed, and a user exists from now on. Invitations to organizations stay pending until it
    /// [joins](Self::join_organization).
    pub fn sign_up(&self, address: &str) {
        let at = arrival(&*self.shared.clock);
        self.state().instance.sign_up(&address::identity(address), at);
    }

    /// Lets the person of this address accept the organization's pending invitation for it: a user exists from now on,
    /// who is a member with the role of the invitation. Without a pending invitation nothing happens, and it tells
    /// `false`.
    pub fn join_organization(&self, organization_id: impl AsRef<str>, address: &str) -> bool {
        let at = arrival(&*self.shared.clock);
        let mut state = self.state();
        state
            .instance
            .join(organization_id.as_ref(), &address::identity(address), at)
    }

    /// The id of the user who has this address; `None` if nobody has it.
    pub fn user_id(&self, address: &str) -> Option<UserId> {
        let state = self.state();
        let user = state.instance.users.of_address(&address::identity(address));
        user.map(|user| UserId::from(user.id()))
    }

    /// Makes the fake what it was before its first call: the invitations are those it was built with, budgets are
    /// full, the log is empty, and the fault plan begins anew.
    pub fn reset(&self) {
        let config = Arc::clone(&self.shared.config);
        *self.lock() = State::new(config, arrival(&*self.shared.clock));
    }

    /// What has become by now of what was asked for.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        state.catch_up(self.shared.clock.now());
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(feature = "server")]
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Routes the next call by its method and path, before its body is read; for [`reply`](Self::reply).
    #[cfg(feature = "server")]
    pub(crate) fn route(&self, method: &http::Method, path: &str) -> Routed {
        self.lock().route(method, path)
    }

    /// Carries out a routed request, and then waits for the latency of the response.
    #[cfg(feature = "server")]
    pub(crate) async fn reply(&self, request: &HttpRequest, routed: Routed) -> Reply {
        let reply = self.lock().take(request, routed, arrival(&*self.shared.clock));
        self.wait_for_answer().await;
        reply
    }

    async fn wait_for_answer(&self) {
        let latency = self.shared.config.latency;
        if !latency.is_zero() {
            self.shared.clock.sleep(latency).await;
        }
    }
}

fn arrival(clock: &dyn Clock) -> Arrival {
    Arrival {
        now: clock.now(),
        wall: clock.wall(),
    }
}

#[expect(clippy::expect_used, reason = "the key is a constant, and a valid one")]
fn default_key() -> SecretKey {
    SecretKey::new(FakeClerk::SECRET_KEY).expect("a valid key")
}

#[expect(
    clippy::expect_used,
    reason = "only a base URL or a user agent can be wrong, and neither is set"
)]
fn built(client: ClientBuilder) -> Client {
    client
        .build()
        .expect("a client with the default base URL and user agent")
}

impl Default for FakeClerk {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl HttpTransport for FakeClerk {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        use TransportErrorKind::{Closed, Connect};

        let reply = {
            let mut state = self.lock();
            let routed = state.route(request.method(), request.uri().path());
            state.take(&request, routed, arrival(&*self.shared.clock))
        };
        self.wait_for_answer().await;
        match reply {
            Reply::Whole(response) => Ok(response),
            Reply::Truncated(_) | Reply::Lost => Err(TransportError::new(Closed, Delivery::MaybeDelivered)),
            Reply::Refused => Err(TransportError::new(Connect, Delivery::NotSent)),
            Reply::Hang => std::future::pending().await,
        }
    }
}

impl fmt::Debug for FakeClerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeClerk").finish_non_exhaustive()
    }
}
