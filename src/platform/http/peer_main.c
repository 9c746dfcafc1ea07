// SPDX-License-Identifier: Apache-2.0
/* Verdicts of libhttp-parser, in the form of verdict_main.c; errors are "ERR 400 NAME". */
#include <http_parser.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 20, LINE_MAX_BYTES = 4 << 20 };

static struct {
    char target[INPUT_MAX], body[INPUT_MAX], line[LINE_MAX_BYTES];
    size_t target_len, body_len, line_len;
    bool in_message, closed;
} now;

static void emit(const char *text, size_t len)
{
    memcpy(now.line + now.line_len, text, len);
    now.line_len += len;
}

static int on_begin(http_parser *p)
{
    (void)p;
    now.target_len = now.body_len = 0;
    now.in_message = true;
    return 0;
}

static int on_url(http_parser *p, const char *at, size_t len)
{
    (void)p;
    memcpy(now.target + now.target_len, at, len);
    now.target_len += len;
    return 0;
}

static int on_body(http_parser *p, const char *at, size_t len)
{
    (void)p;
    memcpy(now.body + now.body_len, at, len);
    now.body_len += len;
    return 0;
}

static int on_complete(http_parser *p)
{
    const char *method = http_method_str((enum http_method)p->method);
    emit("R ", 2);
    emit(method, strlen(method));
    emit(" ", 1);
    emit(now.target, now.target_len);
    emit(" ", 1);
    for (size_t i = 0; i < now.body_len; i++) {
        char hex[3];
        (void)snprintf(hex, sizeof hex, "%02x", (uint8_t)now.body[i]);
        emit(hex, 2);
    }
    emit(";", 1);
    now.in_message = false;
    if (!http_should_keep_alive(p)) {
        now.closed = true;
        http_parser_pause(p, 1);
    }
    return 0;
}

int main(void)
{
    char *bytes = malloc(INPUT_MAX);
    http_parser_settings settings;
    http_parser_settings_init(&settings);
    settings.on_message_begin = on_begin;
    settings.on_url = on_url;
    settings.on_body = on_body;
    settings.on_message_complete = on_complete;
    uint8_t head[4];
    while (bytes != NULL && fread(head, 1, sizeof head, stdin) == sizeof head) {
        size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
        if (len > INPUT_MAX || fread(bytes, 1, len, stdin) != len) {
            return 1;
        }
        http_parser p;
        http_parser_init(&p, HTTP_REQUEST);
        now.line_len = 0;
        now.in_message = now.closed = false;
        size_t used = http_parser_execute(&p, &settings, bytes, len);
        enum http_errno e = HTTP_PARSER_ERRNO(&p);
        if (now.closed) {
            emit("CLOSE", 5);
        } else if (e != HPE_OK) {
            emit("ERR 400 ", 8);
            emit(http_errno_name(e), strlen(http_errno_name(e)));
        } else if (p.upgrade) {
            emit("UPGRADE", 7);
        } else {
            emit(now.in_message || used < len ? "MORE" : "END",
                 now.in_message || used < len ? 4 : 3);
        }
        (void)printf("%.*s\n", (int)now.line_len, now.line);
        (void)fflush(stdout);
    }
    free(bytes);
    return 0;
}
