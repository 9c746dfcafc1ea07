-- SPDX-License-Identifier: Apache-2.0

-- name: mailbox_list
-- At most ?1. Served by the primary key.
SELECT id, name, settings, imap_secret, smtp_secret, dkim_key, paused, version, changed_ms, changed_by, uid_validity, uid, last_ms, looked_ms, error,
    error_ms FROM desk_mailbox ORDER BY id LIMIT ?1;

-- name: mailbox_get
-- Served by the primary key.
SELECT id, name, settings, imap_secret, smtp_secret, dkim_key, paused, version, changed_ms, changed_by, uid_validity, uid, last_ms, looked_ms, error,
    error_ms FROM desk_mailbox WHERE id = ?1;

-- name: mailbox_count
-- scan: at most 50
SELECT COUNT(*) FROM desk_mailbox;

-- name: mailbox_add
INSERT INTO desk_mailbox (id, name, settings, imap_secret, smtp_secret, dkim_key, paused, version, changed_ms, changed_by, uid_validity, uid, last_ms,
    looked_ms, error, error_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0, 0, 0, '', 0);

-- name: mailbox_set
-- Binds what mailbox_add binds. Served by the primary key.
UPDATE desk_mailbox SET name = ?2, settings = ?3, imap_secret = ?4, smtp_secret = ?5, dkim_key = ?6, paused = ?7, version = ?8, changed_ms = ?9,
    changed_by = ?10 WHERE id = ?1;

-- name: mailbox_forget
-- Another folder: what was read of the one before says nothing. Served by the primary key.
UPDATE desk_mailbox SET uid_validity = 0, uid = 0, error = '', error_ms = 0 WHERE id = ?1;

-- name: mailbox_delete
-- Served by the primary key.
DELETE FROM desk_mailbox WHERE id = ?1;

-- name: mailbox_looked
-- Served by the primary key.
UPDATE desk_mailbox SET uid_validity = ?2, uid = ?3, looked_ms = ?4, error = '', error_ms = 0 WHERE id = ?1 AND version = ?5;

-- name: mailbox_failed
-- Served by the primary key.
UPDATE desk_mailbox SET error = ?2, error_ms = ?3 WHERE id = ?1;

-- name: mailbox_took
-- Served by the primary key.
UPDATE desk_mailbox SET last_ms = ?2 WHERE id = ?1;

-- name: mail_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_mail;

-- name: mail_known
-- Served by desk_mail_print.
SELECT number, outcome, ticket FROM desk_mail WHERE mailbox = ?1 AND print = ?2;

-- name: mail_add
INSERT INTO desk_mail (number, mailbox, print, at_ms, sender, message_id, nature, outcome, reason, ticket, seq, html, size, content, sender_name, subject,
    cc, quoted, files, left_out) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20);

-- name: mail_set
-- Of one in quarantine that was taken again. Served by the primary key.
UPDATE desk_mail SET outcome = ?2, reason = ?3, ticket = ?4, seq = ?5, html = ?6, quoted = ?7, files = ?8, left_out = ?9,
    content = CASE WHEN ?2 = 'quarantined' THEN content ELSE NULL END
WHERE number = ?1 AND outcome = 'quarantined' AND content IS NOT NULL;

-- name: mail_get
-- Served by the primary key.
SELECT mailbox, outcome, content FROM desk_mail WHERE number = ?1;

-- name: mail_opened_by
-- How many tickets ?1 has opened since ?2. Served by desk_mail_sender.
SELECT COUNT(*) FROM desk_mail WHERE sender = ?1 AND at_ms > ?2 AND outcome IN ('opened', 'followed_up');

-- name: mail_list_outcome
-- As mail_list, of one outcome. Served by desk_mail_outcome.
SELECT number, at_ms, ticket, seq, size, CASE WHEN content IS NULL THEN 0 ELSE 1 END, left_out, mailbox, sender, message_id, nature, outcome, reason,
    sender_name, subject, cc, files, '', '' FROM desk_mail WHERE outcome = ?3 AND number < ?1 AND (?2 = '' OR mailbox = ?2) ORDER BY number DESC LIMIT ?4;

