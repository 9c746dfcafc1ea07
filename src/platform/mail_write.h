// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/mail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Mail, written: a message's bytes, its DKIM signature, and HTML of strangers made safe to show.
 * Nothing here connects anywhere.
 *
 * Errors   PT_INVALID names the field; PT_TOO_LARGE: over a bound, or the buffer's limit;
 *          PT_NO_MEMORY. After a failure the content of the buffer is of no use.
 * Threads  Any.
 */

/* One address as it may stand in a header and in an envelope: local@domain in ASCII, at most 254
 * bytes, without quotes, comments, white space or anything that ends a header. */
bool mail_address_is_valid(PtStr address);

/* ---- A message ---------------------------------------------------------------------------------
 * Headers are ASCII (RFC 2047, 2231), lines have at most 998 bytes and end in CRLF. A value with a
 * control character (a line's end above all) is PT_INVALID; only a text body may hold line ends and
 * tabs. Texts have to be UTF-8. The same draft gives the same bytes.
 */
enum { MAIL_FIELDS = 40, MAIL_FIELD_BYTES = 4000 };

typedef struct MailField {
    PtStr name, value; /* "Auto-Submitted", "auto-replied"; none of those that mail_write makes */
} MailField;

typedef struct MailDraft {
    MailAddress from, reply_to; /* reply_to.address "": none */
    MailAddresses to, cc;       /* together 1..MAIL_ADDRESSES */
    PtStr subject;
    int64_t date_ms;
    PtStr message_id;                /* without angle brackets: "row.7f3a@host" */
    MailIds in_reply_to, references; /* without angle brackets; at most MAIL_IDS */
    PtStr text;                      /* always there */
    PtStr html;                      /* "": none */
    const MailFile *files;   /* is_inline with a content_id: within the HTML, where there is one */
    size_t file_count;       /* at most MAIL_PARTS */
    const MailField *fields; /* more headers */
    size_t field_count;      /* at most MAIL_FIELDS */
} MailDraft;

/* Appends the message to out. */
PT_NODISCARD PtStatus mail_write(const MailDraft *draft, PtBuf *out, PtError *err);

/* ---- DKIM --------------------------------------------------------------------------------------
 * RFC 6376, relaxed/relaxed; rsa-sha256 (2,048 bits or more) or ed25519-sha256 (RFC 8463), as the
 * key is. From is signed once more than it is there, so that none can be added.
 */
typedef struct MailDkim {
    PtStr domain, selector;
    PtStr key; /* private, PEM without a passphrase */
} MailDkim;

/* Appends "DKIM-Signature: ...\r\n", to stand before the message. at_ms: the time of signing. */
PT_NODISCARD PtStatus mail_dkim_sign(const MailDkim *dkim, PtStr message, int64_t at_ms, PtBuf *out,
                                     PtError *err);
/* Appends the value of the TXT record SELECTOR._domainkey.DOMAIN that belongs to the key. */
PT_NODISCARD PtStatus mail_dkim_record(const MailDkim *dkim, PtBuf *out, PtError *err);

/* ---- HTML of a mail, to show -------------------------------------------------------------------
 * What is written is made anew from an allow-list of elements, attributes and style properties:
 * no script, form, frame, name or id, nothing that is loaded from elsewhere. Images are "cid:" (a
 * file of the mail, which whoever shows it puts in) or "data:" of PNG, JPEG, GIF and WebP. Links
 * are http, https, mailto and tel, and open apart (rel="noopener noreferrer nofollow",
 * target="_blank"). Every element that was opened is closed.
 */
enum { MAIL_HTML_DEPTH = 200, MAIL_HTML_ELEMENTS = 100000 };

typedef struct MailHtmlSeen {
    uint32_t remote; /* images and the like that were left out, because they are elsewhere */
    bool cut;        /* a bound was reached: what lies behind is not there */
} MailHtmlSeen;

/* html: UTF-8 without NUL, at most MAIL_TEXT_BYTES. Appends the body's content to out, whose limit
 * cuts too: PT_OK, ret_seen->cut. Not UTF-8 is PT_INVALID. */
PT_NODISCARD PtStatus mail_html_clean(PtStr html, PtBuf *out, MailHtmlSeen *ret_seen, PtError *err);
