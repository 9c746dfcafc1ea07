// SPDX-License-Identifier: Apache-2.0
/* Any text as a timestamp: what is taken is written in the one form, and that reads back equal. */
#include "base/time.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t ms = 0, back = 0, civil_ms = 0;
    if (!pt_time_parse((PtStr){(const char *)data, size}, &ms)) {
        return 0;
    }
    char text[PT_TIME_TEXT];
    PtCivil civil = pt_civil_of_ms(ms);
    if (!pt_time_parse(pt_time_format(ms, text), &back) || back != ms ||
        !pt_civil_to_ms(&civil, &civil_ms) || civil_ms != ms) {
        abort();
    }
    return 0;
}
