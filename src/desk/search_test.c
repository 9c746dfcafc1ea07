// SPDX-License-Identifier: Apache-2.0
/* Search of descriptions and notes: what is found, where it stands, what an erasure and a bound
 * take away. */
#include "desk/desk_rig.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 120 };

static DeskPage search(const char *text, const char *store)
{
    const DeskQuery q = {
        .text = pt_str(text), .store = store != NULL ? pt_str(store) : (PtStr){NULL, 0}, .max = 50};
    DeskPage page = {.count = 0};
    desk_search_wait(desk);
    assert_int_equal(desk_list(desk, &q, desk_arena, &page, NULL), PT_OK);
    return page;
}

static int64_t described(const char *store, const char *text)
{
    DeskReport r = desk_report_from("till_fault", "[\"pos\"]", store);
    DeskReported done;
    r.alone = true;
    r.f[DESK_F_DESCRIPTION] = pt_str(text);
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, NULL), PT_OK);
    return done.ticket.number;
}

static void change(int64_t number, const DeskChange *c)
{
    DeskTicket t;
    assert_int_equal(desk_change(desk, &desk_staff, number, c, desk_arena, &t, NULL), PT_OK);
}

static void note(int64_t number, const char *text, bool is_public)
{
    change(number, &(DeskChange){.note = pt_str(text), .note_public = is_public});
}

static void texts_are_found_where_they_stand(void **state)
{
    desk_rig_skip(state);
    const int64_t a = described("0412", "Since the café opened the drawer of till 3 does not open");
    const int64_t b = described("0413", "Nothing prints");
    note(a, "The vendor sends a new spring tomorrow", false);
    note(b, "Please put in paper", true);
    static const struct {
        const char *query, *text; /* NULL: it is found by its own words */
        bool first, is_public;
        int64_t seq;
    } rows[] = {
        {"drawer", "drawer of till", true, true, 0}, {"CAFE opened", "caf\xc3\xa9", true, true, 0},
        {"spring", "a new spring", true, false, 2},  {"0412 sprin", "a new spring", true, false, 2},
        {"paper", "put in paper", false, true, 2},   {"0413", NULL, false, false, 0},
    };
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        const DeskPage page = search(rows[i].query, NULL);
        assert_int_equal(page.count, 1);
        assert_int_equal(page.tickets[0].number, rows[i].first ? a : b);
        assert_int_equal(page.matched[0].text.len > 0, rows[i].text != NULL);
        if (rows[i].text != NULL) {
            assert_true(pt_str_has(page.matched[0].text, pt_str(rows[i].text)));
            assert_int_equal(page.matched[0].is_public, rows[i].is_public);
            assert_int_equal(page.matched[0].seq, rows[i].seq);
        }
    }
    assert_int_equal(search("spring", "0413").count, 0);
    assert_int_equal(search("spring paper", NULL).count, 0);
    desk_rig_restart();
    assert_int_equal(search("spring", "0412").count, 1);
    assert_false(desk_searched(desk).reads);
}

static void a_long_text_is_shown_around_its_word(void **state)
{
    desk_rig_skip(state);
    char text[3000];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = i % 6 == 5 ? ' ' : 'x';
    }
    text[sizeof text - 1] = '\0';
    memcpy(text + 1500, " zebra ", 7);
    (void)described("1", text);
    const DeskPage page = search("zebra", NULL);
    assert_int_equal(page.count, 1);
    assert_true(pt_str_has(page.matched[0].text, PT_STR(" zebra ")));
    assert_in_range(page.matched[0].text.len, 80, 160);
    assert_int_equal(search("xxxxx", NULL).count, 1);
}

static void what_changes_is_found_anew(void **state)
{
    desk_rig_skip(state);
    const int64_t a = described("1", "It smokes");
    const DeskEdit texts[] = {{DESK_F_DESCRIPTION, PT_STR("It burns")}},
                   title[] = {{DESK_F_TITLE, PT_STR("Oven")}},
                   state_of[] = {{DESK_F_STATE, PT_STR("in_progress")}};
    assert_int_equal(search("smokes", NULL).count, 1);
    change(a, &(DeskChange){.edits = texts, .edit_count = 1});
    assert_int_equal(search("smokes", NULL).count, 0);
    assert_int_equal(search("burns", NULL).count, 1);
    change(a, &(DeskChange){.edits = title, .edit_count = 1});
    assert_int_equal(search("oven burns", NULL).count, 1);
    change(a, &(DeskChange){.edits = state_of, .edit_count = 1});
    assert_int_equal(search("oven burns", NULL).count, 1);
}

static bool names_ann(const void *ctx, PtStr text)
{
    (void)ctx;
    return pt_str_has(text, PT_STR("ann@home.example"));
}

static void what_was_erased_is_not_found(void **state)
{
    desk_rig_skip(state);
    const int64_t a = described("1", "It smokes");
    uint64_t changed = 0;
    note(a, "ann@home.example called about the chimney", false);
    assert_int_equal(search("chimney", NULL).count, 1);
    assert_int_equal(desk_erase(desk, names_ann, NULL, &changed, NULL), PT_OK);
    assert_int_equal(search("chimney", NULL).count, 0);
    assert_int_equal(search("smokes", NULL).count, 1);
}

/* The newest are found by their texts, all by their own words. */
static void there_is_a_bound(void **state)
{
    desk_rig_skip(state);
    char text[100];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(text, sizeof text, "The lamp of shelf w%dx is dark and nobody sees it", i);
        (void)described("1", text);
    }
    assert_int_equal(search("w0x", NULL).count, 1);
    desk->c.search_bytes = (uint64_t)strlen(text) * MANY / 2;
    desk_search_again(desk);
    assert_int_equal(search("w119x", NULL).count, 1);
    assert_int_equal(search("w0x", NULL).count, 0);
    assert_int_equal(search("INC-1001", NULL).tickets[0].number, DESK_FIRST_NUMBER);
    const int64_t from = desk_searched(desk).from;
    assert_in_range(from, DESK_FIRST_NUMBER + MANY / 2 - 5, DESK_FIRST_NUMBER + MANY / 2 + 5);
    for (int i = 0; i < 20; i++) { // the oldest make room
        (void)described("1", "One more lamp of a shelf is dark, and nobody sees it");
    }
    assert_int_equal(search("one more", NULL).count, 20);
    assert_true(desk_searched(desk).from > from);
}

int main(void)
{
    static const DeskRigCase cases[] = {
        {"texts are found where they stand", texts_are_found_where_they_stand},
        {"a long text is shown around its word", a_long_text_is_shown_around_its_word},
        {"what changes is found anew", what_changes_is_found_anew},
        {"what was erased is not found", what_was_erased_is_not_found},
        {"there is a bound", there_is_a_bound},
    };
    return desk_rig_run(cases, PT_COUNT(cases));
}
