// SPDX-License-Identifier: Apache-2.0
/* The parts without a server: whom a request is about, what is left of an event, certificates. */
#include "privacy/privacy_internal.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA = 8 << 20 };

/* ---- Subjects ---------------------------------------------------------------------------------
 */

static struct SubjectCase {
    const char *name, *json;
    size_t want; /* 0: refused */
} subject_cases[] = {
    {"one by id", "[{\"id\":\"p\"}]", 1},
    {"one by identifier", "[{\"type\":\"email\",\"value\":\"a@b.c\"}]", 1},
    {"two", "[{\"id\":\"p\"},{\"value\":\"\\u00e9\",\"type\":\"email\"}]", 2},
    {"none", "[]", 0},
    {"no array", "{\"id\":\"p\"}", 0},
    {"no text", "", 0},
    {"both", "[{\"id\":\"p\",\"type\":\"email\",\"value\":\"a\"}]", 0},
    {"neither", "[{}]", 0},
    {"a type alone", "[{\"type\":\"email\"}]", 0},
    {"a value alone", "[{\"value\":\"email\"}]", 0},
    {"an id and a type", "[{\"id\":\"p\",\"type\":\"email\"}]", 0},
    {"an empty id", "[{\"id\":\"\"}]", 0},
    {"a number", "[{\"id\":7}]", 0},
    {"another member", "[{\"id\":\"p\",\"name\":\"x\"}]", 0},
    {"cut", "[{\"id\":\"p\"}", 0},
    {"more behind", "[{\"id\":\"p\"}]x", 0},
    {"a type of 40 bytes",
     "[{\"type\":\"0123456789012345678901234567890123456789\",\"value\":\"v\"}]", 1},
    {"a type of 41 bytes",
     "[{\"type\":\"01234567890123456789012345678901234567890\",\"value\":\"v\"}]", 0},
};

static void test_subjects(void **state)
{
    const struct SubjectCase *c = *state;
    PtArena *arena = pt_arena_new(ARENA);
    PrivacySubject *list = NULL;
    PtBuf text;
    size_t count = 0;
    PtStatus st = privacy_subjects_read(pt_str(c->json), arena, &list, &count, NULL);
    assert_int_equal(st, c->want > 0 ? PT_OK : PT_INVALID);
    assert_int_equal(count, c->want);
    if (c->want > 0) { // what is written reads as the same
        PrivacySubject *again = NULL;
        size_t same = 0;
        pt_buf_init(&text, 1 << 16);
        subjects_write(list, count, &text);
        assert_int_equal(privacy_subjects_read(pt_buf_str(&text), arena, &again, &same, NULL),
                         PT_OK);
        assert_int_equal(same, count);
        assert_true(pt_str_eq(again[count - 1].value, list[count - 1].value));
        pt_buf_done(&text);
    }
    pt_arena_free(arena);
}

static void test_over_a_thousand_subjects(void **state)
{
    (void)state;
    PtArena *arena = pt_arena_new(ARENA);
    PtBuf text;
    PrivacySubject *list = NULL;
    size_t count = 0;
    pt_buf_init(&text, 1 << 20);
    for (int most = PRIVACY_SUBJECTS_MAX; most <= PRIVACY_SUBJECTS_MAX + 1; most++) {
        pt_buf_clear(&text, SIZE_MAX);
        for (int i = 0; i < most; i++) {
            pt_buf_printf(&text, "%s{\"id\":\"%d\"}", i == 0 ? "[" : ",", i);
        }
        pt_buf_add_char(&text, ']');
        assert_int_equal(privacy_subjects_read(pt_buf_str(&text), arena, &list, &count, NULL),
                         most > PRIVACY_SUBJECTS_MAX ? PT_INVALID : PT_OK);
    }
    pt_buf_done(&text);
    pt_arena_free(arena);
}

/* ---- Finding ----------------------------------------------------------------------------------
 */

static struct FindCase {
    const char *text, *word;
    bool want;
} find_cases[] = {
    {"{\"mail\":\"ann@b.example\"}", "ann@b.example", true},
    {"{\"mail\":\"ANN@B.example\"}", "ann@b.example", true},
    {"{\"mail\":\"joann@b.example\"}", "ann@b.example", false},
    {"ann@b.examples", "ann@b.example", false},
    {"ann@b.example", "ann@b.example", true},
    {"ann@b.exampl", "ann@b.example", false},
    {"joann@b.example ann@b.example", "ann@b.example", true},
    {"the id is 1234.", "1234", true},
    {"the id is 12345", "1234", false},
    {"the id is 123", "123", false}, // too short to mean anybody
    {"", "1234", false},
};

