// SPDX-License-Identifier: Apache-2.0
/* From every released schema, with rows, to today's: what was there is there still, on every
 * engine. A release adds a block here and a line to db/migrations/landed.sha256.
 */
#include "base/memory.h"
#include "platform/migrations.h"
#include "platform/sql/sql_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STATEMENTS_MAX = 32 };

static struct Released {
    const char *name;
    PtMigrationSet set;
    int last; /* migration of that release */
    const char *rows[STATEMENTS_MAX];
    struct {
        const char *statement; /* gives one text */
        const char *want;
    } checks[STATEMENTS_MAX];
} released[] = {
    {"core 0001",
     PT_MIGRATIONS_CORE,
     1,
     {"INSERT INTO source (number, id, name, write_key, enabled, historical, skew, created_ms)"
      " VALUES (1, 'id-1', 'gr\xc3\xbc\xc3\x9f', 'key-1', 1, 0, 'correct', 1763776800000)",
      "INSERT INTO source (number, id, name, write_key, enabled, historical, skew, created_ms)"
      " VALUES (7, 'id-7', 'b', 'key-7', 0, 1, 'keep', -1)",
      "INSERT INTO api_token (id, name, role, hash, created_ms, last_used_ms, revoked_ms)"
      " SELECT 't-1', 'ops', 'admin', CAST('h1' AS BLOB), 5, NULL, NULL",
      "INSERT INTO api_token (id, name, role, hash, created_ms, last_used_ms, revoked_ms)"
      " SELECT 't-2', '', 'analyst', CAST('h2' AS BLOB), 6, 7, 8"},
     {{"SELECT number || '|' || id || '|' || name || '|' || write_key || '|' || enabled || '|' ||"
       " historical || '|' || skew || '|' || created_ms FROM source WHERE number = 1",
       "1|id-1|gr\xc3\xbc\xc3\x9f|key-1|1|0|correct|1763776800000"},
      {"SELECT number || '|' || id || '|' || name || '|' || write_key || '|' || enabled || '|' ||"
       " historical || '|' || skew || '|' || created_ms FROM source WHERE number = 7",
       "7|id-7|b|key-7|0|1|keep|-1"},
      {"SELECT id || '|' || name || '|' || role || '|' || created_ms || '|' ||"
       " COALESCE(last_used_ms, -1) || '|' || COALESCE(revoked_ms, -1) FROM api_token"
       " WHERE hash = CAST('h1' AS BLOB)",
       "t-1|ops|admin|5|-1|-1"},
      {"SELECT id || '|' || name || '|' || role || '|' || created_ms || '|' ||"
       " COALESCE(last_used_ms, -1) || '|' || COALESCE(revoked_ms, -1) FROM api_token"
       " WHERE hash = CAST('h2' AS BLOB)",
       "t-2||analyst|6|7|8"},
      {"SELECT COUNT(*) || ' ' || (SELECT COUNT(*) FROM api_token) FROM source", "2 2"}}},
    {"views 0001",
     PT_MIGRATIONS_VIEWS,
     1,
     {"INSERT INTO view_position (view, partition, next_offset)"
      " VALUES ('stats', 0, 9007199254740993)",
      "INSERT INTO source_stat (source, hour_ms, type, class, events, bytes, flagged, first_ms,"
      " last_ms) VALUES (1, 3600000, 2, 1, 10, 2000, 3, 3600001, 7199999)",
      "INSERT INTO source_event_name (source, name, events, first_ms, last_ms)"
      " VALUES (1, 'Order Completed', 4, 1, 2)",
      "INSERT INTO quarantine (partition, record_offset, source, reason, detail, time_ms, bytes,"
      " redriven_as) VALUES (0, 12, 1, 'no_id', 'neither', 99, 50, NULL)"},
     {{"SELECT view || '|' || partition || '|' || next_offset FROM view_position",
       "stats|0|9007199254740993"},
      {"SELECT source || '|' || hour_ms || '|' || type || '|' || class || '|' || events || '|' ||"
       " bytes || '|' || flagged || '|' || first_ms || '|' || last_ms FROM source_stat",
       "1|3600000|2|1|10|2000|3|3600001|7199999"},
      {"SELECT source || '|' || name || '|' || events || '|' || first_ms || '|' || last_ms"
       " FROM source_event_name",
       "1|Order Completed|4|1|2"},
      {"SELECT partition || '|' || record_offset || '|' || source || '|' || reason || '|' ||"
       " detail || '|' || time_ms || '|' || bytes || '|' || COALESCE(redriven_as, -1)"
       " FROM quarantine",
       "0|12|1|no_id|neither|99|50|-1"}}},
    {"core 0009",
     PT_MIGRATIONS_CORE,
     9,
     {"INSERT INTO account (id, email, name, role, password, password_changed_ms, preferences,"
      " created_ms, last_seen_ms, disabled_ms, failures, failed_ms)"
      " VALUES ('a-1', 'ada@example.com', 'Ad\xc3\xa9', 'owner', 'argon', 1, '{}', 2, 3, NULL, 4, "
      "5)",
      "INSERT INTO audit_entry (seq, time_ms, commitment, link)"
      " SELECT 1, 7, CAST('c' AS BLOB), CAST('l' AS BLOB)",
      "INSERT INTO audit_content (seq, salt, actor_kind, actor, actor_name, peer, action,"
      " subject_type, subject, subject_name, detail)"
      " SELECT 1, CAST('s' AS BLOB), 'person', 'a-1', 'Ada', '::1', 'sign_in', 'account', 'a-1', "
      "'',"
      " '{}'",
      "INSERT INTO feed (id, message_id, time_ms, name, subject, properties)"
      " VALUES (3, 'm-3', 9, 'Account Added', 'a-1', '{}')",
      "UPDATE feed_position SET last_id = 3, tried_id = 2, log_offset = 11",
      "INSERT INTO plan_version (plan, version, name, description, mode, unplanned_events,"
      " unplanned_properties, formats, rules, rule_count, note, saved_ms, saved_by)"
      " VALUES ('p-1', 2, 'Shop', '', 'warn', 'allow', 'allow', 1, '[]', 0, '', 12, 'Ada')",
      "INSERT INTO alert (id, name, severity, message, since_ms, cleared_ms)"
      " VALUES ('al-1', 'disk', 'bad', 'full', 13, NULL)",
      "INSERT INTO identity_rules (version, rules, changed_ms, changed_by, position)"
      " VALUES (2, '{}', 14, 'Ada', 15)",
      "INSERT INTO identity_rebuild (number, rules_version, decided_ms, decided_by, reason)"
      " VALUES (1, 2, 16, 'Ada', 'why')",
      "INSERT INTO computed_trait (id, number, name, description, fold, created_ms, changed_ms,"
      " changed_by) VALUES ('c-1', 4, 'orders', '', '{}', 17, 18, 'Ada')"},
     {{"SELECT id || '|' || email || '|' || name || '|' || role || '|' || password || '|' ||"
       " created_ms || '|' || failures FROM account",
       "a-1|ada@example.com|Ad\xc3\xa9|owner|argon|2|4"},
      {"SELECT e.seq || '|' || e.time_ms || '|' || c.actor || '|' || c.action FROM audit_entry e"
       " JOIN audit_content c ON c.seq = e.seq WHERE e.link = CAST('l' AS BLOB)"
       " AND c.salt = CAST('s' AS BLOB)",
       "1|7|a-1|sign_in"},
      {"SELECT f.id || '|' || f.message_id || '|' || f.name || '|' || p.last_id || '|' ||"
       " p.tried_id || '|' || p.log_offset FROM feed f, feed_position p",
       "3|m-3|Account Added|3|2|11"},
      {"SELECT plan || '|' || version || '|' || mode || '|' || rules FROM plan_version",
       "p-1|2|warn|[]"},
      {"SELECT name || '|' || severity || '|' || since_ms FROM alert WHERE cleared_ms IS NULL",
       "disk|bad|13"},
      {"SELECT r.version || '|' || r.rules || '|' || r.position || '|' || b.number || '|' ||"
       " b.reason FROM identity_rules r JOIN identity_rebuild b ON b.rules_version = r.version",
       "2|{}|15|1|why"},
      {"SELECT t.number || '|' || t.name || '|' || t.fold || '|' || c.last FROM computed_trait t,"
       " computed_trait_change c",
       "4|orders|{}|0"}}},
    {"core 0015",
     PT_MIGRATIONS_CORE,
     15,
     {"INSERT INTO outbox_queue (name, state, reason, position, doubt_end, trips, hold_ms, figures,"
      " job, job_number, job_reason, job_before_ms, job_after, job_total, job_done, replay_number,"
      " replay_state, replay_from, replay_until, replay_next, replay_sent)"
      " VALUES ('d-1', 'running', '', 7, 9, 0, 0, '{}', '', 0, '', 0, 0, 0, 0, 0, '', 0, 0, 0, 0)",
      "INSERT INTO outbox_item (queue, position, state, attempts, due_ms, failed_ms, reason, error)"
      " VALUES ('d-1', 3, 'dead', 10, 0, 4, 'refused', '422')",
      "INSERT INTO destination (id, name, kind, settings, secrets, filter, mapping, events,"
      " purposes, enabled, in_order, historical, redrive_per_s, version, created_ms, changed_ms,"
      " changed_by) VALUES ('d-1', 'Warehouse', 's3', '{}', '{}', '', '', '',"
      " '[\"analytics\"]', 1, 0, 0, 50, 2, 1, 2, 'Ada')",
      "INSERT INTO adopt_part (part, state, note, changed_ms, changed_by)"
      " VALUES ('marketing', 'side_by_side', '', 5, 'Ada')",
      "INSERT INTO consent_retention (purpose, type, name, days)"
      " VALUES ('marketing_email', 'track', 'Email *', 365)",
      "INSERT INTO consent_suppression (id, channel, reason, since_ms, masked, added_by)"
      " VALUES ('h-1', 1, 2, 6, 'a***@d***.com', 'Ada')",
      "INSERT INTO privacy_request (id, kind, state, channel, origin, subjects, label, note,"
      " persons, bulk, requested_kind, requested_by, requested_name, received_ms, due_ms,"
      " decided_by, decided_name, decided_ms, started_ms, finished_ms, changed_ms, step, erased_ms,"
      " problem, figures, certificate, file_bytes, expires_ms, link, fetched_ms)"
      " VALUES ('r-1', 'erasure', 'approved', 'shop', 'shopify 1', '[]', 'Ada', '', 1, 0, 'system',"
      " '', '', 7, 8, '', '', 0, 0, 0, 9, 3, 10, '', '{}', '', 0, 0, NULL, 0)",
      "UPDATE privacy_register SET id = 'g-1', entries = 4",
      "INSERT INTO report (id, name, description, kind, query, shown, bytes, version, created_ms,"
      " changed_ms, changed_by) VALUES ('q-1', 'Checkout', '', 'funnel', '{}', '{}', 12, 3, 11, 12,"
      " 'Ada')"},
     {{"SELECT q.name || '|' || q.position || '|' || q.doubt_end || '|' || i.position || '|' ||"
       " i.reason || '|' || d.kind || '|' || d.purposes FROM outbox_queue q JOIN outbox_item i ON"
       " i.queue = q.name JOIN destination d ON d.id = q.name",
       "d-1|7|9|3|refused|s3|[\"analytics\"]"},
      {"SELECT part || '|' || state FROM adopt_part", "marketing|side_by_side"},
      {"SELECT p.slot || '|' || p.basis || '|' || r.days FROM consent_purpose p JOIN"
       " consent_retention r ON r.purpose = p.id WHERE r.name = 'Email *'",
       "3|consent|365"},
      {"SELECT id || '|' || reason || '|' || masked FROM consent_suppression",
       "h-1|2|a***@d***.com"},
      {"SELECT r.id || '|' || r.state || '|' || r.step || '|' || r.erased_ms || '|' || g.id || '|'"
       " || g.entries FROM privacy_request r, privacy_register g",
       "r-1|approved|3|10|g-1|4"},
      {"SELECT id || '|' || kind || '|' || query || '|' || version FROM report",
       "q-1|funnel|{}|3"}}},
    {"core 0016",
     PT_MIGRATIONS_CORE,
     16,
     {"INSERT INTO desk_ticket (number, version, type, priority, why, policy, state, waiting_for,"
      " title, description, requester, store, till, channel, category, services, touchpoints,"
      " impact, urgency, label, queue, assignee, watchers, resolution, custom, commander, review,"
      " reports, stores, tills, customers, major, merged_into, opened_ms, changed_ms,"
      " last_report_ms, acknowledged_ms, replied_ms, resolved_ms, closed_ms, apart, awaits_reply,"
      " fault) VALUES (1001, 3, 'incident', 1, '{}', 2, 'waiting', 'vendor', 'Till 4 is dark', '',"
      " 'u-1', '0412', '4', 'portal', 'till_fault', '[\"tills\"]', '[]', '', 'high', 'P2', 'tills',"
      " 'a-1', '[]', '', '{}', '', '', 2, 1, 1, 0, 0, 0, 5, 6, 7, 8, 0, 0, 0, 0, 1, 'f')",
      "INSERT INTO desk_report (number, ticket, at_ms, requester, store, till, channel, body,"
      " stores, tills, customers, by_name)"
      " VALUES (1, 1001, 5, 'u-1', '0412', '4', 'portal', 'dark', 1, 1, 0, 'Ada')",
      "INSERT INTO desk_history (ticket, seq, at_ms, kind, is_public, by_kind, by_id, by_name,"
      " changes, body) VALUES (1001, 3, 6, 'changed', 1, 'account', 'a-1', 'Ada', '{}', 'b')",
      "INSERT INTO desk_link (ticket, kind, other, at_ms) VALUES (1001, 'related_to', 1002, 9)",
      "INSERT INTO desk_escalation (number, ticket, vendor, contract, contact, message, sent_ms,"
      " sent_by, due_ms, answered_ms, answer)"
      " VALUES (1, 1001, 'acme', 'c-7', '', 'help', 10, 'Ada', 11, 0, '')",
      "INSERT INTO desk_policy (version, json, changed_ms, changed_by) VALUES (2, '{}', 12, 'Ada')",
      "INSERT INTO desk_record (kind, id, name, json, version, changed_ms, changed_by)"
      " VALUES ('services', 'tills', 'Tills', '{}', 1, 13, 'Ada')"},
     {{"SELECT number || '|' || version || '|' || state || '|' || waiting_for || '|' || store ||"
       " '|' || services || '|' || fault FROM desk_ticket",
       "1001|3|waiting|vendor|0412|[\"tills\"]|f"},
      {"SELECT r.body || '|' || h.kind || '|' || h.by_name || '|' || l.other FROM desk_report r"
       " JOIN desk_history h ON h.ticket = r.ticket JOIN desk_link l ON l.ticket = r.ticket",
       "dark|changed|Ada|1002"},
      {"SELECT vendor || '|' || contract || '|' || due_ms FROM desk_escalation", "acme|c-7|11"},
      {"SELECT p.version || '|' || r.kind || '|' || r.id FROM desk_policy p, desk_record r"
       " WHERE p.version = 2",
       "2|services|tills"}}},
    {"core 0026",
     PT_MIGRATIONS_CORE,
     26,
     {"INSERT INTO work_item (id, opened_ms, version, live, history) SELECT 281474976711657, 5, 3, "
      "1, CAST('rows' AS BLOB)",
      "INSERT INTO work_fired (item, clock, round, kind, step, due_ms, at_ms, corrected_ms) VALUES "
      "(281474976711657, 'response', 1, 'at_risk', '', 6, 7, 0)",
      "INSERT INTO work_policy (version, id, rank, from_ms, until_ms, json, changed_ms, "
      "changed_by) VALUES (4, 'p1', 1, 0, 8, '{}', 9, 'Ada')",
      "INSERT INTO commerce_store (code, number, name, zone, country, region, format, address, "
      "opened_on, closed_on, version, changed_ms, changed_by) VALUES ('0412', 1, 'Ghent', "
      "'Europe/Brussels', 'BE', '', '', '', '2026-01-31', '', 2, 10, 'Ada')",
      "INSERT INTO commerce_calendar_version (calendar, from_ms, zone, json, changed_ms, "
      "changed_by) VALUES ('week', 0, '', '{}', 11, 'Ada')",
      "INSERT INTO commerce_till (store, code, name, kind, state, version, changed_ms, changed_by) "
      "VALUES ('0412', '4', 'Till 4', 'staffed', 'in_service', 1, 12, 'Ada')",
      "INSERT INTO survey_invitation (number, nonce, survey, scale, ticket, ticket_key, person, "
      "invited_ms, expires_ms, answered_ms, changed_ms, changes, score, comment) VALUES (1, 'n', "
      "'after_ticket', 'csat', 1001, 'INC-1001', 'u-1', 13, 14, 15, 16, 1, 5, 'thanks')",
      "INSERT INTO insight_ticket (number, version, type, priority, state, store, queue, category, "
      "channel, assignee, requester, major, merged, child, opened_ms, resolved_ms, since_ms, "
      "waiting, wait_ms, business_ms, contacts, reopened, transferred, switched, score, invited, "
      "met, breached, judged) VALUES (1001, 3, 'incident', 1, 'resolved', '0412', 'tills', "
      "'till_fault', 'portal', 'a-1', 'u-1', 0, 0, 0, 5, 17, 17, 0, 2, 3, 1, 0, 0, 0, 5, 1, 1, 0, "
      "1)",
      "INSERT INTO desk_attachment (number, ticket, report, at_ms, name, type, bytes, sha256, "
      "is_public, by_kind, by_id, by_name) VALUES (1, 1001, 1, 18, 'till.png', 'image/png', 9, "
      "'ab', 1, 'account', 'a-1', 'Ada')",
      "INSERT INTO export_job (id, name, report, what, format, cell, every, at_min, weekday, zone, "
      "folder, keep_files, enabled, version, created_ms, changed_ms, changed_by, runs, failures, "
      "due_ms) VALUES ('j-1', 'Nightly', 'q-1', 'answer', 'csv', '', 'day', 60, 1, "
      "'Europe/Brussels', 'out', 7, 1, 2, 19, 20, 'Ada', 1, 0, 21)",
      "INSERT INTO export_run (job, number, cause, outcome, reason, due_ms, started_ms, "
      "finished_ms, row_count, bytes, took_ms, file) VALUES ('j-1', 1, 'schedule', 'done', NULL, "
      "21, 22, 23, 24, 25, 2, 'out/1.csv')",
      "INSERT INTO desk_route_setting (kind, id, number, json, version, changed_ms, changed_by, "
      "memory) VALUES ('queue', 'tills', 2, '{}', 1, 26, 'Ada', 27)",
      "INSERT INTO desk_route_presence (account, presence, reason, since_ms, missed) VALUES "
      "('a-1', 'away', 'lunch', 28, 1)",
      "INSERT INTO desk_route_decision (number, ticket, queue, account, at_ms, expires_ms, state, "
      "ended_ms, why) VALUES (1, 1001, 'tills', 'a-1', 29, 30, 'offered', 0, '{}')",
      "INSERT INTO desk_triage (ticket, at_ms, model, category, queue, confidence, threshold, "
      "accepted, fields, language, intent, sentiment, urgency, found, outcome, label, decided_ms, "
      "decided_by) VALUES (1001, 31, 1, 'till_fault', 'tills', 0.5, 0.25, 1, '[]', 'en', 'report', "
      "-0.5, 0.75, '{}', 'corrected', 'printer', 32, 'Ada')",
      "INSERT INTO triage_example (number, kind, source, part, ticket, body, label, at_ms, "
      "by_name) VALUES (1, 'category', 'decision', '', 1001, 'dark', 'printer', 33, 'Ada')",
      "INSERT INTO triage_model (kind, version, origin, state, reason, before, made_ms, made_by, "
      "decisions, files, metrics, bytes) SELECT 'category', 2, 'trained', 'in_force', '', 1, 34, "
      "'Ada', 1, 0, '{}', CAST('m' AS BLOB)",
      "INSERT INTO desk_mailbox (id, name, settings, imap_secret, smtp_secret, dkim_key, paused, "
      "version, changed_ms, changed_by, uid_validity, uid, last_ms, looked_ms, error, error_ms) "
      "VALUES ('b-1', 'Desk', '{}', 's', '', '', 0, 1, 35, 'Ada', 36, 37, 38, 39, '', 0)",
      "INSERT INTO desk_mail (number, mailbox, print, at_ms, sender, message_id, nature, outcome, "
      "reason, ticket, seq, html, size, content) SELECT 1, 'b-1', 'p', 40, 'u@example.com', 'id', "
      "'person', 'quarantined', 'size', 0, 0, '', 4, CAST('mail' AS BLOB)",
      "INSERT INTO desk_mail_thread (ticket, recipient, mailbox, cc, subject, language, said, "
      "refs) VALUES (1001, 'u@example.com', 'b-1', '', 'Till', 'en', 'dark', 'id')",
      "INSERT INTO desk_mail_out (number, mailbox, ticket, seq, kind, recipient, cc, subject, "
      "body, refs, created_ms, state, attempts, due_ms, settled_ms, error) VALUES (1, 'b-1', 1001, "
      "3, 'answer', 'u@example.com', '', 's', 'b', 'id', 41, 'doubt', 1, 42, 0, '')",
      "INSERT INTO notify_event (number, at_ms, kinds, ticket, to_account, mentions, by_account, "
      "detail) VALUES (1, 43, 2, 1001, 'a-1', '', '', '')",
      "INSERT INTO notification (account, event, at_ms, kind, ticket, detail, by_account, read_ms) "
      "VALUES ('a-1', 1, 43, 'assigned', 1001, '', '', 0)",
      "INSERT INTO notify_setting (account, version, rules, language, zone, quiet_from_min, "
      "quiet_until_min, quiet_not_p1, digest_every_min, digest_at_min, hook_shape, hook_url) "
      "VALUES ('a-1', 1, '', 'ar', 'Asia/Dubai', 1320, 360, 1, 0, 480, 'generic', '')",
      "INSERT INTO notify_delivery (number, account, channel, device, state, due_ms, retry_ms, "
      "attempts, reason, error, created_ms, done_ms) VALUES (1, 'a-1', 'mail', '', 'queued', 44, "
      "0, 0, '', '', 45, 0)",
      "INSERT INTO notify_item (delivery, event) VALUES (1, 1)"},
     {{"SELECT i.id || '|' || i.version || '|' || i.live || '|' || f.kind || '|' || f.due_ms FROM "
       "work_item i JOIN work_fired f ON f.item = i.id WHERE i.history = CAST('rows' AS BLOB)",
       "281474976711657|3|1|at_risk|6"},
      {"SELECT id || '|' || rank || '|' || until_ms FROM work_policy WHERE version = 4", "p1|1|8"},
      {"SELECT s.name || '|' || s.zone || '|' || t.name || '|' || c.calendar FROM commerce_store s "
       "JOIN commerce_till t ON t.store = s.code, commerce_calendar_version c",
       "Ghent|Europe/Brussels|Till 4|week"},
      {"SELECT ticket_key || '|' || score || '|' || comment FROM survey_invitation",
       "INC-1001|5|thanks"},
      {"SELECT version || '|' || state || '|' || business_ms || '|' || met FROM insight_ticket",
       "3|resolved|3|1"},
      {"SELECT name || '|' || sha256 FROM desk_attachment WHERE report = 1", "till.png|ab"},
      {"SELECT j.name || '|' || j.runs || '|' || r.outcome || '|' || r.file FROM export_job j JOIN "
       "export_run r ON r.job = j.id",
       "Nightly|1|done|out/1.csv"},
      {"SELECT s.id || '|' || s.memory || '|' || p.reason || '|' || d.state FROM "
       "desk_route_setting s JOIN desk_route_decision d ON d.queue = s.id JOIN desk_route_presence "
       "p ON p.account = d.account",
       "tills|27|lunch|offered"},
      {"SELECT t.category || '|' || t.confidence || '|' || t.label || '|' || e.label || '|' || "
       "e.body FROM desk_triage t JOIN triage_example e ON e.ticket = t.ticket",
       "till_fault|0.5|printer|printer|dark"},
      {"SELECT version || '|' || state FROM triage_model WHERE bytes = CAST('m' AS BLOB)",
       "2|in_force"},
      {"SELECT b.uid || '|' || b.imap_secret || '|' || m.outcome || '|' || o.state || '|' || "
       "h.said FROM desk_mailbox b JOIN desk_mail m ON m.mailbox = b.id JOIN desk_mail_out o ON "
       "o.mailbox = b.id JOIN desk_mail_thread h ON h.ticket = o.ticket WHERE m.content = "
       "CAST('mail' AS BLOB)",
       "37|s|quarantined|doubt|dark"},
      {"SELECT n.kind || '|' || e.kinds || '|' || s.zone || '|' || d.state FROM notification n "
       "JOIN notify_event e ON e.number = n.event JOIN notify_item i ON i.event = e.number JOIN "
       "notify_delivery d ON d.number = i.delivery JOIN notify_setting s ON s.account = n.account",
       "assigned|2|Asia/Dubai|queued"}}},
    {"views 0006",
     PT_MIGRATIONS_VIEWS,
     6,
     {"INSERT INTO plan_violation (hour_ms, source, plan, type, name, path, keyword, warned,"
      " quarantined, unplanned, sample_offset, first_ms, last_ms)"
      " VALUES (0, 1, 'p-1', 1, 'Order Completed', '/total', 'type', 2, 3, 0, 4, 5, 6)",
      "INSERT INTO identity_person (number, created_offset, created_ms, changed_offset, "
      "merged_into)"
      " VALUES (1, 2, 3, 4, NULL)",
      "INSERT INTO identity_node (number, type, value, person, first_offset, first_ms)"
      " VALUES (1, 'email', 'ada@example.com', 1, 2, 3)",
      "INSERT INTO profile_trait (node, name, json, at_ms, source, precedence)"
      " VALUES (1, 'name', '\"Ada\"', 3, 1, 2)",
      "INSERT INTO profile_value (node, currency, micros, orders, refunds)"
      " VALUES (1, 'EUR', 12500000, 1, 0)",
      "INSERT INTO computed_state (node, definition, state, as_of_ms, due_ms, timer_offset)"
      " SELECT 1, 4, CAST('s' AS BLOB), 5, 6, -1",
      "INSERT INTO duplicate_pair (low, high, id, score_ppm, found_ms)"
      " VALUES (1, 2, 'd-1', 900000, 7)",
      "INSERT INTO quality_duplicate (source, step_ms, at_ms, events) VALUES (1, 3600000, 0, 8)",
      "INSERT INTO profile_group_member (group_id, node, basis, at_ms, label)"
      " SELECT CAST('g' AS BLOB), 1, 2, 0, 'Lovelace'"},
     {{"SELECT plan || '|' || name || '|' || keyword || '|' || warned || '|' || quarantined"
       " FROM plan_violation",
       "p-1|Order Completed|type|2|3"},
      {"SELECT p.number || '|' || p.created_offset || '|' || n.type || '|' || n.value || '|' ||"
       " t.json || '|' || v.micros FROM identity_person p JOIN identity_node n ON n.person ="
       " p.number JOIN profile_trait t ON t.node = n.number JOIN profile_value v ON v.node ="
       " n.number",
       "1|2|email|ada@example.com|\"Ada\"|12500000"},
      {"SELECT definition || '|' || as_of_ms || '|' || timer_offset FROM computed_state"
       " WHERE state = CAST('s' AS BLOB)",
       "4|5|-1"},
      {"SELECT low || '|' || high || '|' || id || '|' || score_ppm FROM duplicate_pair",
       "1|2|d-1|900000"},
      {"SELECT source || '|' || events FROM quality_duplicate", "1|8"},
      {"SELECT node || '|' || basis || '|' || label FROM profile_group_member"
       " WHERE group_id = CAST('g' AS BLOB)",
       "1|2|Lovelace"}}},
    {"views 0009",
     PT_MIGRATIONS_VIEWS,
     9,
     {"INSERT INTO consent_slot (slot, slug, categories) VALUES (6, 'panel', '[]')",
      "INSERT INTO consent_state (node, slot, granted, record_offset) VALUES (1, 6, 1, 12)",
      "INSERT INTO consent_decision (node, record_offset, slot, granted, declared, at_ms, source,"
      " via, evidence, text_version, page, ip, decided_by)"
      " VALUES (1, 12, 6, 1, 1, 13, 2, 'page', 'e', 't1', 'p', '::1', '')",
      "INSERT INTO event_day (day_ms, source, name, events)"
      " VALUES (86400000, 2, 'Order Completed', 14)",
      "INSERT INTO profile_numbering (one, label) VALUES (1, 'third')"},
     {{"SELECT c.slug || '|' || s.granted || '|' || d.via || '|' || d.at_ms FROM consent_slot c"
       " JOIN consent_state s ON s.slot = c.slot JOIN consent_decision d ON d.record_offset ="
       " s.record_offset",
       "panel|1|page|13"},
      {"SELECT day_ms || '|' || name || '|' || events FROM event_day",
       "86400000|Order Completed|14"},
      {"SELECT label FROM profile_numbering", "third"}}},
};

