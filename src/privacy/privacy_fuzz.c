// SPDX-License-Identifier: Apache-2.0
/* What is sent as subjects, and files that say they are certificates. */
#include "privacy/privacy_internal.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const PtStr text = {(const char *)data, size};
    PtArena *arena = pt_arena_new(16 << 20);
    PrivacySubject *subjects = NULL;
    PrivacyVerdict verdict;
    PtBuf out;
    size_t count = 0;
    pt_buf_init(&out, 8 << 20);
    if (privacy_subjects_read(text, arena, &subjects, &count, NULL) == PT_OK) {
        PrivacySubject *again = NULL;
        size_t same = 0;
        subjects_write(subjects, count, &out);
        if (privacy_subjects_read(pt_buf_str(&out), arena, &again, &same, NULL) != PT_OK ||
            same != count) {
            abort(); // what is kept of a request is read again when it is carried out
        }
    }
    if (privacy_verify(text, NULL, &verdict, NULL) == PT_OK && verdict.certificate.len > size) {
        abort();
    }
    (void)store_figures(text);
    pt_buf_done(&out);
    pt_arena_free(arena);
    return 0;
}
