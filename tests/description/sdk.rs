//! Calls of every operation of the SDK, with all optional parameters.

mod declared;

use clerk_core::api::instance::{GetInstance, ListInstanceOrganizationInvitations};
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::{
    CreateInvitationBulk, DeleteInvitation, InvitationOrder, ListInvitations, RevokeInvitation,
};
use clerk_core::api::organization_invitations::{
    CreateOrganizationInvitation, CreateOrganizationInvitationBulk, CreateOrganizationInvitationSingle,
    GetOrganizationInvitation, ListOrganizationInvitations, ListPendingOrganizationInvitations,
    OrganizationInvitationOrder, RevokeOrganizationInvitation,
};
use clerk_core::api::users::ListUserOrganizationInvitations;
use clerk_core::api::waitlist_entries::{
    CreateWaitlistEntry, CreateWaitlistEntryBulk, DeleteWaitlistEntry, InviteWaitlistEntry, ListWaitlistEntries,
    RejectWaitlistEntry, WaitlistEntryOrder,
};
use clerk_core::model::{InvitationStatus, InvitationTemplate, UserId, WaitlistEntryStatus};

use crate::choose::Choose;
use crate::exchange::Case;

/// Chooses the parameters that all lists have.
macro_rules! window {
    ($choose:expr, $list:expr, $type:ident) => {{
        let list = $choose.maybe($list, $type::limit, |c| c.number(1..=$type::MAX_LIMIT));
        $choose.maybe(list, $type::offset, |c| u64::from(c.number(0..=1000)))
    }};
}

/// Returns a call of every operation.
pub(crate) fn cases() -> Vec<Case> {
    [CASES, declared::CASES].concat()
}

const CASES: &[Case] = &[
    Case {
        operation: "CreateInvitation",
        call: |choose, wire| wire.send(&invitation(choose)),
    },
    Case {
        operation: "CreateBulkInvitations",
        call: |choose, wire| wire.send(&CreateInvitationBulk::new(&choose.several(1..=10, invitation))),
    },
    Case {
        operation: "ListInvitations",
        call: |choose, wire| wire.send(&list_invitations(choose)),
    },
    Case {
        operation: "RevokeInvitation",
        call: |choose, wire| wire.send(&RevokeInvitation::new(&choose.text().into())),
    },
    Case {
        operation: "DeleteInvitation",
        call: |choose, wire| wire.send(&DeleteInvitation::new(&choose.text().into())),
    },
    Case {
        operation: "CreateOrganizationInvitation",
        call: |choose, wire| {
            let organization = choose.text().into();
            wire.send(&CreateOrganizationInvitationSingle::new(
                &organization,
                &organization_invitation(choose),
            ))
        },
    },
    Case {
        operation: "CreateOrganizationInvitationBulk",
        call: |choose, wire| {
            let organization = choose.text().into();
            let people = choose.several(1..=10, organization_invitation);
            wire.send(&CreateOrganizationInvitationBulk::new(&organization, &people))
        },
    },
    Case {
        operation: "ListOrganizationInvitations",
        call: |choose, wire| wire.send(&list_organization_invitations(choose)),
    },
    Case {
        operation: "ListPendingOrganizationInvitations",
        call: |choose, wire| {
            let list = ListPendingOrganizationInvitations::new(choose.text());
            wire.send(&window!(choose, list, ListPendingOrganizationInvitations))
        },
    },
    Case {
        operation: "GetOrganizationInvitation",
        call: |choose, wire| {
            wire.send(&GetOrganizationInvitation::new(
                &choose.text().into(),
                &choose.text().into(),
            ))
        },
    },
    Case {
        operation: "RevokeOrganizationInvitation",
        call: |choose, wire| {
            let (organization, id) = (choose.text().into(), choose.text().into());
            let administrator = UserId::from(choose.text());
            let revoke = RevokeOrganizationInvitation::new(&organization, &id);
            wire.send(
                &choose.maybe(revoke, RevokeOrganizationInvitation::requesting_user_id, |_| {
                    &administrator
                }),
            )
        },
    },
    Case {
        operation: "CreateWaitlistEntry",
        call: |choose, wire| wire.send(&waitlist_entry(choose)),
    },
    Case {
        operation: "CreateBulkWaitlistEntries",
        call: |choose, wire| wire.send(&CreateWaitlistEntryBulk::new(&choose.several(1..=50, waitlist_entry))),
    },
    Case {
        operation: "ListWaitlistEntries",
        call: |choose, wire| wire.send(&list_waitlist_entries(choose)),
    },
    Case {
        operation: "InviteWaitlistEntry",
        call: |choose, wire| {
            let id = choose.text().into();
            let invite = InviteWaitlistEntry::new(&id);
            wire.send(&choose.maybe(invite, InviteWaitlistEntry::ignore_existing, Choose::flag))
        },
    },
    Case {
        operation: "RejectWaitlistEntry",
        call: |choose, wire| wire.send(&RejectWaitlistEntry::new(&choose.text().into())),
    },
    Case {
        operation: "DeleteWaitlistEntry",
        call: |choose, wire| wire.send(&DeleteWaitlistEntry::new(&choose.text().into())),
    },
    Case {
        operation: "UsersGetOrganizationInvitations",
        call: |choose, wire| {
            let list = ListUserOrganizationInvitations::new(choose.text());
            let list = choose.maybe(list, ListUserOrganizationInvitations::status, |c| {
                c.one_of(InvitationStatus::KNOWN)
            });
            wire.send(&window!(choose, list, ListUserOrganizationInvitations))
        },
    },
    Case {
        operation: "GetInstance",
        call: |_, wire| wire.send(&GetInstance::new()),
    },
    Case {
        operation: "ListInstanceOrganizationInvitations",
        call: |choose, wire| wire.send(&list_instance_organization_invitations(choose)),
    },
];

