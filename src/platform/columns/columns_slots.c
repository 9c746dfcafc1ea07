// SPDX-License-Identifier: Apache-2.0
/* Values of rows. A slot has up to three columns, of which at most one has a value in a row. */
#include "platform/columns/columns_pass.h"

#include "base/json.h"

#include <string.h>

#define MICROS 1e6

enum { OFFSET = UINT8_MAX }; // beside the kept slots

/* ---- Which columns --------------------------------------------------------------------------- */

static PtStatus kind_of(const Pass *p, uint32_t column, ColumnsKind wanted, PartKind *ret_kind,
                        PtError *err)
{
    static const PartKind kinds[COLUMNS_KINDS] = {
        [COLUMNS_NUMBER] = PART_NUMBER, [COLUMNS_TEXT] = PART_TEXT, [COLUMNS_TRUTH] = PART_TRUTH};
    static const struct {
        ColumnsColumn column;
        PartKind kind;
    } fixed[] = {
        {COLUMNS_COLUMN_TIME, PART_TIME},     {COLUMNS_COLUMN_CHANNEL, PART_CHANNEL},
        {COLUMNS_COLUMN_SOURCE, PART_SOURCE}, {COLUMNS_COLUMN_AMOUNT, PART_AMOUNT},
        {COLUMNS_COLUMN_CURRENCY, PART_TEXT}, {COLUMNS_COLUMN_STORE, PART_TEXT},
        {COLUMNS_COLUMN_CODE, PART_CODE},
    };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (fixed[i].column == column) {
            *ret_kind = fixed[i].kind;
            return PT_OK;
        }
    }
    const ColumnsProperty *properties;
    const size_t count = columns_snapshot_properties(p->snapshot, &properties);
    if (column < COLUMNS_COLUMN_PROPERTIES || column - COLUMNS_COLUMN_PROPERTIES >= count ||
        properties[column - COLUMNS_COLUMN_PROPERTIES].kind != wanted) {
        return pt_fail(err, PT_INVALID, "column %u is not one that a slot can be filled from",
                       column);
    }
    *ret_kind = kinds[wanted];
    return PT_OK;
}

static uint8_t part_of(Pass *p, PassColumn column)
{
    size_t i = 0;
    while (i < p->column_count && p->columns[i].column != column.column) {
        i++;
    }
    if (i == p->column_count) {
        p->columns[p->column_count++] = column;
    }
    return (uint8_t)i;
}

static PtStatus add_slot(Pass *p, size_t slot, PtError *err)
{
    const PlanSlot *ps = &p->plan->slots[slot];
    const uint32_t columns[] = {ps->text, ps->number, ps->truth};
    static const ColumnsKind kinds[] = {COLUMNS_TEXT, COLUMNS_NUMBER, COLUMNS_TRUTH};
    PassSlot *sl = &p->slots[slot];
    sl->as_time = ps->as_time;
    sl->as_number = ps->as_number;
    sl->codes = ps->codes;
    for (size_t i = 0; i < PASS_PARTS; i++) {
        PassColumn column = {.column = columns[i]};
        if (columns[i] != UINT32_MAX) {
            PtStatus st = kind_of(p, columns[i], kinds[i], &column.kind, err);
            if (st != PT_OK) {
                return st;
            }
            if (column.kind == PART_CHANNEL && p->plan->channels == NULL) {
                return pt_fail(err, PT_INVALID, "a slot reads channels, which have no texts");
            }
            if (column.kind == PART_CODE && ps->codes == NULL) {
                return pt_fail(err, PT_INVALID, "a slot reads codes, which have no texts");
            }
            if (column.kind == PART_SOURCE && p->plan->source_text == NULL) {
                return pt_fail(err, PT_INVALID, "a slot reads sources, which have no texts");
            }
            sl->parts[sl->part_count++] = part_of(p, column);
        }
    }
    for (uint8_t i = 0; sl->part_count > 1 && i < sl->part_count; i++) {
        if (p->columns[sl->parts[i]].column < COLUMNS_COLUMN_PROPERTIES) {
            return pt_fail(err, PT_INVALID, "a slot is filled from column %u and others",
                           p->columns[sl->parts[i]].column);
        }
    }
    return PT_OK;
}

static void keep_slot(Pass *p, uint32_t slot)
{
    if (slot < p->plan->slot_count && !p->slots[slot].kept) {
        p->slots[slot].kept = true;
        p->slots[slot].kept_at = (uint8_t)p->kept_count;
        p->kept_slots[p->kept_count++] = (uint8_t)slot;
    }
}

