// SPDX-License-Identifier: Apache-2.0
/* Words and names. */
#include "profiles/standard_internal.h"

#include "platform/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- Words ----------------------------------------------------------------------------------- */

static bool is_letter(uint32_t c)
{
    if (c < 0x80) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }
    return !(c <= 0xBF || c == 0xD7 || c == 0xF7 || c == 0xFFFD || (c >= 0x2000 && c <= 0x206F) ||
             (c >= 0x3000 && c <= 0x303F));
}

/* The text is valid: it was folded. */
static size_t read_letter(const char *at, const char *end, uint32_t *ret_letter)
{
    const size_t len = pt_utf8_step(at, end);
    uint32_t c = (uint8_t)*at;
    if (len < 2) {
        *ret_letter = len == 1 ? c : 0xFFFD;
        return 1;
    }
    c &= 0xFFU >> (len + 1);
    for (size_t i = 1; i < len; i++) {
        c = c << 6 | ((uint8_t)at[i] & 0x3F);
    }
    *ret_letter = c;
    return len;
}

static size_t fold(PtStr text, char room[static STANDARD_FOLDED])
{
    text.len = text.len < STANDARD_INPUT_MAX ? text.len : STANDARD_INPUT_MAX;
    return pt_text_fold(text, room, STANDARD_FOLDED);
}

void standard_words(PtStr text, StandardWords *ret_words, size_t *ret_comma)
{
    StandardWords *w = ret_words;
    char folded[STANDARD_FOLDED];
    const char *at = folded, *end = folded + fold(text, folded);
    size_t len = 0, begin = 0;
    bool comma = false;
    w->count = 0;
    while (at < end && w->count < STANDARD_WORDS) {
        uint32_t c;
        const size_t step = read_letter(at, end, &c);
        const bool letter = is_letter(c);
        if (letter) {
            memcpy(w->text + len, at, step);
            len += step;
        } else if (c != '\'' && len > begin) {
            w->items[w->count++] = (PtStr){w->text + begin, len - begin};
            begin = len;
        }
        if (c == ',' && !comma) {
            comma = true;
            *ret_comma = w->count;
        }
        at += step;
    }
    if (len > begin && w->count < STANDARD_WORDS) {
        w->items[w->count++] = (PtStr){w->text + begin, len - begin};
    }
    *ret_comma = comma ? *ret_comma : w->count;
}

static size_t whole_letters(PtStr word, size_t room)
{
    size_t len = word.len < room ? word.len : room;
    while (len > 0 && len < word.len && ((uint8_t)word.data[len] & 0xC0) == 0x80) {
        len--;
    }
    return len;
}

void standard_add_word(char *room, size_t size, PtStr word)
{
    size_t len = strlen(room);
    if (word.len == 0 || len + 2 >= size) {
        return;
    }
    if (len > 0) {
        room[len++] = ' ';
    }
    const size_t fits = whole_letters(word, size - 1 - len);
    memcpy(room + len, word.data, fits);
    len += fits;
    room[len > 0 && room[len - 1] == ' ' ? len - 1 : len] = '\0';
}

void standard_spelling(PtStr form, char ret_spelling[static STANDARD_STREET])
{
    size_t len = 0;
    for (size_t i = 0; i < form.len && len + 1 < STANDARD_STREET; i++) {
        const char c = form.data[i];
        const char before = len > 0 ? ret_spelling[len - 1] : '\0';
        const bool umlaut = c == 'e' && (before == 'a' || before == 'o' || before == 'u');
        if (c != ' ' && c != '-' && !umlaut) {
            ret_spelling[len++] = c;
        }
    }
    ret_spelling[len] = '\0';
}

/* ---- Short forms ----------------------------------------------------------------------------- */

/* By the short form. Where a short form has several full ones the commonest stands here: a name is
 * compared by both spellings anyway. */
