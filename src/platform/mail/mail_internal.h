// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "platform/mail.h"

#include <gmime/gmime.h>

/* What the files of the reader share. */
typedef struct MailReader {
    PtArena *arena;
    GMimeMessage *message;
    GMimeParserOptions *options;
    MailMessage *out;
    size_t parts; /* seen */
} MailReader;

static inline PtStatus mail_no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to read a mail");
}

/* Prefix and part, whatever the case of ASCII letters. */
static inline bool mail_starts(PtStr text, const char *prefix)
{
    const size_t len = strlen(prefix);
    return text.len >= len && pt_str_eq_nocase((PtStr){text.data, len}, (PtStr){prefix, len});
}

static inline bool mail_has(PtStr text, const char *part)
{
    const size_t len = strlen(part);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (mail_starts((PtStr){text.data + i, text.len - i}, part)) {
            return true;
        }
    }
    return false;
}

/* subtype "*": any. */
static inline bool mail_is_type(GMimeObject *part, const char *type, const char *subtype)
{
    GMimeContentType *content = g_mime_object_get_content_type(part);
    return content != NULL && g_mime_content_type_is_type(content, type, subtype);
}

/* ---- charset.c */

/* The bytes as UTF-8 in the arena: without NUL and CR, at most `most` bytes of it (*ret_cut where
 * there was more). charset: what the mail says, data NULL: nothing. What is no text of its charset
 * is taken for UTF-8 where it is, else for windows-1252. data NULL in the result: no memory. */
PtStr mail_text(PtArena *arena, PtStr bytes, PtStr charset, size_t most, bool *ret_cut);
/* A header's decoded value in the arena: valid UTF-8 in one line, without ends of white space. */
PtStr mail_line(PtArena *arena, const char *value);

/* ---- head.c: addresses, ids, date, subject */
PtStatus mail_read_head(MailReader *r, PtError *err);
/* The first header of the name, decoded; "" where there is none. */
PtStr mail_header(const MailReader *r, const char *name);

/* ---- parts.c: bodies and files */
PtStatus mail_read_parts(MailReader *r, PtError *err);
/* Decoded content of a part, in the arena. */
PtStatus mail_content(PtArena *arena, GMimePart *part, PtStr *ret_bytes, PtError *err);
PtStr mail_type_of(PtArena *arena, GMimeObject *part);

/* ---- bounce.c, nature.c: after the others */
PtStatus mail_read_bounces(MailReader *r, PtError *err);
void mail_tell_nature(MailReader *r);
