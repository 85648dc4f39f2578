// Calls the fake with Clerk's JavaScript SDK, and checks what the SDK decodes.
// Usage: node javascript.mjs URL, with @clerk/backend installed in the directory of this file.
import assert from 'node:assert/strict';
import { createClerkClient } from '@clerk/backend';

const url = process.argv[2];
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

for (const check of [applicationInvitations, organizationInvitations, acceptanceAndExpiry]) {
  await control('POST', 'reset');
  await check();
  console.log(`javascript: ${check.name}: ok`);
}
