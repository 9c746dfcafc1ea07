// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "connect/import.h"
#include "connect/pull.h"

/* What a pull asks for and what an answer says: pure functions over texts. */

/* The template with {cursor} and {since} put in, percent-escaped. PT_INVALID: an unknown name in
 * braces, or one in front of the path. `out` is as it was on failure. */
PT_NODISCARD PtStatus pull_url(PtStr template, PtStr cursor, PtStr since, PtBuf *out, PtError *err);

/* The address of the page at a position; an empty one is the first page's. */
PT_NODISCARD PtStatus pull_url_at(const ConnectPullEdit *edit, const ConnectPullPosition *at,
                                  PtBuf *out, PtError *err);

/* Which of the names the template has. */
typedef struct PullHoles {
    bool cursor, since;
} PullHoles;
PT_NODISCARD PtStatus pull_holes(PtStr template, PullHoles *ret_holes, PtError *err);

/* The address that a link means, seen from the page at `base`: absolute and of the same server, or
 * "/path", or "?query". In the arena. PT_INVALID: another server, or no link that we follow. */
PT_NODISCARD PtStatus pull_link(PtStr base, PtStr link, PtArena *arena, PtStr *ret_url,
                                PtError *err);

/* The target of rel="next" in a Link header (RFC 8288); empty: none. Borrowed. */
PtStr pull_link_header(PtStr value);

typedef struct PullPage {
    PtStr *items; /* JSON texts, borrowed from the body */
    size_t count;
    PtStr next;   /* decoded, in the arena; empty: it was the last page */
    PtStr newest; /* of the items' instants, as written; empty: none */
} PullPage;

/* Reads an answer: JSON of at most 64 levels. PT_INVALID: it is not JSON, there is no list at
 * edit->items (null is an empty one), or next is neither text, number nor null. PT_TOO_LARGE: over
 * CONNECT_PULL_ITEMS_MAX items, or a position over CONNECT_PULL_POSITION_MAX. */
PT_NODISCARD PtStatus pull_page_read(const ConnectPullEdit *edit, PtStr body, PtArena *arena,
                                     PullPage *ret_page, PtError *err);

/* The same of the answer of `url`, where `link` is what its Link header says: of the paging link
 * the next one is a whole address. */
PT_NODISCARD PtStatus pull_page_of(const ConnectPullEdit *edit, PtStr url, PtStr link, PtStr body,
                                   PtArena *arena, PullPage *ret_page, PtError *err);

/* The text or number at a path of an item; empty when there is none. In the arena where it has
 * escapes. */
PT_NODISCARD PtStatus pull_item_text(PtStr item, PtStr path, PtArena *arena, PtStr *ret_text,
                                     PtError *err);

enum { PULL_MESSAGE_ID = 38 }; /* "pull-", 32 hex digits and a NUL */
/* id and version empty: the item's digest stands for them. */
void pull_message_id(PtStr pull, PtStr id, PtStr version, PtStr item,
                     char out[static PULL_MESSAGE_ID]);

/* An item as the mapping takes it, with its messageId; or with what is wrong with it before that.
 */
typedef struct PullItem {
    char message_id[PULL_MESSAGE_ID];
    PtStr id;       /* as item_id says; empty: none */
    ConnectRow row; /* its id is message_id: the item stays where it is */
} PullItem;
PT_NODISCARD PtStatus pull_item_read(const ConnectPull *pull, PtStr item, uint64_t number,
                                     PtArena *arena, PullItem *ret_item, PtError *err);

/* Whether instant b is behind a: whole numbers by value, RFC 3339 times by instant, anything else
 * byte by byte. Everything is behind an empty one. */
bool pull_is_newer(PtStr a, PtStr b);

/* Moves the position behind a page that was fetched at it. New texts are in the arena. *ret_end: it
 * was the last one of the pass. */
PT_NODISCARD PtStatus pull_advance(const ConnectPullEdit *edit, const PullPage *page,
                                   PtArena *arena, ConnectPullPosition *at, bool *ret_end,
                                   PtError *err);

/* A refusal's reason without the values of the item: what stands in quotes goes. */
void pull_redact(const char *reason, char *out, size_t size);
