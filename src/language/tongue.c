// SPDX-License-Identifier: Apache-2.0
/* Which language a text is in: by its script, and where that is Latin by small words that one
 * language has and its neighbours do not.
 */
#include "language/language.h"

#include "platform/text.h"

#include <string.h>
#include <utf8proc.h>

enum {
    READ_MAX = 4096, /* bytes: enough to tell */
    WORD_MAX = 12,
    LEAST = 2, /* words that speak for a language, or the only one of a short text */
};

static const struct Script {
    uint32_t from, to;
    char language[3];
} scripts[] = {
    {0x0370, 0x03FF, "el"}, {0x0400, 0x052F, "ru"}, {0x0590, 0x05FF, "he"}, {0x0600, 0x06FF, "ar"},
    {0x0750, 0x077F, "ar"}, {0x0900, 0x097F, "hi"}, {0x0E00, 0x0E7F, "th"}, {0x3040, 0x30FF, "ja"},
    {0x3400, 0x9FFF, "zh"}, {0xAC00, 0xD7AF, "ko"}, {0xFB50, 0xFDFF, "ar"}, {0xFE70, 0xFEFC, "ar"},
};
enum { SCRIPTS = sizeof scripts / sizeof *scripts };

/* Words between spaces, folded. */
static const struct Tongue {
    char language[3];
    const char *words;
} tongues[] = {
    {"en",
     " the and is are was were have has had not with this that from they you your our my we it "
     "of to be been can cannot please when what which does did there would could should "},
    {"de", " der das und ist sind nicht ein eine einen mit fur auf auch wir ich sie es bitte kann "
           "seit wenn werden wird wurde haben hat beim zum zur bei dem den ihre unser kein keine "
           "mehr geht "
           "noch nur alle oder im am "},
    {"fr", " le les des et est sont pas une avec pour sur nous vous je il elle ce cette dans du au "
           "aux mais depuis quand merci plus notre votre ne qui etre fait "},
    {"es", " el los las una y es son con para por pero no se nos esta este cuando desde muy mi "
           "su tiene hay como favor gracias puede del al lo que estamos "},
    {"it", " il gli della del che non con per sono una uno questo questa ma quando dal nel alla "
           "anche grazie ho abbiamo puo di mi nostro piu sono funziona "},
    {"pt",
     " os uma nao com para por mas da dos das em quando desde este esta obrigado temos pode voce "
     "estao um ao nosso loja "},
    {"nl",
     " de het een en is niet met voor op ook wij ik zij maar van bij wordt worden hebben heeft "
     "kan kunnen dat deze naar geen onze sinds "},
    {"pl", " nie jest sie ze od dla czy jak prosze mamy ale przez nasz ktory dziala sklepie "},
    {"sv", " och det att som en ett ar inte med for pa av vi jag har kan men nar den fran vara "},
};
enum { TONGUES = sizeof tongues / sizeof *tongues };

typedef struct Votes {
    unsigned of_script[SCRIPTS], of_tongue[TONGUES], latin, words;
} Votes;

static void vote_word(Votes *v, PtStr word)
{
    char room[WORD_MAX + 2] = " ";
    const size_t len = pt_text_fold(word, room + 1, WORD_MAX);
    room[len + 1] = ' ';
    v->words++;
    for (size_t i = 0; word.len <= WORD_MAX && i < TONGUES; i++) {
        v->of_tongue[i] += pt_str_has(pt_str(tongues[i].words), (PtStr){room, len + 2});
    }
}

/* Whether the letter is one of a word; counts its script. */
static bool vote_letter(Votes *v, uint32_t c)
{
    const char lower = c < 0x80 ? pt_ascii_lower((char)c) : '\0';
    if ((lower >= 'a' && lower <= 'z') || (c >= 0xC0 && c < 0x250)) {
        v->latin++;
        return true;
    }
    for (size_t i = 0; c >= 0x370 && i < SCRIPTS; i++) {
        v->of_script[i] += c >= scripts[i].from && c <= scripts[i].to;
    }
    return false;
}

static Votes count_votes(PtStr text)
{
    const char *p = text.data, *end = p + text.len, *from = NULL;
    Votes v = {0};
    while (p < end) {
        utf8proc_int32_t c = 0;
        const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p, end - p, &c);
        if (vote_letter(&v, n > 0 ? (uint32_t)c : ' ')) {
            from = from == NULL ? p : from;
        } else if (from != NULL) {
            vote_word(&v, (PtStr){from, (size_t)(p - from)});
            from = NULL;
        }
        p += n > 0 ? n : 1;
    }
    if (from != NULL) {
        vote_word(&v, (PtStr){from, (size_t)(end - from)});
    }
    return v;
}

/* The one with the most votes, -1 where two have as many. */
static int winner(const unsigned *votes, int count, unsigned least)
{
    int best = -1;
    unsigned most = least - 1;
    bool tied = false;
    for (int i = 0; i < count; i++) {
        tied = votes[i] == most ? true : tied;
        if (votes[i] > most) {
            best = i;
            most = votes[i];
            tied = false;
        }
    }
    return tied ? -1 : best;
}

const char *language_of(PtStr text)
{
    static const char none[] = "";
    text.len = text.len < READ_MAX ? text.len : READ_MAX;
    if (text.len == 0) {
        return none;
    }
    const Votes v = count_votes(text);
    unsigned other = 0, kana = 0;
    for (size_t i = 0; i < SCRIPTS; i++) {
        other += v.of_script[i];
        kana += memcmp(scripts[i].language, "ja", 2) == 0 ? v.of_script[i] : 0;
    }
    if (other > v.latin) {
        const int script = winner(v.of_script, SCRIPTS, 1);
        return kana > 0 ? "ja" : script >= 0 ? scripts[script].language : none;
    }
    const int tongue = winner(v.of_tongue, TONGUES, v.words < 4 ? 1 : LEAST);
    return tongue >= 0 ? tongues[tongue].language : none;
}
