-- SPDX-License-Identifier: Apache-2.0

-- name: notify_number
-- The next number of a name.
INSERT INTO notify_number (name, last) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET last = notify_number.last + 1;

-- name: notify_number_last
-- Served by the primary key.
SELECT COALESCE(MAX(last), 0) FROM notify_number WHERE name = ?1;

-- name: notify_event_add
INSERT INTO notify_event (number, at_ms, kinds, ticket, to_account, mentions, by_account, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: notify_events
-- The oldest ?1. Served by the primary key.
SELECT number, at_ms, kinds, ticket, to_account, mentions, by_account, detail FROM notify_event ORDER BY number LIMIT ?1;

-- name: notify_event_done
-- Served by the primary key.
DELETE FROM notify_event WHERE number = ?1;

-- name: notify_add
-- Served by the primary key.
INSERT INTO notification (account, event, at_ms, kind, ticket, detail, by_account, read_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)
ON CONFLICT (account, event) DO NOTHING;

-- name: notify_list
-- Those before event ?2, at most ?3. Served by the primary key.
SELECT event, at_ms, read_ms, kind, ticket, detail, by_account FROM notification WHERE account = ?1 AND event < ?2 ORDER BY event DESC LIMIT ?3;

-- name: notify_list_unread
-- Served by notification_unread.
SELECT event, at_ms, read_ms, kind, ticket, detail, by_account FROM notification WHERE account = ?1 AND read_ms = 0 AND event < ?2
ORDER BY event DESC LIMIT ?3;

-- name: notify_unread
-- Served by notification_unread.
SELECT COUNT(*) FROM notification WHERE account = ?1 AND read_ms = 0;

-- name: notify_read
-- Served by the primary key.
UPDATE notification SET read_ms = ?3 WHERE account = ?1 AND event = ?2 AND read_ms = 0;

-- name: notify_read_all
-- Up to event ?2. Served by notification_unread.
UPDATE notification SET read_ms = ?3 WHERE account = ?1 AND event <= ?2 AND read_ms = 0;

-- name: notify_old
-- What is older than ?1 goes. Served by notification_at.
DELETE FROM notification WHERE at_ms < ?1;

-- name: notify_setting_get
-- Served by the primary key.
SELECT version, rules, language, zone, quiet_from_min, quiet_until_min, quiet_not_p1, digest_every_min, digest_at_min, hook_shape, hook_url
FROM notify_setting WHERE account = ?1;

-- name: notify_setting_put
-- Served by the primary key.
INSERT INTO notify_setting (account, version, rules, language, zone, quiet_from_min, quiet_until_min, quiet_not_p1, digest_every_min, digest_at_min,
    hook_shape, hook_url)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (account) DO UPDATE SET version = ?2, rules = ?3, language = ?4, zone = ?5, quiet_from_min = ?6, quiet_until_min = ?7, quiet_not_p1 = ?8,
    digest_every_min = ?9, digest_at_min = ?10, hook_shape = ?11, hook_url = ?12;

-- name: notify_devices
-- Served by notify_device_account.
SELECT id, name, subscription, created_ms, sent_ms FROM notify_device WHERE account = ?1 ORDER BY id LIMIT ?2;

-- name: notify_device_get
-- Served by the primary key.
SELECT id, name, subscription, created_ms, sent_ms, account FROM notify_device WHERE id = ?1;

-- name: notify_device_add
INSERT INTO notify_device (id, account, name, digest, subscription, created_ms, sent_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0);

-- name: notify_device_replace
-- Served by the index of digest.
DELETE FROM notify_device WHERE digest = ?1;

-- name: notify_device_remove
-- Served by the primary key.
DELETE FROM notify_device WHERE id = ?1 AND account = ?2;

-- name: notify_device_gone
-- Served by the primary key.
DELETE FROM notify_device WHERE id = ?1;

-- name: notify_device_sent
-- Served by the primary key.
UPDATE notify_device SET sent_ms = ?2 WHERE id = ?1;

-- name: notify_collecting
-- One that has fewer than ?4. Served by notify_delivery_account and the primary key of notify_item.
SELECT number, due_ms FROM notify_delivery WHERE account = ?1 AND channel = ?2 AND device = ?3 AND state = 'collecting'
    AND (SELECT COUNT(*) FROM notify_item i WHERE i.delivery = notify_delivery.number) < ?4
ORDER BY number DESC LIMIT 1;

-- name: notify_delivery_add
-- Behind what waits for the same place. Served by notify_delivery_account.
INSERT INTO notify_delivery (number, account, channel, device, state, due_ms, retry_ms, attempts, reason, error, created_ms, done_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT COALESCE(MAX(o.retry_ms), 0) FROM notify_delivery o WHERE o.account = ?2
    AND o.channel = ?3 AND o.device = ?4 AND o.state = 'queued'), 0, '', '', ?7, 0);

-- name: notify_delivery_sooner
-- Served by the primary key.
UPDATE notify_delivery SET due_ms = ?2 WHERE number = ?1 AND due_ms > ?2;

-- name: notify_item_add
-- Served by the primary key.
INSERT INTO notify_item (delivery, event) VALUES (?1, ?2) ON CONFLICT (delivery, event) DO NOTHING;