typedef struct Case {
    char name[64];
    RigEngine engine;
    const struct Released *from;
} Case;

static SqlRig rig;

static int set_up(void **state)
{
    const Case *c = *state;
    return !rig_has(c->engine) || rig_init(&rig, c->engine) ? 0 : -1;
}

static int tear_down(void **state)
{
    const Case *c = *state;
    if (rig_has(c->engine)) {
        rig_done(&rig);
    }
    return 0;
}

static void fill(const struct Released *from)
{
    PtSqlTx *tx = rig_begin(&rig, true);
    for (size_t i = 0; i < STATEMENTS_MAX && from->rows[i] != NULL; i++) {
        rig_run(tx, from->rows[i]);
    }
    rig_commit(tx);
}

static void check(const struct Released *from)
{
    PtSqlTx *tx = rig_begin(&rig, false);
    for (size_t i = 0; i < STATEMENTS_MAX && from->checks[i].statement != NULL; i++) {
        bool row = false;
        PtError err = {0};
        if (pt_sql_use(tx, from->checks[i].statement, &err) != PT_OK ||
            pt_sql_step(tx, &row, &err) != PT_OK) {
            fail_msg("%s", err.message);
        }
        assert_true(row);
        PtStr got = pt_sql_text(tx, 0);
        if (!pt_str_eq(got, pt_str(from->checks[i].want))) {
            fail_msg("\"%.*s\" is not \"%s\"", PT_STR_ARG(got), from->checks[i].want);
        }
        assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
        assert_false(row);
    }
    rig_commit(tx);
}

