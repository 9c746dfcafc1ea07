// SPDX-License-Identifier: Apache-2.0
/* What may stand in the documents of routing, and what holds where nothing is said. */
#include "desk/read_internal.h"
#include "desk/record_internal.h"
#include "desk/route_internal.h"

#include <string.h>

enum {
    NEEDS_MAX = 100,
    QUEUES_MAX = 200,
    DAY_S = 86400,
    YEAR_MIN = 366 * 1440,
    UNITS = 10, /* where nothing is said */
    LANGUAGE_S = 300,
    NAME_BYTES = 200,
};

#define ROUTE_NAME(id, name) [ROUTE_##id] = (name),
const char *const desk_strategies[] = {ROUTE_STRATEGY_MAP(ROUTE_NAME)[ROUTE_STRATEGIES] = NULL};
const char *const desk_takings[] = {ROUTE_PRESENCE_MAP(ROUTE_NAME)[ROUTE_PRESENCES] = NULL};
#undef ROUTE_NAME
const char *const desk_route_channels[] = {"other", "portal", "store",  "web", "mail",
                                           "phone", "chat",   "social", NULL};
const char *const desk_speaks[] = {"off", "preferred", "required", NULL};
const char *const desk_need_fields[] = {"category", "channel", "store", NULL};
const DeskField desk_need_field[] = {DESK_F_CATEGORY, DESK_F_CHANNEL, DESK_F_STORE};

/* ---- Values -----------------------------------------------------------------------------------
 */

static PtStatus read_truth(DeskReader *r, const DeskMember *member, void *into)
{
    const PtJsonToken token = pt_json_next(&r->j);
    (void)member;
    *(bool *)into = token == PT_JSON_TRUE;
    return token == PT_JSON_TRUE || token == PT_JSON_FALSE
               ? PT_OK
               : desk_reader_fail(r, "not true or false");
}

static PtStatus read_id(DeskReader *r, const DeskMember *member, void *into)
{
    PtStatus st = desk_read_text(r, member, into);
    return st == PT_OK && !desk_id_valid(*(const PtStr *)into)
               ? desk_reader_fail(r, "not a-z, 0-9 and _ that begin with a letter")
               : st;
}

/* Lists: a pointer and a count, as the structures above have them. */
typedef struct Items {
    void *list;
    size_t count;
} Items;

static PtStatus read_items(DeskReader *r, DeskRead *read, size_t size, int64_t max, void *into)
{
    const DeskMember item = {
        .name = "", .read = read, .required = true, .min = 1, .max = DESK_NAME_MAX};
    Items items = {0};
    PtStatus st = desk_read_list(r, &item, max, size, &items.list, &items.count);
    if (st == PT_OK) {
        memcpy(into, &items, sizeof items);
    }
    return st;
}

#define NAME(member, type, field)                                                                  \
    {member, read_id, offsetof(type, field), .required = true, .min = 1, .max = DESK_NAME_MAX}
#define TEXT(member, type, field)                                                                  \
    {member, desk_read_text, offsetof(type, field), .required = true, .min = 1, .max = NAME_BYTES}
#define WHOLE(member, type, field, least, most)                                                    \
    {member, desk_read_number, offsetof(type, field), .min = (least), .max = (most)}
#define CHOICE(member, type, field, names)                                                         \
    {member, desk_read_choice, offsetof(type, field), .choices = (names)}
#define OTHER(member, how, type, field) {member, how, offsetof(type, field), .required = false}
#define COUNT(array)                    (sizeof(array) / sizeof *(array))

static PtStatus read_skill(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {NAME("skill", DeskSkill, skill),
                                         WHOLE("level", DeskSkill, level, 1, ROUTE_LEVELS)};
    DeskSkill *skill = into;
    (void)member;
    skill->level = 1;
    return desk_read_members(r, members, COUNT(members), skill);
}

