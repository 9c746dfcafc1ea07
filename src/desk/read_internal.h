// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/* JSON documents of the desk read into structures by tables of members. What is wrong is said with
 * its place as a JSON pointer: "/categories/3/floor: not a whole number 1..5". */
typedef struct DeskReader {
    PtJson j;
    PtArena *arena; /* texts and lists are its own */
    char where[256];
    size_t where_len;
    PtError *err;
} DeskReader;

typedef struct DeskMember DeskMember;
/* Reads the value that comes next into `into`, which is the member's own place. */
typedef PtStatus DeskRead(DeskReader *r, const DeskMember *member, void *into);

struct DeskMember {
    const char *name;
    DeskRead *read;
    size_t offset; /* of its place in the structure */
    bool required;
    int64_t min, max;           /* of a number; bytes of a text; items of a list */
    const char *const *choices; /* ends with NULL */
};

void desk_reader_init(DeskReader *r, PtStr json, PtArena *arena, PtError *err);
/* Nothing but white space comes behind. */
PT_NODISCARD PtStatus desk_reader_end(DeskReader *r);

/* The place: what push returns takes it back. */
size_t desk_reader_push(DeskReader *r, PtStr name);
size_t desk_reader_push_index(DeskReader *r, size_t index);
void desk_reader_pop(DeskReader *r, size_t before);
PT_NODISCARD PtStatus desk_reader_fail(DeskReader *r, const char *fmt, ...) PT_PRINTF(2, 3);

/* An object of these members, at most 32; unknown ones and doubles are refused by name. */
PT_NODISCARD PtStatus desk_read_members(DeskReader *r, const DeskMember *members, size_t count,
                                        void *into);

/* int64_t in min..max; one byte of it, max up to 255; a text of min..max bytes of UTF-8 without
 * control characters but tab and line ends; index among choices, an unsigned; an RFC 3339 time. */
DeskRead desk_read_number, desk_read_byte, desk_read_text, desk_read_choice, desk_read_time;

/* Items of an array, at most member->max, each read by `item` into a place of `size` bytes (zeroed,
 * the arena's). */
PT_NODISCARD PtStatus desk_read_list(DeskReader *r, const DeskMember *item, int64_t max,
                                     size_t size, void **ret_items, size_t *ret_count);
