use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;

/// The role that may invite.
pub(crate) const ADMIN: &str = "org:admin";

/// The role of a plain member.
pub(crate) const MEMBER: &str = "org:member";

/// A request to create an organization.
#[derive(Debug, Clone)]
pub(crate) struct NewOrganization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) created_by: Option<String>,
    pub(crate) membership_limit: Option<usize>,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
}

impl NewOrganization {
    /// Creates an organization with this id, and a name and a slug that follow from it.
    pub(crate) fn new(id: String) -> Self {
        Self {
            name: id.clone(),
            slug: id.replace('_', "-"),
            id,
            created_by: None,
            membership_limit: None,
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
        }
    }
}

/// The organizations of the instance.
#[derive(Debug, Default)]
pub(crate) struct Organizations {
    by_id: BTreeMap<String, Organization>,
    last_number: u64,
}

/// An organization.
#[derive(Debug)]
pub(crate) struct Organization {
    fields: NewOrganization,
    created_at: Timestamp,
}

impl Organizations {
    /// Returns an id that no organization has.
    pub(crate) fn next_id(&mut self) -> String {
        loop {
            self.last_number += 1;
            let id = format!("org_fake{:06}", self.last_number);
            if !self.by_id.contains_key(&id) {
                return id;
            }
        }
    }

    /// Creates an organization, or replaces the one with its id.
    pub(crate) fn create(&mut self, new: NewOrganization, wall: Timestamp) -> &Organization {
        let id = new.id.clone();
        let organization = Organization {
            fields: new,
            created_at: wall,
        };
        match self.by_id.entry(id) {
            Entry::Occupied(mut entry) => {
                entry.insert(organization);
                entry.into_mut()
            }
            Entry::Vacant(entry) => entry.insert(organization),
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Organization> {
        self.by_id.get(id)
    }

    pub(crate) fn find_by_slug(&self, slug: &str) -> Option<&Organization> {
        self.iter().find(|organization| organization.fields.slug == slug)
    }

    /// Returns all organizations, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Organization> {
        self.by_id.values()
    }
}

impl Organization {
    pub(crate) fn id(&self) -> &str {
        &self.fields.id
    }

    pub(crate) fn name(&self) -> &str {
        &self.fields.name
    }

    pub(crate) fn slug(&self) -> &str {
        &self.fields.slug
    }

    /// Whether the organization can have this many memberships and pending invitations.
    pub(crate) fn has_room_for(&self, people: usize) -> bool {
        self.fields.membership_limit.is_none_or(|limit| people <= limit)
    }

    /// Returns the organization as Clerk's API shows it.
    pub(crate) fn view(&self, members_count: usize) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct View<'a> {
            object: &'static str,
            id: &'a str,
            name: &'a str,
            slug: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            created_by: Option<&'a str>,
            image_url: &'static str,
            has_image: bool,
            members_count: usize,
            max_allowed_memberships: usize,
            admin_delete_enabled: bool,
            public_metadata: &'a Metadata,
            private_metadata: &'a Metadata,
            created_at: Timestamp,
            updated_at: Timestamp,
        }

        View {
            object: "organization",
            id: self.id(),
            name: self.name(),
            slug: self.slug(),
            created_by: self.fields.created_by.as_deref(),
            image_url: "https://fake.clerk.test/images/organization.png",
            has_image: false,
            members_count,
            // Clerk has 0 for no limit.
            max_allowed_memberships: self.fields.membership_limit.unwrap_or_default(),
            admin_delete_enabled: true,
            public_metadata: &self.fields.public_metadata,
            private_metadata: &self.fields.private_metadata,
            created_at: self.created_at,
            updated_at: self.created_at,
        }
    }
}

/// Derives the name of a role from its key: `Admin` from `org:admin`.
pub(super) fn role_name(key: &str) -> String {
    let key = key.strip_prefix("org:").unwrap_or(key);
    let mut letters = key.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
