// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdbool.h>

/* All that is known of a person, for an answer to that person: a stream of JSON objects, in parts.
 * Part of profiles.h, which includes it.
 *
 * Others   Nobody else's data: of who was merged into them and parted again, of household members
 * and of the other side of a do-not-link only that there was one.
 * Memory   Does not grow with the number of events.
 * Instant  Profile, identifiers and the traits that hold are of one instant. Traits that another
 * overrules and orders are read behind it, of one instant of the tables; each later part when its
 * turn comes. So what changes meanwhile may stand in one part and not yet in an earlier one, and a
 * trait that is overruled just then in both ways or in neither. Events are those below the end of
 * the log when their part began.
 */
typedef struct Profiles Profiles;

/* Parts in their order; each object belongs to one. Names are public (files of the archive). */
#define SUBJECT_PART_MAP(X)                                                                        \
    X(PROFILE, "profile")        /* one object */                                                  \
    X(IDENTIFIER, "identifiers") /* with the first and last time */                                \
    X(TRAIT, "traits")           /* of each identifier, also those that another overrules */       \
    X(COMPUTED, "computed_traits")                                                                 \
    X(ORDERS, "orders") /* sums by currency, then the order numbers that are known */              \
    X(GROUP, "groups")                                                                             \
    X(CONSENT, "consent") /* what holds, by purpose */                                             \
    X(DECISION, "consent_history")                                                                 \
    X(LINK, "identity_history") /* merges and splits, newest first */                              \
    X(EVENT, "events")          /* oldest first, as they came */

#define SUBJECT_PART_ENUM(id, name) SUBJECT_##id,
typedef enum SubjectPart { SUBJECT_PART_MAP(SUBJECT_PART_ENUM) SUBJECT_PARTS } SubjectPart;
#undef SUBJECT_PART_ENUM
PtStr subject_part_name(SubjectPart part);

/* json: one object, borrowed until it returns. */
typedef PtStatus SubjectPut(void *ctx, SubjectPart part, PtStr json, PtError *err);

/* PT_NOT_FOUND: nobody has that id, or has been erased meanwhile. stop (or NULL): PT_UNAVAILABLE
 * when it came. A failure of `put` ends it. */
PT_NODISCARD PtStatus profiles_subject(Profiles *p, PtStr id, const _Atomic bool *stop,
                                       SubjectPut *put, void *ctx, PtError *err);
