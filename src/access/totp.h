// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Time-based one-time passwords: RFC 6238 with SHA-1, 6 digits and steps of 30 s, as every
 * authenticator knows them. Pure. */
enum { TOTP_SECRET = 20, TOTP_DIGITS = 6, TOTP_STEP_MS = 30000, TOTP_BASE32 = 33 };

/* The code of a step, 0..10^digits - 1 (digits 6..8). */
uint32_t totp_code(PtStr secret, int64_t step, unsigned digits);

/* The step within one of now's whose code the six digits are, and which is later than last_step
 * (each is good once). False when there is none; time does not depend on which digit differs. */
bool totp_check(PtStr secret, PtStr digits, int64_t now_ms, int64_t last_step, int64_t *ret_step);

/* RFC 4648 without padding, with a NUL: TOTP_SECRET bytes take TOTP_BASE32. */
void totp_base32(const uint8_t *bytes, size_t len, char *out);

/* otpauth://totp/Patron:ADDRESS?secret=...; false when it does not fit. */
bool totp_uri(const char *secret_base32, PtStr email, char *out, size_t size);