static void rows_survive(void **state)
{
    const Case *c = *state;
    PtError err = {0};
    if (!rig_has(c->engine)) {
        skip();
    }
    rig_open_sql(&rig, NULL);
    if (pt_migrations_apply_to(rig.sql, c->from->set, c->from->last, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    fill(c->from);
    check(c->from); // the check itself holds before
    rig_open_sql(&rig, NULL);
    if (pt_migrations_apply(rig.sql, c->from->set, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    check(c->from);
    assert_int_equal(rig_number_now(&rig, "SELECT MAX(number) FROM schema_migration"),
                     pt_migrations_last(c->from->set));
}

int main(void)
{
    enum { RELEASED = sizeof released / sizeof *released };
    static Case cases[RELEASED * RIG_ENGINES];
    static struct CMUnitTest tests[RELEASED * RIG_ENGINES];
    size_t n = 0;
    for (size_t i = 0; i < RELEASED; i++) {
        for (RigEngine engine = 0; engine < RIG_ENGINES; engine++) {
            Case *c = &cases[n];
            *c = (Case){.engine = engine, .from = &released[i]};
            (void)snprintf(c->name, sizeof c->name, "%s: from %s", rig_engine_name(engine),
                           released[i].name);
            tests[n++] = (struct CMUnitTest){c->name, rows_survive, set_up, tear_down, c};
        }
    }
    return _cmocka_run_group_tests("platform/migrations", tests, n, NULL, NULL);
}
