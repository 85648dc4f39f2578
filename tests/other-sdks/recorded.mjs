// Makes the calls of a recording with Clerk's JavaScript SDK. clerk-testkit/tests/cassette/har.rs replays them.
// Usage: node recorded.mjs URL, with @clerk/backend installed in the directory of this file.
import assert from 'node:assert/strict';
import { createClerkClient } from '@clerk/backend';

const { invitations } = createClerkClient({
  secretKey: 'sk_test_fake',
  apiUrl: process.argv[2],
  telemetry: { disabled: true },
});

const ada = await invitations.createInvitation({
  emailAddress: 'ada@example.com',
  publicMetadata: { team: 'blue' },
  redirectUrl: 'https://app.example.com/welcome',
});
const invited = await invitations.createInvitationBulk([
  { emailAddress: 'bob@example.com' },
  { emailAddress: 'eve@example.com' },
]);
assert.equal(invited.length, 2);
const page = await invitations.getInvitationList({ limit: 50 });
assert.equal(page.totalCount, 3);
await invitations.revokeInvitation(ada.id);
await assert.rejects(invitations.createInvitation({ emailAddress: 'bob@example.com' }), { status: 400 });
console.log('recorded 5 calls');
