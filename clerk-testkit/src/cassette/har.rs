//! HTTP archives (HAR 1.2), as browsers and proxies write them.

mod export;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clerk_core::{Delivery, TransportErrorKind};
use http::Uri;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};
use serde::Deserialize;

use super::CassetteError;
use super::body::Body;
use super::format::{Cassette, Interaction, Outcome, RecordedError, RecordedResponse};
use super::record::RecordOptions;
use super::request::{Headers, RecordedRequest};
use super::rules::MatchRules;
use crate::date::Date;
use crate::query;

/// Imports the calls of Clerk's Backend API from an HTTP archive (HAR) of a browser or of a proxy.
///
/// Addresses, tickets and fields to redact are replaced as in a recording. Requests to other paths than `/v1/…` are left out.
///
/// An archive of a proxy contains the secret key of each request, so the import refuses credentials by default. A cassette
/// never contains them: [`drop_credentials`](Self::drop_credentials) leaves them out. Keep the archive itself out of version
/// control.
///
/// ```no_run
/// use clerk_testkit::Replay;
/// use clerk_testkit::cassette::HarImport;
///
/// // mitmdump --mode reverse:https://api.clerk.com --set hardump=flows.har
/// let archive = std::fs::read_to_string("flows.har")?;
/// let cassette = HarImport::new().drop_credentials().read(&archive)?;
/// cassette.save("tests/cassettes/flows.json")?;
/// let replay = Replay::new(cassette);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct HarImport {
    options: RecordOptions,
    drops_credentials: bool,
}

#[derive(Deserialize)]
struct Archive<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(default, borrow)]
    started_date_time: Cow<'a, str>,
    #[serde(default)]
    time: f64,
    #[serde(borrow)]
    request: Request<'a>,
    #[serde(borrow)]
    response: Response<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(default, borrow)]
    headers: Vec<Header<'a>>,
    #[serde(default, borrow)]
    post_data: Option<Content<'a>>,
}

#[derive(Deserialize)]
struct Response<'a> {
    /// Zero if there was no response.
    #[serde(default)]
    status: u16,
    #[serde(default, borrow)]
    headers: Vec<Header<'a>>,
    #[serde(default, borrow)]
    content: Content<'a>,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
struct Content<'a> {
    #[serde(default)]
    size: i64,
    #[serde(default, borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    encoding: Option<Cow<'a, str>>,
}

impl HarImport {
    /// Imports with the default options of a recording.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which headers are imported, and which addresses and fields are replaced.
    #[must_use]
    pub fn options(mut self, options: RecordOptions) -> Self {
        self.options = options;
        self
    }

    /// Leaves out keys and cookies in headers instead of refusing them.
    #[must_use]
    pub const fn drop_credentials(mut self) -> Self {
        self.drops_credentials = true;
        self
    }

    /// Reads an archive.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Archive`] if the text is not an archive, has no call of the Backend API, or lacks a body;
    /// [`CassetteError::Credentials`] if it has credentials and [`drop_credentials`](Self::drop_credentials) is not set;
    /// [`CassetteError::Leak`] if a key, or an encoded address or ticket, is elsewhere.
    pub fn read(&self, archive: &str) -> Result<Cassette, CassetteError> {
        // Some tools write a byte-order mark.
        let archive = archive.trim_start_matches('\u{feff}');
        let parsed: Result<Archive<'_>, _> = serde_json::from_str(archive);
        let entries = parsed
            .map_err(|error| refused(format!("it cannot be read: {error}")))?
            .log
            .entries;
        let mut interactions = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let uri: Option<Uri> = entry.request.url.parse().ok();
            let Some(uri) = uri.filter(|uri| uri.path().starts_with("/v1/")) else {
                continue;
            };
            self.check_credentials(index, entry)?;
            interactions.push(self.interaction(index, entry, &uri)?);
        }
        if interactions.is_empty() {
            let count = entries.len();
            return Err(refused(format!(
                "none of its {count} requests is one of Clerk's Backend API, whose paths start with /v1/"
            )));
        }
        let options = &self.options;
        let cassette = Cassette::new(options.keep.clone(), interactions)
            .match_rules(&options.rules)
            .redact(options.redact.clone());
        cassette.to_json()?;
        Ok(cassette)
    }

    fn check_credentials(&self, index: usize, entry: &Entry<'_>) -> Result<(), CassetteError> {
        let credentials = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE];
        let mut headers = entry.request.headers.iter().chain(&entry.response.headers);
        let found = headers.find_map(|header| {
            let name = credentials
                .iter()
                .find(|name| header.name.eq_ignore_ascii_case(name.as_str()))?;
            (!header.value.is_empty()).then_some(name)
        });
        match found {
            Some(header) if !self.drops_credentials => Err(CassetteError::Credentials {
                entry: index,
                header: header.to_string(),
            }),
            _ => Ok(()),
        }
    }

    fn interaction(&self, index: usize, entry: &Entry<'_>, uri: &Uri) -> Result<Interaction, CassetteError> {
        let post_data = entry.request.post_data.as_ref();
        let body = post_data.map_or(Ok(Cow::Borrowed(&[][..])), |data| data.bytes(index))?;
        let request = RecordedRequest {
            method: Cow::Owned(entry.request.method.to_ascii_uppercase()),
            path: Cow::Owned(uri.path().to_owned()),
            query: query::parameters(uri.query().unwrap_or_default()).collect(),
            headers: self.headers(&entry.request.headers),
            body: Body::new(&body).into_owned(),
        };
        let response = &entry.response;
        let outcome = if response.status == 0 {
            Outcome::Error(RecordedError {
                kind: TransportErrorKind::Closed.as_str().to_owned(),
                delivery: Delivery::MaybeDelivered.as_str().to_owned(),
                retry_after_ms: None,
                message: None,
            })
        } else {
            Outcome::Response(RecordedResponse {
                status: response.status,
                headers: self.headers(&response.headers),
                body: Body::new(&response.content.bytes(index)?).into_owned(),
            })
        };
        Ok(Interaction {
            comment: None,
            recorded_at: Date::parse(&entry.started_date_time),
            rules: MatchRules::new(),
            repeat: false,
            request,
            outcome,
            // The cast saturates, and a negative time means that it is unknown.
            elapsed_ms: entry.time as u64,
        })
    }

    fn headers(&self, headers: &[Header<'_>]) -> Headers {
        let mut imported = Headers::new();
        for Header { name, value } in headers {
            let name = name.to_ascii_lowercase();
            if self.options.headers.contains(&name) {
                imported.entry(name).or_default().push(value.clone().into_owned());
            }
        }
        imported
    }
}

impl Content<'_> {
    fn bytes(&self, entry: usize) -> Result<Cow<'_, [u8]>, CassetteError> {
        match (self.text.as_deref(), self.encoding.as_deref()) {
            (Some(text), Some("base64")) => match STANDARD.decode(text) {
                Ok(bytes) => Ok(bytes.into()),
                Err(_) => Err(refused(format!("the body of its entry {entry} is not valid base64"))),
            },
            (Some(text), _) => Ok(text.as_bytes().into()),
            (None, _) if self.size > 0 => Err(refused(format!(
                "the body of its entry {entry} is missing. Export it with the content of the responses"
            ))),
            (None, _) => Ok(Cow::Borrowed(&[])),
        }
    }
}

const fn refused(reason: String) -> CassetteError {
    CassetteError::Archive { reason }
}
