// SPDX-License-Identifier: Apache-2.0
/* A stored definition made ready for use; whatever is wrong with one is found here. */
#include "base/map.h"
#include "connect/destination_internal.h"
#include "connect/kind_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PLAN_ARENA = 4 << 20, FIELDS_MAX = 64 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a destination");
}

static bool is_secret(const ConnectKind *kind, PtStr name)
{
    for (size_t i = 0; i < kind->field_count; i++) {
        if (pt_str_eq(pt_str(kind->fields[i].name), name)) {
            return kind->fields[i].secret;
        }
    }
    return false;
}

static PtStatus add_settings(const ConnectDestinationsConfig *c, DeliverPlan *p, PtStr json,
                             bool sealed, PtError *err)
{
    DeliverText *texts;
    size_t count;
    PtStatus st = deliver_texts(json, "settings", FIELDS_MAX, p->arena, &texts, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        ConnectSetting *item = &p->items[p->settings.count];
        item->name = texts[i].name;
        item->value = texts[i].value;
        if (sealed) {
            st = access_unseal(c->access, texts[i].value, p->arena, &item->value, err);
        }
        p->settings.count += st == PT_OK;
    }
    return st;
}

static PtStatus take_settings(const ConnectDestinationsConfig *c, DeliverPlan *p,
                              const DestinationRow *row, PtError *err)
{
    p->items = pt_arena_alloc(p->arena, (size_t)2 * FIELDS_MAX, sizeof *p->items);
    const PtStr folder = pt_arena_str(p->arena, pt_str(c->dir != NULL ? c->dir : ""));
    if (p->items == NULL || folder.data == NULL) {
        return no_memory(err);
    }
    p->settings.kind = connect_kind_of(row->kind);
    p->settings.destination = pt_str(p->id);
    p->settings.items = p->items;
    p->settings.folder = folder;
    if (p->settings.kind == NULL) {
        return pt_fail(err, PT_INVALID, "kind: there is no kind \"%.40s\"", row->kind.data);
    }
    PtStatus st = add_settings(c, p, row->settings, false, err);
    return st == PT_OK ? add_settings(c, p, row->secrets, true, err) : st;
}

static PtStatus take_mapping(DeliverPlan *p, const DestinationRow *row, PtError *err)
{
    if (row->mapping.len == 0) {
        return PT_OK;
    }
    PtStatus st = deliver_mapping_read(row->mapping, p->arena, &p->columns, &p->column_count, err);
    if (st == PT_OK && p->column_count > 0 && p->settings.kind->mapping == CONNECT_MAPPING_NONE) {
        st = pt_fail(err, PT_INVALID, "mapping: a %s takes events as they are",
                     p->settings.kind->name);
    }
    PtStr *names =
        st == PT_OK ? pt_arena_alloc(p->arena, p->column_count + 1, sizeof *names) : NULL;
    if (st == PT_OK && names == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; st == PT_OK && i < p->column_count; i++) {
        names[i] = p->columns[i].to;
    }
    p->settings.columns = names;
    p->settings.column_count = p->column_count;
    return st;
}

/* ---- Filter: what the event decides by itself, and what takes the person ------------------------
 */

static PtStatus read_filter(PtStr json, DeliverFilter *filter, PtError *err)
{
    PtError why = {0};
    PtStatus st = rule_operands_new(&filter->operands, err);
    if (st != PT_OK) {
        return st;
    }
    st = rule_condition_read(json, filter->operands, &filter->condition, &why);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "filter: %s", why.message);
}

static void free_filter(DeliverFilter *filter)
{
    rule_condition_free(filter->condition);
    rule_operands_free(filter->operands);
}

static PtStatus reads_traits(PtStr json, bool *ret_reads, PtError *err)
{
    PT_CLEANUP(free_filter) DeliverFilter filter = {.condition = NULL};
    PtStatus st = read_filter(json, &filter, err);
    if (st == PT_OK) {
        *ret_reads = rule_condition_reads_traits(filter.condition);
    }
    return st;
}

/* Of a filter that needs all of several things those that need no trait: most events fail one of
 * these, and nobody's traits are read for them. */
static PtStatus take_sieve(DeliverPlan *p, PtStr json, PtError *err)
{
    const KindNode *root = NULL;
    size_t count = 0;
    PtBuf sieve;
    if (!kind_tree(json, p->arena, &root)) {
        return no_memory(err);
    }
    const KindNode *all = root != NULL ? kind_member(root, PT_STR("all")) : NULL;
    PtStatus st = PT_OK;
    pt_buf_init(&sieve, RULE_JSON);
    pt_buf_add_str(&sieve, PT_STR("{\"all\":["));
    for (const KindNode *n = all != NULL ? all->child : NULL; st == PT_OK && n != NULL;
         n = n->next) {
        bool reads = true;
        st = reads_traits(n->raw, &reads, err);
        if (!reads) {
            pt_buf_add_str(&sieve, count++ == 0 ? PT_STR("") : PT_STR(","));
            pt_buf_add_str(&sieve, n->raw);
        }
    }
    pt_buf_add_str(&sieve, PT_STR("]}"));
    st = st == PT_OK && pt_buf_status(&sieve) != PT_OK ? no_memory(err) : st;
    if (st == PT_OK && count > 0) {
        st = read_filter(pt_buf_str(&sieve), &p->sieve, err);
    }
    pt_buf_done(&sieve);
    return st;
}

