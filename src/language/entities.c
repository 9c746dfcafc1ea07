// SPDX-License-Identifier: Apache-2.0
/* Numbers that name things: behind a word that says what they are ("till no. 3", "Fehler 4711"), or
 * in a form of their own ("EFT-0042", "0x80070005").
 */
#include "language/language.h"

#include "platform/text.h"

#include <string.h>

enum {
    VALUE_MAX = 40, /* bytes of what names a thing */
    WORD_MAX = 24,  /* of a word of the tables, folded */
    FILLERS_MAX = 3,
};

const char *const language_things[LANGUAGE_THINGS] = {"store", "till", "order", "device", "error"};

/* Words before a number, folded: case and accents are gone. */
static const struct Cue {
    const char *words; /* between spaces */
    LanguageThing thing;
    uint8_t least, most; /* letters and digits of the number */
} cues[] = {
    {" store stores shop shops branch filiale filialen laden markt magasin boutique tienda tiendas "
     "negozio loja winkel sklep butik ",
     LANGUAGE_STORE, 1, 10},
    {" till tills register registers checkout lane pos kasse kassen caisse caisses caja cajas "
     "cassa "
     "casse kassa kasa caixa ",
     LANGUAGE_TILL, 1, 6},
    {" order orders bestellung bestellungen auftrag commande commandes pedido pedidos ordine "
     "ordini "
     "bestelling zamowienie encomenda ",
     LANGUAGE_ORDER, 4, 24},
    {" device terminal printer scanner scale kiosk tablet handheld router switch display screen "
     "serial gerat drucker bildschirm waage imprimante appareil ecran impresora dispositivo "
     "pantalla stampante schermo ",
     LANGUAGE_DEVICE, 2, 24},
    {" error errors err http exception fehler fehlercode erreur errore fout blad erro ",
     LANGUAGE_ERROR, 2, 24},
};

/* What may stand between the word and the number. */
static const char fillers[] = " no nr num number numbers nummer numero code id is the ref n ";
/* What goes on with another of the same. */
static const char joiners[] = " and und et y e ed en i or oder ou ";

/* Letters before a hyphen and a number. */
static const struct Prefix {
    const char *words;
    LanguageThing thing;
} prefixes[] = {
    {" st str store shop fil ", LANGUAGE_STORE},
    {" pos till reg kasse ", LANGUAGE_TILL},
    {" ord order po ", LANGUAGE_ORDER},
    {" eft prn prt scn sn dev kiosk pda term sco esl ", LANGUAGE_DEVICE},
    {" err error e ", LANGUAGE_ERROR},
};

typedef struct Token {
    PtStr text;
    char folded[WORD_MAX + 2]; /* between spaces, as in the tables; "" where it is longer */
    size_t digits, letters;    /* ASCII; other bytes are letters */
    bool breaks;               /* a sentence ends before it */
} Token;

typedef struct Scan {
    PtStr rest;
    LanguageEntity *list;
    size_t count, max;
} Scan;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    const char lower = pt_ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (uint8_t)c >= 0x80;
}

static bool is_inner(char c)
{
    return c == '-' || c == '_' || c == '.' || c == '/' || c == ':';
}

static void fold(Token *t)
{
    char room[WORD_MAX + 1];
    const size_t len = pt_text_fold(t->text, room, sizeof room);
    if (len > 0 && len <= WORD_MAX) {
        t->folded[0] = t->folded[len + 1] = ' ';
        memcpy(t->folded + 1, room, len);
    }
}

