// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"
#include "platform/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The register of erasures: which identifiers were erased, and when. It says what may never come
 * back, so it is kept outside of the data folder and of every backup: a restored old backup is held
 * against it, and so is each event that comes in.
 *
 * File     Mode 0600: a head with a key of its own, then entries of one size, each with a checksum
 *          over its place: the keyed hash of type and value, the instant, the request. No text of
 *          anybody. The key stands in the file, so that the file alone is enough on a clean
 * machine; whoever has it can ask whether an identifier they know stands in it. Durable  An entry
 * is synced before erased_add returns. A torn tail is cut when it is opened; a bad entry in front
 * of a good one is PT_CORRUPT. One      process at a time has it, as far as the real file layer
 * goes: a lock on the file. Threads  Any.
 */
typedef struct ErasedRegister ErasedRegister;

typedef struct ErasedName {
    PtStr type, value; /* "email", normalised as the rules of identity say */
} ErasedName;

enum { ERASED_REQUEST = 36, ERASED_ADD_MAX = 1000000 };

/* The instant of an erasure that is being carried out: whatever the event's time, it is of
 * before. */
#define ERASED_RUNNING INT64_MAX

/* create: makes the file when missing. PT_NOT_FOUND: there is none; PT_CONFLICT: another process
 * has it; PT_CORRUPT: it is no register, or damaged. */
PT_NODISCARD PtStatus erased_open(PtFs *fs, const char *path, bool create,
                                  ErasedRegister **ret_register, PtError *err);
void erased_close(ErasedRegister *r); /* accepts NULL */

/* Adds entries and syncs them; of an identifier that stands in it already the later call holds; one
 * that stands in it with this very instant and request is not entered again. The request is its id
 * as text of ERASED_REQUEST bytes, or empty. On failure none may be relied on, and some may hold.
 */
PT_NODISCARD PtStatus erased_add(ErasedRegister *r, const ErasedName *names, size_t count,
                                 int64_t at_ms, PtStr request, PtError *err);
/* Ends a running erasure: what the request has entered as ERASED_RUNNING gets the instant. */
PT_NODISCARD PtStatus erased_finish(ErasedRegister *r, PtStr request, int64_t at_ms, PtError *err);

/* How an identifier is written in the register: ERASED_HASH lower-case hex digits and a NUL. */
enum { ERASED_HASH = 32 };
void erased_hash(const ErasedRegister *r, PtStr type, PtStr value,
                 char out[static ERASED_HASH + 1]);
typedef struct ErasedHash {
    char hex[ERASED_HASH + 1];
} ErasedHash;
/* The identifiers that no later request has entered again; in no order. The caller frees them. */
PT_NODISCARD PtStatus erased_of_request(const ErasedRegister *r, PtStr request,
                                        ErasedHash **ret_hashes, size_t *ret_count, PtError *err);

/* True: it was erased, and an event of that instant (its corrected time) lies before. An event of
 * the very instant comes later. */
bool erased_holds(const ErasedRegister *r, PtStr type, PtStr value, int64_t event_ms);
/* The instant of its erasure; false: it was not erased. */
bool erased_find(const ErasedRegister *r, PtStr type, PtStr value, int64_t *ret_at_ms);
/* Without a lock: nobody was ever erased. NULL is empty. */
bool erased_is_empty(const ErasedRegister *r);

typedef struct ErasedStats {
    char id[ERASED_HASH + 1]; /* of the file, made with it */
    uint64_t entries;         /* in the file */
    uint64_t identifiers;     /* told apart */
    uint64_t running;         /* identifiers of erasures that have not ended */
    uint64_t cut_bytes;       /* of a torn tail, when it was opened */
    int64_t last_ms;          /* the newest instant that is not ERASED_RUNNING; 0: none */
} ErasedStats;
ErasedStats erased_stats(const ErasedRegister *r);
/* Borrowed until close. */
const char *erased_path(const ErasedRegister *r);
