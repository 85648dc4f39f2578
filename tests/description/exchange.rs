//! One call of the SDK: its request, and its result for a given response.

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use clerk_core::{Client, Endpoint, HttpRequest, HttpResponse, SecretKey, transport_fn};
use serde::Serialize;
use serde_json::Value;

use crate::choose::Choose;

/// A function that calls an operation with chosen parameters.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) operation: &'static str,
    pub(crate) call: fn(&mut Choose, &Wire) -> Exchange,
}

/// A transport that returns the same JSON for every request.
pub(crate) struct Wire {
    response: Value,
}

/// A request and the result of its response.
pub(crate) struct Exchange {
    /// `None` if the SDK refused to send the request.
    pub(crate) request: Option<HttpRequest>,
    pub(crate) outcome: Result<Decoded, String>,
}

/// A decoded response.
pub(crate) struct Decoded {
    /// The model, serialized again.
    pub(crate) written: Value,
    pub(crate) debug: String,
}

impl Wire {
    pub(crate) fn new(response: Value) -> Self {
        Self { response }
    }

    /// Sends an endpoint's request.
    pub(crate) fn send<E>(&self, endpoint: &E) -> Exchange
    where
        E: Endpoint,
        E::Output: Serialize + Debug,
    {
        let sent = Arc::new(Mutex::new(None));
        let response = self.response.to_string();
        let transport = {
            let sent = Arc::clone(&sent);
            transport_fn(move |request| {
                *sent.lock().unwrap() = Some(request);
                let response = HttpResponse::new(response.clone().into());
                async move { Ok(response) }
            })
        };
        let key = SecretKey::new("sk_test_described").expect("a key");
        let client = Client::builder(key, transport).build().expect("a client");
        let outcome = match pollster::block_on(client.execute(endpoint)) {
            Ok(model) => Ok(Decoded {
                written: serde_json::to_value(&model).expect("a serializable model"),
                debug: format!("{model:?}"),
            }),
            Err(error) => Err(match error.source() {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            }),
        };
        let request = sent.lock().unwrap().take();
        Exchange { request, outcome }
    }
}
