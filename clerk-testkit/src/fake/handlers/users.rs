use clerk_core::ErrorCode;
use serde_json::json;

use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams};
use crate::fake::query::Query;
use crate::fake::records::User;
use crate::fake::store::{Store, normalize};

/// The largest number of addresses that one call can ask for.
const MAX_ADDRESSES: usize = 100;

const FILTERS: [&str; 2] = ["email_address", "query"];

const LIST_PARAMS: ListParams<User> = ListParams {
    filters: &FILTERS,
    statuses: &[],
    orders: &[
        ("created_at", |a, b| a.created_at.cmp(&b.created_at)),
        ("updated_at", |a, b| a.updated_at.cmp(&b.updated_at)),
        ("email_address", |a, b| a.email_address.cmp(&b.email_address)),
    ],
    orders_not_simulated: &[
        "web3wallet",
        "first_name",
        "last_name",
        "phone_number",
        "username",
        "last_active_at",
        "last_sign_in_at",
    ],
};

/// Carries out `GetUserList`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let mut errors = Vec::new();
    let filter = Filter::read(&query, &mut errors);
    let list = List::read(&query, &LIST_PARAMS, errors)?;
    let page = list.page(instance.users.iter().filter(|user| filter.matches(user)));
    Ok(page.array(|user| user.view().to_string()))
}

/// Carries out `GetUsersCount`.
pub(crate) fn count(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let mut errors = Vec::new();
    let filter = Filter::read(&query, &mut errors);
    query.refuse_not_simulated(&FILTERS)?;
    Refusal::if_any(errors)?;
    let count = instance.users.iter().filter(|user| filter.matches(user)).count();
    let body = json!({ "object": "total_count", "total_count": count });
    Ok(body.to_string().into())
}

/// Carries out `GetUser`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let user = find(&instance.users, call.params.get("user_id"))?;
    Ok(user.view().to_string().into())
}

/// Returns the user of an id.
pub(super) fn find<'a>(users: &'a Store<User>, id: &str) -> Result<&'a User, Refusal> {
    users.get(id).ok_or_else(|| Refusal::not_found("No user has this id."))
}

/// The users that a request asks for.
#[derive(Debug)]
struct Filter {
    /// Every address if it is empty.
    addresses: Vec<String>,
    part_of_address: String,
}

impl Filter {
    fn read(query: &Query, errors: &mut Vec<ErrorItem>) -> Self {
        let addresses: Vec<String> = query.all("email_address").map(normalize).collect();
        if addresses.len() > MAX_ADDRESSES {
            let code = ErrorCode::from("form_param_array_size_exceeded");
            errors.push(ErrorItem::for_param(code, "email_address", "has too many values"));
        }
        Self {
            addresses,
            part_of_address: query.get("query").map(normalize).unwrap_or_default(),
        }
    }

    fn matches(&self, user: &User) -> bool {
        let address = &user.email_address;
        (self.addresses.is_empty() || self.addresses.contains(address)) && address.contains(&self.part_of_address)
    }
}
