//! The methods of the API handles that create runs.

use std::sync::Arc;

use futures_core::Stream;

use super::invitation_run::InvitationRun;
use super::journal::Journal;
use super::recipient::RecipientInput;
use super::revocation::RevocationRun;
use super::source::Source;
use super::status::{People, StatusRun};
use super::target::Target;
use crate::api::invitations::{CreateInvitation, InvitationsApi};
use crate::api::organization_invitations::{CreateOrganizationInvitation, OrganizationInvitationsApi};
use crate::api::waitlist_entries::WaitlistEntriesApi;
use crate::model::{EmailAddress, OrganizationId, WaitlistEntry};

impl InvitationsApi<'_> {
    /// Creates a run that invites any number of people to the application, each once, through limits, faults and crashes.
    /// See [`InvitationRun`].
    pub fn invite_all<'p, I>(self, people: I) -> InvitationRun<'p>
    where
        I: IntoIterator<Item: Into<CreateInvitation> + 'p, IntoIter: Send + 'p>,
    {
        let people = people.into_iter().map(|person| person.into().into());
        InvitationRun::new(self.client, Target::Application, Source::from_iterator(people))
    }

    /// Creates a run that invites people as they come from a stream, such as a queue, which may never end.
    ///
    /// People who are there together share the calls of the bulk endpoint. The run ends when the stream does, or on
    /// [request](InvitationRun::stop_handle): then everyone taken from the stream has an outcome, and the others stay in it. What Clerk has is read for each person as they come. A row with an address that came before is a
    /// [duplicate](crate::run::Outcome::Duplicate); with an [indexed](crate::run::journal::Journal::indexed) journal it is one only
    /// until the journal has the person's outcome, so that the run's memory does not grow with the stream.
    pub fn invite_stream<'p, S>(self, people: S) -> InvitationRun<'p>
    where
        S: Stream<Item = CreateInvitation> + Send + 'p,
    {
        InvitationRun::new(self.client, Target::Application, Source::from_stream(people))
    }

    /// Creates a run that revokes what the runs of [`invite_all`](Self::invite_all) on this journal created.
    pub fn revoke_all(self, journal: impl Journal) -> RevocationRun {
        RevocationRun::new(self.client, Target::Application, journal)
    }

    /// Creates a run that reads what became of the invitations of these people.
    pub fn status_of<'p, I>(self, people: I) -> StatusRun<'p>
    where
        I: IntoIterator<Item: Into<EmailAddress> + 'p, IntoIter: Send + 'p>,
    {
        let people = People::Given(Box::new(people.into_iter().map(Into::into)));
        StatusRun::new(self.client, Target::Application, people)
    }

    /// Creates a run that reads what became of the invitations of everyone in the journal of [`invite_all`](Self::invite_all),
    /// in the order of the journal.
    pub fn status_of_run(self, journal: impl Journal) -> StatusRun<'static> {
        let people = People::InJournal(Arc::new(journal));
        StatusRun::new(self.client, Target::Application, people)
    }
}

