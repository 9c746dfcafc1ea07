// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for what an IMAP server says: responses, their literals and items, in pieces whose
 * size the first byte says. What is read stays within its bounds. */
#include "platform/mail/imap_read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MESSAGE_BYTES = 64 };

typedef struct Source {
    PtStr left;
    size_t piece;
} Source;

static void check(bool holds)
{
    if (!holds) {
        abort(); // also where assert() is compiled out
    }
}

static PtStatus take(void *ctx, char *out, size_t room, size_t *ret_len, PtError *err)
{
    Source *s = ctx;
    size_t len = s->left.len < s->piece ? s->left.len : s->piece;
    len = len < room ? len : room;
    if (len == 0) {
        return pt_fail(err, PT_UNAVAILABLE, "the end");
    }
    memcpy(out, s->left.data, len);
    s->left = pt_str_from(s->left, len);
    *ret_len = len;
    return PT_OK;
}

static void look_at(ImapReader *r, const ImapResponse *response)
{
    ImapFetched fetched;
    uint32_t number;
    check(r->line.len <= MAIL_LINE_BYTES && r->message->len <= MESSAGE_BYTES);
    if (imap_read_fetched(r, response->rest, &fetched)) {
        check(!fetched.has_message || r->message->len <= MESSAGE_BYTES);
    }
    (void)imap_code_number(response->rest, "UIDNEXT", &number);
    (void)imap_has_word(response->rest, "IDLE");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const PtStr bytes = {(const char *)data + 1, size - 1};
    Source source = {bytes, (size_t)data[0] + 1};
    static ImapReader r;
    PtBuf message, folder;
    ImapResponse response;
    imap_reader_init(&r, take, &source);
    pt_buf_init(&message, MESSAGE_BYTES);
    r.message = &message;
    while (imap_reader_next(&r, &response, NULL) == PT_OK) {
        look_at(&r, &response);
    }
    pt_buf_init(&folder, (size_t)4 * MAIL_FOLDER_BYTES);
    if (imap_add_folder(&folder, bytes, NULL) == PT_OK) {
        check(pt_buf_status(&folder) == PT_OK && memchr(folder.data, '\n', folder.len) == NULL);
    }
    pt_buf_done(&folder);
    pt_buf_done(&message);
    imap_reader_done(&r);
    return 0;
}
