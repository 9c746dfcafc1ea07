// SPDX-License-Identifier: Apache-2.0
/* How much other rows of retention would drop. */
#include "privacy/privacy_internal.h"

#include "platform/loop.h"

enum { PARTITION = 0, FETCH = 512, ARENA = 4 << 20 };

typedef struct Wanted {
    const ConsentRetention *row;
    uint64_t next, cut; /* it drops what lies between */
} Wanted;

typedef struct Count {
    Wanted *wanted;
    size_t count;
    uint64_t from, to;
    bool names; /* one asks for names, and so for payloads */
} Count;

/* What was treated for the same class is dropped already. */
static uint64_t treated(const RetentionRow *rows, size_t count, const ConsentRetention *row)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(rows[i].type, row->type) && pt_str_eq(rows[i].name, row->name)) {
            return rows[i].next;
        }
    }
    return 0;
}

static PtStatus want(Privacy *p, Count *c, const ConsentRetention *rows, size_t count,
                     PtArena *arena, PtError *err)
{
    RetentionRow *known;
    size_t known_count;
    int64_t last_ms = 0;
    const uint64_t begin = pt_log_begin(p->c.log, PARTITION);
    PtStatus st = retention_load(p, arena, &known, &known_count, &last_ms, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        Wanted *w = &c->wanted[c->count];
        *w = (Wanted){.row = &rows[i], .next = treated(known, known_count, &rows[i])};
        w->next = w->next > begin ? w->next : begin;
        st = pt_log_find_time(p->c.log, PARTITION, retention_cut_ms(privacy_now(p), rows[i].days),
                              &w->cut, err);
        if (st == PT_OK && w->next < w->cut) {
            c->from = c->count == 0 || w->next < c->from ? w->next : c->from;
            c->to = w->cut > c->to ? w->cut : c->to;
            c->names |= rows[i].name.len > 0;
            c->count++;
        }
    }
    return st;
}

static PtStatus is_due(const Count *c, const PtRecord *record, bool *ret_due, PtError *err)
{
    EventView v = {.type = (EventType)record->type};
    const uint64_t offset = record->position.offset;
    PtStatus st = PT_OK;
    *ret_due = false;
    if ((record->klass != PT_RECORD_EVENT && record->klass != PT_RECORD_QUARANTINE) ||
        record->source == 0 || (record->flags & EVENT_ERASED) != 0) {
        return PT_OK;
    }
    st = c->names ? event_payload_read(record, &v, err) : PT_OK;
    for (size_t i = 0; st == PT_OK && !*ret_due && i < c->count; i++) {
        const Wanted *w = &c->wanted[i];
        *ret_due = offset >= w->next && offset < w->cut &&
                   retention_covers(w->row->type, w->row->name, record, &v);
    }
    return st;
}

static PtStatus count_all(const Privacy *p, const Count *c, int64_t until_mono_ms,
                          RetentionPreview *preview, PtError *err)
{
    PtLogReader *reader = NULL;
    uint64_t at = c->from;
    size_t count = 1;
    PtStatus st = pt_log_reader_open(p->c.log, NULL, PARTITION, at, &reader, err);
    while (st == PT_OK && count > 0 && at < c->to && !preview->at_least) {
        const PtRecord *records;
        st = pt_log_fetch(reader, FETCH, c->names, &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count && at < c->to; i++) {
            bool due = false;
            st = is_due(c, &records[i], &due, err);
            preview->records += due;
            at = records[i].position.offset + 1;
        }
        preview->at_least = at < c->to && pt_mono_ms() >= until_mono_ms;
    }
    pt_log_reader_close(reader);
    return st;
}

PtStatus privacy_retention_preview(Privacy *p, const ConsentRetention *rows, size_t count,
                                   int64_t budget_ms, RetentionPreview *ret_preview, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    const int64_t until_mono_ms = pt_mono_ms() + budget_ms;
    Wanted wanted[CONSENT_LIST_MAX];
    Count c = {.wanted = wanted};
    RetentionPreview preview = {.records = 0};
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a preview of retention");
    }
    PtStatus st = count <= CONSENT_LIST_MAX
                      ? want(p, &c, rows, count, arena, err)
                      : pt_fail(err, PT_TOO_LARGE, "retention: over %d rows", CONSENT_LIST_MAX);
    st = st == PT_OK && c.count > 0 ? count_all(p, &c, until_mono_ms, &preview, err) : st;
    if (st == PT_OK) {
        *ret_preview = preview;
    }
    return st;
}