impl WaitlistEntriesApi<'_> {
    /// Creates a run that invites people from the waitlist, each once, through limits, faults and crashes. See [`InvitationRun`].
    ///
    /// Read all entries before the run, which changes them. Entries that were invited meanwhile are
    /// [already invited](crate::run::Outcome::AlreadyInvited), and people who signed up are
    /// [existing users](crate::run::Outcome::ExistingUser). Each entry takes a call of its own, so the run has no
    /// [lanes](InvitationRun::lanes) to choose from, and the settings of the invitations are Clerk's.
    ///
    /// To continue on the journal of an interrupted run, list the entries without a status: those that the run invited are no
    /// longer pending.
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use clerk_core::api::waitlist_entries::{ListWaitlistEntries, WaitlistEntryOrder};
    /// use clerk_core::model::WaitlistEntryStatus;
    ///
    /// let first_come = ListWaitlistEntries::new()
    ///     .status(WaitlistEntryStatus::Pending)
    ///     .order_by(WaitlistEntryOrder::CreatedAt);
    /// let entries = clerk.pages(&first_come).read_all().await?;
    /// let report = clerk.waitlist_entries().invite_all(entries.into_iter().take(100)).run().await;
    /// println!("{report}");
    /// # Ok(()) }
    /// ```
    pub fn invite_all<'p, I>(self, entries: I) -> InvitationRun<'p>
    where
        I: IntoIterator<Item = WaitlistEntry, IntoIter: Send + 'p>,
    {
        let entries = entries.into_iter().map(RecipientInput::from);
        InvitationRun::new(self.client, Target::Waitlist, Source::from_iterator(entries))
    }

    /// Creates a run that revokes what the runs of [`invite_all`](Self::invite_all) on this journal created. The entries stay
    /// invited, so that a later run finds these people [already invited](crate::run::Outcome::AlreadyInvited).
    pub fn revoke_all(self, journal: impl Journal) -> RevocationRun {
        RevocationRun::new(self.client, Target::Waitlist, journal)
    }

    /// Creates a run that reads what became of the invitations of everyone in the journal of [`invite_all`](Self::invite_all),
    /// in the order of the journal.
    pub fn status_of_run(self, journal: impl Journal) -> StatusRun<'static> {
        StatusRun::new(self.client, Target::Waitlist, People::InJournal(Arc::new(journal)))
    }
}

impl OrganizationInvitationsApi<'_> {
    /// Creates a run that invites any number of people to an organization, each once, through limits, faults and crashes.
    /// See [`InvitationRun`].
    pub fn invite_all<'p, I>(self, organization_id: impl Into<OrganizationId>, people: I) -> InvitationRun<'p>
    where
        I: IntoIterator<Item = CreateOrganizationInvitation, IntoIter: Send + 'p>,
    {
        let people = people.into_iter().map(RecipientInput::from);
        let target = Target::Organization(organization_id.into());
        InvitationRun::new(self.client, target, Source::from_iterator(people))
    }

    /// Creates a run that invites people to an organization as they come from a stream, such as a queue, which may never end.
    /// See [`InvitationsApi::invite_stream`].
    pub fn invite_stream<'p, S>(self, organization_id: impl Into<OrganizationId>, people: S) -> InvitationRun<'p>
    where
        S: Stream<Item = CreateOrganizationInvitation> + Send + 'p,
    {
        let target = Target::Organization(organization_id.into());
        InvitationRun::new(self.client, target, Source::from_stream(people))
    }

    /// Creates a run that revokes what the runs of [`invite_all`](Self::invite_all) for this organization on this journal
    /// created.
    pub fn revoke_all(self, organization_id: impl Into<OrganizationId>, journal: impl Journal) -> RevocationRun {
        RevocationRun::new(self.client, Target::Organization(organization_id.into()), journal)
    }

    /// Creates a run that reads what became of the invitations of these people to an organization.
    pub fn status_of<'p, I>(self, organization_id: impl Into<OrganizationId>, people: I) -> StatusRun<'p>
    where
        I: IntoIterator<Item: Into<EmailAddress> + 'p, IntoIter: Send + 'p>,
    {
        let people = People::Given(Box::new(people.into_iter().map(Into::into)));
        StatusRun::new(self.client, Target::Organization(organization_id.into()), people)
    }

    /// Creates a run that reads what became of the invitations of everyone in the journal of [`invite_all`](Self::invite_all)
    /// for this organization, in the order of the journal.
    pub fn status_of_run(
        self,
        organization_id: impl Into<OrganizationId>,
        journal: impl Journal,
    ) -> StatusRun<'static> {
        let people = People::InJournal(Arc::new(journal));
        StatusRun::new(self.client, Target::Organization(organization_id.into()), people)
    }
}