static const struct ShortForm {
    const char *brief, *full;
} short_forms[] = {
    {"abby", "abigail"},       {"al", "albert"},          {"alex", "alexander"},
    {"andi", "andreas"},       {"andy", "andrew"},        {"angie", "angela"},
    {"annie", "anne"},         {"babsi", "barbara"},      {"barb", "barbara"},
    {"barbie", "barbara"},     {"basti", "sebastian"},    {"becky", "rebecca"},
    {"bella", "isabella"},     {"ben", "benjamin"},       {"benni", "benjamin"},
    {"benny", "benjamin"},     {"bernd", "bernhard"},     {"bert", "albert"},
    {"bertl", "albert"},       {"beth", "elizabeth"},     {"betty", "elizabeth"},
    {"bill", "william"},       {"billy", "william"},      {"bob", "robert"},
    {"bobby", "robert"},       {"brad", "bradley"},       {"bram", "abraham"},
    {"cathy", "catherine"},    {"charlie", "charles"},    {"chris", "christopher"},
    {"christel", "christine"}, {"chuck", "charles"},      {"cindy", "cynthia"},
    {"conny", "cornelia"},     {"dan", "daniel"},         {"danny", "daniel"},
    {"dave", "david"},         {"deb", "deborah"},        {"debbie", "deborah"},
    {"dick", "richard"},       {"dirk", "diederik"},      {"dominik", "dominic"},
    {"don", "donald"},         {"drew", "andrew"},        {"ed", "edward"},
    {"eddie", "edward"},       {"edi", "eduard"},         {"ernie", "ernest"},
    {"ferdi", "ferdinand"},    {"flo", "florian"},        {"fran", "frances"},
    {"franzi", "franziska"},   {"fred", "frederick"},     {"freddy", "frederick"},
    {"fritz", "friedrich"},    {"gabi", "gabriele"},      {"geert", "gerard"},
    {"geoff", "geoffrey"},     {"georg", "george"},       {"gerd", "gerhard"},
    {"gerry", "gerald"},       {"gigi", "brigitte"},      {"gina", "regina"},
    {"greg", "gregory"},       {"gretl", "margarete"},    {"gus", "augustus"},
    {"gustl", "august"},       {"hank", "henry"},         {"hannes", "johannes"},
    {"hans", "johannes"},      {"hansi", "johannes"},     {"harry", "harold"},
    {"heidi", "adelheid"},     {"heinz", "heinrich"},     {"henk", "hendrik"},
    {"irmi", "irmgard"},       {"jack", "john"},          {"jackie", "jacqueline"},
    {"jan", "johannes"},       {"jeff", "jeffrey"},       {"jen", "jennifer"},
    {"jenny", "jennifer"},     {"jerry", "gerald"},       {"jim", "james"},
    {"jimmy", "james"},        {"jo", "joanna"},          {"joe", "joseph"},
    {"joey", "joseph"},        {"johnny", "john"},        {"jojo", "johannes"},
    {"jon", "jonathan"},       {"joop", "johannes"},      {"joost", "justus"},
    {"josie", "josephine"},    {"jupp", "josef"},         {"karin", "katharina"},
    {"karl", "charles"},       {"kate", "katherine"},     {"kathi", "katharina"},
    {"kathy", "katherine"},    {"katja", "katharina"},    {"kees", "cornelis"},
    {"ken", "kenneth"},        {"klaas", "nicolaas"},     {"klaus", "nikolaus"},
    {"kurt", "konrad"},        {"larry", "lawrence"},     {"lena", "helena"},
    {"leni", "magdalena"},     {"leo", "leonhard"},       {"liesl", "elisabeth"},
    {"lili", "elisabeth"},     {"lisa", "elisabeth"},     {"lisi", "elisabeth"},
    {"liz", "elizabeth"},      {"lizzie", "elizabeth"},   {"lou", "louis"},
    {"maggie", "margaret"},    {"mandy", "amanda"},       {"manni", "manfred"},
    {"manu", "manuel"},        {"marlies", "marialuise"}, {"mati", "matthias"},
    {"matt", "matthew"},       {"matze", "matthias"},     {"max", "maximilian"},
    {"meg", "margaret"},       {"michi", "michael"},      {"mick", "michael"},
    {"mike", "michael"},       {"mimi", "maria"},         {"mitzi", "maria"},
    {"nate", "nathaniel"},     {"ned", "edward"},         {"nick", "nicholas"},
    {"nicky", "nicole"},       {"niki", "nikolaus"},      {"pam", "pamela"},
    {"pat", "patrick"},        {"patty", "patricia"},     {"peggy", "margaret"},
    {"penny", "penelope"},     {"pete", "peter"},         {"phil", "philip"},
    {"piet", "pieter"},        {"randy", "randolph"},     {"ray", "raymond"},
    {"rich", "richard"},       {"rick", "richard"},       {"rob", "robert"},
    {"robbie", "robert"},      {"ron", "ronald"},         {"ronnie", "ronald"},
    {"rudi", "rudolf"},        {"ruud", "rudolf"},        {"sally", "sarah"},
    {"sam", "samuel"},         {"sandy", "alexandra"},    {"sascha", "alexander"},
    {"seb", "sebastien"},      {"sepp", "josef"},         {"sigi", "siegfried"},
    {"steffi", "stefanie"},    {"steve", "steven"},       {"stevie", "steven"},
    {"sue", "susan"},          {"susi", "susanne"},       {"ted", "edward"},
    {"terry", "terence"},      {"theo", "theodor"},       {"tim", "timothy"},
    {"tina", "christina"},     {"tobi", "tobias"},        {"tom", "thomas"},
    {"tommy", "thomas"},       {"toni", "anton"},         {"tony", "anthony"},
    {"trudi", "gertrude"},     {"uli", "ulrich"},         {"ursl", "ursula"},
    {"uschi", "ursula"},       {"uwe", "ulrich"},         {"val", "valerie"},
    {"vicky", "victoria"},     {"vinnie", "vincent"},     {"walt", "walter"},
    {"wastl", "sebastian"},    {"wendy", "gwendolyn"},    {"will", "william"},
    {"willem", "wilhelm"},     {"willi", "wilhelm"},      {"willy", "wilhelm"},
    {"wim", "wilhelm"},        {"wolfi", "wolfgang"},     {"xaver", "xavier"},
    {"zack", "zachary"},
};

