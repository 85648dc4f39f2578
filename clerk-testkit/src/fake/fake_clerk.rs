//! The fake as a transport, and what a test asks of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "server")]
use std::task::{Context, Poll};
use std::time::Duration;

#[cfg(feature = "server")]
use clerk_core::Operation;
use clerk_core::model::UserId;
use clerk_core::{
    Client, ClientBuilder, Clock, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError,
    TransportErrorKind, async_trait,
};
use serde_json::Value;

use super::acceptance::TicketError;
use super::builder::FakeClerkBuilder;
use super::call_record::CallRecord;
use super::config::{self, Config};
use super::default_clock::DefaultClock;
#[cfg(feature = "webhooks")]
use super::event_log::{Delivered, MessagePosition};
use super::fault::FaultPlan;
use super::routes::FakeOperation;
use super::seed::{InvalidSeed, Seed};
#[cfg(feature = "server")]
use super::state::Routed;
use super::state::{Reply, State};
use super::store::{Arrival, Stored, normalize};
use super::webhook_message::WebhookMessage;

/// Clerk's Backend API in memory, with one instance. Clones share the instance.
///
/// `FakeClerk` is an [`HttpTransport`]. [`client`](Self::client) returns a [`Client`] that uses it.
#[derive(Clone)]
pub struct FakeClerk {
    shared: Arc<Shared>,
}

struct Shared {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    /// The same clock, if the builder set none.
    default_clock: Option<Arc<DefaultClock>>,
    state: Mutex<State>,
}

impl FakeClerk {
    /// The default key of the instance, which refuses every other key.
    pub const SECRET_KEY: &'static str = config::SECRET_KEY;

    // Arbitrary, but the same in every run.
    const RETRY_SEED: u64 = 1;

    /// Creates an empty development instance with the documented limits. Waits of its [clients](Self::client) take no real
    /// time: an invitation run of hours ends in milliseconds.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Returns a builder with the settings of [`new`](Self::new).
    pub fn builder() -> FakeClerkBuilder {
        FakeClerkBuilder::new()
    }

    /// Returns a client of this fake, with its key and its clock. The jitter of its retries has a fixed seed: with a
    /// [`ManualClock`](crate::ManualClock), a test takes the same virtual time and leaves the same [log](Self::log) in every
    /// run.
    pub fn client(&self) -> Client {
        built(self.client_builder())
    }

