//! Everything that an instance stores, as JSON.

use serde_json::{Value, json};

use super::instance::Instance;
use super::store::Arrival;

impl Instance {
    /// Returns the objects of the instance as Clerk's API shows them, the emails, and the webhooks.
    pub(super) fn snapshot(&self, at: Arrival) -> Value {
        let wall = at.wall;
        let organizations = self.organizations.iter();
        let webhooks = self.events.with_deliveries();
        json!({
            "now": wall,
            "users": self.users.iter().map(|user| user.view()).collect::<Value>(),
            "organizations": organizations
                .map(|organization| view(&organization.view(self.memberships.count(organization.id()))))
                .collect::<Value>(),
            "organization_memberships": self
                .memberships
                .iter()
                .map(|membership| parsed(&self.membership_json(membership)))
                .collect::<Value>(),
            "invitations": self.invitations.iter().map(|invitation| view(&invitation.view(wall))).collect::<Value>(),
            "organization_invitations": self
                .organization_invitations
                .iter()
                .map(|invitation| view(&invitation.view(wall)))
                .collect::<Value>(),
            "waitlist_entries": self
                .waitlist_entries
                .iter()
                .map(|entry| parsed(&entry.to_json(&self.invitations, wall)))
                .collect::<Value>(),
            "mails": self.mails,
            "webhooks": webhooks
                .map(|(message, delivered)| {
                    json!({
                        "id": message.id(),
                        "type": message.event_type(),
                        "occurred_at": message.occurred_at(),
                        "attempts": delivered.map_or(0, |delivered| delivered.attempts),
                        "status": delivered.and_then(|delivered| delivered.status).map(|status| status.as_u16()),
                    })
                })
                .collect::<Value>(),
        })
    }
}

fn view(object: &impl serde::Serialize) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}