-- name: mail_out_list_state
-- As mail_out_list, of one state. Served by desk_mail_out_listed.
SELECT number, ticket, seq, created_ms, settled_ms, attempts, mailbox, kind, recipient, cc, subject, state, error
FROM desk_mail_out WHERE state = ?3 AND number < ?1 AND (?2 = '' OR mailbox = ?2) ORDER BY number DESC LIMIT ?4;

-- name: mail_list
-- Before ?1, of mailbox ?2 and outcome ?3 ('': any), at most ?4. Served by the primary key.
SELECT number, at_ms, ticket, seq, size, CASE WHEN content IS NULL THEN 0 ELSE 1 END, left_out, mailbox, sender, message_id, nature, outcome, reason,
    sender_name, subject, cc, files, '', '' FROM desk_mail WHERE number < ?1 AND (?2 = '' OR mailbox = ?2) AND (?3 = '' OR outcome = ?3) ORDER BY number DESC LIMIT ?4;

-- name: mail_of_ticket
-- Of ticket ?1 before ?2, at most ?3. Served by desk_mail_ticket.
SELECT number, at_ms, ticket, seq, size, CASE WHEN content IS NULL THEN 0 ELSE 1 END, left_out, mailbox, sender, message_id, nature, outcome, reason,
    sender_name, subject, cc, files, html, quoted FROM desk_mail WHERE ticket = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3;

-- name: mail_thread_list
-- Of ticket ?1, at most ?2. Served by the primary key.
SELECT recipient, mailbox, cc, subject, language, said, refs FROM desk_mail_thread WHERE ticket = ?1 ORDER BY recipient LIMIT ?2;

-- name: mail_thread_set
-- Served by the primary key.
UPDATE desk_mail_thread SET mailbox = ?3, cc = ?4, subject = ?5, language = ?6, said = ?7, refs = ?8 WHERE ticket = ?1 AND recipient = ?2;

-- name: mail_thread_add
INSERT INTO desk_mail_thread (ticket, recipient, mailbox, cc, subject, language, said, refs) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: mail_thread_merge
-- Those of ticket ?1 become those of ?2, but who is there. Served by the primary key.
UPDATE desk_mail_thread SET ticket = ?2 WHERE ticket = ?1
    AND recipient NOT IN (SELECT recipient FROM desk_mail_thread WHERE ticket = ?2);

-- name: mail_out_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_mail_out;

-- name: mail_out_add
INSERT INTO desk_mail_out (number, mailbox, ticket, seq, kind, recipient, cc, subject, body, refs, created_ms, state, attempts, due_ms, settled_ms, error)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'queued', 0, 0, 0, '');

-- name: mail_out_due
-- The first of mailbox ?1 that is due. Served by desk_mail_out_mailbox.
SELECT number, due_ms, mailbox, ticket, kind, recipient, cc, subject, body, refs, created_ms, attempts FROM desk_mail_out
WHERE mailbox = ?1 AND state = 'queued' ORDER BY due_ms, number LIMIT 1;

-- name: mail_out_get
-- Served by the primary key.
SELECT ticket, state, attempts, created_ms, recipient, seq, mailbox FROM desk_mail_out WHERE number = ?1;

-- name: mail_out_begin
-- Served by the primary key.
UPDATE desk_mail_out SET state = 'sending', attempts = attempts + 1 WHERE number = ?1;

-- name: mail_out_state
-- Served by the primary key.
UPDATE desk_mail_out SET state = ?2, due_ms = ?3, settled_ms = ?4, error = ?5 WHERE number = ?1;

-- name: mail_out_doubt
-- What was being sent when the server ended. Served by desk_mail_out_state.
UPDATE desk_mail_out SET state = 'doubt', error = 'the server ended while it was being sent' WHERE state = 'sending';

