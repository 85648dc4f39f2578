//! What a run reads before its first attempt: the journal, the id of the instance, and what Clerk has.

use super::Engine;
use crate::run::history::{History, PastCall};
use crate::run::journal::{Fingerprints, Record};
use crate::run::preflight::Snapshot;
use crate::run::report::Stop;

impl Engine<'_> {
    pub(super) async fn prepare(&mut self) -> Result<(), Stop> {
        if let Some(begun) = self.load_history().await? {
            self.ledger.note(begun);
            self.write().await?;
        }
        Ok(())
    }

    /// Reads the journal, and the id of the instance that it has to belong to, unless the journal began with the same secret
    /// key. Returns the first record of a new journal. The calls of earlier processes count before the first call, and nothing
    /// else of the journal is used before it is known to be the right one.
    pub(super) async fn load_history(&mut self) -> Result<Option<Record>, Stop> {
        let mut history = History::load(self.ledger.journal()).await.map_err(Stop::Journal)?;
        let is_begun = history.is_begun();
        if is_begun {
            self.remember_calls(&history.take_calls());
        }
        let reader = self.reading.reader();
        let resource = reader.target().resource();
        history.check_resource(&resource).map_err(Stop::Journal)?;
        self.calls.resume_after(history.last_attempt());
        let account = reader.client().account();
        let mut begun = None;
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
                history.apply(record.clone()).map_err(Stop::Journal)?;
                begun = Some(record);
            }
        }
        self.input.set_history(history);
        Ok(begun)
    }

    /// Decides, before the first look-up, whether all invitations are listed instead of looking up each person.
    pub(super) async fn take_snapshot(&mut self, recipients: Option<usize>) -> Result<(), Stop> {
        self.write().await?;
        let snapshot = Snapshot::read_if_cheaper(self.reading.reader(), recipients);
        let snapshot = self.stop.race(snapshot).await?.map_err(Stop::from_error)?;
        self.reading.set_snapshot(snapshot);
        Ok(())
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
