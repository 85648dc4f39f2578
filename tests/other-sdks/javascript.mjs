// Calls the fake with Clerk's JavaScript SDK, and checks what the SDK decodes.
// Usage: node javascript.mjs URL, with @clerk/backend installed in the directory of this file. The fake sends webhooks signed with
// WEBHOOK_SECRET to WEBHOOK_PORT, where this script listens.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createClerkClient } from '@clerk/backend';
import { verifyWebhook } from '@clerk/backend/webhooks';

const url = process.argv[2];
const { WEBHOOK_PORT: webhookPort, WEBHOOK_SECRET: signingSecret } = process.env;
const clerk = createClerkClient({ secretKey: 'sk_test_fake', apiUrl: url, telemetry: { disabled: true } });

// Returns the status, the code and meta of the first error, and the seconds to wait.
const refusal = async call => {
  const error = await call.then(value => assert.fail(`not refused: ${JSON.stringify(value)}`), error => error);
  if (!error.errors) throw error;
  return [error.status, error.errors[0].code, error.errors[0].meta, error.retryAfter];
};
const refused = async (call, status, code) => {
  const [seenStatus, seenCode, meta, retryAfter] = await refusal(call);
  assert.deepEqual([seenStatus, seenCode], [status, code]);
  return { meta, retryAfter };
};
const control = async (method, what, body) => fetch(`${url}/_fake/${what}`, { method, body: JSON.stringify(body) });
const mails = async () => (await control('GET', 'mails')).json();
const people = (letter, count, more = {}) =>
  Array.from({ length: count }, (_, i) => ({ emailAddress: `${letter}${i}@example.com`, ...more }));

async function applicationInvitations() {
  const { invitations } = clerk;
  const ada = await invitations.createInvitation({ emailAddress: 'Ada@example.com', publicMetadata: { n: 1 } });
  assert.equal(ada.emailAddress, 'ada@example.com');
  assert.equal(ada.status, 'pending');
  assert.deepEqual(ada.publicMetadata, { n: 1 });

  assert.equal((await invitations.createInvitationBulk(people('a', 2))).length, 2);
  assert.equal((await invitations.createInvitationBulk(people('b', 10))).length, 10);
  await refused(invitations.createInvitationBulk(people('c', 11)), 400, 'bulk_size_exceeded');
  // The SDK sends no body for an empty array.
  await refused(invitations.createInvitationBulk([]), 400, 'request_body_invalid');
  await refused(invitations.createInvitation({ emailAddress: 'ada@example.com' }), 400, 'duplicate_record');
  await refused(invitations.createInvitation({ emailAddress: 'user@example.com' }), 422, 'form_identifier_exists');

  const page = await invitations.getInvitationList({ limit: 5, offset: 10, orderBy: '-created_at' });
  assert.equal(page.totalCount, 13);
  assert.equal(page.data.length, 3);
  assert.equal((await invitations.revokeInvitation(ada.id)).status, 'revoked');
  await refused(invitations.revokeInvitation(ada.id), 400, 'invitation_already_revoked');
  const revoked = await invitations.getInvitationList({ status: 'revoked' });
  assert.deepEqual(revoked.data.map(({ id }) => id), [ada.id]);

  // The limit allows four bulk calls.
  const { retryAfter } = await refused(invitations.createInvitationBulk(people('d', 1)), 429, 'too_many_requests');
  assert.ok(retryAfter > 3500 && retryAfter <= 3600, `retry after ${retryAfter} s`);
  assert.ok(Object.values(await mails()).every(count => count === 1));
  assert.equal(Object.keys(await mails()).length, 13);
}

