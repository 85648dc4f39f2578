use std::sync::Arc;

use tower_layer::Layer;

use super::body::Body;
use super::service::{HttpService, TransportService};
use super::transport::TowerTransport;
use crate::transport::HttpTransport;

/// Wraps a transport in a tower layer.
pub(crate) type TransportLayer = Arc<dyn Fn(Box<dyn HttpTransport>) -> Box<dyn HttpTransport> + Send + Sync>;

/// Converts a tower layer. The transport below has limited the size of the response, so no limit is needed here.
pub(crate) fn transport_layer<L>(layer: L) -> TransportLayer
where
    L: Layer<TransportService, Service: HttpService<Body>> + Send + Sync + 'static,
{
    Arc::new(move |transport| {
        let service = layer.layer(TransportService::new(transport));
        Box::new(TowerTransport::new(service).max_response_bytes(usize::MAX))
    })
}
