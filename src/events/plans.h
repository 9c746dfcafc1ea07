// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/record.h"
#include "events/schema.h"
#include "events/sources.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tracking plans: what a source's events are to look like, and what becomes of those that do not.
 *
 * Plan     a name, what to do with events that violate a rule (`mode`), with events that have no
 *          rule, with properties that a rule's schema does not list; and rules. Modes: allow (it
 *          lands, nothing is said), warn (it lands with a flag), quarantine.
 * Rule     keyed by event type and name: track by its event name, of which a v1 e-commerce name and
 *          its v2 name are one; page and screen by name, or any name where the rule has none;
 *          identify and group have no name. Its JSON Schema judges the whole event as received,
 * with the batch's context and integrations under the event's own. Planned  track without a rule is
 * unplanned always; another type only once the plan has a rule of that type; alias never. Version
 * every save makes one. An event is judged by the version in force when it comes in (when it is
 * redriven), and what was said of it stands in its record (EventView.plan). Bounds EVENT_PLANS_MAX
 * plans, EVENT_PLAN_RULES_MAX rules, EVENT_PLAN_TEXT_MAX bytes of rules; of a rule's schema see
 * events/schema.h.
 */
typedef enum EventPlanMode {
    EVENT_PLAN_ALLOW,
    EVENT_PLAN_WARN,
    EVENT_PLAN_QUARANTINE,
} EventPlanMode;

PtStr event_plan_mode_name(EventPlanMode mode);
bool event_plan_mode_of(PtStr name, EventPlanMode *ret_mode);

enum {
    EVENT_PLANS_MAX = 500,
    EVENT_PLAN_RULES_MAX = 1000,
    EVENT_PLAN_TEXT_MAX = 1000000,
    EVENT_PLAN_NAME_MAX = 100, /* characters */
};

/* What a person edits. */
typedef struct EventPlanEdit {
    PtStr name, description;
    EventPlanMode mode, unplanned_events, unplanned_properties;
    bool formats; /* `format` is checked */
    PtStr rules;  /* JSON array of {type, name, description, mode, schema} */
    PtStr note;   /* of the version */
} EventPlanEdit;

/* One version, compiled. Immutable and counted: whoever holds one releases it. */
typedef struct EventPlan EventPlan;

/* PT_INVALID and PT_TOO_LARGE name the rule and the place in its schema. The texts are copied. */
PT_NODISCARD PtStatus event_plan_compile(const EventPlanEdit *edit, EventPlan **ret_plan,
                                         PtError *err);
/* From a JSON object of the edit's members (a draft); what is absent has its default. */
PT_NODISCARD PtStatus event_plan_draft(PtStr json, EventPlan **ret_plan, PtError *err);
EventPlan *event_plan_hold(EventPlan *plan);
void event_plan_release(EventPlan *plan); /* accepts NULL */

static inline void event_plan_releasep(EventPlan **plan)
{
    event_plan_release(*plan);
}

/* As given, the rules in one form (members in order, no white space, defaults filled in). */
const EventPlanEdit *event_plan_edit(const EventPlan *plan);
size_t event_plan_rule_count(const EventPlan *plan);
PtStr event_plan_id(const EventPlan *plan);        /* "" of a draft */
int64_t event_plan_version(const EventPlan *plan); /* 0 of a draft */
/* The edit's members into an object that is open. */
void event_plan_put(const EventPlanEdit *edit, PtJsonOut *out);

typedef struct EventPlanVerdict {
    EventPlanMode outcome;
    bool planned;
    int rule;                                                /* index; -1 without one */
    const EventSchemaFault *faults[EVENT_SCHEMA_FAULTS_MAX]; /* valid until the run's next use */
    size_t count;
} EventPlanVerdict;

/* Judges an event: type and (canonical) name as read by the intake, raw and common as in a record.
 * unify: a key may stand twice in one object. PT_NO_MEMORY; PT_INVALID when raw is no JSON. */
PT_NODISCARD PtStatus event_plan_judge(const EventPlan *plan, EventSchemaRun *run,
                                       const EventView *event, bool unify,
                                       EventPlanVerdict *ret_verdict, PtError *err);

/* The same for an event as a client sends it (a draft is tried out), whether it has ids or not.
 * PT_INVALID: it is none that a plan would see, and why. */
PT_NODISCARD PtStatus event_plan_judge_text(const EventPlan *plan, EventSchemaRun *run, PtStr text,
                                            EventPlanVerdict *ret_verdict, PtError *err);

