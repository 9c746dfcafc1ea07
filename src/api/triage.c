// SPDX-License-Identifier: Apache-2.0
/* /api/v1/desk/triage: what a text is about, and what the policy makes of that; the triage of a
 * ticket, and what people say of it. */
#include "api/desk.h"

enum { POLICY_BYTES = 8 << 20, POLICY_DEPTH = 16 };

/* What the policy's row of the category says; empty where there is none. */
typedef struct Row {
    PtStr id, queue, touchpoint; /* JSON of texts, without quotes */
} Row;

/* One row of "categories", whose opening was read. */
static Row read_row(PtJson *j)
{
    Row row = {.id = {0}};
    const struct {
        PtStr name;
        PtStr *into;
    } members[] = {{PT_STR_INIT("id"), &row.id},
                   {PT_STR_INIT("queue"), &row.queue},
                   {PT_STR_INIT("touchpoint"), &row.touchpoint}};
    while (pt_json_next(j) == PT_JSON_KEY) {
        const PtStr key = j->raw;
        PtStr raw = {0};
        if (!pt_json_skip(j, &raw, NULL, NULL)) {
            break;
        }
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            if (pt_str_eq(key, members[i].name) && raw.len >= 2 && raw.data[0] == '"') {
                *members[i].into = (PtStr){raw.data + 1, raw.len - 2};
            }
        }
    }
    return row;
}

/* The policy's row of the category. Ids are a-z, 0-9 and _, so that their JSON is their text. */
static Row find_row(PtStr policy, PtStr category)
{
    PtJson j;
    pt_json_init(&j, policy, POLICY_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return (Row){.id = {0}};
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        if (!pt_str_eq(j.raw, PT_STR("categories"))) {
            if (!pt_json_skip(&j, NULL, NULL, NULL)) {
                break;
            }
            continue;
        }
        if (pt_json_next(&j) != PT_JSON_ARRAY) {
            break;
        }
        while (pt_json_next(&j) == PT_JSON_OBJECT) {
            const Row row = read_row(&j);
            if (pt_str_eq(row.id, category)) {
                return row;
            }
        }
        break;
    }
    return (Row){.id = {0}};
}

static void put_number(PtJsonOut *out, const char *name, double value)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_double(out, value);
}

