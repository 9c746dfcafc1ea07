// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "access/guard.h"
#include "access/password.h"
#include "access/totp.h"
#include "base/map.h"
#include "base/uuid.h"

#include <stdatomic.h>

/* What the files of access/ share: what memory holds, and how a change reaches SQL and memory. */

enum {
    ACCESS_SEAL_MAX = 4096,
    COOKIE_BYTES = 32,
    COOKIE_TEXT = 44, /* base64url with the NUL */
    ROLE_NONE = -1,   /* a role of the database that this program does not know: no rights */
    PEER_BYTES = 64,
    AGENT_BYTES = 200,
};

typedef struct Session Session;

typedef struct Account {
    char id[PT_UUID_TEXT];
    char name[ACCESS_NAME_MAX * 4 + 1];
    int role;
    bool disabled;
    Session *sessions; /* newest first */
} Account;

struct Session {
    char id[PT_UUID_TEXT];
    uint8_t hash[PT_SECRET_HASH];
    char csrf[COOKIE_TEXT];
    Account *account;
    Session *next; /* of the account */
    bool second_factor_due;
    int64_t expires_ms;
    _Atomic int64_t used_ms;
    int64_t written_ms; /* the notes thread's own: used_ms as SQL has it */
};

typedef struct Token {
    char id[PT_UUID_TEXT];
    uint8_t hash[PT_SECRET_HASH];
    char name[ACCESS_NAME_MAX * 4 + 1];
    int role;
    uint64_t scopes;    /* all bits without scopes */
    int64_t expires_ms; /* 0: never */
    Account *maker;     /* NULL: made over the socket */
    _Atomic int64_t used_ms;
    int64_t written_ms;
} Token;

struct Access {
    AccessConfig c;
    pthread_rwlock_t lock;    /* of what memory holds */
    pthread_mutex_t writing;  /* changes one after the other, so that memory follows SQL in order */
    PtMap *accounts;          /* by id; never removed */
    PtMap *sessions, *tokens; /* by keyed hash */
    char setup_code[ACCESS_CODE_TEXT]; /* "" once there is an account; under lock */
    Guard guard;
    PasswordGate passwords;
    /* last uses on their way into SQL */
    pthread_t notes_thread;
    pthread_mutex_t notes_lock;
    pthread_cond_t notes_wake;
    bool notes_running, stopping; /* stopping: under notes_lock */
    _Atomic bool notes_due;
};

/* -- changes (change.c) ------------------------------------------------------------------------ */

/* One write transaction, and what it puts into memory: added before the commit, when nobody can
 * name it yet, and taken out again when the commit does not come; so that after it nothing fails.
 */
typedef struct Change {
    Access *a;
    PtSqlTx *tx;
    int64_t now_ms;
    Account *account; /* added */
    Session *session;
    Token *token;
} Change;

PT_NODISCARD PtStatus change_begin(Access *a, Change *c, PtError *err);
PT_NODISCARD PtStatus change_commit(Change *c, PtError *err);
void change_end(Change *c); /* always; PT_CLEANUP. What was not committed is undone */

/* use, step and done around bound values; *ret_changed (may be NULL): rows. */
PT_NODISCARD PtStatus change_run(Change *c, int64_t *ret_changed, PtError *err);
/* A statement of one or two texts. */
PT_NODISCARD PtStatus change_texts(Change *c, const char *statement, PtStr first, PtStr second,
                                   int64_t *ret_changed, PtError *err);
PT_NODISCARD PtStatus change_audit(Change *c, const AuditEntry *entry, PtError *err);

AuditActor actor_of(PtStr account, PtStr name, const char *peer);
void new_id(int64_t now_ms, char out[static PT_UUID_TEXT]);

/* -- memory (memory.c); with the lock held for writing unless it says otherwise -----------------
 */

PT_NODISCARD PtStatus memory_load(Access *a, PtError *err); /* at open */
void memory_free(Access *a);

Account *memory_account(const Access *a, PtStr id); /* lock held for reading; NULL: none */
PT_NODISCARD bool memory_add_account(Access *a, Account *account);
PT_NODISCARD bool memory_add_session(Access *a, Session *session);
void memory_drop_session(Access *a, Session *session); /* frees it */
/* All of an account but the one with id `keep`. */
void memory_drop_sessions(Access *a, Account *account, const char *keep);
void memory_trim_sessions(Access *a, Account *account);
void memory_drop_token(Access *a, PtStr id);

