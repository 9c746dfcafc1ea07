// SPDX-License-Identifier: Apache-2.0
/* How probable it is that two persons are one: I. P. Fellegi and A. B. Sunter, "A Theory for Record
 * Linkage", Journal of the American Statistical Association 64 (1969). Each field that both say
 * adds log2(m/u): how much likelier what is seen is of one person than of two. docs/duplicates.md
 * says where the weights come from. */
#include "profiles/duplicates_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PRIOR = -80, THRESHOLD_PPM = 900000, HOME_MOST = 100, UNSAID = INT32_MIN };

/* In tenths of a bit. */
typedef enum Level {
    SAME,
    SIMILAR, /* a typing error, a short form, another spelling */
    WEAK,    /* an initial; the same postcode; words in common */
    NEAR,    /* likely two: a pair of names as of brother and sister, a neighbour */
    DIFFERENT,
    LEVELS,
} Level;

static const struct Weights {
    EvidenceKind kinds[LEVELS];
    int weights[LEVELS];
    bool home; /* a household has it in common: these together add HOME_MOST at most */
} table[EVIDENCE_FIELDS] = {
    [EVIDENCE_FIRST_NAME] = {{EVIDENCE_SAME, EVIDENCE_SIMILAR, EVIDENCE_SIMILAR, EVIDENCE_DIFFERENT,
                              EVIDENCE_DIFFERENT},
                             {40, 20, 5, -50, -140},
                             false},
    [EVIDENCE_LAST_NAME] = {{EVIDENCE_SAME, EVIDENCE_SIMILAR, EVIDENCE_SIMILAR, EVIDENCE_DIFFERENT,
                             EVIDENCE_DIFFERENT},
                            {50, 30, 20, -30, -40},
                            true},
    [EVIDENCE_EMAIL] = {{EVIDENCE_SAME, EVIDENCE_SIMILAR, EVIDENCE_SIMILAR, EVIDENCE_DIFFERENT,
                         EVIDENCE_DIFFERENT},
                        {130, 60, 20, -5, -5},
                        false},
    [EVIDENCE_PHONE] = {{EVIDENCE_SAME, EVIDENCE_SIMILAR, EVIDENCE_SIMILAR, EVIDENCE_DIFFERENT,
                         EVIDENCE_DIFFERENT},
                        {90, 30, 30, -10, -10},
                        true},
    [EVIDENCE_BIRTHDAY] = {{EVIDENCE_SAME, EVIDENCE_SIMILAR, EVIDENCE_SIMILAR, EVIDENCE_DIFFERENT,
                            EVIDENCE_DIFFERENT},
                           {100, 40, 20, -50, -50},
                           false},
    [EVIDENCE_ADDRESS] = {{EVIDENCE_SAME, EVIDENCE_SIMILAR, EVIDENCE_SIMILAR, EVIDENCE_DIFFERENT,
                           EVIDENCE_DIFFERENT},
                          {80, 60, 20, -5, -15},
                          true},
};

const char *const evidence_names[EVIDENCE_FIELDS] = {
    [EVIDENCE_FIRST_NAME] = "first_name", [EVIDENCE_LAST_NAME] = "last_name",
    [EVIDENCE_EMAIL] = "email",           [EVIDENCE_PHONE] = "phone",
    [EVIDENCE_BIRTHDAY] = "birthday",     [EVIDENCE_ADDRESS] = "address",
};

bool duplicates_over(uint32_t score_ppm)
{
    return score_ppm >= THRESHOLD_PPM;
}

/* ---- Persons --------------------------------------------------------------------------------- */

static const struct Part {
    CardField first, last;
} parts[] = {
    {CARD_GIVEN, CARD_FAMILY},      {CARD_MAIL, CARD_MAIL},   {CARD_PHONE, CARD_PHONE},
    {CARD_BIRTHDAY, CARD_BIRTHDAY}, {CARD_STREET, CARD_CITY},
};

static bool says(const Card *c, const struct Part *part)
{
    for (size_t f = part->first; f <= (size_t)part->last; f++) {
        if (c->items[f].len > 0) {
            return true;
        }
    }
    return false;
}

static bool same_part(const Card *a, const Card *b, const struct Part *part)
{
    for (size_t f = part->first; f <= (size_t)part->last; f++) {
        if (!pt_str_eq(a->items[f], b->items[f])) {
            return false;
        }
    }
    return true;
}

