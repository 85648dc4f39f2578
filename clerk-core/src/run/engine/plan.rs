//! A run that sends nothing.

use super::{Engine, Event};
use crate::run::estimate::Estimate;
use crate::run::journal::Lane;
use crate::run::outcome::Outcome;
use crate::run::plan::RunPlan;
use crate::run::reading::ReadEnd;
use crate::run::report::Stop;

impl Engine<'_> {
    /// Looks up every recipient and invites none.
    pub(crate) async fn plan(mut self) -> RunPlan {
        let mut plan = RunPlan::default();
        plan.stopped = self.look_up_all(&mut plan.to_invite).await.err();
        plan.unresolved = self.stages.unresolved();
        let quota = |lane| {
            let key = self.reading.reader().target().rate_limit_key(lane);
            self.settings.limits.quota(key)
        };
        let (bulk, single) = (quota(Lane::Bulk), quota(Lane::Single));
        plan.estimate = Estimate::new(plan.to_invite, self.settings.lanes, bulk, single);
        for outcome in Outcome::ALL {
            plan.skip(*outcome, self.announcer.report().count(*outcome));
        }
        plan
    }

    async fn look_up_all(&mut self, to_invite: &mut usize) -> Result<(), Stop> {
        self.load_history().await?;
        while self.stages.wants_more() {
            self.read_input().await?;
            self.start_look_up().await?;
            if !self.reading.is_idle() || self.stages.trickles() {
                match self.next_event(None, true).await {
                    Event::Read(ReadEnd::LookedUp(Ok(lookups))) => {
                        let known = self.looked_up(lookups);
                        known
                            .iter()
                            .for_each(|known| self.announcer.announce(&known.settlement));
                    }
                    Event::Read(ReadEnd::LookedUp(Err(error))) => return Err(Stop::from_error(error)),
                    Event::Rows => {}
                    _ => return Err(Stop::Requested),
                }
            }
            *to_invite += self.stages.drain_ready();
        }
        Ok(())
    }
}
