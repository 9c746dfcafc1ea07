// SPDX-License-Identifier: Apache-2.0
#include "platform/diag.h"

#include "base/time.h"
#include "platform/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_MAX = 8192,  /* bytes */
    VALUE_MAX = 1024, /* bytes of one value before escaping; the rest is cut */
    TAIL_MAX = 32,    /* kept free for what closes a line */
    REPEATS_SEEN = 64,
    REPEATS_MAX = 10, /* a window */
    WINDOW_MS = 1000,
};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

/* A message that was written lately. Longer texts are the same message when they begin the same. */
typedef struct Repeat {
    bool taken;
    PtDiagLevel level;
    char area[16], message[PT_ERROR_MESSAGE_MAX];
    int64_t since_ms; /* monotonic: start of the window */
    uint64_t count;
} Repeat;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static PtDiagLevel least_level = PT_DIAG_INFO;
static bool as_json;
static int out_fd = STDERR_FILENO;
static char *file_path; /* of out_fd when that is ours to close, else NULL */
static Repeat repeats[REPEATS_SEEN];

/* A line being built in a fixed place, so that running out of memory can be logged too. */
typedef struct Line {
    char text[LINE_MAX];
    size_t len;
    bool full;
} Line;

static void add(Line *line, const char *bytes, size_t len)
{
    if (line->full || len > sizeof line->text - TAIL_MAX - line->len) {
        line->full = true;
        return;
    }
    memcpy(line->text + line->len, bytes, len);
    line->len += len;
}

static void add_text(Line *line, const char *text)
{
    add(line, text, strlen(text));
}

static void add_escaped(Line *line, char c)
{
    char hex[8];
    switch (c) {
    case '"':
        add_text(line, "\\\"");
        break;
    case '\\':
        add_text(line, "\\\\");
        break;
    case '\n':
        add_text(line, "\\n");
        break;
    case '\t':
        add_text(line, "\\t");
        break;
    default:
        (void)snprintf(hex, sizeof hex, "\\u%04x", (unsigned)(unsigned char)c);
        add_text(line, hex);
    }
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

/* Bytes of the UTF-8 character at s, 1..4; 0 when it is none. */
static size_t character_len(PtStr s)
{
    unsigned char c = (unsigned char)s.data[0];
    size_t len = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : 4;
    if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || len > s.len) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)s.data[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    unsigned char second = len > 1 ? (unsigned char)s.data[1] : 0x80;
    bool overlong = (c == 0xe0 && second < 0xa0) || (c == 0xf0 && second < 0x90);
    bool no_character = (c == 0xed && second >= 0xa0) || (c == 0xf4 && second >= 0x90);
    return overlong || no_character ? 0 : len;
}

/* Whatever the bytes are, what lands in the line is UTF-8 without control characters. */
static void add_safe(Line *line, PtStr value, bool escape_quotes)
{
    bool cut = value.len > VALUE_MAX;
    PtStr rest = {value.data, cut ? VALUE_MAX : value.len};
    while (rest.len > 0) {
        char c = rest.data[0];
        size_t len = character_len(rest);
        if (len == 0) {
            add_text(line, "\xef\xbf\xbd"); // not UTF-8: U+FFFD for the byte
            len = 1;
        } else if (len > 1 || is_plain(c) || (!escape_quotes && (c == '"' || c == '\\'))) {
            add(line, rest.data, len);
        } else {
            add_escaped(line, c);
        }
        rest = (PtStr){rest.data + len, rest.len - len};
    }
    add_text(line, cut ? "…" : "");
}

static void add_quoted(Line *line, PtStr value)
{
    size_t before = line->len;
    add_text(line, "\"");
    add_safe(line, value, true);
    add_text(line, "\"");
    if (line->full) {
        line->len = before; // a value goes in whole or not at all
    }
}

/* A value that needs no quotes in the text form. */
static bool is_bare(PtStr value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        if (!is_plain(c) || c == ' ' || c == '=' || (unsigned char)c >= 0x80) {
            return false;
        }
    }
    return value.len > 0 && value.len <= VALUE_MAX;
}

static void add_value(Line *line, const PtDiagField *field)
{
    char number[24];
    if (field->text.data == NULL) {
        (void)snprintf(number, sizeof number, "%" PRId64, field->number);
        add_text(line, number);
    } else if (!as_json && is_bare(field->text)) {
        add(line, field->text.data, field->text.len);
    } else {
        add_quoted(line, field->text);
    }
}

static void add_field(Line *line, const PtDiagField *field)
{
    size_t before = line->len;
    add_text(line, as_json ? ",\"" : " ");
    add_text(line, field->key);
    add_text(line, as_json ? "\":" : "=");
    add_value(line, field);
    if (line->full) {
        line->len = before;
    }
}

