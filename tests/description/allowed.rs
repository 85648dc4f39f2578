//! The intended differences between the SDK and Clerk's description, each with its reason.

use crate::differences::{Allowed, Problem};

pub(crate) const ALLOWED: &[Allowed] = &[
    Allowed {
        operation: "DeleteInvitation",
        places: &[""],
        problem: Problem::NotDescribed,
        reason: "Clerk's other SDKs have it; the documentation of `DeleteInvitation` says that the description lacks it",
    },
    Allowed {
        operation: "*",
        places: &["*.object"],
        problem: Problem::NotInSdk,
        reason: "the Rust type already says which object it is",
    },
    Allowed {
        operation: "*",
        places: &["response.total_count"],
        problem: Problem::OptionalInSdk,
        reason: "`Page` also decodes bare arrays, which have no total",
    },
    Allowed {
        operation: "ListInvitations",
        places: &["query.paginated"],
        problem: Problem::AlwaysSent,
        reason: "it makes Clerk return the total as well; `Page` decodes both forms",
    },
    Allowed {
        operation: "ListOrganizationInvitations",
        places: &["query.status"],
        problem: Problem::Repeated,
        reason: "the text of the description says that several statuses are accepted",
    },
    Allowed {
        operation: "ListInstanceOrganizationInvitations",
        places: &["query.status"],
        problem: Problem::Repeated,
        reason: "the text of the description says that several statuses are accepted",
    },
    Allowed {
        operation: "*",
        places: &[
            "*.passkeys",
            "*.external_accounts",
            "*.saml_accounts",
            "*.enterprise_accounts",
            "*.web3_wallets",
            "*.scim",
            "*.organization_memberships",
            "*.primary_web3_wallet_id",
        ],
        problem: Problem::NotInSdk,
        reason: "the response's body has what is not needed before and after an invitation",
    },
    Allowed {
        operation: "*",
        places: &["*.profile_image_url"],
        problem: Problem::NotInSdk,
        reason: "Clerk has replaced it with `image_url`",
    },
    Allowed {
        operation: "*",
        places: &[
            "*.bypass_client_trust",
            "*.deprovisioned",
            "*.mfa_disabled_at",
            "*.mfa_enabled_at",
            "*.password_last_updated_at",
        ],
        problem: Problem::NotInSdk,
        reason: "the response's body has these details of signing in",
    },
    Allowed {
        operation: "*",
        places: &["*.linked_to", "*.matches_sso_connection", "*.backup_codes"],
        problem: Problem::NotInSdk,
        reason: "the response's body has these details of contacts",
    },
    Allowed {
        operation: "*",
        places: &[
            "*.verification.attempts",
            "*.verification.channel",
            "*.verification.error",
            "*.verification.expire_at",
            "*.verification.external_verification_redirect_url",
            "*.verification.verified_at_client",
        ],
        problem: Problem::NotInSdk,
        reason: "the response's body has these details of verifications",
    },
    Allowed {
        operation: "*",
        places: &["*.missing_member_with_elevated_permissions", "*.last_active_at"],
        problem: Problem::NotInSdk,
        reason: "the response's body has these details of organizations",
    },
    Allowed {
        operation: "*",
        places: &["*.actor", "*.latest_activity", "*.tasks"],
        problem: Problem::NotInSdk,
        reason: "the response's body has these details of sessions",
    },
    Allowed {
        operation: "*",
        places: &["*.slug"],
        problem: Problem::OptionalInSdk,
        reason: "organizations of an instance without slugs have none",
    },
    Allowed {
        operation: "*",
        places: &["*.public_user_data.image_url"],
        problem: Problem::OptionalInSdk,
        reason: "webhooks may lack it",
    },
    Allowed {
        operation: "GetOrganization",
        places: &[
            "query.include_members_count",
            "query.include_missing_member_with_elevated_permissions",
        ],
        problem: Problem::NotInSdk,
        reason: "`ListOrganizations` has both",
    },
    Allowed {
        operation: "GetSessionList",
        places: &["query.paginated"],
        problem: Problem::AlwaysSent,
        reason: "it makes Clerk return the total as well; `Page` decodes both forms",
    },
    Allowed {
        operation: "ListRedirectURLs",
        places: &["query.paginated"],
        problem: Problem::AlwaysSent,
        reason: "it makes Clerk return the total as well; `Page` decodes both forms",
    },
    Allowed {
        operation: "ListAllowlistIdentifiers",
        places: &["query.paginated"],
        problem: Problem::AlwaysSent,
        reason: "it makes Clerk return the total as well; `Page` decodes both forms",
    },
    Allowed {
        operation: "UpdateInstance",
        places: &["response"],
        problem: Problem::NotDescribed,
        reason: "Clerk responds with 204 and no body",
    },
    Allowed {
        operation: "GetJWKS",
        places: &["response"],
        problem: Problem::NotGenerated(String::new()),
        reason: "some keys match two of the alternatives; the SDK keeps keys as JSON",
    },
    Allowed {
        operation: "*",
        places: &[
            "*.email_addresses[].created_at",
            "*.email_addresses[].updated_at",
            "*.phone_numbers[].created_at",
            "*.phone_numbers[].updated_at",
        ],
        problem: Problem::OptionalInSdk,
        reason: CONTACT_TIMES,
    },
    contact_times("CreateEmailAddress"),
    contact_times("GetEmailAddress"),
    contact_times("UpdateEmailAddress"),
    contact_times("CreatePhoneNumber"),
    contact_times("GetPhoneNumber"),
    contact_times("UpdatePhoneNumber"),
    no_body("CreateUser"),
    no_body("UpdateUser"),
    no_body("CreateOrganizationDomain"),
    no_body("UpdateOrganization"),
    no_body("MergeOrganizationMetadata"),
    no_body("ReplaceOrganizationMetadata"),
    no_body("UpdateOrganizationDomain"),
    no_body("UpdateOrganizationPermission"),
    no_body("UpdateOrganizationRole"),
];

const fn no_body(operation: &'static str) -> Allowed {
    Allowed {
        operation,
        places: &["body"],
        problem: Problem::BodyMissing,
        reason: "a request in which nothing is set has no body, and Clerk refuses it",
    }
}

const CONTACT_TIMES: &str = "webhooks may lack the times of contacts";

const fn contact_times(operation: &'static str) -> Allowed {
    Allowed {
        operation,
        places: &["response.created_at", "response.updated_at"],
        problem: Problem::OptionalInSdk,
        reason: CONTACT_TIMES,
    }
}
