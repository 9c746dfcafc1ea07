// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/mail_internal.h"

#include <pthread.h>

static GMimeParserOptions *options; /* read only once they are made */

static void start_library(void)
{
    static const char *charsets[] = {"utf-8", "windows-1252", NULL}; // of headers that say none
    g_mime_init();
    options = g_mime_parser_options_new();
    g_mime_parser_options_set_fallback_charsets(options, charsets);
}

static void unref(gpointer *object)
{
    if (*object != NULL) {
        g_object_unref(*object);
    }
}

static PtStatus read_all(MailReader *r, PtError *err)
{
    PtStatus st = mail_read_head(r, err);
    st = st == PT_OK ? mail_read_parts(r, err) : st;
    if (st == PT_OK) {
        mail_tell_nature(r);
        st = mail_read_bounces(r, err);
    }
    return st;
}

PtStatus mail_parse(PtStr bytes, PtArena *arena, MailMessage *ret_message, PtError *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    MailMessage message = {.subject = PT_STR(""),
                           .message_id = PT_STR(""),
                           .nature_why = PT_STR(""),
                           .original_id = PT_STR(""),
                           .list_id = PT_STR("")};
    if (bytes.len > MAIL_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "the mail has %zu bytes, over %d", bytes.len, MAIL_BYTES);
    }
    (void)pthread_once(&once, start_library);
    PT_CLEANUP(unref) gpointer stream = g_mime_stream_mem_new_with_buffer(bytes.data, bytes.len);
    PT_CLEANUP(unref) gpointer parser = g_mime_parser_new_with_stream(stream);
    PT_CLEANUP(unref) gpointer parsed = g_mime_parser_construct_message(parser, options);
    MailReader r = {.arena = arena, .message = parsed, .options = options, .out = &message};
    PtStatus st =
        parsed != NULL ? read_all(&r, err) : PT_OK; // no bytes: a message without anything
    if (st == PT_OK) {
        *ret_message = message;
    }
    return st;
}
