//! Checks of the storage behind a journal: reopening, failed appends, two openers, and damage.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use clerk_core::run::journal::{Journal, JournalError, Record};

use super::records::{begun, ended, ends, of_every_kind};
use super::{CheckOutcome, Finding, JournalConformance, append, ensure, expect_records, load};

impl<J: Journal, F: AsyncFn(&str) -> Result<J, JournalError>> JournalConformance<'_, F> {
    pub(super) async fn separate(&self) -> Finding {
        let one = self.open("conformance-one").await?;
        let other = self.open("conformance-other").await?;
        append(&one, &[begun()?, ended(1)?]).await?;
        append(&other, &[begun()?, ended(2)?]).await?;
        let owed = "keep the records of each journal apart from those of other names";
        expect_records(&one, &[begun()?, ended(1)?], owed).await?;
        expect_records(&other, &[begun()?, ended(2)?], owed).await?;
        Ok(CheckOutcome::Passed)
    }

    pub(super) async fn reopened(&self) -> Finding {
        const NAME: &str = "conformance-reopened";
        let mut all = vec![begun()?];
        append(&self.open(NAME).await?, &all).await?;
        for attempts in [1..4, 4..7] {
            let journal = self.open(NAME).await?;
            let owed =
                "keep every record until the journal is deleted, and append after the records of earlier openers";
            expect_records(&journal, &all, owed).await?;
            let records = ends(attempts)?;
            append(&journal, &records).await?;
            all.extend(records);
            expect_records(&journal, &all, owed).await?;
        }
        Ok(CheckOutcome::Passed)
    }

    pub(super) async fn dropped_append(&self) -> Finding {
        const NAME: &str = "conformance-dropped";
        let journal = self.open(NAME).await?;
        append(&journal, &[begun()?]).await?;
        let records = ends(1..20)?;
        {
            let mut appending = pin!(journal.append(&records));
            // One poll starts the append. Its result does not matter: the caller is gone.
            poll_fn(|context| {
                let _ignored = appending.as_mut().poll(context);
                Poll::Ready(())
            })
            .await;
        }
        drop(journal);
        self.expect_prefix(NAME, &records, "a dropped").await
    }

    pub(super) async fn interrupted_append(&self) -> Finding {
        const NAME: &str = "conformance-interrupted";
        let Some(interrupt) = &self.interrupt else {
            let reason = "set interrupt to a function that removes the end of the last append, as a crash would";
            return Ok(CheckOutcome::NotTried(reason.to_owned()));
        };
        let journal = self.open(NAME).await?;
        append(&journal, &[begun()?]).await?;
        let records = ends(1..20)?;
        append(&journal, &records).await?;
        drop(journal);
        interrupt(NAME);
        self.expect_prefix(NAME, &records, "an interrupted").await
    }

    pub(super) async fn failed_append(&self) -> Finding {
        const NAME: &str = "conformance-failed";
        let Some(fail_append) = &self.fail_append else {
            let reason = "set fail_append to a function that makes the next append to an open journal fail";
            return Ok(CheckOutcome::NotTried(reason.to_owned()));
        };
        let journal = self.open(NAME).await?;
        append(&journal, &[begun()?]).await?;
        fail_append(NAME);
        let records = ends(1..20)?;
        let failed = journal.append(&records).await.is_err();
        drop(journal);
        ensure(failed, || {
            "an append returned Ok although its storage failed: return an error if any record may not have been kept, \
             because the run then sends the attempt that the journal does not have"
                .to_owned()
        })?;
        self.expect_prefix(NAME, &records, "a failed").await
    }

    /// Checks that the journal opens and has its first record and a prefix of `records`, and that it can go on.
    async fn expect_prefix(&self, name: &str, records: &[Record], what: &str) -> Finding {
        let journal = self.open(name).await.map_err(|error| {
            format!("after {what} append, {error}: discard an incomplete record at the end, and keep those before it")
        })?;
        let mut loaded = load(&journal).await?;
        let all = [&[begun()?], records].concat();
        ensure(!loaded.is_empty() && all.starts_with(&loaded), || {
            let same = loaded.iter().zip(&all).take_while(|(a, b)| a == b).count();
            format!(
                "after {what} append of {} records, {} were loaded, and record {} is not the one that was appended: \
                 write records in their order, so that a failure keeps the first ones, or write an append in one \
                 transaction",
                records.len(),
                loaded.len().saturating_sub(1),
                same
            )
        })?;
        append(&journal, &[ended(100)?]).await?;
        loaded.push(ended(100)?);
        expect_records(&journal, &loaded, "append after the records that were kept").await?;
        Ok(CheckOutcome::Passed)
    }

    pub(super) async fn two_openers(&self) -> Finding {
        const NAME: &str = "conformance-two-openers";
        let owed = "lock the journal while it is open, or append to what every other opener has written";
        let first = self.open(NAME).await?;
        append(&first, &[begun()?]).await?;
        let Ok(second) = (self.open)(NAME).await else {
            append(&first, &[ended(1)?]).await?;
            drop(first);
            // Refusing the second opener must neither hurt the first one nor outlive it.
            expect_records(&self.open(NAME).await?, &[begun()?, ended(1)?], owed).await?;
            return Ok(CheckOutcome::Passed);
        };
        let mut kept = vec![begun()?];
        for (number, opener) in [(1, &first), (2, &second), (3, &first), (4, &second)] {
            let record = ended(number)?;
            // An opener may be refused as late as this.
            if opener.append(std::slice::from_ref(&record)).await.is_ok() {
                kept.push(record);
            }
        }
        drop((first, second));
        let refused_late = kept.len() < 5;
        expect_records(&self.open(NAME).await?, &kept, owed).await?;
        if refused_late {
            return Ok(CheckOutcome::Passed);
        }
        Ok(CheckOutcome::Advice(
            "the journal can be opened twice at once, and then two runs can invite the same person: refuse the second \
             opener until the first one is dropped"
                .to_owned(),
        ))
    }

    pub(super) async fn damaged(&self) -> Finding {
        const NAME: &str = "conformance-damaged";
        let Some(damage) = &self.damage else {
            let reason = "set damage to a function that damages a closed journal before its last record";
            return Ok(CheckOutcome::NotTried(reason.to_owned()));
        };
        let mut all = vec![begun()?];
        all.extend(of_every_kind()?);
        append(&self.open(NAME).await?, &all).await?;
        damage(NAME);
        let Ok(journal) = (self.open)(NAME).await else {
            return Ok(CheckOutcome::Passed);
        };
        let mut loaded = Vec::new();
        match journal.load(&mut |record| loaded.push(record)).await {
            Err(_) => Ok(CheckOutcome::Passed),
            Ok(()) if loaded == all => Err(
                "damage changed no record: give a function that changes the stored bytes of a record before the last"
                    .to_owned(),
            ),
            Ok(()) => Err(format!(
                "of {} records in a damaged journal, {} were loaded without an error: return an error from opening or \
                 loading when a stored record cannot be read, because a forgotten attempt can invite a person twice",
                all.len(),
                loaded.len()
            )),
        }
    }
}