static int compare_short(const void *key, const void *row)
{
    const PtStr *name = key;
    const char *brief = ((const struct ShortForm *)row)->brief;
    const int by_bytes = strncmp(name->data, brief, name->len);
    return by_bytes != 0 ? by_bytes : -(brief[name->len] != '\0');
}

PtStr standard_given_full(PtStr given)
{
    if (given.len == 0) {
        return given;
    }
    const struct ShortForm *row =
        bsearch(&given, short_forms, sizeof short_forms / sizeof *short_forms, sizeof *short_forms,
                compare_short);
    return row != NULL ? pt_str(row->full) : given;
}

/* ---- Names ----------------------------------------------------------------------------------- */

static bool is_one_of(const char *const *list, PtStr word)
{
    for (; *list != NULL; list++) {
        if (pt_str_eq(pt_str(*list), word)) {
            return true;
        }
    }
    return false;
}

static bool is_title(PtStr word)
{
    static const char *const titles[] = {
        "mr",  "mrs", "ms",   "miss", "mx",  "sir",  "dr",   "prof",     "herr",   "frau",
        "hr",  "fr",  "ing",  "dipl", "mag", "mme",  "mlle", "dhr",      "mevr",   "mw",
        "drs", "med", "phil", "jur",  "rev", "lady", "lord", "monsieur", "madame", NULL};
    return is_one_of(titles, word);
}

static bool is_suffix(PtStr word)
{
    static const char *const suffixes[] = {"jr",   "sr",  "ii",  "iii", "phd", "msc", "bsc", "ba",
                                           "bakk", "mba", "esq", "jun", "sen", "md",  "llm", NULL};
    return is_one_of(suffixes, word);
}

static bool is_particle(PtStr word)
{
    static const char *const particles[] = {
        "van", "von", "vom", "zu",  "zum", "zur", "der", "den", "de",  "del", "della",
        "di",  "da",  "do",  "dos", "du",  "la",  "le",  "ter", "ten", "te",  "af",
        "av",  "al",  "el",  "bin", "ibn", "st",  "mac", "op",  "het", "t",   NULL};
    return is_one_of(particles, word);
}

/* Without what is a title or stands behind a name; one that would lose all of it stays. */
static void drop_titles(StandardWords *w, size_t *comma)
{
    size_t kept = 0, before = 0;
    const size_t end = w->count, at_comma = *comma;
    for (size_t i = 0; i < end; i++) {
        const bool last = i + 1 == end && kept == 0;
        if (last || (!is_title(w->items[i]) && !(i > 0 && is_suffix(w->items[i])))) {
            w->items[kept++] = w->items[i];
            before += i < at_comma;
        }
    }
    w->count = kept;
    *comma = at_comma == end ? kept : before;
}

static void add_words(char room[static STANDARD_NAME], const StandardWords *w, size_t from,
                      size_t to)
{
    for (size_t i = from; i < to; i++) {
        standard_add_word(room, STANDARD_NAME, w->items[i]);
    }
}

/* Where the family's name begins: its last word and the particles before it. A particle alone
 * before it is the given name's place: "Van Morrison". */
static size_t family_from(const StandardWords *w, size_t count)
{
    size_t from = count - 1;
    while (from > 1 && is_particle(w->items[from - 1])) {
        from--;
    }
    return from;
}

/* Particles that stand behind the given names: "Berg, Anna van der". */
static size_t particles_behind(const StandardWords *w, size_t from)
{
    size_t at = w->count;
    while (at > from + 1 && is_particle(w->items[at - 1])) {
        at--;
    }
    return at;
}

static void part_whole(PtStr whole, StandardName *name)
{
    StandardWords w;
    size_t comma;
    standard_words(whole, &w, &comma);
    drop_titles(&w, &comma);
    if (w.count == 0) {
        return;
    }
    if (comma > 0 && comma < w.count) {
        const size_t behind = particles_behind(&w, comma);
        add_words(name->family, &w, behind, w.count);
        add_words(name->family, &w, 0, comma);
        add_words(name->given, &w, comma, behind);
    } else if (w.count == 1) {
        add_words(name->given, &w, 0, 1);
    } else {
        const size_t from = family_from(&w, w.count);
        add_words(name->given, &w, 0, from);
        add_words(name->family, &w, from, w.count);
    }
}

static void fold_part(PtStr text, char room[static STANDARD_NAME])
{
    StandardWords w;
    size_t comma;
    standard_words(text, &w, &comma);
    drop_titles(&w, &comma);
    add_words(room, &w, 0, w.count);
}

void standard_name(PtStr first, PtStr last, PtStr whole, StandardName *ret_name)
{
    ret_name->given[0] = '\0';
    ret_name->family[0] = '\0';
    fold_part(first, ret_name->given);
    fold_part(last, ret_name->family);
    if (ret_name->given[0] == '\0' && ret_name->family[0] == '\0') {
        part_whole(whole, ret_name);
    }
}
