// SPDX-License-Identifier: Apache-2.0
/* The log against a model on a disk that forgets: seeded lives of appends, commits, archiving,
 * failures, kills and power cuts. What was acknowledged is read back once, in order, byte for byte;
 * what was not may show up or not, but then for good; no acknowledgement comes before its sync.
 *
 * PATRON_SEEDS = how many seeds (200; 1,000 with PATRON_SOAK=1), PATRON_SEED = run this one only
 * and say more.
 */
#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/log.h"

#include <fault/fault_fs.h>
#include <fault/seeds.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIVES = 5,
    STEPS = 24,
    RECORDS_MAX = 20000,
    PAYLOAD_MAX = 200 << 10,
    DIR_FILES = 64,
    ASKED_MAX = 24,
};

/* A rewrite adds this to the uid: the class, which may not change, follows from the rest by 3. */
static const uint64_t next_form = 3ULL << 40;

static const char dir[] = "/log";

/* A record is known by its uid: everything in it follows from that. */
typedef struct Model {
    PtFs *disk;
    PtLog *log; /* NULL: not open */
    PtClock *clock;
    PtRng rng;
    uint64_t seed, next_uid;
    uint64_t acked[RECORDS_MAX]; /* uid by offset */
    uint64_t acked_count;
    uint64_t pending[RECORDS_MAX];
    uint64_t pending_count;
    uint64_t group[STEPS * 2]; /* [0] the acknowledged position, then those tried since */
    size_t group_count;
    uint64_t rounds_seen;
    uint64_t wanted[RECORDS_MAX]; /* uid by offset: what a rewrite that failed may have made */
    uint64_t asked[ASKED_MAX];    /* offsets of the last rewrite */
    size_t asked_count;           /* 0: it is complete */
    char *payload, *new_payload;
    bool cut; /* the power may be off */
    bool loud;
} Model;

/* Every append made at an offset since the last open, so that a surprise after a crash can be
 * judged. */
typedef struct Attempt {
    uint64_t offset, uid;
} Attempt;
static Attempt attempts[1 << 18];
static size_t attempt_count;

#define CHECK(m, cond)                                                                             \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            (void)fprintf(stderr, "seed %llu: %s:%d: %s\n", (unsigned long long)(m)->seed,         \
                          __FILE__, __LINE__, #cond);                                              \
            fail_msg("reproduce with PATRON_SEED=%llu", (unsigned long long)(m)->seed);            \
        }                                                                                          \
    } while (0)

/* In one seed of three all records are as long: only then do the leftovers of a lost round line up
 * with what is written over its start. */
static bool all_alike;

static size_t payload_len(uint64_t uid)
{
    PtRng rng;
    if (all_alike) {
        return 700;
    }
    pt_rng_init(&rng, uid * 3 + 1);
    switch (pt_rng_below(&rng, 40)) {
    case 0:
        return (size_t)pt_rng_below(&rng, PAYLOAD_MAX);
    case 1:
        return 0;
    case 2:
    case 3:
        return (size_t)pt_rng_below(&rng, 20000);
    default:
        return 40 + (size_t)pt_rng_below(&rng, 2500);
    }
}

static PtRecord make_record(uint64_t uid, char *payload)
{
    PtRng rng;
    size_t len = payload_len(uid);
    pt_rng_init(&rng, uid * 7 + 5);
    bool plain = pt_rng_below(&rng, 4) != 0; // else as if sealed
    for (size_t i = 0; i < len; i += sizeof uid) {
        uint64_t word = plain && i % 64 < 48 ? 0x3a2265756c617622 + i % 64 : pt_rng_u64(&rng);
        memcpy(payload + i, &word, len - i < sizeof word ? len - i : sizeof word);
    }
    return (PtRecord){
        .time_ms = 1000 + (int64_t)(uid * 10),
        .klass = (uint8_t)(1 + uid % 3),
        .type = (uint8_t)(uid % 6),
        .flags = (uint16_t)(uid % 5 == 0 ? 0x8001 : 0),
        .source = (uint32_t)(uid % 4),
        .node = uid % 3 == 0 ? 0 : pt_rng_u64(&rng) >> (uid % 60),
        .key_id = uid % 11 == 0 ? uid : 0,
        .id_hash = {uid % 9 == 0 ? 0 : pt_rng_u64(&rng), uid % 9 == 0 ? 0 : uid},
        .payload = {payload, len},
    };
}

