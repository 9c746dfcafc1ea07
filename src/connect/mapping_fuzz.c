// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for the mapping language and the events it makes: a mapping, a NUL, and a file. Every
 * event is JSON within its bound, and each run gives the same events.
 */
#include "base/json.h"
#include "connect/test_bytes.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Seen {
    uint64_t events, bytes;
} Seen;

static bool see_event(void *ctx, PtStr json)
{
    Seen *s = ctx;
    assert(json.len <= CONNECT_EVENT_MAX);
    assert(pt_json_check(json, 64, NULL) == PT_OK);
    s->events++;
    s->bytes += json.len;
    return true;
}

static bool see_reject(void *ctx, const ConnectReject *reject)
{
    (void)ctx;
    assert(reject->line > 0 && reject->row > 0 && reject->reason[0] != '\0');
    return true;
}

static Seen run_once(const ConnectMapping *m, PtStr text, PtStatus *ret_status)
{
    Seen seen = {0, 0};
    TestBytes bytes = {text, 0, 0, 0};
    ConnectCounts counts = {0};
    ConnectRun run = {.mapping = m,
                      .source = test_bytes_source(&bytes),
                      .digest = "00112233445566778899aabbccddeeff",
                      .sink = {see_event, see_reject, &seen}};
    *ret_status = connect_run(&run, &counts, NULL);
    assert(*ret_status != PT_OK || counts.events == seen.events);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = size > 0 ? memchr(data, 0, size) : NULL;
    size_t len = cut != NULL ? (size_t)(cut - data) : size;
    ConnectMapping *m = NULL;
    PtStatus first, second;
    if (connect_mapping_parse((PtStr){(const char *)data, len}, &m, NULL) != PT_OK) {
        return 0;
    }
    PtStr text = cut != NULL ? (PtStr){(const char *)cut + 1, size - len - 1} : PT_STR("");
    Seen a = run_once(m, text, &first), b = run_once(m, text, &second);
    assert(first == second && a.events == b.events && a.bytes == b.bytes);
    connect_mapping_free(m);
    return 0;
}
