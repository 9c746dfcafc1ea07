// SPDX-License-Identifier: Apache-2.0
#pragma once

/* For tests of kinds: one event as the engine hands it over, settings, what comes of them. */
#include "base/test_rows.h"
#include "connect/kind_internal.h"

typedef struct KindRig {
    PtArena *arena;
    ConnectSetting items[16];
    ConnectSettings settings;
    PtRecord record;
    EventView view;
    ConnectOutEvent event;
    ConnectBatch batch;
    ConnectPiece piece;
    ConnectRequest request;
    PtError err;
} KindRig;

/* settings: "name=value" each, NULL-terminated. The destination's id is "d1". now_ms of the batch
 * is 2026-11-22T18:00:00Z. Asserts that the settings pass their check. */
KindRig *kind_rig_new(const char *kind, const char *const *settings);
void kind_rig_free(KindRig *rig);

/* Whether settings pass; the message stands in rig->err. */
bool kind_rig_set(KindRig *rig, const char *kind, const char *const *settings);

/* json: the event as event_to_json writes it; its members fill the view. offset: its position. */
void kind_rig_event(KindRig *rig, const char *json, uint64_t offset);
PtStatus kind_rig_render(KindRig *rig);
PtStatus kind_rig_encode(KindRig *rig, const ConnectPiece *pieces, size_t count);
/* The value of a header of the request; empty: none. */
PtStr kind_rig_header(const KindRig *rig, const char *name);
void kind_rig_equal(PtStr got, const char *want); /* asserts */
