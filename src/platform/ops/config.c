// SPDX-License-Identifier: Apache-2.0
#include "platform/config.h"

#include "base/memory.h"
#include "platform/ops/config_internal.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_MAX = 1 << 20, /* bytes */
    KEY_MAX = 64,       /* bytes */
    ORIGIN_MAX = 96,    /* bytes of a path that are shown */
};

/* Where values come from, lowest first. */
typedef enum Place { PLACE_DEFAULT, PLACE_FILE, PLACE_ENVIRONMENT, PLACE_FLAG } Place;

typedef struct Value {
    Place place;
    int64_t number; /* INT, BOOL */
    char *text;     /* owned; as given */
    char *origin;   /* owned */
} Value;

struct PtConfig {
    const PtSetting *table;
    size_t count;
    Value *values; /* one per setting */
};

/* Variables of the same prefix that steer the tests, so that a daemon under test may see them. */
static const char *const not_settings[] = {"PATRON_SHARED", "PATRON_SOAK"};

static void free_values(Value *values, size_t count)
{
    for (size_t i = 0; values != NULL && i < count; i++) {
        free(values[i].text);
        free(values[i].origin);
    }
    free(values);
}

/* Values of one place, kept apart until all of it has been read and found good. */
typedef struct Staged {
    Value *values; /* origin NULL: not given here */
    size_t count;
} Staged;

static void done_staged(Staged *staged)
{
    free_values(staged->values, staged->count);
}

static PtStatus init_staged(Staged *staged, size_t count, PtError *err)
{
    Value *values = calloc(count > 0 ? count : 1, sizeof *values);
    if (values == NULL) {
        (void)pt_fail(err, PT_NO_MEMORY, "no memory for the configuration");
        return PT_NO_MEMORY; // as a constant, so that analysers see that it is not PT_OK
    }
    *staged = (Staged){values, count};
    return PT_OK;
}

/* Moves what was staged over values of the same or a lower place. */
static void apply(PtConfig *config, Staged *staged)
{
    for (size_t i = 0; i < staged->count; i++) {
        Value *from = &staged->values[i], *to = &config->values[i];
        if (from->origin != NULL && from->place >= to->place) {
            Value old = *to;
            *to = *from;
            *from = old;
        }
    }
}

static bool parse_int(const char *text, int64_t *ret_number)
{
    char *end = NULL;
    bool digits = isdigit((unsigned char)text[text[0] == '-']) != 0;
    errno = 0;
    long long number = digits ? strtoll(text, &end, 10) : 0;
    if (!digits || *end != '\0' || errno == ERANGE) {
        return false;
    }
    *ret_number = number;
    return true;
}

static PtStatus check_text(const PtSetting *s, const char *text, const char *where, PtError *err)
{
    size_t len = strlen(text);
    if ((int64_t)len < s->min || (int64_t)len > s->max) {
        return pt_fail(err, PT_INVALID, "%s: %s has %zu bytes, not %" PRId64 "..%" PRId64, where,
                       s->key, len, s->min, s->max);
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return pt_fail(err, PT_INVALID, "%s: %s holds a control character", where, s->key);
        }
    }
    return PT_OK;
}

/* The number that text stands for (0 for TEXT), within the setting's bounds. */
static PtStatus check_value(const PtSetting *s, const char *text, const char *where,
                            int64_t *ret_number, PtError *err)
{
    int64_t number = 0;
    switch (s->kind) {
    case PT_SETTING_TEXT: {
        PtStatus st = check_text(s, text, where, err);
        if (st != PT_OK) {
            return st;
        }
        break;
    }
    case PT_SETTING_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
            return pt_fail(err, PT_INVALID, "%s: %s is \"%.40s\", not true or false", where, s->key,
                           text);
        }
        number = text[0] == 't';
        break;
    case PT_SETTING_INT:
        if (!parse_int(text, &number) || number < s->min || number > s->max) {
            return pt_fail(err, PT_INVALID,
                           "%s: %s is \"%.40s\", not a whole number in %" PRId64 "..%" PRId64,
                           where, s->key, text, s->min, s->max);
        }
        break;
    }
    *ret_number = number;
    return PT_OK;
}

static PtStatus stage(const PtConfig *config, Staged *staged, size_t index, Place place, PtStr text,
                      const char *where, PtError *err)
{
    const PtSetting *s = &config->table[index];
    Value *value = &staged->values[index];
    if (value->origin != NULL) {
        return pt_fail(err, PT_INVALID, "%s: %s is given twice", where, s->key);
    }
    if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL) {
        return pt_fail(err, PT_INVALID, "%s: %s holds a control character", where, s->key);
    }
    PT_CLEANUP(pt_free_charp) char *copy = strndup(text.len > 0 ? text.data : "", text.len);
    PT_CLEANUP(pt_free_charp) char *origin = strdup(where);
    if (copy == NULL || origin == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the configuration");
    }
    int64_t number = 0;
    PtStatus st = check_value(s, copy, where, &number, err);
    if (st == PT_OK) {
        *value = (Value){place, number, PT_TAKE(copy), PT_TAKE(origin)};
    }
    return st;
}

