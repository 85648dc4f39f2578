//! Invites two people in one bulk call, like the sample in Clerk's documentation of `createInvitationBulk`.
//!
//! With `CLERK_SECRET_KEY` in the environment, the example calls Clerk, which sends two emails. Without a key it calls a fake
//! of Clerk in memory.
#![expect(clippy::print_stdout, reason = "examples print their result")]

use std::error::Error;

use clerk_core::Client;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::model::Metadata;
use clerk_testkit::FakeClerk;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let clerk = client()?;
    let metadata = Metadata::new(&json!({
        "example": "metadata",
        "example_nested": { "nested": "metadata" },
    }))?;
    let invitations = ["invite@example.com", "invite2@example.com"].map(|address| {
        CreateInvitation::new(address)
            .redirect_url("https://www.example.com/my-sign-up")
            .public_metadata(metadata.clone())
    });
    for invitation in clerk.invitations().create_bulk(&invitations).await? {
        println!(
            "{} invites {}: {}",
            invitation.id,
            invitation.email_address.as_str(),
            invitation.status
        );
    }
    Ok(())
}

fn client() -> Result<Client, clerk_hyper::SetupError> {
    if std::env::var_os("CLERK_SECRET_KEY").is_some_and(|key| !key.is_empty()) {
        return clerk_hyper::from_env();
    }
    println!("DEMO: calling a fake of Clerk in memory; no emails are sent. Set CLERK_SECRET_KEY to invite people.");
    Ok(FakeClerk::new().client())
}
