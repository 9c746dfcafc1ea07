// SPDX-License-Identifier: Apache-2.0
/* A policy from its JSON. Failures name the place as a JSON pointer. */
#include "base/json.h"
#include "work/work_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ARENA_MAX = 2 << 20,
    DEPTH = 40, /* of conditions, and what is around them */
    POINTER_BYTES = 160,
    MEMBERS_MAX = 12,
    PERCENT_MAX = 1000,
};
static const int64_t second_ms = 1000, span_max_ms = (int64_t)3650 * 86400000;
static const int64_t warn_default_ms = 15 * 60000;

typedef struct Reader {
    WorkPolicy *policy;
    char pointer[POINTER_BYTES];
    size_t len;
    PtError *err;
} Reader;

/* ---- Places and failures ----------------------------------------------------------------------
 */

static size_t enter(Reader *r, const char *name)
{
    const size_t before = r->len;
    const int n = snprintf(r->pointer + r->len, sizeof r->pointer - r->len, "/%s", name);
    r->len = n > 0 && r->len + (size_t)n < sizeof r->pointer ? r->len + (size_t)n : r->len;
    return before;
}

static void leave(Reader *r, size_t before)
{
    r->len = before;
    r->pointer[before] = 0;
}

static PtStatus bad(Reader *r, const char *fmt, ...) PT_PRINTF(2, 3);
static PtStatus bad(Reader *r, const char *fmt, ...)
{
    char why[PT_ERROR_MESSAGE_MAX] = "";
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    return pt_fail(r->err, PT_INVALID, "at \"%s\": %s", r->pointer, why);
}

static PtStatus no_memory(Reader *r)
{
    return pt_fail(r->err, PT_NO_MEMORY, "no memory for a policy");
}

/* ---- Values -----------------------------------------------------------------------------------
 */

static PtStatus members(Reader *r, PtStr json, const char *const *names, size_t count,
                        PtStr *ret_values)
{
    PtJson j;
    pt_json_init(&j, json, DEPTH);
    for (size_t i = 0; i < count; i++) {
        ret_values[i] = (PtStr){NULL, 0};
    }
    if (json.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return bad(r, "not an object");
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        size_t i = 0;
        while (i < count && !pt_json_raw_eq(j.raw, j.flags, pt_str(names[i]))) {
            i++;
        }
        if (i == count || ret_values[i].data != NULL) {
            return bad(r, i == count ? "\"%.*s\" is not known here" : "\"%.*s\" stands twice",
                       j.raw.len < 40 ? (int)j.raw.len : 40, j.raw.data);
        }
        if (!pt_json_skip(&j, &ret_values[i], NULL, NULL)) {
            return pt_json_error(&j, r->err);
        }
    }
    return PT_OK;
}

static PtStatus text(Reader *r, PtStr json, PtStr *ret_text)
{
    if (json.len < 3 || json.data[0] != '"') {
        return bad(r, json.data == NULL ? "is missing" : "not a text of 1..%d bytes",
                   WORK_NAME_BYTES);
    }
    PtBuf buf;
    pt_buf_init(&buf, WORK_POLICY_JSON);
    pt_json_decode((PtStr){json.data + 1, json.len - 2}, &buf);
    const PtStatus st = pt_buf_status(&buf);
    const bool fits = buf.len <= WORK_NAME_BYTES;
    if (st == PT_OK && fits) {
        *ret_text = pt_arena_str(r->policy->arena, pt_buf_str(&buf));
    }
    pt_buf_done(&buf);
    if (st == PT_OK && !fits) {
        return bad(r, "not a text of 1..%d bytes", WORK_NAME_BYTES);
    }
    return st == PT_OK && ret_text->data != NULL ? PT_OK : no_memory(r);
}

static PtStatus truth(Reader *r, PtStr json, bool *ret_truth)
{
    const bool yes = pt_str_eq(json, PT_STR("true"));
    if (!yes && !pt_str_eq(json, PT_STR("false"))) {
        return bad(r, "not true or false");
    }
    *ret_truth = yes;
    return PT_OK;
}

