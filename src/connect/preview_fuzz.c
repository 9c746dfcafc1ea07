// SPDX-License-Identifier: Apache-2.0
/* Fuzz: a mapping (empty: a guessed one), NUL, a file. Whatever comes, a preview is whole: its
 * texts are UTF-8, its events JSON, its indexes in range. */
#include "connect/connect.h"

#include "base/json.h"

#include <assert.h>
#include <fault/fault_fs.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const ConnectPreview *p)
{
    assert(p->row_count <= CONNECT_PREVIEW_ROWS && p->event_count <= CONNECT_PREVIEW_ROWS);
    for (size_t i = 0; i < p->row_count; i++) {
        const ConnectPreviewRow *row = &p->rows[i];
        assert(pt_utf8_valid(row->text) && pt_utf8_valid(row->reason) &&
               pt_utf8_valid(row->column));
        assert(row->event < (int64_t)p->event_count);
        assert((row->outcome == CONNECT_ROW_EVENT) == (row->event >= 0));
        assert((row->outcome == CONNECT_ROW_REFUSED) == (row->reason.len > 0));
    }
    for (size_t i = 0; i < p->event_count; i++) {
        assert(pt_json_check(p->events[i], 64, NULL) == PT_OK);
    }
    for (size_t i = 0; i < p->column_count; i++) {
        assert(pt_utf8_valid(p->columns[i]));
    }
    assert(pt_json_check(p->mapping, 32, NULL) == PT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ConnectPreview preview;
    const uint8_t *cut = size > 0 ? memchr(data, 0, size) : NULL;
    if (cut == NULL) {
        return 0;
    }
    size_t len = (size_t)(cut - data);
    PtFs *fs = fault_fs_new(1);
    PtArena *arena = pt_arena_new(16 << 20);
    PtFile *file = NULL;
    assert(fs != NULL && arena != NULL);
    assert(fs->ops->open(fs, "/file", PT_OPEN_CREATE, &file, NULL) == PT_OK);
    assert(fs->ops->pwrite(fs, file, cut + 1, size - len - 1, 0, NULL) == PT_OK);
    fs->ops->close(fs, file);
    PtStatus st = connect_preview(fs, "/file", (PtStr){(const char *)data, len},
                                  "00112233445566778899aabbccddeeff", arena, &preview, NULL);
    if (st == PT_OK) {
        check(&preview);
    }
    pt_arena_free(arena);
    fault_fs_free(fs);
    return 0;
}
