//! Servers that answer nonsense: each run ends after a bounded number of calls, and each person has one outcome.

use std::fmt::Display;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use clerk_core::model::OrganizationId;
use clerk_core::run::{InvitationRun, Outcome};
use clerk_core::{
    Client, Delivery, HttpRequest, HttpResponse, HttpTransport, SecretKey, TransportError, TransportErrorKind,
    transport_fn,
};
use clerk_testkit::{FakeClerk, ManualClock};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::scene::{Outcomes, people};

const PEOPLE: usize = 25;

/// More calls than any of the runs needs. The server then ends the run, and the test fails.
const MANY_CALLS: usize = 3_000;

/// Answers a call, or lets the fake answer it. The number is that of the call, from 0.
type Hostile = fn(&HttpRequest, usize) -> Option<HttpResponse>;

/// Whether the server is hostile to calls that invite, to lists, or to everything.
fn invites(request: &HttpRequest) -> bool {
    request.method() == Method::POST
}

fn lists(request: &HttpRequest) -> bool {
    request.method() == Method::GET && request.uri().path().ends_with("/invitations")
}

fn ok(body: impl ToString) -> HttpResponse {
    HttpResponse::new(body.to_string().into())
}

fn status(code: u16, body: impl ToString) -> HttpResponse {
    let mut response = ok(body);
    *response.status_mut() = StatusCode::from_u16(code).unwrap();
    response
}

fn too_many(retry_after: Option<&'static str>) -> HttpResponse {
    let mut response = status(
        429,
        json!({ "errors": [{ "code": "too_many_requests", "message": "wait" }] }),
    );
    if let Some(wait) = retry_after {
        response.headers_mut().insert("retry-after", wait.parse().unwrap());
    }
    response
}

fn refusal(code: &str, meta: Value) -> HttpResponse {
    status(
        422,
        json!({ "errors": [{ "code": code, "message": "no", "meta": meta }] }),
    )
}

/// An invitation of a stranger, with fields of both kinds of invitations.
fn stranger(number: impl Display) -> Value {
    json!({
        "object": "invitation", "id": format!("inv_{number}"), "email_address": format!("stranger{number}@example.org"),
        "status": "revoked", "public_metadata": {}, "created_at": 1, "updated_at": 1,
    })
}

