//! Exports of the accounts or members of a workspace, a directory or a community.

use super::super::corpus::{CASE, Case};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "Google Workspace",
        source: "Google Workspace Admin Help, \"Download a list of users\"",
        file: "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],\
               Org Unit Path [Required],New Primary Email [UPLOAD ONLY],Status [READ ONLY],Recovery Email\n\
               Ada,Lovelace,ada@example.com,****,/,,Active,\n\
               Bob,Babbage,bob@example.com,****,/,,Suspended,bob@home.test\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 1 person because the column \"Status [READ ONLY]\" is \"Suspended\": line 3.",
        ..CASE
    },
    Case {
        name: "Google Workspace, the columns on the screen",
        source: "Google Workspace Admin Help, \"Download a list of users\"",
        file: "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],\
               Last Sign In [READ ONLY],Email Usage [READ ONLY]\n\
               Ada,Lovelace,ada@example.com,Active,2026/01/01 10:00:00,1.2GB\n\
               Bob,Babbage,bob@example.com,Suspended,Never logged in,0.0GB\n",
        expected: Ok(&["ada@example.com"]),
        note: "These columns are ignored: \"First Name [Required]\", \"Last Name [Required]\", \"Last Sign In [READ ONLY]\"",
        ..CASE
    },
    Case {
        name: "Google Workspace, the suspended people only",
        source: "Google Workspace Admin Help, \"Download a list of users\"",
        file: "First Name [Required],Email Address [Required],Org Unit Path [Required],Status [READ ONLY]\n\
               Ada,ada@example.com,/,Active\nBob,bob@example.com,/,Suspended\n",
        filter: Some("Status=Suspended"),
        expected: Ok(&["bob@example.com"]),
        note: "--where leaves out 1 of 2 rows.",
        ..CASE
    },
    Case {
        name: "Google Workspace, with everyone suspended",
        source: "Google Workspace Admin Help, \"Download a list of users\"",
        file: "First Name [Required],Email Address [Required],Org Unit Path [Required],Status [READ ONLY]\n\
               Bob,bob@example.com,/,Suspended\n",
        expected: Err("To invite these people all the same, add --layout none."),
        ..CASE
    },
    Case {
        name: "a known layout, turned off",
        source: "Google Workspace Admin Help, \"Download a list of users\"",
        file: "First Name,Email Address,Org Unit Path,Status\nBob,bob@example.com,/,Suspended\n",
        layout: Some("none"),
        expected: Err("unknown columns: \"First Name\", \"Org Unit Path\", \"Status\"."),
        ..CASE
    },
    Case {
        name: "Microsoft Entra",
        source: "Microsoft Learn, \"Download a list of users in Azure portal\"",
        file: "version:v1.0\nuserPrincipalName,displayName,mail,accountEnabled\n\
               ada@tenant.test,Ada,ada@example.com,True\nbob@tenant.test,Bob,bob@example.com,False\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 1 person because the column \"accountEnabled\" is \"False\": line 4.",
        ..CASE
    },
    Case {
        name: "Microsoft Entra, with people without a mailbox and a guest",
        source: "Microsoft Learn, \"Download a list of users in Azure portal\"",
        file: "userPrincipalName,displayName,mail,accountEnabled\nada@tenant.test,Ada,ada@example.com,True\n\
               bob@example.com,Bob,,True\neve_example.org#EXT#@tenant.test,Eve,,True\n",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "The column with the email addresses is blank on line 3: the next one of the layout is used.",
        ..CASE
    },
    Case {
        name: "Microsoft Entra, the template of a bulk operation",
        source: "Microsoft Learn, \"Bulk create users in Microsoft Entra ID\"",
        file: "version:v1.0\nName [displayName] Required,User name [userPrincipalName] Required,\
               Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required\n\
               Ada,ada@example.com,x,No\nBob,bob@example.com,x,Yes\n",
        expected: Ok(&["ada@example.com"]),
        note: "The file is read as Microsoft Entra (--layout entra).",
        ..CASE
    },
    Case {
        name: "Microsoft Entra, without addresses",
        source: "Microsoft Learn, \"Download a list of users in Azure portal\"",
        file: "version:v1.0\nUser name [userPrincipalName] Required,Name [displayName] Required\nada@example.com,Ada\n",
        email_column: Some("User name [userPrincipalName] Required"),
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        ..CASE
    },
    Case {
        name: "Slack members",
        source: "importers of the members of Slack workspaces in public repositories",
        file: "username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname,expiration-timestamp\n\
               ada,ada@example.com,Member,1,1,0,U1,Ada,ada,\nbob,bob@example.com,Deactivated,0,0,0,U2,Bob,bob,\n",
        expected: Ok(&["ada@example.com"]),
        note: "The file is read as Slack members (--layout slack).",
        ..CASE
    },
    Case {
        name: "Auth0",
        source: "Auth0 Docs, \"Bulk User Exports\" and \"User Profile Structure\"",
        file: "user_id,email,email_verified,name,blocked\n\
               auth0|1,ada@example.com,true,Ada,\nauth0|2,bob@example.com,true,Bob,true\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout auth0",
        ..CASE
    },
    Case {
        name: "GitHub organization members",
        source: "GitHub Docs, \"Exporting member information for your organization\"",
        file: "login,name,tfa_enabled,is_public,role,saml_name_id\nada,Ada,true,false,Owner,ada@example.com\n",
        expected: Ok(&["ada@example.com"]),
        note: "The email addresses are in the column \"saml_name_id\".",
        ..CASE
    },
    Case {
        name: "GitHub organization members, without addresses",
        source: "GitHub Docs, \"Exporting member information for your organization\"",
        file: "login,name,tfa_enabled,is_public,role\nada,Ada,true,false,Owner\n",
        layout: Some("github"),
        expected: Err("GitHub organization members have their email addresses in a column \"email\" or"),
        ..CASE
    },
    Case {
        name: "Okta",
        source: "Okta Documentation, \"Import users from a CSV file\"",
        file: "Login,Email,First name,Status\nada@tenant.test,ada@example.com,Ada,ACTIVE\n\
               bob@tenant.test,bob@example.com,Bob,DEPROVISIONED\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout okta",
        ..CASE
    },
    Case {
        name: "Discourse",
        source: "Discourse source, app/jobs/regular/export_csv_file.rb",
        file: "id,name,username,email,active,suspended\n1,Ada,ada,ada@example.com,true,false\n\
               2,Bob,bob,bob@example.com,true,true\n3,Eve,eve,eve@example.com,false,false\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 1 person because the column \"suspended\" is \"true\": line 3.",
        ..CASE
    },
    Case {
        name: "JSON of Slack's API",
        source: "Slack API, \"users.list\"",
        file: "{\"ok\": true, \"members\": [\
               {\"id\": \"U1\", \"deleted\": false, \"is_bot\": false, \"profile\": {\"email\": \"ada@example.com\"}},\n\
               {\"id\": \"U2\", \"deleted\": true, \"is_bot\": false, \"profile\": {\"email\": \"bob@example.com\"}}]}",
        expected: Ok(&["ada@example.com"]),
        note: "--layout slack",
        ..CASE
    },
    Case {
        name: "NDJSON of Auth0",
        source: "Auth0 Docs, \"Bulk User Exports\" and \"User Profile Structure\"",
        file: "{\"user_id\":\"auth0|1\",\"email\":\"ada@example.com\",\"email_verified\":true}\n\
               {\"user_id\":\"auth0|2\",\"email\":\"bob@example.com\",\"email_verified\":true,\"blocked\":true}\n",
        expected: Ok(&["ada@example.com"]),
        note: "the column \"blocked\" is \"true\": line 2",
        ..CASE
    },
    Case {
        name: "Google Workspace, with two-step verification",
        source: "Google Workspace Admin Help, \"Download a list of users\"",
        file: "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],2sv Enrolled [READ ONLY]\nAda,L,ada@example.com,Active,True\nBob,B,bob@example.com,Suspended,False\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout google-workspace",
        ..CASE
    },
    Case {
        name: "Microsoft Entra, all columns of the download",
        source: "Microsoft Learn, \"Download a list of users in Azure portal\"",
        file: "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation\n\
               ada@tenant.test,Ada,L,ada@example.com,Ada,1,Member,,,true,DE\n\
               bob@tenant.test,Bob,B,bob@example.com,Bob,2,Member,,,false,DE\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 1 person because the column \"accountEnabled\" is \"false\": line 3.",
        ..CASE
    },
    Case {
        name: "Microsoft 365 users",
        source: "importers of the active users of Microsoft 365 in public repositories",
        file: "Display name,User principal name,Object Id,First name,When created,Soft deletion time stamp,Block credential,Licenses\n\
               Ada,ada@example.com,1,Ada,2025-01-01,,False,E3\n\
               Bob,bob@example.com,2,Bob,2025-01-01,,True,\n\
               Cleo,cleo@example.com,3,Cleo,2025-01-01,2026-01-01,False,\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout entra",
        ..CASE
    },
    Case {
        name: "Auth0, from the extension for exports",
        source: "Auth0, source of the extension \"User Import / Export\"",
        file: "Id\tGiven Name\tFamily Name\tNickname\tName\tEmail\tEmail Verified\tPicture\tConnection\tCreated At\tUpdated At\n\
               auth0|1\tAda\tL\tada\tAda L\tada@example.com\ttrue\t\tUsers\t2025-01-01\t2026-01-01\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout auth0",
        ..CASE
    },
    Case {
        name: "Okta password health report",
        source: "Okta Documentation, \"Okta Password Health report\"",
        file: "User,Login,Status,Activation date,Authentication Source,Last Login,Last Password Change\n\
               Ada,ada@example.com,Active,2025-01-01,Okta,2026-01-01,2025-01-01\n\
               Bob,bob@example.com,Deactivated,2025-01-01,Okta,,\n",
        expected: Ok(&["ada@example.com"]),
        note: "The email addresses are in the column \"Login\".",
        ..CASE
    },
    Case {
        name: "Okta, the template with all attributes",
        source: "Okta Documentation, \"Import users from a CSV file\"",
        file: "login,firstName,lastName,middleName,email,title,secondEmail,mobilePhone\n\
               ada@tenant.test,Ada,L,,ada@example.com,,ada@home.test,\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout okta",
        ..CASE
    },
    Case {
        name: "Discourse, all columns of the list of users",
        source: "Discourse source, app/jobs/regular/export_csv_file.rb",
        file: "id,name,username,email,title,created_at,last_seen_at,last_posted_at,last_emailed_at,trust_level,approved,suspended_at,suspended_till,silenced_till,active,admin,moderator,ip_address,staged\n\
               1,Ada,ada,ada@example.com,,2025-01-01,,,,1,,,,,true,false,false,,false\n\
               2,Bob,bob,bob@example.com,,2025-01-01,,,,1,,2026-01-01,2027-01-01,,true,false,false,,false\n",
        expected: Ok(&["ada@example.com"]),
        note: "the column \"suspended_at\" is \"2026-01-01\": line 3",
        ..CASE
    },
    Case {
        name: "Atlassian users",
        source: "Atlassian Support, \"Export users from a site\"",
        file: "User id,User name,email,User status,Added to org,Org role,Last seen in Jira - acme\n\
               1,Ada,ada@example.com,Active,10 Jan 2025,User,1 Nov 2026\n\
               2,Bob,bob@example.com,Suspended,10 Jan 2025,User,\n\
               3,Cleo,cleo@example.com,Deactivated,10 Jan 2025,User,\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 2 people because the column \"User status\" is \"Deactivated\", \"Suspended\": lines 3, 4.",
        ..CASE
    },
    Case {
        name: "Atlassian users, one row for each group",
        source: "Atlassian Documentation, \"Export users\"",
        file: "group_name,username,full_name,email,active,last_login,last_session,Jira Software\n\
               g1,ada,Ada,ada@example.com,Yes,,,Yes\n\
               g1,bob,Bob,bob@example.com,No,,,Yes\n\
               g2,ada,Ada,ada@example.com,Yes,,,Yes\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout atlassian",
        ..CASE
    },
    Case {
        name: "Zendesk team members",
        source: "Zendesk help, \"Exporting team members to a CSV file\"",
        file: "ID,Name,Email,Suspended,Date created,Last updated,Last sign-in,Time zone,Language,Primary Group\n\
               1,Ada,ada@example.com,FALSE,2025-01-01,,,,en,Support\n\
               2,Bob,bob@example.com,TRUE,2025-01-01,,,,en,Support\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout zendesk",
        ..CASE
    },
    Case {
        name: "Dropbox team members",
        source: "Dropbox Help, \"How to create a member data report\"",
        file: "First name,Last name,Email address,Role,Status,Usage (in MB),Space limit,Join date,Invite date\n\
               Ada,L,ada@example.com,Member,active,12,,2025-01-01,\n\
               Bob,B,bob@example.com,Member,deleted,0,,2025-01-01,\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout dropbox",
        ..CASE
    },
    Case {
        name: "Webex users",
        source: "Webex Help, \"Control Hub user management CSV file reference\"",
        file: "First Name,Last Name,Display Name,User ID/Email (Required),User Status,Days since Last Service Accessed\n\
               Ada,L,Ada L,ada@example.com,Active,2\n\
               Bob,B,Bob B,bob@example.com,Inactive,\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout webex",
        ..CASE
    },
    Case {
        name: "GitLab members",
        source: "GitLab, merge request \"Add group/project name to members export CSV\"",
        file: "Name,Username,Email,Path,Group or project name,Type,Role,Role type,Membership type,Membership status,Access granted,Access expiration\n\
               Ada,ada,ada@example.com,acme,Acme,Group,Owner,default,direct,approved,2024-12-05T03:32:11Z,\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout gitlab",
        ..CASE
    },
    Case {
        name: "Microsoft Teams attendance",
        source: "importers of attendance reports of Teams in public repositories",
        file: "1. Summary\n\
               Meeting title\tTraining\n\
               Attended participants\t1\n\
               \n\
               2. Participants\n\
               Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole\n\
               Ada\t4:16 PM\t4:18 PM\t2m 30s\tada@example.com\tada@tenant.test\tOrganizer\n\
               \n\
               3. In-Meeting Activities\n\
               Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n\
               Ada\t4:16 PM\t4:18 PM\t2m 30s\tada@example.com\tOrganizer\n",
        ignores: true,
        expected: Ok(&["ada@example.com"]),
        note: "Skipped lines 1, 2, 3, 5 before the header.",
        ..CASE
    },
];
