use clerk_core::{Operation, api};
use http::Method;

use super::operation::FakeOperation;
use crate::query::percent_decode;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) operation: FakeOperation,
    pub(super) params: PathParams,
}

/// The parameters in a path, decoded, by their names in Clerk's API description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PathParams(Vec<(&'static str, String)>);

impl PathParams {
    /// The value of this parameter; empty if the path has none of this name, which no id is.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

impl Route {
    /// What the SDK says of its operations decides. A path such as `/users/count` is itself before it is
    /// `/users/{user_id}`.
    pub(super) fn of(method: &Method, path: &str) -> Option<Self> {
        let path = path.strip_prefix("/v1")?;
        api::operations()
            .filter(|described| described.method() == method)
            .filter_map(|described| Some((described, params(described, path)?)))
            .min_by_key(|(_, params)| params.0.len())
            .and_then(|(described, params)| {
                let operation = FakeOperation::from_name(described.name())?;
                Some(Self { operation, params })
            })
    }
}

/// The parameters if `path` is one of the operation's.
fn params(operation: &Operation, path: &str) -> Option<PathParams> {
    let mut segments = path.split('/');
    let mut params = PathParams::default();
    for expected in operation.path().split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => params.0.push((name, percent_decode(segment))),
            None if segment == expected => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found<'a> = (&'a str, &'a [(&'a str, &'a str)]);

    #[test]
    fn paths_lead_to_operations() {
        let organization = ("organization_id", "org_1");
        let cases: [(&str, &str, Option<Found<'_>>); 17] = [
            ("POST", "/v1/invitations", Some(("CreateInvitation", &[]))),
            ("GET", "/v1/invitations", Some(("ListInvitations", &[]))),
            ("POST", "/v1/invitations/bulk", Some(("CreateBulkInvitations", &[]))),
            (
                "POST",
                "/v1/invitations/a%2Fb%3F/revoke",
                Some(("RevokeInvitation", &[("invitation_id", "a/b?")])),
            ),
            (
                "DELETE",
                "/v1/invitations/inv_1",
                Some(("DeleteInvitation", &[("invitation_id", "inv_1")])),
            ),
            (
                "GET",
                "/v1/organizations/org_1/invitations/pending",
                Some(("ListPendingOrganizationInvitations", &[organization])),
            ),
            (
                "GET",
                "/v1/organizations/org_1/invitations/orginv_1",
                Some((
                    "GetOrganizationInvitation",
                    &[organization, ("invitation_id", "orginv_1")],
                )),
            ),
            (
                "POST",
                "/v1/organizations/org_1/invitations/bulk",
                Some(("CreateOrganizationInvitationBulk", &[organization])),
            ),
            ("GET", "/v1/users/count", Some(("GetUsersCount", &[]))),
            ("GET", "/v1/instance", Some(("GetInstance", &[]))),
            ("PUT", "/v1/invitations", None),
            ("GET", "/v1/invitations/inv_1", None),
            ("POST", "/invitations", None),
            ("POST", "/v1invitations", None),
            ("POST", "/v1/invitations/", None),
            ("DELETE", "/v1/invitations/", None),
            ("POST", "/v1/invitations/a/b/revoke", None),
        ];
        for (method, path, expected) in cases {
            let route = Route::of(&method.parse().expect("a method"), path);
            let expected = expected.map(|(name, params)| {
                let params = params.iter().map(|(name, value)| (*name, (*value).to_owned()));
                (name, params.collect())
            });
            let found = route.map(|route| (route.operation.name(), route.params.0));
            assert_eq!(found, expected, "{method} {path}");
        }
    }
}
