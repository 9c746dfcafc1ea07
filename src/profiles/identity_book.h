// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/profiles_internal.h"

/* The rules of identity over time (identity_book.c). Each version holds from its place in the log;
 * what a rebuild names holds for all that stands before it. SQL core has the texts; the log has the
 * places, and SQL core remembers them (identity_rules.position), so that an event that is read
 * again is read by the rules of its time.
 *
 * Rebuild  The tables are those of one rebuild (profile_position.rebuild; 0: none yet). Empty ones
 *          become those of the newest: a replay looks nothing up ahead in the log. Coming to the
 *          event of a newer one, the view stops in front of it and asks to be rebuilt; so a kill at
 *          any instant ends there, too.
 * Lost     An event of a version or a rebuild that SQL core does not have (it was restored from
 *          before) changes nothing.
 * Threads  The view's, but for book_at (under the lock) and book_rebuild.
 */
enum { BOOK_VERSIONS_MAX = 10000 };

extern const char book_changed[], book_rebuilt[]; /* names of events */

PtStatus book_new(Profiles *p, PtError *err); /* p->rules: the newest, until book_begin */
void book_free(Profiles *p);

/* What holds where the tables are: at `next`, of that rebuild. PROFILES_NEWEST: they are empty.
 * Before anything is put into the graph. */
#define PROFILES_NEWEST UINT32_MAX
PtStatus book_begin(Profiles *p, uint64_t next, uint32_t rebuild, PtError *err);
uint32_t book_rebuild(const Profiles *p); /* any thread */
const IdentityRules *book_at(const Profiles *p, uint64_t offset);

/* A record of source 0, before the lock: learns what it changes. *rules becomes what holds behind
 * it; *ret_due: it is a rebuild that the tables are not of, and the view may not pass it. */
PtStatus book_read(Profiles *p, const EventView *v, uint64_t offset, const IdentityRules **rules,
                   bool *ret_due, PtError *err);
/* Under the lock for writing: the version that an event names holds from here on. Nothing where
 * there is no book (a preview has one set of rules), or where the rebuild's version is newer. */
void book_turn(Profiles *p, PtStr version);
/* Asks for the rebuild, until the view is reset. */
void book_ask(Profiles *p);