static bool same_record(const PtRecord *got, const PtRecord *want, bool with_payload)
{
    return got->time_ms == want->time_ms && got->klass == want->klass && got->type == want->type &&
           got->flags == want->flags && got->source == want->source && got->node == want->node &&
           got->key_id == want->key_id && pt_hash128_eq(got->id_hash, want->id_hash) &&
           got->payload.len == want->payload.len &&
           (!with_payload || pt_str_eq(got->payload, want->payload));
}

static void on_round(void *ctx, uint64_t round, PtStatus status)
{
    Model *m = ctx;
    CHECK(m, round > m->rounds_seen);
    m->rounds_seen = round;
    fault_fs_mark(m->disk, status == PT_OK);
}

/* Between two marks lies a round: when it ends well, every byte written to a segment in it was
 * synced before the mark. */
static void check_trace(Model *m)
{
    struct {
        uint64_t file;
        bool dirty;
    } files[DIR_FILES] = {0};
    size_t count = 0, len = 0;
    const FaultTrace *t = fault_fs_trace(m->disk, &len);
    for (size_t i = 0; i < len; i++) {
        if (t[i].op == FAULT_MARK) {
            for (size_t k = 0; k < count; k++) {
                CHECK(m, t[i].at == 0 || !files[k].dirty);
            }
            count = 0;
        }
        if ((t[i].op != FAULT_PWRITE && t[i].op != FAULT_DATASYNC) ||
            strstr(t[i].path, "/hot-") == NULL) {
            continue;
        }
        size_t k = 0;
        while (k < count && files[k].file != t[i].file) {
            k++;
        }
        CHECK(m, k < DIR_FILES);
        if (k == count) {
            files[count++].file = t[i].file;
        }
        files[k].dirty = t[i].op == FAULT_PWRITE || (t[i].status != PT_OK && files[k].dirty);
    }
    fault_fs_trace_clear(m->disk);
}

/* Which append a surprising record is, or UINT64_MAX. */
static uint64_t uid_at(Model *m, uint64_t offset, const PtRecord *got)
{
    for (size_t i = attempt_count; i-- > 0;) {
        if (attempts[i].offset == offset) {
            PtRecord want = make_record(attempts[i].uid, m->payload);
            if (same_record(got, &want, true)) {
                return attempts[i].uid;
            }
        }
    }
    return UINT64_MAX;
}

static void check_record(Model *m, uint64_t offset, const PtRecord *got, bool with_payload)
{
    CHECK(m, got->position.offset == offset);
    if (offset >= m->acked_count) {
        CHECK(m, with_payload && offset == m->acked_count);
        uint64_t uid = uid_at(m, offset, got);
        CHECK(m, uid != UINT64_MAX);
        m->acked[m->acked_count++] = uid;
    }
    PtRecord want = make_record(m->acked[offset], m->payload);
    bool is_old = same_record(got, &want, with_payload);
    if (!is_old && m->wanted[offset] != 0) {
        want = make_record(m->wanted[offset], m->payload);
        CHECK(m, same_record(got, &want, with_payload));
        return;
    }
    CHECK(m, is_old);
}

/* Reads [from, end) and compares; records past the model's end are adopted. */
static void read_all(Model *m, uint64_t from, bool with_payload)
{
    PtLogReader *reader = NULL;
    PtError err = {0};
    CHECK(m, pt_log_reader_open(m->log, NULL, 0, from, &reader, &err) == PT_OK);
    uint64_t next = from;
    for (;;) {
        const PtRecord *got = NULL;
        size_t count = 0;
        PtStatus st =
            pt_log_fetch(reader, 1 + pt_rng_below(&m->rng, 400), with_payload, &got, &count, &err);
        if (st != PT_OK && st != PT_CORRUPT && st != PT_GONE) {
            pt_log_reader_close(reader); // an ordered failure
            return;
        }
        if (st != PT_OK) {
            (void)fprintf(stderr, "%s\n", err.message);
        }
        CHECK(m, st == PT_OK);
        if (count == 0) {
            break;
        }
        for (size_t i = 0; i < count; i++) {
            check_record(m, next++, &got[i], with_payload);
        }
    }
    CHECK(m, next == pt_log_end(m->log, 0));
    CHECK(m, next >= m->acked_count);
    pt_log_reader_close(reader);
}

