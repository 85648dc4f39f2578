//! A server that answers nonsense.

use clerk_core::{HttpRequest, HttpResponse};
use fastrand::Rng;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// The rules of a hostile server. The first one that applies answers a call.
#[derive(Debug, Clone)]
pub(crate) struct Hostility {
    rules: Vec<Rule>,
    seed: u64,
}

#[derive(Debug, Clone, Copy)]
struct Rule {
    calls: Calls,
    when: When,
    nonsense: Nonsense,
    /// Whether Clerk carries out the call before it is answered.
    takes_effect: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Calls {
    Invite,
    List,
    Users,
    All,
}

/// When a rule applies, by the number of the call among those that it is about.
#[derive(Debug, Clone, Copy)]
enum When {
    Always,
    EverySecond,
    Percent(u8),
    From(u64),
    Until(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nonsense {
    EmptyArray,
    EmptyObject,
    Null,
    Nothing,
    Html,
    NoContent,
    Redirect,
    /// Invitations of strangers.
    Strangers,
    /// The honest answer without some of the people.
    Partial,
    /// The same page again and again.
    RepeatedPage,
    /// Pages of strangers without end.
    EndlessPages,
    /// A page with one invitation, of 2^64-1.
    HugeTotal,
    /// Empty pages of a million.
    EmptyPages,
    Status(u16),
    /// A 429 with this `Retry-After`.
    TooMany(Option<&'static str>),
    /// A refusal with this code.
    Refusal(&'static str),
}

const PAST: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const FUTURE: &str = "Fri, 31 Dec 9999 23:59:59 GMT";
const HTML: &str = "<html><body>Sign in to the network</body></html>";

/// Nonsense that does not say that nothing happened, so a call with it may have had its effect.
const UNCLEAR: [Nonsense; 10] = [
    Nonsense::EmptyArray,
    Nonsense::EmptyObject,
    Nonsense::Null,
    Nonsense::Nothing,
    Nonsense::Html,
    Nonsense::NoContent,
    Nonsense::Strangers,
    Nonsense::Partial,
    Nonsense::Status(500),
    Nonsense::Status(503),
];

/// Nonsense that says that nothing happened.
const CLEAR: [Nonsense; 9] = [
    Nonsense::Redirect,
    Nonsense::TooMany(None),
    Nonsense::TooMany(Some("0")),
    Nonsense::TooMany(Some("7")),
    Nonsense::TooMany(Some(PAST)),
    Nonsense::TooMany(Some(FUTURE)),
    Nonsense::Refusal("form_param_format_invalid"),
    Nonsense::Refusal("duplicate_record"),
    Nonsense::Status(401),
];

const LISTS: [Nonsense; 4] = [
    Nonsense::RepeatedPage,
    Nonsense::EndlessPages,
    Nonsense::HugeTotal,
    Nonsense::EmptyPages,
];

impl Hostility {
    pub(crate) fn draw(random: &mut Rng) -> Self {
        let rules = (0..random.usize(1..=3)).map(|_| Rule::draw(random)).collect();
        Self {
            rules,
            seed: random.u64(..),
        }
    }
}

impl Rule {
    fn draw(random: &mut Rng) -> Self {
        let calls = [Calls::Invite, Calls::Invite, Calls::List, Calls::Users, Calls::All];
        let calls = random.choice(calls).unwrap_or(Calls::All);
        let nonsense = match random.u8(..4) {
            0 | 1 if calls == Calls::List => random.choice(LISTS),
            0..=2 => random.choice(UNCLEAR),
            _ => random.choice(CLEAR),
        };
        let nonsense = nonsense.unwrap_or(Nonsense::EmptyArray);
        let when = match random.u8(..6) {
            0 | 1 => When::Always,
            2 => When::EverySecond,
            3 => When::Percent(random.u8(1..=90)),
            4 => When::From(random.u64(..20)),
            _ => When::Until(random.u64(1..20)),
        };
        Self {
            calls,
            when,
            takes_effect: nonsense == Nonsense::Partial || (UNCLEAR.contains(&nonsense) && random.bool()),
            nonsense,
        }
    }
}

impl Calls {
    fn include(self, request: &HttpRequest) -> bool {
        let path = request.uri().path();
        match self {
            Self::Invite => request.method() == Method::POST,
            Self::List => request.method() == Method::GET && path.ends_with("/invitations"),
            Self::Users => path.ends_with("/users"),
            Self::All => true,
        }
    }
}

/// A hostile server at work.
#[derive(Debug)]
pub(crate) struct HostilityRun {
    rules: Vec<(Rule, u64)>,
    random: Rng,
    strangers: usize,
}

/// A hostile answer.
#[derive(Debug)]
pub(crate) struct HostileAnswer {
    nonsense: Nonsense,
    pub(crate) takes_effect: bool,
    first_stranger: usize,
}

impl HostilityRun {
    pub(crate) fn new(hostility: &Hostility) -> Self {
        Self {
            rules: hostility.rules.iter().map(|rule| (*rule, 0)).collect(),
            random: Rng::with_seed(hostility.seed),
            strangers: 0,
        }
    }

    /// Returns the answer to the next call, or `None` for an honest one.
    pub(crate) fn next(&mut self, request: &HttpRequest) -> Option<HostileAnswer> {
        let random = &mut self.random;
        let mut rules = self.rules.iter_mut().filter(|(rule, _)| rule.calls.include(request));
        let rule = rules.find_map(|(rule, number)| {
            *number += 1;
            let applies = match rule.when {
                When::Always => true,
                When::EverySecond => *number % 2 == 0,
                When::Percent(percent) => random.u8(..100) < percent,
                When::From(first) => *number >= first,
                When::Until(last) => *number <= last,
            };
            applies.then_some(*rule)
        })?;
        self.strangers += 10;
        Some(HostileAnswer {
            nonsense: rule.nonsense,
            takes_effect: rule.takes_effect,
            first_stranger: self.strangers,
        })
    }
}

impl HostileAnswer {
    /// Returns the answer to a request, which was answered in this way if it was carried out.
    pub(crate) fn response(&self, request: &HttpRequest, honest: Option<HttpResponse>) -> HttpResponse {
        let at = offset(request);
        match self.nonsense {
            Nonsense::EmptyArray => ok(json!([])),
            Nonsense::EmptyObject => ok(json!({})),
            Nonsense::Null => ok(Value::Null),
            Nonsense::Nothing => HttpResponse::default(),
            Nonsense::Html => HttpResponse::new(HTML.into()),
            Nonsense::NoContent => status(204, HttpResponse::default()),
            Nonsense::Redirect => status(302, HttpResponse::new(HTML.into())),
            Nonsense::Strangers => ok((0..10).map(|n| stranger(self.first_stranger + n)).collect()),
            Nonsense::Partial => honest.unwrap_or_default().map(without_some),
            Nonsense::RepeatedPage => page(0..20, 5_000),
            Nonsense::EndlessPages => page(at..at + 20, u64::MAX),
            Nonsense::HugeTotal => page(at..at + 1, u64::MAX),
            Nonsense::EmptyPages => page(0..0, 1_000_000),
            Nonsense::Status(code) => status(code, ok(json!({}))),
            Nonsense::TooMany(wait) => too_many(wait),
            Nonsense::Refusal(code) => {
                let error = json!({ "code": code, "message": "no", "meta": { "email_addresses": ["s@example.org"] } });
                status(422, ok(json!({ "errors": [error] })))
            }
        }
    }
}

fn without_some(body: clerk_core::Bytes) -> clerk_core::Bytes {
    match serde_json::from_slice(&body) {
        Ok(Value::Array(mut items)) => {
            items.truncate(items.len() / 2);
            Value::Array(items).to_string().into()
        }
        _ => body,
    }
}

fn ok(body: Value) -> HttpResponse {
    HttpResponse::new(body.to_string().into())
}

fn status(code: u16, mut response: HttpResponse) -> HttpResponse {
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or_default();
    response
}

fn too_many(retry_after: Option<&'static str>) -> HttpResponse {
    let body = json!({ "errors": [{ "code": "too_many_requests", "message": "wait" }] });
    let mut response = status(429, ok(body));
    if let Some(wait) = retry_after {
        let headers = response.headers_mut();
        headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from_static(wait));
    }
    response
}

/// An invitation of a stranger, with fields of both kinds of invitations.
fn stranger(number: usize) -> Value {
    json!({
        "object": "invitation", "id": format!("stranger_{number}"), "role": "org:member",
        "email_address": format!("stranger{number}@example.org"),
        "status": "revoked", "public_metadata": {}, "created_at": 1, "updated_at": 1,
    })
}

fn page(numbers: std::ops::Range<usize>, total_count: u64) -> HttpResponse {
    let data: Vec<_> = numbers.map(stranger).collect();
    ok(json!({ "data": data, "total_count": total_count }))
}

fn offset(request: &HttpRequest) -> usize {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let offset = pairs.find(|(name, _)| *name == "offset");
    offset.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
}