/* Those that folds ask for. */
static void keep_slots(Pass *p)
{
    const ColumnsPlan *plan = p->plan;
    switch (plan->kind) {
    case PLAN_SEGMENTATION:
        keep_slot(p, plan->segmentation.breakdown.slot);
        for (size_t i = 0; i < plan->segmentation.series_count; i++) {
            if (plan->segmentation.series[i].measure >= PLAN_SUM) {
                keep_slot(p, plan->segmentation.series[i].slot);
            }
        }
        break;
    case PLAN_FUNNEL:
        keep_slot(p, plan->funnel.breakdown.slot);
        keep_slot(p, plan->funnel.same);
        break;
    case PLAN_RETENTION:
        keep_slot(p, plan->retention.breakdown.slot);
        break;
    case PLAN_WALK:
        p->offset_kept = true;
        p->kept_slots[p->kept_count++] = OFFSET;
        break;
    case PLAN_PATHS:
    case PLAN_STICKINESS:
    case PLAN_LIFECYCLE:
    case PLAN_SESSIONS:
    case PLAN_KINDS:
        break;
    }
}

PtStatus slots_prepare(Pass *p, PtError *err)
{
    for (size_t i = 0; i < p->plan->slot_count; i++) {
        PtStatus st = add_slot(p, i, err);
        if (st != PT_OK) {
            return st;
        }
    }
    keep_slots(p);
    return PT_OK;
}

/* ---- Values ---------------------------------------------------------------------------------- */

PtStatus slots_block(Cursor *c, const Pass *p, uint8_t part, uint32_t block,
                     const ColumnsBlock **ret_block, PtError *err)
{
    SeenBlock *seen = &c->seen[part];
    if (seen->block != block) {
        seen->block = PASS_NONE;
        PtStatus st = columns_read(c->reader, p->columns[part].column, block, &seen->data, err);
        if (st != PT_OK) {
            return st;
        }
        seen->block = block;
    }
    *ret_block = seen->data;
    return PT_OK;
}

static PtValue as_instant(PtStr text)
{
    int64_t ms;
    return pt_time_parse(text, &ms) ? (PtValue){.kind = PT_VALUE_TIME, .time_ms = ms}
                                    : (PtValue){.kind = PT_VALUE_NONE};
}

static PtValue as_decimal(PtStr text)
{
    PtStr digits;
    return pt_json_number_of(text, &digits)
               ? (PtValue){.kind = PT_VALUE_NUMBER, .number = pt_json_to_double(digits)}
               : (PtValue){.kind = PT_VALUE_NONE};
}

static PtValue as_said(const PassSlot *sl, PtStr text)
{
    return sl->as_time     ? as_instant(text)
           : sl->as_number ? as_decimal(text)
                           : (PtValue){.kind = PT_VALUE_TEXT, .text = text};
}

static PtValue as_given(const PassSlot *sl, PtStr text)
{
    return text.len > 0 ? as_said(sl, text) : (PtValue){.kind = PT_VALUE_NONE};
}

static PtValue value_at(const Pass *p, const PassSlot *sl, PartKind kind, const ColumnsBlock *b,
                        uint32_t at)
{
    switch (kind) {
    case PART_NUMBER:
        return (PtValue){.kind = sl->as_time ? PT_VALUE_NONE : PT_VALUE_NUMBER,
                         .number = b->f64[at]};
    case PART_AMOUNT:
        return (PtValue){.kind = PT_VALUE_NUMBER, .number = (double)b->i64[at] / MICROS};
    case PART_TRUTH:
        return (PtValue){.kind = sl->as_time || sl->as_number ? PT_VALUE_NONE : PT_VALUE_BOOL,
                         .truth = b->u8[at] != 0};
    case PART_CHANNEL:
        return as_given(sl, p->plan->channels[b->u8[at] & 15]);
    case PART_SOURCE:
        return as_given(sl, p->plan->source_text(p->plan->source_ctx, b->u32[at]));
    case PART_CODE:
        return as_given(sl, sl->codes[b->u16[at] % COLUMNS_EVENTS_MAX]);
    case PART_TIME:
        return (PtValue){.kind = sl->as_number ? PT_VALUE_NONE : PT_VALUE_TIME,
                         .time_ms = b->i64[at]};
    case PART_TEXT:
        break;
    }
    return as_said(sl, b->texts[b->u32[at]]);
}

