// SPDX-License-Identifier: Apache-2.0
#pragma once

/* For unit tests: cmocka with what it needs included before it, and tables of cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PT_COUNT(array) (sizeof(array) / sizeof *(array))

/* Appends one test per row of `cases`, an array of structs with a member `name`, to `tests`; fn
 * gets the row as its state. `n` counts the tests.
 */
#define PT_TEST_ROWS(tests, n, cases, fn)                                                          \
    do {                                                                                           \
        for (size_t row_ = 0; row_ < PT_COUNT(cases); row_++) {                                    \
            (tests)[(n)++] =                                                                       \
                (struct CMUnitTest){(cases)[row_].name, fn, NULL, NULL, &(cases)[row_]};           \
        }                                                                                          \
    } while (0)