int role_index(const Access *a, PtStr name);
uint64_t role_permissions(const Access *a, int role);
/* Scopes as bits; names that are unknown by now are no right. */
uint64_t scope_bits(const Access *a, PtStr names_by_comma);
/* The bit of a permission's name, 0 when there is none. */
uint64_t permission_bit(const Access *a, PtStr name);
void csrf_of(const Access *a, const uint8_t hash[static PT_SECRET_HASH],
             char out[static COOKIE_TEXT]);
void random_secret(char out[static COOKIE_TEXT]); /* 256 bits, base64url */

/* Codes that people type: groups of five letters and digits of Crockford's base 32, 25 bits each.
 */
void code_make(unsigned groups, char *out); /* 6 * groups bytes with the NUL */
/* As typed, in either case, with or without dashes and spaces, O for 0, I and L for 1; into the
 * form of code_make. False when it is none. */
bool code_read(PtStr typed, unsigned groups, char *out);

/* -- last uses (notes.c) ------------------------------------------------------------------------
 */

PT_NODISCARD PtStatus notes_start(Access *a, PtError *err);
void notes_stop(Access *a); /* writes what is due */
void notes_mark(Access *a); /* something was used; any thread, no lock needed */
void notes_write(Access *a);

/* -- sessions (session.c) -----------------------------------------------------------------------
 */

int64_t idle_since(const Access *a, int64_t now_ms);
/* In a change: a new session for the account, in the place of the caller's. */
PT_NODISCARD PtStatus session_begin(Change *c, const AccessFrom *from, PtStr account,
                                    bool second_factor_due, AccessSession *ret_session,
                                    PtError *err);
/* After the commit: what the caller's session was is gone. */
void session_replaced(Access *a, const AccessFrom *from);
/* In a change, and after its commit: ends all sessions of an account but the one with id keep. */
PT_NODISCARD PtStatus sessions_end(Change *c, PtStr account, const char *keep, PtError *err);
void sessions_ended(Access *a, PtStr account, const char *keep);

/* Keys of a try: the peer's, and one of its own. */
typedef struct Try {
    GuardKey own, peer;
    bool has_peer;
} Try;
/* PT_BUSY with from->retry_after_s; else the try counts as a failure until try_over. */
PT_NODISCARD PtStatus try_begin(Access *a, AccessFrom *from, GuardKey own, Try *ret_try,
                                PtError *err);
typedef enum TryEnd {
    TRY_FAILED,
    TRY_RIGHT,    /* the own key's failures are forgotten, this try's is taken back from the peer */
    TRY_UNJUDGED, /* taken back from both */
} TryEnd;
void try_over(Access *a, const Try *t, TryEnd end);

/* -- people (people.c) --------------------------------------------------------------------------
 */

/* Folded to lower case into out; false when it is no mail address. */
bool email_fold(PtStr email, char out[static ACCESS_EMAIL_MAX + 1]);
PT_NODISCARD PtStatus name_check(PtStr name, PtError *err);
PT_NODISCARD PtStatus account_insert(Change *c, PtStr email, PtStr name, int role,
                                     const char *stored_password, PtError *err); /* c->account */
/* Rows of SQL_ACCOUNT_ONE and SQL_ACCOUNT_LIST. */
PT_NODISCARD PtStatus account_read(PtSqlTx *tx, PtArena *arena, AccessAccount *ret_account,
                                   PtError *err);
/* The account by id or address in a transaction; PT_NOT_FOUND. */
PT_NODISCARD PtStatus account_find(const Access *a, PtSqlTx *tx, PtStr ref, PtArena *arena,
                                   AccessAccount *ret_account, PtError *err);
bool is_owner(const Access *a, const AccessPrincipal *who);

/* -- one's own (own.c) ---------------------------------------------------------------------------
 */

/* The caller's own password, as a try; may_lack: right when the account has none. */
PT_NODISCARD PtStatus own_password_check(Access *a, AccessFrom *from, PtStr password, bool may_lack,
                                         PtError *err);

/* -- second factor (factor.c) -------------------------------------------------------------------
 */

PT_NODISCARD PtStatus factor_drop(Change *c, PtStr account, PtError *err);

static inline PtStr hash_str(const uint8_t hash[static PT_SECRET_HASH])
{
    return (PtStr){(const char *)hash, PT_SECRET_HASH};
}
