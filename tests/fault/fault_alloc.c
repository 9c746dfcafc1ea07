// SPDX-License-Identifier: Apache-2.0
#include "fault_alloc.h"

#include <stdbool.h>
#include <stddef.h>

// Names that the linker's --wrap prescribes.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);

static _Thread_local uint64_t fail_at, seen;
static _Thread_local bool fail_all;

void fault_alloc_fail(uint64_t nth, int all)
{
    fail_at = nth;
    fail_all = all != 0;
    seen = 0;
}

uint64_t fault_alloc_count(void)
{
    return seen;
}

static bool must_fail(void)
{
    seen++;
    return fail_at > 0 && (seen == fail_at || (fail_all && seen > fail_at));
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
    return must_fail() ? NULL : __real_realloc(ptr, size);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