static void test_finds_what_stands_alone(void **state)
{
    const struct FindCase *c = *state;
    const ErasedName name = {PT_STR("email"), pt_str(c->word)};
    const Finder finder = {.names = &name, .name_count = 1};
    assert_int_equal(finder_finds(&finder, pt_str(c->text)), c->want);
}

/* ---- What is left of an event ------------------------------------------------------------------
 */

static struct ResidueCase {
    const char *name, *raw, *want; /* text of the payload */
    EventType type;
    const char *event;
} residue_cases[] = {
    {"an order",
     "{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"ann\",\"properties\":"
     "{\"order_id\":\"o-1\",\"total\":\"12.50\",\"revenue\":10,\"currency\":\"EUR\",\"store\":"
     "\"graz\","
     "\"note\":\"for Ann\"},\"context\":{\"ip\":\"1.2.3.4\",\"traits\":{\"email\":\"a@b.c\"}}}",
     "{\"type\":\"track\",\"event\":\"Order Completed\",\"properties\":{\"store\":\"graz\","
     "\"currency\":\"EUR\",\"revenue\":10,\"total\":\"12.50\"}}",
     EVENT_TRACK, "Order Completed"},
    {"an amount that is a text, a store that is a mail address",
     "{\"type\":\"track\",\"event\":\"E\",\"properties\":{\"total\":\"call "
     "ann\",\"store\":\"a@b.c\","
     "\"currency\":5}}",
     "{\"type\":\"track\",\"event\":\"E\",\"properties\":{}}", EVENT_TRACK, "E"},
    {"a store with their identifier",
     "{\"type\":\"track\",\"event\":\"E\",\"properties\":{\"store\":\"at zq-77 home\"}}",
     "{\"type\":\"track\",\"event\":\"E\",\"properties\":{}}", EVENT_TRACK, "E"},
    {"a name with their identifier", "{\"type\":\"track\",\"event\":\"Hello zq-77\"}",
     "{\"type\":\"track\",\"event\":\"(erased)\",\"properties\":{}}", EVENT_TRACK, "Hello zq-77"},
    {"traits go", "{\"type\":\"identify\",\"userId\":\"ann\",\"traits\":{\"total\":5}}",
     "{\"type\":\"identify\",\"properties\":{}}", EVENT_IDENTIFY, ""},
    {"the channel stays", "{\"type\":\"page\",\"name\":\"Home\",\"context\":{\"channel\":\"pos\"}}",
     "{\"type\":\"page\",\"name\":\"Home\",\"properties\":{\"channel\":\"store\"}}", EVENT_PAGE,
     "Home"},
};

static void make_record(const EventView *view, PtBuf *payload, PtRecord *ret_record)
{
    pt_buf_clear(payload, SIZE_MAX);
    event_payload_write(payload, view);
    assert_int_equal(pt_buf_status(payload), PT_OK);
    *ret_record = (PtRecord){.position = {0, 9},
                             .time_ms = view->received_ms,
                             .klass = view->reason == EVENT_REASON_NONE ? PT_RECORD_EVENT
                                                                        : PT_RECORD_QUARANTINE,
                             .type = (uint8_t)view->type,
                             .flags = EVENT_REDRIVEN | EVENT_PLAN_VIOLATION,
                             .source = 3,
                             .node = 7,
                             .id_hash = {1, 2},
                             .payload = pt_buf_str(payload)};
}

static EventView view_of(EventType type, PtStr name, PtStr raw)
{
    return (EventView){.type = type,
                       .message_id = PT_STR("m-1"),
                       .name = name,
                       .user_id = PT_STR("ann"),
                       .anonymous_id = PT_STR("browser"),
                       .has_original = true,
                       .original_ms = 3599999,
                       .timestamp_ms = 3599999,
                       .received_ms = 7200000 + 5,
                       .redrive_of = 4,
                       .ip = PT_STR("1.2.3.4"),
                       .raw = raw,
                       .common = PT_STR("{\"context\":{\"traits\":{}}}")};
}

