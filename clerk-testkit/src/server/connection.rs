use std::pin::pin;
use std::sync::Arc;

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
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::body::{Closed, ResponseBody};
use super::{control, index};
use crate::FakeClerk;
use crate::fake::{Fault, LINK_PATH, MAX_BODY, Reply, replace_link_origin};

/// The size from which a body counts as large, and the most that a connection reads ahead: 32 KiB.
const LARGE_BODY: usize = 32 << 10;

/// The number of large bodies that a server reads at the same time. The others wait, so that many clients with bodies of 1 MiB
/// do not take up the memory.
pub(super) const LARGE_BODIES: usize = 16;

/// Serves one connection until its client or a fault closes it, or the server stops.
pub(super) async fn serve(
    stream: TcpStream,
    fake: FakeClerk,
    large_bodies: Arc<Semaphore>,
    mut stopped: watch::Receiver<()>,
) {
    let stopped_for_calls = stopped.clone();
    let service = service_fn(|request| {
        respond(
            request,
            fake.clone(),
            Arc::clone(&large_bodies),
            stopped_for_calls.clone(),
        )
    });
    let connection = http1::Builder::new()
        .auto_date_header(false)
        .max_buf_size(LARGE_BODY)
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
    large_bodies: Arc<Semaphore>,
    mut stopped: watch::Receiver<()>,
) -> Result<Response<ResponseBody>, Closed> {
    let (parts, body) = request.into_parts();
    let origin = origin(&parts);
    if let Some(respond) = own_response(&parts) {
        let (body, _permit) = read(body, large_bodies).await?;
        let response = respond(&fake, &parts, &body);
        return Ok(whole(response, origin.as_deref()));
    }
    let routed = fake.route(&parts.method, parts.uri.path());
    let (body, permit) = match routed.fault {
        Some(Fault::Refused) => (Bytes::new(), None),
        _ => read(body, large_bodies).await?,
    };
    let request = HttpRequest::from_parts(parts, body);
    let reply = fake.reply(&request, routed).await;
    drop((request, permit));
    match reply {
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

/// Reads the body, with a permit if it is large. Stops once it is too large.
async fn read(
    mut body: Incoming,
    large_bodies: Arc<Semaphore>,
) -> Result<(Bytes, Option<OwnedSemaphorePermit>), Closed> {
    let mut bytes = BytesMut::new();
    let mut permit = None;
    while bytes.len() <= MAX_BODY {
        let Some(frame) = body.frame().await else {
            break;
        };
        if let Ok(data) = frame.map_err(|_| Closed)?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > LARGE_BODY && permit.is_none() {
            let acquired = Arc::clone(&large_bodies).acquire_owned().await;
            permit = Some(acquired.map_err(|_| Closed)?);
        }
    }
    Ok((bytes.freeze(), permit))
}
