use serde_json::json;

use crate::fake::instance::{Call, HandlerResult, Instance};

/// Carries out `GetInstance`.
pub(crate) fn get(_: &Instance, call: &Call<'_>) -> HandlerResult {
    let is_production = call.config.is_production;
    let environment = if is_production { "production" } else { "development" };
    let instance = json!({
        "object": "instance",
        "id": "ins_fake",
        "environment_type": environment,
        "allowed_origins": null,
        "workspace_id": null,
    });
    Ok(instance.to_string().into())
}