/* The setting's index, or count when there is none. */
static size_t find_key(const PtConfig *config, PtStr key)
{
    size_t i = 0;
    while (i < config->count && !pt_str_eq(pt_str(config->table[i].key), key)) {
        i++;
    }
    return i;
}

/* "log.segment_mib" as PATRON_LOG_SEGMENT_MIB or --log-segment-mib. */
static void spell(const char *key, const char *prefix, char separator, char out[static KEY_MAX + 8])
{
    size_t len = (size_t)snprintf(out, KEY_MAX + 8, "%s%s", prefix, key);
    for (size_t i = strlen(prefix); i < len; i++) {
        if (out[i] == '.' || out[i] == '_') {
            out[i] = separator;
        } else if (separator == '_') {
            out[i] = (char)toupper((unsigned char)out[i]);
        }
    }
}

static void spell_env(const char *key, char out[static KEY_MAX + 8])
{
    spell(key, "PATRON_", '_', out);
}

static void spell_flag(const char *key, char out[static KEY_MAX + 8])
{
    spell(key, "--", '-', out);
}

static bool is_key(const char *key)
{
    size_t len = strlen(key);
    return len >= 1 && len <= KEY_MAX &&
           strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._") == len;
}

/* A row that contradicts itself would fail only for the user who meets it. */
static PtStatus check_table(const PtSetting *table, size_t count, PtError *err)
{
    char flag[KEY_MAX + 8], other[KEY_MAX + 8];
    for (size_t i = 0; i < count; i++) {
        if (!is_key(table[i].key)) {
            return pt_fail(err, PT_INVALID, "\"%.80s\" cannot be a setting's key", table[i].key);
        }
        spell_flag(table[i].key, flag);
        for (size_t j = 0; j < i; j++) {
            spell_flag(table[j].key, other);
            if (strcmp(flag, other) == 0) {
                return pt_fail(err, PT_INVALID, "settings %s and %s have one flag", table[j].key,
                               table[i].key);
            }
        }
    }
    return PT_OK;
}

static void free_configp(PtConfig **config)
{
    pt_config_free(*config);
}

PtStatus pt_config_new(const PtSetting *table, size_t count, PtConfig **ret_config, PtError *err)
{
    PtStatus st = check_table(table, count, err);
    if (st != PT_OK) {
        return st;
    }
    PT_CLEANUP(free_configp) PtConfig *config = calloc(1, sizeof *config);
    Staged defaults = {0};
    if (config == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the configuration");
    }
    st = init_staged(&defaults, count, err);
    *config = (PtConfig){table, count, defaults.values};
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = stage(config, &defaults, i, PLACE_DEFAULT, pt_str(table[i].fallback), "default", err);
    }
    if (st == PT_OK) {
        *ret_config = PT_TAKE(config);
    }
    return st;
}

void pt_config_free(PtConfig *config)
{
    if (config != NULL) {
        free_values(config->values, config->count);
        free(config);
    }
}

/* "text" with \" and \\ inside, then nothing but white space and a comment. Decodes into out. */
static bool read_quoted(PtStr s, PtBuf *out)
{
    size_t i = 1;
    while (i < s.len && s.data[i] != '"') {
        if (s.data[i] == '\\') {
            i++;
            if (i >= s.len || (s.data[i] != '"' && s.data[i] != '\\')) {
                return false;
            }
        }
        pt_buf_add_char(out, s.data[i++]);
    }
    if (i >= s.len) {
        return false;
    }
    PtStr rest = pt_str_trim((PtStr){s.data + i + 1, s.len - i - 1});
    return rest.len == 0 || rest.data[0] == '#';
}

static PtStr cut_comment(PtStr s)
{
    const char *hit = s.len > 0 ? memchr(s.data, '#', s.len) : NULL;
    return hit != NULL ? pt_str_trim((PtStr){s.data, (size_t)(hit - s.data)}) : s;
}

