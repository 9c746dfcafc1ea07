-- SPDX-License-Identifier: Apache-2.0
-- What a message is shown with on its ticket, each mailbox's own queue of what leaves, and whose messages are whose.

ALTER TABLE desk_mail ADD COLUMN sender_name TEXT NOT NULL DEFAULT ''; -- beside the address
ALTER TABLE desk_mail ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE desk_mail ADD COLUMN cc TEXT NOT NULL DEFAULT '';          -- who else got it, a line each
ALTER TABLE desk_mail ADD COLUMN quoted TEXT NOT NULL DEFAULT '';      -- what stood around the reply
ALTER TABLE desk_mail ADD COLUMN files TEXT NOT NULL DEFAULT '';       -- of its ticket, a line each: number, blank, Content-ID
ALTER TABLE desk_mail ADD COLUMN left_out BIGINT NOT NULL DEFAULT 0;   -- images and the like that lie elsewhere

CREATE INDEX desk_mail_out_mailbox ON desk_mail_out (mailbox, state, due_ms, number);
CREATE INDEX desk_mail_written ON desk_mail (sender, number);
CREATE INDEX desk_mail_out_written ON desk_mail_out (recipient, number);