-- name: mail_out_orphans
-- Served by desk_mail_out_state.
UPDATE desk_mail_out SET state = 'failed', settled_ms = ?2, error = 'the mailbox was removed' WHERE state = 'queued' AND mailbox = ?1;

-- name: mail_out_recent
-- How many messages of kind ?2 were queued for ?1 since ?3. Served by desk_mail_out_recipient.
SELECT COUNT(*) FROM desk_mail_out WHERE recipient = ?1 AND kind = ?2 AND created_ms > ?3;

-- name: mail_out_list
-- Before ?1, of mailbox ?2 and state ?3 ('': any), at most ?4. Served by the primary key.
SELECT number, ticket, seq, created_ms, settled_ms, attempts, mailbox, kind, recipient, cc, subject, state, error
FROM desk_mail_out WHERE number < ?1 AND (?2 = '' OR mailbox = ?2) AND (?3 = '' OR state = ?3) ORDER BY number DESC LIMIT ?4;

-- name: mail_out_of_ticket
-- Of ticket ?1 before ?2, at most ?3. Served by desk_mail_out_ticket.
SELECT number, ticket, seq, created_ms, settled_ms, attempts, mailbox, kind, recipient, cc, subject, state, error
FROM desk_mail_out WHERE ticket = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3;

-- name: mail_erase_scan
-- Behind ?1, at most ?2. Served by the primary key.
SELECT number, sender, sender_name, subject, cc, html, quoted, reason FROM desk_mail WHERE number > ?1 ORDER BY number LIMIT ?2;

-- name: mail_erase_kept_scan
-- As mail_erase_scan, with the bytes of those in quarantine. Served by desk_mail_outcome.
SELECT number, content FROM desk_mail WHERE outcome = 'quarantined' AND number > ?1 AND content IS NOT NULL ORDER BY number LIMIT ?2;

-- name: mail_erase
-- Served by the primary key.
UPDATE desk_mail SET sender = '', sender_name = '', subject = '', cc = '', message_id = '', html = '', quoted = '', reason = '', files = '', content = NULL
WHERE number = ?1;

-- name: mail_out_erase_scan
-- Behind ?1, at most ?2. Served by the primary key.
SELECT number, recipient, cc, subject, body FROM desk_mail_out WHERE number > ?1 ORDER BY number LIMIT ?2;

-- name: mail_out_erase
-- What has not left does not leave. Served by the primary key.
UPDATE desk_mail_out SET recipient = '', cc = '', subject = '', body = '', refs = '', error = '',
    state = CASE WHEN state = 'queued' THEN 'failed' ELSE state END WHERE number = ?1;

-- name: mail_thread_erase_scan
-- Behind ticket ?1 and recipient ?2, at most ?3. Served by the primary key.
SELECT ticket, recipient, cc, subject, said FROM desk_mail_thread WHERE ticket >= ?1 AND (ticket > ?1 OR recipient > ?2) ORDER BY ticket, recipient LIMIT ?3;

-- name: mail_thread_erase
-- Served by the primary key.
DELETE FROM desk_mail_thread WHERE ticket = ?1 AND recipient = ?2;

-- name: mail_discard
-- Served by the primary key.
UPDATE desk_mail SET outcome = 'filed', content = NULL WHERE number = ?1;

-- name: mail_of_sender
-- Of ?1 behind ?2, at most ?3. Served by desk_mail_written.
SELECT number, at_ms, ticket, mailbox, sender_name, subject, cc, outcome, html FROM desk_mail WHERE sender = ?1 AND number > ?2 ORDER BY number LIMIT ?3;

-- name: mail_out_of_recipient
-- Of ?1 behind ?2, at most ?3. Served by desk_mail_out_written.
SELECT number, created_ms, ticket, mailbox, '', subject, cc, state, body FROM desk_mail_out WHERE recipient = ?1 AND number > ?2 ORDER BY number LIMIT ?3;
