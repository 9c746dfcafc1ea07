// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/map.h"
#include "events/schema_internal.h"

/* What the files of the schema compiler share. */

typedef enum SchemaDraft {
    SCHEMA_DRAFT_7 = 1,
    SCHEMA_DRAFT_2019 = 2,
    SCHEMA_DRAFT_2020 = 4
} SchemaDraft;

typedef struct SchemaReference {
    SchemaNode *node;
    uint32_t place; // of the text of $ref
} SchemaReference;

typedef struct SchemaCompile {
    EventSchema *s;
    SchemaDoc *doc;
    EventSchemaOptions options;
    SchemaDraft draft;
    SchemaNode **nodes; // by place
    uint32_t *todo;     // places
    uint32_t todo_count, node_count;
    SchemaReference *refs;
    uint32_t ref_count;
    PtMap *anchors; // name -> value of its schema
    PtStr id;       // of the whole
    PtError *err;
} SchemaCompile;

static inline const SchemaValue *schema_at(const SchemaCompile *c, uint32_t place)
{
    return &c->doc->v[place];
}

/* The failure with the place and why, in words that follow it: "/type: is no type". */
PtStatus schema_bad(SchemaCompile *c, uint32_t place, PtStatus st, const char *why);
PtStatus schema_no_memory(SchemaCompile *c);
/* The node of the subschema at a place, put on the list if it is not compiled. */
PT_NODISCARD PtStatus schema_child(SchemaCompile *c, uint32_t place, const SchemaNode **ret_node);
/* Reads the keywords of one subschema (schema_keywords.c). */
PT_NODISCARD PtStatus schema_read_keywords(SchemaCompile *c, uint32_t place);
