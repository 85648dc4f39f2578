use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::body::Body;
use super::fields::{Edit, Fields};
use super::request::RecordedRequest;
use crate::difference::{Extent, diff_json};

/// How requests match recorded ones, in place of the [default](super#matching).
///
/// ```
/// use clerk_testkit::cassette::{BodyMatch, Fields, MatchRules};
///
/// let rules = MatchRules::new().ignore(Fields::new().query("offset")).body(BodyMatch::Subset);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchRules {
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    ignore: Fields,
    /// Headers that must be the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    header: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<BodyMatch>,
}

/// How a body matches a recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum BodyMatch {
    /// They mean the same. This is the default.
    Same,
    /// The recorded body is part of the request's: objects may have additional members, but arrays must have the same length.
    Subset,
    /// Any body matches.
    Ignored,
}

impl MatchRules {
    /// Starts with the default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ignores these fields of the request. A field that only one of two requests has is ignored too.
    #[must_use]
    pub fn ignore(mut self, fields: Fields) -> Self {
        self.ignore.extend(fields);
        self
    }

    /// Requires this header to be the same. It must be a header that is [recorded](super::RecordOptions::header).
    #[must_use]
    pub fn header(mut self, name: &str) -> Self {
        self.header.push(name.to_ascii_lowercase());
        self
    }

    /// Sets how bodies match.
    #[must_use]
    pub const fn body(mut self, body: BodyMatch) -> Self {
        self.body = Some(body);
        self
    }

    /// Returns these rules with those of an interaction, which come first.
    pub(super) fn with(&self, of_interaction: &Self) -> Self {
        let mut rules = self.clone().ignore(of_interaction.ignore.clone());
        rules.header.extend(of_interaction.header.iter().cloned());
        rules.body = of_interaction.body.or(self.body);
        rules
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.header
    }

    /// Returns the part of a request that is compared.
    pub(super) fn apply<'r, 'a>(&self, request: &'r RecordedRequest<'a>) -> Cow<'r, RecordedRequest<'a>> {
        if self.is_default() {
            return Cow::Borrowed(request);
        }
        let mut request = request.clone();
        request.headers.retain(|name, _| self.header.contains(name));
        self.ignore.edit_request(&mut request, Edit::Remove);
        if self.body == Some(BodyMatch::Ignored) {
            request.body = Body::Empty;
        }
        Cow::Owned(request)
    }

    /// Returns bytes that are the same for all requests that may match.
    pub(super) fn key(&self, request: &RecordedRequest<'_>) -> Vec<u8> {
        let mut request = self.apply(request);
        if self.body == Some(BodyMatch::Subset) {
            request.to_mut().body = Body::Empty;
        }
        let mut key = request.key();
        if !self.is_default() {
            request.write_headers(&mut key);
        }
        key
    }

    /// Whether the body matches, if the [key](Self::key) does.
    pub(super) fn body_matches(&self, recorded: &RecordedRequest<'_>, request: &RecordedRequest<'_>) -> bool {
        if self.body != Some(BodyMatch::Subset) {
            return true;
        }
        match (&self.apply(recorded).body, &self.apply(request).body) {
            (Body::Json(recorded), Body::Json(body)) => diff_json(recorded, body, Extent::Part).is_empty(),
            (Body::Empty, _) => true,
            (recorded, body) => recorded == body,
        }
    }

    pub(super) fn extent(&self) -> Extent {
        match self.body {
            Some(BodyMatch::Subset) => Extent::Part,
            _ => Extent::Whole,
        }
    }
}
