// SPDX-License-Identifier: Apache-2.0
/* Who is told of what: a list of rules, of which the first that takes an event decides. */
#include "notify/notify_internal.h"

#include "base/json.h"

#include <string.h>

enum { DEPTH = 8, QUEUE_MAX = 64, LEAST = 5 };

#define NOTIFY_KIND_NAME(id, name) name,
const char *const notify_kinds[] = {NOTIFY_KIND_MAP(NOTIFY_KIND_NAME) NULL};
#undef NOTIFY_KIND_NAME
const char *const notify_channels[] = {"mail", "push", "webhook", NULL};

/* What a role is told of as long as nobody says otherwise: who works on tickets of their own ones,
 * and of major incidents; who runs the server of its alerts. */
#define MINE                                                                                       \
    "{\"kinds\":[\"mentioned\",\"offered\",\"assigned\",\"breached\",\"escalated\",\"at_risk\","   \
    "\"answered\",\"vendor_answered\",\"survey_bad\"],\"channels\":[\"push\",\"mail\","            \
    "\"webhook\"],\"digest\":true},{\"kinds\":[\"major\"],\"whose\":\"any\",\"channels\":"         \
    "[\"push\",\"mail\",\"webhook\"]},{\"kinds\":[\"changed\",\"major_updated\"]}"
#define ALERTS                                                                                     \
    "{\"kinds\":[\"alert\"],\"whose\":\"any\",\"channels\":[\"push\",\"mail\",\"webhook\"]}"

PtStr notify_default_rules(bool works_on_tickets, bool runs_the_server)
{
    return works_on_tickets && runs_the_server ? PT_STR("[" MINE "," ALERTS "]")
           : works_on_tickets                  ? PT_STR("[" MINE "]")
           : runs_the_server                   ? PT_STR("[" ALERTS "]")
                                               : PT_STR("[]");
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

typedef struct Reading {
    PtJson *j;
    PtArena *arena;
    size_t index; /* of the rule */
    PtError *err;
} Reading;

static PtStatus wrong(const Reading *r, const char *member, const char *what)
{
    return pt_fail(r->err, PT_INVALID, "rules[%zu].%s: %s", r->index, member, what);
}

int notify_choice(const char *const *names, PtStr text)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (pt_str_eq(text, pt_str(names[i]))) {
            return i;
        }
    }
    return -1;
}

/* Names of a list, as bits. */
static PtStatus read_names(const Reading *r, const char *member, const char *const *names,
                           unsigned *ret_bits)
{
    *ret_bits = 0;
    if (pt_json_next(r->j) != PT_JSON_ARRAY) {
        return wrong(r, member, "not a list");
    }
    PtJsonToken token;
    while ((token = pt_json_next(r->j)) == PT_JSON_STRING) {
        const int choice = notify_choice(names, r->j->raw);
        if (choice < 0) {
            return wrong(r, member, "a name that is not known");
        }
        *ret_bits |= 1U << (unsigned)choice;
    }
    return token == PT_JSON_ARRAY_END ? PT_OK : wrong(r, member, "not a list of names");
}

static PtStatus read_queue(const Reading *r, NotifyRule *rule)
{
    PtBuf text;
    if (pt_json_next(r->j) != PT_JSON_STRING) {
        return wrong(r, "queue", "not a text");
    }
    pt_buf_init(&text, QUEUE_MAX);
    pt_json_decode(r->j->raw, &text);
    const bool fits = pt_buf_status(&text) == PT_OK;
    rule->queue = fits && text.len > 0 ? pt_arena_str(r->arena, pt_buf_str(&text)) : PT_STR("");
    pt_buf_done(&text);
    return !fits                      ? wrong(r, "queue", "over 64 bytes")
           : rule->queue.data == NULL ? notify_no_memory(r->err)
                                      : PT_OK;
}

static PtStatus read_least(const Reading *r, NotifyRule *rule)
{
    int64_t least = 0;
    if (pt_json_next(r->j) != PT_JSON_NUMBER || !pt_json_to_i64(r->j->raw, &least) || least < 1 ||
        least > LEAST) {
        return wrong(r, "least", "not 1..5");
    }
    rule->least = (unsigned)least;
    return PT_OK;
}

static PtStatus read_whose(const Reading *r, NotifyRule *rule)
{
    const bool is_text = pt_json_next(r->j) == PT_JSON_STRING;
    rule->mine = is_text && pt_str_eq(r->j->raw, PT_STR("mine"));
    return rule->mine || (is_text && pt_str_eq(r->j->raw, PT_STR("any")))
               ? PT_OK
               : wrong(r, "whose", "not mine or any");
}

