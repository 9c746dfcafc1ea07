// SPDX-License-Identifier: Apache-2.0
/* JSON documents into structures, by tables of members. */
#include "desk/read_internal.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 32, MEMBERS_MAX = 32, SHOWN = 60 };

void desk_reader_init(DeskReader *r, PtStr json, PtArena *arena, PtError *err)
{
    r->arena = arena;
    r->err = err;
    r->where[0] = '\0';
    r->where_len = 0;
    pt_json_init(&r->j, json, DEPTH);
}

PtStatus desk_reader_end(DeskReader *r)
{
    return pt_json_next(&r->j) == PT_JSON_END ? PT_OK : pt_json_error(&r->j, r->err);
}

size_t desk_reader_push(DeskReader *r, PtStr name)
{
    const size_t before = r->where_len;
    const size_t shown = name.len < SHOWN ? name.len : SHOWN;
    const int wrote = snprintf(r->where + before, sizeof r->where - before, "/%.*s", (int)shown,
                               name.data != NULL ? name.data : "");
    const size_t room = sizeof r->where - 1 - before;
    r->where_len = before + ((size_t)wrote < room ? (size_t)wrote : room);
    return before;
}

size_t desk_reader_push_index(DeskReader *r, size_t index)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%zu", index);
    return desk_reader_push(r, pt_str(text));
}

void desk_reader_pop(DeskReader *r, size_t before)
{
    r->where_len = before;
    r->where[before] = '\0';
}

PtStatus desk_reader_fail(DeskReader *r, const char *fmt, ...)
{
    char what[160];
    va_list args;
    if (r->j.problem != NULL) { // it is no JSON at all
        return pt_json_error(&r->j, r->err);
    }
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return pt_fail(r->err, PT_INVALID, "%s: %s", r->where_len > 0 ? r->where : "/", what);
}

/* ---- Members ----------------------------------------------------------------------------------
 */

static const DeskMember *member_of(const DeskReader *r, const DeskMember *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_json_raw_eq(r->j.raw, r->j.flags, pt_str(members[i].name))) {
            return &members[i];
        }
    }
    return NULL;
}

static PtStatus all_there(DeskReader *r, const DeskMember *members, size_t count, uint32_t seen)
{
    for (size_t i = 0; i < count; i++) {
        if (members[i].required && (seen & 1U << i) == 0) {
            return desk_reader_fail(r, "\"%s\" is missing", members[i].name);
        }
    }
    return PT_OK;
}

PtStatus desk_read_members(DeskReader *r, const DeskMember *members, size_t count, void *into)
{
    uint32_t seen = 0;
    if (count > MEMBERS_MAX || pt_json_next(&r->j) != PT_JSON_OBJECT) {
        return desk_reader_fail(r, "not an object");
    }
    while (pt_json_next(&r->j) == PT_JSON_KEY) {
        const DeskMember *m = member_of(r, members, count);
        const size_t before = desk_reader_push(r, r->j.raw);
        if (m == NULL) {
            return desk_reader_fail(r, "is no member here");
        }
        if ((seen & 1U << (m - members)) != 0) {
            return desk_reader_fail(r, "stands twice");
        }
        seen |= 1U << (m - members);
        PtStatus st = m->read(r, m, (char *)into + m->offset);
        if (st != PT_OK) {
            return st;
        }
        desk_reader_pop(r, before);
    }
    return r->j.problem != NULL ? pt_json_error(&r->j, r->err) : all_there(r, members, count, seen);
}

