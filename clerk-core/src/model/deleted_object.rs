use serde::{Deserialize, Serialize};

/// What Clerk answers to a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeletedObject {
    /// What kind of thing was deleted, such as `invitation`.
    #[serde(default)]
    pub object: String,
    /// Whether it is gone.
    pub deleted: bool,
    /// The id of what was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The slug of what was deleted, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The application's own id of what was deleted, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}
