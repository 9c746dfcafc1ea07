// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Money: int64 micros (10^-6 of the major unit) and an ISO 4217 code. Never a double.
 * Range: +-9,223,372,036,854.775807 of the major unit.
 */
typedef struct PtMoney {
    int64_t micros;
    char currency[4]; /* three capitals and a NUL */
} PtMoney;

enum { PT_MICROS = 1000000 };

/* Decimal text ("12", "-3.50", "1e-2", "+0.0000015") to micros, exactly; digits past the sixth
 * place are rounded half-even. A digit on one side of the point is enough. PT_INVALID when not a
 * decimal number, PT_TOO_LARGE when out of range.
 */
PT_NODISCARD PtStatus pt_money_parse(PtStr decimal, int64_t *ret_micros, PtError *err);

/* Shortest decimal text of micros: "12", "-3.5", "0.000001". At most 21 bytes and a NUL. */
enum { PT_MONEY_TEXT = 24 };
PtStr pt_money_format(int64_t micros, char out[static PT_MONEY_TEXT]);

/* Decimal places of the currency's minor unit (EUR 2, JPY 0, KWD 3; unknown codes 2). */
unsigned pt_money_minor_digits(const char currency[static 4]);

/* Rounded half-even to the minor unit: where money changes hands. At the very ends of the range,
 * where the rounded value would not fit, to the next one inside.
 */
int64_t pt_money_round(int64_t micros, unsigned minor_digits);

/* amount * numerator / denominator rounded half-even, exact in 128 bits. False on overflow or
 * denominator 0.
 */
bool pt_money_mul_div(int64_t micros, int64_t numerator, int64_t denominator, int64_t *ret_micros);

/* False when the sum is out of range. */
bool pt_money_add(int64_t a, int64_t b, int64_t *ret_sum);

/* Three ASCII letters, upper-cased into out. False otherwise. */
bool pt_currency_parse(PtStr text, char out[static 4]);
