use clerk_hyper::api::invitations::CreateInvitation;
use clerk_hyper::model::Metadata;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clerk = clerk_hyper::from_env()?; // reads CLERK_SECRET_KEY
    let metadata = Metadata::new(&json!({
        "example": "metadata",
        "example_nested": { "nested": "metadata" },
    }))?;
    let invitations = clerk
        .invitations()
        .create_bulk(&[
            CreateInvitation::new("invite@example.com")
                .redirect_url("https://www.example.com/my-sign-up")
                .public_metadata(metadata.clone()),
            CreateInvitation::new("invite2@example.com")
                .redirect_url("https://www.example.com/my-sign-up")
                .public_metadata(metadata),
        ])
        .await?;
    for invitation in invitations {
        println!("{} is {}", invitation.id, invitation.status);
    }
    Ok(())
}
