use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use clerk_core::model::Page;
use clerk_core::{
    Client, Endpoint, EndpointRequest, ErrorKind, HttpResponse, InvalidRequest, Operation, SecretKey, transport_fn,
};

/// A list of numbers.
struct Numbers {
    query: &'static [(&'static str, u64)],
}

impl Endpoint for Numbers {
    type Output = Page<u32>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Operation::get("ListNumbers", "/numbers").request();
        if self.query.contains(&("limit", 0)) {
            return Err(request.invalid("limit must not be 0"));
        }
        let request = request.query("kind", "even");
        Ok(self.query.iter().fold(request, |r, (name, value)| r.query(name, value)))
    }
}

type Queries = Arc<Mutex<Vec<String>>>;

/// Returns a client whose calls are answered by `answer`, given the query, and the log of all queries.
fn client(answer: impl FnMut(&str) -> HttpResponse + Send + 'static) -> (Client, Queries) {
    let queries = Queries::default();
    let asked = Arc::clone(&queries);
    let answer = Mutex::new(answer);
    let transport = transport_fn(move |request| {
        let query = request.uri().query().unwrap_or("").to_owned();
        let response = (answer.lock().expect("no panic before"))(&query);
        asked.lock().expect("no panic before").push(query);
        async { Ok(response) }
    });
    let key = SecretKey::new("sk_test_abc").expect("a key");
    (Client::builder(key, transport).build().expect("a client"), queries)
}

/// Returns a client whose calls are answered with these bodies, one after another, and then with status 501.
fn client_of_pages(bodies: &[&str]) -> (Client, Queries) {
    let mut bodies: VecDeque<String> = bodies.iter().map(|body| (*body).to_owned()).collect();
    client(move |_| match bodies.pop_front() {
        Some(body) => HttpResponse::new(body.into()),
        None => {
            let mut response = HttpResponse::default();
            *response.status_mut() = http::StatusCode::NOT_IMPLEMENTED;
            response
        }
    })
}

