// SPDX-License-Identifier: Apache-2.0
#include "platform/config.h"

#include "base/memory.h"
#include "platform/ops/config_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Allocation number fail_at (from 0) of the code under test fails; -1: none. */
static int fail_at = -1;

static bool fails(void)
{
    bool now = fail_at == 0;
    fail_at -= fail_at >= 0;
    return now;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
char *__real_strdup(const char *s);
char *__wrap_strdup(const char *s);
char *__real_strndup(const char *s, size_t len);
char *__wrap_strndup(const char *s, size_t len);

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t len)
{
    return fails() ? NULL : __real_strndup(s, len);
}

static const PtSetting table[] = {
    {"log.segment_mib", PT_SETTING_INT, "64", 1, 1024, "size of a hot segment, MiB"},
    {"diag.json", PT_SETTING_BOOL, "false", 0, 0, "log lines as JSON"},
    {"data", PT_SETTING_TEXT, "data", 1, 20, "the data folder"},
    {"offset", PT_SETTING_INT, "-5", INT64_MIN, INT64_MAX, "any number"},
    {"note", PT_SETTING_TEXT, "", 0, 100, "free text"},
};
enum { SETTINGS = sizeof table / sizeof *table };

static PtConfig *new_config(void)
{
    PtConfig *config = NULL;
    assert_int_equal(pt_config_new(table, SETTINGS, &config, NULL), PT_OK);
    return config;
}

static void free_configp(PtConfig **config)
{
    pt_config_free(*config);
}

static struct FileCase {
    const char *name, *text, *key, *want_value, *want_error; /* value or error is NULL */
} file_cases[] = {
    {"empty file", "", "data", "data", NULL},
    {"comments and blank lines", "# a\n\n  \t\n#b", "data", "data", NULL},
    {"spaces around", "  data\t=  /srv/p \r\n", "data", "/srv/p", NULL},
    {"no spaces", "data=/srv/p", "data", "/srv/p", NULL},
    {"comment behind", "data = /srv # here\n", "data", "/srv", NULL},
    {"quoted keeps spaces and hash", "note = \" a # b \" # c\n", "note", " a # b ", NULL},
    {"quoted escapes", "note = \"\\\"x\\\\\"\n", "note", "\"x\\", NULL},
    {"quoted empty", "note = \"\"\n", "note", "", NULL},
    {"plain empty", "note =\n", "note", "", NULL},
    {"value with equals sign", "note = a=b\n", "note", "a=b", NULL},
    {"20 bytes fit", "data = 01234567890123456789", "data", "01234567890123456789", NULL},
    {"21 bytes do not", "data = 012345678901234567890", NULL, NULL,
     "file f:1: data has 21 bytes, not 1..20"},
    {"empty where 1 is needed", "data =\n", NULL, NULL, "file f:1: data has 0 bytes, not 1..20"},
    {"least number", "log.segment_mib = 1", "log.segment_mib", "1", NULL},
    {"below", "log.segment_mib = 0", NULL, NULL,
     "log.segment_mib is \"0\", not a whole number in 1..1024"},
    {"most", "log.segment_mib = 1024", "log.segment_mib", "1024", NULL},
    {"above", "\nlog.segment_mib = 1025", NULL, NULL, "file f:2: log.segment_mib is \"1025\", not"},
    {"fraction", "log.segment_mib = 1.5", NULL, NULL, "not a whole number"},
    {"plus sign", "log.segment_mib = +1", NULL, NULL, "not a whole number"},
    {"unit", "log.segment_mib = 64M", NULL, NULL, "not a whole number"},
    {"minus alone", "offset = -", NULL, NULL, "not a whole number"},
    {"least int64", "offset = -9223372036854775808", "offset", "-9223372036854775808", NULL},
    {"under int64", "offset = -9223372036854775809", NULL, NULL, "not a whole number"},
    {"most int64", "offset = 9223372036854775807", "offset", "9223372036854775807", NULL},
    {"over int64", "offset = 9223372036854775808", NULL, NULL, "not a whole number"},
    {"true", "diag.json = true", "diag.json", "true", NULL},
    {"yes is not true", "diag.json = yes", NULL, NULL, "diag.json is \"yes\", not true or false"},
    {"unknown key", "data = a\nport = 80", NULL, NULL, "file f:2: no setting \"port\""},
    {"key of another case", "Data = a", NULL, NULL, "no setting \"Data\""},
    {"given twice", "data = a\ndata = a", NULL, NULL, "file f:2: data is given twice"},
    {"no equals sign", "data\n", NULL, NULL, "file f:1: want key = value"},
    {"open quote", "note = \"a\n", NULL, NULL, "note has a quote that is not closed"},
    {"text behind quote", "note = \"a\" b\n", NULL, NULL, "note has a quote that is not closed"},
    {"unknown escape", "note = \"\\n\"\n", NULL, NULL, "note has a quote that is not closed"},
    {"backslash at the end", "note = \"\\", NULL, NULL, "note has a quote that is not closed"},
    {"control character", "note = a\x01\n", NULL, NULL, "note holds a control character"},
    {"tab inside", "note = a\tb\n", NULL, NULL, "note holds a control character"},
};

