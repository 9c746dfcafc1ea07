// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* JSON Schema: a document is compiled once into a program, then judges values without allocating.
 *
 * Dialect  Draft 2020-12; draft-07 (and -06) where $schema says so, 2019-09 likewise. Refused at
 *          compile time with the place and the keyword: references to other documents, $id inside
 *          the document, $dynamicRef, $recursiveRef, unevaluatedProperties, unevaluatedItems, an
 *          expression that PCRE2 does not take, a schema that refers to itself without going down.
 *          Unknown keywords say nothing, as the specification has it.
 * Numbers  compared as values: 1 and 1.0 are equal; multipleOf is exact in decimals (19.99 is a
 *          multiple of 0.01). Integers past int64 count as the nearest double.
 * Bounds   of a schema: SCHEMA_TEXT_MAX bytes, SCHEMA_NODES_MAX subschemas, SCHEMA_DEPTH_MAX
 * levels. Of judging a value: SCHEMA_WORK_MAX units of work, about one for each subschema met,
 *          member looked at, value compared; more for an expression. It is counted, not timed, so
 *          that the verdict on an event is always the same.
 * Threads  A schema is immutable and may be used by several threads; a run belongs to one.
 */
enum {
    EVENT_SCHEMA_TEXT_MAX = 256 << 10,
    EVENT_SCHEMA_NODES_MAX = 10000,
    EVENT_SCHEMA_DEPTH_MAX = 64,
    EVENT_SCHEMA_WORK_MAX = 100000,
    EVENT_SCHEMA_PATTERN_MAX = 1024, /* bytes of an expression */
    EVENT_SCHEMA_FAULTS_MAX = 8,     /* told of one value; further ones are not looked for */
    EVENT_SCHEMA_POINTER_MAX = 256,  /* bytes with the NUL; a longer pointer is cut */
    EVENT_SCHEMA_MESSAGE_MAX = 160,
};

typedef struct EventSchema EventSchema;

typedef struct EventSchemaOptions {
    bool formats; /* `format` is checked: date-time, date, time, email, uri, uuid, ipv4, ipv6 */
    /* A member of the value whose own members are to be known to the schema, or empty: one that
     * stands neither in `properties` nor fits `patternProperties` of the subschema at
     * /properties/<closed> is told as unplanned_property, unless that subschema speaks of further
     * members itself. It does not make the value invalid: see EventSchemaRun.unplanned. */
    PtStr closed;
} EventSchemaOptions;

/* PT_INVALID with place and reason ("/properties/price/type: \"money\" is no type"), PT_TOO_LARGE,
 * PT_NO_MEMORY. */
PT_NODISCARD PtStatus event_schema_compile(PtStr text, const EventSchemaOptions *options,
                                           EventSchema **ret_schema, PtError *err);
void event_schema_free(EventSchema *schema); /* accepts NULL */

static inline void event_schema_freep(EventSchema **schema)
{
    event_schema_free(*schema);
}

typedef struct EventSchemaFault {
    char pointer[EVENT_SCHEMA_POINTER_MAX]; /* into the value; "" is the whole */
    char path[EVENT_SCHEMA_POINTER_MAX];    /* the same with * for places in arrays */
    const char *keyword;                    /* static; "work" when the bound of work was reached */
    char message[EVENT_SCHEMA_MESSAGE_MAX]; /* "is a text, want number" */
} EventSchemaFault;

/* What one thread needs to judge values, reused from value to value. */
typedef struct EventSchemaRun EventSchemaRun;

EventSchemaRun *event_schema_run_new(void); /* NULL when out of memory */
void event_schema_run_free(EventSchemaRun *run);

static inline void event_schema_run_freep(EventSchemaRun **run)
{
    event_schema_run_free(*run);
}

typedef struct EventSchemaResult {
    bool valid;
    bool unplanned; /* at least one unplanned_property: is among the faults */
    const EventSchemaFault *faults;
    size_t count;
    int32_t work; /* used */
} EventSchemaResult;

/* Judges a text that is JSON (max_depth levels at most). `common`, unless empty, is an object whose
 * members `context` and `integrations` count as if they stood in the value, member by member under
 * its own: what a batch says for each of its events. unify: a key may stand twice in one object,
 * the last counts. The faults are valid until the next call. PT_INVALID (not JSON), PT_TOO_LARGE,
 * PT_NO_MEMORY.
 */
PT_NODISCARD PtStatus event_schema_judge(const EventSchema *schema, EventSchemaRun *run, PtStr text,
                                         PtStr common, bool unify, EventSchemaResult *ret_result,
                                         PtError *err);
