// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>

/* What people write to the retailer, in five languages (letters.txt), and the mails that it comes
 * in: as programs write them, with quotes, signatures, HTML beside the text, files, and headers of
 * what no person wrote.
 *
 * Errors   A full buffer is the buffer's sticky status.
 * Threads  Any.
 */
enum { LETTER_LANGUAGES = 5, LETTER_WORD = 96 };
extern const char *const letter_languages[LETTER_LANGUAGES]; /* "en" first */

typedef struct Letter {
    const char *language, *kind, *subject, *text;
} Letter;
extern const Letter letters[];
extern const size_t letter_count;

/* One of the kind, in English where the language has none; NULL: there is no such kind. */
const Letter *letter_draw(const char *language, const char *kind, PtRng *rng);

/* What stands for {store}, {code}, {till}, {order}, {name}, {date} and {who}. */
typedef struct LetterWords {
    const char *store, *name, *who;
    char code[8], till[8], order[16], date[40];
} LetterWords;
void letter_fill(const char *text, const LetterWords *words, PtBuf *out);

typedef enum LetterForm {
    LETTER_TEXT,
    LETTER_HTML,  /* beside the text, with a picture that is elsewhere */
    LETTER_PHOTO, /* attached */
    LETTER_FORM_COUNT
} LetterForm;

typedef struct LetterMail {
    const char *from_name, *from, *to;
    const char *id;      /* without brackets */
    const char *answers; /* the id of what it answers, with brackets; "": nothing */
    const char *head;    /* more lines of the head, each with its CRLF; "": none */
    PtStr subject, text; /* UTF-8 */
    int64_t at_ms;
    LetterForm form;
} LetterMail;
/* The message as RFC 5322 has it. */
void letter_write(const LetterMail *mail, PtBuf *out);

/* "Mon, 23 Nov 2026 14:05:00 +0000" */
void letter_date(int64_t at_ms, char out[static 40]);