static PtStatus stage_line(const PtConfig *config, Staged *staged, PtStr line, const char *where,
                           PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf decoded = {.limit = FILE_MAX};
    line.len -= line.len > 0 && line.data[line.len - 1] == '\r';
    PtStr rest = pt_str_trim(line), key;
    if (rest.len == 0 || rest.data[0] == '#') {
        return PT_OK;
    }
    (void)pt_str_cut(&rest, '=', &key);
    key = pt_str_trim(key);
    if (rest.data == NULL) {
        return pt_fail(err, PT_INVALID, "%s: want key = value", where);
    }
    size_t index = find_key(config, key);
    if (index == config->count) {
        int shown = (int)(key.len < KEY_MAX ? key.len : KEY_MAX);
        return pt_fail(err, PT_INVALID, "%s: no setting \"%.*s\"", where, shown, key.data);
    }
    PtStr value = pt_str_trim(rest);
    if (value.len == 0 || value.data[0] != '"') {
        value = cut_comment(value);
    } else if (!read_quoted(value, &decoded)) {
        return pt_fail(err, PT_INVALID, "%s: %s has a quote that is not closed or not alone", where,
                       config->table[index].key);
    } else {
        value = pt_buf_str(&decoded);
    }
    if (pt_buf_status(&decoded) != PT_OK) {
        return pt_fail(err, pt_buf_status(&decoded), "%s: no memory for the value", where);
    }
    return stage(config, staged, index, PLACE_FILE, value, where, err);
}

PtStatus pt_config_load_text(PtConfig *config, PtStr text, const char *name, PtError *err)
{
    PT_CLEANUP(done_staged) Staged staged = {0};
    PtStatus st = init_staged(&staged, config->count, err);
    PtStr rest = text.len > 0 ? text : (PtStr){NULL, 0}, line;
    for (unsigned number = 1; st == PT_OK && pt_str_cut(&rest, '\n', &line); number++) {
        char where[ORIGIN_MAX + 32];
        (void)snprintf(where, sizeof where, "file %.*s:%u", ORIGIN_MAX, name, number);
        st = stage_line(config, &staged, line, where, err);
    }
    if (st == PT_OK) {
        apply(config, &staged);
    }
    return st;
}

/* *ret_text is malloc'ed. */
static PtStatus read_file(const char *path, char **ret_text, size_t *ret_len, PtError *err)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    if (f == NULL) {
        int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot open \"%s\": %s", path, strerror(why));
    }
    PT_CLEANUP(pt_free_charp) char *text = malloc(FILE_MAX + 1);
    if (text == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read \"%s\"", path);
    }
    size_t len = fread(text, 1, FILE_MAX + 1, f);
    if (ferror(f) != 0) {
        return pt_fail(err, PT_IO, "cannot read \"%s\"", path);
    }
    if (len > FILE_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "\"%s\" is over %d bytes", path, FILE_MAX);
    }
    *ret_text = PT_TAKE(text);
    *ret_len = len;
    return PT_OK;
}

PtStatus pt_config_load_file(PtConfig *config, const char *path, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *text = NULL;
    size_t len = 0;
    PtStatus st = read_file(path, &text, &len, err);
    return st == PT_OK ? pt_config_load_text(config, (PtStr){text, len}, path, err) : st;
}

PtStatus pt_config_check_file(const PtConfig *config, const char *path,
                              void (*found)(void *ctx, const char *trouble), void *ctx,
                              PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *text = NULL;
    PT_CLEANUP(done_staged) Staged staged = {0};
    size_t len = 0;
    PtStatus st = read_file(path, &text, &len, err);
    if (st == PT_OK) {
        st = init_staged(&staged, config->count, err);
    }
    PtStr rest = len > 0 ? (PtStr){text, len} : (PtStr){NULL, 0}, line;
    for (unsigned number = 1; st == PT_OK && pt_str_cut(&rest, '\n', &line); number++) {
        char where[ORIGIN_MAX + 32];
        PtError trouble = {0};
        (void)snprintf(where, sizeof where, "file %.*s:%u", ORIGIN_MAX, path, number);
        if (stage_line(config, &staged, line, where, &trouble) != PT_OK) {
            found(ctx, trouble.message);
        }
    }
    return st;
}

static bool is_setting_env(PtStr name)
{
    for (size_t i = 0; i < sizeof not_settings / sizeof *not_settings; i++) {
        if (pt_str_eq(name, pt_str(not_settings[i]))) {
            return false;
        }
    }
    return name.len > 7 && memcmp(name.data, "PATRON_", 7) == 0;
}

static size_t find_spelled(const PtConfig *config, PtStr spelled,
                           void (*speller)(const char *key, char out[static KEY_MAX + 8]))
{
    char text[KEY_MAX + 8];
    size_t i = 0;
    for (; i < config->count; i++) {
        speller(config->table[i].key, text);
        if (pt_str_eq(pt_str(text), spelled)) {
            break;
        }
    }
    return i;
}

