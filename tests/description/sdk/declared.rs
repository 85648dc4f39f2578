//! Calls of the operations that need no values of their own, one row each.

use clerk_core::Sensitive;
use clerk_core::api::allowlist::{CreateAllowlistIdentifier, DeleteAllowlistIdentifier, ListAllowlistIdentifiers};
use clerk_core::api::blocklist::{CreateBlocklistIdentifier, DeleteBlocklistIdentifier, ListBlocklistIdentifiers};
use clerk_core::api::email_addresses::{CreateEmailAddress, DeleteEmailAddress, GetEmailAddress, UpdateEmailAddress};
use clerk_core::api::instance::{
    GetOrganizationSettings, UpdateInstance, UpdateInstanceRestrictions, UpdateInstanceSettings,
    UpdateOrganizationSettings,
};
use clerk_core::api::organization_domains::{
    CreateOrganizationDomain, DeleteOrganizationDomain, ListAllOrganizationDomains, ListOrganizationDomains,
    OrganizationDomainOrder, UpdateOrganizationDomain,
};
use clerk_core::api::organization_memberships::{
    CreateOrganizationMembership, DeleteOrganizationMembership, ListInstanceOrganizationMemberships,
    ListOrganizationMemberships, OrganizationMembershipOrder, UpdateOrganizationMembership,
    UpdateOrganizationMembershipMetadata,
};
use clerk_core::api::organization_permissions::{
    CreateOrganizationPermission, DeleteOrganizationPermission, GetOrganizationPermission, ListOrganizationPermissions,
    OrganizationPermissionOrder, UpdateOrganizationPermission,
};
use clerk_core::api::organization_roles::{
    AssignPermission, CreateOrganizationRole, DeleteOrganizationRole, GetOrganizationRole, ListOrganizationRoles,
    OrganizationRoleOrder, RemovePermission, UpdateOrganizationRole,
};
use clerk_core::api::organizations::{
    CreateOrganization, DeleteOrganization, GetOrganization, ListOrganizations, MergeOrganizationMetadata,
    OrganizationOrder, ReplaceOrganizationMetadata, UpdateOrganization,
};
use clerk_core::api::phone_numbers::{CreatePhoneNumber, DeletePhoneNumber, GetPhoneNumber, UpdatePhoneNumber};
use clerk_core::api::redirect_urls::{CreateRedirectUrl, DeleteRedirectUrl, GetRedirectUrl, ListRedirectUrls};
use clerk_core::api::sessions::{CreateSession, CreateSessionToken, GetSession, ListSessions, RevokeSession};
use clerk_core::api::tokens::{CreateSignInToken, CreateTestingToken, GetJwks, RevokeSignInToken};
use clerk_core::api::users::{
    BanUser, BanUsers, CountUsers, CreateUser, DeleteUser, GetUser, ListUserOrganizationMemberships, ListUsers,
    LockUser, ReplaceUserMetadata, UnbanUser, UnbanUsers, UnlockUser, UpdateUser, UpdateUserMetadata, UserOrder,
};
use clerk_core::model::*;

use crate::choose::Choose;
use crate::exchange::Case;

/// A call of a declared operation: its path parameters, its required fields, and the values of its optional ones.
macro_rules! case {
    ($operation:literal: $Request:ident ($($param:ident),* $(; $($required:expr),*)?) $({ $($field:ident = $value:expr),* })?) => {
        Case {
            operation: $operation,
            call: |choose, wire| {
                                let _ = &choose;
                $(let $param = leaked_text(choose);)*
                let request = $Request::new($($param,)* $($(($required)(choose)),*)?);
                $($(let request = choose.maybe(request, $Request::$field, $value);)*)?
                wire.send(&request)
            },
        }
    };
}

/// A call of a list: its path parameters and the values of its filters.
macro_rules! list_case {
    ($operation:literal: $List:ident ($($param:expr),*) { $($field:ident = $value:expr),* }) => {
        Case {
            operation: $operation,
            call: |choose, wire| {
                let list = $List::new($(($param)(choose)),*);
                $(let list = choose.maybe(list, $List::$field, $value);)*
                let list = choose.maybe(list, $List::limit, |c| c.number(1..=$List::MAX_LIMIT));
                wire.send(&choose.maybe(list, $List::offset, |c| u64::from(c.number(0..=1000))))
            },
        }
    };
}

