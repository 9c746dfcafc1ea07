// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the desk's mail: settings of a mailbox; subjects, addresses and ids that may hold
 * a token; HTML as text. A text that is plain stays as it is. Input: a byte for which, the text. */
#include "desk/mail_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 8 << 20, MOST = 200, WAYS = 4 };

static void check_plain(PtArena *arena, PtStr text)
{
    bool cut = false;
    const PtStr once = desk_mail_plain(arena, text, MOST, true, &cut);
    const PtStr twice = once.data != NULL ? desk_mail_plain(arena, once, MOST, true, &cut) : once;
    if (once.data != NULL && (cut || !pt_utf8_valid(once) || !pt_str_eq(once, twice))) {
        abort();
    }
    const PtStr title = desk_mail_title(arena, text);
    if (title.data != NULL && !pt_utf8_valid(title)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const Desk desk = {.c = {.mail = {.key = {1}}}};
    PtArena *arena = size > 0 ? pt_arena_new(ARENA) : NULL;
    if (arena == NULL) {
        return 0;
    }
    const PtStr text = {(const char *)data + 1, size - 1};
    DeskMailSettings settings;
    int64_t number;
    switch (data[0] % WAYS) {
    case 0:
        (void)!desk_mail_settings(text, arena, &settings, NULL);
        break;
    case 1: // no key is known here: what is taken for a token is one that was guessed
        if (desk_mail_of_subject(&desk, text) != 0 || desk_mail_is_ours(&desk, text, &number) ||
            desk_mail_of_address(&desk, PT_STR("desk@shop.example"), text) != 0) {
            abort();
        }
        break;
    case 2:
        (void)desk_mail_text_of_html(arena, text);
        break;
    default:
        check_plain(arena, text);
    }
    pt_arena_free(arena);
    return 0;
}
