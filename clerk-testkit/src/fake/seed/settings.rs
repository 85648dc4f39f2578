use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::{Environment, SecretKey};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::date::Date;
use crate::fake::config::BulkOn5xx;
use crate::fake::fault::FaultPlan;
use crate::fake::instance_config::{IgnoreExisting, OrganizationDuplicate, PendingDuplicate};
use crate::fake::limits::WindowKind;

/// The settings in a seed, which apply when the fake is built.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) secret_key: Option<Key>,
    pub(crate) start: Option<Date>,
    pub(crate) limits: Option<Limits>,
    pub(crate) window: Option<WindowKind>,
    pub(crate) ignore_existing: Option<IgnoreExisting>,
    pub(crate) metadata_limit: Option<usize>,
    pub(crate) organization_duplicate: Option<OrganizationDuplicate>,
    pub(crate) pending_duplicate: Option<PendingDuplicate>,
    pub(crate) bulk_on_5xx: Option<BulkOn5xx>,
    pub(crate) read_lag_ms: Option<u64>,
    pub(crate) latency_ms: Option<u64>,
    pub(crate) faults: Option<Faults>,
    pub(crate) fault_seed: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Key(pub(crate) SecretKey);

/// `None` means the documented limits, which depend on the key.
#[derive(Debug, Clone)]
pub(crate) struct Limits(pub(crate) Option<RateLimits>);

#[derive(Debug, Clone)]
pub(crate) struct Faults(pub(crate) FaultPlan);

impl Settings {
    pub(crate) fn read_lag(&self) -> Option<Duration> {
        self.read_lag_ms.map(Duration::from_millis)
    }

    pub(crate) fn latency(&self) -> Option<Duration> {
        self.latency_ms.map(Duration::from_millis)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        SecretKey::new(text).map(Self).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "documented" {
            return Ok(Self(None));
        }
        // Of all texts, only the one above depends on the environment.
        let limits = RateLimits::parse(&text, Environment::Development);
        limits.map(|limits| Self(Some(limits))).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Faults {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        FaultPlan::parse(&text).map(Self).map_err(D::Error::custom)
    }
}