/* Letters and digits, with single marks between them. False at the end. */
static bool next_token(Scan *s, Token *ret)
{
    Token t = {0};
    size_t at = 0;
    while (at < s->rest.len && !is_digit(s->rest.data[at]) && !is_letter(s->rest.data[at])) {
        const char c = s->rest.data[at++];
        t.breaks = t.breaks || c == '.' || c == ';' || c == '\n' || c == '?' || c == '!';
    }
    size_t end = at;
    while (end < s->rest.len) {
        const char c = s->rest.data[end];
        const bool goes_on = end + 1 < s->rest.len &&
                             (is_digit(s->rest.data[end + 1]) || is_letter(s->rest.data[end + 1]));
        if (is_digit(c)) {
            t.digits++;
        } else if (is_letter(c)) {
            t.letters++;
        } else if (!is_inner(c) || !goes_on) {
            break;
        }
        end++;
    }
    if (end == at) {
        return false;
    }
    t.text = (PtStr){s->rest.data + at, end - at};
    s->rest = pt_str_from(s->rest, end);
    fold(&t);
    *ret = t;
    return true;
}

static bool is_one_of(const Token *t, const char *words)
{
    const size_t len = strnlen(t->folded, sizeof t->folded);
    return len > 0 && pt_str_has(pt_str(words), (PtStr){t->folded, len});
}

static void add(Scan *s, LanguageThing thing, PtStr value)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->list[i].thing == thing && pt_str_eq(s->list[i].value, value)) {
            return;
        }
    }
    if (s->count < s->max) {
        s->list[s->count++] = (LanguageEntity){thing, value};
    }
}

/* "24/7", "10:30" and "5pm" name nothing. */
static bool names(const Token *t, const struct Cue *cue)
{
    const size_t size = t->digits + t->letters;
    const bool other_marks = memchr(t->text.data, '/', t->text.len) != NULL ||
                             memchr(t->text.data, ':', t->text.len) != NULL ||
                             memchr(t->text.data, '.', t->text.len) != NULL;
    return t->digits > 0 && !other_marks && size >= cue->least && size <= cue->most &&
           t->text.len <= VALUE_MAX && (t->letters == 0 || size > 3 || is_letter(t->text.data[0]));
}

/* "EFT-0042", "0x80070005"; adds it. */
static bool add_by_form(Scan *s, const Token *t)
{
    const char *hyphen = memchr(t->text.data, '-', t->text.len);
    if (t->digits == 0 || t->text.len > VALUE_MAX) {
        return false;
    }
    if (t->text.len > 3 && t->text.data[0] == '0' && pt_ascii_lower(t->text.data[1]) == 'x') {
        add(s, LANGUAGE_ERROR, t->text);
        return true;
    }
    Token head = {0};
    head.text = (PtStr){t->text.data, hyphen != NULL ? (size_t)(hyphen - t->text.data) : 0};
    fold(&head);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (is_one_of(&head, prefixes[i].words)) {
            add(s, prefixes[i].thing, t->text);
            return true;
        }
    }
    return false;
}

static const struct Cue *cue_of(const Token *t)
{
    for (size_t i = 0; i < sizeof cues / sizeof *cues; i++) {
        if (is_one_of(t, cues[i].words)) {
            return &cues[i];
        }
    }
    return NULL;
}

size_t language_entities(PtStr text, LanguageEntity *ret_entities, size_t max)
{
    Scan s = {.rest = text, .list = ret_entities, .max = max};
    const struct Cue *cue = NULL; // of a word that waits for its number
    unsigned fillers_seen = 0;
    bool found = false; // the word has had one: only a joiner or another number goes on
    Token t;
    s.rest.len = text.len < LANGUAGE_CORPUS_TEXT ? text.len : LANGUAGE_CORPUS_TEXT;
    while (next_token(&s, &t)) {
        const struct Cue *other = cue_of(&t);
        const bool waits = cue != NULL && (!t.breaks || fillers_seen > 0);
        if (add_by_form(&s, &t)) {
            cue = NULL;
        } else if (waits && names(&t, cue)) {
            add(&s, cue->thing, t.text);
            found = true;
            fillers_seen = 0;
        } else if (waits && !found && is_one_of(&t, fillers) && fillers_seen < FILLERS_MAX) {
            fillers_seen++;
        } else if (!(waits && found && is_one_of(&t, joiners))) {
            cue = other;
            found = false;
            fillers_seen = 0;
        }
    }
    return s.count;
}
