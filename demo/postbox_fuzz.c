// SPDX-License-Identifier: Apache-2.0
/* Whatever a client says, line by line: what is kept is text that may stand in a message's head. */
#include "postbox.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (i + 1 >= POSTBOX_TEXT || text[i] < 0x20 || text[i] > 0x7e) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PostboxTalk talk = {0};
    while (size > 0) {
        const uint8_t *end = memchr(data, '\n', size);
        const size_t len = end != NULL ? (size_t)(end - data) : size;
        bool mail = false;
        (void)postbox_line(&talk, (const char *)data, len, &mail);
        check(talk.mail.reply_to);
        check(talk.mail.id);
        data += len + (end != NULL);
        size -= len + (end != NULL);
    }
    return 0;
}
