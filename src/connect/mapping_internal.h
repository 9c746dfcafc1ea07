// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "connect/connect.h"

/* A parsed mapping and the values it makes. Everything lives in the mapping's arena. */
enum {
    MAP_SUMS_MAX = 8,    /* sum targets */
    MAP_FACTORS_MAX = 4, /* columns multiplied in a sum */
    MAP_RULES_MAX = 32,  /* rules of an event's name */
    MAP_CONDITIONS_MAX = 16 /* conditions of a rule */,
    MAP_DEPTH_MAX = 8, /* segments of a target path */
    MAP_WINDOW_MAX = 100000 /* rows a group stays open without a row of its own */,
    MAP_JSON_DEPTH = 32,
    MAP_EXCERPT = 60, /* bytes of a bad value that a message shows */
};

typedef enum MapType { MAP_TEXT, MAP_INT, MAP_DECIMAL, MAP_BOOL, MAP_TIME, MAP_JSON } MapType;
typedef enum MapTimeForm { MAP_RFC3339, MAP_UNIX_S, MAP_UNIX_MS, MAP_PATTERN } MapTimeForm;
typedef enum MapKind { MAP_COLUMN, MAP_VALUE, MAP_SUM } MapKind;

typedef struct MapTarget {
    PtStr path; /* "properties.products[].sku" */
    MapKind kind;
    MapType type;
    int column;   /* index of mapping->columns */
    int if_empty; /* likewise: written only where that column is empty; -1: none */
    PtStr prefix, strip_suffix;
    PtStr value; /* MAP_VALUE: JSON text */
    int factors[MAP_FACTORS_MAX];
    unsigned factor_count;
    unsigned sum; /* MAP_SUM: which accumulator */
    MapTimeForm time_form;
    const char *pattern; /* MAP_PATTERN */
    PtZone *zone;        /* borrowed from the mapping; NULL: UTC */
    char decimal_mark;
} MapTarget;

/* The output object as a tree, in the order of the mapping. */
typedef struct MapNode {
    PtStr name;
    struct MapNode *first, *last, *next;
    const MapTarget *target; /* leaf */
    bool array;              /* "name[]": its children are one line */
} MapNode;

typedef enum MapTest { MAP_STARTS_WITH, MAP_EQUALS, MAP_LESS, MAP_GREATER, MAP_IS_EMPTY } MapTest;

typedef struct MapCondition {
    int column;
    MapTest test;
    PtStr text;
    int64_t micros;
    bool want_empty;
} MapCondition;

typedef struct MapRule {
    MapCondition conditions[MAP_CONDITIONS_MAX];
    unsigned count;
    bool all; /* every one must hold, not any */
    bool skip;
    PtStr name;
} MapRule;

struct ConnectMapping {
    PtArena *arena;
    bool out_of_memory; /* while it was parsed: the reason behind any other failure */
    PtStr text;
    ConnectShape shape;
    const char *source;
    PtZone *zone;   /* owned; NULL: UTC */
    PtZone **zones; /* owned: of single columns */
    size_t zone_count;
    char decimal_mark;
    PtStr *columns; /* names that the mapping reads */
    size_t column_count;
    PtStr *header; /* the mapping's own names for a file without header */
    size_t header_count;
    PtStr type, name, continued_name;        /* fixed; empty: by column */
    int type_column, name_column, id_column; /* -1: none */
    MapRule rules[MAP_RULES_MAX];
    unsigned rule_count;
    MapTarget *targets;
    size_t target_count;
    unsigned sum_count;
    MapNode root;
    const MapNode *array; /* the one array, or NULL */
    int *group_by;
    size_t group_by_count;
    uint64_t group_window;
};

/* What a row has for one column. */
typedef struct MapCell {
    PtStr text; /* decoded; empty when absent or null */
    PtStr json; /* JSON rows: the value's own text; data NULL in CSV */
} MapCell;

/* Writes the target's value as JSON. *ret_written false: the cell is empty, nothing was written.
 * PT_INVALID: the text does not fit the type; the message names column, text and type.
 */
PT_NODISCARD PtStatus map_value(const ConnectMapping *m, const MapTarget *t, const MapCell *cells,
                                PtJsonOut *out, bool *ret_written, PtError *err);

/* Whether the target has something to say about this row. */
bool map_has_value(const MapTarget *t, const MapCell *cells);

/* The product of the sum's factors in micros; 0 with *ret_any false when one is empty. When it
 * fails, *ret_column is the column to blame. */
PT_NODISCARD PtStatus map_product(const ConnectMapping *m, const MapTarget *t, const MapCell *cells,
                                  int64_t *ret_micros, bool *ret_any, int *ret_column,
                                  PtError *err);

/* A number as people write it, as JSON text ("+1,234.50" -> "1234.50"). False when it is none. */
enum { MAP_NUMBER_MAX = 64 };
bool map_number(PtStr text, char decimal_mark, char out[static MAP_NUMBER_MAX], size_t *ret_len);

/* A time by the target's form and zone. */
bool map_time(const MapTarget *t, PtStr text, int64_t *ret_ms);
bool map_pattern_ok(const char *pattern);

/* Whether the rule holds for the row; a number that cannot be read does not. */
bool map_rule_holds(const ConnectMapping *m, const MapRule *rule, const MapCell *cells);

/* Fills cells (mapping->column_count of them) from a JSON object; decoded text goes to scratch. */
PT_NODISCARD PtStatus map_json_cells(const ConnectMapping *m, PtStr object, MapCell *cells,
                                     PtBuf *scratch, PtError *err);

/* The value at a dotted path of a JSON object; false when absent. The text is checked JSON. */
bool map_json_path(PtStr object, PtStr path, PtStr *ret_raw);

/* An event line as it stands but for what a new arrival must not carry; the id where it has none.
 */
PT_NODISCARD PtStatus map_event_line(PtStr object, PtStr message_id, PtBuf *out, PtError *err);
