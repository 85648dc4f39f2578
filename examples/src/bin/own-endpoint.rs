//! An endpoint of one's own, for an operation that the SDK does not have: `GET /instance`.
//!
//! It gets the SDK's retries, limits, timeouts and errors. It runs on a fake of Clerk in memory.
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

use std::error::Error;

use clerk_core::{Endpoint, EndpointRequest, InvalidRequest, Operation};
use clerk_testkit::FakeClerk;
use serde::Deserialize;

static OPERATION: Operation = Operation::get("GetInstance", "/instance");

/// The instance that the client's key belongs to.
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

    // For a single call the type can be left out: a request is an endpoint too, whose answer is JSON.
    let json = clerk.execute(&OPERATION.request()).await?;
    println!("{}", json["object"]);
    Ok(())
}
