// SPDX-License-Identifier: Apache-2.0
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/buf.h"
#include "base/json.h"
#include "base/memory.h"
#include "events/keys_internal.h"
#include "events/schema.h"

#include <pcre2.h>

/* -- values: a JSON text as nodes in one array, numbered from 1 in the order of the text
 * -------------------------------------------------------------------------------------------------------
 */
typedef enum SchemaKind {
    SCHEMA_NULL = 1,
    SCHEMA_BOOLEAN = 2,
    SCHEMA_NUMBER = 4,
    SCHEMA_STRING = 8,
    SCHEMA_ARRAY = 16,
    SCHEMA_OBJECT = 32,
    SCHEMA_INTEGER = 64, /* as a wanted type only */
} SchemaKind;

typedef struct SchemaValue {
    PtStr text; /* string: decoded; number: its text; boolean: "t..." or "f..." */
    PtStr key;  /* of a member, decoded */
    uint32_t parent, next, first, last; /* 0: none */
    uint32_t count;                     /* members or items; of an item or member: see place */
    uint32_t place;                     /* index in the parent */
    uint8_t kind;
    bool gone; /* a later member has the same key */
} SchemaValue;

typedef struct SchemaDoc {
    SchemaValue *v; /* v[0] is nothing */
    uint32_t count, cap, max;
    PtBuf text; /* decoded strings; reserved before parsing, so that it does not move */
    EventKeys keys;
    bool unify, some_gone;
} SchemaDoc;

/* Members of the outermost object that nobody looks into: false keeps them without their content.
 */
typedef bool (*SchemaWanted)(const void *ctx, PtStr key);

void schema_doc_init(SchemaDoc *doc, uint32_t max);
void schema_doc_done(SchemaDoc *doc);
void schema_doc_clear(SchemaDoc *doc, bool unify);
/* Makes room for the decoded strings of texts of `bytes` together. False: no memory. */
bool schema_doc_reserve(SchemaDoc *doc, size_t bytes);
/* Parses a text as another tree of the document; *ret_root is its number. PT_INVALID, PT_TOO_LARGE,
 * PT_NO_MEMORY. */
PT_NODISCARD PtStatus schema_doc_parse(SchemaDoc *doc, PtStr text, uint32_t max_depth,
                                       SchemaWanted wanted, const void *ctx, uint32_t *ret_root,
                                       PtError *err);
/* The member of an object; 0 when there is none. */
uint32_t schema_doc_member(const SchemaDoc *doc, uint32_t object, PtStr key);
/* Members of `from` that `to` has none of become to's. False: too many to compare. */
bool schema_doc_merge(SchemaDoc *doc, uint32_t to, uint32_t from);
void schema_doc_link(SchemaDoc *doc, uint32_t parent, uint32_t child);
/* JSON pointer of a value of the tree under `root`, cut to fit; stars: * for places in arrays. */
void schema_doc_pointer(const SchemaDoc *doc, uint32_t value, bool stars,
                        char out[static EVENT_SCHEMA_POINTER_MAX]);
/* Appends an escaped step to a pointer of `len` bytes; what it has then. */
size_t schema_pointer_step(char out[static EVENT_SCHEMA_POINTER_MAX], size_t len, PtStr step);

long double schema_number(PtStr text);
bool schema_is_integer(PtStr text);
/* Exact for numbers of up to 18 digits. `of` is over 0. */
bool schema_is_multiple(PtStr text, PtStr of);
/* Equal as JSON values. *work falls by what it took; false when it is used up. */
bool schema_equal(const SchemaDoc *a, uint32_t x, const SchemaDoc *b, uint32_t y, int32_t *work);

size_t schema_characters(PtStr text);
/* Control characters become '?': for messages. */
void schema_one_line(char *text);

/* A format that is checked, by name; NULL for others. */
typedef bool (*SchemaFormat)(PtStr text);
SchemaFormat schema_format_of(PtStr name);

/* -- the program
 * -------------------------------------------------------------------------------------------------------
 */
typedef struct SchemaNode SchemaNode;

typedef struct SchemaNodes {
    const SchemaNode **at;
    uint32_t count;
} SchemaNodes;

typedef struct SchemaKeys {
    PtStr *at;
    uint32_t count;
} SchemaKeys;

typedef struct SchemaSlot {
    PtStr key;              /* data NULL: free */
    const SchemaNode *node; /* NULL: only required */
    bool required;
} SchemaSlot;

typedef struct SchemaPattern {
    PtStr text;
    pcre2_code *code; /* owned by the schema */
    const SchemaNode *node;
} SchemaPattern;

typedef struct SchemaDepends {
    PtStr key;
    SchemaKeys keys;
    const SchemaNode *node; /* NULL: keys */
} SchemaDepends;

/* One subschema. Pointers are NULL, counts -1 where the keyword is not there. */
struct SchemaNode {
    uint32_t place; /* in the schema's document */
    bool never;     /* the schema `false` */
    bool closed;    /* members that it does not know are told as unplanned */
    bool any_string, any_number, any_object, any_array; /* has keywords for these */
    uint8_t types;                                      /* SchemaKind bits; 0: any */
    uint32_t required;                                  /* how many keys */
    const SchemaNode *ref;
    uint32_t const_value, enum_values; /* places in the document; 0: none */
    SchemaSlot *slots;
    uint32_t slot_mask;
    SchemaPattern *patterns;
    uint32_t pattern_count;
    const SchemaNode *additional, *names, *items, *contains;
    SchemaNodes prefix, all_of, any_of, one_of;
    const SchemaNode *no, *when, *then, *otherwise;
    SchemaDepends *depends;
    uint32_t depends_count;
    int64_t min_properties, max_properties, min_items, max_items, min_contains, max_contains,
        min_length, max_length;
    bool unique;
    pcre2_code *pattern;
    PtStr pattern_text;
    PtStr minimum, maximum, over, under, multiple; /* text of a number; data NULL: none */
    long double minimum_value, maximum_value, over_value, under_value;
    SchemaFormat format;
    PtStr format_name;
};

typedef struct SchemaCode SchemaCode;
struct SchemaCode {
    pcre2_code *code;
    SchemaCode *next;
};

struct EventSchema {
    SchemaDoc doc;
    char *text; /* the document's */
    PtArena *arena;
    const SchemaNode *root;
    SchemaCode *codes;
    bool whole;   /* the root may look at any member of the value */
    bool context; /* ... or at context or integrations */
};

static inline uint32_t schema_hash(PtStr key)
{
    uint32_t h = (uint32_t)key.len * 0x9E3779B1u;
    for (size_t i = 0; i < key.len; i++) {
        h = (h ^ (unsigned char)key.data[i]) * 0x01000193u;
    }
    return h ^ h >> 15;
}

static inline const SchemaSlot *schema_slot(const SchemaNode *n, PtStr key)
{
    if (n->slots == NULL) {
        return NULL;
    }
    for (uint32_t i = schema_hash(key) & n->slot_mask; n->slots[i].key.data != NULL;
         i = (i + 1) & n->slot_mask) {
        if (pt_str_eq(n->slots[i].key, key)) {
            return &n->slots[i];
        }
    }
    return NULL;
}