fn invitation(choose: &mut Choose) -> CreateInvitation {
    let invitation = CreateInvitation::new(choose.address());
    let invitation = choose.maybe(invitation, CreateInvitation::public_metadata, Choose::metadata);
    let invitation = choose.maybe(invitation, CreateInvitation::redirect_url, Choose::text);
    let invitation = choose.maybe(invitation, CreateInvitation::notify, Choose::flag);
    let invitation = choose.maybe(invitation, CreateInvitation::ignore_existing, Choose::flag);
    let invitation = choose.maybe(invitation, CreateInvitation::expires_in_days, |c| {
        c.number(1..=CreateInvitation::MAX_EXPIRES_IN_DAYS)
    });
    choose.maybe(invitation, CreateInvitation::template, |c| {
        c.one_of(InvitationTemplate::KNOWN)
    })
}

fn list_invitations(choose: &mut Choose) -> ListInvitations {
    let list = choose.maybe(ListInvitations::new(), ListInvitations::status, |c| {
        c.one_of(InvitationStatus::KNOWN)
    });
    let list = choose.maybe(list, ListInvitations::query, Choose::text);
    let list = choose.maybe(list, ListInvitations::order_by, |c| {
        c.one_of(&[
            InvitationOrder::CreatedAt,
            InvitationOrder::EmailAddressDescending,
            InvitationOrder::ExpiresAt,
        ])
    });
    window!(choose, list, ListInvitations)
}

fn organization_invitation(choose: &mut Choose) -> CreateOrganizationInvitation {
    type New = CreateOrganizationInvitation;
    let invitation = New::new(choose.address(), choose.text());
    let invitation = choose.maybe(invitation, New::inviter, |c| UserId::from(c.text()));
    let invitation = choose.maybe(invitation, New::public_metadata, Choose::metadata);
    let invitation = choose.maybe(invitation, New::private_metadata, Choose::metadata);
    let invitation = choose.maybe(invitation, New::redirect_url, Choose::text);
    let invitation = choose.maybe(invitation, New::notify, Choose::flag);
    choose.maybe(invitation, New::expires_in_days, |c| {
        c.number(1..=New::MAX_EXPIRES_IN_DAYS)
    })
}

const ORGANIZATION_INVITATION_ORDERS: &[OrganizationInvitationOrder] = &[
    OrganizationInvitationOrder::CreatedAt,
    OrganizationInvitationOrder::CreatedAtDescending,
    OrganizationInvitationOrder::EmailAddress,
    OrganizationInvitationOrder::EmailAddressDescending,
];

fn list_organization_invitations(choose: &mut Choose) -> ListOrganizationInvitations {
    type List = ListOrganizationInvitations;
    let mut list = List::new(choose.text());
    for _ in 0..2 {
        list = choose.maybe(list, List::status, |c| c.one_of(InvitationStatus::KNOWN));
    }
    let list = choose.maybe(list, List::email_address, Choose::address);
    let list = choose.maybe(list, List::order_by, |c| c.one_of(ORGANIZATION_INVITATION_ORDERS));
    window!(choose, list, ListOrganizationInvitations)
}

fn list_instance_organization_invitations(choose: &mut Choose) -> ListInstanceOrganizationInvitations {
    type List = ListInstanceOrganizationInvitations;
    let mut list = List::new();
    for _ in 0..2 {
        list = choose.maybe(list, List::status, |c| c.one_of(InvitationStatus::KNOWN));
    }
    let list = choose.maybe(list, List::query, Choose::text);
    let list = choose.maybe(list, List::order_by, |c| c.one_of(ORGANIZATION_INVITATION_ORDERS));
    window!(choose, list, ListInstanceOrganizationInvitations)
}

fn waitlist_entry(choose: &mut Choose) -> CreateWaitlistEntry {
    let entry = CreateWaitlistEntry::new(choose.address());
    choose.maybe(entry, CreateWaitlistEntry::notify, Choose::flag)
}

fn list_waitlist_entries(choose: &mut Choose) -> ListWaitlistEntries {
    type List = ListWaitlistEntries;
    let list = choose.maybe(List::new(), List::status, |c| c.one_of(WaitlistEntryStatus::KNOWN));
    let list = choose.maybe(list, List::query, Choose::text);
    let list = choose.maybe(list, List::order_by, |c| {
        c.one_of(&[WaitlistEntryOrder::CreatedAt, WaitlistEntryOrder::InvitedAtDescending])
    });
    window!(choose, list, ListWaitlistEntries)
}
