use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::image_url;
use crate::fake::store::{Index, Store, Stored};

/// An organization, serialized as Clerk's API shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Organization {
    object: &'static str,
    id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    image_url: String,
    has_image: bool,
    /// 0 means no limit.
    pub(crate) max_allowed_memberships: u64,
    pub(crate) admin_delete_enabled: bool,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_by: Option<String>,
    pub(crate) role_set_key: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Stored for Organization {
    const ID_PREFIX: &'static str = "org_fake";

    fn id(&self) -> &str {
        &self.id
    }

    fn index<'a>(&'a self, add: &mut dyn FnMut(Index, &'a str)) {
        add(Index::Slug, &self.slug);
    }
}

/// A request to create an organization with an id of the caller's choice.
#[derive(Debug, Clone)]
pub(crate) struct NewOrganization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
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
            membership_limit: None,
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
        }
    }
}

impl Store<Organization> {
    /// Creates an organization, or changes the one with its id.
    pub(crate) fn create(&mut self, new: NewOrganization, wall: Timestamp) {
        let id = new.id.clone();
        if self.get(&id).is_none() {
            let (name, slug) = (new.name.clone(), new.slug.clone());
            self.insert_with_id(&id, |id| Organization::new(id, name, slug, wall));
        }
        self.update(&id, |organization| {
            organization.name = new.name;
            organization.slug = new.slug;
            organization.max_allowed_memberships = new.membership_limit.unwrap_or_default() as u64;
            organization.public_metadata = new.public_metadata;
            organization.private_metadata = new.private_metadata;
        });
    }
}

impl Organization {
    pub(crate) fn new(id: String, name: String, slug: String, wall: Timestamp) -> Self {
        Self {
            object: "organization",
            id,
            name,
            slug,
            image_url: image_url("organization"),
            has_image: false,
            max_allowed_memberships: 0,
            admin_delete_enabled: true,
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
            created_by: None,
            role_set_key: Some("role_set:default".to_owned()),
            created_at: wall,
            updated_at: wall,
        }
    }

    /// Whether this many members and pending invitations together are within the limit.
    pub(crate) const fn has_room_for(&self, count: usize) -> bool {
        self.max_allowed_memberships == 0 || count as u64 <= self.max_allowed_memberships
    }

    /// Returns the data that its invited people may see.
    pub(crate) fn public_data(&self) -> Value {
        json!({
            "id": &self.id,
            "name": &self.name,
            "slug": &self.slug,
            "image_url": &self.image_url,
            "has_image": self.has_image,
        })
    }
}
