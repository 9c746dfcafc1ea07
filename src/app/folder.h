// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The data folder: held by one process at a time, with the secrets that belong to it.
 *
 * Paths   folder_path(f, "log", out): DIR/log. Names are short constants; a folder path is at most
 * 4,000 bytes.
 */
enum { FOLDER_PATH = 4096 };

typedef struct Folder {
    char dir[FOLDER_PATH];
    int lock_fd;
    uint8_t hash_key[PT_HASH_KEY];       /* of messageIds */
    uint8_t token_key[PT_SECRET_KEY];    /* of API tokens and sessions */
    uint8_t seal_key[PT_SECRET_HASH];    /* of small secrets at rest; follows from token_key */
    uint8_t person_key[PT_SECRET_HASH];  /* of persons' ids; likewise */
    uint8_t privacy_key[PT_SECRET_HASH]; /* of certificates of erasures; likewise */
    bool keyless;                        /* no secret.key yet, and the keys are zeros */
} Folder;

/* Makes the folder (mode 0700) when missing, takes the lock, reads secret.key; a folder that was
 * never in use has none yet: `keyless`. PT_CONFLICT: another process has it; PT_CORRUPT: in use,
 * and its secret.key is gone; PT_FORBIDDEN: as folder_check_owner. */
PT_NODISCARD PtStatus folder_open(Folder *folder, const char *dir, PtError *err);
/* Makes secret.key of a keyless folder; nothing to do for another. Before anything that depends on
 * the keys, and only once it is known that nothing outside of the folder does. */
PT_NODISCARD PtStatus folder_make_keys(Folder *folder, PtError *err);
void folder_close(Folder *folder); /* gives the lock back; fine on a zeroed one */

void folder_path(const Folder *folder, const char *name, char out[static FOLDER_PATH]);

/* -- whose it is ------------------------------------------------------------------------------- */

typedef struct FolderOwner {
    uid_t uid;
    gid_t gid;     /* the user's own group; of a user without a name the folder's */
    char name[64]; /* of the user; the uid where it has none */
} FolderOwner;

/* False: there is no such folder. */
bool folder_owner(const char *dir, FolderOwner *ret_owner);

/* Files that root makes in somebody's folder are closed to them. PT_FORBIDDEN: this process is root
 * and the folder is another user's. */
PT_NODISCARD PtStatus folder_check_owner(const char *dir, PtError *err);

/* Turns a process of root for good into one of the folder's owner; *ret_changed false: it is not
 * root, or there is no folder, or it is root's own. Before other threads and open files. */
PT_NODISCARD PtStatus folder_become_owner(const char *dir, FolderOwner *ret_owner,
                                          bool *ret_changed, PtError *err);
