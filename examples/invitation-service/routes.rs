//! The service's requests and responses.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header::LOCATION};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use clerk_hyper::api::invitations::CreateInvitation;
use clerk_hyper::model::InvitationId;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::runs::{Person, Progress, Runs};

/// Returns the routes of the service.
pub(crate) fn router(runs: Runs) -> Router {
    Router::new()
        .route("/invitations", post(start))
        .route("/invitations/{id}", get(progress))
        .route("/invitations/{id}/people", get(people))
        .route("/invitations/{id}/resume", post(resume))
        .route("/invitation", post(invite_one))
        .with_state(runs)
}

#[derive(Deserialize)]
struct Start {
    people: Vec<String>,
}

async fn start(State(runs): State<Runs>, Json(body): Json<Start>) -> Result<impl IntoResponse, Failure> {
    let progress = runs.add(body.people).await?;
    let location = format!("/invitations/{}", progress.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(progress)))
}

async fn progress(State(runs): State<Runs>, Path(id): Path<u64>) -> Result<Json<Progress>, Failure> {
    Ok(Json(runs.progress(id)?))
}

async fn people(State(runs): State<Runs>, Path(id): Path<u64>) -> Result<Json<Vec<Person>>, Failure> {
    Ok(Json(runs.people(id)?))
}

async fn resume(State(runs): State<Runs>, Path(id): Path<u64>) -> Result<impl IntoResponse, Failure> {
    Ok((StatusCode::ACCEPTED, Json(runs.resume(id)?)))
}

#[derive(Deserialize)]
struct InviteOne {
    email_address: String,
}

#[derive(Serialize)]
struct Invited {
    id: InvitationId,
}

/// Invites one person while the browser waits.
///
/// axum drops this future when the browser disconnects. The call to Clerk is a task of its own, so it ends all the same.
async fn invite_one(State(runs): State<Runs>, Json(body): Json<InviteOne>) -> Result<impl IntoResponse, Failure> {
    let clerk = runs.clerk().clone();
    let person = CreateInvitation::new(body.email_address);
    let call = runs.spawn(async move { clerk.invitations().create(&person).await });
    let invitation = call.await.map_err(|_| Failure::Internal)??;
    Ok((StatusCode::CREATED, Json(Invited { id: invitation.id })))
}
