// SPDX-License-Identifier: Apache-2.0
#include "platform/diag.h"

#include "base/json.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* The log writes into a pipe that is big enough for a test; taken() reads what has come. */
static int ends[2];
static char text[64 << 10];

static int set_up(void **state)
{
    (void)state;
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        return -1;
    }
    pt_diag_init(PT_DIAG_INFO, false, ends[1]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pt_diag_flush(); // so that no count of this test reaches the next
    pt_diag_init(PT_DIAG_INFO, false, STDERR_FILENO);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return 0;
}

static const char *taken(void)
{
    size_t len = 0;
    ssize_t n;
    while ((n = read(ends[0], text + len, sizeof text - 1 - len)) > 0) {
        len += (size_t)n;
    }
    text[len] = '\0';
    return text;
}

static unsigned count_lines(const char *s)
{
    unsigned n = 0;
    for (; *s != '\0'; s++) {
        n += *s == '\n';
    }
    return n;
}

static struct TextCase {
    const char *name;
    PtDiagField field;
    const char *want; /* behind the time */
} text_cases[] = {
    {"number", {"n", {NULL, 0}, -5}, "Z info  log   text form n=-5\n"},
    {"bare text", {"file", {"hot-7", 5}, 0}, "Z info  log   text form file=hot-7\n"},
    {"empty text is quoted", {"v", {"", 0}, 0}, "Z info  log   text form v=\"\"\n"},
    {"space is quoted", {"v", {"a b", 3}, 0}, "Z info  log   text form v=\"a b\"\n"},
    {"equals sign is quoted", {"v", {"a=b", 3}, 0}, "Z info  log   text form v=\"a=b\"\n"},
    {"line break is escaped", {"v", {"a\nb\t\x1b", 5}, 0}, "form v=\"a\\nb\\t\\u001b\"\n"},
    {"quote and backslash", {"v", {"\"\\", 2}, 0}, "form v=\"\\\"\\\\\"\n"},
    {"valid UTF-8 stays",
     {"v", {"\xc3\xbc\xf0\x9f\x98\x80", 6}, 0},
     "v=\"\xc3\xbc\xf0\x9f\x98\x80\"\n"},
    {"bad byte is replaced", {"v", {"a\xff", 2}, 0}, "v=\"a\xef\xbf\xbd\"\n"},
    {"overlong form is replaced", {"v", {"\xc0\x80", 2}, 0}, "v=\"\xef\xbf\xbd\xef\xbf\xbd\"\n"},
    {"cut character is replaced", {"v", {"\xe2\x82", 2}, 0}, "v=\"\xef\xbf\xbd\xef\xbf\xbd\"\n"},
    {"surrogate is replaced",
     {"v", {"\xed\xa0\x80", 3}, 0},
     "v=\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n"},
    {"NUL is escaped", {"v", {"\0", 1}, 0}, "v=\"\\u0000\"\n"},
};

static void text_case(void **state)
{
    const struct TextCase *c = *state;
    assert_int_equal(set_up(NULL), 0);
    const PtDiagField fields[] = {c->field, {NULL, {NULL, 0}, 0}};
    pt_diag_write(PT_DIAG_INFO, "log", "text form", fields);
    assert_non_null(strstr(taken(), c->want));
    assert_int_equal(text[10], 'T');
    assert_int_equal(count_lines(text), 1);
    (void)tear_down(NULL);
}

static void levels_below_are_left_out(void **state)
{
    (void)state;
    pt_diag_init(PT_DIAG_WARN, false, ends[1]);
    pt_diag(PT_DIAG_DEBUG, "app", "debug");
    pt_diag(PT_DIAG_INFO, "app", "info");
    pt_diag(PT_DIAG_WARN, "app", "warned");
    pt_diag(PT_DIAG_ERROR, "app", "broke", PT_F_INT("code", 7));
    const char *got = taken();
    assert_int_equal(count_lines(got), 2);
    assert_non_null(strstr(got, "Z warn  app   warned\n"));
    assert_non_null(strstr(got, "Z error app   broke code=7\n"));
}

