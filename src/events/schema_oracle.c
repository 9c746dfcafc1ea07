// SPDX-License-Identifier: Apache-2.0
/* Answers schema_oracle_test.py: each line of stdin is S and a schema, s and one whose formats are
 * checked, or I and an instance for the last schema. Answers "ok", "no REASON" or "bad FAULT".
 */
#include "events/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

static EventSchema *take_schema(PtStr text, bool formats)
{
    EventSchema *schema = NULL;
    PtError err = {0};
    EventSchemaOptions options = {.formats = formats};
    if (event_schema_compile(text, &options, &schema, &err) != PT_OK) {
        (void)printf("no %s\n", err.message);
        return NULL;
    }
    (void)puts("ok");
    return schema;
}

static void take_instance(const EventSchema *schema, EventSchemaRun *run, PtStr text)
{
    EventSchemaResult result;
    PtError err = {0};
    if (schema == NULL) {
        (void)puts("no schema");
    } else if (event_schema_judge(schema, run, text, (PtStr){NULL, 0}, true, &result, &err) !=
               PT_OK) {
        (void)printf("no %s\n", err.message);
    } else if (result.valid) {
        (void)puts("ok");
    } else {
        const EventSchemaFault *f = &result.faults[0];
        (void)printf("bad %s: %s\n", result.count > 0 ? f->keyword : "?",
                     result.count > 0 ? f->message : "?");
    }
}

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    EventSchema *schema = NULL;
    EventSchemaRun *run = event_schema_run_new();
    while (run != NULL && (len = getline(&line, &cap, stdin)) > 1) {
        PtStr text = {line + 1, (size_t)len - 1 - (line[len - 1] == '\n')};
        if (line[0] == 'I') {
            take_instance(schema, run, text);
        } else {
            event_schema_free(schema);
            schema = take_schema(text, line[0] == 's');
        }
    }
    free(line);
    event_schema_free(schema);
    event_schema_run_free(run);
    return 0;
}