static void file_case(void **state)
{
    const struct FileCase *c = *state;
    PT_CLEANUP(free_configp) PtConfig *config = new_config();
    PtError err = {0};
    PtStatus st = pt_config_load_text(config, pt_str(c->text), "f", &err);
    if (c->want_error == NULL) {
        assert_int_equal(st, PT_OK);
        assert_string_equal(pt_config_text(config, c->key), c->want_value);
        return;
    }
    assert_int_equal(st, PT_INVALID);
    if (strstr(err.message, c->want_error) == NULL) {
        fail_msg("message \"%s\" lacks \"%s\"", err.message, c->want_error);
    }
    for (size_t i = 0; i < SETTINGS; i++) { // a bad file changes nothing
        assert_string_equal(pt_config_text(config, table[i].key), table[i].fallback);
        assert_string_equal(pt_config_origin(config, table[i].key), "default");
    }
}

static void nul_in_a_value_is_refused(void **state)
{
    (void)state;
    PT_CLEANUP(free_configp) PtConfig *config = new_config();
    assert_int_equal(pt_config_load_text(config, PT_STR("note = a\0b"), "f", NULL), PT_INVALID);
    assert_int_equal(pt_config_load_text(config, PT_STR("note = a\0"), "f", NULL), PT_INVALID);
    assert_int_equal(pt_config_load_text(config, PT_STR("note\0 = a"), "f", NULL), PT_INVALID);
}

static void places_rank_whatever_the_order(void **state)
{
    (void)state;
    PT_CLEANUP(free_configp) PtConfig *config = new_config();
    char prog[] = "patrond", flag[] = "--data=flag", other[] = "serve";
    char *argv[] = {prog, flag, other, NULL};
    char env1[] = "PATRON_DATA=env", env2[] = "PATRON_LOG_SEGMENT_MIB=2", env3[] = "HOME=/root";
    char *env[] = {env1, env2, env3, NULL};
    int argc = 3;

    assert_int_equal(pt_config_take_flags(config, &argc, argv, NULL), PT_OK);
    assert_int_equal(pt_config_load_env(config, env, NULL), PT_OK);
    assert_int_equal(pt_config_load_text(config,
                                         PT_STR("data = file\nlog.segment_mib = 3\noffset = 9"),
                                         "p.conf", NULL),
                     PT_OK);
    assert_string_equal(pt_config_text(config, "data"), "flag");
    assert_string_equal(pt_config_origin(config, "data"), "flag");
    assert_int_equal(pt_config_int(config, "log.segment_mib"), 2);
    assert_string_equal(pt_config_origin(config, "log.segment_mib"), "environment");
    assert_int_equal(pt_config_int(config, "offset"), 9);
    assert_string_equal(pt_config_origin(config, "offset"), "file p.conf:3");
    assert_false(pt_config_bool(config, "diag.json"));
    assert_string_equal(pt_config_origin(config, "diag.json"), "default");
}