static void json_line_is_json(void **state)
{
    (void)state;
    pt_diag_init(PT_DIAG_INFO, true, ends[1]);
    pt_diag(PT_DIAG_INFO, "log", "said \"so\"\n", PT_F_STR("file", PT_STR("a\x01\xff")),
            PT_F_INT("records", INT64_MIN));
    const char *got = taken();
    assert_non_null(strstr(got, "Z\",\"level\":\"info\",\"area\":\"log\",\"message\":\"said "
                                "\\\"so\\\"\\n\",\"file\":\"a\\u0001\xef\xbf\xbd\",\"records\":"
                                "-9223372036854775808}\n"));
    assert_int_equal(pt_json_check(pt_str(got), 4, NULL), PT_OK);
}

static void long_values_leave_a_whole_line(void **state)
{
    (void)state;
    static char control[3000];
    memset(control, 1, sizeof control); // six bytes each when escaped
    pt_diag_init(PT_DIAG_INFO, true, ends[1]);
    PtStr value = {control, sizeof control};
    pt_diag(PT_DIAG_INFO, "log", "long", PT_F_STR("a", value), PT_F_STR("b", value),
            PT_F_INT("c", 1));
    const char *got = taken();
    assert_non_null(strstr(got, "\\u0001…\",\"cut\":true}\n")); // b did not fit, a did
    assert_true(strlen(got) <= 8192);
    assert_int_equal(pt_json_check(pt_str(got), 4, NULL), PT_OK);
}

static struct CutCase {
    const char *name;
    size_t len;
    bool want_cut;
} cut_cases[] = {
    {"1,024 bytes are whole", 1024, false},
    {"1,025 bytes are cut", 1025, true},
};

static void cut_case(void **state)
{
    const struct CutCase *c = *state;
    char value[2000];
    memset(value, 'x', sizeof value);
    assert_int_equal(set_up(NULL), 0);
    pt_diag(PT_DIAG_INFO, "log", "cut", PT_F_STR("v", ((PtStr){value, c->len})));
    assert_int_equal(strstr(taken(), "…") != NULL, c->want_cut);
    (void)tear_down(NULL);
}

static void eleventh_equal_message_is_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        pt_diag(PT_DIAG_WARN, "log", "sync is slow", PT_F_INT("ms", i));
    }
    assert_int_equal(count_lines(taken()), 10);
    for (int i = 0; i < 15; i++) {
        pt_diag(PT_DIAG_WARN, "log", "sync is slow", PT_F_INT("ms", i));
        pt_diag(PT_DIAG_INFO, "log", "sync is slow"); // another level: a message of its own
    }
    assert_int_equal(count_lines(taken()), 10);
    (void)nanosleep(&(struct timespec){1, 50000000}, NULL);
    pt_diag(PT_DIAG_INFO, "app", "other");
    const char *got = taken();
    assert_int_equal(count_lines(got), 3);
    assert_non_null(strstr(got, "Z warn  log   sync is slow repeated=15\n"));
    assert_non_null(strstr(got, "Z info  log   sync is slow repeated=5\n"));
    pt_diag(PT_DIAG_WARN, "log", "sync is slow");
    assert_int_equal(count_lines(taken()), 1); // a new second
}

static void flush_writes_what_is_owed(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        pt_diag(PT_DIAG_WARN, "log", "flood");
    }
    (void)taken();
    pt_diag_flush();
    assert_non_null(strstr(taken(), "flood repeated=2\n"));
    pt_diag_flush();
    assert_string_equal(taken(), "");
}

static void many_messages_displace_the_oldest(void **state)
{
    (void)state;
    char message[32];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 200; i++) {
            (void)snprintf(message, sizeof message, "message %d", i); // not constant: it is copied
            pt_diag(PT_DIAG_INFO, "app", message);
        }
        assert_int_equal(count_lines(taken()), 200);
    }
}

/* --- files
 * ---------------------------------------------------------------------------------------- */

static char folder[64], log_path[96], old_path[96];

static int set_up_file(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/pt-diag-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(log_path, sizeof log_path, "%s/log", folder);
    (void)snprintf(old_path, sizeof old_path, "%s/log.1", folder);
    pt_diag_init(PT_DIAG_INFO, false, STDERR_FILENO);
    return 0;
}

static int tear_down_file(void **state)
{
    (void)state;
    pt_diag_init(PT_DIAG_INFO, false, STDERR_FILENO);
    (void)unlink(log_path);
    (void)unlink(old_path);
    return rmdir(folder);
}

