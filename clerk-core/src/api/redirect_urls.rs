//! The URLs that native applications may redirect to.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::query_params::list;
use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, Page, RedirectUrl, RedirectUrlId};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on redirect URLs.
    pub const fn redirect_urls(&self) -> RedirectUrlsApi<'_> {
        RedirectUrlsApi { client: self }
    }
}

resource! {
    /// Operations on redirect URLs, returned by [`Client::redirect_urls`].
    pub struct RedirectUrlsApi;

    also [ListRedirectUrls];

    /// Reads one redirect URL (`GET /v1/redirect_urls/{id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the URL does not exist.
    pub struct GetRedirectUrl<'a>(id: &'a RedirectUrlId)
    = Operation::get("GetRedirectURL", "/redirect_urls/{id}")
    => fn get -> RedirectUrl;

    /// Adds a redirect URL (`POST /v1/redirect_urls`).
    ///
    /// # Errors
    ///
    /// [`FormParamFormatInvalid`](crate::ErrorCode::FormParamFormatInvalid) if it is not a URL, or
    /// [`DuplicateRecord`](crate::ErrorCode::DuplicateRecord).
    pub struct CreateRedirectUrl(; url: String)
    = Operation::post("CreateRedirectURL", "/redirect_urls")
    => fn create -> RedirectUrl;

    /// Removes a redirect URL (`DELETE /v1/redirect_urls/{id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the URL does not exist.
    pub struct DeleteRedirectUrl<'a>(id: &'a RedirectUrlId)
    = Operation::delete("DeleteRedirectURL", "/redirect_urls/{id}")
    => fn delete -> DeletedObject;
}

impl RedirectUrlsApi<'_> {
    /// Lists the redirect URLs (`GET /v1/redirect_urls`), newest first by default.
    ///
    /// Returns one page; [`Client::pages`] reads all.
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for a limit that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list(self, list: &ListRedirectUrls) -> Result<Page<RedirectUrl>> {
        self.client.execute(list).await
    }
}

list! {
    /// Lists the redirect URLs. Clerk returns the ten newest.
    pub struct ListRedirectUrls() {}
    // `paginated` makes Clerk include the total count.
    = Operation::get("ListRedirectURLs", "/redirect_urls") => RedirectUrl, paginated = true;
}