static void put_reasons(PtJsonOut *out, const LanguageFindings *f)
{
    pt_json_out_key(out, PT_STR("reasons"));
    pt_json_out_array(out);
    for (size_t i = 0; i < f->reason_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "word", f->reasons[i].word);
        put_number(out, "weight", (double)f->reasons[i].weight);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_entities(PtJsonOut *out, const LanguageFindings *f)
{
    pt_json_out_key(out, PT_STR("entities"));
    pt_json_out_array(out);
    for (size_t i = 0; i < f->entity_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "thing", pt_str(language_things[f->entities[i].thing]));
        pt_json_put_str(out, "value", f->entities[i].value);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_sentiment(PtJsonOut *out, const LanguageSentiment *s)
{
    pt_json_out_key(out, PT_STR("sentiment"));
    pt_json_out_object(out);
    put_number(out, "compound", s->compound);
    put_number(out, "negative", s->negative);
    put_number(out, "neutral", s->neutral);
    put_number(out, "positive", s->positive);
    pt_json_out_object_end(out);
}

static void answer(ApiCall *call, const LanguageFindings *f, PtStr policy, PtStr why)
{
    const LanguageFound *category = &f->of[LANGUAGE_CATEGORY];
    const Row row = find_row(policy, pt_str(category->label));
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "category", pt_str(category->label));
    pt_json_put_bool(&out, "accepted", category->verdict.accepted);
    put_number(&out, "confidence", category->verdict.confidence);
    put_number(&out, "in_scope", category->verdict.in_scope);
    put_number(&out, "threshold", category->model.threshold);
    pt_json_put_u64(&out, "model_version", category->model.version);
    pt_json_put_str(&out, "queue", row.queue);
    pt_json_put_str(&out, "touchpoint", row.touchpoint);
    api_put_raw(&out, "why", why);
    put_reasons(&out, f);
    put_entities(&out, f);
    put_sentiment(&out, &f->mood.sentiment);
    pt_json_put_str(&out, "intent", pt_str(language_intents[f->mood.tone.intent]));
    put_number(&out, "urgency", f->mood.tone.urgency);
    pt_json_put_str(&out, "language", pt_str(f->language));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static int64_t count_of(const LanguageFindings *f, LanguageThing thing)
{
    int64_t count = 0;
    for (size_t i = 0; i < f->entity_count; i++) {
        count += f->entities[i].thing == thing;
    }
    return count;
}

void api_desk_triage(ApiCall *call)
{
    LanguageFindings found;
    DeskPolicyVersion policy;
    PtBuf why;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(POLICY_BYTES);
    PtStatus st =
        arena != NULL ? PT_OK : pt_fail(&call->error, PT_NO_MEMORY, "no memory for a policy");
    if (st == PT_OK) {
        st = desk_triage_text(call->api->desk, call->in[IN_DESK_TRIAGE_TEXT].text, &found,
                              &call->error);
    }
    st = st == PT_OK ? desk_policy(call->api->desk, 0, arena, &policy, &call->error) : st;
    if (api_failed(call, st)) {
        return;
    }
    const DeskTrial trial = {.category = pt_str(found.of[LANGUAGE_CATEGORY].label),
                             .stores = count_of(&found, LANGUAGE_STORE),
                             .tills = count_of(&found, LANGUAGE_TILL),
                             .at_ms = pt_clock_now_ms(call->api->c.clock)};
    pt_buf_init(&why, POLICY_BYTES);
    if (!api_failed(call, desk_policy_try(call->api->desk, &trial, arena, &why, &call->error))) {
        answer(call, &found, policy.json, pt_buf_str(&why));
    }
    pt_buf_done(&why);
}

/* ---- Of a ticket ------------------------------------------------------------------------------
 */

/* The members of what was found; once it was erased there are none. */
static void put_found(PtJsonOut *out, PtStr found)
{
    PtStr reasons = PT_STR("[]"), entities = PT_STR("[]");
    PtJson j;
    pt_json_init(&j, found, POLICY_DEPTH);
    if (pt_json_next(&j) == PT_JSON_OBJECT) {
        while (pt_json_next(&j) == PT_JSON_KEY) {
            PtStr *into = pt_str_eq(j.raw, PT_STR("reasons")) ? &reasons : &entities;
            if (!pt_json_skip(&j, into, NULL, NULL)) {
                break;
            }
        }
    }
    api_put_raw(out, "reasons", reasons);
    api_put_raw(out, "entities", entities);
}

static void put_message(PtJsonOut *out, const DeskMessage *m)
{
    pt_json_out_object(out);
    api_put_time(out, "at", m->at_ms);
    if (m->report != 0) {
        pt_json_put_i64(out, "report", m->report);
    } else {
        api_put_null(out, "report");
    }
    pt_json_put_i64(out, "model_version", m->model);
    pt_json_put_str(out, "category", m->category);
    put_number(out, "confidence", m->confidence);
    pt_json_put_bool(out, "accepted", m->accepted);
    pt_json_put_str(out, "language", m->language);
    pt_json_put_str(out, "intent", m->intent);
    pt_json_put_str(out, "mood", pt_str(desk_moods[desk_mood(1, m->sentiment)]));
    put_number(out, "sentiment", (double)m->sentiment / DESK_TONE_ONE);
    put_number(out, "urgency", (double)m->urgency / DESK_TONE_ONE);
    api_put_raw(out, "words", m->words);
    put_found(out, m->found);
    pt_json_out_object_end(out);
}

static void put_messages(PtJsonOut *out, const DeskTriage *t)
{
    pt_json_out_key(out, PT_STR("messages"));
    pt_json_out_array(out);
    for (size_t i = 0; i < t->message_count; i++) {
        put_message(out, &t->messages[i]);
    }
    pt_json_out_array_end(out);
}

static void put_similar(PtJsonOut *out, const DeskTriage *t)
{
    pt_json_out_key(out, PT_STR("similar"));
    pt_json_out_array(out);
    for (size_t i = 0; i < t->similar_count; i++) {
        const DeskSimilar *s = &t->similar[i];
        pt_json_out_object(out);
        pt_json_put_str(out, "key", s->key);
        pt_json_put_str(out, "title", s->title);
        pt_json_put_str(out, "category", s->category);
        pt_json_put_bool(out, "open", s->open);
        put_number(out, "alike", s->alike);
        pt_json_put_bool(out, "same", s->open && s->alike >= (double)DESK_ALIKE_SAME);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

void api_tickets_triage(ApiCall *call)
{
    DeskTriage t;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_triage(call->api->desk, number, call->arena, &t, &call->error) : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_time(&out, "at", t.at_ms);
    pt_json_put_bool(&out, "made_now", t.now);
    pt_json_put_i64(&out, "model_version", t.model);
    pt_json_put_str(&out, "category", t.category);
    pt_json_put_str(&out, "queue", t.queue);
    put_number(&out, "confidence", t.confidence);
    put_number(&out, "threshold", t.threshold);
    pt_json_put_bool(&out, "accepted", t.accepted);
    api_put_raw(&out, "fields", t.fields);
    pt_json_put_str(&out, "language", t.language);
    pt_json_put_str(&out, "intent", t.intent);
    put_number(&out, "sentiment", t.sentiment);
    put_number(&out, "urgency", t.urgency);
    put_found(&out, t.found);
    put_similar(&out, &t);
    put_messages(&out, &t);
    api_put_text_or_null(&out, "outcome", t.outcome);
    api_put_text_or_null(&out, "label", t.label);
    api_put_time_or_null(&out, "decided_at", t.decided_ms);
    api_put_text_or_null(&out, "decided_by", t.decided_by);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void decide(ApiCall *call, const DeskDecision *decision)
{
    DeskTicket ticket;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_triage_decide(call->api->desk, &call->who.actor, number, decision,
                                          call->arena, &ticket, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_ticket(call, 200, &ticket);
    }
}

void api_tickets_triage_confirm(ApiCall *call)
{
    static const DeskDecision right = {.category = {NULL, 0}};
    decide(call, &right);
}

void api_tickets_triage_correct(ApiCall *call)
{
    const ApiValue *in = call->in;
    const DeskDecision decision = {.category = in[IN_TICKETS_TRIAGE_CORRECT_CATEGORY].text,
                                   .queue = in[IN_TICKETS_TRIAGE_CORRECT_QUEUE].text,
                                   .sentiment = in[IN_TICKETS_TRIAGE_CORRECT_SENTIMENT].text};
    if (decision.category.data == NULL && decision.queue.data == NULL &&
        decision.sentiment.data == NULL) {
        api_failed(call, pt_fail(&call->error, PT_INVALID,
                                 "the body says none of category, queue and sentiment"));
        return;
    }
    decide(call, &decision);
}
