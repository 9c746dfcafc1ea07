-- SPDX-License-Identifier: Apache-2.0
-- The portal: whose account belongs to which stores, and what those who reported see and say.

ALTER TABLE account ADD COLUMN stores TEXT NOT NULL DEFAULT '[]';             -- JSON list of codes, sorted

ALTER TABLE desk_report ADD COLUMN confirmed_ms BIGINT NOT NULL DEFAULT 0;    -- its reporter says that it is solved; 0: not
CREATE INDEX desk_report_store ON desk_report (store, number);
CREATE INDEX desk_report_requester ON desk_report (requester, number) WHERE requester <> '';