PtStatus pt_config_load_env(PtConfig *config, char *const *environ_, PtError *err)
{
    PT_CLEANUP(done_staged) Staged staged = {0};
    PtStatus st = init_staged(&staged, config->count, err);
    for (char *const *entry = environ_; st == PT_OK && *entry != NULL; entry++) {
        PtStr value = pt_str(*entry), name;
        (void)pt_str_cut(&value, '=', &name);
        if (value.data == NULL || !is_setting_env(name)) {
            continue;
        }
        size_t index = find_spelled(config, name, spell_env);
        if (index == config->count) {
            int shown = (int)(name.len < KEY_MAX ? name.len : KEY_MAX);
            return pt_fail(err, PT_INVALID, "environment: no setting for \"%.*s\"", shown,
                           name.data);
        }
        st = stage(config, &staged, index, PLACE_ENVIRONMENT, value, "environment", err);
    }
    if (st == PT_OK) {
        apply(config, &staged);
    }
    return st;
}

static void free_args(char ***args)
{
    free(*args);
}

/* Reads the flag at argv[*at] and moves *at to its last argument; a stranger is left alone. */
static PtStatus stage_flag(const PtConfig *config, Staged *staged, int argc, char **argv, int *at,
                           bool *ret_taken, PtError *err)
{
    PtStr value = pt_str(argv[*at]), name;
    (void)pt_str_cut(&value, '=', &name);
    size_t index = find_spelled(config, name, spell_flag);
    if (index == config->count) {
        *ret_taken = false;
        return PT_OK;
    }
    if (value.data == NULL) {
        if (*at + 1 >= argc || strncmp(argv[*at + 1], "--", 2) == 0) {
            return pt_fail(err, PT_INVALID, "flag %.*s wants a value", PT_STR_ARG(name));
        }
        value = pt_str(argv[++*at]);
    }
    *ret_taken = true;
    return stage(config, staged, index, PLACE_FLAG, value, "flag", err);
}

/* Stages the flags and moves all else to the front of `kept`. */
static PtStatus sort_args(const PtConfig *config, Staged *staged, int argc, char **argv,
                          char **kept, int *ret_count, PtError *err)
{
    int count = 0;
    bool open = true;
    for (int i = 0; i < argc; i++) {
        char *arg = argv[i];
        bool taken = false;
        open = open && strcmp(arg, "--") != 0;
        if (open && i > 0 && strncmp(arg, "--", 2) == 0) {
            PtStatus st = stage_flag(config, staged, argc, argv, &i, &taken, err);
            if (st != PT_OK) {
                return st;
            }
        }
        if (!taken) {
            kept[count++] = arg;
        }
    }
    *ret_count = count;
    return PT_OK;
}

PtStatus pt_config_take_flags(PtConfig *config, int *argc, char **argv, PtError *err)
{
    PT_CLEANUP(done_staged) Staged staged = {0};
    PT_CLEANUP(free_args) char **kept = calloc((size_t)*argc + 1, sizeof *kept);
    int count = 0;
    if (kept == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the configuration");
    }
    PtStatus st = init_staged(&staged, config->count, err);
    if (st == PT_OK) {
        st = sort_args(config, &staged, *argc, argv, kept, &count, err);
    }
    if (st != PT_OK) {
        return st;
    }
    memcpy(argv, kept, (size_t)count * sizeof *kept);
    if (count < *argc) {
        argv[count] = NULL;
    }
    *argc = count;
    apply(config, &staged);
    return PT_OK;
}

static const Value *value_of(const PtConfig *config, const char *key)
{
    size_t index = find_key(config, pt_str(key));
    assert(index < config->count);
    return &config->values[index];
}

int64_t pt_config_int(const PtConfig *config, const char *key)
{
    return value_of(config, key)->number;
}

bool pt_config_bool(const PtConfig *config, const char *key)
{
    return value_of(config, key)->number != 0;
}

const char *pt_config_text(const PtConfig *config, const char *key)
{
    return value_of(config, key)->text;
}

const char *pt_config_origin(const PtConfig *config, const char *key)
{
    return value_of(config, key)->origin;
}

static void add_bounds(const PtSetting *s, PtBuf *out)
{
    switch (s->kind) {
    case PT_SETTING_BOOL:
        pt_buf_printf(out, " (true or false)");
        break;
    case PT_SETTING_TEXT:
        pt_buf_printf(out, " (%" PRId64 "..%" PRId64 " bytes)", s->min, s->max);
        break;
    case PT_SETTING_INT:
        pt_buf_printf(out, " (%" PRId64 "..%" PRId64 ")", s->min, s->max);
        break;
    }
}

void pt_config_help(const PtSetting *table, size_t count, PtBuf *out)
{
    for (size_t i = 0; i < count; i++) {
        const PtSetting *s = &table[i];
        const char *quote = s->kind == PT_SETTING_TEXT ? "\"" : "";
        pt_buf_printf(out, "%s = %s%s%s", s->key, quote, s->fallback, quote);
        add_bounds(s, out);
        pt_buf_printf(out, "  %s\n", s->help);
    }
}
