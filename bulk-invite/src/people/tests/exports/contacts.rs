//! Exports of contacts, customers, subscribers and guests.

use super::super::corpus::{CASE, Case};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "Mailchimp audience",
        source: "importers of Mailchimp audiences in public repositories",
        file: "\"Email Address\",\"First Name\",MEMBER_RATING,OPTIN_TIME,LEID,EUID,NOTES\n\
               ada@example.com,Ada,2,2026-01-01,1,x,\n",
        expected: Ok(&["ada@example.com"]),
        note: "These columns are ignored: \"First Name\", \"MEMBER_RATING\"",
        ..CASE
    },
    Case {
        name: "Mailchimp audience, unsubscribed",
        source: "importers of Mailchimp audiences in public repositories",
        file: "Email Address,MEMBER_RATING,UNSUB_TIME\nada@example.com,2,\nbob@example.com,2,2026-01-01 10:00:00\n",
        expected: Ok(&["ada@example.com"]),
        note: "the column \"UNSUB_TIME\" is \"2026-01-01 10:00:00\": line 3",
        ..CASE
    },
    Case {
        name: "Mailchimp audience, with another name for the address and with states",
        source: "importers of Mailchimp audiences in public repositories",
        file: "Email,\"First Name\",Status,MEMBER_RATING,OPTIN_TIME,LAST_CHANGED,TAGS\n\
               ada@example.com,Ada,subscribed,4,2026-01-01,2026-01-01,\"\"\"VIP\"\",\"\"Blog\"\"\"\n\
               bob@example.com,Bob,unsubscribed,2,,,\ncleo@example.com,Cleo,cleaned,2,,,\n",
        expected: Ok(&["ada@example.com"]),
        note: "Left out 2 people because the column \"Status\" is \"cleaned\", \"unsubscribed\": lines 3, 4.",
        ..CASE
    },
    Case {
        name: "HubSpot contacts",
        source: "importers of HubSpot contacts in public repositories",
        file: "\"Record ID\",\"First Name\",\"Email\",\"Lead Status\",\"Unsubscribed from all email\"\n\
               \"1\",\"Ada\",\"ada@example.com\",\"\",\"\"\n\"2\",\"Bob\",\"bob@example.com\",\"\",\"true\"\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout hubspot",
        ..CASE
    },
    Case {
        name: "Google Contacts",
        source: "importers of Google Contacts in public repositories",
        file: "First Name,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value\n\
               Ada,* myContacts,* Work,ada@example.com,\nBob,,,bob@example.com ::: bob@home.test,\n",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "Removed further addresses around the address on line 3.",
        ..CASE
    },
    Case {
        name: "Outlook",
        source: "importers of Outlook contacts in public repositories",
        file: "\"First Name\",\"E-mail Address\",\"E-mail Type\",\"E-mail 2 Address\",\"Notes\"\r\n\
               \"Ada\",\"ada@example.com\",\"SMTP\",\"\",\"two\r\nlines\"\r\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout outlook",
        ..CASE
    },
    Case {
        name: "Outlook, in German",
        source: "importers of Outlook contacts in public repositories",
        file: "Vorname;E-Mail-Adresse;E-Mail-Typ;E-Mail 2: Adresse\r\nAda;ada@example.com;SMTP;\r\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout outlook",
        ..CASE
    },
    Case {
        name: "Thunderbird",
        source: "importers of Thunderbird address books in public repositories",
        file: "First Name\tDisplay Name\tPrimary Email\tSecondary Email\nAda\tAda L\tada@example.com\tada@home.test\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout thunderbird",
        ..CASE
    },
    Case {
        name: "HubSpot contacts with the columns of companies",
        source: "importers of HubSpot contacts in public repositories",
        file: "Record ID - Contact,First Name,Last Name,Email,Phone Number,Contact owner,Company name\n\
               1,Ada,L,ada@example.com,,Eve,Acme\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout hubspot",
        ..CASE
    },
    Case {
        name: "Zoho CRM leads",
        source: "Zoho CRM Help, \"Standard fields in Leads\"",
        file: "\"Record Id\",\"Lead Owner.id\",\"Lead Owner\",\"Company\",\"First Name\",\"Last Name\",\"Email\",\"Lead Source\",\"Lead Status\",\"Email Opt Out\",\"Secondary Email\"\n\
               \"z1\",\"z9\",\"Eve\",\"Acme\",\"Ada\",\"L\",\"ada@example.com\",\"Web\",\"New\",\"false\",\"ada@home.test\"\n\
               \"z2\",\"z9\",\"Eve\",\"Acme\",\"Bob\",\"B\",\"bob@example.com\",\"Web\",\"New\",\"true\",\"\"\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout zoho-crm",
        ..CASE
    },
    Case {
        name: "a report of Salesforce",
        source: "Salesforce Help, \"Export a Report\"",
        file: "\"First Name\",\"Last Name\",\"Account Name\",\"Email\",\"Email Opt Out\"\n\
               \"Ada\",\"L\",\"Acme\",\"ada@example.com\",\"0\"\n\
               \"Bob\",\"B\",\"Acme\",\"bob@example.com\",\"1\"\n\
               \n\
               \n\
               \"Contacts & Accounts\"\n\
               \n\
               \"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\"\n\
               \"Confidential Information - Do Not Distribute\"\n\
               \"Generated By:  Eve  1/1/2026 10:00 AM\"\n\
               \"Acme\"\n",
        expected: Ok(&["ada@example.com"]),
        note: "Skipped lines 6, 8, 9, 10, 11 at the end, below the rows.",
        ..CASE
    },
    Case {
        name: "Stripe customers",
        source: "importers of Stripe customers in public repositories",
        file: "id,Description,Email,Name,Created (UTC),Delinquent,Plan,Status,Total Spend,Payment Count\n\
               cus_1,,ada@example.com,Ada,2025-01-01 10:00,false,pro,active,10.00,1\n\
               cus_2,,bob@example.com,Bob,2025-01-01 10:00,true,,canceled,0.00,0\n",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "Warning: the column \"Status\" is \"canceled\" for 1 person.",
        ..CASE
    },
    Case {
        name: "Shopify customers",
        source: "importers of Shopify customers in public repositories",
        file: "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Phone,Total Spent,Note,Tags\n\
               '1,Ada,L,ada@example.com,yes,,10.00,,vip\n\
               '2,Bob,B,bob@example.com,no,,0.00,call back,\n",
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "Warning: the column \"Accepts Email Marketing\" is \"no\" for 1 person.",
        ..CASE
    },
    Case {
        name: "Substack subscribers",
        source: "importers of Substack subscribers in public repositories, among them one of Ghost",
        file: "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n\
               ada@example.com,false,,other,false,2025-01-01,\n\
               bob@example.com,false,,other,true,2025-01-01,\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout substack",
        ..CASE
    },
    Case {
        name: "Luma guests",
        source: "importers of Luma guests in public repositories",
        file: "api_id,name,first_name,last_name,email,phone_number,created_at,approval_status,checked_in_at,custom_source,ticket_name\n\
               g1,Ada,Ada,L,ada@example.com,,2026-01-01,approved,,,Standard\n\
               g2,Bob,Bob,B,bob@example.com,,2026-01-01,declined,,,Standard\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout luma",
        ..CASE
    },
    Case {
        name: "Eventbrite attendees",
        source: "importers of Eventbrite attendees in public repositories",
        file: "Order #,Order Date,First Name,Last Name,Email,Quantity,Ticket Type,Attendee #,Attendee Status\n\
               1,2026-01-01,Ada,L,ada@example.com,1,General,1,Attending\n\
               2,2026-01-01,Bob,B,bob@example.com,1,General,2,Not Attending\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout eventbrite",
        ..CASE
    },
    Case {
        name: "Calendly invitees",
        source: "importers of Calendly events in public repositories",
        file: "User Name,Team,Invitee Name,Invitee First Name,Invitee Last Name,Invitee Email,Event Type Name,Canceled,Canceled By\n\
               Eve,,Ada,Ada,L,ada@example.com,Intro,false,\n\
               Eve,,Bob,Bob,B,bob@example.com,Intro,true,Bob\n",
        expected: Ok(&["ada@example.com"]),
        note: "--layout calendly",
        ..CASE
    },
    Case {
        name: "Google Forms, with a question for the address",
        source: "Google Docs Editors Help, \"View & manage form responses\"",
        file: "\"Timestamp\",\"Username\",\"What is your email address?\"\n\
               \"2026/01/01 10:00:00 AM GMT+1\",\"ada\",\"ada@example.com\"\n",
        expected: Err(
            "add --email-column \"What is your email address?\", and ignore the others with --ignore-other-columns",
        ),
        note: "",
        ..CASE
    },
    Case {
        name: "a newsletter, with people who unsubscribed",
        source: "Brevo Help, Kit Help and beehiiv Help, exports of contacts and subscribers",
        file: "EMAIL;FIRSTNAME;EMAIL_BLACKLISTED;unsubscribed_at\n\
               ada@example.com;Ada;No;\n\
               bob@example.com;Bob;Yes;2026-01-01\n",
        ignores: true,
        expected: Ok(&["ada@example.com", "bob@example.com"]),
        note: "for 1 person. To leave them out, add --where 'unsubscribed_at='.",
        ..CASE
    },
];