#[test]
fn reads_to_the_last_page() {
    type Case<'a> = (&'a str, &'a [&'a str], &'a [u32], &'a [u64]);
    // name, response bodies, entries read, offsets requested; two entries a page
    let cases: &[Case<'_>] = &[
        ("an empty list", &["[]"], &[], &[0]),
        ("a short page", &["[1]"], &[1], &[0]),
        ("a short page after a full one", &["[1,2]", "[3]"], &[1, 2, 3], &[0, 2]),
        ("an empty page after a full one", &["[1,2]", "[]"], &[1, 2], &[0, 2]),
        (
            "a correct total",
            &[r#"{"data":[1,2],"total_count":3}"#, r#"{"data":[3],"total_count":3}"#],
            &[1, 2, 3],
            &[0, 2],
        ),
        (
            "a total that is too small",
            &[r#"{"data":[1,2],"total_count":2}"#, r#"{"data":[3],"total_count":2}"#],
            &[1, 2, 3],
            &[0, 2],
        ),
        (
            "a total that is too large",
            &[r#"{"data":[1],"total_count":9}"#, r#"{"data":[],"total_count":9}"#],
            &[1],
            &[0, 1],
        ),
        (
            "pages that are smaller than asked",
            &[r#"{"data":[1],"total_count":2}"#, r#"{"data":[2],"total_count":2}"#],
            &[1, 2],
            &[0, 1],
        ),
        (
            "pages that are larger than asked",
            &["[1,2,3]", "[4]"],
            &[1, 2, 3, 4],
            &[0, 3],
        ),
    ];
    for (name, bodies, read, offsets) in cases {
        let (client, queries) = client_of_pages(bodies);
        let list = Numbers { query: &[("limit", 2)] };
        let items = pollster::block_on(client.pages(&list).read_all()).expect(name);
        assert_eq!(items, *read, "{name}");
        let expected: Vec<_> = offsets
            .iter()
            .map(|offset| format!("kind=even&limit=2&offset={offset}"))
            .collect();
        assert_eq!(*queries.lock().expect("no panic before"), expected, "{name}");
    }
}

#[test]
fn starts_at_the_limit_and_offset_of_the_list() {
    type Case<'a> = (&'static [(&'static str, u64)], &'a str);
    let cases: &[Case<'_>] = &[
        (&[], "kind=even&limit=100&offset=0"),
        (&[("limit", 7)], "kind=even&limit=7&offset=0"),
        (&[("offset", 5)], "kind=even&limit=100&offset=5"),
        (&[("offset", 5), ("limit", 7)], "kind=even&limit=7&offset=5"),
    ];
    for (query, sent) in cases {
        let (client, queries) = client_of_pages(&["[]"]);
        pollster::block_on(client.pages(&Numbers { query }).read_all()).expect(sent);
        assert_eq!(*queries.lock().expect("no panic before"), [*sent]);
    }
}

#[test]
fn fails_if_the_server_ignores_the_offset() {
    let (client, queries) = client(|_| HttpResponse::new("[1,2]".into()));
    let mut items = client.pages(&Numbers { query: &[("limit", 2)] }).items();
    let (read, error) = pollster::block_on(async {
        let mut read = Vec::new();
        loop {
            match items.next().await.expect("an error before the end") {
                Ok(item) => read.push(item),
                Err(error) => return (read, error),
            }
        }
    });
    assert_eq!(read, [1, 2]);
    assert_eq!(error.kind(), ErrorKind::RepeatedPage);
    assert_eq!(error.to_string(), "ListNumbers returned the same page for two offsets");
    assert!(pollster::block_on(items.next()).is_none(), "an error ends the list");
    assert_eq!(queries.lock().expect("no panic before").len(), 2);
}

#[test]
fn offset_continues_after_an_error() {
    let (client, _) = client_of_pages(&["[1,2]"]);
    let mut pages = client.pages(&Numbers { query: &[("limit", 2)] });
    pollster::block_on(async {
        let page = pages.next().await.expect("a page").expect("no error");
        assert_eq!(page.data, [1, 2]);
        let error = pages.next().await.expect("an error").expect_err("the server fails");
        assert_eq!(error.kind(), ErrorKind::Server);
        assert_eq!(pages.offset(), 2);
        assert!(pages.next().await.is_none(), "an error ends the list");
    });
}

#[test]
fn returns_the_error_of_an_invalid_list_once_and_sends_nothing() {
    let (client, queries) = client_of_pages(&[]);
    let mut pages = client.pages(&Numbers { query: &[("limit", 0)] });
    let error = pollster::block_on(pages.next())
        .expect("an error")
        .expect_err("refused");
    assert_eq!(error.to_string(), "ListNumbers was not sent: limit must not be 0");
    assert!(pollster::block_on(pages.next()).is_none());
    assert!(queries.lock().expect("no panic before").is_empty());
}

/// Reads a list of ten numbers, three a page, and applies `change` after the first page.
fn read_while_it_changes(change: fn(&mut Vec<u32>)) -> Vec<u32> {
    let mut list: Vec<u32> = (0..10).collect();
    let mut calls = 0;
    let (client, _) = client(move |query| {
        calls += 1;
        if calls == 2 {
            change(&mut list);
        }
        let (_, offset) = query.rsplit_once('=').expect("an offset");
        let offset: usize = offset.parse().expect("a number");
        let page: Vec<_> = list.iter().skip(offset).take(3).collect();
        HttpResponse::new(serde_json::to_vec(&page).expect("JSON").into())
    });
    pollster::block_on(client.pages(&Numbers { query: &[("limit", 3)] }).read_all()).expect("no error")
}

#[test]
fn entries_shift_as_documented_while_the_list_changes() {
    let still: Vec<u32> = (0..10).collect();
    assert_eq!(read_while_it_changes(|_| {}), still);

    let joined_behind = read_while_it_changes(|list| list.push(99));
    assert_eq!(joined_behind, [&still[..], &[99]].concat());

    let joined_ahead = read_while_it_changes(|list| list.insert(0, 99));
    assert_eq!(joined_ahead, [&still[..3], &still[2..]].concat(), "2 is returned twice");

    let left_ahead = read_while_it_changes(|list| {
        list.remove(0);
    });
    assert_eq!(left_ahead, [&still[..3], &still[4..]].concat(), "3 is skipped");
}
