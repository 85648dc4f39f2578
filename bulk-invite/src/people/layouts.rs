//! The known layouts: a table of data. A new layout is a new entry here, and a row in the tests (`tests/exports.rs`) that says where
//! its header is documented.

use super::layout::{Inactive, Layout};

/// The known layouts. If a header matches several, the one with the longest signature applies, and the first of equals.
pub(super) const LAYOUTS: &[Layout] = &[
    Layout {
        name: "google-workspace",
        title: "Google Workspace users",
        signatures: &[
            &["First Name", "Email Address", "Org Unit Path"],
            // The download of the columns that the list of users shows.
            &["First Name", "Email Address", "Status", "Last Sign In"],
            &["First Name", "Email Address", "Status", "2sv Enrolled"],
        ],
        email_columns: &["Email Address"],
        address_separator: None,
        inactive: &[Inactive::new("Status", &["suspended", "archived", "deleted"])],
    },
    Layout {
        name: "entra",
        title: "Microsoft Entra",
        signatures: &[
            &["userPrincipalName", "displayName"],
            // The admin center of Microsoft 365.
            &["User principal name", "Display name", "Block credential"],
            // The template of a bulk operation.
            &["User name Required", "Name Required"],
        ],
        email_columns: &["mail", "userPrincipalName", "User name Required"],
        address_separator: None,
        inactive: &[
            Inactive::new("accountEnabled", &["false", "no"]),
            Inactive::new("Block credential", &["true", "yes"]),
            Inactive::new("Block sign in Required", &["true", "yes"]),
            Inactive::new("Soft deletion time stamp", &[]),
        ],
    },
    Layout {
        name: "slack",
        title: "Slack members",
        signatures: &[
            &["username", "email", "status", "userid"],
            &["username", "email", "status", "billing-active"],
            &["profile.email", "deleted", "is_bot"],
        ],
        email_columns: &["email", "profile.email"],
        address_separator: None,
        inactive: &[
            Inactive::new("status", &["deactivated", "bot"]),
            Inactive::new("deleted", &["true"]),
            Inactive::new("is_bot", &["true"]),
        ],
    },
    Layout {
        name: "mailchimp",
        title: "Mailchimp audience",
        signatures: &[
            &["Email Address", "MEMBER_RATING"],
            &["Email Address", "LEID", "EUID"],
            // Audiences can rename the field.
            &["Email", "MEMBER_RATING"],
            &["Email", "LEID", "EUID"],
        ],
        email_columns: &["Email Address", "Email"],
        address_separator: None,
        inactive: &[
            Inactive::new("UNSUB_TIME", &[]),
            Inactive::new("CLEAN_TIME", &[]),
            Inactive::new("Status", &["unsubscribed", "cleaned", "archived"]),
        ],
    },
    Layout {
        name: "hubspot",
        title: "HubSpot contacts",
        signatures: &[
            &["Record ID", "Email", "Lead Status"],
            &["Record ID", "Email", "Contact owner"],
            &["Record ID", "Email", "Marketing contact status"],
            &["Record ID", "Email", "Lifecycle Stage"],
            &["Record ID", "Email", "Create Date"],
            // With columns of other objects beside those of the contact.
            &["Record ID - Contact", "Email"],
        ],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[Inactive::new("Unsubscribed from all email", &["true", "yes"])],
    },
    Layout {
        name: "zoho-crm",
        title: "Zoho CRM leads or contacts",
        signatures: &[
            // HubSpot has the columns of a record and its owner too, so these are longer.
            &["Record Id", "Email", "Lead Owner", "Lead Status"],
            &["Record Id", "Email", "Lead Owner", "Email Opt Out"],
            &["Record Id", "Email", "Contact Owner", "Account Name"],
            &["Record Id", "Email", "Contact Owner", "Email Opt Out"],
        ],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[Inactive::new("Email Opt Out", &["true", "yes"])],
    },
    Layout {
        name: "salesforce",
        title: "Salesforce leads or contacts",
        signatures: &[
            &["Account Name", "Email", "Email Opt Out"],
            &["FIRSTNAME", "LASTNAME", "EMAIL", "HASOPTEDOUTOFEMAIL"],
        ],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[
            Inactive::new("Email Opt Out", &["true", "1"]),
            Inactive::new("HASOPTEDOUTOFEMAIL", &["true"]),
            Inactive::new("ISDELETED", &["true"]),
        ],
    },
    Layout {
        name: "google-contacts",
        title: "Google Contacts",
        signatures: &[
            &["E-mail 1 - Value", "E-mail 1 - Label"],
            &["E-mail 1 - Value", "E-mail 1 - Type"],
        ],
        email_columns: &["E-mail 1 - Value"],
        address_separator: Some(":::"),
        inactive: &[],
    },
    Layout {
        name: "outlook",
        title: "Outlook contacts",
        signatures: &[
            &["E-mail Address", "E-mail 2 Address"],
            &["E-mail Address", "E-mail Type"],
            &["E-Mail-Adresse", "E-Mail 2: Adresse"],
            &["E-Mail-Adresse", "E-Mail-Typ"],
            &["Adresse de messagerie", "Adresse de messagerie 2"],
        ],
        email_columns: &["E-mail Address", "E-Mail-Adresse", "Adresse de messagerie"],
        address_separator: None,
        inactive: &[],
    },
    Layout {
        name: "thunderbird",
        title: "Thunderbird address book",
        signatures: &[
            &["Display Name", "Primary Email", "Secondary Email"],
            &["Anzeigename", "Primäre E-Mail-Adresse"],
        ],
        email_columns: &["Primary Email", "Primäre E-Mail-Adresse"],
        address_separator: None,
        inactive: &[],
    },
    Layout {
        name: "auth0",
        title: "Auth0 users",
        signatures: &[
            &["user_id", "email", "email_verified"],
            &["user_id", "email", "logins_count"],
            // The names that the extension for exports gives to the fields.
            &["Id", "Email", "Email Verified"],
            &["Id", "Email", "Connection", "Nickname"],
        ],
        email_columns: &["email"],
        address_separator: None,
        inactive: &[Inactive::new("blocked", &["true"])],
    },
    Layout {
        name: "github",
        title: "GitHub organization members",
        signatures: &[
            &["login", "tfa_enabled"],
            &["login", "saml_name_id"],
            &["GitHub com login", "GitHub com verified domain emails"],
        ],
        email_columns: &[
            "email",
            "verified_domain_emails",
            "GitHub com verified domain emails",
            "saml_name_id",
        ],
        address_separator: Some(","),
        inactive: &[],
    },
    Layout {
        name: "okta",
        title: "Okta people",
        signatures: &[
            &["login", "email", "first name"],
            &["login", "primary email", "first name"],
            &["user.login", "user.email"],
            &["profile.login", "profile.email"],
            // The reports on accounts and on passwords.
            &["Okta username", "Primary email"],
            &["User", "Login", "Status", "Last Password Change"],
        ],
        email_columns: &["email", "primary email", "user.email", "profile.email", "login"],
        address_separator: None,
        inactive: &[
            Inactive::new("status", OKTA_INACTIVE),
            Inactive::new("user status", OKTA_INACTIVE),
            Inactive::new("Okta user status", OKTA_INACTIVE),
        ],
    },
    Layout {
        name: "discourse",
        title: "Discourse users",
        signatures: &[
            &["username", "email", "trust_level"],
            &["username", "email", "active", "suspended"],
            &["username", "email", "suspended_at"],
        ],
        email_columns: &["email"],
        address_separator: None,
        inactive: &[
            Inactive::new("active", &["false"]),
            Inactive::new("suspended", &["true"]),
            Inactive::new("suspended_at", &[]),
        ],
    },
    Layout {
        name: "atlassian",
        title: "Atlassian users",
        signatures: &[
            &["User id", "User name", "email", "User status"],
            &["username", "full_name", "email", "active", "last_session"],
        ],
        email_columns: &["email"],
        address_separator: None,
        inactive: &[
            Inactive::new("User status", &["suspended", "deactivated"]),
            Inactive::new("active", &["no"]),
        ],
    },
    Layout {
        name: "zendesk",
        title: "Zendesk team members",
        signatures: &[&["ID", "Name", "Email", "Suspended", "Last sign-in"]],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[Inactive::new("Suspended", &["true"])],
    },
    Layout {
        name: "dropbox",
        title: "Dropbox team members",
        signatures: &[&["Email address", "Space limit", "Join date"]],
        email_columns: &["Email address"],
        address_separator: None,
        inactive: &[Inactive::new("Status", &["deleted", "suspended"])],
    },
    Layout {
        name: "webex",
        title: "Webex users",
        signatures: &[&["Display Name", "User ID/Email", "User Status"]],
        email_columns: &["User ID/Email"],
        address_separator: None,
        inactive: &[Inactive::new("User Status", &["inactive"])],
    },
    Layout {
        name: "gitlab",
        title: "GitLab members",
        signatures: &[&["Username", "Email", "Membership type", "Access granted"]],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[],
    },
    Layout {
        name: "stripe",
        title: "Stripe customers",
        signatures: &[&["id", "Email", "Created (UTC)", "Delinquent"]],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[],
    },
    Layout {
        name: "shopify",
        title: "Shopify customers",
        signatures: &[&["Customer ID", "Email", "Accepts Email Marketing"]],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[],
    },
    Layout {
        name: "substack",
        title: "Substack subscribers",
        signatures: &[&["email", "active_subscription", "expiry"]],
        email_columns: &["email"],
        address_separator: None,
        inactive: &[Inactive::new("email_disabled", &["true"])],
    },
    Layout {
        name: "luma",
        title: "Luma guests",
        signatures: &[&["api_id", "email", "approval_status"]],
        email_columns: &["email"],
        address_separator: None,
        inactive: &[Inactive::new("approval_status", &["declined"])],
    },
    Layout {
        name: "eventbrite",
        title: "Eventbrite attendees",
        signatures: &[&["Order #", "Email", "Attendee Status"]],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[Inactive::new("Attendee Status", &["not attending", "deleted"])],
    },
    Layout {
        name: "calendly",
        title: "Calendly invitees",
        signatures: &[&["Invitee Email", "Event Type Name", "Canceled"]],
        email_columns: &["Invitee Email"],
        address_separator: None,
        inactive: &[Inactive::new("Canceled", &["true"])],
    },
];

const OKTA_INACTIVE: &[&str] = &["deprovisioned", "suspended", "deactivated"];
