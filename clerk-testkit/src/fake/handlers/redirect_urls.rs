use clerk_core::ErrorCode;
use http::{StatusCode, Uri};

use super::{deleted, list_all, respond};
use crate::fake::body::read_object;
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::records::to_json;
use crate::fake::store::{Index, Stored};

const ID: &str = "id";
const URL: &str = "url";

/// Carries out `ListRedirectURLs`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    list_all(instance, call, &instance.redirect_urls, to_json)
}

/// Carries out `GetRedirectURL`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let url = instance.redirect_urls.get(call.params.get(ID)).ok_or_else(not_found)?;
    Ok(respond(url))
}

/// Carries out `CreateRedirectURL`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let mut fields = read_object(call.request)?;
    let url: Option<String> = fields.take_required(URL);
    let is_absolute = |url: &str| url.contains("://") && url.parse::<Uri>().is_ok();
    if url.as_deref().is_some_and(|url| !is_absolute(url)) {
        fields.refuse(ErrorItem::param_format_invalid(URL));
    }
    fields.finish()?;
    let url = url.unwrap_or_default();
    if !instance.redirect_urls.positions_by(Index::Key, &url).is_empty() {
        let hint = "The instance has the redirect URL.";
        let code = ErrorCode::DuplicateRecord;
        return Err(Refusal::new(StatusCode::BAD_REQUEST, code, "duplicate URL", hint));
    }
    let url = instance.redirect_urls.create(url, call.at.wall);
    call.created.push(url.id().to_owned());
    Ok(respond(url))
}

/// Carries out `DeleteRedirectURL`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = call.params.get(ID);
    instance.redirect_urls.remove(id).ok_or_else(not_found)?;
    Ok(deleted("redirect_url", id))
}

fn not_found() -> Refusal {
    Refusal::not_found("No redirect URL has this id.")
}
