use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::Cassette;
use crate::cassette::CassetteError;
use crate::cassette::format::{Interaction, Outcome};
use crate::cassette::request::{Headers, RecordedRequest};
use crate::date::Date;
use clerk_core::model::Timestamp;

impl Cassette {
    /// Returns an HTTP archive (HAR 1.2), to look at the recording in the developer tools of a browser. A request without a
    /// response has the status 0.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Leak`] if the archive would contain a key, or an encoded address or ticket.
    pub fn to_har(&self) -> Result<String, CassetteError> {
        self.to_json()?;
        let entries: Vec<Value> = self.interactions.iter().map(entry).collect();
        let creator = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
        let archive = json!({ "log": { "version": "1.2", "creator": creator, "entries": entries } });
        serde_json::to_string_pretty(&archive).map_err(CassetteError::format)
    }
}

fn entry(interaction: &Interaction) -> Value {
    let started = interaction.recorded_at.unwrap_or(Date(Timestamp::from_millis(0)));
    let elapsed = interaction.elapsed_ms;
    let response = match &interaction.outcome {
        Outcome::Response(response) => {
            let status = http::StatusCode::from_u16(response.status).ok();
            let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
            self::response(response.status, reason, &response.headers, &response.body.to_bytes())
        }
        Outcome::Error(error) => response(0, &error.kind, &Headers::new(), &[]),
        Outcome::Abandoned => response(0, "abandoned", &Headers::new(), &[]),
    };
    json!({
        "startedDateTime": started.to_string(),
        "time": elapsed,
        "request": request(&interaction.request),
        "response": response,
        "cache": {},
        "timings": { "send": 0, "wait": elapsed, "receive": 0 },
        "comment": interaction.comment.clone().unwrap_or_default(),
    })
}

fn request(request: &RecordedRequest<'_>) -> Value {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let query = request.query.iter();
    let query: Vec<String> = query
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let body = request.body.to_bytes();
    let mut exported = json!({
        "method": request.method,
        "url": format!("{}{}{mark}{}", clerk_core::Client::DEFAULT_BASE_URL, request.path, query.join("&")),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&request.headers),
        "queryString": request.query.iter().map(|(name, value)| named(name, value)).collect::<Vec<_>>(),
        "headersSize": -1,
        "bodySize": body.len(),
    });
    if !body.is_empty() {
        exported["postData"] = content(&request.headers, &body);
    }
    exported
}

fn response(status: u16, reason: &str, of_response: &Headers, body: &[u8]) -> Value {
    json!({
        "status": status,
        "statusText": reason,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(of_response),
        "content": content(of_response, body),
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": body.len(),
    })
}

fn content(headers: &Headers, body: &[u8]) -> Value {
    let kind = headers.get("content-type").and_then(|values| values.first());
    let kind = kind.map_or("application/json", String::as_str);
    let mut content = json!({ "size": body.len(), "mimeType": kind });
    match std::str::from_utf8(body) {
        Ok(text) => content["text"] = json!(Cow::Borrowed(text)),
        Err(_) => {
            content["text"] = json!(STANDARD.encode(body));
            content["encoding"] = json!("base64");
        }
    }
    content
}

fn headers(headers: &Headers) -> Vec<Value> {
    let headers = headers.iter();
    let values = headers.flat_map(|(name, values)| values.iter().map(move |value| named(name, value)));
    values.collect()
}

fn named(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}
