// SPDX-License-Identifier: Apache-2.0
/* Values of a breakdown: texts by hash in open addressing. Of most rows the text lies where it lay
 * before, since a block has each text once: where it was last seen is tried before it is hashed. A
 * number is printed once. */
#include "platform/columns/columns_scan.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

enum {
    FIRST_SLOTS = 64,
    SEEN = 256,
    NUMBER_TEXT = 40,
    TEXTS_MAX = PLAN_VALUES * 2048, /* bytes: room for the longest texts */
};

typedef struct Slot {
    uint32_t hash, number; /* number + 1; 0: free */
} Slot;

typedef struct NumberSlot {
    uint64_t bits;
    uint32_t number; /* number + 1; 0: free */
} NumberSlot;

typedef struct Seen {
    const char *data;
    uint32_t number;
} Seen;

struct ValueTable {
    PtArena *arena;
    PtStr *texts; /* slot_count / 2 of them have room */
    size_t count;
    Slot *slots;
    size_t slot_count; /* a power of two, as number_slot_count */
    NumberSlot *numbers;
    size_t number_count, number_slot_count;
    Seen seen[SEEN];
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for the values of a breakdown");
}

PtStatus values_new(ValueTable **ret_values, PtError *err)
{
    PT_CLEANUP(values_freep) ValueTable *v = calloc(1, sizeof *v);
    if (v == NULL) {
        return no_memory(err);
    }
    v->arena = pt_arena_new(TEXTS_MAX);
    v->texts = calloc(FIRST_SLOTS / 2, sizeof *v->texts);
    v->slots = calloc(FIRST_SLOTS, sizeof *v->slots);
    if (v->arena == NULL || v->texts == NULL || v->slots == NULL) {
        return no_memory(err);
    }
    v->slot_count = FIRST_SLOTS;
    *ret_values = PT_TAKE(v);
    return PT_OK;
}

void values_free(ValueTable *v)
{
    if (v != NULL) {
        pt_arena_free(v->arena);
        free(v->texts);
        free(v->slots);
        free(v->numbers);
        free(v);
    }
}

size_t values_count(const ValueTable *v)
{
    return v->count;
}

size_t values_bytes(const ValueTable *v)
{
    return sizeof *v + pt_arena_used(v->arena) +
           v->slot_count * (sizeof *v->slots + sizeof *v->texts / 2) +
           v->number_slot_count * sizeof *v->numbers;
}

PtStr values_text(const ValueTable *v, uint32_t number)
{
    return v->texts[number];
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static PtStatus grow(ValueTable *v, PtError *err)
{
    const size_t slot_count = v->slot_count * 2;
    Slot *slots = calloc(slot_count, sizeof *slots);
    PtStr *texts = slots != NULL ? realloc(v->texts, slot_count / 2 * sizeof *texts) : NULL;
    if (texts == NULL) {
        free(slots);
        return no_memory(err);
    }
    v->texts = texts;
    for (size_t i = 0; i < v->slot_count; i++) {
        size_t at = v->slots[i].hash & (slot_count - 1);
        while (v->slots[i].number != 0 && slots[at].number != 0) {
            at = (at + 1) & (slot_count - 1);
        }
        if (v->slots[i].number != 0) {
            slots[at] = v->slots[i];
        }
    }
    free(v->slots);
    v->slots = slots;
    v->slot_count = slot_count;
    return PT_OK;
}

/* The slot of the text, or the free one where it belongs. */
static Slot *find(const ValueTable *v, PtStr text, uint32_t hash)
{
    for (size_t at = hash & (v->slot_count - 1);; at = (at + 1) & (v->slot_count - 1)) {
        Slot *slot = &v->slots[at];
        if (slot->number == 0 ||
            (slot->hash == hash && pt_str_eq(v->texts[slot->number - 1], text))) {
            return slot;
        }
    }
}

static PtStatus number_of_text(ValueTable *v, PtStr text, uint32_t *ret_number, PtError *err)
{
    const uint32_t hash = (uint32_t)pt_hash64(text);
    Slot *slot = find(v, text, hash);
    if (slot->number == 0) {
        if (v->count == PLAN_VALUES) {
            return pt_fail(err, PT_TOO_LARGE, "the breakdown has over %d values", PLAN_VALUES);
        }
        if (v->count == v->slot_count / 2) {
            PtStatus st = grow(v, err);
            if (st != PT_OK) {
                return st;
            }
            slot = find(v, text, hash);
        }
        const PtStr copy = pt_arena_str(v->arena, text);
        if (copy.data == NULL) {
            return no_memory(err);
        }
        v->texts[v->count++] = copy;
        *slot = (Slot){hash, (uint32_t)v->count};
    }
    *ret_number = slot->number - 1;
    return PT_OK;
}

static PtStatus seen_text(ValueTable *v, PtStr text, uint32_t *ret_number, PtError *err)
{
    text = text.data != NULL ? text : PT_STR("");
    Seen *seen = &v->seen[((uintptr_t)text.data ^ (uintptr_t)text.data >> 8) % SEEN];
    if (seen->data == text.data &&
        pt_str_eq(v->texts[seen->number], text)) { // other bytes may lie there by now
        *ret_number = seen->number;
        return PT_OK;
    }
    PtStatus st = number_of_text(v, text, ret_number, err);
    if (st == PT_OK) {
        *seen = (Seen){text.data, *ret_number};
    }
    return st;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static size_t spread(uint64_t bits)
{
    return (size_t)(bits * 0x9E3779B97F4A7C15 >> 32);
}

static NumberSlot *find_bits(NumberSlot *slots, size_t count, uint64_t bits)
{
    size_t at = spread(bits) & (count - 1);
    while (slots[at].number != 0 && slots[at].bits != bits) {
        at = (at + 1) & (count - 1);
    }
    return &slots[at];
}

static PtStatus grow_numbers(ValueTable *v, PtError *err)
{
    const size_t count = v->number_slot_count > 0 ? v->number_slot_count * 2 : FIRST_SLOTS;
    NumberSlot *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < v->number_slot_count; i++) {
        if (v->numbers[i].number != 0) {
            *find_bits(slots, count, v->numbers[i].bits) = v->numbers[i];
        }
    }
    free(v->numbers);
    v->numbers = slots;
    v->number_slot_count = count;
    return PT_OK;
}

static PtStatus number_of_number(ValueTable *v, double value, uint32_t *ret_number, PtError *err)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (v->number_count >= v->number_slot_count / 2) {
        PtStatus st = grow_numbers(v, err);
        if (st != PT_OK) {
            return st;
        }
    }
    NumberSlot *slot = find_bits(v->numbers, v->number_slot_count, bits);
    if (slot->number == 0) {
        PT_CLEANUP(pt_buf_done) PtBuf text;
        pt_buf_init(&text, NUMBER_TEXT);
        PtJsonOut out = pt_json_out(&text);
        pt_json_out_double(&out, value);
        PtStatus st = pt_buf_status(&text) == PT_OK
                          ? number_of_text(v, pt_buf_str(&text), ret_number, err)
                          : no_memory(err);
        if (st != PT_OK) {
            return st;
        }
        *slot = (NumberSlot){bits, *ret_number + 1};
        v->number_count++;
    }
    *ret_number = slot->number - 1;
    return PT_OK;
}

