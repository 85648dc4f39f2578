"""Calls the fake with Clerk's Python SDK, and checks what the SDK decodes.

Usage: python python.py URL, where clerk-backend-api is installed.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from clerk_backend_api import Clerk, models

URL = sys.argv[1]
ROLE = "org:member"


def control(method, what, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/_fake/{what}", method=method, data=data)
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read()


def one_mail_each(count):
    mails = json.loads(control("GET", "mails"))
    assert len(mails) == count and set(mails.values()) == {1}, mails


def refused(status, code, call, *args, **kwargs):
    """Checks that a call is refused, and returns the meta of the error and the seconds to wait."""
    try:
        answer = call(*args, **kwargs)
    except models.ClerkBaseError as error:
        first = json.loads(error.body)["errors"][0]
        assert (error.status_code, first["code"]) == (status, code), error.body
        return first.get("meta"), error.headers.get("retry-after")
    raise AssertionError(f"not refused: {answer}")


def people(letter, count, **more):
    return [{"email_address": f"{letter}{i}@example.com", **more} for i in range(count)]


def application_invitations(clerk):
    invitations = clerk.invitations
    ada = invitations.create(request={"email_address": "Ada@example.com", "public_metadata": {"n": 1}})
    assert (ada.email_address, ada.status, ada.public_metadata) == ("ada@example.com", "pending", {"n": 1})

    assert len(invitations.bulk_create(request=people("a", 2))) == 2
    assert len(invitations.bulk_create(request=people("b", 10))) == 10
    refused(400, "bulk_size_exceeded", invitations.bulk_create, request=people("c", 11))
    refused(422, "form_param_value_invalid", invitations.bulk_create, request=[])
    meta, _ = refused(400, "duplicate_record", invitations.create, request={"email_address": "ada@example.com"})
    assert meta == {"email_addresses": ["ada@example.com"]}
    refused(422, "form_identifier_exists", invitations.create, request={"email_address": "user@example.com"})

    assert len(invitations.list(limit=5, offset=10)) == 3
    assert invitations.revoke(invitation_id=ada.id).status == "revoked"
    refused(400, "invitation_already_revoked", invitations.revoke, invitation_id=ada.id)
    assert [found.id for found in invitations.list(status="revoked")] == [ada.id]

    # The limit allows four bulk calls.
    _, wait = refused(429, "too_many_requests", invitations.bulk_create, request=people("d", 1))
    assert 3500 < int(wait) <= 3600, wait
    one_mail_each(13)


def organization_invitations(clerk):
    invitations = clerk.organization_invitations
    here = {"organization_id": "org_1"}

    boss = clerk.users.list(request={"email_address": ["boss@example.com"]})[0].id
    ada = invitations.create(
        **here, email_address="Ada@example.com", role=ROLE, inviter_user_id=boss, private_metadata={"n": 1}
    )
    assert (ada.email_address, ada.role, ada.role_name) == ("ada@example.com", ROLE, "Member")
    assert (ada.status, ada.private_metadata, ada.inviter_id) == ("pending", {"n": 1}, boss)

    two = invitations.bulk_create(**here, request_body=people("a", 2, role=ROLE))
    assert (len(two.data), two.total_count) == (2, 2)
    assert len(invitations.bulk_create(**here, request_body=people("b", 10, role=ROLE)).data) == 10
    refused(400, "bulk_size_exceeded", invitations.bulk_create, **here, request_body=people("c", 11, role=ROLE))
    refused(422, "form_param_value_invalid", invitations.bulk_create, **here, request_body=[])
    create = {**here, "role": ROLE}
    refused(
        400, "organization_invitation_not_unique", invitations.create, **create, email_address="ada@example.com"
    )
    refused(400, "already_a_member_in_organization", invitations.create, **create, email_address="boss@example.com")
    refused(404, "resource_not_found", invitations.create, **here, email_address="x@example.com", role="owner")

    page = invitations.list(**here, limit=5, offset=10)
    assert (page.total_count, len(page.data)) == (13, 3)
    revoked = invitations.revoke(**here, invitation_id=ada.id, requesting_user_id=boss)
    assert revoked.status == "revoked"
    refused(404, "organization_invitation_not_pending", invitations.revoke, **here, invitation_id=ada.id)
    assert invitations.list(**here, status="revoked").total_count == 1
    assert invitations.get(**here, invitation_id=ada.id).status == "revoked"
    assert invitations.get_all(query="ada@").data[0].public_organization_data.id == "org_1"

    _, wait = refused(
        429, "too_many_requests", invitations.bulk_create, **here, request_body=people("d", 1, role=ROLE)
    )
    assert 3500 < int(wait) <= 3600, wait
    one_mail_each(13)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def follow(link):
    """Follows the link of an invitation, as the person who got the email does, and returns the ticket."""
    try:
        urllib.request.build_opener(NoRedirect).open(link, timeout=10)
    except urllib.error.HTTPError as response:
        assert response.code == 303, response.code
        location = urllib.parse.urlsplit(response.headers["location"])
        query = urllib.parse.parse_qs(location.query)
        assert (location.netloc, query["__clerk_status"]) == ("app.example.com", ["sign_up"]), location
        return query["__clerk_ticket"][0]
    raise AssertionError("not redirected")


def life_of_an_organization(clerk):
    """Everything from the creation of an organization to the acceptance, expiry and revocation of its invitations."""
    organization = clerk.organizations.create(request={"name": "Acme", "public_metadata": {"plan": "free"}})
    here = {"organization_id": organization.id}
    assert clerk.organizations.get(**here).name == "Acme"
    invitations = clerk.organization_invitations
    ten = people(
        "p",
        10,
        role=ROLE,
        expires_in_days=1,
        public_metadata={"desk": 7},
        redirect_url="https://app.example.com/welcome",
    )
    invited = invitations.bulk_create(**here, request_body=ten).data
    assert len(invited) == 10

    # Two accept: one signs up with the ticket, and one joins with it.
    for invitation, call in zip(invited, ("sign-up", "join")):
        accepted = json.loads(control("POST", call, {"ticket": follow(invitation.url)}))
        user = clerk.users.get(user_id=accepted["user_id"])
        [address] = user.email_addresses
        assert (address.email_address, address.verification.status) == (invitation.email_address, "verified")
        [membership] = clerk.users.get_organization_memberships(user_id=user.id).data
        assert (membership.role, membership.public_metadata) == (ROLE, {"desk": 7})
        assert membership.organization.name == "Acme"
    assert clerk.organization_memberships.list(**here).total_count == 2

    invitations.revoke(**here, invitation_id=invited[2].id)
    control("POST", "advance", {"seconds": 86400})
    statuses = sorted(invitation.status for invitation in invitations.list(**here, limit=100).data)
    assert statuses == ["accepted"] * 2 + ["expired"] * 7 + ["revoked"], statuses

    # An invitation to the application: its metadata becomes the user's.
    ada = clerk.invitations.create(
        request={
            "email_address": "ada@example.com",
            "public_metadata": {"team": "engines"},
            "redirect_url": "https://app.example.com/welcome",
        }
    )
    accepted = json.loads(control("POST", "sign-up", {"ticket": follow(ada.url)}))
    assert clerk.users.get(user_id=accepted["user_id"]).public_metadata == {"team": "engines"}


with Clerk(bearer_auth="sk_test_fake", server_url=f"{URL}/v1") as sdk:
    for check in (application_invitations, organization_invitations, life_of_an_organization):
        control("POST", "reset")
        check(sdk)
        print(f"python: {check.__name__}: ok")
