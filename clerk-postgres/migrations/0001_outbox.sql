-- The tables of clerk-postgres. They are created in the schema that comes first in the search path.

-- One for each instance and resource: who leads, and where the journal stands.
create table outbox (
    id bigint generated always as identity primary key,
    instance text not null,
    -- What is created, such as 'invitations' or 'organizations/org_1/invitations'.
    resource text not null,
    -- The first record of the journal. Null until a run has begun.
    begun text,
    -- Grows with each take-over. Only the holder of the current epoch writes.
    epoch bigint not null default 0,
    holder text,
    lease_until timestamptz not null default '-infinity',
    -- The numbers of the last attempt and of the last record.
    last_attempt bigint not null default 0,
    last_record bigint not null default 0,
    unique (instance, resource)
);

-- One for each call of an application that submits people.
create table batch (
    id bigint generated always as identity primary key,
    outbox bigint not null references outbox,
    -- A second batch with the same key submits nobody.
    idempotency_key text,
    submitted_at timestamptz not null default clock_timestamp(),
    people integer not null,
    unique (outbox, idempotency_key)
);

-- What applications submit. Not unique by person: two transactions that submit the same people in opposite order would deadlock.
create table submission (
    id bigint generated always as identity primary key,
    outbox bigint not null,
    batch bigint not null,
    key bytea not null,
    address text not null,
    -- The request, as JSON.
    body text not null,
    -- Null until the leader has taken it in. Then whether it is the person's first, repeats it, or differs from it.
    taken_as text check (taken_as in ('first', 'repeated', 'differing'))
);
create index submission_waiting on submission (outbox, id) where taken_as is null;
create index submission_of_batch on submission (batch, key);
create index submission_of_person on submission (outbox, key);

-- The people that were taken in, each once for an outbox.
create table person (
    outbox bigint not null references outbox,
    -- The first 16 bytes of the SHA-256 of the normalized address.
    key bytea not null,
    -- The order in which people were taken in.
    place bigint generated always as identity,
    -- Null once archived. The key and the outcome stay, so that the person is the same one for ever.
    address text,
    body text,
    stage text not null default 'waiting' check (stage in ('waiting', 'attempted', 'settled')),
    -- The first attempt that may have invited them, and what was known before it. Null unless attempted.
    attempt bigint,
    fingerprint bigint,
    baseline text[],
    -- When a read can tell what became of that attempt. Null while it is under way.
    due timestamptz,
    outcome text,
    evidence text,
    invitation text,
    code text,
    -- The fingerprint of what was settled.
    settled_fingerprint bigint,
    settled_at timestamptz,
    primary key (outbox, key)
);
create index person_waiting on person (outbox, place) where stage = 'waiting';
create index person_attempted on person (outbox, attempt) where stage = 'attempted';
create index person_due on person (outbox, due) where stage = 'attempted';
create index person_settled on person (outbox, outcome, key) where stage = 'settled';
create index person_archivable on person (outbox, settled_at) where stage = 'settled' and address is not null;

-- The attempts. Each is here before it is on the wire.
create table attempt (
    outbox bigint not null references outbox,
    number bigint not null,
    epoch bigint not null,
    lane text not null,
    at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    effect text,
    keys bytea[] not null,
    primary key (outbox, number)
);
create index attempt_open on attempt (outbox, number) where ended_at is null;
create index attempt_ended on attempt (outbox, ended_at);

-- The records of the journal, in order.
create table record (
    outbox bigint not null references outbox,
    number bigint not null,
    body text not null,
    primary key (outbox, number)
);

-- The budgets of calls, which all outboxes of an instance share.
create table lane (
    instance text not null,
    name text not null,
    closed_until timestamptz not null default '-infinity',
    primary key (instance, name)
);
create table slot (
    instance text not null,
    lane text not null,
    n integer not null,
    free_at timestamptz not null default '-infinity',
    token uuid,
    primary key (instance, lane, n)
);
create index slot_free on slot (instance, lane, free_at);
