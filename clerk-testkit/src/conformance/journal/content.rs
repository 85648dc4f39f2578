//! Checks of the records in one open journal.

use clerk_core::run::journal::{Journal, JournalError};

use super::records::{begun, ends, of_every_kind};
use super::{CheckOutcome, Finding, JournalConformance, append, expect_records};

impl<J: Journal, F: AsyncFn(&str) -> Result<J, JournalError>> JournalConformance<'_, F> {
    pub(super) async fn new_is_empty(&self) -> Finding {
        let journal = self.open("conformance-new").await?;
        let owed = "create an empty journal for a name that was not opened before";
        expect_records(&journal, &[], owed).await?;
        Ok(CheckOutcome::Passed)
    }

    pub(super) async fn unchanged_and_in_order(&self) -> Finding {
        let journal = self.open("conformance-order").await?;
        let mut all = vec![begun()?];
        append(&journal, &all).await?;
        // One append of several records, then several of one.
        let records = of_every_kind()?;
        append(&journal, &records).await?;
        all.extend(records.iter().cloned());
        for record in records {
            append(&journal, std::slice::from_ref(&record)).await?;
            all.push(record);
        }
        let owed = "store every field of a record as its JSON has it (fingerprints are 64-bit integers), and load records \
                    in the order in which they were appended";
        expect_records(&journal, &all, owed).await?;
        Ok(CheckOutcome::Passed)
    }

    pub(super) async fn load_twice(&self) -> Finding {
        let journal = self.open("conformance-load").await?;
        let mut all = vec![begun()?];
        append(&journal, &all).await?;
        let owed = "load every record each time, and let appends go on after a load";
        for attempts in [1..3, 3..5] {
            expect_records(&journal, &all, owed).await?;
            expect_records(&journal, &all, owed).await?;
            let records = ends(attempts)?;
            append(&journal, &records).await?;
            all.extend(records);
        }
        expect_records(&journal, &all, owed).await?;
        Ok(CheckOutcome::Passed)
    }

    pub(super) async fn empty_append(&self) -> Finding {
        let journal = self.open("conformance-empty").await?;
        let owed = "return from an append of no records without writing";
        append(&journal, &[]).await?;
        expect_records(&journal, &[], owed).await?;
        let records = [begun()?];
        append(&journal, &records).await?;
        append(&journal, &[]).await?;
        expect_records(&journal, &records, owed).await?;
        drop(journal);
        expect_records(&self.open("conformance-empty").await?, &records, owed).await?;
        Ok(CheckOutcome::Passed)
    }

    pub(super) async fn large_append(&self) -> Finding {
        let journal = self.open("conformance-large").await?;
        let mut all = vec![begun()?];
        all.extend(ends(1..5_000)?);
        append(&journal, &all).await?;
        let owed = "keep all records of an append, or return an error";
        expect_records(&journal, &all, owed).await?;
        Ok(CheckOutcome::Passed)
    }
}
