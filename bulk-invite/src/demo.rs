//! The demo: a fake of Clerk inside the program, reached through a real socket, on a clock that skips the waits.

mod clock;
mod world;

use std::io;

use clerk_core::{HttpTransport, SecretKey};
use clerk_testkit::FakeClerk;
use clerk_testkit::server::FakeServer;

pub(crate) use clock::DemoClock;
use clock::InFlight;

use crate::args::Args;
use crate::summary::DemoFacts;

/// A running fake of Clerk.
#[derive(Debug)]
pub(crate) struct Demo {
    server: FakeServer,
    clock: DemoClock,
}

impl Demo {
    /// Starts the fake on a free port of this machine. It has the organization and the role that the command line names.
    pub(crate) async fn start(key: SecretKey, args: &Args) -> io::Result<Self> {
        let clock = DemoClock::new();
        let fake = FakeClerk::builder().secret_key(key).clock(clock.clone());
        let fake = world::with_organization(world::populate(fake), args.organization.as_ref(), args.role.as_deref());
        let server = FakeServer::start(fake.build()).await?;
        Ok(Self { server, clock })
    }

    /// Where the fake's API is.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// The time in the demo.
    pub(crate) fn clock(&self) -> DemoClock {
        self.clock.clone()
    }

    /// Keeps the clock from skipping while a request of this transport is in flight.
    pub(crate) fn watch(&self, transport: impl HttpTransport) -> impl HttpTransport {
        InFlight::new(transport, self.clock())
    }

    /// What the fake has to tell by now.
    pub(crate) fn facts(&self) -> DemoFacts {
        DemoFacts {
            mails_sent: self.server.fake().mails().into_values().sum(),
        }
    }
}
