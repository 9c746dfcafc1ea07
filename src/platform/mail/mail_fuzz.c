// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for mail: any bytes as a message, and as the text of one. What is read is UTF-8, and
 * the two parts of a text have no more bytes than it had. */
#include "platform/mail.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort(); // also where assert() is compiled out
    }
}

static void check_text(PtStr text)
{
    check(text.data == NULL || (pt_utf8_valid(text) && memchr(text.data, 0, text.len) == NULL));
}

static void check_mail(const MailMessage *m)
{
    check_text(m->subject);
    check_text(m->text);
    check_text(m->html);
    check(m->nature < MAIL_NATURES && m->bounce_count <= MAIL_BOUNCES);
    for (size_t i = 0; i < m->from.count; i++) {
        check_text(m->from.list[i].name);
        check_text(m->from.list[i].address);
    }
    for (size_t i = 0; i < m->bounce_count; i++) {
        check_text(m->bounces[i].said);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtArena *arena = pt_arena_new((size_t)256 << 20);
    const PtStr bytes = {(const char *)data, size};
    MailMessage m;
    MailReply reply;
    check(arena != NULL);
    if (mail_parse(bytes, arena, &m, NULL) == PT_OK) {
        check_mail(&m);
    }
    if (mail_reply(bytes, arena, &reply, NULL) == PT_OK) {
        check(reply.kept.len + reply.cut.len <= size);
    }
    pt_arena_free(arena);
    return 0;
}
