use std::sync::OnceLock;
use std::time::Duration;

use clerk_core::model::Timestamp;
use clerk_core::{Clock, Sleep, SystemClock};

use crate::{ManualClock, VirtualClock};

/// The clock of a fake that was built without one. Its time is virtual for clients that share it. If the first request comes
/// from another client, which waits on a clock that the fake does not know, its time is real.
#[derive(Debug)]
pub(super) struct DefaultClock {
    is_virtual: OnceLock<bool>,
    virtual_clock: VirtualClock,
    system: SystemClock,
}

impl DefaultClock {
    pub(super) fn new() -> Self {
        Self {
            is_virtual: OnceLock::new(),
            virtual_clock: VirtualClock::new(),
            system: SystemClock::new(),
        }
    }

    /// Decides for virtual or real time, unless that was decided before.
    pub(super) fn decide(&self, is_virtual: bool) {
        self.is_virtual.get_or_init(|| is_virtual);
    }

    fn is_real(&self) -> bool {
        self.is_virtual.get() == Some(&false)
    }
}

impl Clock for DefaultClock {
    fn now(&self) -> Duration {
        if self.is_real() {
            self.system.now()
        } else {
            self.virtual_clock.now()
        }
    }

    fn wall(&self) -> Timestamp {
        ManualClock::START.saturating_add(self.now())
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if self.is_real() {
            self.system.sleep(duration)
        } else {
            self.virtual_clock.sleep(duration)
        }
    }
}
