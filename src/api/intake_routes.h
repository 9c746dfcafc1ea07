// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "events/events.h"
#include "platform/http.h"

/* The paths that client libraries call, and what each means. */
typedef enum IntakeShape {
    INTAKE_JSON,   /* body is JSON of one event or a batch */
    INTAKE_PIXEL,  /* GET, the event in the query, answered by a 1x1 GIF */
    INTAKE_IGNORE, /* counters of the client library about itself: read, answered, dropped */
} IntakeShape;

typedef struct IntakeRoute {
    const char *path; /* without a slash at the end, which is allowed */
    IntakeShape shape;
    EventCallKind kind;
    EventType type;
    bool beacon; /* the browser cannot set headers: key in the query, address of the connection kept
                  */
} IntakeRoute;

/* NULL when path is none of them. */
const IntakeRoute *intake_route(PtStr path);

/* The write key of /v1/projects/KEY/settings or /projects/KEY/settings; data NULL when path is not
 * of that form. */
PtStr intake_settings_key(PtStr path);

/* The JSON event that a pixel's query means: `data` (base64 JSON), else each parameter under its
 * dotted name ("properties.sku=1"), as text. PT_INVALID when malformed, PT_TOO_LARGE over 200
 * parameters or 8 levels.
 */
PT_NODISCARD PtStatus intake_pixel_json(const HttpRequest *r, PtArena *arena, PtStr *ret_json,
                                        PtError *err);

/* The write key from Basic (user name) or `writeKey` in the query; empty when neither is given.
 * Bearer tokens are not write keys: the body's key counts. PT_INVALID when the Basic header is not
 * base64.
 */
PT_NODISCARD PtStatus intake_key(const HttpRequest *r, PtArena *arena, PtStr *ret_key,
                                 PtError *err);

/* Decodes base64 (standard or URL alphabet, padding optional) into the arena. data NULL when
 * malformed. */
PtStr intake_base64(PtStr text, PtArena *arena);