    /// Returns the builder of [`client`](Self::client), for further settings such as another
    /// [`retry_seed`](ClientBuilder::retry_seed).
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(self.shared.config.secret_key.clone(), self.clone())
            .clock(self.clock())
            .retry_seed(Self::RETRY_SEED)
    }

    /// Returns the clock, for clients that are built by hand: `.clock(fake.clock())`.
    pub fn clock(&self) -> Arc<dyn Clock> {
        if let Some(clock) = &self.shared.default_clock {
            clock.decide(true);
        }
        Arc::clone(&self.shared.clock)
    }

    /// Takes note of a client with a clock that the fake does not know.
    pub(crate) fn admit_other_clocks(&self) {
        if let Some(clock) = &self.shared.default_clock {
            clock.decide(false);
        }
    }

    /// Returns the number of emails sent to each address. Invitations and waitlist entries with `notify=false` send none.
    pub fn mails(&self) -> BTreeMap<String, u64> {
        self.state().instance.mails.clone()
    }

    /// Returns the number of emails sent to an address.
    pub fn mails_to(&self, address: &str) -> u64 {
        let mails = &self.state().instance.mails;
        mails.get(&normalize(address)).copied().unwrap_or_default()
    }

    /// Returns the number of calls of an operation that arrived, including those that were refused.
    pub fn calls(&self, operation: FakeOperation) -> u64 {
        let state = self.state();
        let calls = state.calls().iter();
        calls
            .filter(|call| call.operation == Some(operation) && call.arrived())
            .count() as u64
    }

    /// Returns every call, in order. `Display` writes each as a line of JSON, and the same run gives the same bytes.
    pub fn log(&self) -> Vec<CallRecord> {
        self.state().calls().to_vec()
    }

    /// Returns the number of calls that the limit of an operation still allows, or `None` if it has no limit. The limit
    /// for all operations together is not considered.
    pub fn budget_left(&self, operation: FakeOperation) -> Option<u32> {
        let mut state = self.state();
        let now = state.time(&*self.shared.clock).now;
        state.limits.left(operation.operation().rate_limit_key(), now)
    }

    /// Signs up the person of an address: accepts every pending invitation to the application, completes the waitlist
    /// entry, and creates the user with the public metadata of the invitations and a verified address. Invitations to
    /// organizations stay pending until the person [joins](Self::join_organization).
    ///
    /// Returns the id of the user.
    pub fn sign_up(&self, address: &str) -> UserId {
        let mut state = self.state();
        let at = state.time(&*self.shared.clock);
        UserId::from(state.instance.sign_up(&normalize(address), at))
    }

    /// Accepts the invitation of a ticket, as its person does by following the link and signing up: to the application as by
    /// [`sign_up`](Self::sign_up), or to an organization as by [`join_organization`](Self::join_organization). Returns the id of
    /// the user.
    ///
    /// `ticket` is the `url` of the invitation, the URL that the link [redirects](Self::follow_link) to, or the ticket in
    /// either.
    ///
    /// # Errors
    ///
    /// [`TicketError`] if no pending invitation has the ticket.
    pub fn accept(&self, ticket: impl AsRef<str>) -> Result<UserId, TicketError> {
        let mut state = self.state();
        let at = state.time(&*self.shared.clock);
        let user_id = state.instance.accept(ticket.as_ref(), at)?;
        Ok(UserId::from(user_id))
    }

    /// Returns the URL that the link of an invitation redirects to: the `redirect_url` of the invitation, with
    /// `__clerk_ticket` and `__clerk_status` in its query. The status is `sign_in` if the person is a user, and else
    /// `sign_up`.
    ///
    /// `link` is the `url` of the invitation, or the ticket in it.
    ///
    /// # Errors
    ///
    /// [`TicketError`] if no pending invitation has the ticket.
    pub fn follow_link(&self, link: impl AsRef<str>) -> Result<String, TicketError> {
        let state = self.state();
        let wall = state.time(&*self.shared.clock).wall;
        state.instance.redirect(link.as_ref(), wall)
    }

    /// Accepts the pending invitation of an address to an organization: creates the user if necessary, and makes it a member
    /// with the role of the invitation. Returns `false`, and changes nothing, if no invitation is pending.
    pub fn join_organization(&self, organization_id: impl AsRef<str>, address: &str) -> bool {
        let mut state = self.state();
        let at = state.time(&*self.shared.clock);
        state.instance.join(organization_id.as_ref(), &normalize(address), at)
    }

    /// Returns the id of the user of an address, or `None` if there is no such user.
    pub fn user_id(&self, address: &str) -> Option<UserId> {
        let state = self.state();
        let user = state.instance.users.find(&normalize(address));
        user.map(|user| UserId::from(user.id()))
    }

    /// Advances the time of the fake beyond that of its clock. With a [`ManualClock`](crate::ManualClock), advance the clock
    /// instead, which is also the time of the client.
    pub fn advance(&self, duration: Duration) {
        self.lock().advance(duration);
    }

    /// Adds what a seed contains, except for its settings. A [reset](Self::reset) removes it again.
    ///
    /// # Errors
    ///
    /// [`InvalidSeed`] if the seed has settings: those are for [`FakeClerkBuilder::seed`].
    pub fn seed(&self, seed: &Seed) -> Result<(), InvalidSeed> {
        seed.refuse_settings()?;
        let mut state = self.state();
        let at = state.time(&*self.shared.clock);
        state.seed(seed, at);
        Ok(())
    }

    /// Returns everything that the instance stores, as Clerk's API shows it: `users`, `organizations`,
    /// `organization_memberships`, `invitations`, `organization_invitations` and `waitlist_entries`. Besides, `now` has the time,
    /// `mails` the emails, `webhooks` the messages and how their deliveries ended, and `settings` the settings.
    pub fn snapshot(&self) -> Value {
        let state = self.state();
        let at = state.time(&*self.shared.clock);
        state.snapshot(at)
    }

    /// Replaces the plan of faults. Its rules count calls from now on, and the chances start with its seed.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.state().set_faults(plan);
    }

    /// Returns the messages of the webhooks that Clerk would have sent, in order. Deliver them with a
    #[cfg_attr(feature = "webhooks", doc = "[`WebhookSender`](crate::webhooks::WebhookSender).")]
    #[cfg_attr(not(feature = "webhooks"), doc = "`WebhookSender` (feature `webhooks`).")]
    pub fn webhook_messages(&self) -> Vec<WebhookMessage> {
        self.state().instance.events.messages().to_vec()
    }

    /// Returns the fake to its state before the first call: the instance is as the builder set it up, budgets are full, the
    /// log is empty, the time is that of the clock, and the fault plan starts over.
    pub fn reset(&self) {
        let config = Arc::clone(&self.shared.config);
        let mut state = self.lock();
        let new = State::new(config, Arrival::from_clock(&*self.shared.clock));
        let old = std::mem::replace(&mut *state, new);
        state.instance.events = old.instance.events.restart();
    }

    /// Returns the message at a sender's position, if there is one yet.
    #[cfg(feature = "webhooks")]
    pub(crate) fn undelivered_message(&self, position: &mut MessagePosition) -> Option<WebhookMessage> {
        self.state().instance.events.undelivered(position).cloned()
    }

    /// Waits for the message at a sender's position.
    #[cfg(feature = "server")]
    pub(crate) fn poll_undelivered(&self, position: &mut MessagePosition, context: &Context<'_>) -> Poll<()> {
        self.lock().instance.events.poll_undelivered(position, context)
    }

    /// Records how the delivery of the message at a sender's position ended, and moves to the next one.
    #[cfg(feature = "webhooks")]
    pub(crate) fn finish_delivery(&self, position: &mut MessagePosition, delivered: Delivered) {
        self.lock().instance.events.finish(position, delivered);
    }

    /// Returns the operations that the fake has, and those that the application has added.
    #[cfg(feature = "server")]
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let own = self
            .shared
            .config
            .endpoints
            .iter()
            .map(|endpoint| endpoint.operation.clone());
        let operations = FakeOperation::ALL.iter().map(|operation| operation.operation().clone());
        operations.chain(own).collect()
    }

    /// Locks the state, after late requests have taken effect.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        let now = state.time(&*self.shared.clock).now;
        state.catch_up(now);
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(feature = "server")]
    pub(crate) async fn sleep(&self, duration: Duration) {
        self.shared.clock.sleep(duration).await;
    }

    /// Routes the next call by its method and path, before its body is read; for [`reply`](Self::reply).
    #[cfg(feature = "server")]
    pub(crate) fn route(&self, method: &http::Method, path: &str) -> Routed {
        self.lock().route(method, path)
    }

    /// Replies to a routed request once the latency is over.
    #[cfg(feature = "server")]
    pub(crate) async fn reply(&self, request: &HttpRequest, routed: Routed) -> Reply {
        let reply = {
            let mut state = self.lock();
            let at = state.time(&*self.shared.clock);
            state.reply(request, routed, at)
        };
        self.wait_for_latency().await;
        reply
    }

    async fn wait_for_latency(&self) {
        let latency = self.shared.config.latency;
        if !latency.is_zero() {
            self.shared.clock.sleep(latency).await;
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "building fails only for an invalid base URL or user agent, and neither is set"
)]
fn built(client: ClientBuilder) -> Client {
    client
        .build()
        .expect("a client with the default base URL and user agent")
}

impl FakeClerkBuilder {
    /// Builds the fake.
    pub fn build(self) -> FakeClerk {
        let (config, clock) = self.finish();
        let config = Arc::new(config);
        let (clock, default_clock) = match clock {
            Some(clock) => (clock, None),
            None => {
                let clock = Arc::new(DefaultClock::new());
                (Arc::clone(&clock) as Arc<dyn Clock>, Some(clock))
            }
        };
        let state = State::new(Arc::clone(&config), Arrival::from_clock(&*clock));
        FakeClerk {
            shared: Arc::new(Shared {
                config,
                clock,
                default_clock,
                state: Mutex::new(state),
            }),
        }
    }
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

        self.admit_other_clocks();
        let reply = {
            let mut state = self.lock();
            let routed = state.route(request.method(), request.uri().path());
            let at = state.time(&*self.shared.clock);
            state.reply(&request, routed, at)
        };
        self.wait_for_latency().await;
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
