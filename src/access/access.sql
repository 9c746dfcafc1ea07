-- SPDX-License-Identifier: Apache-2.0
-- Statements of the module but the audit chain's. Each becomes a constant SQL_<NAME> at build (tools/embed_sql.py).

-- name: access_load_accounts
-- What memory holds of every account, at most ?1. Served by the primary key.
SELECT id, name, role, CASE WHEN disabled_ms IS NULL THEN 0 ELSE 1 END, email, failures, failed_ms
  FROM account
 ORDER BY id
 LIMIT ?1;

-- name: access_load_sessions
-- Open ones at ?1 (UTC ms), used after ?2, oldest first. All of them, once at start.
-- scan: once at start, all that are open are kept in memory
-- rows: once at start, at most 50 an account
SELECT id, hash, account, second_factor_due, created_ms, last_used_ms, expires_ms
  FROM account_session
 WHERE expires_ms > ?1
   AND last_used_ms > ?2
 ORDER BY created_ms, id;

-- name: access_load_tokens
-- Valid ones at ?1 (UTC ms). All of them, once at start.
-- scan: once at start, all that are valid are kept in memory
-- rows: once at start, they are made by hand
SELECT id, hash, name, role, scopes, expires_ms, created_by, last_used_ms
  FROM api_token
 WHERE revoked_ms IS NULL
   AND (expires_ms IS NULL OR expires_ms > ?1)
 ORDER BY id;

-- name: account_add
-- ?1 id, ?2 email, ?3 name, ?4 role, ?5 stored password or NULL, ?6 now (UTC ms), ?7 the same or NULL without a password
INSERT INTO account (id, email, name, role, password, password_changed_ms, preferences, created_ms, last_seen_ms, disabled_ms, failures, failed_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?7, '{}', ?6, NULL, NULL, 0, 0);

-- name: account_any
-- One row when there is an account.
SELECT id
  FROM account
 ORDER BY id
 LIMIT 1;

-- name: account_login
-- What a sign-in by address ?1 needs, or no row. Served by the unique index on email.
SELECT a.id, a.name, a.password,
       CASE WHEN a.disabled_ms IS NULL THEN 0 ELSE 1 END,
       CASE WHEN EXISTS (SELECT 1 FROM account_totp t WHERE t.account = a.id AND t.confirmed_ms IS NOT NULL) THEN 1 ELSE 0 END
  FROM account a
 WHERE a.email = ?1
 ORDER BY a.id
 LIMIT 1;

-- name: account_signed_in
-- ?1 id, ?2 now (UTC ms), ?3 the password that was checked. No row when it or the account has changed meanwhile.
UPDATE account
   SET failures = 0, last_seen_ms = ?2
 WHERE id = ?1
   AND disabled_ms IS NULL
   AND password = ?3;

-- name: account_seen
-- ?1 id, ?2 now (UTC ms)
UPDATE account
   SET failures = 0, last_seen_ms = ?2
 WHERE id = ?1
   AND disabled_ms IS NULL;

-- name: account_failed
-- ?1 email, ?2 now (UTC ms). The same statement runs for an address that nobody has.
UPDATE account
   SET failures = failures + 1, failed_ms = ?2
 WHERE email = ?1;

-- name: account_one
-- The account with id or email ?1; sessions open at ?2 (UTC ms) and used after ?3. Served by the primary key and the unique index.
SELECT a.id, a.email, a.name, a.role, a.preferences,
       CASE WHEN a.password IS NULL THEN 0 ELSE 1 END,
       CASE WHEN EXISTS (SELECT 1 FROM account_identity i WHERE i.account = a.id) THEN 1 ELSE 0 END,
       (SELECT t.confirmed_ms FROM account_totp t WHERE t.account = a.id),
       (SELECT COUNT(*) FROM account_recovery r WHERE r.account = a.id AND r.used_ms IS NULL),
       (SELECT COUNT(*) FROM account_session s WHERE s.account = a.id AND s.second_factor_due = 0 AND s.expires_ms > ?2 AND s.last_used_ms > ?3),
       a.created_ms, a.last_seen_ms, a.password_changed_ms, a.disabled_ms, a.stores
  FROM account a
 WHERE a.id = ?1 OR a.email = ?1
 ORDER BY a.email
 LIMIT 1;