static PtStatus whole(Reader *r, PtStr json, int64_t least, int64_t most, int64_t *ret_value)
{
    int64_t value;
    if (!pt_json_to_i64(json, &value) || value < least || value > most) {
        return bad(r, "not a whole number in %lld..%lld", (long long)least, (long long)most);
    }
    *ret_value = value;
    return PT_OK;
}

static const struct {
    const char *name;
    int64_t ms;
} units[] = {{"hours", 3600000}, {"minutes", 60000}, {"seconds", 1000}};
enum { UNITS = sizeof units / sizeof *units };

/* Of members in the order of units; *ret_ms is 0 where none of them is there. */
static PtStatus span(Reader *r, const PtStr *values, int64_t least_ms, int64_t *ret_ms)
{
    int64_t sum = 0;
    bool there = false;
    for (unsigned i = 0; i < UNITS; i++) {
        int64_t value = 0;
        if (values[i].data != NULL) {
            const size_t before = enter(r, units[i].name);
            const PtStatus st = whole(r, values[i], 0, span_max_ms / units[i].ms, &value);
            if (st != PT_OK) {
                return st;
            }
            leave(r, before);
            there = true;
        }
        sum += value * units[i].ms;
    }
    if (there && (sum < least_ms || sum > span_max_ms)) {
        return bad(r, "a span of %lld s, not %lld..%lld", (long long)(sum / 1000),
                   (long long)(least_ms / 1000), (long long)(span_max_ms / 1000));
    }
    *ret_ms = there ? sum : -1;
    return PT_OK;
}

static PtStatus span_object(Reader *r, PtStr json, int64_t least_ms, int64_t *ret_ms)
{
    static const char *const names[] = {"hours", "minutes", "seconds"};
    PtStr values[UNITS];
    PtStatus st = members(r, json, names, UNITS, values);
    st = st == PT_OK ? span(r, values, least_ms, ret_ms) : st;
    return st == PT_OK && *ret_ms < 0 ? bad(r, "no hours, minutes or seconds") : st;
}

/* ---- Conditions -------------------------------------------------------------------------------
 */

/* The failure of a rule, whose pointer begins where ours ends. */
static PtStatus bad_rule(Reader *r, const PtError *why)
{
    static const PtStr at = PT_STR_INIT("at \"");
    const char *tail = why->message;
    if (why->status != PT_INVALID || !pt_str_starts(pt_str(tail), at)) {
        return why->status == PT_NO_MEMORY ? no_memory(r) : bad(r, "%s", tail);
    }
    return pt_fail(r->err, PT_INVALID, "at \"%s%s", r->pointer, tail + at.len);
}

/* What the operands read must be facts, as they are. */
static PtStatus take_operands(Reader *r)
{
    WorkPolicy *p = r->policy;
    for (uint32_t i = p->slot_count; i < rule_operands_count(p->operands); i++) {
        const RuleOperand o = rule_operand_at(p->operands, i);
        WorkFact fact = WORK_FACTS;
        const bool event = o.root == RULE_FIELD && pt_str_eq(o.path, PT_STR("event"));
        if (!event && (o.root != RULE_PROPERTY || !work_fact_of(o.path, &fact))) {
            return bad(r, "\"%.*s\" is no fact of a work item",
                       o.path.len < 40 ? (int)o.path.len : 40, o.path.data);
        }
        const bool number = !event && work_fact_kind(fact) == WORK_FACT_NUMBER;
        if (o.as != RULE_AS_IS && !(number && o.as == RULE_AS_NUMBER)) {
            return bad(r, "%.*s is a %s: %s not compared with it", PT_STR_ARG(o.path),
                       number ? "number" : "text", number ? "times are" : "numbers and times are");
        }
        p->slots[i] = (uint8_t)fact; /* of the event: WORK_SLOT_EVENT */
        p->slot_count = i + 1;
    }
    return PT_OK;
}

static PtStatus condition(Reader *r, PtStr json, RuleCondition **ret_condition)
{
    PtError why = {0};
    const PtStatus st = rule_condition_read(json, r->policy->operands, ret_condition, &why);
    return st == PT_OK ? take_operands(r) : bad_rule(r, &why);
}

