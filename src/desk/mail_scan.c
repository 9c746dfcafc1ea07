// SPDX-License-Identifier: Apache-2.0
/* Files shown to ClamAV's daemon: INSTREAM, as clamd(8) has it. */
#include "desk/mail_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, ANSWER = 512, TIMEOUT_S = 30, HOST = 256 };

static void close_socket(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static int open_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (strlen(path) >= sizeof address.sun_path ||
                    (memcpy(address.sun_path, path, strlen(path) + 1),
                     connect(fd, (struct sockaddr *)&address, sizeof address) != 0))) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static int open_tcp(const char *where)
{
    char host[HOST];
    const char *colon = strrchr(where, ':');
    struct addrinfo *list = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    int fd = -1;
    if (colon == NULL || (size_t)(colon - where) >= sizeof host) {
        return -1;
    }
    memcpy(host, where, (size_t)(colon - where));
    host[colon - where] = '\0';
    if (getaddrinfo(host, colon + 1, &hints, &list) != 0) {
        return -1;
    }
    for (const struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            (void)close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    return fd;
}

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool send_file(int fd, PtStr bytes)
{
    static const char begin[] = "zINSTREAM"; // with its NUL
    bool sent = send_all(fd, begin, sizeof begin);
    for (size_t at = 0; sent && at <= bytes.len; at += CHUNK) {
        const size_t left = bytes.len - at, len = left < CHUNK ? left : CHUNK;
        const uint32_t size = htonl((uint32_t)len);
        sent = len == 0 || (send_all(fd, (const char *)&size, sizeof size) &&
                            send_all(fd, bytes.data + at, len));
    }
    const uint32_t end = 0;
    return sent && send_all(fd, (const char *)&end, sizeof end);
}

static size_t read_answer(int fd, char out[static ANSWER])
{
    size_t len = 0;
    char c = '\0';
    while (len < ANSWER - 1 && recv(fd, &c, 1, 0) == 1 && c != '\0') { // ends with a NUL
        out[len++] = c;
    }
    out[len] = '\0';
    return len;
}

PtStatus desk_mail_scan(const char *where, PtStr bytes, PtArena *arena, PtStr *ret_found,
                        PtError *err)
{
    static const char clean[] = "stream: OK", found[] = " FOUND", head[] = "stream: ";
    const struct timeval limit = {.tv_sec = TIMEOUT_S};
    char answer[ANSWER];
    PT_CLEANUP(close_socket) int fd = where[0] == '/' ? open_unix(where) : open_tcp(where);
    if (fd < 0) {
        return pt_fail(err, PT_UNAVAILABLE, "no connection to ClamAV at \"%.200s\"", where);
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const bool sent = send_file(fd, bytes);
    const size_t len = read_answer(fd, answer);
    if (sent && strcmp(answer, clean) == 0) {
        *ret_found = PT_STR("");
        return PT_OK;
    }
    if (len > sizeof head + sizeof found && strcmp(answer + len - (sizeof found - 1), found) == 0) {
        const PtStr name = {answer + sizeof head - 1, len - (sizeof head - 1) - (sizeof found - 1)};
        *ret_found = pt_arena_str(arena, name);
        return ret_found->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a file");
    }
    return pt_fail(err, PT_UNAVAILABLE, "ClamAV did not look at a file: \"%.100s\"", answer);
}
