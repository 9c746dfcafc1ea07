// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Status codes and error context.
 *
 * A function that can fail returns PtStatus and, when a caller may want to show why, takes a
 * PtError * as its last parameter (NULL is allowed: the caller needs the code only).
 *
 * One row per failure: C constant, the name clients read in the response body, HTTP status, and the
 * title of its problem+json. Names are public API: rows are added, never renamed.
 */
#define PT_STATUS_MAP(X)                                                                           \
    X(OK, "ok", 200, "OK")                                                                         \
    X(INVALID, "invalid", 400, "The request is not valid")                                         \
    X(UNAUTHENTICATED, "unauthenticated", 401, "Credentials are missing or unknown")               \
    X(FORBIDDEN, "forbidden", 403, "Not allowed with these credentials")                           \
    X(NOT_FOUND, "not_found", 404, "No such thing")                                                \
    X(METHOD_NOT_ALLOWED, "method_not_allowed", 405, "This path does not take this method")        \
    X(TIMEOUT, "timeout", 408, "The request took too long to arrive")                              \
    X(CONFLICT, "conflict", 409, "In conflict with what is stored")                                \
    X(GONE, "gone", 410, "No longer kept")                                                         \
    X(TOO_LARGE, "too_large", 413, "Over a limit")                                                 \
    X(UNSUPPORTED_MEDIA, "unsupported_media", 415, "This content type or encoding is not taken")   \
    X(BUSY, "busy", 429, "Too much at once: try again later")                                      \
    X(HEADERS_TOO_LARGE, "headers_too_large", 431, "The request header is over a limit")           \
    X(IO, "io", 500, "Reading or writing failed")                                                  \
    X(CORRUPT, "corrupt", 500, "Stored bytes do not pass their check")                             \
    X(NOT_IMPLEMENTED, "not_implemented", 501, "Not offered by this server")                       \
    X(NO_MEMORY, "no_memory", 503, "Out of memory: try again later")                               \
    X(UNAVAILABLE, "unavailable", 503, "Not possible right now: try again later")

#define PT_STATUS_ENUM(id, name, http, title) PT_##id,
typedef enum PtStatus { PT_STATUS_MAP(PT_STATUS_ENUM) PT_STATUS_COUNT } PtStatus;
#undef PT_STATUS_ENUM

enum { PT_ERROR_MESSAGE_MAX = 256 };

typedef struct PtError {
    PtStatus status;
    char message[PT_ERROR_MESSAGE_MAX]; /* one factual line, no newline, no secrets */
} PtError;

#define PT_NODISCARD         __attribute__((warn_unused_result))
#define PT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Stores status and message in *err when err is not NULL, and returns status, so that a failure
 * is one line: return pt_fail(err, PT_INVALID, "line %u: priority %d is not 1..4", line, p);
 * A message over the bound is cut.
 */
PtStatus pt_fail(PtError *err, PtStatus status, const char *fmt, ...) PT_PRINTF(3, 4);

/* The same, telling analysers what the contract says: status is never PT_OK, and neither is the
 * result. */
#define pt_fail(err, status, ...)                                                                  \
    __extension__({                                                                                \
        const PtStatus pt_status_ = (status);                                                      \
        (void)(pt_fail)((err), pt_status_, __VA_ARGS__);                                           \
        if (pt_status_ == PT_OK) {                                                                 \
            __builtin_unreachable();                                                               \
        }                                                                                          \
        pt_status_;                                                                                \
    })

/* PT_IO for errno_value, or PT_UNAVAILABLE where trying again later can help (ENOSPC, EDQUOT,
 * EMFILE, ENFILE, EAGAIN), PT_NOT_FOUND for ENOENT, PT_NO_MEMORY for ENOMEM.
 */
PtStatus pt_status_of_errno(int errno_value);

/* The name clients read, for example "not_found". Never NULL. */
const char *pt_status_name(PtStatus status);

/* The title of a problem+json answer. Never NULL. */
const char *pt_status_title(PtStatus status);

/* The HTTP status to answer with, 200..599. */
int pt_status_http(PtStatus status);