PtStatus desk_read_list(DeskReader *r, const DeskMember *item, int64_t max, size_t size,
                        void **ret_items, size_t *ret_count)
{
    size_t count = 0;
    PtJson ahead = r->j; // the next value's bytes bound how many items it can have
    PtStr raw = {NULL, 0};
    if (!pt_json_skip(&ahead, &raw, NULL, NULL)) {
        return pt_json_error(&ahead, r->err);
    }
    const size_t fit = raw.len / 2 + 1 < (size_t)max ? raw.len / 2 + 1 : (size_t)max;
    char *items = pt_arena_alloc(r->arena, fit + 1, size);
    if (items == NULL) {
        return pt_fail(r->err, PT_NO_MEMORY, "no memory to read a list");
    }
    if (pt_json_next(&r->j) != PT_JSON_ARRAY) {
        return desk_reader_fail(r, "not a list");
    }
    for (;;) {
        PtJson here = r->j;
        if (pt_json_next(&here) == PT_JSON_ARRAY_END) {
            r->j = here;
            break;
        }
        if (count == (size_t)max) {
            return desk_reader_fail(r, "has over %" PRId64 " items", max);
        }
        const size_t before = desk_reader_push_index(r, count);
        PtStatus st = item->read(r, item, items + count * size);
        if (st != PT_OK) {
            return st;
        }
        desk_reader_pop(r, before);
        count++;
    }
    *ret_items = items;
    *ret_count = count;
    return PT_OK;
}

/* ---- Values -----------------------------------------------------------------------------------
 */

PtStatus desk_read_number(DeskReader *r, const DeskMember *member, void *into)
{
    int64_t n = 0;
    if (pt_json_next(&r->j) != PT_JSON_NUMBER || !pt_json_to_i64(r->j.raw, &n) || n < member->min ||
        n > member->max) {
        return desk_reader_fail(r, "not a whole number %" PRId64 "..%" PRId64, member->min,
                                member->max);
    }
    *(int64_t *)into = n;
    return PT_OK;
}

PtStatus desk_read_byte(DeskReader *r, const DeskMember *member, void *into)
{
    int64_t n = 0;
    PtStatus st = desk_read_number(r, member, &n);
    if (st == PT_OK) {
        *(uint8_t *)into = (uint8_t)n;
    }
    return st;
}

static bool plain(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

PtStatus desk_read_text(DeskReader *r, const DeskMember *member, void *into)
{
    PtBuf buf;
    if (pt_json_next(&r->j) != PT_JSON_STRING) {
        return desk_reader_fail(r, "not a text");
    }
    pt_buf_init(&buf, (size_t)member->max + 1);
    pt_json_decode(r->j.raw, &buf);
    const PtStatus held = pt_buf_status(&buf);
    const PtStr text = pt_buf_str(&buf);
    PtStatus st = PT_OK;
    if (held == PT_NO_MEMORY) {
        st = pt_fail(r->err, held, "no memory to read a text");
    } else if (held != PT_OK || text.len < (size_t)member->min || text.len > (size_t)member->max) {
        st = desk_reader_fail(r, "not %" PRId64 "..%" PRId64 " bytes", member->min, member->max);
    } else if (!plain(text)) {
        st = desk_reader_fail(r, "holds control characters");
    } else {
        const PtStr copy = pt_arena_str(r->arena, text.data != NULL ? text : (PtStr){"", 0});
        st = copy.data != NULL ? PT_OK : pt_fail(r->err, PT_NO_MEMORY, "no memory to read a text");
        *(PtStr *)into = copy;
    }
    pt_buf_done(&buf);
    return st;
}

PtStatus desk_read_choice(DeskReader *r, const DeskMember *member, void *into)
{
    char list[120];
    size_t len = 0;
    const bool text = pt_json_next(&r->j) == PT_JSON_STRING;
    for (unsigned i = 0; member->choices[i] != NULL; i++) {
        if (text && pt_json_raw_eq(r->j.raw, r->j.flags, pt_str(member->choices[i]))) {
            *(unsigned *)into = i;
            return PT_OK;
        }
        const int wrote =
            snprintf(list + len, sizeof list - len, "%s%s", i > 0 ? ", " : "", member->choices[i]);
        len = len + (size_t)wrote < sizeof list ? len + (size_t)wrote : sizeof list - 1;
    }
    return desk_reader_fail(r, "not one of %s", list);
}

PtStatus desk_read_time(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    int64_t ms = 0;
    if (pt_json_next(&r->j) != PT_JSON_STRING || !pt_time_parse(r->j.raw, &ms)) {
        return desk_reader_fail(r, "not an RFC 3339 time");
    }
    *(int64_t *)into = ms;
    return PT_OK;
}
