//! The configuration of a fake: its instance, limits and faults.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::SecretKey;
use clerk_core::middleware::RateLimits;

use super::call_record::CallRecord;
use super::fault::FaultPlan;
use super::instance_config::InstanceConfig;
use super::limits::WindowKind;

/// The effect of a bulk call that ends in a [5xx after its effect](super::Fault::ServerError). Clerk does not document it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BulkOn5xx {
    /// Everyone is invited.
    #[default]
    Atomic,
    /// The first half of the people, rounded up, is invited.
    Partial,
}

pub(super) type OnCall = Arc<dyn Fn(&CallRecord) + Send + Sync>;

/// The default key of the instance.
pub(super) const SECRET_KEY: &str = "sk_test_fake";

#[expect(clippy::expect_used, reason = "the constant is a valid key")]
pub(super) fn default_key() -> SecretKey {
    SecretKey::new(SECRET_KEY).expect("a valid key")
}

pub(super) struct Config {
    pub(super) instance: InstanceConfig,
    pub(super) secret_key: SecretKey,
    pub(super) limits: RateLimits,
    pub(super) window: WindowKind,
    pub(super) bulk_on_5xx: BulkOn5xx,
    pub(super) latency: Duration,
    pub(super) faults: FaultPlan,
    pub(super) on_call: Option<OnCall>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}