/* Bits by WorkFact, and of WORK_SLOT_EVENT. */
static PtStatus find_reads(Reader *r, const RuleCondition *c, uint32_t *ret_reads)
{
    PT_CLEANUP(pt_program_freep) PtProgram *program = NULL;
    const PtStatus st = rule_conditions_program(&c, 1, r->policy->operands, &program, r->err);
    *ret_reads = 0;
    for (uint32_t i = 0; st == PT_OK && i < r->policy->slot_count; i++) {
        *ret_reads |= pt_program_reads(program, i) ? 1U << r->policy->slots[i] : 0;
    }
    return st;
}
_Static_assert(WORK_SLOT_EVENT < 32, "a bit each");

static PtStatus reads_event(Reader *r, const RuleCondition *c, bool *ret_reads)
{
    uint32_t reads = 0;
    const PtStatus st = find_reads(r, c, &reads);
    *ret_reads = (reads & 1U << WORK_SLOT_EVENT) != 0;
    return st;
}

/* ---- Clocks -----------------------------------------------------------------------------------
 */

static PtStatus read_in(Reader *r, PtStr json, WorkTarget *t)
{
    static const struct {
        const char *name;
        WorkIn in;
    } ins[] = {{"24x7", WORK_IN_ALWAYS}, {"store", WORK_IN_STORE}, {"queue", WORK_IN_QUEUE}};
    const size_t before = enter(r, "in");
    const PtStatus st = text(r, json, &t->id);
    leave(r, before);
    t->in = WORK_IN_ID;
    for (unsigned i = 0; st == PT_OK && i < sizeof ins / sizeof *ins; i++) {
        t->in = pt_str_eq(t->id, pt_str(ins[i].name)) ? ins[i].in : t->in;
    }
    return st;
}

static PtStatus read_target(Reader *r, PtStr json, WorkTarget *t)
{
    static const char *const names[] = {"hours", "minutes", "seconds", "days", "in"};
    PtStr values[UNITS + 2];
    int64_t ms = 0, days = 0;
    PtStatus st = members(r, json, names, UNITS + 2, values);
    st = st == PT_OK ? span(r, values, second_ms, &ms) : st;
    if (st == PT_OK && (ms >= 0) == (values[UNITS].data != NULL)) {
        return bad(r, "needs either hours, minutes and seconds, or days");
    }
    if (st == PT_OK && ms < 0) {
        const size_t before = enter(r, "days");
        st = whole(r, values[UNITS], 1, WORK_DAYS_MAX, &days);
        leave(r, st == PT_OK ? before : r->len);
    }
    if (st == PT_OK) {
        t->span_ms = ms > 0 ? ms : 0;
        t->days = (uint32_t)days;
        st = read_in(r, values[UNITS + 1], t);
    }
    return st;
}

static PtStatus read_targets(Reader *r, PtStr json, WorkDefinition *d)
{
    static const char *const names[WORK_PRIORITIES] = {"P1", "P2", "P3", "P4", "P5"};
    PtStr values[WORK_PRIORITIES];
    PtStatus st = members(r, json, names, WORK_PRIORITIES, values);
    for (unsigned i = 0; st == PT_OK && i < WORK_PRIORITIES; i++) {
        if (values[i].data != NULL) {
            const size_t before = enter(r, names[i]);
            st = read_target(r, values[i], &d->targets[i]);
            leave(r, st == PT_OK ? before : r->len);
        }
    }
    return st;
}

static PtStatus read_warn(Reader *r, PtStr json, WorkDefinition *d)
{
    static const char *const names[] = {"hours", "minutes", "seconds", "wall"};
    PtStr values[UNITS + 1];
    PtStatus st = members(r, json, names, UNITS + 1, values);
    int64_t ms = -1;
    st = st == PT_OK ? span(r, values, second_ms, &ms) : st;
    if (st == PT_OK && ms > 0) {
        d->warn_ms = ms;
    }
    if (st == PT_OK && values[UNITS].data != NULL) {
        const size_t before = enter(r, "wall");
        st = truth(r, values[UNITS], &d->warn_wall);
        leave(r, st == PT_OK ? before : r->len);
    }
    return st;
}