static PtStatus read_skills(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return read_items(r, read_skill, sizeof(DeskSkill), DESK_AGENT_SKILLS, into);
}

static PtStatus read_needed(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return read_items(r, read_skill, sizeof(DeskSkill), ROUTE_NEEDS, into);
}

static PtStatus read_need(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"field", desk_read_choice, offsetof(DeskNeed, field), .required = true,
         .choices = desk_need_fields},
        TEXT("value", DeskNeed, value),
        {"skills", read_needed, offsetof(DeskNeed, skills), .required = true}};
    (void)member;
    return desk_read_members(r, members, COUNT(members), into);
}

static PtStatus read_needs(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return read_items(r, read_need, sizeof(DeskNeed), NEEDS_MAX, into);
}

/* Empty: each skill. */
static PtStatus read_id_or_none(DeskReader *r, const DeskMember *member, void *into)
{
    PtJson ahead = r->j;
    return pt_json_next(&ahead) == PT_JSON_STRING && ahead.raw.len == 0
               ? desk_read_text(r, member, into)
               : read_id(r, member, into);
}

static PtStatus read_step(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"after_s", desk_read_number, offsetof(DeskRelax, after_s), .required = true, .min = 1,
         .max = 30 * DAY_S},
        {"skill", read_id_or_none, offsetof(DeskRelax, skill), .max = DESK_NAME_MAX},
        WHOLE("level", DeskRelax, level, 0, ROUTE_LEVELS)};
    (void)member;
    ((DeskRelax *)into)->skill = PT_STR("");
    return desk_read_members(r, members, COUNT(members), into);
}

static PtStatus read_steps(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return read_items(r, read_step, sizeof(DeskRelax), DESK_RELAX_MAX, into);
}

static PtStatus read_language(DeskReader *r, const DeskMember *member, void *into)
{
    static const char known[] =
        " aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv "
        "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
        "ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw "
        "ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
        "ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr "
        "ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
        "yo za zh zu ";
    char word[] = " xx ";
    PtStatus st = desk_read_text(r, member, into);
    const PtStr code = *(const PtStr *)into;
    if (st == PT_OK && code.len == 2) {
        memcpy(word + 1, code.data, 2);
    }
    return st == PT_OK && (code.len != 2 || !pt_str_has(pt_str(known), pt_str(word)))
               ? desk_reader_fail(r, "not a language of ISO 639-1, as \"de\"")
               : st;
}

static PtStatus read_languages(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return read_items(r, read_language, sizeof(PtStr), DESK_AGENT_LANGUAGES, into);
}

static PtStatus read_queues(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return read_items(r, desk_read_text, sizeof(PtStr), QUEUES_MAX, into);
}

static PtStatus read_units(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {{"channel", desk_read_choice, offsetof(DeskUnits, channel),
                                          .required = true, .choices = desk_route_channels},
                                         {"units", desk_read_number, offsetof(DeskUnits, units),
                                          .required = true, .max = ROUTE_UNITS}};
    (void)member;
    return desk_read_members(r, members, COUNT(members), into);
}

static PtStatus read_channels(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return read_items(r, read_units, sizeof(DeskUnits), ROUTE_CHANNELS, into);
}

/* A calendar with a zone, or null. */
static PtStatus read_hours(DeskReader *r, const DeskMember *member, void *into)
{
    PtStr raw = {NULL, 0};
    PtError why = {0};
    PtBuf buf;
    (void)member;
    if (!pt_json_skip(&r->j, &raw, NULL, NULL)) {
        return pt_json_error(&r->j, r->err);
    }
    if (pt_str_eq(raw, PT_STR("null"))) {
        *(PtStr *)into = PT_STR("");
        return PT_OK;
    }
    pt_buf_init(&buf, DESK_ROUTE_BYTES);
    PtStatus st = pt_calendar_canonical(raw, &buf, &why);
    const PtStr copy = st == PT_OK && pt_buf_status(&buf) == PT_OK
                           ? pt_arena_str(r->arena, pt_buf_str(&buf))
                           : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    if (st == PT_OK && copy.data == NULL) {
        return pt_fail(r->err, PT_NO_MEMORY, "no memory for shifts");
    }
    *(PtStr *)into = copy;
    return st == PT_INVALID || st == PT_TOO_LARGE ? desk_reader_fail(r, "%s", why.message)
           : st != PT_OK                          ? pt_fail(r->err, st, "%s", why.message)
                                                  : PT_OK;
}

