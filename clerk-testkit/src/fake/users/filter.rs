use super::user::User;
use crate::fake::address::identity;
use crate::fake::error::ErrorItem;
use crate::fake::query::Query;

/// How many addresses one call can ask for.
const MAX_ADDRESSES: usize = 100;

/// Which users are asked for.
#[derive(Debug)]
pub(super) struct Filter {
    /// Everybody if it is empty.
    addresses: Vec<String>,
    text: String,
}

impl Filter {
    /// Reads the filters that the fake knows of those that Clerk has. Any other parameter is refused unless it is one of
    /// `others`, lest it be taken for heeded.
    pub(super) fn read(query: &Query, others: &[&str], errors: &mut Vec<ErrorItem>) -> Self {
        let is_known = |name: &str| matches!(name, "email_address" | "query") || others.contains(&name);
        let unknown = query.names().filter(|name| !is_known(name));
        errors.extend(unknown.map(ErrorItem::param_unknown));
        let addresses: Vec<String> = query.all("email_address").map(identity).collect();
        if addresses.len() > MAX_ADDRESSES {
            errors.push(ErrorItem::param_array_size_exceeded("email_address"));
        }
        Self {
            addresses,
            text: query.get("query").map(identity).unwrap_or_default(),
        }
    }

    pub(super) fn fits(&self, user: &User) -> bool {
        let address = &user.email_address;
        (self.addresses.is_empty() || self.addresses.contains(address)) && address.contains(&self.text)
    }
}