static PtStatus step_condition(Reader *r, PtStr json, WorkStepRule *s)
{
    PtStatus st = condition(r, json, &s->when);
    return st == PT_OK ? find_reads(r, s->when, &s->reads) : st;
}

/* Members of a step, those first that say when it comes, in the order of WorkStepAt. */
enum { STEP_WAYS = WORK_STEP_WHEN + 1, STEP_NAME = STEP_WAYS, STEP_IF, STEP_TIMES, STEP_MEMBERS };
static const char *const step_members[] = {"after", "percent", "over", "when",
                                           "name",  "if",      "times"};

static PtStatus step_way(Reader *r, PtStr json, WorkStepRule *s)
{
    const size_t before = enter(r, step_members[s->at]);
    PtStatus st = PT_OK;
    switch (s->at) {
    case WORK_STEP_PERCENT:
        st = whole(r, json, 1, PERCENT_MAX, &s->value);
        break;
    case WORK_STEP_WHEN:
        s->value = 1;
        st = step_condition(r, json, s);
        break;
    default:
        st = span_object(r, json, 0, &s->value);
        break;
    }
    leave(r, st == PT_OK ? before : r->len);
    return st;
}

/* Rows are counted where they say that something happened: a fact holds at all that follow. */
static PtStatus step_times(Reader *r, PtStr json, WorkStepRule *s)
{
    const size_t before = enter(r, "times");
    PtStatus st = s->at == WORK_STEP_WHEN ? whole(r, json, 1, WORK_TIMES_MAX, &s->value)
                                          : bad(r, "is of steps with when only");
    if (st == PT_OK && s->value > 1 && (s->reads & 1U << WORK_SLOT_EVENT) == 0) {
        st = bad(r, "over 1 needs a when that reads the event");
    }
    leave(r, st == PT_OK ? before : r->len);
    return st;
}

static PtStatus step_if(Reader *r, PtStr json, WorkStepRule *s)
{
    const size_t before = enter(r, "if");
    const PtStatus st =
        s->at == WORK_STEP_WHEN ? bad(r, "is not for steps with when") : step_condition(r, json, s);
    leave(r, st == PT_OK ? before : r->len);
    return st;
}

static PtStatus read_step(Reader *r, PtStr json, WorkStepRule *s)
{
    PtStr values[STEP_MEMBERS];
    unsigned given = 0;
    PtStatus st = members(r, json, step_members, STEP_MEMBERS, values);
    if (st != PT_OK) {
        return st;
    }
    for (unsigned i = 0; i < STEP_WAYS; i++) {
        s->at = values[i].data != NULL ? (WorkStepAt)i : s->at;
        given += values[i].data != NULL;
    }
    if (given != 1) {
        return bad(r, "needs one of after, percent, over and when");
    }
    const size_t before = enter(r, "name");
    st = text(r, values[STEP_NAME], &s->name);
    leave(r, st == PT_OK ? before : r->len);
    st = st == PT_OK ? step_way(r, values[s->at], s) : st;
    if (st == PT_OK && values[STEP_IF].data != NULL) {
        st = step_if(r, values[STEP_IF], s);
    }
    return st == PT_OK && values[STEP_TIMES].data != NULL ? step_times(r, values[STEP_TIMES], s)
                                                          : st;
}

static PtStatus read_steps(Reader *r, PtStr json, WorkDefinition *d)
{
    PtJson j;
    PtStr one;
    pt_json_init(&j, json, DEPTH);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        return bad(r, "not a list");
    }
    while (pt_json_skip(&j, &one, NULL, NULL)) {
        if (d->step_count == WORK_STEPS) {
            return bad(r, "over %d steps", WORK_STEPS);
        }
        char index[8];
        (void)snprintf(index, sizeof index, "%u", d->step_count);
        const size_t before = enter(r, index);
        const WorkStepRule *s = &d->steps[d->step_count++];
        PtStatus st = read_step(r, one, &d->steps[d->step_count - 1]);
        for (const WorkStepRule *other = d->steps; st == PT_OK && other < s; other++) {
            st = pt_str_eq(other->name, s->name) ? bad(r, "has the name of another step") : st;
        }
        if (st != PT_OK) {
            return st;
        }
        leave(r, before);
    }
    return PT_OK;
}

