//! One call of the SDK: the request that it made, and what it made of the answer.

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use clerk_core::{Client, Endpoint, HttpRequest, HttpResponse, SecretKey, transport_fn};
use serde::Serialize;
use serde_json::Value;

use crate::choose::Choose;

/// How the check calls an operation: it chooses what to set and sends it over the wire.
pub(crate) struct Case {
    pub(crate) operation: &'static str,
    pub(crate) call: fn(&mut Choose, &Wire) -> Exchange,
}

/// A wire that answers everything with the same JSON.
pub(crate) struct Wire {
    answer: Value,
}

/// What went over the wire, and what came of it.
pub(crate) struct Exchange {
    /// `None` if the SDK refused to send it.
    pub(crate) request: Option<HttpRequest>,
    pub(crate) outcome: Result<Decoded, String>,
}

/// An answer that could be read.
pub(crate) struct Decoded {
    /// The model, written as JSON again.
    pub(crate) written: Value,
    pub(crate) debug: String,
}

impl Wire {
    pub(crate) fn new(answer: Value) -> Self {
        Self { answer }
    }

    /// Calls an endpoint.
    pub(crate) fn send<E>(&self, endpoint: &E) -> Exchange
    where
        E: Endpoint,
        E::Output: Serialize + Debug,
    {
        let sent = Arc::new(Mutex::new(None));
        let answer = self.answer.to_string();
        let transport = {
            let sent = Arc::clone(&sent);
            transport_fn(move |request| {
                *sent.lock().unwrap() = Some(request);
                let answer = HttpResponse::new(answer.clone().into());
                async move { Ok(answer) }
            })
        };
        let key = SecretKey::new("sk_test_described").expect("a key");
        let client = Client::builder(key, transport).build().expect("a client");
        let outcome = match pollster::block_on(client.execute(endpoint)) {
            Ok(model) => Ok(Decoded {
                written: serde_json::to_value(&model).expect("a model is JSON"),
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