static unsigned lines_of(const char *path)
{
    unsigned n = 0;
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    for (int c, last = '\n'; (c = fgetc(f)) != EOF; last = c) {
        n += c == '\n';
        assert_true(last != '\n' || c == '2'); // every line starts with its time
    }
    (void)fclose(f);
    return n;
}

static void a_file_is_appended_to(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 2; i++) {
        assert_int_equal(pt_diag_open(log_path, NULL), PT_OK);
        pt_diag(PT_DIAG_INFO, "app", i == 1 ? "appended first" : "appended second");
        assert_int_equal(lines_of(log_path), i);
    }
    struct stat st;
    assert_int_equal(stat(log_path, &st), 0);
    assert_int_equal(st.st_mode & 07, 0); // not for others to read
}

static void a_file_that_cannot_be_opened_changes_nothing(void **state)
{
    (void)state;
    PtError err = {0};
    assert_int_equal(pt_diag_reopen(NULL), PT_OK); // there is none
    assert_int_equal(pt_diag_open(log_path, NULL), PT_OK);
    assert_int_equal(pt_diag_open("/nosuch/log", &err), PT_NOT_FOUND);
    assert_non_null(strstr(err.message, "/nosuch/log"));
    pt_diag(PT_DIAG_INFO, "app", "still there");
    assert_int_equal(lines_of(log_path), 1);
    assert_int_equal(rename(log_path, old_path), 0);
    assert_int_equal(mkdir(log_path, 0700), 0);
    assert_int_not_equal(pt_diag_reopen(NULL), PT_OK);
    pt_diag(PT_DIAG_INFO, "app", "still in the renamed one");
    assert_int_equal(lines_of(old_path), 2);
    assert_int_equal(rmdir(log_path), 0);
}

enum { WRITERS = 3, LINES = 2000, TURNS = 50 };

static void *write_lines(void *ctx)
{
    char message[32];
    for (int i = 0; i < LINES; i++) {
        (void)snprintf(message, sizeof message, "%c %d", *(const char *)ctx, i);
        pt_diag(PT_DIAG_INFO, "app", message);
    }
    return NULL;
}

static void no_line_is_lost_while_the_file_is_rotated(void **state)
{
    (void)state;
    static const char names[WRITERS] = {'a', 'b', 'c'};
    pthread_t threads[WRITERS];
    unsigned lines = 0;
    assert_int_equal(pt_diag_open(log_path, NULL), PT_OK);
    for (size_t i = 0; i < WRITERS; i++) {
        void *name = (void *)(uintptr_t)&names[i];
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, name), 0);
    }
    for (int i = 0; i < TURNS; i++) {
        assert_int_equal(rename(log_path, old_path), 0);
        assert_int_equal(pt_diag_reopen(NULL), PT_OK);
        lines += lines_of(old_path); // nothing goes there any more
    }
    for (size_t i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(lines + lines_of(log_path), WRITERS * LINES);
}

int main(void)
{
    enum {
        TEXTS = sizeof text_cases / sizeof *text_cases,
        CUTS = sizeof cut_cases / sizeof *cut_cases,
        OTHERS = 9
    };
    struct CMUnitTest tests[OTHERS + TEXTS + CUTS] = {
        cmocka_unit_test_setup_teardown(levels_below_are_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_line_is_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_values_leave_a_whole_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(eleventh_equal_message_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flush_writes_what_is_owed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_messages_displace_the_oldest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_is_appended_to, set_up_file, tear_down_file),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_opened_changes_nothing, set_up_file,
                                        tear_down_file),
        cmocka_unit_test_setup_teardown(no_line_is_lost_while_the_file_is_rotated, set_up_file,
                                        tear_down_file),
    };
    size_t n = OTHERS;
    for (size_t i = 0; i < TEXTS; i++) {
        tests[n++] = (struct CMUnitTest){text_cases[i].name, text_case, NULL, NULL, &text_cases[i]};
    }
    for (size_t i = 0; i < CUTS; i++) {
        tests[n++] = (struct CMUnitTest){cut_cases[i].name, cut_case, NULL, NULL, &cut_cases[i]};
    }
    return cmocka_run_group_tests_name("platform/diag", tests, NULL, NULL);
}
