// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name, *title;
    int http;
} rows[PT_STATUS_COUNT] = {
#define ROW(id, name, http, title) [PT_##id] = {name, title, http},
    PT_STATUS_MAP(ROW)
#undef ROW
};

PtStatus(pt_fail)(PtError *err, PtStatus status, const char *fmt, ...)
{
    assert(status != PT_OK);
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        (void)vsnprintf(err->message, sizeof err->message, fmt, args); // truncation is fine
        va_end(args);
        err->status = status;
    }
    return status;
}

PtStatus pt_status_of_errno(int errno_value)
{
    switch (errno_value) {
    case ENOENT:
        return PT_NOT_FOUND;
    case ENOMEM:
        return PT_NO_MEMORY;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
        return PT_UNAVAILABLE;
    default:
        return PT_IO;
    }
}

const char *pt_status_name(PtStatus status)
{
    assert(status < PT_STATUS_COUNT);
    return rows[status].name;
}

const char *pt_status_title(PtStatus status)
{
    assert(status < PT_STATUS_COUNT);
    return rows[status].title;
}

int pt_status_http(PtStatus status)
{
    assert(status < PT_STATUS_COUNT);
    return rows[status].http;
}