async function organizationInvitations() {
  const { organizations } = clerk;
  const organizationId = 'org_1';
  const role = 'org:member';
  const invite = more => organizations.createOrganizationInvitation({ organizationId, role, ...more });
  const bulk = people => organizations.createOrganizationInvitationBulk(organizationId, people);

  const boss = (await clerk.users.getUserList({ emailAddress: ['boss@example.com'] })).data[0].id;
  const ada = await invite({ emailAddress: 'Ada@example.com', inviterUserId: boss, publicMetadata: { n: 1 } });
  assert.deepEqual(
    [ada.emailAddress, ada.role, ada.roleName, ada.status, ada.organizationId],
    ['ada@example.com', 'org:member', 'Member', 'pending', organizationId],
  );

  const two = await bulk(people('a', 2, { role }));
  assert.deepEqual([two.data.length, two.totalCount], [2, 2]);
  assert.equal((await bulk(people('b', 10, { role }))).data.length, 10);
  await refused(bulk(people('c', 11, { role })), 400, 'bulk_size_exceeded');
  await refused(bulk([]), 400, 'request_body_invalid');
  await refused(invite({ emailAddress: 'ada@example.com' }), 400, 'organization_invitation_not_unique');
  await refused(invite({ emailAddress: 'boss@example.com' }), 400, 'already_a_member_in_organization');
  await refused(invite({ emailAddress: 'x@example.com', role: 'owner' }), 404, 'resource_not_found');

  const list = more => organizations.getOrganizationInvitationList({ organizationId, ...more });
  const page = await list({ limit: 5, offset: 10 });
  assert.deepEqual([page.totalCount, page.data.length], [13, 3]);
  const revoked = await organizations.revokeOrganizationInvitation({
    organizationId,
    invitationId: ada.id,
    requestingUserId: boss,
  });
  assert.equal(revoked.status, 'revoked');
  await refused(
    organizations.revokeOrganizationInvitation({ organizationId, invitationId: ada.id }),
    404,
    'organization_invitation_not_pending',
  );
  assert.equal((await list({ status: ['revoked'] })).totalCount, 1);
  assert.equal((await list({ status: ['revoked', 'pending'] })).totalCount, 13);
  const same = await organizations.getOrganizationInvitation({ organizationId, invitationId: ada.id });
  assert.equal(same.status, 'revoked');

  const { retryAfter } = await refused(bulk(people('d', 1, { role })), 429, 'too_many_requests');
  assert.ok(retryAfter > 3500 && retryAfter <= 3600, `retry after ${retryAfter} s`);
  assert.ok(Object.values(await mails()).every(count => count === 1));
  assert.equal(Object.keys(await mails()).length, 13);
}

async function acceptanceAndExpiry() {
  const { invitations, users } = clerk;
  await invitations.createInvitationBulk(people('a', 2, { expiresInDays: 1 }));
  const { user_id: userId } = await (await control('POST', 'sign-up', { email_address: 'a0@example.com' })).json();
  assert.equal((await users.getUserList({ emailAddress: ['a0@example.com'] })).data[0].id, userId);
  await control('POST', 'advance', { seconds: 86400 });
  for (const [status, email] of [['accepted', 'a0@example.com'], ['expired', 'a1@example.com']]) {
    const { data } = await invitations.getInvitationList({ status });
    assert.deepEqual(data.map(({ emailAddress }) => emailAddress), [email]);
  }
}

// Follows the link of an invitation, as the person who got the email does, and returns the ticket.
async function follow(link) {
  const response = await fetch(link, { redirect: 'manual' });
  assert.equal(response.status, 303);
  const location = new URL(response.headers.get('location'));
  assert.equal(location.origin + location.pathname, 'https://app.example.com/welcome');
  assert.equal(location.searchParams.get('__clerk_status'), 'sign_up');
  return location.searchParams.get('__clerk_ticket');
}

// Waits until `count` webhooks have arrived, for five seconds at most.
async function arrival(count) {
  for (let waited = 0; webhooks.length < count && waited < 5000; waited += 20) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  assert.equal(webhooks.length, count);
  return webhooks.splice(0);
}

const types = events => events.map(({ type }) => type);