-- name: notify_item_drop
-- Served by the primary key.
DELETE FROM notify_item WHERE delivery = ?1;

-- name: notify_items
-- What a delivery tells, but for what was read since; a test is event 0. Served by the primary keys.
SELECT i.event, COALESCE(n.at_ms, 0), COALESCE(n.kind, ''), COALESCE(n.ticket, 0), COALESCE(n.detail, ''), COALESCE(n.by_account, '')
FROM notify_item i LEFT JOIN notification n ON n.account = ?2 AND n.event = i.event
WHERE i.delivery = ?1 AND (i.event = 0 OR n.read_ms = 0)
ORDER BY i.event LIMIT ?3;

-- name: notify_due
-- What has been collected. Served by notify_delivery_due.
UPDATE notify_delivery SET state = 'queued' WHERE state = 'collecting' AND due_ms <= ?1;

-- name: notify_due_next
-- Served by notify_delivery_due.
SELECT MIN(due_ms) FROM notify_delivery WHERE state = 'collecting';

-- name: notify_next
-- Served by notify_delivery_state.
SELECT number, account, channel, device, attempts, created_ms FROM notify_delivery WHERE state = 'queued' AND retry_ms <= ?1
ORDER BY retry_ms, number LIMIT 1;

-- name: notify_next_retry
-- Served by notify_delivery_state.
SELECT MIN(retry_ms) FROM notify_delivery WHERE state = 'queued';

-- name: notify_delivery_sending
-- Served by the primary key.
UPDATE notify_delivery SET state = 'sending', attempts = attempts + 1 WHERE number = ?1 AND state = 'queued';

-- name: notify_delivery_settle
-- Served by the primary key.
UPDATE notify_delivery SET state = ?2, retry_ms = ?3, reason = ?4, error = ?5, done_ms = ?6 WHERE number = ?1;

-- name: notify_put_off
-- The others to a place that does not answer wait as long. Served by notify_delivery_account.
UPDATE notify_delivery SET retry_ms = ?4 WHERE account = ?1 AND channel = ?2 AND device = ?3 AND state = 'queued' AND retry_ms < ?4;

-- name: notify_doubt
-- Served by notify_delivery_state.
UPDATE notify_delivery SET state = 'doubt', reason = 'killed', done_ms = ?1 WHERE state = 'sending';

-- name: notify_drop_of
-- What a person's channel no longer takes. Served by notify_delivery_account.
UPDATE notify_delivery SET state = 'dropped', reason = ?4, done_ms = ?5
WHERE account = ?1 AND channel = ?2 AND device = ?3 AND state IN ('collecting', 'queued');

-- name: notify_deliveries
-- Those before number ?1, at most ?2. Served by the primary key.
SELECT d.number, d.account, d.channel, d.device, d.state, d.due_ms, d.retry_ms, d.attempts, d.reason, d.error, d.created_ms, d.done_ms,
    (SELECT COUNT(*) FROM notify_item i WHERE i.delivery = d.number)
FROM notify_delivery d WHERE d.number < ?1 ORDER BY d.number DESC LIMIT ?2;

-- name: notify_deliveries_state
-- Likewise, of state ?3. Served by notify_delivery_number.
SELECT d.number, d.account, d.channel, d.device, d.state, d.due_ms, d.retry_ms, d.attempts, d.reason, d.error, d.created_ms, d.done_ms,
    (SELECT COUNT(*) FROM notify_item i WHERE i.delivery = d.number)
FROM notify_delivery d WHERE d.number < ?1 AND d.state = ?3 ORDER BY d.number DESC LIMIT ?2;

-- name: notify_redrive
-- Served by the primary key.
UPDATE notify_delivery SET state = 'queued', retry_ms = 0, attempts = 0, reason = '', error = '', done_ms = 0
WHERE number = ?1 AND state IN ('dead', 'doubt');

-- name: notify_delivery_exists
-- Served by the primary key.
SELECT COUNT(*) FROM notify_delivery WHERE number = ?1;

-- name: notify_items_old
-- Served by notify_delivery_done and the primary key.
DELETE FROM notify_item WHERE delivery IN (SELECT number FROM notify_delivery WHERE done_ms > 0 AND done_ms < ?1);

-- name: notify_deliveries_old
-- Served by notify_delivery_done.
DELETE FROM notify_delivery WHERE done_ms > 0 AND done_ms < ?1;

-- name: notify_waiting
-- Served by notify_delivery_state.
SELECT COUNT(*) FROM notify_delivery WHERE state IN ('collecting', 'queued', 'sending');

-- name: notify_key_get
-- Served by the primary key.
SELECT secret FROM notify_key WHERE id = 1;

-- name: notify_devices_lost
-- scan: once, where the data folder is another
DELETE FROM notify_device;

-- name: notify_hooks_lost
-- scan: likewise
UPDATE notify_setting SET hook_url = '' WHERE hook_url <> '';

-- name: notify_key_put
INSERT INTO notify_key (id, secret, made_ms) VALUES (1, ?1, ?2)
ON CONFLICT (id) DO UPDATE SET secret = excluded.secret, made_ms = excluded.made_ms;