static PtStatus read_skill_name(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {NAME("id", DeskSkillName, id),
                                         TEXT("name", DeskSkillName, name)};
    (void)member;
    return desk_read_members(r, members, COUNT(members), into);
}

static PtStatus read_skill_names(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return read_items(r, read_skill_name, sizeof(DeskSkillName), DESK_ROUTE_SKILLS, into);
}

/* ---- Documents --------------------------------------------------------------------------------
 */

static const DeskMember skills_members[] = {
    {"skills", read_skill_names, offsetof(DeskRouteSet, skills), .required = true}};
static const DeskMember queue_members[] = {
    OTHER("on", read_truth, DeskQueueSet, on),
    CHOICE("strategy", DeskQueueSet, strategy, desk_strategies),
    OTHER("ask", read_truth, DeskQueueSet, ask),
    WHOLE("answer_s", DeskQueueSet, answer_s, 5, DAY_S),
    WHOLE("away_after", DeskQueueSet, away_after, 0, 20),
    WHOLE("again_min", DeskQueueSet, again_min, 0, 1440),
    OTHER("give_back", read_truth, DeskQueueSet, give_back),
    OTHER("skills", read_needed, DeskQueueSet, skills),
    OTHER("needs", read_needs, DeskQueueSet, needs),
    OTHER("relax", read_steps, DeskQueueSet, relax),
    CHOICE("language", DeskQueueSet, language, desk_speaks),
    WHOLE("language_s", DeskQueueSet, language_s, 1, 30 * DAY_S),
    WHOLE("sticky_min", DeskQueueSet, sticky_min, 0, YEAR_MIN),
    WHOLE("head_start_s", DeskQueueSet, head_start_s, 0, DAY_S),
    WHOLE("ageing_min", DeskQueueSet, ageing_min, 0, YEAR_MIN)};
static const DeskMember agent_members[] = {
    OTHER("queues", read_queues, DeskAgentSet, queues),
    OTHER("skills", read_skills, DeskAgentSet, skills),
    OTHER("languages", read_languages, DeskAgentSet, languages),
    WHOLE("capacity", DeskAgentSet, total, 0, ROUTE_UNITS),
    OTHER("channels", read_channels, DeskAgentSet, channels),
    OTHER("shifts", read_hours, DeskAgentSet, hours)};

static const struct {
    const DeskMember *members;
    size_t count;
} documents[] = {[DESK_ROUTE_SKILLS_DOC] = {skills_members, COUNT(skills_members)},
                 [DESK_ROUTE_QUEUE] = {queue_members, COUNT(queue_members)},
                 [DESK_ROUTE_AGENT] = {agent_members, COUNT(agent_members)}};

static DeskRouteSet defaults(DeskRouteKind kind)
{
    DeskRouteSet set = {.skills = {NULL, 0}};
    if (kind == DESK_ROUTE_QUEUE) {
        set.queue = (DeskQueueSet){
            .answer_s = 60, .away_after = 3, .again_min = 10, .language_s = LANGUAGE_S};
    } else if (kind == DESK_ROUTE_AGENT) {
        set.agent = (DeskAgentSet){.total = UNITS, .hours = PT_STR("")};
    }
    return set;
}

/* ---- What is wrong with the whole -------------------------------------------------------------
 */

