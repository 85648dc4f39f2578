//! Everything that an instance stores, as JSON.

use serde_json::{Value, json};

use super::instance::Instance;
use super::store::{Arrival, Store, Stored};

impl Instance {
    /// Returns the objects of the instance as Clerk's API shows them, the emails, and the webhooks.
    pub(super) fn snapshot(&self, at: Arrival) -> Value {
        let wall = at.wall;
        let webhooks = self.events.with_deliveries();
        json!({
            "now": wall,
            "users": all(&self.users, view),
            "organizations": all(&self.organizations, view),
            "organization_memberships": all(&self.organization_memberships, |membership| {
                parsed(&self.membership_json(membership))
            }),
            "invitations": all(&self.invitations, |invitation| view(&invitation.view(wall))),
            "organization_invitations": all(&self.organization_invitations, |invitation| view(&invitation.view(wall))),
            "waitlist_entries": all(&self.waitlist_entries, |entry| parsed(&entry.to_json(&self.invitations, wall))),
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

/// Returns all records, oldest first.
fn all<T: Stored>(store: &Store<T>, view: impl Fn(&T) -> Value) -> Value {
    store.iter().map(|(_, record)| view(record)).collect()
}

fn view(object: &impl serde::Serialize) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}
