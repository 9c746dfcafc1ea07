// SPDX-License-Identifier: Apache-2.0
/* A program for tests: signs the message on stdin and prints it with its signature, and before it
 * the record that belongs to the key, in a line. sign DOMAIN SELECTOR KEY-FILE */
#include "base/memory.h"
#include "platform/mail_write.h"

#include <stdio.h>

enum { LIMIT = 8 << 20, AT_S = 1795426948 };

static bool read_all(FILE *f, PtBuf *out)
{
    for (;;) {
        char *room = pt_buf_reserve(out, 4096);
        const size_t len = room != NULL ? fread(room, 1, 4096, f) : 0;
        out->len += len;
        if (len == 0) {
            return ferror(f) == 0 && pt_buf_status(out) == PT_OK;
        }
    }
}

int main(int argc, char **argv)
{
    PT_CLEANUP(pt_buf_done) PtBuf key = {0};
    PT_CLEANUP(pt_buf_done) PtBuf mail = {0};
    PT_CLEANUP(pt_buf_done) PtBuf out = {0};
    PT_CLEANUP(pt_close_filep) FILE *f = argc == 4 ? fopen(argv[3], "re") : NULL;
    PtError err = {0};
    pt_buf_init(&key, LIMIT);
    pt_buf_init(&mail, LIMIT);
    pt_buf_init(&out, LIMIT);
    if (f == NULL || !read_all(f, &key) || !read_all(stdin, &mail)) {
        (void)fputs("cannot read the key or the mail\n", stderr);
        return 2;
    }
    const MailDkim dkim = {pt_str(argv[1]), pt_str(argv[2]), pt_buf_str(&key)};
    PtStatus st = mail_dkim_record(&dkim, &out, &err);
    pt_buf_add_char(&out, '\n');
    st = st == PT_OK ? mail_dkim_sign(&dkim, pt_buf_str(&mail), (int64_t)AT_S * 1000, &out, &err)
                     : st;
    pt_buf_add_str(&out, pt_buf_str(&mail));
    if (st != PT_OK || pt_buf_status(&out) != PT_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    return fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0 ? 0 : 2;
}
