-- SPDX-License-Identifier: Apache-2.0
-- People, their sessions and second factors; rights of tokens; the audit chain.

CREATE TABLE account (
    id TEXT PRIMARY KEY NOT NULL,      -- UUIDv7
    email TEXT NOT NULL UNIQUE,        -- in lower case
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT,                     -- argon2id; NULL: none yet, or signs in elsewhere
    password_changed_ms BIGINT,
    preferences TEXT NOT NULL,         -- the console's own, a JSON object
    created_ms BIGINT NOT NULL,
    last_seen_ms BIGINT,               -- NULL: never signed in
    disabled_ms BIGINT,                -- NULL: enabled
    failures BIGINT NOT NULL,          -- failed sign-ins in a row
    failed_ms BIGINT NOT NULL          -- the last of them
);

-- Whom an OpenID Connect provider vouches for.
CREATE TABLE account_identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX account_identity_account ON account_identity (account);

CREATE TABLE account_totp (
    account TEXT PRIMARY KEY NOT NULL,
    secret TEXT NOT NULL,              -- sealed
    confirmed_ms BIGINT,               -- NULL: shown, not yet in force
    last_step BIGINT NOT NULL          -- of the last code taken: each is good once
);

CREATE TABLE account_recovery (
    account TEXT NOT NULL,
    hash BLOB NOT NULL,                -- keyed; the code itself is shown once and not kept
    used_ms BIGINT,
    PRIMARY KEY (account, hash)
);

-- One link at a time to set a password.
CREATE TABLE account_link (
    account TEXT PRIMARY KEY NOT NULL,
    hash BLOB NOT NULL UNIQUE,         -- keyed
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE TABLE account_session (
    id TEXT PRIMARY KEY NOT NULL,
    hash BLOB NOT NULL UNIQUE,         -- keyed, of the cookie
    account TEXT NOT NULL,
    second_factor_due BIGINT NOT NULL CHECK (second_factor_due IN (0, 1)),
    peer TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    last_used_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL         -- at the latest
);
CREATE INDEX account_session_account ON account_session (account, created_ms);

ALTER TABLE api_token ADD COLUMN scopes TEXT;      -- permissions by name, by comma; NULL: the role's
ALTER TABLE api_token ADD COLUMN expires_ms BIGINT; -- NULL: never
ALTER TABLE api_token ADD COLUMN created_by TEXT;  -- account; NULL: over the data folder's socket

-- The chain. commitment = SHA-256(salt, content), link = SHA-256(link before, seq, time, commitment).
CREATE TABLE audit_entry (
    seq BIGINT PRIMARY KEY,            -- from 1 without gaps
    time_ms BIGINT NOT NULL,
    commitment BLOB NOT NULL,
    link BLOB NOT NULL
);

-- What is personal stands here alone: deleting a row erases it and leaves the chain verifiable.
CREATE TABLE audit_content (
    seq BIGINT PRIMARY KEY,
    salt BLOB NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    peer TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_name TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_content_actor ON audit_content (actor, seq);
CREATE INDEX audit_content_subject ON audit_content (subject, seq);