static PtStatus no_skill_twice(DeskSkills skills, PtError *err)
{
    for (size_t i = 1; i < skills.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (pt_str_eq(skills.list[i].skill, skills.list[k].skill)) {
                return pt_fail(err, PT_INVALID, "/skills/%zu: the skill stands twice", i);
            }
        }
    }
    return PT_OK;
}

static PtStatus no_name_twice(DeskNames names, const char *what, const char *one, PtError *err)
{
    for (size_t i = 1; i < names.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (pt_str_eq(names.list[i], names.list[k])) {
                return pt_fail(err, PT_INVALID, "/%s/%zu: the %s stands twice", what, i, one);
            }
        }
    }
    return PT_OK;
}

static PtStatus check_agent(const DeskAgentSet *a, PtError *err)
{
    PtStatus st = no_skill_twice(a->skills, err);
    st = st == PT_OK ? no_name_twice(a->queues, "queues", "queue", err) : st;
    st = st == PT_OK ? no_name_twice(a->languages, "languages", "language", err) : st;
    for (size_t i = 0; st == PT_OK && i < a->channels.count; i++) {
        for (size_t k = 0; st == PT_OK && k < i; k++) {
            st = a->channels.list[i].channel == a->channels.list[k].channel
                     ? pt_fail(err, PT_INVALID, "/channels/%zu: the channel stands twice", i)
                     : PT_OK;
        }
    }
    return st;
}

/* However the fields of a ticket are, it needs no more skills than the router takes. */
static PtStatus check_needs(const DeskQueueSet *q, PtError *err)
{
    size_t most[DESK_NEED_FIELDS] = {0};
    size_t sum = q->skills.count + (q->language != DESK_SPEAK_OFF);
    for (size_t i = 0; i < q->needs.count; i++) {
        const DeskNeed *need = &q->needs.list[i];
        most[need->field] =
            need->skills.count > most[need->field] ? need->skills.count : most[need->field];
        for (size_t k = 0; k < i; k++) {
            if (q->needs.list[k].field == need->field &&
                pt_str_eq(q->needs.list[k].value, need->value)) {
                return pt_fail(err, PT_INVALID, "/needs/%zu: its field and value stand twice", i);
            }
        }
    }
    for (size_t i = 0; i < DESK_NEED_FIELDS; i++) {
        sum += most[i];
    }
    return sum <= ROUTE_NEEDS
               ? PT_OK
               : pt_fail(err, PT_INVALID, "/needs: a ticket could need %zu skills, not 0..%d", sum,
                         ROUTE_NEEDS);
}

/* By time, as the router takes them. */
static void order_steps(DeskRelax *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const DeskRelax step = list[i];
        size_t at = i;
        for (; at > 0 && list[at - 1].after_s > step.after_s; at--) {
            list[at] = list[at - 1];
        }
        list[at] = step;
    }
}