PtStatus slots_value(Cursor *c, const Pass *p, uint32_t slot, uint32_t row, PtValue *ret_value,
                     PtError *err)
{
    const PassSlot *sl = &p->slots[slot];
    for (uint8_t i = 0; i < sl->part_count; i++) {
        const ColumnsBlock *b;
        PtStatus st = slots_block(c, p, sl->parts[i], row / COLUMNS_BLOCK_ROWS, &b, err);
        if (st != PT_OK) {
            return st;
        }
        const uint32_t at =
            b->count > 0 ? columns_block_find(b, row % COLUMNS_BLOCK_ROWS) : PASS_NONE;
        if (at != PASS_NONE) {
            *ret_value = value_at(p, sl, p->columns[sl->parts[i]].kind, b, at);
            return PT_OK;
        }
    }
    *ret_value = (PtValue){.kind = PT_VALUE_NONE};
    return PT_OK;
}

/* Whether the slot is this one column and nothing else. */
static bool only_part(const Pass *p, uint32_t slot, PartKind kind)
{
    const PassSlot *sl = &p->slots[slot];
    return sl->part_count == 1 && p->columns[sl->parts[0]].kind == kind;
}

static PtStatus micros_at(Cursor *c, const Pass *p, uint32_t slot, uint32_t row, bool *ret_there,
                          int64_t *ret_micros, PtError *err)
{
    const ColumnsBlock *b;
    PtStatus st = slots_block(c, p, p->slots[slot].parts[0], row / COLUMNS_BLOCK_ROWS, &b, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t at = b->count > 0 ? columns_block_find(b, row % COLUMNS_BLOCK_ROWS) : PASS_NONE;
    *ret_there = at != PASS_NONE;
    *ret_micros = at != PASS_NONE ? b->i64[at] : 0;
    return PT_OK;
}

/* ---- Kept ------------------------------------------------------------------------------------ */

static PtStatus copy_text(PtArena *arena, PtStr text, PtStr *ret_copy, PtError *err)
{
    *ret_copy = pt_arena_str(arena, text);
    return ret_copy->data != NULL
               ? PT_OK
               : pt_fail(err, PT_TOO_LARGE, "a query's texts are over its bound of memory");
}

static PtStatus keep_value(Scan *s, Cursor *c, const ScanRow *row, uint32_t slot, Kept *kept,
                           PtError *err)
{
    bool there = false;
    PtValue v;
    PtStr text = {NULL, 0};
    if (slot == OFFSET) {
        uint64_t offset = 0;
        PtStatus st = scan_offset(s, row, &offset, err);
        *kept = (Kept){.kind = PT_VALUE_WHOLE, .integer = (int64_t)offset};
        return st;
    }
    if (only_part(s->pass, slot, PART_AMOUNT)) {
        PtStatus st = micros_at(c, s->pass, slot, row->row, &there, &kept->integer, err);
        kept->kind = there ? KEPT_AMOUNT : PT_VALUE_NONE;
        return st;
    }
    PtStatus st = slots_value(c, s->pass, slot, row->row, &v, err);
    if (st == PT_OK && v.kind == PT_VALUE_TEXT) {
        st = copy_text(s->later.texts, v.text, &text, err);
    }
    if (st != PT_OK) {
        return st;
    }
    *kept = (Kept){.kind = (uint8_t)v.kind, .len = (uint32_t)text.len};
    if (v.kind == PT_VALUE_TEXT) {
        kept->text = text.data;
    } else if (v.kind == PT_VALUE_NUMBER) {
        kept->number = v.number;
    } else if (v.kind == PT_VALUE_TIME) {
        kept->integer = v.time_ms;
    } else {
        kept->truth = v.kind == PT_VALUE_BOOL && v.truth;
    }
    return PT_OK;
}

PtStatus slots_keep(Scan *s, Cursor *c, const ScanRow *row, Kept *values, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < s->pass->kept_count; i++) {
        st = keep_value(s, c, row, s->pass->kept_slots[i], &values[i], err);
    }
    return st;
}

