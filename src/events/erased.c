// SPDX-License-Identifier: Apache-2.0
#include "events/erased.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/rng.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file, little-endian: a head of HEAD_BYTES, then entries of ENTRY_BYTES. The last four bytes
 * of each are a CRC32C over what stands before them, of an entry with its number in front: an entry
 * at another place than its own is a bad one.
 *
 *   head   0 magic (8) | 8 id (16) | 24 key (16) | 40 zeros (20) | 60 crc
 *   entry  0 hash (16) | 16 instant (8) | 24 request (16 bytes of its UUID) | 40 crc
 */
enum {
    HEAD_BYTES = 64,
    HEAD_ID = 8,
    HEAD_KEY = 24,
    HEAD_CRC = 60,
    ENTRY_BYTES = 44,
    ENTRY_AT = 16,
    ENTRY_REQUEST = 24,
    ENTRY_CRC = 40,
    REQUEST_BYTES = 16,
    READ_ENTRIES = 4096,
    FIRST_SLOTS = 64,
    NAME_MAX_BYTES = 4096,
};

static const char magic[8] = {'P', 'T', 'E', 'R', 'A', 'S', 'E', 1};

typedef struct Slot {
    PtHash128 hash; /* zero: free */
    int64_t at_ms;
    uint8_t request[REQUEST_BYTES];
} Slot;

struct ErasedRegister {
    PtFs *fs;
    PtFile *file;
    char *path;
    int lock_fd;
    uint8_t id[PT_HASH_KEY], key[PT_HASH_KEY];
    pthread_rwlock_t lock; /* what follows */
    Slot *slots;
    size_t cap, used; /* cap: a power of two */
    uint64_t entries, cut_bytes;
    bool broken; /* an append failed: what stands behind the last entry is not known */
    _Atomic bool any;
};

/* ---- The set -------------------------------------------------------------------------------- */

static bool is_free(const Slot *s)
{
    return s->hash.hi == 0 && s->hash.lo == 0;
}

static Slot *slot_of(Slot *slots, size_t cap, PtHash128 hash)
{
    size_t at = (size_t)hash.lo & (cap - 1);
    while (!is_free(&slots[at]) && !pt_hash128_eq(slots[at].hash, hash)) {
        at = (at + 1) & (cap - 1);
    }
    return &slots[at];
}

/* Room for `more` further identifiers. */
static PtStatus make_room(ErasedRegister *r, size_t more, PtError *err)
{
    size_t cap = r->cap > 0 ? r->cap : FIRST_SLOTS;
    while ((r->used + more) * 2 > cap) {
        cap *= 2;
    }
    if (cap == r->cap) {
        return PT_OK;
    }
    Slot *slots = calloc(cap, sizeof *slots);
    if (slots == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the register of erasures");
    }
    for (size_t i = 0; i < r->cap; i++) {
        if (!is_free(&r->slots[i])) {
            *slot_of(slots, cap, r->slots[i].hash) = r->slots[i];
        }
    }
    free(r->slots);
    r->slots = slots;
    r->cap = cap;
    return PT_OK;
}

/* There is room. */
static void put(ErasedRegister *r, const Slot *entry)
{
    Slot *s = slot_of(r->slots, r->cap, entry->hash);
    r->used += is_free(s);
    *s = *entry;
    atomic_store(&r->any, true);
}

