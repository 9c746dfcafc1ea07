// SPDX-License-Identifier: Apache-2.0
/* What somebody wants, and how soon: by words that say so, marks and capitals. */
#include "language/language.h"

#include "platform/text.h"

#include <string.h>

enum {
    READ_MAX = 4096, /* bytes: the beginning of a text says it */
    FOLDED_MAX = 3 * READ_MAX,
    MARKS_MOST = 3,     /* exclamation marks that count */
    CAPITALS_LEAST = 8, /* letters of a text that may be shouted */
};

const char *const language_intents[] = {"",          "fault",  "request", "question",
                                        "complaint", "thanks", NULL};

enum { COMPLAINTS = 3 }; /* its place among the cues */

/* Phrases, folded, of English, German, French, Spanish, Italian, Dutch and Arabic. */
static const struct Cue {
    LanguageIntent intent;
    const char *phrases[48];
} cues[] = {
    {LANGUAGE_FAULT,
     {"down",         "broken",       "defective", "not working", "does not work", "doesnt work",
      "doesn t work", "can t",        "offline",   "error",       "fails",         "failed",
      "crashed",      "frozen",       "cannot",    "outage",      "stopped",       "defekt",
      "kaputt",       "geht nicht",   "fehler",    "ausgefallen", "sturzt ab",     "en panne",
      "ne marche",    "erreur",       "bloque",    "no funciona", "caido",         "caidas",
      "averia",       "non funziona", "guasto",    "kapot",       "storing",       "doet het niet",
      "معطل",         "معطلة",        "لا يعمل",   "لا تعمل",     "متوقفة",        NULL}},
    {LANGUAGE_REQUEST,
     {"please send",
      "i need",
      "we need",
      "i would like",
      "can i order",
      "could you set up",
      "order a",
      "new account",
      "access to",
      "bitte um",
      "ich brauche",
      "wir brauchen",
      "ich mochte",
      "bestellen",
      "zugang zu",
      "j ai besoin",
      "nous avons besoin",
      "je voudrais",
      "commander",
      "necesito",
      "necesitamos",
      "quisiera",
      "solicito",
      "vorrei",
      "ho bisogno",
      "ik wil graag",
      "we hebben nodig",
      "نحتاج",
      "اريد",
      NULL}},
    {LANGUAGE_QUESTION,
     {"how do i",       "how can",    "what is",    "when will", "where is",       "is it possible",
      "could you tell", "wie kann",   "wann wird",  "gibt es",   "ist es moglich", "comment",
      "quand",          "est ce que", "como puedo", "cuando",    "es posible",     "come posso",
      "hoe kan",        "كيف",        "متى",        NULL}},
    {LANGUAGE_COMPLAINT, {"unacceptable",    "complaint",     "complain",
                          "disappointed",    "ridiculous",    "fed up",
                          "again and again", "unverschamt",   "beschwerde",
                          "enttauscht",      "inakzeptabel",  "inacceptable",
                          "plainte",         "inaceptable",   "queja",
                          "reclamo",         "inaccettabile", "onacceptabel",
                          "klacht",          "third time",    "zum dritten mal",
                          "troisieme fois",  "tercera vez",   "terza volta",
                          "derde keer",      "شكوى",          NULL}},
    {LANGUAGE_THANKS,
     {"thank you for", "thanks for", "works again", "solved now", "danke fur", "merci pour",
      "gracias por", "grazie per", "bedankt voor", "شكرا على", NULL}},
};

static const char *const pressing[] = {"urgent",      "urgently",       "asap",
                                       "immediately", "right now",      "emergency",
                                       "critical",    "cannot sell",    "customers are leaving",
                                       "queue",       "dringend",       "sofort",
                                       "notfall",     "eilt",           "kritisch",
                                       "urgence",     "immediatement",  "tout de suite",
                                       "urgente",     "inmediatamente", "cuanto antes",
                                       "subito",      "spoed",          "onmiddellijk",
                                       "عاجل",        "فورا",           NULL};

