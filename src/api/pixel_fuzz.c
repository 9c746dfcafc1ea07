// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of what intake reads outside JSON: a pixel's query, base64, paths. Whatever is
 * accepted is valid JSON. */
#include "api/intake_routes.h"

#include "base/json.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 8192) {
        return 0; // the HTTP core's bound of a target
    }
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    const PtStr text = {(const char *)data, size};
    const HttpHeader header = {PT_STR("authorization"), text};
    const HttpRequest r = {.query = text, .headers = &header, .header_count = 1};
    PtStr json = {NULL, 0}, key = {NULL, 0};
    if (arena == NULL) {
        return 0;
    }
    (void)intake_route(text);
    (void)intake_settings_key(text);
    if (intake_key(&r, arena, &key, NULL) == PT_OK && key.data != NULL) {
        assert(key.len <= size);
    }
    const bool by_params = http_query(&r, arena, "data").data == NULL;
    if (intake_pixel_json(&r, arena, &json, NULL) == PT_OK && by_params) {
        assert(pt_json_check(json, PT_JSON_MAX_DEPTH, NULL) == PT_OK);
    }
    return 0;
}
