use clerk_core::ErrorCode;
use http::StatusCode;

use crate::fake::body::{Null, read_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::handlers::users;
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::records::{ADMIN, NewMember, NewOrganization, Organization, to_json};

/// Carries out `CreateOrganization`. The user in `created_by` becomes its administrator.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let mut fields = read_object(call.request)?;
    let name: Option<String> = fields.take_required("name");
    let slug: Option<String> = fields.take("slug", Null::Accepted);
    let created_by: Option<String> = fields.take("created_by", Null::Accepted);
    let membership_limit: Option<usize> = fields.take("max_allowed_memberships", Null::Accepted);
    let public_metadata = fields.take_metadata("public_metadata", Null::Accepted);
    let private_metadata = fields.take_metadata("private_metadata", Null::Accepted);
    if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        fields.refuse(ErrorItem::param_value_invalid("name"));
    }
    if slug.as_ref().is_some_and(|slug| !is_slug(slug)) {
        fields.refuse(ErrorItem::param_format_invalid("slug"));
    }
    fields.finish()?;
    if slug
        .as_ref()
        .is_some_and(|slug| instance.organizations.find_by_slug(slug).is_some())
    {
        return Err(slug_taken());
    }
    let creator = match &created_by {
        Some(id) => Some(users::find(&instance.users, id)?.email_address.clone()),
        None => None,
    };
    let mut new = NewOrganization::new(instance.organizations.next_id());
    let id = new.id.clone();
    new.name = name.unwrap_or_default();
    new.slug = slug.unwrap_or(new.slug);
    new.created_by = created_by;
    new.membership_limit = membership_limit.filter(|limit| *limit > 0);
    new.public_metadata = public_metadata;
    new.private_metadata = private_metadata;
    instance.organizations.create(new, call.at.wall);
    if let Some(address) = creator {
        let member = NewMember::new(&address, ADMIN);
        instance.memberships.create(&id, member, call.at.wall);
    }
    let organization = find(instance, &id)?;
    Ok(view(instance, organization).into())
}

/// Carries out `GetOrganization`, by id or slug.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let key = call.params.get("organization_id");
    call.query().refuse_not_simulated(&["include_members_count"])?;
    let by_slug = || instance.organizations.find_by_slug(key).ok_or_else(not_found);
    let organization = find(instance, key).or_else(|_| by_slug())?;
    Ok(view(instance, organization).into())
}

/// Returns the organization of an id.
pub(super) fn find<'a>(instance: &'a Instance, id: &str) -> Result<&'a Organization, Refusal> {
    instance.organizations.get(id).ok_or_else(not_found)
}

fn view(instance: &Instance, organization: &Organization) -> String {
    let members_count = instance.memberships.count(organization.id());
    to_json(&organization.view(members_count))
}

fn is_slug(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_allowed)
}

fn not_found() -> Refusal {
    Refusal::not_found("No organization has this id.")
}

fn slug_taken() -> Refusal {
    let error = ErrorItem::for_param(
        ErrorCode::FormIdentifierExists,
        "slug",
        "already belongs to an organization",
    );
    Refusal::from_errors(StatusCode::UNPROCESSABLE_ENTITY, vec![error])
}
