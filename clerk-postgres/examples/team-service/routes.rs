//! The service's requests and responses.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use clerk_hyper::model::NormalizedEmailAddress;
use clerk_postgres::{Counts, PersonStatus};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::service::Service;

pub(crate) fn router(service: Service) -> Router {
    Router::new()
        .route("/team", post(add))
        .route("/team/{email_address}", get(person))
        .route("/progress", get(progress))
        .with_state(service)
}

/// An error of the service. Its message has no email addresses.
struct Failure(Box<dyn std::error::Error + Send + Sync>);

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let message = json!({ "message": self.0.to_string() });
        (StatusCode::INTERNAL_SERVER_ERROR, Json(message)).into_response()
    }
}

#[derive(Deserialize)]
struct Add {
    people: Vec<String>,
}

async fn add(State(service): State<Service>, Json(body): Json<Add>) -> Result<(StatusCode, Json<Value>), Failure> {
    let added = service.add(body.people).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "added": added }))))
}

async fn person(State(service): State<Service>, Path(address): Path<String>) -> Result<Response, Failure> {
    let status = service
        .outbox()
        .status_of(&NormalizedEmailAddress::new(&address))
        .await?;
    Ok(match status {
        Some(status) => Json::<PersonStatus>(status).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

async fn progress(State(service): State<Service>) -> Result<Json<Counts>, Failure> {
    Ok(Json(service.outbox().counts().await?))
}
