use serde::{Deserialize, Serialize};

use super::{InstanceId, WorkspaceId, open_enum};

/// The instance that the secret key belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instance {
    /// The instance's id. It does not change when the secret key is rotated.
    pub id: InstanceId,
    /// The environment of the instance.
    pub environment_type: EnvironmentType,
    /// The origins that may call Clerk's frontend API for it.
    #[serde(default)]
    pub allowed_origins: Option<Vec<String>>,
    /// The workspace that owns the application, if any.
    #[serde(default)]
    pub workspace_id: Option<WorkspaceId>,
}

open_enum! {
    /// The environment of an instance.
    pub enum EnvironmentType {
        /// Development, with lower rate limits and no real users.
        Development = "development",
        /// Production.
        Production = "production",
    }
}
