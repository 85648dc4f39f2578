//! Encoding and decoding of the bodies, compared with plain models with metadata as a map of JSON values.

use std::hint::black_box;

use clerk_hyper::Endpoint;
use clerk_hyper::api::invitations::CreateInvitationBulk;
use serde::de::DeserializeOwned;
use serde_json::{from_slice, to_vec};

use crate::peer::clerk;
use crate::peer::model::{self, AsMap};
use crate::{paired, workload};

const TIMES: usize = 5_000;

pub(crate) fn compare() {
    paired::print_title("JSON, relative to serde_json with metadata as a map");
    encode();
    decode();
}

fn encode() {
    let people = clerk::people();
    let plain = model::people::<AsMap>();
    let request = || {
        CreateInvitationBulk::new(black_box(&people))
            .request()
            .expect("a request")
    };
    assert_eq!(
        from_slice::<serde_json::Value>(request().body().expect("a body")).expect("JSON"),
        serde_json::to_value(&plain).expect("JSON"),
        "both requests are equal"
    );
    paired::compare(
        "validating and encoding the request",
        TIMES,
        || repeat(request),
        || repeat(|| to_vec(black_box(&plain)).expect("JSON")),
    );
}

fn decode() {
    let response = workload::response();
    paired::compare(
        "decoding the response into models",
        TIMES,
        || repeat(|| read::<clerk_hyper::model::Invitation>(&response)),
        || repeat(|| read::<model::Invitation<AsMap>>(&response)),
    );
}

fn read<T: DeserializeOwned>(response: &str) -> Vec<T> {
    from_slice(black_box(response.as_bytes())).expect("a response")
}

fn repeat<T>(mut work: impl FnMut() -> T) {
    for _ in 0..TIMES {
        black_box(work());
    }
}
