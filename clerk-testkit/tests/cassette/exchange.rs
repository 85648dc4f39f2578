//! Records a single request.

use std::sync::Mutex;

use clerk_core::{Bytes, HttpRequest, HttpResponse, HttpTransport, TransportError, transport_fn};
use clerk_testkit::cassette::{CassetteError, RecordOptions};
use clerk_testkit::{Cassette, ManualClock, Record, Replay};
use pollster::block_on;

pub(crate) const EVE: &str = "eve@ears.example.org";
pub(crate) const EVE_PSEUDONYM: &str = "person-ae147a1da899@example.com";

pub(crate) fn request(method: &str, path_and_query: &str, body: impl Into<Bytes>) -> HttpRequest {
    http::Request::builder()
        .method(method)
        .uri(format!("https://api.clerk.com{path_and_query}"))
        .header("authorization", "Bearer sk_test_KeyThatMustNotShow")
        .body(body.into())
        .expect("a request")
}

pub(crate) fn response(body: impl Into<Bytes>) -> HttpResponse {
    HttpResponse::new(body.into())
}

/// Records one request and returns the text of the file.
pub(crate) fn recorded(
    request: HttpRequest,
    answer: Result<HttpResponse, &'static str>,
) -> Result<String, CassetteError> {
    let answer = Mutex::new(Some(answer));
    let inner = transport_fn(move |_request| {
        let answer = answer.lock().expect("no panic").take().expect("one request");
        async move { answer.map_err(TransportError::other) }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a/new/folder/cassette.json");
    let record = Record::new(
        inner,
        &path,
        RecordOptions::new().clock(ManualClock::new()).header("x-note"),
    );
    let _ = block_on(record.send(request));
    record.save()?;
    Ok(std::fs::read_to_string(&path).expect("the file"))
}

pub(crate) fn replay(json: &str) -> Replay {
    Replay::new(Cassette::from_json(json).expect("a cassette"))
}
