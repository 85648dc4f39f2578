//! The clock: the only place in the SDK that reads the time or sleeps.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::model::Timestamp;

/// The future that [`Clock::sleep`] returns.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Reads the time and sleeps.
///
/// Retries, rate limits, timeouts and the invitation run use nothing else, so that a test with a clock of its own runs through
/// hours of waiting in milliseconds. [`SystemClock`] is the default and needs no async runtime.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Returns the time since an arbitrary origin. It never decreases.
    fn now(&self) -> Duration;

    /// Returns the wall-clock time, for timestamps that are stored or compared with dates. It can jump.
    fn wall(&self) -> Timestamp;

    /// Waits until `duration` has passed.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the future stops waiting.
    fn sleep(&self, duration: Duration) -> Sleep;
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Duration {
        (**self).now()
    }

    fn wall(&self) -> Timestamp {
        (**self).wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        (**self).sleep(duration)
    }
}

/// The clock of the operating system. It sleeps on a shared timer thread, so it works with any executor.
#[derive(Debug, Clone)]
pub struct SystemClock {
    origin: Instant,
}

#[expect(clippy::disallowed_methods, reason = "all other code reads the time from this clock")]
impl SystemClock {
    /// Creates a clock whose [`now`](Clock::now) starts at zero.
    pub fn new() -> Self {
        #[cfg(test)]
        tests::MADE.set(tests::MADE.get() + 1);
        Self { origin: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    fn system_time() -> SystemTime {
        SystemTime::now()
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.elapsed()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from(Self::system_time())
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(futures_timer::Delay::new(duration))
    }
}

/// Returns the clock that was given, or else the machine's. That one is made only if it is needed, because targets without an
/// operating system, such as `wasm32-unknown-unknown`, have none.
pub(crate) fn or_system(clock: Option<&Arc<dyn Clock>>) -> Arc<dyn Clock> {
    clock.map_or_else(|| Arc::new(SystemClock::new()) as _, Arc::clone)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::client::Client;
    use crate::error::ErrorKind;
    use crate::secret_key::SecretKey;
    use crate::transport::{Delivery, HttpTransport, TransportError, TransportErrorKind, transport_fn};

    thread_local! {
        /// How many clocks of the machine this thread has made.
        pub(super) static MADE: Cell<u32> = const { Cell::new(0) };
    }

    /// A clock as an application has it where the machine has none. Sleeps end at once.
    #[derive(Debug)]
    struct OwnClock;

    impl Clock for OwnClock {
        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn wall(&self) -> Timestamp {
            Timestamp::from_millis(1_764_000_000_000)
        }

        fn sleep(&self, _: Duration) -> Sleep {
            Box::pin(std::future::ready(()))
        }
    }

    fn unreachable() -> impl HttpTransport {
        transport_fn(async |_request| Err(TransportError::new(TransportErrorKind::Connect, Delivery::NotSent)))
    }

    #[test]
    fn with_a_clock_of_the_application_the_machine_needs_none() {
        let made = MADE.get();
        let key = SecretKey::new("sk_test_abc").expect("a key");
        let client = Client::builder(key, unreachable()).clock(OwnClock).build();
        let client = client.expect("a client");
        let error = pollster::block_on(client.instance().get()).expect_err("unreachable");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
        let run = client.invitations().invite_all(["ada@example.com"]);
        assert!(pollster::block_on(run.run()).stopped().is_some());
        #[cfg(feature = "webhooks")]
        {
            let secret = crate::webhooks::WebhookSecret::new("whsec_c2VjcmV0").expect("a secret");
            let verifier = crate::webhooks::WebhookVerifier::new(secret.clone()).clock(OwnClock);
            let signed = [
                ("svix-id", "msg_1".to_owned()),
                ("svix-timestamp", "1764000000".to_owned()),
                ("svix-signature", secret.sign("msg_1", OwnClock.wall(), b"{}")),
            ];
            let headers = signed.map(|(name, value)| {
                let value = http::HeaderValue::try_from(value).expect("a header");
                (http::HeaderName::from_static(name), value)
            });
            verifier.verify(&headers.into_iter().collect(), b"{}").expect("signed");
        }
        assert_eq!(MADE.get(), made);
        Client::builder(SecretKey::new("sk_test_abc").expect("a key"), unreachable())
            .build()
            .expect("a client");
        assert_eq!(MADE.get(), made + 1);
    }

    #[test]
    fn sleeps_at_least_as_long_as_requested() {
        let clock = SystemClock::new();
        let before = clock.now();
        pollster::block_on(clock.sleep(Duration::from_millis(20)));
        assert!(clock.now() - before >= Duration::from_millis(20));
    }
}
