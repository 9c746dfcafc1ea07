// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/standard.h"

/* What the files of standard forms share. */

enum { STANDARD_WORDS = 24, STANDARD_FOLDED = 1024 }; /* of one text; bytes */

typedef struct StandardWords {
    char text[STANDARD_FOLDED]; /* folded */
    PtStr items[STANDARD_WORDS];
    size_t count;
} StandardWords;

/* Words of letters and digits, with the apostrophe inside them left out; all other marks part
 * words. comma: the number of words before the first comma; count where there is none. */
void standard_words(PtStr text, StandardWords *ret_words, size_t *ret_comma);

/* Appends with a space between, as far as whole letters fit; size is of the room. */
void standard_add_word(char *room, size_t size, PtStr word);

typedef struct StandardCountry {
    const char *country;  /* ISO 3166 */
    const char *calling;  /* of its phones */
    const char *trunk;    /* digits before a national number; "": none */
    const char *abroad;   /* digits before a number of another country */
    uint8_t least, most;  /* digits of a national number without its trunk prefix */
    bool number_first;    /* of a house: before the street */
    const char *language; /* of abbreviations of streets: "de", "en", "fr", "nl", "it", "es" */
    const char *postcode; /* 9: digit, A: letter, *: either; others as they stand; | between several
                           */
    const char *names;    /* folded, | between them */
} StandardCountry;

const StandardCountry *standard_country_find(const char *country); /* NULL: not in the table */
/* Whose calling code the digits begin with; the longest wins, of one code the first row. */
const StandardCountry *standard_country_called(PtStr digits);