static PtLogConfig config_of(Model *m)
{
    PtLogConfig c = pt_log_config_default();
    c.fs = m->disk;
    c.clock = m->clock;
    c.dir = dir;
    c.segment_bytes = 1U << 20;
    c.spare_segments = (uint32_t)(m->seed % 3);
    c.zstd_level = 1;
    c.start_threads = false;
    c.on_round = on_round;
    c.ctx = m;
    return c;
}

static void check_group(Model *m)
{
    PtLogReader *reader = NULL;
    PtError err = {0};
    CHECK(m, pt_log_reader_open(m->log, "g", 0, 0, &reader, &err) == PT_OK);
    uint64_t at = pt_log_tell(reader);
    bool known = false;
    for (size_t i = 0; i < m->group_count; i++) {
        known |= m->group[i] == at;
    }
    CHECK(m, known);
    m->group[0] = at;
    m->group_count = 1;
    pt_log_reader_close(reader);
}

static void open_log(Model *m)
{
    PtError err = {0};
    PtLogConfig c = config_of(m);
    bool fails = pt_rng_below(&m->rng, 4) == 0;
    if (fails) {
        fault_fs_fail(m->disk, FAULT_ANY, 1 + pt_rng_below(&m->rng, 40), EIO);
    }
    PtStatus st = pt_log_open(&c, &m->log, &err);
    fault_fs_fail(m->disk, FAULT_ANY, 0, 0);
    if (st != PT_OK) {
        if (!fails || m->loud) {
            (void)fprintf(stderr, "open: %s\n", err.message);
        }
        CHECK(m, fails && st != PT_CORRUPT);
        st = pt_log_open(&c, &m->log, &err);
        if (st != PT_OK) {
            (void)fprintf(stderr, "open again: %s\n", err.message);
        }
        CHECK(m, st == PT_OK);
    }
    m->rounds_seen = 0;
    fault_fs_trace_clear(m->disk);
    CHECK(m, pt_log_end(m->log, 0) >= m->acked_count);
    read_all(m, 0, true);
    attempt_count = 0; // what did not show up by now must never
    check_group(m);
}

static void append_some(Model *m)
{
    uint64_t n = pt_rng_below(&m->rng, pt_rng_below(&m->rng, 5) == 0 ? 300 : 20);
    for (uint64_t i = 0; i < n && m->acked_count + m->pending_count < RECORDS_MAX - 1; i++) {
        uint64_t uid = m->next_uid++, round = 0, offset = 0;
        PtRecord r = make_record(uid, m->payload);
        PtStatus st = pt_log_append(m->log, &r, &round, &offset, NULL);
        if (st != PT_OK) {
            CHECK(m, st == PT_UNAVAILABLE || st == PT_BUSY);
            continue;
        }
        CHECK(m, offset == m->acked_count + m->pending_count);
        CHECK(m, round == pt_log_last_pending(m->log) && round > pt_log_finished_round(m->log));
        m->pending[m->pending_count++] = uid;
        bool room = attempt_count < PT_COUNT(attempts);
        CHECK(m, room);
        if (room) {
            attempts[attempt_count++] = (Attempt){offset, uid};
        }
    }
}

static void commit(Model *m)
{
    PtStatus st = pt_log_commit(m->log, NULL);
    if (st == PT_OK) {
        memcpy(m->acked + m->acked_count, m->pending, m->pending_count * sizeof *m->pending);
        m->acked_count += m->pending_count;
    }
    m->pending_count = 0;
    CHECK(m, pt_log_end(m->log, 0) == m->acked_count);
    CHECK(m, pt_log_last_pending(m->log) <= pt_log_finished_round(m->log));
}

