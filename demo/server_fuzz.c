// SPDX-License-Identifier: Apache-2.0
/* The body of a request to the demo's back end: whatever it is, a path made of it has no more
 * segments and no other query than its template. */
#include "server_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtBuf path;
    PtError err;
    pt_buf_init(&path, 4096);
    const PtStr body = {(const char *)data, size};
    if (server_path("/a/{id}/b?c={type}", body, &path, &err) == PT_OK) {
        unsigned slashes = 0, marks = 0;
        for (size_t i = 0; i < path.len; i++) {
            slashes += path.data[i] == '/';
            marks += path.data[i] == '?' || path.data[i] == '&' || path.data[i] == '#';
        }
        if (slashes != 3 || marks != 1 || strlen(path.data) != path.len - 1 ||
            strstr(path.data, "/./") != NULL || strstr(path.data, "/../") != NULL) {
            abort();
        }
    }
    pt_buf_done(&path);
    return 0;
}