static PtValue kept_value(const Kept *kept)
{
    switch (kept->kind) {
    case KEPT_AMOUNT:
        return (PtValue){.kind = PT_VALUE_NUMBER, .number = (double)kept->integer / MICROS};
    case PT_VALUE_NUMBER:
        return (PtValue){.kind = PT_VALUE_NUMBER, .number = kept->number};
    case PT_VALUE_BOOL:
        return (PtValue){.kind = PT_VALUE_BOOL, .truth = kept->truth};
    case PT_VALUE_TIME:
        return (PtValue){.kind = PT_VALUE_TIME, .time_ms = kept->integer};
    case PT_VALUE_TEXT:
        return (PtValue){.kind = PT_VALUE_TEXT, .text = {kept->text, kept->len}};
    default:
        return (PtValue){.kind = PT_VALUE_NONE};
    }
}

/* ---- What folds ask -------------------------------------------------------------------------- */

PtStatus scan_value(Scan *s, const ScanRow *row, uint32_t slot, PtValue *ret_value, PtError *err)
{
    const Pass *p = s->pass;
    if (row->kept != PASS_NONE) {
        *ret_value = kept_value(&later_values(p, row->kept)[p->slots[slot].kept_at]);
        return PT_OK;
    }
    if (only_part(p, slot, PART_TIME)) {
        *ret_value = (PtValue){.kind = p->slots[slot].as_number ? PT_VALUE_NONE : PT_VALUE_TIME,
                               .time_ms = row->time_ms};
        return PT_OK;
    }
    if (only_part(p, slot, PART_CODE)) { // the cursor has read codes of a later block by now
        const PassSlot *sl = &p->slots[slot];
        *ret_value = as_given(sl, sl->codes[row->code % COLUMNS_EVENTS_MAX]);
        return PT_OK;
    }
    PtValue v;
    PtStatus st = slots_value(&s->cursors[row->run], p, slot, row->row, &v, err);
    if (st == PT_OK && v.kind == PT_VALUE_TEXT) {
        st = copy_text(s->texts, v.text, &v.text, err);
    }
    if (st == PT_OK) {
        *ret_value = v;
    }
    return st;
}

PtStatus scan_micros(Scan *s, const ScanRow *row, uint32_t slot, bool *ret_there,
                     int64_t *ret_micros, PtError *err)
{
    const Pass *p = s->pass;
    if (!only_part(p, slot, PART_AMOUNT)) {
        *ret_there = false;
        return PT_OK;
    }
    if (row->kept != PASS_NONE) {
        const Kept *kept = &later_values(p, row->kept)[p->slots[slot].kept_at];
        *ret_there = kept->kind == KEPT_AMOUNT;
        *ret_micros = *ret_there ? kept->integer : 0;
        return PT_OK;
    }
    return micros_at(&s->cursors[row->run], p, slot, row->row, ret_there, ret_micros, err);
}

/* The place of the number that the block's text has in the table of this range's state. */
static PtStatus number_place(Scan *s, SlotNumbers *n, uint32_t block, const ColumnsBlock *b,
                             uint32_t text, uint32_t **ret_place, PtError *err)
{
    if (n->block != block || n->epoch != s->epoch) {
        size_t cap = n->cap;
        PtStatus st = pass_reserve(s->pass, (void **)&n->numbers, sizeof *n->numbers, &cap,
                                   b->text_count, err);
        n->cap = (uint32_t)cap;
        if (st != PT_OK) {
            return st;
        }
        memset(n->numbers, 0xFF, b->text_count * sizeof *n->numbers);
        n->block = block;
        n->epoch = s->epoch;
    }
    *ret_place = &n->numbers[text];
    return PT_OK;
}

static PtStatus number_of_value(Scan *s, const ScanRow *row, uint32_t slot, ValueTable *values,
                                uint32_t *ret_number, PtError *err)
{
    PtValue v;
    PtStatus st = scan_value(s, row, slot, &v, err);
    return st == PT_OK ? values_of(values, &v, ret_number, err) : st;
}

/* Whether the slot's first column holds texts that are taken as they are. */
static bool has_texts(const Pass *p, uint32_t slot)
{
    const PassSlot *sl = &p->slots[slot];
    return sl->part_count > 0 && !sl->as_time && !sl->as_number &&
           p->columns[sl->parts[0]].kind == PART_TEXT;
}

/* The number of the row's text, where another row of the block had it before. */
static inline bool known_number(const SlotNumbers *n, const SeenBlock *seen, uint64_t epoch,
                                uint32_t row, uint32_t *ret_number)
{
    const uint32_t block = row / COLUMNS_BLOCK_ROWS;
    if (n->block != block || seen->block != block || n->epoch != epoch) {
        return false;
    }
    const uint32_t at = columns_block_find(seen->data, row % COLUMNS_BLOCK_ROWS);
    *ret_number = at != PASS_NONE ? n->numbers[seen->data->u32[at]] : UINT32_MAX;
    return *ret_number != UINT32_MAX;
}

