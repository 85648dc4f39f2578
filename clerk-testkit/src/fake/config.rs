//! The configuration of a fake: its instance, limits and faults.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::SecretKey;
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::model::Timestamp;
use serde_json::{Map, Value, json};

use super::call_record::CallRecord;
use super::endpoint::FakeEndpoint;
use super::fault::FaultPlan;
use super::instance_config::InstanceConfig;
use super::limits::WindowKind;
use super::named::named;
use super::routes::FakeOperation;

/// The effect of a bulk call that ends in a [5xx after its effect](super::Fault::ServerError). Clerk does not document it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BulkOn5xx {
    /// Everyone is invited.
    #[default]
    Atomic,
    /// The first half of the people, rounded up, is invited.
    Partial,
}

named!(BulkOn5xx {
    "atomic" => Atomic,
    "partial" => Partial,
});

pub(super) type OnCall = Arc<dyn Fn(&CallRecord) + Send + Sync>;

/// The default key of the instance.
pub(super) const SECRET_KEY: &str = "sk_test_fake";

#[expect(clippy::expect_used, reason = "the constant is a valid key")]
pub(super) fn default_key() -> SecretKey {
    SecretKey::new(SECRET_KEY).expect("a valid key")
}

#[derive(Clone)]
pub(super) struct Config {
    pub(super) instance: InstanceConfig,
    pub(super) secret_key: SecretKey,
    pub(super) limits: RateLimits,
    pub(super) window: WindowKind,
    pub(super) bulk_on_5xx: BulkOn5xx,
    pub(super) latency: Duration,
    pub(super) faults: FaultPlan,
    pub(super) on_call: Option<OnCall>,
    pub(super) endpoints: Vec<FakeEndpoint>,
    /// The time of day at the start, or `None` for that of the clock.
    pub(super) start: Option<Timestamp>,
}

impl Config {
    /// Returns the settings as JSON.
    pub(super) fn settings(&self) -> Value {
        let instance = &self.instance;
        let limit = |quota: Quota| json!({ "calls": quota.calls(), "seconds": quota.per().as_secs_f64() });
        let operations = FakeOperation::ALL
            .iter()
            .map(|operation| operation.operation().rate_limit_key());
        let limits = operations.filter_map(|key| Some((key.to_string(), limit(self.limits.quota(key)?))));
        json!({
            "environment": instance.environment(),
            "limits": limits.collect::<Map<_, _>>(),
            "limit_of_all_calls": self.limits.all().map(limit),
            "window": self.window.to_string(),
            "ignore_existing": instance.ignore_existing.to_string(),
            "metadata_limit": instance.metadata_limit.0,
            "organization_duplicate": instance.organization_duplicate.to_string(),
            "pending_duplicate": instance.pending_duplicate.to_string(),
            "bulk_on_5xx": self.bulk_on_5xx.to_string(),
            "read_lag_ms": instance.read_lag.as_millis(),
            "latency_ms": self.latency.as_millis(),
            "roles": instance.roles,
            "allowlist": instance.access.allowed,
            "blocklist": instance.access.blocked,
            "malformed": instance.malformed,
        })
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}