static void test_residue(void **state)
{
    const struct ResidueCase *c = *state;
    const ErasedName name = {PT_STR("user_id"), PT_STR("zq-77")};
    const Finder finder = {.names = &name, .name_count = 1};
    const EventView view = view_of(c->type, pt_str(c->event), pt_str(c->raw));
    PtBuf payload, out;
    PtRecord record, left;
    EventView seen;
    pt_buf_init(&payload, 1 << 20);
    pt_buf_init(&out, 1 << 20);
    make_record(&view, &payload, &record);
    assert_int_equal(residue_write(&record, PT_STR(""), &finder, &out, &left, NULL), PT_OK);
    assert_int_equal(event_payload_read(&left, &seen, NULL), PT_OK);
    assert_memory_equal(seen.raw.data, c->want, strlen(c->want));
    assert_int_equal(seen.raw.len, strlen(c->want));
    assert_int_equal(seen.timestamp_ms, 0); // the hour
    assert_int_equal(left.time_ms, 7200000);
    assert_int_equal(seen.user_id.len + seen.anonymous_id.len + seen.ip.len + seen.common.len +
                         seen.message_id.len,
                     0);
    assert_false(seen.has_original);
    assert_int_equal(seen.redrive_of, 4); // the list of quarantine stays as it is
    assert_int_equal(left.flags, EVENT_REDRIVEN | EVENT_ERASED);
    assert_int_equal(left.source, 3);
    assert_true(left.node == 0 && left.id_hash.hi == 0 && left.id_hash.lo == 0);
    pt_buf_done(&payload);
    pt_buf_done(&out);
}

static void test_residue_of_a_quarantined_record(void **state)
{
    (void)state;
    EventView view = view_of(EVENT_TRACK, PT_STR("Ann"), PT_STR("{\"ann\":1"));
    PtBuf payload, out;
    PtRecord record, left;
    EventView seen;
    view.reason = EVENT_REASON_NO_ID;
    view.reason_detail = PT_STR("ann");
    pt_buf_init(&payload, 1 << 20);
    pt_buf_init(&out, 1 << 20);
    make_record(&view, &payload, &record);
    assert_int_equal(residue_write(&record, PT_STR(""), NULL, &out, &left, NULL), PT_OK);
    assert_int_equal(event_payload_read(&left, &seen, NULL), PT_OK);
    assert_int_equal(seen.reason, EVENT_REASON_NO_ID);
    assert_true(pt_str_eq(seen.raw, PT_STR("{}")));
    assert_int_equal(seen.reason_detail.len + seen.name.len, 0);
    pt_buf_done(&payload);
    pt_buf_done(&out);
}

static void test_residue_keeps_identifiers_of_others(void **state)
{
    (void)state;
    const EventView view = view_of(EVENT_IDENTIFY, PT_STR(""), PT_STR("{\"type\":\"identify\"}"));
    PtBuf payload, out;
    PtRecord record, left;
    EventView seen;
    pt_buf_init(&payload, 1 << 20);
    pt_buf_init(&out, 1 << 20);
    make_record(&view, &payload, &record);
    assert_int_equal(residue_write(&record, PT_STR("[{\"type\":\"email\",\"id\":\"x@y.z\"}]"), NULL,
                                   &out, &left, NULL),
                     PT_OK);
    assert_int_equal(event_payload_read(&left, &seen, NULL), PT_OK);
    assert_non_null(memmem(seen.raw.data, seen.raw.len, "\"externalIds\":[{", 16));
    left.payload.len = 3; // no payload at all
    PtRecord again;
    pt_buf_clear(&payload, SIZE_MAX);
    assert_int_equal(residue_write(&left, PT_STR(""), NULL, &payload, &again, NULL), PT_CORRUPT);
    pt_buf_done(&payload);
    pt_buf_done(&out);
}

/* ---- Certificates ------------------------------------------------------------------------------
 */

static void make_certificate(PtBuf *out, uint8_t key[PRIVACY_KEY])
{
    static const uint8_t seed[32] = {7};
    const ErasedName names[] = {{PT_STR("email"), PT_STR("ann@b.c")}};
    const PrivacyRequest request = {
        .id = "0199a1b2-0000-7000-8000-0123456789ab", .persons = 1, .received_ms = 1000};
    const PrivacyFigures figures = {.n = {[PRIVACY_FIGURE_EVENTS] = 4}};
    uint8_t secret[64];
    PtFs *fs = fault_fs_new(1);
    ErasedRegister *r = NULL;
    assert_int_equal(fs->ops->mkdir(fs, "d", NULL), PT_OK);
    assert_int_equal(erased_open(fs, "d/r", true, &r, NULL), PT_OK);
    const CertificateFacts facts = {.request = &request,
                                    .own = &figures,
                                    .together = 1,
                                    .erased_ms = 2000,
                                    .erased = r,
                                    .names = names,
                                    .name_count = 1};
    assert_true(sodium_init() >= 0);
    assert_int_equal(crypto_sign_seed_keypair(key, secret, seed), 0);
    assert_int_equal(certificate_write(&facts, secret, out, NULL), PT_OK);
    erased_close(r);
    fault_fs_free(fs);
}

