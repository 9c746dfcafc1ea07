// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a packed history: refused, or read and packed again to the same bytes. */
#include "work/live_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const PtStr bytes = {(const char *)data, size};
    LiveScratch scratch = {0};
    WorkHistory history;
    PtBuf out;
    pt_buf_init(&out, LIVE_HISTORY_BYTES);
    if (live_unpack(bytes, &scratch, &history, NULL) == PT_OK) {
        for (size_t i = 0; i < history.count; i++) {
            if (live_pack(&out, &history.rows[i], NULL) != PT_OK) {
                abort();
            }
        }
        if (!pt_str_eq(pt_buf_str(&out), bytes)) {
            abort();
        }
    }
    pt_buf_done(&out);
    live_scratch_done(&scratch);
    return 0;
}
