//! A run that sends nothing.

use super::{Engine, Event};
use crate::run::estimate::Estimate;
use crate::run::input::Intake;
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
        self.complete(plan)
    }

    /// Compares every recipient with the journal, without any call.
    pub(crate) async fn forecast(mut self) -> RunPlan {
        let mut plan = RunPlan::default();
        plan.stopped = self.compare_all(&mut plan).await.err();
        self.complete(plan)
    }

    fn complete(&self, mut plan: RunPlan) -> RunPlan {
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

    async fn compare_all(&mut self, plan: &mut RunPlan) -> Result<(), Stop> {
        let mut history = self.open_journal().await.map_err(Stop::Journal)?;
        let resource = self.reading.reader().target().resource();
        history.check_resource(&resource).map_err(Stop::Journal)?;
        if history.is_begun()
            && let Some(round) = self.round_to_begin(&history)
        {
            history.apply(round).map_err(Stop::Journal)?;
        }
        self.input.set_history(history);
        loop {
            self.read_ahead().await?;
            match self.input.next() {
                Some(Intake::Settled(settlement) | Intake::Changed(settlement)) => self.announcer.announce(&settlement),
                Some(Intake::Recipient(recipient)) => {
                    plan.to_invite += 1;
                    plan.unresolved += usize::from(recipient.maybe_invited);
                }
                None => return Ok(()),
            }
        }
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
