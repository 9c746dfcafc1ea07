// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/events.h"
#include "platform/sql.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of identifiers and persons, for views that file events under identifiers (decision 7) and
 * ask whose they are when they are read. Included by profiles/profiles.h.
 *
 * Numbers  As of identity.h: from 1, 0 is none; the same after a rebuild of the same log by the
 *          same rules. Shown to nobody.
 * Errors   PT_UNAVAILABLE: the view of profiles is loading.
 */
typedef struct Profiles Profiles;

/* The identifier that an event of the log below the view's position is filed under; 0: nobody's
 * (erased, or none is known). Scratch memory is taken from the arena. */
PT_NODISCARD PtStatus profiles_file(Profiles *p, const EventView *event, uint64_t offset,
                                    PtArena *arena, uint32_t *ret_node, PtError *err);
/* Whose the identifier is now; 0: nobody's, or the view is loading. */
uint32_t profiles_person_of(Profiles *p, uint32_t node);

/* Which numbers are meant: another text after a rebuild, when all that was kept by number has to be
 * made anew. Numbers of records below *ret_next hold while the transaction lasts, if it writes.
 * "": there are none yet. */
enum { PROFILES_NUMBERING = 33 }; /* with its NUL */
PT_NODISCARD PtStatus profiles_numbering(PtSqlTx *views, char ret_text[static PROFILES_NUMBERING],
                                         uint64_t *ret_next, PtError *err);
/* The same as memory has it, once the tables have it, too; "" while loading. */
void profiles_numbering_now(Profiles *p, char ret_text[static PROFILES_NUMBERING]);

typedef struct ProfilesPeople {
    uint32_t *person_of; /* [node_count], by number of the identifier; [0] is 0. To be freed */
    uint32_t node_count;
    uint32_t person_count; /* numbers of persons are below it */
    uint64_t change;       /* rises with every change of whose an identifier is */
} ProfilesPeople;
/* All of it at one instant. */
PT_NODISCARD PtStatus profiles_people(Profiles *p, ProfilesPeople *ret_people, PtError *err);
uint64_t profiles_people_change(Profiles *p);

/* What tells the channel of an event, for whoever has walked through its JSON; each as it stands
 * there, data NULL: not there, or null. Of context the batch's members stand under the event's. */
typedef enum ProfileSign {
    PROFILE_SIGN_CHANNEL,     /* context.channel */
    PROFILE_SIGN_TOP_CHANNEL, /* channel, as Segment's libraries say it */
    PROFILE_SIGN_LIBRARY,     /* context.library.name */
    PROFILE_SIGN_DEVICE,      /* context.device.type */
    PROFILE_SIGN_SYSTEM,      /* context.os.name */
    PROFILE_SIGN_AGENT,       /* context.userAgent */
    PROFILE_SIGN_REGISTER,    /* properties.register, register_id, till_id, pos_id: there */
    PROFILE_SIGN_PAGE,        /* context.page: there */
    PROFILE_SIGN_STORE,       /* properties.store_id, storeId: there */
    PROFILE_SIGN_TYPE,        /* event_type_name */
    PROFILE_SIGNS,
} ProfileSign;
typedef struct ProfileSigns {
    PtStr json[PROFILE_SIGNS];
} ProfileSigns;
/* As profiles_channel. */
PtStr profiles_channel_by(const ProfileSigns *signs);

typedef struct ProfileBrief {
    char id[37]; /* "": there is no such person (any more) */
    PtStr name, detail;
} ProfileBrief;
/* As of search hits; texts in the arena. */
PT_NODISCARD PtStatus profiles_briefs(Profiles *p, const uint32_t *persons, size_t count,
                                      PtArena *arena, ProfileBrief *ret_briefs, PtError *err);

/* A trait of everybody who has it: what was said last, or the computed trait of that name that is
 * live, as JSON; each person at most once, in no order; a text lives until `tell` returns. Reads
 * the tables, as they are, in one pass; what a step of the view has not written yet is not in it.
 * PT_UNAVAILABLE also when *stop; PT_TOO_LARGE: of people with several identifiers over
 * PROFILES_TRAIT_BYTES would have to be held. */
enum { PROFILES_TRAIT_BYTES = 512 << 20 };
PT_NODISCARD PtStatus profiles_trait_of_all(Profiles *p, PtStr name, const _Atomic bool *stop,
                                            PtStatus (*tell)(void *ctx, uint32_t person, PtStr json,
                                                             PtError *err),
                                            void *ctx, PtError *err);