-- name: account_list
-- At most ?7 by email behind ?3, with ?4 (a LIKE pattern in lower case, escaped by !) in name or email, role ?5, state ?6 (empty and
-- -1: any). Served by the unique index on email.
SELECT a.id, a.email, a.name, a.role, a.preferences,
       CASE WHEN a.password IS NULL THEN 0 ELSE 1 END,
       CASE WHEN EXISTS (SELECT 1 FROM account_identity i WHERE i.account = a.id) THEN 1 ELSE 0 END,
       (SELECT t.confirmed_ms FROM account_totp t WHERE t.account = a.id),
       (SELECT COUNT(*) FROM account_recovery r WHERE r.account = a.id AND r.used_ms IS NULL),
       (SELECT COUNT(*) FROM account_session s WHERE s.account = a.id AND s.second_factor_due = 0 AND s.expires_ms > ?1 AND s.last_used_ms > ?2),
       a.created_ms, a.last_seen_ms, a.password_changed_ms, a.disabled_ms, a.stores
  FROM account a
 WHERE a.email > ?3
   AND (CAST(?4 AS TEXT) = '' OR a.email LIKE ?4 ESCAPE '!' OR LOWER(a.name) LIKE ?4 ESCAPE '!')
   AND (CAST(?5 AS TEXT) = '' OR a.role = ?5)
   AND (CAST(?6 AS BIGINT) = -1 OR ?6 = CASE WHEN a.disabled_ms IS NOT NULL THEN 2
                                             WHEN a.password IS NULL AND NOT EXISTS (SELECT 1 FROM account_identity i WHERE i.account = a.id) THEN 1
                                             ELSE 0 END)
 ORDER BY a.email
 LIMIT ?7;

-- name: account_others_like
-- How many enabled accounts with role ?1 other than ?2 can sign in: at most 20,000 rows are walked, by people's hands only.
-- scan: at most 20,000 accounts, by people's hands only
SELECT COUNT(*)
  FROM account a
 WHERE a.role = ?1
   AND a.id <> ?2
   AND a.disabled_ms IS NULL
   AND (a.password IS NOT NULL OR EXISTS (SELECT 1 FROM account_identity i WHERE i.account = a.id));

-- name: account_change
-- ?1 id, ?2 name, ?3 role, ?4 disabled (UTC ms) or NULL, ?5 stores
UPDATE account
   SET name = ?2, role = ?3, disabled_ms = ?4, stores = ?5
 WHERE id = ?1;

-- name: account_me_change
-- ?1 id, ?2 name, ?3 preferences
UPDATE account
   SET name = ?2, preferences = ?3
 WHERE id = ?1;

-- name: account_set_password
-- ?1 id, ?2 stored password, ?3 now (UTC ms), ?4 name
UPDATE account
   SET password = ?2, password_changed_ms = ?3, failures = 0, name = ?4
 WHERE id = ?1
   AND disabled_ms IS NULL;

-- name: account_password
-- Served by the primary key.
SELECT password, email
  FROM account
 WHERE id = ?1;

-- name: link_set
-- ?1 account, ?2 keyed hash, ?3 now, ?4 expires (UTC ms)
INSERT INTO account_link (account, hash, created_ms, expires_ms)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, created_ms = excluded.created_ms, expires_ms = excluded.expires_ms;

-- name: link_find
-- Whose the link with keyed hash ?1 is at ?2 (UTC ms), or no row. Served by the unique index on hash.
SELECT a.id, a.email, a.name,
       CASE WHEN EXISTS (SELECT 1 FROM account_totp t WHERE t.account = a.id AND t.confirmed_ms IS NOT NULL) THEN 1 ELSE 0 END
  FROM account_link l
  JOIN account a ON a.id = l.account
 WHERE l.hash = ?1
   AND l.expires_ms > ?2
   AND a.disabled_ms IS NULL
 ORDER BY a.id
 LIMIT 1;

-- name: link_use
-- Served by the unique index on hash.
DELETE FROM account_link WHERE hash = ?1;

-- name: link_drop
DELETE FROM account_link WHERE account = ?1;

-- name: identity_find
-- The account of issuer ?1 and subject ?2, or no row. Served by the primary key.
SELECT account
  FROM account_identity
 WHERE issuer = ?1
   AND subject = ?2;

-- name: identity_add
-- ?1 issuer, ?2 subject, ?3 account, ?4 now (UTC ms)
INSERT INTO account_identity (issuer, subject, account, created_ms)
VALUES (?1, ?2, ?3, ?4);

-- name: session_add
-- ?1 id, ?2 keyed hash, ?3 account, ?4 second factor due, ?5 peer, ?6 user agent, ?7 now, ?8 expires (UTC ms)
INSERT INTO account_session (id, hash, account, second_factor_due, peer, user_agent, created_ms, last_used_ms, expires_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8);

