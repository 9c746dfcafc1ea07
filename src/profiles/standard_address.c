// SPDX-License-Identifier: Apache-2.0
/* Postal addresses: words in full, the house's number apart, the postcode as the country writes it.
 */
#include "profiles/standard_internal.h"

#include <string.h>

/* ---- Streets --------------------------------------------------------------------------------- */

typedef enum Place {
    PLACE_WORD,   /* a word of its own */
    PLACE_FIRST,  /* the first word */
    PLACE_LAST,   /* the last word: "st" before is a saint */
    PLACE_SUFFIX, /* a word or the end of one */
} Place;

static const struct Abbreviation {
    const char *language, *brief, *full;
    Place place;
} abbreviations[] = {
    {"de", "str", "strasse", PLACE_SUFFIX},   {"de", "pl", "platz", PLACE_WORD},
    {"de", "g", "gasse", PLACE_LAST},         {"de", "wg", "weg", PLACE_WORD},
    {"de", "al", "allee", PLACE_WORD},        {"de", "ufr", "ufer", PLACE_WORD},
    {"de", "st", "sankt", PLACE_FIRST},       {"de", "dr", "doktor", PLACE_FIRST},
    {"en", "st", "street", PLACE_LAST},       {"en", "str", "street", PLACE_LAST},
    {"en", "st", "saint", PLACE_FIRST},       {"en", "rd", "road", PLACE_LAST},
    {"en", "ave", "avenue", PLACE_WORD},      {"en", "av", "avenue", PLACE_WORD},
    {"en", "blvd", "boulevard", PLACE_WORD},  {"en", "ln", "lane", PLACE_LAST},
    {"en", "dr", "drive", PLACE_LAST},        {"en", "ct", "court", PLACE_LAST},
    {"en", "sq", "square", PLACE_LAST},       {"en", "pl", "place", PLACE_LAST},
    {"en", "ter", "terrace", PLACE_LAST},     {"en", "cl", "close", PLACE_LAST},
    {"en", "cres", "crescent", PLACE_LAST},   {"en", "gdns", "gardens", PLACE_LAST},
    {"en", "hwy", "highway", PLACE_WORD},     {"en", "pkwy", "parkway", PLACE_LAST},
    {"fr", "av", "avenue", PLACE_WORD},       {"fr", "ave", "avenue", PLACE_WORD},
    {"fr", "bd", "boulevard", PLACE_WORD},    {"fr", "bld", "boulevard", PLACE_WORD},
    {"fr", "boul", "boulevard", PLACE_WORD},  {"fr", "r", "rue", PLACE_FIRST},
    {"fr", "pl", "place", PLACE_WORD},        {"fr", "imp", "impasse", PLACE_WORD},
    {"fr", "ch", "chemin", PLACE_WORD},       {"fr", "rte", "route", PLACE_WORD},
    {"fr", "all", "allee", PLACE_WORD},       {"fr", "st", "saint", PLACE_WORD},
    {"fr", "ste", "sainte", PLACE_WORD},      {"nl", "str", "straat", PLACE_SUFFIX},
    {"nl", "ln", "laan", PLACE_SUFFIX},       {"nl", "wg", "weg", PLACE_WORD},
    {"nl", "pln", "plein", PLACE_SUFFIX},     {"nl", "kd", "kade", PLACE_WORD},
    {"nl", "st", "sint", PLACE_FIRST},        {"it", "v", "via", PLACE_FIRST},
    {"it", "vle", "viale", PLACE_FIRST},      {"it", "pza", "piazza", PLACE_FIRST},
    {"it", "cso", "corso", PLACE_FIRST},      {"it", "lgo", "largo", PLACE_FIRST},
    {"es", "c", "calle", PLACE_FIRST},        {"es", "cl", "calle", PLACE_FIRST},
    {"es", "av", "avenida", PLACE_FIRST},     {"es", "avda", "avenida", PLACE_FIRST},
    {"es", "pza", "plaza", PLACE_FIRST},      {"es", "plz", "plaza", PLACE_FIRST},
    {"es", "ctra", "carretera", PLACE_FIRST}, {"es", "r", "rua", PLACE_FIRST},
    {"pl", "ul", "ulica", PLACE_FIRST},       {"pl", "al", "aleja", PLACE_FIRST},
    {"pl", "pl", "plac", PLACE_FIRST},        {"pl", "os", "osiedle", PLACE_FIRST},
};