static struct FlagCase {
    const char *name;
    const char *args[6];
    const char *want_left; /* joined by spaces; NULL: fails */
    const char *want_error;
} flag_cases[] = {
    {"two words", {"--data", "x", "run"}, "patron run", NULL},
    {"dash in a key", {"a", "--log-segment-mib", "7", "b"}, "patron a b", NULL},
    {"strangers stay in order",
     {"--json", "--data=x", "import", "--map"},
     "patron --json import --map",
     NULL},
    {"stops at two dashes", {"--data=x", "--", "--offset=1"}, "patron -- --offset=1", NULL},
    {"empty value by =", {"--note="}, "patron", NULL},
    {"single dash is no flag", {"-data", "x"}, "patron -data x", NULL},
    {"value of one dash", {"--offset", "-3"}, "patron", NULL},
    {"dotted key is no flag", {"--log.segment_mib=7"}, "patron --log.segment_mib=7", NULL},
    {"no value at the end", {"--data"}, NULL, "flag --data wants a value"},
    {"a flag is no value", {"--data", "--json"}, NULL, "flag --data wants a value"},
    {"given twice", {"--data=a", "--data", "b"}, NULL, "flag: data is given twice"},
    {"out of bounds", {"--log-segment-mib=0"}, NULL, "flag: log.segment_mib is \"0\""},
};

static void flag_case(void **state)
{
    const struct FlagCase *c = *state;
    PT_CLEANUP(free_configp) PtConfig *config = new_config();
    char copies[7][64] = {"patron"}, *argv[8] = {copies[0]}, left[256] = "";
    PtError err = {0};
    int argc = 1;
    while (argc < 7 && c->args[argc - 1] != NULL) {
        (void)snprintf(copies[argc], sizeof copies[argc], "%s", c->args[argc - 1]);
        argv[argc] = copies[argc];
        argc++;
    }
    int before = argc;
    PtStatus st = pt_config_take_flags(config, &argc, argv, &err);
    if (c->want_left == NULL) {
        assert_int_equal(st, PT_INVALID);
        assert_non_null(strstr(err.message, c->want_error));
        assert_int_equal(argc, before);
        assert_string_equal(pt_config_text(config, "data"), "data");
        return;
    }
    assert_int_equal(st, PT_OK);
    for (int i = 0; i < argc; i++) {
        (void)snprintf(left + strlen(left), sizeof left - strlen(left), "%s%s", i > 0 ? " " : "",
                       argv[i]);
    }
    assert_string_equal(left, c->want_left);
    assert_null(argv[argc]);
}

static struct EnvCase {
    const char *name, *entry, *want_error;
} env_cases[] = {
    {"no setting of that name", "PATRON_PORT=1", "environment: no setting for \"PATRON_PORT\""},
    {"lower case is another name", "PATRON_data=1", "no setting for"},
    {"bad value", "PATRON_DIAG_JSON=1", "environment: diag.json is \"1\""},
    {"no equals sign is passed over", "PATRON_PORT", NULL},
    {"prefix alone is passed over", "PATRON_=1", NULL},
    {"the tests' own are passed over", "PATRON_SHARED=/x", NULL},
    {"other programs' are passed over", "PATRONX=1", NULL},
};

static void env_case(void **state)
{
    const struct EnvCase *c = *state;
    PT_CLEANUP(free_configp) PtConfig *config = new_config();
    char entry[64], *env[] = {entry, NULL};
    PtError err = {0};
    (void)snprintf(entry, sizeof entry, "%s", c->entry);
    PtStatus st = pt_config_load_env(config, env, &err);
    assert_int_equal(st, c->want_error == NULL ? PT_OK : PT_INVALID);
    if (c->want_error != NULL) {
        assert_non_null(strstr(err.message, c->want_error));
    }
}

static struct TableCase {
    const char *name;
    PtSetting rows[2];
    const char *want_error;
} table_cases[] = {
    {"default out of bounds",
     {{"a", PT_SETTING_INT, "0", 1, 2, ""}, {"b", PT_SETTING_BOOL, "true", 0, 0, ""}},
     "default: a is \"0\""},
    {"upper case key",
     {{"a", PT_SETTING_BOOL, "true", 0, 0, ""}, {"B", PT_SETTING_BOOL, "true", 0, 0, ""}},
     "\"B\" cannot be"},
    {"empty key",
     {{"", PT_SETTING_BOOL, "true", 0, 0, ""}, {"b", PT_SETTING_BOOL, "true", 0, 0, ""}},
     "\"\" cannot be"},
    {"one flag for two",
     {{"a.b", PT_SETTING_BOOL, "true", 0, 0, ""}, {"a_b", PT_SETTING_BOOL, "true", 0, 0, ""}},
     "a.b and a_b have one flag"},
};