void person_card_clear(PersonCard *person)
{
    person->count = 0;
    person->country[0] = '\0';
}

static void take_country(PersonCard *person, PtStr country)
{
    if (person->country[0] == '\0' && country.len == STANDARD_COUNTRY - 1) {
        memcpy(person->country, country.data, country.len);
        person->country[country.len] = '\0';
    }
}

/* What the person says already, or has said too often, is taken out of the card. */
void person_card_add(PersonCard *person, const Card *card)
{
    Card fresh = *card;
    bool anything = false;
    take_country(person, card->items[CARD_COUNTRY]);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t said = 0;
        bool known = !says(card, &parts[i]);
        for (size_t k = 0; !known && k < person->count; k++) {
            said += says(&person->items[k], &parts[i]);
            known = same_part(card, &person->items[k], &parts[i]);
        }
        if (known || said == PERSON_VALUES) {
            for (size_t f = parts[i].first; f <= (size_t)parts[i].last; f++) {
                fresh.items[f] = (PtStr){NULL, 0};
            }
        } else {
            anything = true;
        }
    }
    if (anything && person->count < PERSON_CARDS) {
        person->items[person->count++] = fresh;
    }
}

/* One that does not fit the country that its own card says is left as it is. */
void person_card_dial(PersonCard *person, const char *fallback)
{
    const char *country = person->country[0] != '\0' ? person->country : fallback;
    for (size_t i = 0; country[0] != '\0' && i < person->count; i++) {
        const Card *card = &person->items[i];
        PtStr *phone = &person->items[i].items[CARD_PHONE];
        char *room = person->phones[i];
        if (phone->len > 0 && phone->data[0] != '+' && card->items[CARD_COUNTRY].len == 0 &&
            standard_phone(*phone, country, room) == STANDARD_PHONE_E164) {
            *phone = pt_str(room);
        }
    }
}

/* ---- Levels ---------------------------------------------------------------------------------- */

typedef int CompareCards(const Card *a, const Card *b); /* a Level; UNSAID */

/* By one typing error, or two in a long word. */
static bool mistyped(PtStr a, PtStr b)
{
    enum { SHORT = 4, LONG = 9 };
    if (a.len > b.len || (a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) > 0)) {
        return mistyped(b, a); // Jaro's matching is not the same both ways
    }
    const size_t shorter = a.len < b.len ? a.len : b.len;
    const size_t most = shorter >= LONG ? 2 : shorter >= SHORT ? 1 : 0;
    return most > 0 && (standard_distance(a, b) <= most || standard_jaro_winkler(a, b) >= 0.96);
}

static bool has_word_of(PtStr a, PtStr b)
{
    PtStr word, other;
    while (pt_str_cut(&a, ' ', &word)) {
        PtStr rest = b;
        while (word.len > 1 && pt_str_cut(&rest, ' ', &other)) {
            if (pt_str_eq(word, other)) {
                return true;
            }
        }
    }
    return false;
}

/* "sarah" and "sara" end alike. */
static bool ends_with_a(PtStr s)
{
    s.len -= s.len > 1 && s.data[s.len - 1] == 'h';
    return s.len > 0 && s.data[s.len - 1] == 'a';
}

static Level level_of_words(PtStr a, PtStr b)
{
    char x[STANDARD_STREET], y[STANDARD_STREET];
    standard_spelling(a, x);
    standard_spelling(b, y);
    const PtStr s = pt_str(x), t = pt_str(y);
    return pt_str_eq(s, t) ? SAME : mistyped(s, t) ? SIMILAR : DIFFERENT;
}

static Level level_of_given(PtStr a, PtStr b)
{
    PtStr rest_a = a, rest_b = b, x = {NULL, 0}, y = {NULL, 0};
    (void)pt_str_cut(&rest_a, ' ', &x);
    (void)pt_str_cut(&rest_b, ' ', &y);
    const Level whole = level_of_words(a, b), first = level_of_words(x, y);
    if (whole == SAME || first == SAME) {
        return SAME;
    }
    if (x.len == 1 || y.len == 1) {
        return x.data[0] == y.data[0] ? WEAK : DIFFERENT;
    }
    const PtStr full_x = standard_given_full(x), full_y = standard_given_full(y);
    if (pt_str_eq(full_x, full_y) || pt_str_eq(full_x, y) || pt_str_eq(x, full_y) ||
        has_word_of(a, b)) {
        return SIMILAR;
    }
    if (first == SIMILAR || whole == SIMILAR) { // "martin" and "martina" live together
        return ends_with_a(x) == ends_with_a(y) ? SIMILAR : NEAR;
    }
    return DIFFERENT;
}