static PtStatus take_filter(DeliverPlan *p, const DestinationRow *row, PtError *err)
{
    if (row->filter.len == 0) {
        return PT_OK;
    }
    PtStatus st = read_filter(row->filter, &p->filter, err);
    if (st == PT_OK && !rule_condition_reads_traits(p->filter.condition)) {
        p->sieve = p->filter;
        p->filter = (DeliverFilter){.condition = NULL};
        return PT_OK;
    }
    return st == PT_OK ? take_sieve(p, row->filter, err) : st;
}

static void add_trait(DeliverPlan *p, PtStr name)
{
    for (size_t i = 0; i < p->trait_count; i++) {
        if (pt_str_eq(p->traits[i], name)) {
            return;
        }
    }
    p->traits[p->trait_count++] = name;
}

static PtStatus take_traits(DeliverPlan *p, PtError *err)
{
    const RuleOperands *o = p->filter.operands;
    const uint32_t slots = o != NULL ? rule_operands_count(o) : 0;
    PtStr name;
    p->traits = pt_arena_alloc(p->arena, slots + p->column_count + 1, sizeof *p->traits);
    if (p->traits == NULL) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < slots; i++) {
        if (rule_operand_trait(o, i, &name)) {
            add_trait(p, name);
        }
    }
    for (size_t i = 0; i < p->column_count; i++) {
        if (p->columns[i].trait.len > 0) {
            add_trait(p, p->columns[i].trait);
        }
    }
    return PT_OK;
}

static void take_bounds(DeliverPlan *p, const DestinationRow *row)
{
    const ConnectKind *kind = p->settings.kind;
    const uint32_t parallel = row->in_order || kind->parallel < 1  ? 1
                              : kind->parallel < DELIVER_LANES_MAX ? kind->parallel
                                                                   : DELIVER_LANES_MAX;
    p->count_max = kind->count_max(&p->settings);
    p->count_max = p->count_max < 1                    ? 1
                   : p->count_max < DELIVER_QUEUED_MAX ? p->count_max
                                                       : DELIVER_QUEUED_MAX;
    p->linger_ms = kind->linger_ms != NULL ? kind->linger_ms(&p->settings) : 0;
    p->fill_max = kind->fill_max != NULL ? kind->fill_max(&p->settings) : kind->bytes_max;
    p->fill_max = p->fill_max < DELIVER_QUEUED_BYTES / 2 ? p->fill_max : DELIVER_QUEUED_BYTES / 2;
    // who waits for a request to fill fills one at a time
    p->lanes = p->linger_ms > 0 ? 1 : parallel;
    p->side = parallel / 4 > 1 ? parallel / 4 : 1;
}

static PtStatus take_all(const ConnectDestinationsConfig *c, DeliverPlan *p,
                         const DestinationRow *row, PtError *err)
{
    PtStatus st = take_settings(c, p, row, err);
    st = st == PT_OK ? take_mapping(p, row, err) : st;
    st = st == PT_OK ? connect_settings_check(&p->settings, err) : st;
    st = st == PT_OK ? take_filter(p, row, err) : st;
    st = st == PT_OK ? take_traits(p, err) : st;
    if (st == PT_OK && row->events.len > 0) {
        st = deliver_events_read(row->events, p->arena, &p->events, err);
    }
    if (st == PT_OK) {
        st = deliver_purposes_read(row->purposes, p->arena, &p->purposes, &p->purpose_count, err);
    }
    if (st == PT_OK) {
        take_bounds(p, row);
    }
    return st;
}

PtStatus deliver_plan_new(const ConnectDestinationsConfig *c, const DestinationRow *row,
                          DeliverPlan **ret_plan, PtError *err)
{
    PT_CLEANUP(deliver_plan_freep) DeliverPlan *p = calloc(1, sizeof *p);
    if (p == NULL || (p->arena = pt_arena_new(PLAN_ARENA)) == NULL) {
        return no_memory(err);
    }
    (void)pt_str_copy(p->id, sizeof p->id, row->id);
    destination_queue_name(row->id, p->queue);
    p->enabled = row->enabled;
    p->historical = row->historical;
    p->redrive_per_s = row->redrive_per_s;
    PtStatus st = take_all(c, p, row, err);
    if (st == PT_OK) {
        *ret_plan = PT_TAKE(p);
    }
    return st;
}

void deliver_plan_free(DeliverPlan *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->settings.count; i++) {
        if (is_secret(p->settings.kind, p->items[i].name) && p->items[i].value.len > 0) {
            // the arena's own bytes, which are const to those who read them
            explicit_bzero((void *)(uintptr_t)p->items[i].value.data, p->items[i].value.len);
        }
    }
    free_filter(&p->sieve);
    free_filter(&p->filter);
    pt_map_free(p->events, NULL);
    pt_arena_free(p->arena);
    free(p);
}