/* A list of the verdict's violations: [{pointer, path?, keyword, message}]. */
void event_plan_put_faults(const EventPlanVerdict *verdict, PtJsonOut *out);

/* Members plan, version and violations of what a record keeps (EventView.plan), into an object that
 * is open. */
void event_plan_put_note(PtStr note_text, PtJsonOut *out);

/* -- what is stored
 * -------------------------------------------------------------------------------------------------------
 */
typedef struct EventPlans EventPlans;

/* Loads the plans that sources have. All must outlive it. Threads: any. */
PT_NODISCARD PtStatus event_plans_open(PtSql *core, const PtClock *clock, EventPlans **ret_plans,
                                       PtError *err);
void event_plans_close(EventPlans *plans); /* accepts NULL */

/* The plan in force for a source, held; NULL when it has none. Memory only. */
EventPlan *event_plans_of(EventPlans *plans, uint32_t source);

typedef struct EventPlanRow { /* texts in the arena */
    PtStr id, saved_by;
    int64_t version, created_ms, saved_ms, rule_count;
    EventPlanEdit edit;
    uint32_t *sources; /* that have it, by number */
    size_t source_count;
} EventPlanRow;

/* All, by name, without rules; of one that is asked for, its id or exact name and version (0: the
 * one in force); versions newest first below `before`, without rules, at most `limit`.
 * PT_NOT_FOUND. */
PT_NODISCARD PtStatus event_plans_list(EventPlans *plans, PtArena *arena, EventPlanRow **ret_rows,
                                       size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus event_plans_get(EventPlans *plans, PtStr ref, int64_t version, PtArena *arena,
                                      EventPlanRow *ret_row, PtError *err);
PT_NODISCARD PtStatus event_plans_versions(EventPlans *plans, PtStr ref, int64_t before,
                                           size_t limit, PtArena *arena, EventPlanRow **ret_rows,
                                           size_t *ret_count, PtError *err);

/* Changes, each with its audit entry in one transaction; in force when they return. PT_CONFLICT:
 * the name is taken, base_version (0: any) is not the one in force, the plan to delete has sources.
 */
PT_NODISCARD PtStatus event_plans_add(EventPlans *plans, const EventPlanEdit *edit,
                                      const AuditActor *by, char ret_id[static 37], PtError *err);
PT_NODISCARD PtStatus event_plans_save(EventPlans *plans, PtStr ref, int64_t base_version,
                                       const EventPlanEdit *edit, const AuditActor *by,
                                       PtError *err);
PT_NODISCARD PtStatus event_plans_delete(EventPlans *plans, PtStr ref, const AuditActor *by,
                                         PtError *err);
/* ref empty: no plan. */
PT_NODISCARD PtStatus event_plans_assign(EventPlans *plans, const EventSource *source, PtStr ref,
                                         const AuditActor *by, PtError *err);

/* -- drafts
 * -------------------------------------------------------------------------------------------------------
 */
typedef struct EventHistory { /* a source's last events among the newest records of the log */
    PtLog *log;
    uint32_t source;
    uint64_t last;             /* events, at most */
    uint64_t from, to, events; /* afterwards: positions read, events met */
    bool complete;             /* no bound of records or time ended it */
} EventHistory;

enum { EVENT_HISTORY_RECORDS = 1000000, EVENT_HISTORY_MS = 5000 };

/* Calls `take` for each event or quarantined event of the source that the intake's own rules let
 * pass, oldest first. */
PT_NODISCARD PtStatus event_history_walk(EventHistory *history,
                                         PtStatus (*take)(void *ctx, const PtRecord *record,
                                                          const EventView *event, PtError *err),
                                         void *ctx, PtError *err);

/* Judges history by a draft and writes {events, warned, quarantined, unplanned, complete, from, to,
 * top}. */
PT_NODISCARD PtStatus event_plan_dry_run(const EventPlan *draft, EventHistory *history,
                                         PtJsonOut *out, PtError *err);
/* Writes the rules of a draft made from history. */
PT_NODISCARD PtStatus event_plan_infer(EventHistory *history, PtBuf *rules, PtError *err);
/* Another tool's document: its rules and settings as a draft (JSON of the edit's members) in out,
 * *ret_format "patron", "segment" or "rudderstack"; notes gets a JSON array of texts: what could
 * not be carried over. */
PT_NODISCARD PtStatus event_plan_convert(PtStr document, PtStr name, PtBuf *out, PtBuf *notes,
                                         const char **ret_format, PtError *err);