static bool stands_there(Place place, size_t i, size_t count)
{
    switch (place) {
    case PLACE_FIRST:
        return i == 0 && count > 1;
    case PLACE_LAST:
        return i > 0 && i + 1 == count;
    case PLACE_WORD:
    case PLACE_SUFFIX:
        break;
    }
    return true;
}

/* What the word stands for; *ret_stem: what of it comes before that. */
static const char *full_of(const char *language, PtStr word, size_t i, size_t count,
                           PtStr *ret_stem)
{
    for (size_t k = 0; k < sizeof abbreviations / sizeof *abbreviations; k++) {
        const struct Abbreviation *a = &abbreviations[k];
        const PtStr brief = pt_str(a->brief);
        if (strcmp(a->language, language) != 0 || word.len < brief.len ||
            !stands_there(a->place, i, count)) {
            continue;
        }
        const PtStr end = pt_str_from(word, word.len - brief.len);
        const size_t stem = word.len - brief.len;
        if (pt_str_eq(brief, stem > 0 ? end : word) &&
            (stem == 0 || (a->place == PLACE_SUFFIX && stem >= 3))) {
            *ret_stem = (PtStr){word.data, stem};
            return a->full;
        }
    }
    return NULL;
}

static void add_street_word(char room[static STANDARD_STREET], const char *language, PtStr word,
                            size_t i, size_t count)
{
    PtStr stem;
    const char *full = full_of(language, word, i, count, &stem);
    if (full == NULL) {
        standard_add_word(room, STANDARD_STREET, word);
        return;
    }
    standard_add_word(room, STANDARD_STREET, stem.len > 0 ? stem : pt_str(full));
    const size_t len = strlen(room), more = strlen(full);
    if (stem.len > 0 && len + more < STANDARD_STREET) {
        memcpy(room + len, full, more + 1);
    }
}

/* ---- The number of a house ------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool of_number(char c)
{
    const char l = pt_ascii_lower(c);
    return is_digit(c) || (l >= 'a' && l <= 'z') || c == '/' || c == '-' || c == ' ';
}

static PtStr trimmed(PtStr s)
{
    while (s.len > 0 && ((uint8_t)s.data[0] <= ' ' || s.data[0] == ',')) {
        s = pt_str_from(s, 1);
    }
    while (s.len > 0 && ((uint8_t)s.data[s.len - 1] <= ' ' || s.data[s.len - 1] == ',')) {
        s.len--;
    }
    return s;
}

/* Digits, at most two letters in one place, and what parts them: "12a", "221 B", "5/2/14". */
static bool is_number(PtStr s)
{
    size_t letters = 0;
    if (s.len == 0 || s.len >= STANDARD_NUMBER || !is_digit(s.data[0])) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (!of_number(s.data[i])) {
            return false;
        }
        letters += pt_ascii_lower(s.data[i]) >= 'a' && pt_ascii_lower(s.data[i]) <= 'z';
    }
    return letters <= 2;
}

static void write_number(PtStr s, char room[static STANDARD_NUMBER])
{
    size_t len = 0;
    for (size_t i = 0; i < s.len && len + 1 < STANDARD_NUMBER; i++) {
        if (s.data[i] != ' ' && of_number(s.data[i])) {
            room[len++] = s.data[i] == '-' ? '/' : pt_ascii_lower(s.data[i]);
        }
    }
    room[len] = '\0';
}

/* "Hauptstraße 12 a": the number begins at the first digit from where on all is one. */
static bool number_behind(PtStr *street, PtStr *number)
{
    for (size_t i = 1; i < street->len; i++) {
        const PtStr rest = {street->data + i, street->len - i};
        const char before = street->data[i - 1];
        if (is_digit(rest.data[0]) && (before == ' ' || before == ',' || before == '.') &&
            is_number(rest)) {
            *number = rest;
            *street = trimmed((PtStr){street->data, i});
            return true;
        }
    }
    return false;
}