/// A page of strangers, in which no page with another first number has any of them.
fn page(numbers: Range<usize>, total_count: u64) -> HttpResponse {
    // Writing each page as JSON would take most of the time of these tests.
    static STRANGERS: LazyLock<Vec<String>> = LazyLock::new(|| {
        (0..500)
            .map(|number| stranger(format!("FIRST_{number}")).to_string())
            .collect()
    });
    let first = numbers.start.to_string();
    let data = STRANGERS[..numbers.len()].join(",").replace("FIRST", &first);
    ok(format!(r#"{{"data":[{data}],"total_count":{total_count}}}"#))
}

fn offset(request: &HttpRequest) -> usize {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(name, _)| *name == "offset")
        .map_or(0, |(_, value)| value.parse().unwrap())
}

const PAST: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const FUTURE: &str = "Fri, 31 Dec 9999 23:59:59 GMT";
const HTML: &str = "<html><body>Sign in to the network</body></html>";

const SERVERS: &[(&str, Hostile)] = &[
    ("invites: an empty array", |r, _| invites(r).then(|| ok("[]"))),
    ("invites: null", |r, _| invites(r).then(|| ok("null"))),
    ("invites: nothing", |r, _| invites(r).then(|| ok(""))),
    ("invites: an object", |r, _| invites(r).then(|| ok("{}"))),
    ("invites: HTML", |r, _| invites(r).then(|| ok(HTML))),
    ("invites: 204", |r, _| invites(r).then(|| status(204, ""))),
    ("invites: a redirect", |r, _| invites(r).then(|| status(302, HTML))),
    ("invites: strangers", |r, n| {
        invites(r).then(|| ok(json!((0..10).map(|i| stranger(n * 10 + i)).collect::<Vec<_>>())))
    }),
    ("invites: an empty array and strangers in turn", |r, n| {
        invites(r).then(|| if n % 2 == 0 { ok("[]") } else { ok(json!([stranger(n)])) })
    }),
    ("invites: ids of 100 kB", |r, _| {
        let mut invitation = stranger(1);
        invitation["id"] = json!("i".repeat(100_000));
        invitation["email_address"] = json!("person0@example.com");
        invites(r).then(|| ok(json!([invitation])))
    }),
    ("invites: 500", |r, _| invites(r).then(|| status(500, "{}"))),
    ("invites: 500 and an empty array in turn", |r, n| {
        invites(r).then(|| if n % 2 == 0 { status(500, "") } else { ok("[]") })
    }),
    ("invites: refusals that name nobody", |r, _| {
        invites(r).then(|| refusal("form_param_format_invalid", json!({ "param_name": "email_address" })))
    }),
    ("invites: refusals that name strangers", |r, _| {
        let meta = json!({ "email_addresses": ["stranger@example.org"] });
        invites(r).then(|| refusal("duplicate_record", meta))
    }),
    ("invites: refusals without a code", |r, _| {
        invites(r).then(|| status(400, r#"{"errors":[{}]}"#))
    }),
    ("invites: 1.5 MB of errors", |r, _| {
        let errors = "{},".repeat(1 << 19);
        invites(r).then(|| status(400, format!(r#"{{"errors":[{errors}{{"code":"conflict"}}]}}"#)))
    }),
    ("invites: 429 without a wait", |r, _| invites(r).then(|| too_many(None))),
    ("invites: 429 with 0", |r, _| invites(r).then(|| too_many(Some("0")))),
    ("invites: 429 with a date in the past", |r, _| {
        invites(r).then(|| too_many(Some(PAST)))
    }),
    ("invites: 429 with both in turn", |r, n| {
        invites(r).then(|| too_many(Some(if n % 2 == 0 { "0" } else { PAST })))
    }),
    ("invites: 429 with a date far ahead", |r, _| {
        invites(r).then(|| too_many(Some(FUTURE)))
    }),
    ("invites: 429 and 503 in turn", |r, n| {
        invites(r).then(|| {
            if n % 2 == 0 {
                too_many(Some("0"))
            } else {
                status(503, "")
            }
        })
    }),
    ("lists: the same page", |r, _| lists(r).then(|| page(0..500, 5_000))),
    ("lists: two pages in turn", |r, n| {
        lists(r).then(|| page(n % 2 * 500..n % 2 * 500 + 500, 5_000))
    }),
    ("lists: the same invitation with other totals", |r, n| {
        lists(r).then(|| page(0..1, 10 + n as u64))
    }),
    ("lists: one new invitation a page, of 2^64-1", |r, _| {
        let at = offset(r);
        lists(r).then(|| page(at..at + 1, u64::MAX))
    }),
    ("lists: full pages without end, of 2^64-1", |r, _| {
        let at = offset(r);
        lists(r).then(|| page(at..at + 500, u64::MAX))
    }),
    ("lists: full pages without end, of a few", |r, _| {
        let at = offset(r);
        lists(r).then(|| page(at..at + 500, 600))
    }),
    ("lists: a total that grows", |r, _| {
        let at = offset(r);
        lists(r).then(|| page(at..at + 500, at as u64 + 501))
    }),
    ("lists: empty pages with a total", |r, _| {
        lists(r).then(|| page(0..0, 1_000_000))
    }),
    ("lists: HTML", |r, _| lists(r).then(|| ok(HTML))),
    ("lists: an array of numbers", |r, _| lists(r).then(|| ok("[1,2,3]"))),
    ("lists: 500", |r, _| lists(r).then(|| status(500, ""))),
    ("lists: 429 with 0", |r, _| lists(r).then(|| too_many(Some("0")))),
    ("lists: 429 with a date far ahead", |r, _| {
        lists(r).then(|| too_many(Some(FUTURE)))
    }),
    ("both: nobody is ever invited", |r, _| match (invites(r), lists(r)) {
        (true, _) => Some(ok("[]")),
        (_, true) => Some(page(0..0, 0)),
        _ => None,
    }),
    ("everything: HTML", |_, _| Some(ok(HTML))),
    ("everything: an empty array", |_, _| Some(ok("[]"))),
    ("everything: an empty object", |_, _| Some(ok("{}"))),
    ("everything: 401", |_, _| {
        Some(status(401, r#"{"errors":[{"code":"clerk_key_invalid"}]}"#))
    }),
    ("everything: 429 with 0", |_, _| Some(too_many(Some("0")))),
    ("everything: 502", |_, _| Some(status(502, HTML))),
    ("everything: 503 and 429 in turn", |_, n| {
        Some(if n % 2 == 0 {
            status(503, "")
        } else {
            too_many(Some("0"))
        })
    }),
];

/// A client of a hostile server over the fake, and the number of its calls.
fn client(hostile: Hostile, fake: &FakeClerk, clock: &ManualClock) -> (Client, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (counted, fake) = (Arc::clone(&calls), fake.clone());
    let transport = transport_fn(move |request: HttpRequest| {
        let number = counted.fetch_add(1, Ordering::Relaxed);
        let answer = hostile(&request, number);
        let fake = fake.clone();
        async move {
            if number >= MANY_CALLS {
                let kind = TransportErrorKind::InvalidRequest;
                return Err(TransportError::new(kind, Delivery::NotSent));
            }
            match answer {
                Some(response) => Ok(response),
                None => fake.send(request).await,
            }
        }
    });
    let key = SecretKey::new(FakeClerk::SECRET_KEY).unwrap();
    let client = Client::builder(key, transport)
        .clock(clock.clone())
        .retry_seed(1)
        .build()
        .unwrap();
    (client, calls)
}

/// Drives a run against a hostile server, and checks what every run owes.
fn check(name: &str, hostile: Hostile, start: impl FnOnce(&Client) -> InvitationRun<'static>) {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).organization("org_1").build();
    let (client, calls) = client(hostile, &fake, &clock);
    let outcomes = Arc::new(Outcomes::default());
    let run = start(&client).observer(Arc::clone(&outcomes)).run();
    let report = clock.drive(run).expect(name);

    let mut settled = outcomes.0.lock().unwrap().clone();
    settled.sort_by_key(|settlement| settlement.position);
    let positions: Vec<_> = settled.iter().map(|settlement| settlement.position).collect();
    assert_eq!(
        positions,
        (0..PEOPLE).collect::<Vec<_>>(),
        "{name}: each person has one outcome"
    );
    let calls = calls.load(Ordering::Relaxed);
    assert!(calls < MANY_CALLS, "{name}: the run made {calls} calls");
    assert!(
        report.elapsed() < Duration::from_secs(24 * 3600),
        "{name}: {:?}",
        report.elapsed()
    );
    let is_open = report.count(Outcome::Pending) > 0;
    assert!(
        !is_open || report.stopped().is_some(),
        "{name}: the run says why people are pending"
    );
    assert!(
        fake.mails().values().all(|mails| *mails <= 1),
        "{name}: {:?}",
        fake.mails()
    );
}

#[test]
fn every_run_for_the_application_ends() {
    for (name, hostile) in SERVERS {
        check(name, *hostile, |client| client.invitations().invite_all(people(PEOPLE)));
        let without = format!("{name}, without preflight");
        check(&without, *hostile, |client| {
            client.invitations().invite_all(people(PEOPLE)).preflight(false)
        });
        let unlimited = format!("{name}, without limits");
        check(&unlimited, *hostile, |client| {
            let run = client.invitations().invite_all(people(PEOPLE));
            run.limits(clerk_core::middleware::RateLimits::none())
        });
    }
}

#[test]
fn every_run_for_an_organization_ends() {
    use clerk_core::api::organization_invitations::CreateOrganizationInvitation;

    let organization = OrganizationId::from("org_1");
    for (name, hostile) in SERVERS {
        check(&format!("{name}, organization"), *hostile, |client| {
            let people =
                (0..PEOPLE).map(|n| CreateOrganizationInvitation::new(format!("person{n}@example.com"), "org:member"));
            client.organization_invitations().invite_all(&organization, people)
        });
    }
}

/// A server that never invites one of the people and accepts each call for them.
#[test]
fn a_person_who_is_never_named_is_given_up() {
    fn without_the_first(request: &HttpRequest, _: usize) -> Option<HttpResponse> {
        let body: Value = serde_json::from_slice(request.body()).ok()?;
        let is_first = |person: &Value| person["email_address"] == "person0@example.com";
        if is_first(&body) {
            return Some(ok(stranger(1)));
        }
        let people = body.as_array()?;
        if !people.iter().any(is_first) {
            return None;
        }
        let named = people
            .iter()
            .filter(|person| !is_first(person))
            .enumerate()
            .map(|(n, person)| {
                let mut invitation = stranger(n);
                invitation["email_address"] = person["email_address"].clone();
                invitation
            });
        Some(ok(Value::Array(named.collect())))
    }
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    let (client, calls) = client(without_the_first, &fake, &clock);
    let report = clock
        .drive(client.invitations().invite_all(people(PEOPLE)).run())
        .expect("the run ends");
    assert_eq!(
        (report.count(Outcome::Created), report.count(Outcome::Unknown)),
        (PEOPLE - 1, 1)
    );
    assert!(report.stopped().is_none());
    assert!(calls.load(Ordering::Relaxed) < 200, "{calls:?}");
}

#[test]
fn a_failed_read_stops_the_run_at_once_with_its_reason() {
    let cases: [(Hostile, &str); 2] = [
        (|_, _| Some(ok(HTML)), "GetInstance"),
        (|r, _| lists(r).then(|| ok("[1]")), "ListInvitations"),
    ];
    for (hostile, operation) in cases {
        let clock = ManualClock::new();
        let fake = FakeClerk::builder().clock(clock.clone()).build();
        let (client, _) = client(hostile, &fake, &clock);
        let report = clock
            .drive(client.invitations().invite_all(people(3)).run())
            .expect("the run ends");
        let stop = report.stopped().expect("stopped").to_string();
        assert!(stop.starts_with(operation), "{stop}");
        assert!(report.elapsed() < Duration::from_secs(1), "{:?}", report.elapsed());
    }
}
