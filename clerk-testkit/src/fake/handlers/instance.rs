use serde_json::json;

use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::instance_config::INSTANCE_ID;

/// Carries out `GetInstance`.
pub(crate) fn get(_: &Instance, call: &Call<'_>) -> HandlerResult {
    let instance = json!({
        "object": "instance",
        "id": INSTANCE_ID,
        "environment_type": call.config.environment(),
        "allowed_origins": null,
        "workspace_id": null,
    });
    Ok(instance.to_string().into())
}