static void test_certificate(void **state)
{
    (void)state;
    uint8_t key[PRIVACY_KEY], other[PRIVACY_KEY];
    PrivacyVerdict v;
    PtBuf text;
    pt_buf_init(&text, 1 << 20);
    make_certificate(&text, key);
    assert_int_equal(privacy_verify(pt_buf_str(&text), NULL, &v, NULL), PT_OK);
    assert_int_equal(privacy_verify(pt_buf_str(&text), key, &v, NULL), PT_OK);
    assert_string_equal(v.request, "0199a1b2-0000-7000-8000-0123456789ab");
    assert_null(memmem(text.data, text.len, "ann@b.c", 7)); // nobody is named
    assert_non_null(memmem(v.certificate.data, v.certificate.len, "\"events\":4", 10));
    memcpy(other, key, sizeof other);
    other[31] ^= 1;
    assert_int_equal(privacy_verify(pt_buf_str(&text), other, &v, NULL), PT_CORRUPT);
    pt_buf_done(&text);
}

/* No byte of it may be another one. */
static void test_a_changed_certificate(void **state)
{
    (void)state;
    uint8_t key[PRIVACY_KEY];
    PrivacyVerdict v;
    PtBuf text;
    pt_buf_init(&text, 1 << 20);
    make_certificate(&text, key);
    for (size_t i = 0; i < text.len; i++) {
        text.data[i] ^= 1;
        const PtStatus st = privacy_verify(pt_buf_str(&text), key, &v, NULL);
        assert_true(st == PT_INVALID || st == PT_CORRUPT);
        text.data[i] ^= 1;
    }
    for (size_t len = 0; len < text.len; len += 7) {
        assert_int_not_equal(privacy_verify((PtStr){text.data, len}, key, &v, NULL), PT_OK);
    }
    pt_buf_done(&text);
}

/* ---- Figures -----------------------------------------------------------------------------------
 */

static void test_figures_read_as_they_were_written(void **state)
{
    (void)state;
    PrivacyFigures f;
    PtBuf space;
    for (size_t i = 0; i < PRIVACY_FIGURES; i++) {
        f.n[i] = i * 1000 + 1;
    }
    pt_buf_init(&space, 4096);
    const PtStr text = store_figures_text(&f, &space);
    const PrivacyFigures again = store_figures(text);
    assert_memory_equal(&again, &f, sizeof f);
    const PrivacyFigures none = store_figures(PT_STR("{\"events\":-1,\"other\":5,\"named\":x"));
    assert_int_equal(none.n[PRIVACY_FIGURE_EVENTS] + none.n[PRIVACY_FIGURE_NAMED], 0);
    pt_buf_done(&space);
}

static int run_rows(const char *group, CMUnitTestFunction fn, void *cases, size_t count,
                    size_t size)
{
    struct CMUnitTest rows[32];
    assert_true(count <= sizeof rows / sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct CMUnitTest){*(const char **)((char *)cases + i * size), fn, NULL, NULL,
                                      (char *)cases + i * size};
    }
    return _cmocka_run_group_tests(group, rows, count, NULL, NULL);
}

int main(void)
{
    enum {
        SUBJECTS = sizeof subject_cases / sizeof *subject_cases,
        FINDS = sizeof find_cases / sizeof *find_cases,
        RESIDUES = sizeof residue_cases / sizeof *residue_cases,
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_over_a_thousand_subjects),
        cmocka_unit_test(test_residue_of_a_quarantined_record),
        cmocka_unit_test(test_residue_keeps_identifiers_of_others),
        cmocka_unit_test(test_certificate),
        cmocka_unit_test(test_a_changed_certificate),
        cmocka_unit_test(test_figures_read_as_they_were_written),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    failed += run_rows("subjects", test_subjects, subject_cases, SUBJECTS, sizeof *subject_cases);
    failed +=
        run_rows("finds", test_finds_what_stands_alone, find_cases, FINDS, sizeof *find_cases);
    return failed +
           run_rows("residue", test_residue, residue_cases, RESIDUES, sizeof *residue_cases);
}
