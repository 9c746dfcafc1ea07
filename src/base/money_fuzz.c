// SPDX-License-Identifier: Apache-2.0
/* Any text as an amount: what is taken is written in its shortest form, and that reads back equal
 * and is within half a micro of what strtold makes of the text.
 */
#include "base/money.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_near(int64_t micros, const uint8_t *data, size_t size)
{
    char text[64];
    if (size >= sizeof text) {
        return;
    }
    memcpy(text, data, size);
    text[size] = 0;
    long double want = strtold(text, NULL) * PT_MICROS;
    if (fabsl(want - (long double)micros) > 0.5L + fabsl(want) * 1e-17L) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtStr decimal = {(const char *)data, size};
    int64_t micros = 0, back = 0;
    PtError err;
    if (pt_money_parse(decimal, &micros, &err) == PT_OK) {
        char text[PT_MONEY_TEXT];
        if (pt_money_parse(pt_money_format(micros, text), &back, NULL) != PT_OK || back != micros) {
            abort();
        }
        require_near(micros, data, size);
    }
    char code[4];
    if (pt_currency_parse(decimal, code)) {
        (void)pt_money_minor_digits(code);
    }
    return 0;
}
