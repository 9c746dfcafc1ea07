// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/test_rows.h"

/* For the module's tests: an Access on a fresh SQLite file, a clock that stands until it is moved,
 * and the roles owner (all), admin (all), writer (read and write) and reader. */
enum { RIG_START_MS = 1700000000 };

typedef struct Rig {
    char dir[64], path[96];
    PtSql *sql;
    PtClock *clock;
    Access *access;
    PtArena *arena;
    PtError err;
} Rig;

#define RIG_READ   UINT64_C(1)
#define RIG_WRITE  UINT64_C(2)
#define RIG_PEOPLE UINT64_C(4)
#define RIG_TOKENS UINT64_C(8)

extern const char rig_password[];

int rig_up(void **state); /* for cmocka_unit_test_setup_teardown */
int rig_down(void **state);
void rig_reopen(Rig *rig); /* as after a restart */

AccessPrincipal rig_socket(void);
AccessFrom rig_from(const AccessPrincipal *caller);
/* Makes the owner owner@x.org by set-up. */
AccessPrincipal rig_owner(Rig *rig, AccessSession *ret_session);
/* Makes an account with rig_password and signs it in. */
AccessPrincipal rig_person(Rig *rig, const char *email, const char *role);
/* Whoever a session's cookie is; asserts that it is somebody. */
AccessPrincipal rig_who(Rig *rig, const AccessSession *session);
bool rig_is_in(Rig *rig, const AccessSession *session);

/* Runs SQL text on the file, as somebody with write access to it could. */
void rig_sql(Rig *rig, const char *sql);
int64_t rig_number(Rig *rig, const char *sql); /* its first row's first column */