pub(super) const CASES: &[Case] = &[
    case!("CreateAllowlistIdentifier": CreateAllowlistIdentifier(; Choose::text) { notify = Choose::flag }),
    case!("DeleteAllowlistIdentifier": DeleteAllowlistIdentifier(identifier_id)),
    case!("ListBlocklistIdentifiers": ListBlocklistIdentifiers()),
    case!("CreateBlocklistIdentifier": CreateBlocklistIdentifier(; Choose::text)),
    case!("DeleteBlocklistIdentifier": DeleteBlocklistIdentifier(identifier_id)),
    case!("GetEmailAddress": GetEmailAddress(email_address_id)),
    case!("CreateEmailAddress": CreateEmailAddress(; Choose::text, Choose::address) { verified = Choose::flag, primary = Choose::flag, notify_primary_email_address_changed = Choose::flag }),
    case!("UpdateEmailAddress": UpdateEmailAddress(email_address_id) { verified = Choose::flag, primary = Choose::flag, notify_primary_email_address_changed = Choose::flag }),
    case!("DeleteEmailAddress": DeleteEmailAddress(email_address_id)),
    case!("UpdateInstance": UpdateInstance() { test_mode = Choose::flag, hibp = Choose::flag, support_email = Choose::address, clerk_js_version = Choose::text, development_origin = Choose::text, allowed_origins = texts::<String>, cookieless_dev = Choose::flag, url_based_session_syncing = Choose::flag, preferred_sign_in_strategy_when_password_required = strategy }),
    case!("UpdateInstanceRestrictions": UpdateInstanceRestrictions() { allowlist = Choose::flag, blocklist = Choose::flag, allowlist_blocklist_disabled_on_sign_in = Choose::flag, block_email_subaddresses = Choose::flag, block_disposable_email_domains = Choose::flag }),
    case!("GetInstanceOrganizationSettings": GetOrganizationSettings()),
    case!("UpdateInstanceOrganizationSettings": UpdateOrganizationSettings() { enabled = Choose::flag, max_allowed_memberships = amount, admin_delete_enabled = Choose::flag, domains_enabled = Choose::flag, slug_disabled = Choose::flag, domains_enrollment_modes = enrollment_modes, creator_role_id = Choose::text, domains_default_role_id = Choose::text }),
    case!("UpdateInstanceAuthConfig": UpdateInstanceSettings() { restricted_to_allowlist = Choose::flag, from_email_address = Choose::text, progressive_sign_up = Choose::flag, test_mode = Choose::flag }),
    case!("CreateOrganizationDomain": CreateOrganizationDomain(organization_id) { name = Choose::text, enrollment_mode = enrollment_mode, verified = Choose::flag }),
    case!("UpdateOrganizationDomain": UpdateOrganizationDomain(organization_id, domain_id) { enrollment_mode = enrollment_mode, verified = Choose::flag }),
    case!("DeleteOrganizationDomain": DeleteOrganizationDomain(organization_id, domain_id)),
    list_case!("ListOrganizationDomains": ListOrganizationDomains(Choose::text) { verified = Choose::flag, enrollment_mode = enrollment_mode }),
    list_case!("ListAllOrganizationDomains": ListAllOrganizationDomains() { organization_id = Choose::text, verified = Choose::flag, enrollment_modes = enrollment_modes, query = Choose::text, domains = texts::<String>, order_by = any_order(OrganizationDomainOrder::ALL) }),
    case!("CreateOrganizationMembership": CreateOrganizationMembership(organization_id; Choose::text, Choose::text) { public_metadata = leaked_metadata, private_metadata = leaked_metadata }),
    case!("UpdateOrganizationMembership": UpdateOrganizationMembership(organization_id, user_id; Choose::text)),
    case!("DeleteOrganizationMembership": DeleteOrganizationMembership(organization_id, user_id)),
    case!("UpdateOrganizationMembershipMetadata": UpdateOrganizationMembershipMetadata(organization_id, user_id) { public_metadata = leaked_metadata, private_metadata = leaked_metadata }),
    list_case!("ListOrganizationMemberships": ListOrganizationMemberships(Choose::text) { user_ids = texts::<UserId>, email_addresses = texts::<EmailAddress>, phone_numbers = texts::<Sensitive>, usernames = texts::<Sensitive>, web3_wallets = texts::<Sensitive>, roles = texts::<String>, query = Choose::text, email_address_query = Choose::text, phone_number_query = Choose::text, username_query = Choose::text, name_query = Choose::text, last_active_at_before = time, last_active_at_after = time, created_at_before = time, created_at_after = time, order_by = any_order(OrganizationMembershipOrder::ALL) }),
    list_case!("InstanceGetOrganizationMemberships": ListInstanceOrganizationMemberships() { order_by = any_order(OrganizationMembershipOrder::ALL) }),
    case!("GetOrganizationPermission": GetOrganizationPermission(permission_id)),
    case!("CreateOrganizationPermission": CreateOrganizationPermission(; Choose::text, Choose::text) { description = Choose::text }),
    case!("UpdateOrganizationPermission": UpdateOrganizationPermission(permission_id) { name = Choose::text, key = Choose::text, description = Choose::text }),
    case!("DeleteOrganizationPermission": DeleteOrganizationPermission(permission_id)),
    case!("GetOrganizationRole": GetOrganizationRole(organization_role_id)),
    case!("CreateOrganizationRole": CreateOrganizationRole(; Choose::text, Choose::text) { description = Choose::text, permissions = texts::<OrganizationPermissionId>, include_in_initial_role_set = Choose::flag }),
    case!("UpdateOrganizationRole": UpdateOrganizationRole(organization_role_id) { name = Choose::text, key = Choose::text, description = Choose::text, permissions = texts::<OrganizationPermissionId> }),
    case!("DeleteOrganizationRole": DeleteOrganizationRole(organization_role_id)),
    case!("AssignPermissionToOrganizationRole": AssignPermission(organization_role_id, permission_id)),
    case!("RemovePermissionFromOrganizationRole": RemovePermission(organization_role_id, permission_id)),
    case!("GetOrganization": GetOrganization(organization_id)),
    case!("CreateOrganization": CreateOrganization(; Choose::text) { created_by = leaked_text::<UserId>, public_metadata = leaked_metadata, private_metadata = leaked_metadata, slug = Choose::text, max_allowed_memberships = amount, created_at = Choose::text, role_set_key = Choose::text }),
    case!("UpdateOrganization": UpdateOrganization(organization_id) { name = Choose::text, slug = Choose::text, max_allowed_memberships = amount, created_at = Choose::text, role_set_key = Choose::text, admin_delete_enabled = Choose::flag }),
    case!("DeleteOrganization": DeleteOrganization(organization_id)),
    case!("MergeOrganizationMetadata": MergeOrganizationMetadata(organization_id) { public_metadata = leaked_metadata, private_metadata = leaked_metadata }),
    case!("ReplaceOrganizationMetadata": ReplaceOrganizationMetadata(organization_id) { public_metadata = leaked_metadata, private_metadata = leaked_metadata }),
    list_case!("ListOrganizations": ListOrganizations() { include_members_count = Choose::flag, include_missing_member_with_elevated_permissions = Choose::flag, query = Choose::text, user_ids = texts::<UserId>, organization_ids = texts::<OrganizationId>, order_by = any_order(OrganizationOrder::ALL) }),
    case!("GetPhoneNumber": GetPhoneNumber(phone_number_id)),
    case!("CreatePhoneNumber": CreatePhoneNumber(; Choose::text, Choose::text) { verified = Choose::flag, primary = Choose::flag, reserved_for_second_factor = Choose::flag }),
    case!("UpdatePhoneNumber": UpdatePhoneNumber(phone_number_id) { verified = Choose::flag, primary = Choose::flag, reserved_for_second_factor = Choose::flag }),
    case!("DeletePhoneNumber": DeletePhoneNumber(phone_number_id)),
    case!("GetRedirectURL": GetRedirectUrl(id)),
    case!("CreateRedirectURL": CreateRedirectUrl(; Choose::text)),
    case!("DeleteRedirectURL": DeleteRedirectUrl(id)),
    list_case!("ListRedirectURLs": ListRedirectUrls() {  }),
    case!("GetSession": GetSession(session_id)),
    case!("createSession": CreateSession(; Choose::text) { active_organization_id = leaked_text::<OrganizationId> }),
    case!("RevokeSession": RevokeSession(session_id)),
    case!("CreateSessionToken": CreateSessionToken(session_id) { expires_in_seconds = seconds_of_session }),
    list_case!("GetSessionList": ListSessions() { client_id = Choose::text, user_id = Choose::text, status = session_status }),
    case!("CreateSignInToken": CreateSignInToken(; Choose::text) { org_id = leaked_text::<OrganizationId>, expires_in_seconds = positive }),
    case!("RevokeSignInToken": RevokeSignInToken(sign_in_token_id)),
    case!("CreateTestingToken": CreateTestingToken()),
    case!("GetJWKS": GetJwks()),
    case!("GetUser": GetUser(user_id)),
    case!("CreateUser": CreateUser() { email_address = texts::<EmailAddress>, email_address_identification_status = identification_statuses, phone_number = texts::<Sensitive>, phone_number_identification_status = identification_statuses, web3_wallet = texts::<Sensitive>, external_id = Choose::text, first_name = Choose::text, last_name = Choose::text, username = Choose::text, locale = Choose::text, password = Choose::text, password_digest = Choose::text, password_hasher = Choose::text, skip_password_checks = Choose::flag, totp_secret = Choose::text, backup_codes = texts::<Sensitive>, skip_password_requirement = Choose::flag, skip_user_requirement = Choose::flag, public_metadata = leaked_metadata, private_metadata = leaked_metadata, unsafe_metadata = leaked_metadata, delete_self_enabled = Choose::flag, create_organization_enabled = Choose::flag, create_organizations_limit = amount, legal_accepted_at = Choose::text, skip_legal_checks = Choose::flag, created_at = Choose::text, bypass_client_trust = Choose::flag, banned = Choose::flag, locked = Choose::flag }),
    case!("UpdateUser": UpdateUser(user_id) { external_id = Choose::text, first_name = Choose::text, last_name = Choose::text, username = Choose::text, locale = Choose::text, primary_email_address_id = leaked_text::<EmailAddressId>, notify_primary_email_address_changed = Choose::flag, primary_phone_number_id = leaked_text::<PhoneNumberId>, primary_web3_wallet_id = Choose::text, profile_image_id = Choose::text, password = Choose::text, password_digest = Choose::text, password_hasher = Choose::text, skip_password_checks = Choose::flag, totp_secret = Choose::text, backup_codes = texts::<Sensitive>, sign_out_of_other_sessions = Choose::flag, delete_self_enabled = Choose::flag, create_organization_enabled = Choose::flag, create_organizations_limit = amount, legal_accepted_at = Choose::text, skip_legal_checks = Choose::flag, created_at = Choose::text, bypass_client_trust = Choose::flag }),
    case!("DeleteUser": DeleteUser(user_id)),
    case!("UpdateUserMetadata": UpdateUserMetadata(user_id) { public_metadata = leaked_metadata, private_metadata = leaked_metadata, unsafe_metadata = leaked_metadata }),
    case!("ReplaceUserMetadata": ReplaceUserMetadata(user_id) { public_metadata = leaked_metadata, private_metadata = leaked_metadata, unsafe_metadata = leaked_metadata }),
    case!("BanUser": BanUser(user_id)),
    case!("UnbanUser": UnbanUser(user_id)),
    case!("UsersBan": BanUsers(; user_ids)),
    case!("UsersUnban": UnbanUsers(; user_ids)),
    case!("LockUser": LockUser(user_id)),
    case!("UnlockUser": UnlockUser(user_id)),
    list_case!("UsersGetOrganizationMemberships": ListUserOrganizationMemberships(Choose::text) {  }),
    list_case!("GetUserList": ListUsers() { email_addresses = texts::<EmailAddress>, phone_numbers = texts::<Sensitive>, external_ids = texts::<String>, usernames = texts::<Sensitive>, web3_wallets = texts::<Sensitive>, user_ids = texts::<UserId>, organization_ids = texts::<OrganizationId>, query = Choose::text, email_address_query = Choose::text, phone_number_query = Choose::text, username_query = Choose::text, name_query = Choose::text, banned = Choose::flag, last_active_at_before = time, last_active_at_after = time, last_active_at_since = time, created_at_before = time, created_at_after = time, last_sign_in_at_before = time, last_sign_in_at_after = time, provider = Choose::text, provider_user_ids = texts::<Sensitive>, order_by = any_order(UserOrder::ALL), starting_after = Choose::text }),
    case!("GetUsersCount": CountUsers() { email_addresses = texts::<EmailAddress>, phone_numbers = texts::<Sensitive>, external_ids = texts::<String>, usernames = texts::<Sensitive>, web3_wallets = texts::<Sensitive>, user_ids = texts::<UserId>, organization_ids = texts::<OrganizationId>, query = Choose::text, email_address_query = Choose::text, phone_number_query = Choose::text, username_query = Choose::text, name_query = Choose::text, banned = Choose::flag, last_active_at_before = time, last_active_at_after = time, last_active_at_since = time, created_at_before = time, created_at_after = time, last_sign_in_at_before = time, last_sign_in_at_after = time, provider = Choose::text, provider_user_ids = texts::<Sensitive> }),
    list_case!("ListAllowlistIdentifiers": ListAllowlistIdentifiers() {}),
    list_case!("ListOrganizationRoles": ListOrganizationRoles() { query = Choose::text, order_by = any_order(OrganizationRoleOrder::ALL) }),
    list_case!("ListOrganizationPermissions": ListOrganizationPermissions() { query = Choose::text, order_by = any_order(OrganizationPermissionOrder::ALL) }),
];