static Level level_of_family(PtStr a, PtStr b)
{
    const Level level = level_of_words(a, b);
    return level == DIFFERENT && has_word_of(a, b) ? WEAK : level;
}

/* First and last name in each other's place. */
static bool swapped(const Card *a, const Card *b)
{
    return level_of_words(a->items[CARD_GIVEN], b->items[CARD_FAMILY]) == SAME &&
           level_of_words(a->items[CARD_FAMILY], b->items[CARD_GIVEN]) == SAME;
}

static bool both(const Card *a, const Card *b, CardField field)
{
    return a->items[field].len > 0 && b->items[field].len > 0;
}

static int compare_given(const Card *a, const Card *b)
{
    if (!both(a, b, CARD_GIVEN)) {
        return UNSAID;
    }
    const Level level = level_of_given(a->items[CARD_GIVEN], b->items[CARD_GIVEN]);
    return level >= NEAR && swapped(a, b) ? SAME : (int)level;
}

static int compare_family(const Card *a, const Card *b)
{
    if (!both(a, b, CARD_FAMILY)) {
        return UNSAID;
    }
    const Level level = level_of_family(a->items[CARD_FAMILY], b->items[CARD_FAMILY]);
    return level >= NEAR && swapped(a, b) ? SAME : (int)level;
}

static bool has_other_digits(PtStr a, PtStr b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && (a.data[i] < '0' || a.data[i] > '9')) {
            i++;
        }
        while (j < b.len && (b.data[j] < '0' || b.data[j] > '9')) {
            j++;
        }
        if (i == a.len || j == b.len) {
            return (i == a.len) != (j == b.len);
        }
        if (a.data[i++] != b.data[j++]) {
            return true;
        }
    }
}

/* One with another number is another's: "anna1@" and "anna2@". */
static int compare_mail(const Card *a, const Card *b)
{
    enum { LOCAL_LEAST = 6 };
    if (!both(a, b, CARD_MAIL)) {
        return UNSAID;
    }
    PtStr x = a->items[CARD_MAIL], y = b->items[CARD_MAIL], local, other;
    if (pt_str_eq(x, y)) {
        return SAME;
    }
    if (!has_other_digits(x, y) && standard_distance(x, y) <= 1) {
        return SIMILAR;
    }
    return pt_str_cut(&x, '@', &local) && pt_str_cut(&y, '@', &other) && local.len >= LOCAL_LEAST &&
                   pt_str_eq(local, other)
               ? WEAK
               : DIFFERENT;
}

/* One of them without its country: the other ends with it, less the zero that is dialled before. */
static int compare_phone(const Card *a, const Card *b)
{
    enum { LOCAL_LEAST = 7 };
    if (!both(a, b, CARD_PHONE)) {
        return UNSAID;
    }
    PtStr x = a->items[CARD_PHONE], y = b->items[CARD_PHONE];
    if (pt_str_eq(x, y)) {
        return SAME;
    }
    if ((x.data[0] == '+') == (y.data[0] == '+')) {
        return DIFFERENT;
    }
    PtStr world = x.data[0] == '+' ? x : y, local = x.data[0] == '+' ? y : x;
    local = local.data[0] == '0' ? pt_str_from(local, 1) : local;
    return local.len >= LOCAL_LEAST && world.len > local.len &&
                   pt_str_eq(pt_str_from(world, world.len - local.len), local)
               ? SAME
               : DIFFERENT;
}

/* Day and month in each other's place, or one digit. */
static int compare_birthday(const Card *a, const Card *b)
{
    if (!both(a, b, CARD_BIRTHDAY)) {
        return UNSAID;
    }
    const PtStr x = a->items[CARD_BIRTHDAY], y = b->items[CARD_BIRTHDAY];
    size_t other = 0;
    if (x.len != 8 || y.len != 8) {
        return DIFFERENT;
    }
    for (size_t i = 0; i < 8; i++) {
        other += x.data[i] != y.data[i];
    }
    const bool crossed = memcmp(x.data, y.data, 4) == 0 && memcmp(x.data + 4, y.data + 6, 2) == 0 &&
                         memcmp(x.data + 6, y.data + 4, 2) == 0;
    return other == 0 ? SAME : crossed ? SIMILAR : other == 1 ? WEAK : DIFFERENT;
}