static PtStatus read_again(Reader *r, PtStr json, WorkDefinition *d)
{
    static const char *const names[] = {"\"never\"", "\"on\"", "\"anew\""};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq(json, pt_str(names[i]))) {
            d->again = (WorkAgain)i;
            return PT_OK;
        }
    }
    return bad(r, "not \"never\", \"on\" or \"anew\"");
}

static PtStatus read_retroactive(Reader *r, PtStr json, WorkDefinition *d)
{
    return truth(r, json, &d->retroactive);
}

static const char *const when_names[WORK_WHENS] = {"start", "pause", "resume",
                                                   "stop",  "reset", "cancel"};

/* An event is said of one row only: what is to last may not read it. */
static PtStatus check_lasting(Reader *r, const WorkDefinition *d)
{
    const bool lasting[WORK_WHENS] = {
        [WORK_PAUSE] = d->when[WORK_RESUME] == NULL,
        [WORK_STOP] = d->again != WORK_AGAIN_NEVER,
        [WORK_CANCEL] = true,
    };
    for (unsigned i = 0; i < WORK_WHENS; i++) {
        bool reads = false;
        if (lasting[i] && d->when[i] != NULL) {
            const PtStatus st = reads_event(r, d->when[i], &reads);
            if (st != PT_OK) {
                return st;
            }
        }
        if (reads) {
            (void)enter(r, when_names[i]);
            return bad(r, "may not read the event, which is said of one row only: %s",
                       i == WORK_PAUSE  ? "or give resume"
                       : i == WORK_STOP ? "or let again be never"
                                        : "read a state");
        }
    }
    return PT_OK;
}

static PtStatus read_clock(Reader *r, PtStr json, WorkDefinition *d)
{
    static const struct {
        const char *name;
        PtStatus (*read)(Reader *r, PtStr json, WorkDefinition *d);
    } parts[] = {{"targets", read_targets},
                 {"warn", read_warn},
                 {"steps", read_steps},
                 {"again", read_again},
                 {"retroactive", read_retroactive}};
    enum { PARTS = sizeof parts / sizeof *parts };
    const char *names[WORK_WHENS + PARTS];
    PtStr values[WORK_WHENS + PARTS];
    for (unsigned i = 0; i < WORK_WHENS + PARTS; i++) {
        names[i] = i < WORK_WHENS ? when_names[i] : parts[i - WORK_WHENS].name;
    }
    d->there = true;
    d->warn_ms = warn_default_ms;
    PtStatus st = members(r, json, names, WORK_WHENS + PARTS, values);
    for (unsigned i = 0; st == PT_OK && i < WORK_WHENS + PARTS; i++) {
        if (values[i].data != NULL) {
            const size_t before = enter(r, names[i]);
            st = i < WORK_WHENS ? condition(r, values[i], &d->when[i])
                                : parts[i - WORK_WHENS].read(r, values[i], d);
            leave(r, st == PT_OK ? before : r->len);
        }
    }
    if (st == PT_OK && (d->when[WORK_STOP] == NULL || values[WORK_WHENS].data == NULL)) {
        return bad(r, "%s is missing", d->when[WORK_STOP] == NULL ? "stop" : "targets");
    }
    return st == PT_OK ? check_lasting(r, d) : st;
}

static PtStatus read_clocks(Reader *r, PtStr json)
{
    const char *names[WORK_CLOCKS];
    PtStr values[WORK_CLOCKS];
    bool any = false;
    for (unsigned i = 0; i < WORK_CLOCKS; i++) {
        names[i] = work_clock_name((WorkClockKind)i);
    }
    PtStatus st = members(r, json, names, WORK_CLOCKS, values);
    for (unsigned i = 0; st == PT_OK && i < WORK_CLOCKS; i++) {
        if (values[i].data != NULL) {
            const size_t before = enter(r, names[i]);
            st = read_clock(r, values[i], &r->policy->clocks[i]);
            leave(r, st == PT_OK ? before : r->len);
            any = true;
        }
    }
    return st == PT_OK && !any ? bad(r, "no clock") : st;
}