fn texts<T: From<String>>(choose: &mut Choose) -> Vec<T> {
    choose.several(1..=3, |c| c.text().into())
}

fn user_ids(choose: &mut Choose) -> Vec<UserId> {
    choose.several(1..=50, |c| c.text().into())
}

fn leaked_text<T: From<String>>(choose: &mut Choose) -> &'static T {
    Box::leak(Box::new(choose.text().into()))
}

fn leaked_metadata(choose: &mut Choose) -> &'static Metadata {
    Box::leak(Box::new(choose.metadata()))
}

fn amount(choose: &mut Choose) -> u64 {
    u64::from(choose.number(0..=9))
}

fn positive(choose: &mut Choose) -> u64 {
    u64::from(choose.number(1..=9))
}

fn seconds_of_session(choose: &mut Choose) -> u64 {
    choose.one_of(&[30, 600, 315_360_000])
}

fn time(choose: &mut Choose) -> Timestamp {
    Timestamp::from_millis(i64::from(choose.number(0..=9)))
}

fn strategy(choose: &mut Choose) -> &'static str {
    choose.one_of(&["password", "otp", ""])
}

fn session_status(choose: &mut Choose) -> SessionStatus {
    let filters: Vec<_> = SessionStatus::KNOWN
        .iter()
        .filter(|status| **status != SessionStatus::Pending)
        .cloned()
        .collect();
    choose.one_of(&filters)
}

fn identification_statuses(choose: &mut Choose) -> Vec<String> {
    choose.several(1..=3, |c| c.one_of(&["verified", "reserved"]).to_owned())
}

fn enrollment_mode(choose: &mut Choose) -> EnrollmentMode {
    choose.one_of(EnrollmentMode::KNOWN)
}

fn enrollment_modes(choose: &mut Choose) -> Vec<EnrollmentMode> {
    choose.several(1..=3, enrollment_mode)
}

fn any_order<T: Clone>(all: &'static [T]) -> impl FnOnce(&mut Choose) -> T {
    |choose| choose.one_of(all)
}
