use serde::{Deserialize, Serialize};

/// The response to a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeletedObject {
    /// The type of the deleted object, such as `invitation`.
    #[serde(default)]
    pub object: String,
    /// Whether the object was deleted.
    pub deleted: bool,
    /// The id of the deleted object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The slug of the deleted object, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The application's own id of the deleted object, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}
