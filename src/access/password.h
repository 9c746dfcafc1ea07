// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <pthread.h>
#include <stdbool.h>

/* Passwords: what is taken as one, and argon2id (64 MiB, two passes) over them.
 *
 * Bound    At most PASSWORD_HASHING at once and PASSWORD_WAITING behind them, so that memory stays
 *          bounded however many sign in; over it PT_BUSY.
 * Threads  Any, but not the loop's: a hash takes about 0.1 s.
 */
enum {
    PASSWORD_MIN = 10, /* characters */
    PASSWORD_MAX = 200,
    PASSWORD_TEXT = 128, /* of the stored form, with the NUL */
    PASSWORD_HASHING = 2,
    PASSWORD_WAITING = 8,
};

typedef struct PasswordGate {
    pthread_mutex_t lock;
    pthread_cond_t left;
    unsigned hashing, waiting;
} PasswordGate;

void password_gate_init(PasswordGate *gate);
void password_gate_done(PasswordGate *gate);

/* PT_INVALID says what a new password lacks; email may be empty. */
PT_NODISCARD PtStatus password_check_new(PtStr password, PtStr email, PtError *err);

PT_NODISCARD PtStatus password_hash(PasswordGate *gate, PtStr password,
                                    char out[static PASSWORD_TEXT], PtError *err);

/* stored NULL: there is no such account or it has no password; the same work is done and *ret_right
 * is false. PT_BUSY, PT_NO_MEMORY: not judged. */
PT_NODISCARD PtStatus password_verify(PasswordGate *gate, const char *stored, PtStr password,
                                      bool *ret_right, PtError *err);