-- name: session_trim
-- Leaves the newest ?2 sessions of account ?1. Served by index account_session_account.
DELETE FROM account_session
 WHERE account = ?1
   AND id NOT IN (SELECT s.id FROM account_session s WHERE s.account = ?1 ORDER BY s.created_ms DESC, s.id DESC LIMIT ?2);

-- name: session_list
-- Of account ?1, open at ?2 (UTC ms) and used after ?3, newest first, at most ?4. Served by index account_session_account.
SELECT id, peer, user_agent, created_ms, last_used_ms, expires_ms
  FROM account_session
 WHERE account = ?1
   AND second_factor_due = 0
   AND expires_ms > ?2
   AND last_used_ms > ?3
 ORDER BY created_ms DESC, id DESC
 LIMIT ?4;

-- name: session_end
-- ?1 id, ?2 account
DELETE FROM account_session WHERE id = ?1 AND account = ?2;

-- name: session_end_all
-- Of account ?1 but the one with id ?2. Served by index account_session_account.
DELETE FROM account_session WHERE account = ?1 AND id <> ?2;

-- name: session_used
-- ?1 id, ?2 used (UTC ms)
UPDATE account_session SET last_used_ms = ?2 WHERE id = ?1;

-- name: session_sweep
-- Those that ended by ?1 (UTC ms) or were last used by ?2. Walks the table: at most 50 rows an account.
-- scan: at most 50 rows an account
DELETE FROM account_session WHERE expires_ms <= ?1 OR last_used_ms <= ?2;

-- name: totp_get
-- Served by the primary key.
SELECT secret, confirmed_ms, last_step
  FROM account_totp
 WHERE account = ?1;

-- name: totp_set
-- ?1 account, ?2 sealed secret; not in force yet
INSERT INTO account_totp (account, secret, confirmed_ms, last_step)
VALUES (?1, ?2, NULL, 0)
ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, confirmed_ms = NULL, last_step = 0;

-- name: totp_confirm
-- ?1 account, ?2 now (UTC ms), ?3 step of the code
UPDATE account_totp
   SET confirmed_ms = ?2, last_step = ?3
 WHERE account = ?1
   AND confirmed_ms IS NULL;

-- name: totp_use
-- ?1 account, ?2 step: no row when a code of it or a later one was used.
UPDATE account_totp
   SET last_step = ?2
 WHERE account = ?1
   AND last_step < ?2;

-- name: totp_drop
DELETE FROM account_totp WHERE account = ?1;

-- name: recovery_add
-- ?1 account, ?2 keyed hash
INSERT INTO account_recovery (account, hash, used_ms)
VALUES (?1, ?2, NULL);

-- name: recovery_use
-- ?1 account, ?2 keyed hash, ?3 now (UTC ms): no row when it is none or was used.
UPDATE account_recovery
   SET used_ms = ?3
 WHERE account = ?1
   AND hash = ?2
   AND used_ms IS NULL;

-- name: recovery_drop
DELETE FROM account_recovery WHERE account = ?1;

-- name: token_add
-- ?1 id, ?2 name, ?3 role, ?4 keyed hash, ?5 now (UTC ms), ?6 scopes or NULL, ?7 expires or NULL, ?8 account or NULL
INSERT INTO api_token (id, name, role, hash, created_ms, last_used_ms, revoked_ms, scopes, expires_ms, created_by)
VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL, ?6, ?7, ?8);

-- name: token_list
-- At most ?4 below id ?1, newest first, of state ?2 at ?3 (UTC ms): 0 any, 1 valid, 2 ended. Served by the primary key, backwards.
SELECT t.id, t.name, t.role, t.scopes, t.created_by, a.name, t.created_ms, t.last_used_ms, t.expires_ms, t.revoked_ms
  FROM api_token t
  LEFT JOIN account a ON a.id = t.created_by
 WHERE t.id < ?1
   AND (CAST(?2 AS BIGINT) = 0 OR ?2 = CASE WHEN t.revoked_ms IS NULL AND (t.expires_ms IS NULL OR t.expires_ms > ?3) THEN 1 ELSE 2 END)
 ORDER BY t.id DESC
 LIMIT ?4;

-- name: token_used
-- ?1 id, ?2 used (UTC ms)
UPDATE api_token SET last_used_ms = ?2 WHERE id = ?1;

-- name: token_revoke
-- ?1 id, ?2 now (UTC ms)
UPDATE api_token
   SET revoked_ms = ?2
 WHERE id = ?1
   AND revoked_ms IS NULL;