/* ---- The policy -------------------------------------------------------------------------------
 */

static PtStatus read_policy(Reader *r)
{
    static const char *const names[] = {"name", "applies", "clocks"};
    PtStr values[3];
    WorkPolicy *p = r->policy;
    PtStatus st = members(r, p->json, names, 3, values);
    if (st == PT_OK) {
        const size_t before = enter(r, names[0]);
        st = text(r, values[0], &p->name);
        leave(r, st == PT_OK ? before : r->len);
    }
    if (st == PT_OK && values[1].data != NULL) {
        const size_t before = enter(r, names[1]);
        bool event = false;
        st = condition(r, values[1], &p->applies);
        st = st == PT_OK ? reads_event(r, p->applies, &event) : st;
        st = st == PT_OK && event ? bad(r, "may not read the event, which is said of one row only")
                                  : st;
        leave(r, st == PT_OK ? before : r->len);
    }
    if (st == PT_OK) {
        (void)enter(r, names[2]);
        st = values[2].data == NULL ? bad(r, "is missing") : read_clocks(r, values[2]);
    }
    return st;
}

static inline void policy_freep(WorkPolicy **p)
{
    work_policy_free(*p);
}

PtStatus work_policy_read(PtStr json, WorkPolicy **ret_policy, PtError *err)
{
    if (json.len > WORK_POLICY_JSON) {
        return pt_fail(err, PT_TOO_LARGE, "a policy of %zu bytes, not 1..%d", json.len,
                       WORK_POLICY_JSON);
    }
    PT_CLEANUP(policy_freep) WorkPolicy *p = calloc(1, sizeof *p);
    if (p == NULL || (p->arena = pt_arena_new(ARENA_MAX)) == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a policy");
    }
    PtStatus st = pt_json_check(json, DEPTH, err);
    st = st == PT_OK ? rule_operands_new(&p->operands, err) : st;
    if (st != PT_OK) {
        return st;
    }
    Reader r = {.policy = p, .err = err};
    p->json = pt_arena_str(p->arena, pt_str_trim_low(json));
    st = p->json.data != NULL ? read_policy(&r) : no_memory(&r);
    if (st == PT_OK) {
        *ret_policy = PT_TAKE(p);
    }
    return st;
}

void work_policy_free(WorkPolicy *p)
{
    if (p == NULL) {
        return;
    }
    for (unsigned k = 0; k < WORK_CLOCKS; k++) {
        for (unsigned i = 0; i < WORK_WHENS; i++) {
            rule_condition_free(p->clocks[k].when[i]);
        }
        for (unsigned i = 0; i < WORK_STEPS; i++) {
            rule_condition_free(p->clocks[k].steps[i].when);
        }
    }
    rule_condition_free(p->applies);
    rule_operands_free(p->operands);
    pt_arena_free(p->arena);
    free(p);
}

PtStr work_policy_json(const WorkPolicy *p)
{
    return p->json;
}

PtStr work_policy_name(const WorkPolicy *p)
{
    return p->name;
}

static PtValue value_of(WorkFactKind kind, PtStr value)
{
    switch (kind) {
    case WORK_FACT_TRUTH:
        return (PtValue){.kind = PT_VALUE_BOOL, .truth = pt_str_eq(value, PT_STR("true"))};
    case WORK_FACT_NUMBER:
        return (PtValue){.kind = PT_VALUE_NUMBER, .number = pt_json_to_double(value)};
    default:
        return (PtValue){.kind = PT_VALUE_TEXT, .text = value};
    }
}

void work_policy_values(const WorkPolicy *p, const PtStr facts[static WORK_FACTS], PtStr event,
                        PtValue values[static WORK_SLOTS])
{
    for (uint32_t i = 0; i < p->slot_count; i++) {
        const uint8_t slot = p->slots[i];
        const PtStr value = slot == WORK_SLOT_EVENT ? event : facts[slot];
        const WorkFactKind kind =
            slot == WORK_SLOT_EVENT ? WORK_FACT_TEXT : work_fact_kind((WorkFact)slot);
        values[i] = value.len == 0 ? (PtValue){.kind = PT_VALUE_NONE} : value_of(kind, value);
    }
}
