use std::pin::pin;

use bytes::{Bytes, BytesMut};
use clerk_core::{HttpRequest, HttpResponse};
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::body::{Closed, ResponseBody};
use super::{control, index};
use crate::FakeClerk;
use crate::fake::{Fault, LINK_PATH, MAX_BODY, Reply, replace_link_origin};

/// Serves one connection until its client or a fault closes it, or the server stops.
pub(super) async fn serve(stream: TcpStream, fake: FakeClerk, mut stopped: watch::Receiver<()>) {
    let stopped_for_calls = stopped.clone();
    let service = service_fn(|request| respond(request, fake.clone(), stopped_for_calls.clone()));
    let connection = http1::Builder::new()
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // An error has no one to report it to: the client has gone.
        _ = connection.as_mut() => return,
        _ = stopped.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Responds to a request. An error closes the connection without a response.
async fn respond(
    request: Request<Incoming>,
    fake: FakeClerk,
    mut stopped: watch::Receiver<()>,
) -> Result<Response<ResponseBody>, Closed> {
    let (parts, body) = request.into_parts();
    let origin = origin(&parts);
    if let Some(respond) = own_response(&parts) {
        let body = read(body).await?;
        let response = respond(&fake, &parts, &body);
        return Ok(whole(response, origin.as_deref()));
    }
    let routed = fake.route(&parts.method, parts.uri.path());
    let body = match routed.fault {
        Some(Fault::Refused) => Bytes::new(),
        _ => read(body).await?,
    };
    let request = HttpRequest::from_parts(parts, body);
    match fake.reply(&request, routed).await {
        Reply::Whole(response) => Ok(whole(response, origin.as_deref())),
        Reply::Truncated(response) => Ok(ResponseBody::truncate(response)),
        Reply::Refused | Reply::Lost => Err(Closed),
        Reply::Hang => {
            let _ = stopped.changed().await;
            Err(Closed)
        }
    }
}

type Respond = fn(&FakeClerk, &Parts, &[u8]) -> HttpResponse;

/// Returns how the server itself responds, if the request is not one to Clerk's API.
fn own_response(parts: &Parts) -> Option<Respond> {
    match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/") => Some(|fake, _, _| index::respond(fake)),
        (&Method::GET, LINK_PATH) => Some(|fake, parts, _| control::follow_link(fake, parts.uri.query())),
        (_, path) if path.starts_with(control::PREFIX) => {
            Some(|fake, parts, body| control::respond(fake, &parts.method, parts.uri.path(), body))
        }
        _ => None,
    }
}

/// Returns the origin by which the client reaches the server.
fn origin(parts: &Parts) -> Option<String> {
    let host = parts.headers.get(HOST)?.to_str().ok()?;
    let authority: Authority = host.parse().ok()?;
    Some(format!("http://{authority}"))
}

/// Returns the whole response. The links in it lead to this server, under the name that the client uses.
fn whole(response: HttpResponse, origin: Option<&str>) -> Response<ResponseBody> {
    response.map(|body| {
        ResponseBody::whole(match origin {
            Some(origin) => replace_link_origin(body, origin),
            None => body,
        })
    })
}

/// Reads the body. Stops once it is too large.
async fn read(mut body: Incoming) -> Result<Bytes, Closed> {
    let mut bytes = BytesMut::new();
    while bytes.len() <= MAX_BODY {
        let Some(frame) = body.frame().await else {
            break;
        };
        if let Ok(data) = frame.map_err(|_| Closed)?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.freeze())
}
