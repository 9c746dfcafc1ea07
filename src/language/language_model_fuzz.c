// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of models: any bytes, under a right checksum. They are PT_CORRUPT, or are written as
 * they were read, and what they say of a text is a number. */
#include "base/buf.h"
#include "base/hash.h"
#include "language/language.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static LanguageReader *reader;

static void use(const LanguageModel *m, PtStr bytes)
{
    PtBuf again;
    LanguageReason reasons[LANGUAGE_REASONS_MAX];
    pt_buf_init(&again, bytes.len);
    language_model_write(m, &again);
    assert(pt_str_eq(pt_buf_str(&again), bytes));
    pt_buf_done(&again);
    const PtStr text = PT_STR("the printer is out of paper");
    const LanguageVerdict v = language_classify(m, reader, text);
    assert(v.label < language_model_about(m).labels);
    assert(language_label(m, v.label).len > 0);
    (void)language_explain(m, reader, text, v.label, reasons, LANGUAGE_REASONS_MAX);
    double low, high;
    language_share_interval(m, 100, &low, &high);
    assert(low <= high);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    LanguageModel *m = NULL;
    char *bytes = malloc(size + 4);
    if (bytes == NULL || (reader == NULL && (reader = language_reader_new()) == NULL)) {
        abort();
    }
    memcpy(bytes, data, size);
    const uint32_t crc = pt_crc32c(0, data, size);
    for (int i = 0; i < 4; i++) {
        bytes[size + (size_t)i] = (char)(crc >> (8 * i));
    }
    const PtStr all = {bytes, size + 4};
    const PtStatus st = language_model_read(all, &m, NULL);
    assert(st == PT_OK || (st == PT_CORRUPT && m == NULL));
    if (st == PT_OK) {
        use(m, all);
    }
    language_model_free(m);
    free(bytes);
    return 0;
}