PtStatus scan_number(Scan *s, const ScanRow *row, uint32_t slot, ValueTable *values,
                     uint32_t *ret_number, PtError *err)
{
    const Pass *p = s->pass;
    if (row->kept != PASS_NONE || !has_texts(p, slot)) {
        return number_of_value(s, row, slot, values, ret_number, err);
    }
    Cursor *c = &s->cursors[row->run];
    const uint32_t block = row->row / COLUMNS_BLOCK_ROWS;
    const SeenBlock *seen = &c->seen[p->slots[slot].parts[0]];
    if (known_number(&c->numbers[slot], seen, s->epoch, row->row, ret_number)) {
        return PT_OK;
    }
    const ColumnsBlock *b;
    PtStatus st = slots_block(c, p, p->slots[slot].parts[0], block, &b, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t at =
        b->count > 0 ? columns_block_find(b, row->row % COLUMNS_BLOCK_ROWS) : PASS_NONE;
    if (at == PASS_NONE) {
        return number_of_value(s, row, slot, values, ret_number, err);
    }
    uint32_t *place;
    st = number_place(s, &c->numbers[slot], block, b, b->u32[at], &place, err);
    if (st == PT_OK && *place == UINT32_MAX) {
        const PtValue v = {.kind = PT_VALUE_TEXT, .text = b->texts[b->u32[at]]};
        st = values_of(values, &v, place, err);
    }
    if (st == PT_OK) {
        *ret_number = *place;
    }
    return st;
}

/* Of one row by itself. */
static PtStatus number_of_row(Scan *s, const ScanBlock *block, uint32_t i, uint32_t slot,
                              ValueTable *values, uint32_t *ret_number, PtError *err)
{
    const uint16_t row = block->rows[i];
    const ScanRow one = {.time_ms = block->times[row],
                         .run = block->run,
                         .row = block->base + row,
                         .code = s->cursors[block->run].codes[row],
                         .kept = PASS_NONE};
    return scan_number(s, &one, slot, values, ret_number, err);
}

PtStatus scan_numbers(Scan *s, const ScanBlock *block, uint32_t slot, ValueTable *values,
                      uint32_t *ret_numbers, PtError *err)
{
    enum { EACH = 256 };
    uint16_t places[EACH];
    Cursor *c = &s->cursors[block->run];
    const SlotNumbers *n = &c->numbers[slot];
    const bool texts = has_texts(s->pass, slot);
    const ColumnsBlock *b = NULL;
    PtStatus st = texts ? slots_block(c, s->pass, s->pass->slots[slot].parts[0],
                                      block->base / COLUMNS_BLOCK_ROWS, &b, err)
                        : PT_OK;
    for (uint32_t first = 0; st == PT_OK && first < block->count; first += EACH) {
        const uint32_t count = block->count - first < EACH ? block->count - first : EACH;
        if (texts) {
            match_places(b, block->rows + first, count, places);
        }
        for (uint32_t i = 0; st == PT_OK && i < count; i++) {
            const bool here = texts && places[i] != MATCH_NOWHERE && n->epoch == s->epoch &&
                              n->block == block->base / COLUMNS_BLOCK_ROWS;
            const uint32_t known = here ? n->numbers[b->u32[places[i]]] : UINT32_MAX;
            ret_numbers[first + i] = known;
            if (known == UINT32_MAX) {
                st = number_of_row(s, block, first + i, slot, values, &ret_numbers[first + i], err);
            }
        }
    }
    return st;
}

PtStatus scan_offset(Scan *s, const ScanRow *row, uint64_t *ret_offset, PtError *err)
{
    const Pass *p = s->pass;
    if (row->kept != PASS_NONE && p->offset_kept) {
        *ret_offset = (uint64_t)later_values(p, row->kept)->integer;
        return PT_OK;
    }
    const ColumnsBlock *b;
    PtStatus st = columns_read(s->cursors[row->run].reader, COLUMNS_COLUMN_OFFSET,
                               row->row / COLUMNS_BLOCK_ROWS, &b, err);
    if (st == PT_OK) {
        *ret_offset = (uint64_t)b->i64[row->row % COLUMNS_BLOCK_ROWS];
    }
    return st;
}
