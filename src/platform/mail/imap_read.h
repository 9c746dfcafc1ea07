// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/mail_io.h"

/* What an IMAP server says, read: one response at a time, each bounded, from any source of bytes
 * (which is how the fuzz target gets at it). */

enum { IMAP_NESTING = 32 };

/* Up to room bytes; PT_OK with at least one, PT_TIMEOUT when none came until the source's own
 * deadline, anything else ends the connection. */
typedef PtStatus (*ImapRead)(void *ctx, char *out, size_t room, size_t *ret_len, PtError *err);

typedef enum ImapKind {
    IMAP_DATA,     /* "* ..." */
    IMAP_CONTINUE, /* "+ ..." */
    IMAP_DONE,     /* "A0001 OK ...": the end of a command */
} ImapKind;

typedef struct ImapResponse {
    ImapKind kind;
    PtStr tag;       /* of IMAP_DONE */
    uint32_t number; /* "* 23 EXISTS"; 0: none */
    PtStr word;      /* "OK", "EXISTS", "CAPABILITY"; as it was sent */
    PtStr rest;      /* behind the word */
} ImapResponse;

typedef struct ImapReader {
    ImapRead read;
    void *ctx;
    char bytes[16 << 10];
    size_t at, len;
    PtBuf line;     /* of the response at hand: its slices live until the next one */
    PtBuf *message; /* gets BODY[]; NULL: none was asked for */
    bool message_over, has_message;
} ImapReader;

void imap_reader_init(ImapReader *r, ImapRead read, void *ctx);
void imap_reader_done(ImapReader *r);

/* Waits for bytes. PT_TIMEOUT: none came. */
PtStatus imap_reader_fill(ImapReader *r, PtError *err);

/* The next response. PT_UNAVAILABLE: it is none, or over a bound. A literal of BODY[] goes to
 * r->message up to its limit (message_over: there was more, which is read and dropped). */
PtStatus imap_reader_next(ImapReader *r, ImapResponse *ret_response, PtError *err);

typedef struct ImapFetched { /* what a FETCH says; uid 0: nothing about it */
    MailItem item;
    bool has_bytes, has_message;
} ImapFetched;

/* The items of "* 12 FETCH (...)". False: it is none. A body in quotes goes to r->message. */
bool imap_read_fetched(ImapReader *r, PtStr rest, ImapFetched *ret_fetched);

/* The number behind a response code, "[UIDNEXT 4392] ..."; false: it is not there. */
bool imap_code_number(PtStr rest, const char *code, uint32_t *ret_number);
bool imap_has_code(PtStr rest, const char *code);
/* Whether the words hold one, whatever its case: capabilities. */
bool imap_has_word(PtStr words, const char *word);

/* Appends a folder's name as an argument: in quotes, modified UTF-7 (RFC 3501, 5.1.3). PT_INVALID:
 * it is none, or over MAIL_FOLDER_BYTES. */
PtStatus imap_add_folder(PtBuf *out, PtStr name, PtError *err);
