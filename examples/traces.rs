//! Exports the traces of a run to standard output with the OpenTelemetry SDK.
//!
//! The feature `tracing` of `clerk-core` makes a span for each call and each attempt. The example invites two people through a fake
//! of Clerk in memory, which answers the first call with 429. In an application, replace the exporter by the one of your collector.
#![expect(clippy::print_stdout, reason = "examples print their result")]

use std::error::Error;
use std::time::Duration;

use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{Fault, FaultPlan};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(opentelemetry_stdout::SpanExporter::default())
        .build();
    let traces = tracing_opentelemetry::layer().with_tracer(provider.tracer("clerk-examples"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(traces))?;

    let too_many = Fault::TooManyRequests(Duration::from_secs(1));
    let fake = FakeClerk::builder()
        .faults(FaultPlan::new().on_call(None, 1, too_many))
        .build();
    let people = ["ada@example.com", "grace@example.com"];
    let report = fake
        .client()
        .invitations()
        .invite_all(people)
        .run()
        .await
        .into_result()?;
    println!("{report}");
    provider.shutdown()?;
    Ok(())
}
