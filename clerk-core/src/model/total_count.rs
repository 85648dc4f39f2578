use serde::{Deserialize, Serialize};

/// How many things there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TotalCount {
    /// The number.
    pub total_count: u64,
}