static void archive(Model *m, bool all)
{
    bool did = false;
    if (all) {
        uint64_t end = m->acked_count;
        PtStatus st = pt_log_archive_all(m->log, NULL);
        if (m->pending_count > 0) { // it commits first
            bool acked = pt_log_end(m->log, 0) > end;
            CHECK(m, st != PT_OK || acked);
            if (acked) {
                memcpy(m->acked + end, m->pending, m->pending_count * sizeof *m->pending);
                m->acked_count += m->pending_count;
            }
            m->pending_count = 0;
        }
        CHECK(m, st != PT_OK || pt_log_stats(m->log).archive_records == m->acked_count);
    } else {
        PtStatus st = pt_log_archive_step(m->log, &did, NULL);
        CHECK(m, st != PT_CORRUPT);
    }
    CHECK(m, pt_log_end(m->log, 0) == m->acked_count);
}

/* ---- Rewriting ---- */

static PtStatus change(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    Model *m = ctx;
    uint64_t offset = record->position.offset;
    (void)err;
    check_record(m, offset, record, true);
    *ret_record = make_record(m->wanted[offset], m->new_payload);
    ret_record->position.offset = offset;
    return PT_OK;
}

static int by_offset(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* What a rewrite that failed was about, again; else some of what is there. */
static void choose(Model *m)
{
    if (m->asked_count > 0 || m->acked_count == 0) {
        return;
    }
    uint64_t draws = 1 + pt_rng_below(&m->rng, ASKED_MAX - 1);
    for (uint64_t i = 0; i < draws; i++) {
        m->asked[m->asked_count++] = pt_rng_below(&m->rng, m->acked_count);
    }
    qsort(m->asked, m->asked_count, sizeof *m->asked, by_offset);
    size_t kept = 1;
    for (size_t i = 1; i < m->asked_count; i++) {
        if (m->asked[i] != m->asked[kept - 1]) {
            m->asked[kept++] = m->asked[i];
        }
    }
    m->asked_count = kept;
    for (size_t i = 0; i < kept; i++) {
        m->wanted[m->asked[i]] = m->acked[m->asked[i]] + next_form;
    }
}

typedef struct HotNames {
    char names[DIR_FILES][40];
    size_t count;
} HotNames;

static bool see_hot(void *ctx, const char *name)
{
    HotNames *h = ctx;
    if (strncmp(name, "hot-", 4) == 0 && h->count < DIR_FILES && strlen(name) < 40) {
        (void)strcpy(h->names[h->count++], name);
    }
    return true;
}

/* The header of a record in a segment has its id, which follows from the uid. */
static void check_gone(Model *m, const PtHash128 *gone, size_t count)
{
    HotNames h = {.count = 0};
    CHECK(m, m->disk->ops->list(m->disk, dir, see_hot, &h, NULL) == PT_OK);
    for (size_t i = 0; i < h.count; i++) {
        char path[64], *bytes = NULL;
        size_t len = 0;
        (void)snprintf(path, sizeof path, "%s/%s", dir, h.names[i]);
        CHECK(m, pt_fs_read(m->disk, path, 64 << 20, &bytes, &len, NULL) == PT_OK);
        for (size_t at = 0; at + sizeof *gone <= len; at += 8) {
            PtHash128 here;
            memcpy(&here, bytes + at, sizeof here);
            for (size_t k = 0; k < count; k++) {
                CHECK(m, here.lo == 0 || !pt_hash128_eq(here, gone[k]));
            }
        }
        free(bytes);
    }
}

static void rewrite(Model *m, bool search)
{
    PtHash128 gone[ASKED_MAX];
    PtLogRewritten done = {0};
    PtError err = {0};
    uint64_t end = m->acked_count;
    choose(m);
    PtStatus st =
        pt_log_rewrite(m->log, m->asked, m->asked_count, change, m, &done, search ? &err : NULL);
    if (m->pending_count > 0) { // it commits first
        if (pt_log_end(m->log, 0) > end) {
            memcpy(m->acked + end, m->pending, m->pending_count * sizeof *m->pending);
            m->acked_count += m->pending_count;
        }
        m->pending_count = 0;
    }
    CHECK(m, pt_log_end(m->log, 0) == m->acked_count);
    if (m->loud && st != PT_OK) {
        (void)fprintf(stderr, "rewrite: %s\n", err.message);
    }
    CHECK(m, st == PT_OK || st == PT_IO || st == PT_UNAVAILABLE || st == PT_NOT_FOUND);
    CHECK(m, st == PT_OK || !search);
    if (st != PT_OK) {
        return;
    }
    for (size_t i = 0; i < m->asked_count; i++) {
        uint64_t offset = m->asked[i];
        gone[i] = make_record(m->acked[offset], m->payload).id_hash;
        m->acked[offset] = m->wanted[offset];
        m->wanted[offset] = 0;
    }
    if (search) {
        check_gone(m, gone, m->asked_count);
    }
    m->asked_count = 0;
}

static void ack_group(Model *m)
{
    PtLogReader *reader = NULL;
    CHECK(m, pt_log_reader_open(m->log, "g", 0, 0, &reader, NULL) == PT_OK);
    uint64_t at = pt_rng_below(&m->rng, m->acked_count + 1);
    m->group[m->group_count++] = at;
    if (pt_log_ack(reader, at, NULL) == PT_OK) {
        m->group[0] = at;
        m->group_count = 1;
    }
    pt_log_reader_close(reader);
}

static void make_trouble(Model *m)
{
    static const FaultOp ops[] = {FAULT_PWRITE,   FAULT_DATASYNC, FAULT_DATASYNC, FAULT_ALLOCATE,
                                  FAULT_SYNC_DIR, FAULT_OPEN,     FAULT_RENAME,   FAULT_UNLINK,
                                  FAULT_PREAD,    FAULT_ANY};
    static const int errnos[] = {EIO, ENOSPC};
    if (pt_rng_below(&m->rng, 6) == 0) {
        fault_fs_capacity(m->disk, fault_fs_used(m->disk) + pt_rng_below(&m->rng, 3 << 20));
        return;
    }
    fault_fs_fail(m->disk, ops[pt_rng_below(&m->rng, PT_COUNT(ops))], 1 + pt_rng_below(&m->rng, 6),
                  errnos[pt_rng_below(&m->rng, 2)]);
}

static void end_trouble(Model *m)
{
    fault_fs_power_off_at(m->disk, 0);
    fault_fs_capacity(m->disk, UINT64_MAX);
    for (int op = 0; op < FAULT_OP_COUNT; op++) {
        fault_fs_fail(m->disk, (FaultOp)op, 0, 0);
    }
}

static void step(Model *m)
{
    uint64_t draw = pt_rng_below(&m->rng, 21);
    if (draw < 9) {
        append_some(m);
    } else if (draw < 14) {
        commit(m);
    } else if (draw < 16) {
        archive(m, draw == 14 && pt_rng_below(&m->rng, 3) == 0);
    } else if (draw < 17) {
        read_all(m, pt_rng_below(&m->rng, m->acked_count + 1), pt_rng_below(&m->rng, 2) == 0);
    } else if (draw < 18) {
        ack_group(m);
    } else if (draw < 19) {
        make_trouble(m);
    } else if (draw < 20) {
        rewrite(m, false);
    } else {
        end_trouble(m);
    }
}

static void close_log(Model *m)
{
    pt_log_close(m->log);
    m->log = NULL;
    m->pending_count = 0;
}

/* What is worst done last: with no time to get over it. */
static void last_deed(Model *m)
{
    static const FaultOp ops[] = {FAULT_PWRITE, FAULT_DATASYNC, FAULT_SYNC_DIR, FAULT_ALLOCATE,
                                  FAULT_OPEN};
    uint64_t before = pt_log_stats(m->log).appended_bytes;
    end_trouble(m);
    switch (pt_rng_below(&m->rng, 7)) {
    case 0: // a sync that fails under the last round
        append_some(m);
        fault_fs_fail(m->disk, FAULT_DATASYNC, 1, EIO);
        commit(m);
        break;
    case 1: // a failure on the way into the next segment, and perhaps another in cleaning up
        for (int i = 0; i < 200 && pt_log_stats(m->log).appended_bytes < before + (5 << 18); i++) {
            append_some(m);
        }
        fault_fs_fail(m->disk, ops[pt_rng_below(&m->rng, PT_COUNT(ops))],
                      1 + pt_rng_below(&m->rng, 5), EIO);
        commit(m);
        end_trouble(m);
        append_some(m);
        fault_fs_fail(m->disk, FAULT_ANY, 1 + pt_rng_below(&m->rng, 8), EIO);
        commit(m);
        break;
    case 2: // an archive whose name is not durable
        fault_fs_fail(m->disk, FAULT_SYNC_DIR, 1 + pt_rng_below(&m->rng, 2), EIO);
        archive(m, true);
        break;
    case 3: // the power goes in the middle of a rewrite
    case 4:
        append_some(m);
        m->cut = true;
        fault_fs_power_off_at(m->disk, 1 + pt_rng_below(&m->rng, 60));
        rewrite(m, false);
        break;
    default:
        append_some(m);
        break;
    }
    end_trouble(m);
}

/* A life ends by a power cut, a kill, or a stop; a stop commits what is pending, or tries to. */
static void end_life(Model *m)
{
    uint64_t how = pt_rng_below(&m->rng, m->cut ? 7 : 8);
    m->cut = false;
    if (how < 5) {
        fault_fs_power_off(m->disk);
        close_log(m);
        fault_fs_crash(m->disk, pt_rng_u64(&m->rng));
    } else if (how < 7) {
        fault_fs_power_off(m->disk);
        close_log(m);
        fault_fs_restart(m->disk);
    } else {
        close_log(m);
    }
    fault_fs_capacity(m->disk, UINT64_MAX);
    end_trouble(m);
}

/* Opening changes nothing that was visible: neither after a stop nor after a power cut. */
static void open_twice(Model *m)
{
    open_log(m);
    check_trace(m);
    uint64_t end = pt_log_end(m->log, 0);
    CHECK(m, end == m->acked_count);
    if (pt_rng_below(&m->rng, 2) == 0) {
        fault_fs_power_off(m->disk);
        close_log(m);
        fault_fs_crash(m->disk, pt_rng_u64(&m->rng));
    } else {
        close_log(m);
    }
    open_log(m);
    CHECK(m, pt_log_end(m->log, 0) == end);
}

static void run_seed(uint64_t seed, char *payload, bool loud)
{
    static Model m; // big
    memset(&m, 0, sizeof m);
    m.seed = seed;
    m.loud = loud;
    m.payload = payload;
    m.new_payload = payload + PAYLOAD_MAX + 8;
    m.disk = fault_fs_new(seed);
    m.clock = pt_clock_sim_new(1000, 0);
    m.next_uid = 1;
    m.group_count = 1;
    all_alike = seed % 3 == 0;
    attempt_count = 0;
    pt_rng_init(&m.rng, seed);
    assert_true(m.disk != NULL && m.clock != NULL);
    open_log(&m);
    for (int life = 0; life < LIVES; life++) {
        for (int i = 0; i < STEPS; i++) {
            step(&m);
        }
        last_deed(&m);
        check_trace(&m);
        if (loud) {
            PtLogStats s = pt_log_stats(m.log);
            (void)printf("life %d: %llu acknowledged, %llu pending, %llu hot, %llu archives, %llu "
                         "failed rounds\n",
                         life, (unsigned long long)m.acked_count,
                         (unsigned long long)m.pending_count, (unsigned long long)s.hot_segments,
                         (unsigned long long)s.archive_files, (unsigned long long)s.failed_rounds);
        }
        end_life(&m);
        open_twice(&m);
    }
    rewrite(&m, true); // what was cut short is completed, and nothing of the old is left
    CHECK(&m, pt_log_archive_all(m.log, NULL) == PT_OK);
    read_all(&m, 0, true);
    close_log(&m);
    pt_clock_free(m.clock);
    fault_fs_free(m.disk);
}

static void test_lives(void **state)
{
    (void)state;
    const char *one = getenv("PATRON_SEED");
    char *payload = malloc(2 * (PAYLOAD_MAX + 8));
    assert_non_null(payload);
    if (one != NULL) {
        run_seed(strtoull(one, NULL, 10), payload, true);
        free(payload);
        return;
    }
    const uint64_t count = fault_seeds(200, 1000).count;
    uint64_t first = 0;
    pt_random_bytes(&first, sizeof first);
    first >>= 20; // shorter to type; the sums below do not overflow
    (void)printf("%llu seeds from %llu\n", (unsigned long long)count, (unsigned long long)first);
    for (uint64_t i = 0; i < count; i++) {
        run_seed(first + i, payload, false);
    }
    free(payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives)};
    return cmocka_run_group_tests_name("log_crash", tests, NULL, NULL);
}
