// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/connect.h"

#include <string.h>

/* For tests: a source over text in memory that gives at most `step` bytes at a time (0: all), and
 * fails with PT_IO once `fail_after` bytes were given (0: never).
 */
typedef struct TestBytes {
    PtStr text;
    size_t step, at, fail_after;
} TestBytes;

static inline PtStatus test_bytes_read(void *ctx, char *bytes, size_t cap, size_t *ret_len,
                                       PtError *err)
{
    TestBytes *t = ctx;
    size_t len = t->text.len - t->at;
    len = len < cap ? len : cap;
    len = t->step > 0 && len > t->step ? t->step : len;
    if (t->fail_after > 0 && t->at >= t->fail_after) {
        return pt_fail(err, PT_IO, "the disk is gone");
    }
    if (len > 0) {
        memcpy(bytes, t->text.data + t->at, len);
    }
    t->at += len;
    *ret_len = len;
    return PT_OK;
}

static inline ConnectSource test_bytes_source(TestBytes *t)
{
    return (ConnectSource){test_bytes_read, t};
}