PtStatus values_of(ValueTable *v, const PtValue *value, uint32_t *ret_number, PtError *err)
{
    char time[PT_TIME_TEXT];
    switch (value->kind) {
    case PT_VALUE_TEXT:
        return seen_text(v, value->text, ret_number, err);
    case PT_VALUE_NUMBER:
        if (isfinite(value->number)) {
            return number_of_number(v, value->number, ret_number, err);
        }
        break;
    case PT_VALUE_BOOL:
        return number_of_text(v, value->truth ? PT_STR("true") : PT_STR("false"), ret_number, err);
    case PT_VALUE_TIME:
        return number_of_text(v, pt_time_format(value->time_ms, time), ret_number, err);
    case PT_VALUE_NONE:
    case PT_VALUE_WHOLE:
        break;
    }
    return number_of_text(v, PT_STR(""), ret_number, err);
}

/* ---- Which of them are answered -------------------------------------------------------------- */

typedef struct Ranked {
    PtStr text;
    uint64_t weight;
    uint32_t number;
} Ranked;

static int heavier(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->weight != y->weight) {
        return x->weight > y->weight ? -1 : 1;
    }
    return pt_str_order(x->text, y->text);
}

static size_t collect(const ValueTable *v, const uint64_t *weights, bool breakdown, Ranked *list)
{
    size_t count = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        if (weights[i] > 0 || !breakdown) {
            list[count++] = (Ranked){v->texts[i], weights[i], i};
        }
    }
    qsort(list, count, sizeof *list, heavier);
    return count;
}

PtStatus values_rank(const ValueTable *v, const uint64_t *weights, bool breakdown, PtArena *arena,
                     const uint32_t **ret_numbers, PlanAnswer *ret_answer, PtError *err)
{
    Ranked *list = calloc(v->count + 1, sizeof *list);
    if (list == NULL) {
        return no_memory(err);
    }
    const size_t all = collect(v, weights, breakdown, list);
    const size_t count = all < PLAN_BREAKDOWN ? all : PLAN_BREAKDOWN;
    PtStr *texts = pt_arena_alloc(arena, count + 1, sizeof *texts);
    uint32_t *numbers = pt_arena_alloc(arena, count + 1, sizeof *numbers);
    bool enough = texts != NULL && numbers != NULL;
    for (size_t i = 0; enough && i < count; i++) {
        texts[i] = pt_arena_str(arena, list[i].text);
        numbers[i] = list[i].number;
        enough = texts[i].data != NULL;
    }
    free(list);
    if (!enough) {
        return no_memory(err);
    }
    ret_answer->values = texts;
    ret_answer->value_count = count;
    ret_answer->values_left = all - count;
    *ret_numbers = numbers;
    return PT_OK;
}