static PtHash128 hash_of(const ErasedRegister *r, PtStr type, PtStr value)
{
    char text[NAME_MAX_BYTES];
    const size_t room = sizeof text - 1;
    size_t type_len = type.len < room / 2 ? type.len : room / 2;
    size_t value_len = value.len < room / 2 ? value.len : room / 2;
    memcpy(text, type.len > 0 ? type.data : "", type_len);
    text[type_len] = '\0';
    memcpy(text + type_len + 1, value.len > 0 ? value.data : "", value_len);
    PtHash128 h = pt_hash128((PtStr){text, type_len + 1 + value_len}, r->key);
    explicit_bzero(text, type_len + 1 + value_len);
    h.lo += is_free(&(Slot){.hash = h}); // zero says that a slot is free
    return h;
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

static uint32_t entry_crc(const uint8_t *bytes, uint64_t number)
{
    uint32_t crc = pt_crc32c(0, &number, sizeof number);
    return pt_crc32c(crc, bytes, ENTRY_CRC);
}

static void encode(const Slot *s, uint64_t number, uint8_t out[static ENTRY_BYTES])
{
    memcpy(out, &s->hash.hi, 8);
    memcpy(out + 8, &s->hash.lo, 8);
    memcpy(out + ENTRY_AT, &s->at_ms, 8);
    memcpy(out + ENTRY_REQUEST, s->request, REQUEST_BYTES);
    uint32_t crc = entry_crc(out, number);
    memcpy(out + ENTRY_CRC, &crc, 4);
}

static bool decode(const uint8_t *bytes, uint64_t number, Slot *ret_slot)
{
    uint32_t crc;
    memcpy(&crc, bytes + ENTRY_CRC, 4);
    if (crc != entry_crc(bytes, number)) {
        return false;
    }
    memcpy(&ret_slot->hash.hi, bytes, 8);
    memcpy(&ret_slot->hash.lo, bytes + 8, 8);
    memcpy(&ret_slot->at_ms, bytes + ENTRY_AT, 8);
    memcpy(ret_slot->request, bytes + ENTRY_REQUEST, REQUEST_BYTES);
    return !is_free(ret_slot);
}

/* The 32 hex digits of a UUID; anything else is all zeros. */
static void pack_request(PtStr request, uint8_t out[static REQUEST_BYTES])
{
    size_t digits = 0;
    memset(out, 0, REQUEST_BYTES);
    for (size_t i = 0; i < request.len && digits < 2 * (size_t)REQUEST_BYTES; i++) {
        int digit = pt_hex_digit(request.data[i]);
        if (digit >= 0) {
            out[digits / 2] = (uint8_t)(out[digits / 2] | digit << (digits % 2 == 0 ? 4 : 0));
            digits++;
        }
    }
}

/* ---- Opening -------------------------------------------------------------------------------- */

static PtStatus make_file(ErasedRegister *r, PtError *err)
{
    uint8_t head[HEAD_BYTES] = {0};
    memcpy(head, magic, sizeof magic);
    pt_random_bytes(head + HEAD_ID, 2 * PT_HASH_KEY);
    uint32_t crc = pt_crc32c(0, head, HEAD_CRC);
    memcpy(head + HEAD_CRC, &crc, 4);
    PtStatus st = pt_fs_replace(r->fs, r->path, (PtStr){(const char *)head, sizeof head}, err);
    explicit_bzero(head, sizeof head);
    return st;
}

static PtStatus open_file(ErasedRegister *r, bool create, PtError *err)
{
    PtError why = {0};
    PtStatus st = r->fs->ops->open(r->fs, r->path, PT_OPEN_WRITE, &r->file, &why);
    if (st == PT_NOT_FOUND && create) {
        st = make_file(r, &why);
        st = st == PT_OK ? r->fs->ops->open(r->fs, r->path, PT_OPEN_WRITE, &r->file, &why) : st;
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "the register of erasures: %s", why.message);
}

/* Only the real layer has locks and modes. */
static PtStatus take_lock(ErasedRegister *r, PtError *err)
{
    if (r->fs != pt_fs_real()) {
        return PT_OK;
    }
    r->lock_fd = open(r->path, O_RDWR | O_CLOEXEC);
    if (r->lock_fd < 0 || chmod(r->path, 0600) != 0) {
        int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot open \"%s\": %s", r->path,
                       strerror(why));
    }
    if (flock(r->lock_fd, LOCK_EX | LOCK_NB) == 0) {
        return PT_OK;
    }
    return errno == EWOULDBLOCK
               ? pt_fail(err, PT_CONFLICT, "another process has the register of erasures \"%s\"",
                         r->path)
               : pt_fail(err, PT_IO, "cannot lock \"%s\": %s", r->path, strerror(errno));
}

