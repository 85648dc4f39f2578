use serde::{Deserialize, Serialize};

/// The response of operations that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TotalCount {
    /// The number.
    pub total_count: u64,
}
