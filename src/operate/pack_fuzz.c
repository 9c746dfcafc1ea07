// SPDX-License-Identifier: Apache-2.0
/* A backup comes from outside: whatever bytes it has, the reader ends with a verdict. Only a whole
 * file of ours may read as good. */
#include "operate/pack.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct Bytes {
    const uint8_t *data;
    size_t len, at;
} Bytes;

static PtStatus give(void *ctx, void *bytes, size_t len, size_t *ret_len, PtError *err)
{
    Bytes *b = ctx;
    (void)err;
    *ret_len = len < b->len - b->at ? len : b->len - b->at;
    memcpy(bytes, b->data + b->at, *ret_len);
    b->at += *ret_len;
    return PT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes b = {data, size, 0};
    const PackSource source = {give, &b};
    PackReader *r = NULL;
    PtError err = {0};
    uint64_t decoded = 0;
    PtStatus st = pack_reader_new(&source, &r, &err);
    while (st == PT_OK && decoded < 64 << 20) { // a bomb is its reader's to bound
        const char *name = NULL;
        char piece[999];
        size_t got = 1;
        st = pack_next(r, &name, &err);
        if (st != PT_OK || name == NULL) {
            break;
        }
        while (st == PT_OK && got > 0 && decoded < 64 << 20) {
            st = pack_read(r, piece, sizeof piece, &got, &err);
            decoded += got;
        }
    }
    if (st == PT_OK && decoded < 64 << 20 && pack_place(r) != size) {
        abort(); // a good file ends where it says
    }
    if (st != PT_OK && err.message[0] == '\0') {
        abort();
    }
    pack_reader_free(r);
    return 0;
}