/* Folded, words with one space before and behind each. */
static PtStr words_of(PtStr text, char room[static FOLDED_MAX + 2])
{
    char folded[FOLDED_MAX];
    const size_t len = pt_text_fold(text, folded, sizeof folded);
    size_t used = 0;
    room[used++] = ' ';
    for (size_t i = 0; i < len; i++) {
        const char c = folded[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80;
        if (letter) {
            room[used++] = c;
        } else if (room[used - 1] != ' ') {
            room[used++] = ' ';
        }
    }
    if (room[used - 1] != ' ') {
        room[used++] = ' ';
    }
    return (PtStr){room, used};
}

static bool has_phrase(PtStr words, const char *phrase)
{
    char padded[64] = " ";
    const size_t len = strlen(phrase);
    (void)pt_str_copy(padded + 1, sizeof padded - 2, pt_str(phrase)); // all are shorter
    padded[len + 1] = ' ';
    return pt_str_has(words, (PtStr){padded, len + 2});
}

static unsigned count_phrases(PtStr words, const char *const *phrases)
{
    unsigned count = 0;
    for (size_t i = 0; phrases[i] != NULL; i++) {
        count += has_phrase(words, phrases[i]);
    }
    return count;
}

static LanguageIntent intent_of(PtStr text, PtStr words)
{
    LanguageIntent best = LANGUAGE_UNCLEAR;
    unsigned most = 0;
    for (size_t i = 0; i < sizeof cues / sizeof *cues; i++) {
        const unsigned count = count_phrases(words, cues[i].phrases);
        if (count > most) { // of equal ones the first
            most = count;
            best = cues[i].intent;
        }
    }
    return most == 0 && pt_str_has(text, PT_STR("?")) ? LANGUAGE_QUESTION : best;
}

static double urgency_of(PtStr text, PtStr words, double compound)
{
    unsigned marks = 0, capitals = 0, letters = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i], lower = pt_ascii_lower(c);
        marks += c == '!';
        letters += lower >= 'a' && lower <= 'z';
        capitals += c >= 'A' && c <= 'Z';
    }
    const unsigned press = count_phrases(words, pressing);
    const bool shouted = letters >= CAPITALS_LEAST && 2 * capitals > letters;
    const double sum = (press > 1   ? 0.65
                        : press > 0 ? 0.5
                                    : 0) +
                       0.1 * (marks < MARKS_MOST ? marks : MARKS_MOST) + (shouted ? 0.2 : 0) +
                       (compound < 0 ? -0.2 * compound : 0);
    return sum < 1 ? sum : 1;
}

_Static_assert(LANGUAGE_COMPLAINT - LANGUAGE_FAULT == COMPLAINTS,
               "cues are in the order of intents");

LanguageTone language_tone(PtStr text, double compound)
{
    char room[FOLDED_MAX + 2];
    if (text.len > READ_MAX) {
        text.len = READ_MAX;
    }
    const PtStr words = words_of(text, room);
    return (LanguageTone){intent_of(text, words), urgency_of(text, words, compound)};
}

size_t language_tone_phrases(PtStr text, LanguageMoodWord *ret_words, size_t max)
{
    char room[FOLDED_MAX + 2];
    const char *const *const lists[] = {cues[COMPLAINTS].phrases, pressing};
    size_t count = 0;
    text.len = text.len < READ_MAX ? text.len : READ_MAX;
    const PtStr words = words_of(text, room);
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        for (size_t i = 0; lists[k][i] != NULL && count < max; i++) {
            if (has_phrase(words, lists[k][i])) {
                LanguageMoodWord *one = &ret_words[count++];
                (void)pt_str_copy(one->word, sizeof one->word, pt_str(lists[k][i]));
                one->weight = 0;
            }
        }
    }
    return count;
}
