use super::Effect;

/// How many attempts one call took, and what the earlier ones may have done.
///
/// [`middleware::Retry`](crate::middleware::Retry) records it in the extensions of the response or in the
/// [`TransportError`](super::TransportError).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    count: u32,
    earlier_effect: Effect,
}

impl Attempts {
    /// Records `count` attempts. `earlier_effect` is the worst effect of all attempts but the last.
    pub const fn new(count: u32, earlier_effect: Effect) -> Self {
        Self { count, earlier_effect }
    }

    /// Returns the number of attempts.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// Returns the worst effect of all attempts but the last.
    pub const fn earlier_effect(self) -> Effect {
        self.earlier_effect
    }
}
