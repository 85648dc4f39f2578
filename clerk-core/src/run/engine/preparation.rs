//! What a run reads before its first attempt: the journal, the id of the instance, and what Clerk has.

use super::Engine;
use crate::run::history::{History, PastCall};
use crate::run::journal::{Fingerprints, JournalError, Record};
use crate::run::observer::RunEvent;
use crate::run::preflight::Overview;
use crate::run::report::Stop;

impl Engine<'_> {
    pub(super) async fn prepare(&mut self) -> Result<(), Stop> {
        for record in self.load_history().await? {
            self.ledger.note(record);
        }
        self.write().await
    }

    /// Reads the journal, and the id of the instance that it has to belong to, unless the journal began with the same secret
    /// key. Returns the first records of a new journal or round. The calls of earlier processes count before the first call, and nothing
    /// else of the journal is used before it is known to be the right one.
    pub(super) async fn load_history(&mut self) -> Result<Vec<Record>, Stop> {
        let mut history = self.open_journal().await.map_err(Stop::Journal)?;
        let is_begun = history.is_begun();
        if is_begun {
            self.remember_calls(&history.take_calls());
            if history.has_lost_calls() {
                self.lanes.spend_all(self.clock.now());
            }
        }
        let reader = self.reading.reader();
        let resource = reader.target().resource();
        history.check_resource(&resource).map_err(Stop::Journal)?;
        self.calls.resume_after(history.last_attempt());
        let account = reader.client().account();
        let mut first = Vec::new();
        if !history.is_of_account(account) {
            let instance = reader.retry(|| async { reader.client().instance().get().await });
            let instance = self.stop.race(instance).await?.map_err(Stop::from_error)?;
            let instance = instance.id.into_string();
            history.check_instance(&instance).map_err(Stop::Journal)?;
            if !is_begun {
                let key = self.ledger.journal().new_key();
                let record = Record::Begun {
                    version: Record::VERSION,
                    key: Some(key),
                    account: Some(Fingerprints::Keyed(key).hash(&account.to_le_bytes())),
                    instance,
                    resource,
                };
                first.push(record);
            }
        }
        first.extend(self.round_to_begin(&history));
        for record in &first {
            history.apply(record.clone()).map_err(Stop::Journal)?;
        }
        if self.input.again().is_some() && history.has_lost_calls() {
            self.wait_for_lost_calls().await?;
        }
        // It depends on what Clerk has who is invited again.
        self.settings.preflight |= self.input.again().is_some() || history.is_replacing();
        self.input.set_history(history);
        Ok(first)
    }

    /// Returns the record of a new round of inviting again, if the run invites again and continues no round.
    pub(super) fn round_to_begin(&self, history: &History) -> Option<Record> {
        let again = *self.input.again().filter(|again| !history.is_in_round(again))?;
        let at = self.clock.wall();
        Some(Record::RoundBegan { at, again })
    }

    /// Reads the journal, or what a run begins with if it is indexed.
    pub(super) async fn open_journal(&mut self) -> Result<History, JournalError> {
        let journal = self.ledger.journal();
        let Some(indexed) = journal.indexed() else {
            return History::load(journal).await;
        };
        if self.input.again().is_some() {
            return Err(JournalError::new(
                "nobody can be invited again with this journal, which does not keep rounds: use a journal in a file",
            ));
        }
        let (history, time) = History::open(indexed, self.lanes.longest_window()).await?;
        self.journal_clock = Some((time, self.clock.now()));
        Ok(history)
    }

    /// Waits until no call of an earlier run can be under way, and what it did is listed.
    async fn wait_for_lost_calls(&mut self) -> Result<(), Stop> {
        let wait = self.settings.settle_delay.saturating_add(self.settings.read_lag);
        self.announcer.tell(&RunEvent::Waiting { wait });
        self.stop.race(self.clock.sleep(wait)).await
    }

    /// Reads, before the first look-up, what takes fewer calls for all recipients together.
    pub(super) async fn take_overview(&mut self, recipients: Option<usize>) -> Result<(), Stop> {
        self.write().await?;
        let overview = Overview::read(self.reading.reader(), recipients);
        let overview = self.stop.race(overview).await?.map_err(Stop::from_error)?;
        self.reading.set_overview(overview);
        Ok(())
    }

    /// Records that everyone has an outcome in a round of inviting again.
    pub(super) async fn end_round(&mut self) -> Result<(), Stop> {
        if self.input.again().is_none() {
            return Ok(());
        }
        let at = self.clock.wall();
        self.ledger.note(Record::RoundEnded { at });
        self.write().await
    }

    /// Counts the calls of earlier processes in the budgets.
    fn remember_calls(&self, calls: &[PastCall]) {
        let now = self.clock.now();
        self.lanes.remember(calls, now, self.clock.wall());
        // The reads of an earlier process are in no journal.
        if let Some(all) = self.settings.limits.all() {
            let global_budget = self.reading.reader().global_budget();
            global_budget.block_until(now.saturating_add(all.per()));
        }
    }
}