static PtStatus damaged(const ErasedRegister *r, const char *what, uint64_t number, PtError *err)
{
    return pt_fail(err, PT_CORRUPT, "the register of erasures \"%.150s\": %s %llu", r->path, what,
                   (unsigned long long)number);
}

static PtStatus read_head(ErasedRegister *r, PtError *err)
{
    uint8_t head[HEAD_BYTES];
    uint32_t crc = 0;
    size_t got = 0;
    PtStatus st = r->fs->ops->pread(r->fs, r->file, head, sizeof head, 0, &got, err);
    if (st != PT_OK) {
        return st;
    }
    if (got == sizeof head) {
        memcpy(&crc, head + HEAD_CRC, 4);
    }
    if (got != sizeof head || memcmp(head, magic, sizeof magic) != 0 ||
        crc != pt_crc32c(0, head, HEAD_CRC)) {
        return damaged(r, "it is none, or its head is damaged, bytes", got, err);
    }
    memcpy(r->id, head + HEAD_ID, sizeof r->id);
    memcpy(r->key, head + HEAD_KEY, sizeof r->key);
    explicit_bzero(head, sizeof head);
    return PT_OK;
}

/* Of a piece of the file that begins with entry r->entries. *ret_bad: one did not read. */
static PtStatus take_entries(ErasedRegister *r, const uint8_t *bytes, size_t count, bool *ret_bad,
                             PtError *err)
{
    PtStatus st = make_room(r, count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        Slot s;
        if (!decode(bytes + i * ENTRY_BYTES, r->entries, &s)) {
            *ret_bad = true;
            break;
        }
        put(r, &s);
        r->entries++;
    }
    return st;
}

/* Whether a good entry stands behind the first bad one: then the damage is no torn tail. */
static PtStatus check_behind(ErasedRegister *r, uint64_t whole, PtError *err)
{
    uint8_t bytes[ENTRY_BYTES];
    for (uint64_t n = r->entries + 1; n < whole; n++) {
        size_t got = 0;
        Slot s;
        PtStatus st = r->fs->ops->pread(r->fs, r->file, bytes, sizeof bytes,
                                        HEAD_BYTES + n * ENTRY_BYTES, &got, err);
        if (st != PT_OK) {
            return st;
        }
        if (got == sizeof bytes && decode(bytes, n, &s)) {
            return damaged(r, "damaged entry", r->entries, err);
        }
    }
    return PT_OK;
}

static PtStatus read_entries(ErasedRegister *r, PtError *err)
{
    uint64_t size = 0;
    bool bad = false;
    uint8_t *piece = malloc((size_t)READ_ENTRIES * ENTRY_BYTES);
    if (piece == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the register of erasures");
    }
    PtStatus st = r->fs->ops->size(r->fs, r->file, &size, err);
    const uint64_t whole = size > HEAD_BYTES ? (size - HEAD_BYTES) / ENTRY_BYTES : 0;
    while (st == PT_OK && !bad && r->entries < whole) {
        size_t got = 0;
        st = r->fs->ops->pread(r->fs, r->file, piece, (size_t)READ_ENTRIES * ENTRY_BYTES,
                               HEAD_BYTES + r->entries * ENTRY_BYTES, &got, err);
        if (st == PT_OK && got < ENTRY_BYTES) {
            st = damaged(r, "it ends behind entry", r->entries, err);
        }
        st = st == PT_OK ? take_entries(r, piece, got / ENTRY_BYTES, &bad, err) : st;
    }
    free(piece);
    if (st == PT_OK && bad) {
        st = check_behind(r, whole, err);
    }
    const uint64_t good = HEAD_BYTES + r->entries * ENTRY_BYTES;
    r->cut_bytes = st == PT_OK && size > good ? size - good : 0;
    if (r->cut_bytes > 0) {
        st = r->fs->ops->truncate(r->fs, r->file, good, err);
        st = st == PT_OK ? r->fs->ops->datasync(r->fs, r->file, err) : st;
    }
    return st;
}

