//! The faults of workers and of the database.

use std::sync::Arc;
use std::time::Duration;

use clerk_core::Clock;
use clerk_hyper::TokioClock;
use rustix::process::{Pid, Signal};
use tokio::task::JoinSet;

use crate::control::Message;
use crate::database::Server;
use crate::forwarder::{Forwarder, Passage};
use crate::plan::Fault;
use crate::process::{Event, send};

/// The end of something that lasted a while.
pub(crate) enum Done {
    /// A worker continues after a stop of this length.
    Stopped(Duration),
    /// It is time to kill the leader.
    KillLeader,
    /// A cut or a restart is over.
    Other,
}

/// Lets faults happen, and keeps those that last a while.
pub(crate) struct Inflictor {
    pub(crate) clock: TokioClock,
    pub(crate) server: Arc<Server>,
    pub(crate) going_on: JoinSet<Done>,
}

impl Fault {
    /// Whether the fault happens at this message of a worker.
    pub(crate) fn happens_at(self, message: &Message) -> bool {
        match self {
            Self::KillAfterSend => *message == Message::AfterSend,
            _ => *message == Message::BeforeSend,
        }
    }

    /// Whether the worker ends by it.
    pub(crate) const fn is_end(self) -> bool {
        matches!(
            self,
            Self::KillBeforeSend | Self::KillAfterSend | Self::Kill(_) | Self::Terminate
        )
    }
}

impl Inflictor {
    pub(crate) fn new(clock: &TokioClock, server: &Arc<Server>) -> Self {
        Self {
            clock: clock.clone(),
            server: Arc::clone(server),
            going_on: JoinSet::new(),
        }
    }

    /// Lets a fault happen to a worker that waits at a failpoint.
    pub(crate) fn inflict(&mut self, fault: Fault, event: Event, pid: Pid, way: &Arc<Forwarder>) {
        let clock = self.clock.clone();
        match fault {
            Fault::KillBeforeSend | Fault::KillAfterSend => {
                send(pid, Signal::KILL);
                return;
            }
            Fault::Stop(length) => {
                send(pid, Signal::STOP);
                self.going_on.spawn(async move {
                    let began = clock.now();
                    clock.sleep(length).await;
                    send(pid, Signal::CONT);
                    Done::Stopped(clock.now().saturating_sub(began))
                });
            }
            Fault::Kill(after) => {
                self.going_on.spawn(async move {
                    clock.sleep(after).await;
                    send(pid, Signal::KILL);
                    Done::Other
                });
            }
            Fault::Silence(length) => self.block(way, Passage::Silent, length),
            Fault::Cut(length) => self.block(way, Passage::Closed, length),
            Fault::Terminate => send(pid, Signal::TERM),
            Fault::Restart(immediately) => {
                let server = Arc::clone(&self.server);
                self.going_on.spawn(async move {
                    server.restart(immediately).await;
                    Done::Other
                });
            }
        }
        // A stopped worker reads it when it continues.
        event.go();
    }

    /// Kills the leader later.
    pub(crate) fn kill_leader(&mut self, after: Duration) {
        let clock = self.clock.clone();
        self.going_on.spawn(async move {
            clock.sleep(after).await;
            Done::KillLeader
        });
    }

    fn block(&mut self, way: &Arc<Forwarder>, passage: Passage, length: Duration) {
        let (clock, way) = (self.clock.clone(), Arc::clone(way));
        way.set(passage);
        self.going_on.spawn(async move {
            clock.sleep(length).await;
            way.set(Passage::Open);
            Done::Other
        });
    }
}

impl Event {
    /// Lets a worker go on that waits at a failpoint.
    pub(crate) fn go(self) {
        if let Some(go) = self.go {
            // The connection is gone if the worker was killed.
            let _ = go.send(());
        }
    }
}
