//! Calls an operation that the SDK does not have, `GET /instance`, by implementing [`Endpoint`] for it.
//!
//! Custom endpoints get the client's retries, rate limits, timeouts and errors, like built-in ones. The example calls a fake of
//! Clerk in memory.
#![expect(clippy::print_stdout, reason = "examples print their result")]

use std::error::Error;

use clerk_core::{Endpoint, EndpointRequest, InvalidRequest, Operation};
use clerk_testkit::FakeClerk;
use serde::Deserialize;

static OPERATION: Operation = Operation::get("GetInstance", "/instance");

/// Reads the instance that the client's secret key belongs to.
struct GetInstance;

#[derive(Debug, Deserialize)]
struct Instance {
    id: String,
    environment_type: String,
}

impl Endpoint for GetInstance {
    type Output = Instance;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        Ok(OPERATION.request())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let clerk = FakeClerk::new().client();

    let instance = clerk.execute(&GetInstance).await?;
    println!("{} is for {}", instance.id, instance.environment_type);

    // A bare `EndpointRequest` is an endpoint as well. Its output is a `serde_json::Value`.
    let json = clerk.execute(&OPERATION.request()).await?;
    println!("{}", json["object"]);
    Ok(())
}