PtStatus desk_route_read(DeskRouteKind kind, PtStr json, PtArena *arena, DeskRouteSet *ret_set,
                         PtError *err)
{
    DeskRouteSet set = defaults(kind);
    DeskReader r;
    if (json.len > DESK_ROUTE_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "the document has over %d bytes", DESK_ROUTE_BYTES);
    }
    PtStatus st = PT_OK;
    if (json.len > 0) {
        desk_reader_init(&r, json, arena, err);
        st = desk_read_members(&r, documents[kind].members, documents[kind].count, &set);
        st = st == PT_OK ? desk_reader_end(&r) : st;
    }
    if (st == PT_OK && kind == DESK_ROUTE_QUEUE) {
        order_steps(set.queue.relax.list, set.queue.relax.count);
        st = no_skill_twice(set.queue.skills, err);
        st = st == PT_OK ? check_needs(&set.queue, err) : st;
        if (st == PT_OK && set.queue.ask && set.queue.sticky_min > 0 &&
            set.queue.again_min * 60 < set.queue.head_start_s) { // else it is held for who declined
            st = pt_fail(err, PT_INVALID, "/again_min: shorter than the head start");
        }
    } else if (st == PT_OK && kind == DESK_ROUTE_AGENT) {
        st = check_agent(&set.agent, err);
    }
    if (st == PT_OK) {
        *ret_set = set;
    }
    return st;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static void put_skills(PtJsonOut *out, DeskSkills skills)
{
    pt_json_out_key(out, PT_STR("skills"));
    pt_json_out_array(out);
    for (size_t i = 0; i < skills.count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "skill", skills.list[i].skill);
        pt_json_put_i64(out, "level", skills.list[i].level);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void write_skills(PtJsonOut *out, const DeskSkillNames *skills)
{
    pt_json_out_key(out, PT_STR("skills"));
    pt_json_out_array(out);
    for (size_t i = 0; i < skills->count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "id", skills->list[i].id);
        pt_json_put_str(out, "name", skills->list[i].name);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void write_queue(PtJsonOut *out, const DeskQueueSet *q)
{
    pt_json_put_bool(out, "on", q->on);
    pt_json_put_str(out, "strategy", pt_str(desk_strategies[q->strategy]));
    pt_json_put_bool(out, "ask", q->ask);
    pt_json_put_i64(out, "answer_s", q->answer_s);
    pt_json_put_i64(out, "away_after", q->away_after);
    pt_json_put_i64(out, "again_min", q->again_min);
    pt_json_put_bool(out, "give_back", q->give_back);
    put_skills(out, q->skills);
    pt_json_out_key(out, PT_STR("needs"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->needs.count; i++) {
        const DeskNeed *need = &q->needs.list[i];
        pt_json_out_object(out);
        pt_json_put_str(out, "field", pt_str(desk_need_fields[need->field]));
        pt_json_put_str(out, "value", need->value);
        put_skills(out, need->skills);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("relax"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->relax.count; i++) {
        pt_json_out_object(out);
        pt_json_put_i64(out, "after_s", q->relax.list[i].after_s);
        pt_json_put_str(out, "skill", q->relax.list[i].skill);
        pt_json_put_i64(out, "level", q->relax.list[i].level);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_put_str(out, "language", pt_str(desk_speaks[q->language]));
    pt_json_put_i64(out, "language_s", q->language_s);
    pt_json_put_i64(out, "sticky_min", q->sticky_min);
    pt_json_put_i64(out, "head_start_s", q->head_start_s);
    pt_json_put_i64(out, "ageing_min", q->ageing_min);
}

static void put_names(PtJsonOut *out, const char *key, DeskNames names)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_array(out);
    for (size_t i = 0; i < names.count; i++) {
        pt_json_out_str(out, names.list[i]);
    }
    pt_json_out_array_end(out);
}

static void write_agent(PtJsonOut *out, const DeskAgentSet *a)
{
    put_names(out, "queues", a->queues);
    put_skills(out, a->skills);
    put_names(out, "languages", a->languages);
    pt_json_put_i64(out, "capacity", a->total);
    pt_json_out_key(out, PT_STR("channels"));
    pt_json_out_array(out);
    for (size_t i = 0; i < a->channels.count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "channel", pt_str(desk_route_channels[a->channels.list[i].channel]));
        pt_json_put_i64(out, "units", a->channels.list[i].units);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("shifts"));
    pt_json_out_raw(out, a->hours.len > 0 ? a->hours : PT_STR("null"));
}

void desk_route_write(DeskRouteKind kind, const DeskRouteSet *set, PtBuf *out)
{
    PtJsonOut json = pt_json_out(out);
    pt_json_out_object(&json);
    switch (kind) {
    case DESK_ROUTE_SKILLS_DOC:
        write_skills(&json, &set->skills);
        break;
    case DESK_ROUTE_QUEUE:
        write_queue(&json, &set->queue);
        break;
    case DESK_ROUTE_AGENT:
        write_agent(&json, &set->agent);
        break;
    }
    pt_json_out_object_end(&json);
}