/* Of the same town. */
static int compare_houses(const Card *a, const Card *b)
{
    const Level street = level_of_words(a->items[CARD_STREET], b->items[CARD_STREET]);
    const PtStr x = a->items[CARD_NUMBER], y = b->items[CARD_NUMBER];
    if (street == DIFFERENT) {
        return WEAK;
    }
    if (x.len == 0 || y.len == 0) {
        return SIMILAR;
    }
    if (pt_str_eq(x, y)) {
        return street;
    }
    const PtStr less = x.len < y.len ? x : y, more = x.len < y.len ? y : x;
    // "5" and "5/2/14" is the house and a door
    return pt_str_starts(more, less) && more.data[less.len] == '/' ? SIMILAR : WEAK;
}

static int compare_address(const Card *a, const Card *b)
{
    const bool code = both(a, b, CARD_POSTCODE);
    if (!both(a, b, CARD_STREET) || !(code || both(a, b, CARD_CITY))) {
        return code && pt_str_eq(a->items[CARD_POSTCODE], b->items[CARD_POSTCODE]) ? WEAK : UNSAID;
    }
    const CardField where = code ? CARD_POSTCODE : CARD_CITY;
    return pt_str_eq(a->items[where], b->items[where]) ? compare_houses(a, b) : DIFFERENT;
}

/* ---- Scores ---------------------------------------------------------------------------------- */

static CompareCards *const comparers[EVIDENCE_FIELDS] = {
    [EVIDENCE_FIRST_NAME] = compare_given,  [EVIDENCE_LAST_NAME] = compare_family,
    [EVIDENCE_EMAIL] = compare_mail,        [EVIDENCE_PHONE] = compare_phone,
    [EVIDENCE_BIRTHDAY] = compare_birthday, [EVIDENCE_ADDRESS] = compare_address,
};

/* Of what both say in several forms the nearest counts. */
static Evidence evidence_of(EvidenceField field, const PersonCard *a, const PersonCard *b)
{
    Evidence best = {.kind = EVIDENCE_NONE};
    int best_level = LEVELS;
    for (size_t i = 0; i < a->count && best_level > SAME; i++) {
        for (size_t k = 0; k < b->count && best_level > SAME; k++) {
            const int level = comparers[field](&a->items[i], &b->items[k]);
            if (level != UNSAID && level < best_level) {
                best_level = level;
                best = (Evidence){table[field].kinds[level], table[field].weights[level],
                                  &a->items[i], &b->items[k]};
            }
        }
    }
    return best;
}

uint32_t duplicates_score(const PersonCard *a, const PersonCard *b,
                          Evidence ret_evidence[static EVIDENCE_FIELDS])
{
    int sum = PRIOR, home = 0;
    for (size_t f = 0; f < EVIDENCE_FIELDS; f++) {
        ret_evidence[f] = evidence_of((EvidenceField)f, a, b);
        if (table[f].home) {
            home += ret_evidence[f].weight;
        } else {
            sum += ret_evidence[f].weight;
        }
    }
    sum += home < HOME_MOST ? home : HOME_MOST;
    return (uint32_t)lround(1e6 / (1 + exp2(-(double)sum / 10)));
}

/* ---- Texts ----------------------------------------------------------------------------------- */

size_t evidence_text(EvidenceField field, const Card *card, char *out, size_t room)
{
    static const struct Part texts[EVIDENCE_FIELDS] = {
        [EVIDENCE_FIRST_NAME] = {CARD_GIVEN, CARD_GIVEN},
        [EVIDENCE_LAST_NAME] = {CARD_FAMILY, CARD_FAMILY},
        [EVIDENCE_EMAIL] = {CARD_MAIL, CARD_MAIL},
        [EVIDENCE_PHONE] = {CARD_PHONE, CARD_PHONE},
        [EVIDENCE_BIRTHDAY] = {CARD_BIRTHDAY, CARD_BIRTHDAY},
        [EVIDENCE_ADDRESS] = {CARD_STREET, CARD_CITY},
    };
    size_t len = 0;
    for (size_t f = texts[field].first; f <= (size_t)texts[field].last; f++) {
        const PtStr item = card->items[f];
        if (item.len == 0 || len + 1 + item.len > room) {
            continue;
        }
        if (len > 0) {
            out[len++] = ' ';
        }
        memcpy(out + len, item.data, item.len);
        len += item.len;
    }
    return len;
}