PtStatus erased_open(PtFs *fs, const char *path, bool create, ErasedRegister **ret_register,
                     PtError *err)
{
    ErasedRegister *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the register of erasures");
    }
    r->fs = fs;
    r->lock_fd = -1;
    (void)pthread_rwlock_init(&r->lock, NULL);
    r->path = strdup(path);
    PtStatus st = r->path != NULL
                      ? make_room(r, 1, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for the register of erasures");
    st = st == PT_OK ? open_file(r, create, err) : st;
    st = st == PT_OK ? take_lock(r, err) : st;
    st = st == PT_OK ? read_head(r, err) : st;
    st = st == PT_OK ? read_entries(r, err) : st;
    if (st != PT_OK) {
        erased_close(r);
        return st;
    }
    *ret_register = r;
    return PT_OK;
}

void erased_close(ErasedRegister *r)
{
    if (r == NULL) {
        return;
    }
    r->fs->ops->close(r->fs, r->file);
    if (r->lock_fd >= 0) {
        (void)close(r->lock_fd);
    }
    free(r->slots);
    free(r->path);
    (void)pthread_rwlock_destroy(&r->lock);
    explicit_bzero(r, sizeof *r);
    free(r);
}

/* ---- Adding --------------------------------------------------------------------------------- */

/* Under the lock for writing. The set learns of them once they are durable. */
static PtStatus append(ErasedRegister *r, const Slot *slots, size_t count, PtError *err)
{
    uint8_t *bytes = malloc(count * ENTRY_BYTES);
    const uint64_t at = HEAD_BYTES + r->entries * ENTRY_BYTES;
    PtStatus st = bytes != NULL
                      ? make_room(r, count, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for the register of erasures");
    if (st == PT_OK && r->broken) {
        st = r->fs->ops->truncate(r->fs, r->file, at, err);
        r->broken = st != PT_OK;
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        encode(&slots[i], r->entries + i, bytes + i * ENTRY_BYTES);
    }
    if (st == PT_OK) {
        st = r->fs->ops->pwrite(r->fs, r->file, bytes, count * ENTRY_BYTES, at, err);
        st = st == PT_OK ? r->fs->ops->datasync(r->fs, r->file, err) : st;
        r->broken = st != PT_OK;
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        put(r, &slots[i]);
        r->entries++;
    }
    free(bytes);
    return st;
}

PtStatus erased_add(ErasedRegister *r, const ErasedName *names, size_t count, int64_t at_ms,
                    PtStr request, PtError *err)
{
    if (count == 0) {
        return PT_OK;
    }
    if (count > ERASED_ADD_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "%zu identifiers at once are over %d", count,
                       ERASED_ADD_MAX);
    }
    Slot *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the register of erasures");
    }
    for (size_t i = 0; i < count; i++) {
        slots[i] = (Slot){.hash = hash_of(r, names[i].type, names[i].value), .at_ms = at_ms};
        pack_request(request, slots[i].request);
    }
    (void)pthread_rwlock_wrlock(&r->lock);
    size_t fresh = 0;
    for (size_t i = 0; i < count; i++) {
        const Slot *s = slot_of(r->slots, r->cap, slots[i].hash);
        if (is_free(s) || s->at_ms != at_ms ||
            memcmp(s->request, slots[i].request, sizeof s->request) != 0) {
            slots[fresh++] = slots[i];
        }
    }
    PtStatus st = fresh > 0 ? append(r, slots, fresh, err) : PT_OK;
    (void)pthread_rwlock_unlock(&r->lock);
    free(slots);
    return st;
}