/* "221B Baker Street", "12 bis, rue ...". A street that is itself a number ("5th Avenue") stays. */
static bool number_before(PtStr *street, PtStr *number)
{
    size_t len = 0;
    while (len < street->len && street->data[len] != ' ' && street->data[len] != ',') {
        len++;
    }
    const PtStr first = {street->data, len};
    if (len == street->len || !is_number(first) || (len > 2 && !is_digit(first.data[len - 2]))) {
        return false;
    }
    *number = first;
    *street = trimmed(pt_str_from(*street, len));
    return true;
}

static void part_street(PtStr street, PtStr number, const StandardCountry *c, StandardAddress *a)
{
    StandardWords w;
    size_t comma;
    street.len = street.len < STANDARD_INPUT_MAX ? street.len : STANDARD_INPUT_MAX;
    street = trimmed(street);
    if (trimmed(number).len == 0) {
        const bool first = c != NULL && c->number_first;
        bool found = first ? number_before(&street, &number) : number_behind(&street, &number);
        found =
            found || (first ? number_behind(&street, &number) : number_before(&street, &number));
        number = found ? number : PT_STR("");
    }
    write_number(trimmed(number), a->number);
    standard_words(street, &w, &comma);
    for (size_t i = 0; i < w.count; i++) {
        add_street_word(a->street, c != NULL ? c->language : "", w.items[i], i, w.count);
    }
}

/* ---- Postcodes ------------------------------------------------------------------------------- */

static bool fits(char pattern, char c)
{
    const bool digit = is_digit(c), letter = c >= 'A' && c <= 'Z';
    return pattern == '9' ? digit : pattern == 'A' ? letter : digit || letter;
}

/* The signs of the code in the shape; false: it is not of that shape. */
static bool shape(PtStr pattern, PtStr code, char *out)
{
    size_t at = 0, len = 0;
    for (size_t i = 0; i < pattern.len; i++) {
        const char p = pattern.data[i];
        if (p != '9' && p != 'A' && p != '*') {
            out[len++] = p;
            at += at < code.len && code.data[at] == p && p >= 'B'; // the letters of "LV-"
        } else if (at < code.len && fits(p, code.data[at])) {
            out[len++] = code.data[at++];
        } else {
            return false;
        }
    }
    out[len] = '\0';
    return at == code.len;
}

static void fold_postcode(PtStr text, const StandardCountry *c, char room[static STANDARD_POSTCODE])
{
    char code[STANDARD_POSTCODE];
    size_t len = 0;
    room[0] = '\0';
    for (size_t i = 0; i < text.len && i < STANDARD_INPUT_MAX; i++) {
        const char l = pt_ascii_lower(text.data[i]);
        const bool letter = l >= 'a' && l <= 'z';
        if (!letter && !is_digit(l)) {
            continue;
        }
        if (len + 1 == STANDARD_POSTCODE) {
            return;
        }
        code[len++] = letter ? (char)(l - 'a' + 'A') : l;
    }
    if (c == NULL || c->postcode[0] == '\0') { // of an unknown country: as it stands
        memcpy(room, code, len);
        room[len] = '\0';
        return;
    }
    PtStr patterns = pt_str(c->postcode), pattern, signs = {code, len};
    const size_t own = strlen(c->country);
    if (signs.len > own && pt_str_starts(signs, pt_str(c->country)) && is_digit(signs.data[own]) &&
        c->postcode[0] == '9') {
        signs = pt_str_from(signs, own); // "A-1010" is told by one letter, "AT1010" by two
    } else if (signs.len > 1 && !is_digit(signs.data[0]) && is_digit(signs.data[1]) &&
               c->postcode[0] == '9') {
        signs = pt_str_from(signs, 1);
    }
    while (pt_str_cut(&patterns, '|', &pattern)) {
        if (shape(pattern, signs, room)) {
            return;
        }
    }
    room[0] = '\0';
}

void standard_address(PtStr street, PtStr number, PtStr postcode, PtStr city, const char *country,
                      StandardAddress *ret_address)
{
    StandardWords w;
    size_t comma;
    const StandardCountry *c = standard_country_find(country);
    *ret_address = (StandardAddress){{0}, {0}, {0}, {0}};
    part_street(street, number, c, ret_address);
    fold_postcode(postcode, c, ret_address->postcode);
    standard_words(city, &w, &comma);
    for (size_t i = 0; i < w.count; i++) {
        standard_add_word(ret_address->city, STANDARD_CITY, w.items[i]);
    }
}
