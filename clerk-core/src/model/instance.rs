use serde::{Deserialize, Serialize};

use super::{InstanceId, WorkspaceId, open_enum};

/// The instance that the secret key belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instance {
    /// The instance's id. It stays the same when the key is rotated.
    pub id: InstanceId,
    /// What the instance is for.
    pub environment_type: EnvironmentType,
    /// The origins that may call Clerk's frontend API for it.
    #[serde(default)]
    pub allowed_origins: Option<Vec<String>>,
    /// The workspace that owns the instance's application, if one does.
    #[serde(default)]
    pub workspace_id: Option<WorkspaceId>,
}

open_enum! {
    /// What an instance is for.
    pub enum EnvironmentType {
        /// Development: lower limits, and no real users.
        Development = "development",
        /// Production.
        Production = "production",
    }
}
