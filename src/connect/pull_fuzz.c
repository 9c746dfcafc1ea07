// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for the answers of pulls: any body, Link header and link. Items are JSON texts of the
 * body, a next link stays with its server, a position moves or the pass ends.
 * Byte 0 picks paging and what happens at the end; the rest up to the first 0xff is the body, what
 * follows the header.
 */
#include "base/json.h"
#include "connect/pull_page.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char base[] = "https://erp.example:81/orders?page=1";

static void follow(PtStr link, PtArena *arena)
{
    static const char origin[] = "https://erp.example:81";
    PtStr url = {NULL, 0};
    if (link.len > 0 && pull_link(pt_str(base), link, arena, &url, NULL) == PT_OK) {
        assert(pt_str_eq_nocase(connect_net_origin(url), pt_str(origin)));
        assert(url.len <= CONNECT_URL_MAX);
    }
}

static void read_body(const ConnectPullEdit *edit, PtStr body, PtArena *arena)
{
    PullPage page;
    ConnectPullPosition at = {.cursor = PT_STR("3"), .since = PT_STR("5")};
    bool end = false;
    if (pull_page_read(edit, body, arena, &page, NULL) != PT_OK) {
        return;
    }
    for (size_t i = 0; i < page.count; i++) {
        PtStr id = {NULL, 0};
        char message_id[PULL_MESSAGE_ID];
        assert(page.items[i].data >= body.data &&
               page.items[i].data + page.items[i].len <= body.data + body.len);
        assert(pt_json_check(page.items[i], 64, NULL) == PT_OK);
        if (pull_item_text(page.items[i], edit->since, arena, &id, NULL) == PT_OK) {
            pull_message_id(PT_STR("p"), id, id, page.items[i], message_id);
            assert(strlen(message_id) == PULL_MESSAGE_ID - 1);
        }
    }
    assert(page.next.len <= CONNECT_PULL_POSITION_MAX);
    follow(page.next, arena);
    if (pull_advance(edit, &page, arena, &at, &end, NULL) == PT_OK) {
        assert(at.in_pass == !end);
        assert(!pull_is_newer(at.since, PT_STR("5"))); // never back
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const lists[] = {"", "d", "d.o"};
    if (size == 0) {
        return 0;
    }
    const PtStr text = {(const char *)data + 1, size - 1};
    const char *split = text.len > 0 ? memchr(text.data, 0xff, text.len) : NULL;
    const size_t len = split != NULL ? (size_t)(split - text.data) : text.len;
    const ConnectPullEdit edit = {.items = pt_str(lists[data[0] / 16 % 3]),
                                  .paging = (ConnectPaging)(data[0] % 5),
                                  .at_end = (ConnectPullEnd)(data[0] / 8 % 2),
                                  .page_step = 1,
                                  .next = PT_STR("n"),
                                  .since = PT_STR("at")};
    PtArena *arena = pt_arena_new(16 << 20);
    if (arena == NULL) {
        return 0;
    }
    read_body(&edit, (PtStr){text.data, len}, arena);
    follow(pull_link_header(pt_str_from(text, len + 1)), arena);
    pt_arena_free(arena);
    return 0;
}