PtStatus erased_finish(ErasedRegister *r, PtStr request, int64_t at_ms, PtError *err)
{
    uint8_t id[REQUEST_BYTES];
    size_t count = 0;
    PtStatus st = PT_OK;
    pack_request(request, id);
    (void)pthread_rwlock_wrlock(&r->lock);
    Slot *found = calloc(r->used + 1, sizeof *found);
    for (size_t i = 0; found != NULL && i < r->cap; i++) {
        const Slot *s = &r->slots[i];
        if (!is_free(s) && s->at_ms == ERASED_RUNNING && memcmp(s->request, id, sizeof id) == 0) {
            found[count] = *s;
            found[count++].at_ms = at_ms;
        }
    }
    if (found == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for the register of erasures");
    } else if (count > 0) {
        st = append(r, found, count, err);
    }
    (void)pthread_rwlock_unlock(&r->lock);
    free(found);
    return st;
}

/* ---- Asking --------------------------------------------------------------------------------- */

static pthread_rwlock_t *lock_of(const ErasedRegister *r)
{
    union {
        const pthread_rwlock_t *in;
        pthread_rwlock_t *out;
    } lock = {.in = &r->lock}; // reading changes the lock and nothing else
    return lock.out;
}

bool erased_find(const ErasedRegister *r, PtStr type, PtStr value, int64_t *ret_at_ms)
{
    if (erased_is_empty(r)) {
        return false;
    }
    const PtHash128 hash = hash_of(r, type, value);
    (void)pthread_rwlock_rdlock(lock_of(r));
    const Slot s = *slot_of(r->slots, r->cap, hash);
    (void)pthread_rwlock_unlock(lock_of(r));
    if (is_free(&s)) {
        return false;
    }
    *ret_at_ms = s.at_ms;
    return true;
}

bool erased_holds(const ErasedRegister *r, PtStr type, PtStr value, int64_t event_ms)
{
    int64_t at_ms;
    return erased_find(r, type, value, &at_ms) && event_ms < at_ms;
}

bool erased_is_empty(const ErasedRegister *r)
{
    return r == NULL || !atomic_load_explicit(&r->any, memory_order_acquire);
}

static void hash_text(PtHash128 h, char out[static ERASED_HASH + 1])
{
    uint8_t bytes[sizeof h];
    memcpy(bytes, &h.hi, 8);
    memcpy(bytes + 8, &h.lo, 8);
    pt_hex(bytes, sizeof bytes, out);
}

void erased_hash(const ErasedRegister *r, PtStr type, PtStr value, char out[static ERASED_HASH + 1])
{
    hash_text(hash_of(r, type, value), out);
}

PtStatus erased_of_request(const ErasedRegister *r, PtStr request, ErasedHash **ret_hashes,
                           size_t *ret_count, PtError *err)
{
    uint8_t id[REQUEST_BYTES];
    size_t count = 0;
    pack_request(request, id);
    (void)pthread_rwlock_rdlock(lock_of(r));
    ErasedHash *found = calloc(r->used + 1, sizeof *found);
    for (size_t i = 0; found != NULL && i < r->cap; i++) {
        const Slot *s = &r->slots[i];
        if (!is_free(s) && memcmp(s->request, id, sizeof id) == 0) {
            hash_text(s->hash, found[count++].hex);
        }
    }
    (void)pthread_rwlock_unlock(lock_of(r));
    if (found == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the register of erasures");
    }
    *ret_hashes = found;
    *ret_count = count;
    return PT_OK;
}

ErasedStats erased_stats(const ErasedRegister *r)
{
    ErasedStats out = {0};
    (void)pthread_rwlock_rdlock(lock_of(r));
    pt_hex(r->id, sizeof r->id, out.id);
    out.entries = r->entries;
    out.identifiers = r->used;
    out.cut_bytes = r->cut_bytes;
    for (size_t i = 0; i < r->cap; i++) {
        const Slot *s = &r->slots[i];
        if (is_free(s)) {
            continue;
        }
        out.running += s->at_ms == ERASED_RUNNING;
        if (s->at_ms != ERASED_RUNNING && s->at_ms > out.last_ms) {
            out.last_ms = s->at_ms;
        }
    }
    (void)pthread_rwlock_unlock(lock_of(r));
    return out;
}

const char *erased_path(const ErasedRegister *r)
{
    return r->path;
}