// Everything from the creation of an organization to the acceptance, expiry and revocation of its invitations.
async function lifeOfAnOrganization() {
  const { invitations, organizations, users } = clerk;
  const organization = await organizations.createOrganization({ name: 'Acme', publicMetadata: { plan: 'free' } });
  const organizationId = organization.id;
  assert.equal((await organizations.getOrganization({ organizationId })).name, 'Acme');
  assert.deepEqual(types(await arrival(1)), ['organization.created']);

  const invited = await organizations.createOrganizationInvitationBulk(
    organizationId,
    people('p', 10, {
      role: 'org:member',
      expiresInDays: 1,
      publicMetadata: { desk: 7 },
      redirectUrl: 'https://app.example.com/welcome',
    }),
  );
  assert.equal(invited.data.length, 10);
  const created = await arrival(10);
  assert.ok(types(created).every(type => type === 'organizationInvitation.created'));
  assert.deepEqual(created.map(({ data }) => data.email_address), people('p', 10).map(({ emailAddress }) => emailAddress));

  // Two accept: one signs up with the ticket, and one joins with it.
  for (const [index, call] of [[0, 'sign-up'], [1, 'join']]) {
    const { url: link, emailAddress } = invited.data[index];
    const { user_id: userId } = await (await control('POST', call, { ticket: await follow(link) })).json();
    const user = await users.getUser(userId);
    assert.equal(user.primaryEmailAddress.emailAddress, emailAddress);
    assert.equal(user.primaryEmailAddress.verification.status, 'verified');
    const { data } = await users.getOrganizationMembershipList({ userId });
    assert.deepEqual(
      data.map(({ role, publicMetadata, organization }) => [role, publicMetadata, organization.name]),
      [['org:member', { desk: 7 }, 'Acme']],
    );
    const events = await arrival(3);
    assert.deepEqual(types(events), [
      'user.created',
      'organizationInvitation.accepted',
      'organizationMembership.created',
    ]);
    assert.equal(events[0].data.id, userId);
    assert.equal(events[1].data.id, invited.data[index].id);
    assert.equal(events[2].data.public_user_data.user_id, userId);
  }
  assert.equal((await organizations.getOrganizationMembershipList({ organizationId })).totalCount, 2);

  await organizations.revokeOrganizationInvitation({ organizationId, invitationId: invited.data[2].id });
  assert.deepEqual(types(await arrival(1)), ['organizationInvitation.revoked']);
  await control('POST', 'advance', { seconds: 86400 });
  const statuses = {};
  const { data } = await organizations.getOrganizationInvitationList({ organizationId, limit: 100 });
  for (const { status } of data) statuses[status] = (statuses[status] ?? 0) + 1;
  assert.deepEqual(statuses, { accepted: 2, revoked: 1, expired: 7 });
  assert.equal((await fetch(invited.data[3].url, { redirect: 'manual' })).status, 400);

  // An invitation to the application: its metadata becomes the user's.
  const ada = await invitations.createInvitation({
    emailAddress: 'ada@example.com',
    publicMetadata: { team: 'engines' },
    redirectUrl: 'https://app.example.com/welcome',
  });
  const { user_id: userId } = await (await control('POST', 'sign-up', { ticket: await follow(ada.url) })).json();
  assert.deepEqual((await users.getUser(userId)).publicMetadata, { team: 'engines' });
  const [signedUp] = await arrival(1);
  assert.equal(signedUp.type, 'user.created');
  assert.deepEqual(signedUp.data.public_metadata, { team: 'engines' });
}

// Receives webhooks, which Clerk's own verifier verifies. The first delivery is refused, and so repeated.
const webhooks = [];
let deliveries = 0;
const receiver = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const { headers } = request;
  const fetchRequest = new Request(`http://localhost${request.url}`, { method: 'POST', headers, body });
  deliveries += 1;
  if (deliveries === 1) {
    response.writeHead(500).end();
    return;
  }
  try {
    webhooks.push(await verifyWebhook(fetchRequest, { signingSecret }));
    response.writeHead(204).end();
  } catch (error) {
    console.error(error);
    response.writeHead(400).end();
  }
});
await new Promise(resolve => receiver.listen(Number(webhookPort), '127.0.0.1', resolve));

// Waits until the fake has delivered every webhook, for five seconds at most.
async function allDelivered() {
  for (let waited = 0; waited < 5000; waited += 20) {
    const state = await (await control('GET', 'state')).json();
    if (state.webhooks.every(({ status }) => status === 204)) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  assert.fail('webhooks were not delivered');
}

for (const check of [applicationInvitations, organizationInvitations, acceptanceAndExpiry, lifeOfAnOrganization]) {
  await control('POST', 'reset');
  webhooks.length = 0;
  await check();
  await allDelivered();
  console.log(`javascript: ${check.name}: ok`);
}
receiver.close();
