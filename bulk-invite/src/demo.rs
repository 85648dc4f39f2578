//! The demo: a fake of Clerk inside the program, on a loopback socket, with a clock that skips waits.

mod clock;
mod seed;

use std::io;

use clerk_core::{HttpTransport, SecretKey};
use clerk_testkit::FakeClerk;
use clerk_testkit::server::FakeServer;

pub(crate) use clock::DemoClock;
use clock::TrackInFlight;

use crate::args::Args;
/// What only the demo knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DemoFacts {
    /// The number of emails that the fake sent.
    pub(crate) mails_sent: u64,
}

/// A running fake of Clerk.
#[derive(Debug)]
pub(crate) struct Demo {
    server: FakeServer,
    clock: DemoClock,
}

impl Demo {
    /// Starts the fake on a free port of this machine, with the organization and the role that the command line names.
    pub(crate) async fn start(key: SecretKey, args: &Args) -> io::Result<Self> {
        let clock = DemoClock::new();
        let fake = FakeClerk::builder().secret_key(key).clock(clock.clone());
        let fake = seed::with_organization(
            seed::with_people_and_faults(fake),
            args.organization.as_ref(),
            args.role.as_deref(),
        );
        let server = FakeServer::start(fake.build()).await?;
        Ok(Self { server, clock })
    }

    /// Returns the base URL of the fake.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Returns the clock of the fake and the client.
    pub(crate) fn clock(&self) -> DemoClock {
        self.clock.clone()
    }

    /// Wraps a transport so that the clock skips no time while a request is in flight.
    pub(crate) fn track(&self, transport: impl HttpTransport) -> impl HttpTransport {
        TrackInFlight::new(transport, self.clock())
    }

    /// Returns what the fake has counted so far.
    pub(crate) fn facts(&self) -> DemoFacts {
        DemoFacts {
            mails_sent: self.server.fake().mails().into_values().sum(),
        }
    }
}