static void table_case(void **state)
{
    const struct TableCase *c = *state;
    PtConfig *config = NULL;
    PtError err = {0};
    assert_int_equal(pt_config_new(c->rows, 2, &config, &err), PT_INVALID);
    assert_null(config);
    assert_non_null(strstr(err.message, c->want_error));
}

static void write_file(const char *path, size_t len)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(fputc('#', f), '#');
    }
    assert_int_equal(fclose(f), 0);
}

static void files_are_bounded(void **state)
{
    (void)state;
    PT_CLEANUP(free_configp) PtConfig *config = new_config();
    char dir[] = "/tmp/patron-config-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/p.conf", dir);
    assert_int_equal(pt_config_load_file(config, path, NULL), PT_NOT_FOUND);
    assert_int_equal(pt_config_load_file(config, dir, NULL), PT_IO);
    write_file(path, 1 << 20);
    assert_int_equal(pt_config_load_file(config, path, NULL), PT_OK);
    write_file(path, (1 << 20) + 1);
    assert_int_equal(pt_config_load_file(config, path, NULL), PT_TOO_LARGE);
    (void)unlink(path);
    (void)rmdir(dir);
}

static PtStatus load_all(PtConfig **ret_config)
{
    PT_CLEANUP(free_configp) PtConfig *config = NULL;
    char prog[] = "p", flag[] = "--data=x", *argv[] = {prog, flag, NULL};
    char entry[] = "PATRON_NOTE=y", *env[] = {entry, NULL};
    int argc = 2;
    PtStatus st = pt_config_new(table, SETTINGS, &config, NULL);
    if (st == PT_OK) {
        st = pt_config_take_flags(config, &argc, argv, NULL);
    }
    if (st == PT_OK) {
        st = pt_config_load_env(config, env, NULL);
    }
    if (st == PT_OK) {
        st = pt_config_load_text(config, PT_STR("offset = 1"), "f", NULL);
    }
    if (st == PT_OK) {
        *ret_config = PT_TAKE(config);
    }
    return st;
}

static void every_failing_allocation_is_reported(void **state)
{
    (void)state;
    int failures = 0;
    PtStatus st;
    do {
        PT_CLEANUP(free_configp) PtConfig *config = NULL;
        fail_at = failures;
        st = load_all(&config);
        fail_at = -1;
        assert_int_equal(st == PT_OK, config != NULL);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        failures += st != PT_OK;
    } while (st != PT_OK && failures < 1000);
    assert_in_range(failures, 20, 50); // 5 defaults, 3 places: two texts each, and the tables
}

static void help_names_bounds_and_default(void **state)
{
    (void)state;
    PtBuf out;
    pt_buf_init(&out, 4096);
    pt_config_help(table, 3, &out);
    pt_buf_add_char(&out, '\0');
    assert_string_equal(out.data, "log.segment_mib = 64 (1..1024)  size of a hot segment, MiB\n"
                                  "diag.json = false (true or false)  log lines as JSON\n"
                                  "data = \"data\" (1..20 bytes)  the data folder\n");
    pt_buf_done(&out);
}

#define ROWS(cases, fn)                                                                            \
    for (size_t i = 0; i < sizeof(cases) / sizeof *(cases); i++) {                                 \
        tests[n++] = (struct CMUnitTest){(cases)[i].name, (fn), NULL, NULL, &(cases)[i]};          \
    }

int main(void)
{
    struct CMUnitTest tests[100] = {
        cmocka_unit_test(nul_in_a_value_is_refused),
        cmocka_unit_test(places_rank_whatever_the_order),
        cmocka_unit_test(files_are_bounded),
        cmocka_unit_test(every_failing_allocation_is_reported),
        cmocka_unit_test(help_names_bounds_and_default),
    };
    size_t n = 5;
    ROWS(file_cases, file_case)
    ROWS(flag_cases, flag_case)
    ROWS(env_cases, env_case)
    ROWS(table_cases, table_case)
    return _cmocka_run_group_tests("platform/config", tests, n, NULL, NULL);
}
