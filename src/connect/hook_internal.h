// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "connect/hook.h"
#include "connect/shops/shop.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of the connectors share. */
enum {
    HOOK_SEALED = 1024,     /* bytes of a sealed secret as text, with the NUL */
    HOOK_KEEP_DAYS = 400,   /* how long an object that is not heard of is remembered */
    HOOK_PRUNE_EVERY = 256, /* deliveries */
    HOOK_PRUNE_ROWS = 1000,
};

/* A row of table connector, in an arena. Secrets are sealed. */
typedef struct HookRow {
    HookConnector c;
    PtStr secret, previous;
    uint64_t deliveries, events, duplicates, quarantined, stale, ignored, privacy;
    int64_t last_success_ms;
} HookRow;

/* What is counted of a connector, over all of its changes. */
typedef struct HookTrack {
    atomic_int refs;
    pthread_mutex_t ordering; /* held while a delivery is mapped, made durable and noted */
    pthread_mutex_t lock;     /* of all below */
    HookHealth health;
    int64_t minute; /* of health.minutes' last */
    HookDelivery ring[HOOK_DELIVERIES_KEPT], refused[HOOK_REFUSALS_KEPT];
    uint64_t refused_count, order;
    char *sample; /* owned */
    size_t sample_len;
    int64_t sample_ms;
} HookTrack;

/* A connector as it stands in memory: immutable, counted. */
typedef struct HookLive {
    atomic_int refs;
    PtArena *arena;
    HookConnector c;
    ShopSender sender;
    PtStr secret, previous; /* opened */
    HookTrack *track;       /* counted */
} HookLive;

struct Hooks {
    HooksConfig c;
    pthread_rwlock_t lock;   /* of the map */
    pthread_mutex_t writing; /* changes one after the other */
    PtMap *live;             /* HookLive by id */
    HookPrivacyFn *on_privacy;
    void *privacy_ctx;
};

struct HookTicket {
    HookLive *live; /* counted */
};

/* ---- Rows (hook_store.c) --------------------------------------------------------------------- */

PT_NODISCARD PtStatus hook_read_all(PtSqlTx *tx, PtArena *arena, HookRow **ret_rows,
                                    size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus hook_count(PtSqlTx *tx, uint64_t *ret_count, PtError *err);
/* PT_NOT_FOUND. */
PT_NODISCARD PtStatus hook_read(PtSqlTx *tx, PtStr id, PtArena *arena, HookRow *ret_row,
                                PtError *err);
PT_NODISCARD PtStatus hook_insert(PtSqlTx *tx, const HookRow *row, PtError *err);
PT_NODISCARD PtStatus hook_update(PtSqlTx *tx, const HookRow *row, PtError *err);
PT_NODISCARD PtStatus hook_put_secret(PtSqlTx *tx, const HookRow *row, PtError *err);
PT_NODISCARD PtStatus hook_delete(PtSqlTx *tx, PtStr id, PtError *err);
PT_NODISCARD PtStatus hook_read_ring(PtSqlTx *tx, PtStr id, HookTrack *track, PtError *err);
/* PT_NOT_FOUND: the connector was removed meanwhile; the transaction is to be rolled back. */
PT_NODISCARD PtStatus hook_put_delivery(PtSqlTx *tx, PtStr id, const HookDelivery *d, PtError *err);
PT_NODISCARD PtStatus hook_audit(PtSqlTx *tx, const HookRow *row, const AuditActor *by,
                                 const char *action, PtStr source, PtError *err);

/* What is known of an object. */
typedef struct HookKnown {
    bool found;
    int64_t version;
    PtStr who; /* in the arena */
} HookKnown;
PT_NODISCARD PtStatus hook_object_get(const Hooks *h, PtSqlTx *tx, PtStr connector, PtStr object,
                                      PtArena *arena, HookKnown *ret_known, PtError *err);
PT_NODISCARD PtStatus hook_object_set(const Hooks *h, PtSqlTx *tx, PtStr connector, PtStr object,
                                      const HookKnown *known, PtError *err);

/* ---- One delivery (hook_deliver.c) ----------------------------------------------------------- */

typedef struct HookJob {
    Hooks *h;
    HookLive *live;
    PtSqlTx *tx; /* reading; NULL when it is over */
    PtArena *arena;
    ShopSender sender;
    ShopHead head;
    ShopMapped *mapped;
    HookDelivery d;
    uint32_t bad_events; /* of those that it made: quarantined by the intake */
    int64_t redrive;     /* version of what is told once, by a redrive; 0: none */
} HookJob;

/* False: no memory. live is borrowed. To be closed either way. */
PT_NODISCARD bool hook_job_open(HookJob *j, Hooks *h, HookLive *live);
void hook_job_close(HookJob *j);

/* PT_TOO_LARGE, PT_UNSUPPORTED_MEDIA: nothing that a delivery can be. */
PT_NODISCARD PtStatus hook_check_shape(const HttpRequest *r, PtError *err);
/* PT_UNAUTHENTICATED. By the secret of now, or the one before while that is right. */
PT_NODISCARD PtStatus hook_check_signature(const Hooks *h, const HookLive *live,
                                           const HttpRequest *r, PtError *err);
/* What it says: j->head and j->mapped, in which the events that tell something new stand first, and
 * *ret_left_out others behind `count`. Reads the database and writes nothing. PT_INVALID,
 * PT_TOO_LARGE: it is not understood, err says why. */
PT_NODISCARD PtStatus hook_understand(HookJob *j, const HttpRequest *r, size_t *ret_left_out,
                                      PtError *err);
/* True: nothing of it is new, and result and reason say so. */
bool hook_is_over(HookJob *j, size_t left_out);
/* What the intake is given of its events from the `from`th on. body to be done with either way.
 * PT_INVALID: too long. */
PT_NODISCARD PtStatus hook_batch(const HookJob *j, size_t from, PtBuf *body, PtError *err);

/* ---- Memory (hook.c) ------------------------------------------------------------------------- */

HookLive *hook_take(Hooks *h, PtStr id); /* counted; NULL: there is none */
void hook_release(HookLive *live);       /* accepts NULL */

static inline void hook_releasep(HookLive **live)
{
    hook_release(*live);
}

/* ---- What came of deliveries (hook_recent.c) ------------------------------------------------- */

HookTrack *hook_track_new(void); /* one reference; NULL: no memory */
void hook_track_unref(HookTrack *track);
/* machine_ms: of the machine's clock, by which a sample grows old. */
void hook_track_good(HookTrack *track, const HookDelivery *d, uint32_t bad_events,
                     int64_t machine_ms);
void hook_track_refused(HookTrack *track, const HookDelivery *d);
void hook_track_sample(HookTrack *track, PtStr body, int64_t now_ms);
/* Copied with bounds; bytes that are no UTF-8 become '?'. */
void hook_say(char *out, size_t size, PtStr text);
