// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for HTML of mails: what is written is within the bound, UTF-8, has no element, name
 * of an attribute or scheme that is not allowed, and closes what it opens; cleaned again it is the
 * same. */
#include "platform/mail_write.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 1 << 16 };

static void check(bool holds)
{
    if (!holds) {
        abort(); // also where assert() is compiled out
    }
}

static bool has(PtStr text, const char *part)
{
    return pt_str_has(text, pt_str(part));
}

/* Tags are whole, and there are as many of the one kind as of the other. */
static void check_tags(PtStr text)
{
    size_t opened = 0, closed = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '<') {
            check(text.data[i] != '>');
            continue;
        }
        const bool end = text.data[i + 1] == '/';
        const size_t from = i;
        bool quoted = false;
        for (i++; i < text.len && (quoted || text.data[i] != '>'); i++) {
            quoted ^= text.data[i] == '"';
            check(text.data[i] != '<');
        }
        check(i < text.len);
        const PtStr tag = {text.data + from, i + 1 - from};
        const bool is_void =
            pt_str_starts(tag, PT_STR("<br")) || pt_str_starts(tag, PT_STR("<hr")) ||
            pt_str_starts(tag, PT_STR("<img")) || pt_str_starts(tag, PT_STR("<wbr")) ||
            pt_str_starts(tag, PT_STR("<col ")) || pt_str_starts(tag, PT_STR("<col>"));
        opened += !end && !is_void;
        closed += end;
        check(closed <= opened);
        check(!has(tag, "href=\"javascript") && !has(tag, "src=\"http"));
    }
    check(opened == closed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const never[] = {"<script", "<style", "<iframe", "<svg",  "<math",
                                        "<object", "<form",  "<input",  "<link", "<base"};
    PtBuf once, twice;
    MailHtmlSeen seen;
    pt_buf_init(&once, ROOM);
    if (mail_html_clean((PtStr){(const char *)data, size}, &once, &seen, NULL) == PT_OK) {
        const PtStr text = once.data != NULL ? pt_buf_str(&once) : PT_STR("");
        check(once.len <= ROOM && pt_utf8_valid(text) && pt_buf_status(&once) == PT_OK);
        for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
            check(!has(text, never[i]));
        }
        check_tags(text);
        pt_buf_init(&twice, (size_t)4 * ROOM);
        check(mail_html_clean(text, &twice, &seen, NULL) == PT_OK);
        check_tags(pt_buf_str(&twice));
        check(seen.cut || pt_str_eq(text, pt_buf_str(&twice)));
        pt_buf_done(&twice);
    }
    pt_buf_done(&once);
    return 0;
}