static PtStatus read_truth(const Reading *r, const char *member, bool *ret_truth)
{
    const PtJsonToken token = pt_json_next(r->j);
    *ret_truth = token == PT_JSON_TRUE;
    return token == PT_JSON_TRUE || token == PT_JSON_FALSE ? PT_OK
                                                           : wrong(r, member, "not true or false");
}

static PtStatus read_member(const Reading *r, PtStr name, NotifyRule *rule)
{
    static const char *const members[] = {"kinds", "queue",  "least",    "whose",
                                          "mute",  "digest", "channels", NULL};
    switch (notify_choice(members, name)) {
    case 0:
        return read_names(r, "kinds", notify_kinds, &rule->kinds);
    case 1:
        return read_queue(r, rule);
    case 2:
        return read_least(r, rule);
    case 3:
        return read_whose(r, rule);
    case 4:
        return read_truth(r, "mute", &rule->mute);
    case 5:
        return read_truth(r, "digest", &rule->digest);
    case 6:
        return read_names(r, "channels", notify_channels, &rule->channels);
    default:
        return pt_fail(r->err, PT_INVALID, "rules[%zu]: a member that is not known", r->index);
    }
}

static PtStatus read_rule(const Reading *r, NotifyRule *rule)
{
    PtStatus st = PT_OK;
    PtJsonToken token = PT_JSON_ERROR;
    *rule = (NotifyRule){.queue = PT_STR(""), .least = LEAST, .mine = true};
    while (st == PT_OK && (token = pt_json_next(r->j)) == PT_JSON_KEY) {
        st = read_member(r, r->j->raw, rule);
    }
    return st != PT_OK || token == PT_JSON_OBJECT_END
               ? st
               : pt_fail(r->err, PT_INVALID, "rules[%zu]: not an object", r->index);
}

PtStatus notify_rules_read(PtStr json, NotifyRule rules[static NOTIFY_RULES_MAX], size_t *ret_count,
                           PtArena *arena, PtError *err)
{
    PtJson j;
    size_t count = 0;
    PtStatus st = PT_OK;
    PtJsonToken token = PT_JSON_ERROR;
    if (json.len > NOTIFY_RULES_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "rules: over %d bytes", NOTIFY_RULES_BYTES);
    }
    pt_json_init(&j, json, DEPTH);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        return pt_fail(err, PT_INVALID, "rules: not a list");
    }
    while (st == PT_OK && (token = pt_json_next(&j)) == PT_JSON_OBJECT) {
        const Reading r = {.j = &j, .arena = arena, .index = count, .err = err};
        st = count < NOTIFY_RULES_MAX
                 ? read_rule(&r, &rules[count])
                 : pt_fail(err, PT_INVALID, "rules: over %d of them", NOTIFY_RULES_MAX);
        count++;
    }
    if (st == PT_OK && (token != PT_JSON_ARRAY_END || pt_json_next(&j) != PT_JSON_END)) {
        st = pt_fail(err, PT_INVALID, "rules: not a list of objects");
    }
    if (st == PT_OK) {
        *ret_count = count;
    }
    return st;
}

/* ---- Taking -----------------------------------------------------------------------------------
 */

static const NotifyRule *find_rule(const NotifyRule *rules, size_t count, const NotifyFact *fact,
                                   unsigned kind)
{
    const unsigned bit = 1U << kind;
    for (size_t i = 0; i < count; i++) {
        const NotifyRule *r = &rules[i];
        if ((r->kinds == 0 || (r->kinds & bit) != 0) &&
            (r->queue.len == 0 || pt_str_eq(r->queue, fact->queue)) &&
            (fact->priority == 0 || fact->priority <= r->least) &&
            ((r->mine ? fact->mine : fact->seen) & bit) != 0) {
            return r;
        }
    }
    return NULL;
}

bool notify_rules_take(const NotifyRule *rules, size_t count, const NotifyFact *fact,
                       NotifyKind *ret_kind, const NotifyRule **ret_rule)
{
    for (unsigned kind = 0; kind < NOTIFY_KINDS; kind++) {
        const NotifyRule *r =
            (fact->kinds & 1U << kind) != 0 ? find_rule(rules, count, fact, kind) : NULL;
        if (r != NULL) {
            *ret_kind = (NotifyKind)kind;
            *ret_rule = r;
            return !r->mute;
        }
    }
    return false;
}
