//! Compares the fake with the description: it takes every parameter that the SDK can send, and its responses have the
//! form that is described.

// The module is also that of the fake's own tests, with their features.
#[allow(unreachable_pub, unexpected_cfgs, reason = "the tests of the fake share the module")]
#[path = "../../clerk-testkit/tests/fake_support/mod.rs"]
mod fake_support;

use clerk_core::{HttpRequest, Operation};
use clerk_testkit::FakeClerk;
use serde_json::{Value, json};

use crate::choose::{Choose, Extent};
use crate::exchange::{Case, Wire};
use crate::spec::{Description, violation};
use fake_support::operations::{path_of, request_of, world};
use fake_support::{request, send};

/// The codes of the fake for what it does not know or misreads.
const MISREAD: [&str; 3] = ["fake_not_simulated", "form_param_unknown", "form_param_type_invalid"];

/// Returns how the fake differs from the description in its responses to these operations.
pub(crate) fn differences<'a>(
    description: &Description,
    operations: impl Iterator<Item = &'a Operation>,
    cases: &[Case],
) -> Vec<String> {
    let mut differences = Vec::new();
    for operation in operations {
        let name = operation.name();
        let described = description.operations.get(name);
        if let Some(schema) = described.and_then(|described| described.response.as_ref()) {
            let response = respond(&world(), request_of(operation));
            let why = violation(&response, &description.validator(schema));
            differences.extend(why.map(|why| format!("{name}: the fake responds {why}")));
        }
        if let Some(case) = cases.iter().find(|case| case.operation == name) {
            let response = respond(&world(), with_all_parameters(operation, case));
            let errors = response["errors"].as_array().into_iter().flatten();
            let misread = errors.filter(|error| MISREAD.iter().any(|code| error["code"] == *code));
            differences.extend(misread.map(|error| format!("{name}: the fake misreads a request: {error}")));
        }
    }
    differences
}

fn respond(fake: &FakeClerk, request: HttpRequest) -> Value {
    send(fake, request).expect("a response").json
}

/// Returns the SDK's request with every parameter, to a path that the fake has.
fn with_all_parameters(operation: &Operation, case: &Case) -> HttpRequest {
    let exchange = (case.call)(&mut Choose::new(Extent::Most, 0), &Wire::new(json!({})));
    let sent = exchange.request.expect("a request that the SDK sends");
    let query = sent.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let body = String::from_utf8_lossy(sent.body()).into_owned();
    request(
        operation.method().as_str(),
        &format!("{}{query}", path_of(operation)),
        body,
    )
}
