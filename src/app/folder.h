// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "base/status.h"

#include <stddef.h>

/* The data folder: held by one process at a time, with the secrets that belong to it.
 *
 * Paths   folder_path(f, "log", out): DIR/log. Names are short constants; a folder path is at most
 * 4,000 bytes.
 */
enum { FOLDER_PATH = 4096 };

typedef struct Folder {
    char dir[FOLDER_PATH];
    int lock_fd;
    uint8_t hash_key[PT_HASH_KEY];    /* of messageIds */
    uint8_t token_key[PT_SECRET_KEY]; /* of API tokens and sessions */
    uint8_t seal_key[PT_SECRET_HASH]; /* of small secrets at rest; follows from token_key */
} Folder;

/* Makes the folder (mode 0700) when missing, takes the lock, reads or makes secret.key.
 * PT_CONFLICT: another process has it. */
PT_NODISCARD PtStatus folder_open(Folder *folder, const char *dir, PtError *err);
void folder_close(Folder *folder); /* gives the lock back; fine on a zeroed one */

void folder_path(const Folder *folder, const char *name, char out[static FOLDER_PATH]);