static void add_heading(Line *line, PtDiagLevel level, const char *area, const char *message)
{
    char time[PT_TIME_TEXT], text[96];
    (void)pt_time_format(pt_clock_now_ms(pt_clock_real()), time);
    if (!as_json) {
        (void)snprintf(text, sizeof text, "%s %-5s %-4.16s  ", time, level_names[level], area);
        add_text(line, text);
        add_safe(line, pt_str(message), false);
        return;
    }
    (void)snprintf(text, sizeof text, "{\"time\":\"%s\",\"level\":\"%s\",\"area\":\"%.16s\"", time,
                   level_names[level], area);
    add_text(line, text);
    add_text(line, ",\"message\":");
    add_quoted(line, pt_str(message));
}

static void write_all(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(out_fd, bytes, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return; // there is nowhere left to complain
        }
        bytes += n;
        len -= (size_t)n;
    }
}

static void write_line(PtDiagLevel level, const char *area, const char *message,
                       const PtDiagField *fields)
{
    Line line;
    line.len = 0;
    line.full = false;
    add_heading(&line, level, area, message);
    for (const PtDiagField *f = fields; f->key != NULL; f++) {
        add_field(&line, f);
    }
    const char *tail =
        as_json ? (line.full ? ",\"cut\":true}\n" : "}\n") : (line.full ? " cut=true\n" : "\n");
    size_t tail_len = strlen(tail);
    memcpy(line.text + line.len, tail, tail_len); // TAIL_MAX is free
    write_all(line.text, line.len + tail_len);
}

static void close_window(Repeat *repeat)
{
    if (repeat->taken && repeat->count > REPEATS_MAX) {
        const PtDiagField sum[] = {PT_F_INT("repeated", repeat->count - REPEATS_MAX),
                                   {NULL, {NULL, 0}, 0}};
        write_line(repeat->level, repeat->area, repeat->message, sum);
    }
    repeat->taken = false;
}

static bool is_message(const Repeat *r, PtDiagLevel level, const char *area, const char *message)
{
    return r->taken && r->level == level &&
           strncmp(r->message, message, sizeof r->message - 1) == 0 &&
           strncmp(r->area, area, sizeof r->area - 1) == 0;
}

/* The message's entry; a new one displaces the oldest when all are taken. */
static Repeat *find_repeat(PtDiagLevel level, const char *area, const char *message, int64_t now_ms)
{
    Repeat *place = &repeats[0];
    for (size_t i = 0; i < REPEATS_SEEN; i++) {
        Repeat *r = &repeats[i];
        if (r->taken && now_ms - r->since_ms >= WINDOW_MS) {
            close_window(r);
        }
        if (is_message(r, level, area, message)) {
            return r;
        }
        if (place->taken && (!r->taken || r->since_ms < place->since_ms)) {
            place = r;
        }
    }
    close_window(place);
    *place = (Repeat){.taken = true, .level = level, .since_ms = now_ms};
    (void)snprintf(place->area, sizeof place->area, "%s", area);
    (void)snprintf(place->message, sizeof place->message, "%s", message);
    return place;
}

/* With the lock held. */
static void leave_file(void)
{
    if (file_path != NULL) {
        (void)close(out_fd);
        free(file_path);
        file_path = NULL;
    }
}

void pt_diag_init(PtDiagLevel least, bool json, int fd)
{
    (void)pthread_mutex_lock(&lock);
    leave_file();
    least_level = least;
    as_json = json;
    out_fd = fd;
    (void)pthread_mutex_unlock(&lock);
}

static PtStatus open_file(const char *path, int *ret_fd, PtError *err)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) {
        return pt_fail(err, pt_status_of_errno(errno), "cannot open \"%s\": %s", path,
                       strerror(errno));
    }
    *ret_fd = fd;
    return PT_OK;
}

PtStatus pt_diag_open(const char *path, PtError *err)
{
    int fd = -1;
    char *copy = strdup(path);
    PtStatus st = copy != NULL ? open_file(path, &fd, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", path);
    if (st != PT_OK) {
        free(copy);
        return st;
    }
    (void)pthread_mutex_lock(&lock);
    leave_file();
    out_fd = fd;
    file_path = copy;
    (void)pthread_mutex_unlock(&lock);
    return PT_OK;
}

PtStatus pt_diag_reopen(PtError *err)
{
    int fd = -1;
    (void)pthread_mutex_lock(&lock);
    PtStatus st = file_path != NULL ? open_file(file_path, &fd, err) : PT_OK;
    if (fd >= 0) {
        (void)close(out_fd);
        out_fd = fd;
    }
    (void)pthread_mutex_unlock(&lock);
    return st;
}

void pt_diag_write(PtDiagLevel level, const char *area, const char *message,
                   const PtDiagField *fields)
{
    (void)pthread_mutex_lock(&lock);
    if (level >= least_level) {
        Repeat *repeat = find_repeat(level, area, message, pt_mono_ms());
        if (++repeat->count <= REPEATS_MAX) {
            write_line(level, area, message, fields);
        }
    }
    (void)pthread_mutex_unlock(&lock);
}

void pt_diag_flush(void)
{
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < REPEATS_SEEN; i++) {
        close_window(&repeats[i]);
    }
    (void)pthread_mutex_unlock(&lock);
}
