// SPDX-License-Identifier: Apache-2.0
/* What differs by country: phones (ITU-T E.164 and the national numbering plans), postcodes, the
 * place of a house's number, names of the country. */
#include "profiles/standard_internal.h"

#include <string.h>

static const StandardCountry countries[] = {
    {"AT", "43", "0", "00", 4, 13, false, "de", "9999",
     "aut|austria|osterreich|oesterreich|autriche|oostenrijk"},
    {"DE", "49", "0", "00", 5, 12, false, "de", "99999",
     "deu|ger|germany|deutschland|allemagne|duitsland|brd"},
    {"CH", "41", "0", "00", 9, 9, false, "de", "9999",
     "che|switzerland|schweiz|suisse|svizzera|zwitserland"},
    {"LI", "423", "", "00", 7, 9, false, "de", "9999", "lie|liechtenstein"},
    {"NL", "31", "0", "00", 9, 9, false, "nl", "9999 AA",
     "nld|netherlands|the netherlands|nederland|holland|niederlande|pays bas"},
    {"BE", "32", "0", "00", 8, 9, false, "nl", "9999", "bel|belgium|belgie|belgique|belgien"},
    {"LU", "352", "", "00", 4, 11, true, "fr", "9999", "lux|luxembourg|luxemburg"},
    {"FR", "33", "0", "00", 9, 9, true, "fr", "99999", "fra|france|frankreich|frankrijk"},
    {"GB", "44", "0", "00", 9, 10, true, "en", "A9 9AA|A99 9AA|AA9 9AA|AA99 9AA|A9A 9AA|AA9A 9AA",
     "gbr|uk|united kingdom|great britain|england|scotland|wales|grossbritannien|royaume uni"},
    {"IE", "353", "0", "00", 7, 9, true, "en", "A99 ****|A9A ****",
     "irl|ireland|irland|irlande|ierland|eire"},
    {"IT", "39", "", "00", 6, 11, false, "it", "99999", "ita|italy|italia|italien|italie"},
    {"ES", "34", "", "00", 9, 9, false, "es", "99999", "esp|spain|espana|spanien|espagne|spanje"},
    {"PT", "351", "", "00", 9, 9, false, "es", "9999-999", "prt|portugal"},
    {"PL", "48", "", "00", 9, 9, false, "pl", "99-999", "pol|poland|polska|polen|pologne"},
    {"CZ", "420", "", "00", 9, 9, false, "cs", "999 99",
     "cze|czechia|czech republic|cesko|tschechien"},
    {"SK", "421", "0", "00", 9, 9, false, "cs", "999 99", "svk|slovakia|slovensko|slowakei"},
    {"HU", "36", "06", "00", 8, 9, false, "hu", "9999", "hun|hungary|magyarorszag|ungarn|hongrie"},
    {"SI", "386", "0", "00", 8, 8, false, "sl", "9999", "svn|slovenia|slovenija|slowenien"},
    {"HR", "385", "0", "00", 8, 9, false, "sl", "99999", "hrv|croatia|hrvatska|kroatien"},
    {"RO", "40", "0", "00", 9, 9, false, "ro", "999999", "rou|romania|rumanien|roumanie"},
    {"BG", "359", "0", "00", 7, 9, false, "bg", "9999", "bgr|bulgaria|bulgarien|bulgarie"},
    {"GR", "30", "", "00", 10, 10, false, "el", "999 99", "grc|greece|griechenland|grece|ellada"},
    {"CY", "357", "", "00", 8, 8, false, "el", "9999", "cyp|cyprus|zypern|chypre"},
    {"MT", "356", "", "00", 8, 8, true, "en", "AAA 9999", "mlt|malta"},
    {"DK", "45", "", "00", 8, 8, false, "da", "9999", "dnk|denmark|danmark|danemark"},
    {"SE", "46", "0", "00", 7, 9, false, "sv", "999 99",
     "swe|sweden|sverige|schweden|suede|zweden"},
    {"NO", "47", "", "00", 8, 8, false, "no", "9999",
     "nor|norway|norge|norwegen|norvege|noorwegen"},
    {"FI", "358", "0", "00", 5, 12, false, "fi", "99999", "fin|finland|suomi|finnland|finlande"},
    {"IS", "354", "", "00", 7, 7, false, "is", "999", "isl|iceland|island|islande"},
    {"EE", "372", "", "00", 7, 8, false, "et", "99999", "est|estonia|eesti|estland|estonie"},
    {"LV", "371", "", "00", 8, 8, false, "lv", "LV-9999", "lva|latvia|latvija|lettland|lettonie"},
    {"LT", "370", "8", "00", 8, 8, false, "lt", "99999", "ltu|lithuania|lietuva|litauen|lituanie"},
    {"US", "1", "1", "011", 10, 10, true, "en", "99999|99999-9999",
     "usa|united states|united states of america|america|vereinigte staaten|etats unis"},
    {"CA", "1", "1", "011", 10, 10, true, "en", "A9A 9A9", "can|canada|kanada"},
    {"AU", "61", "0", "0011", 9, 9, true, "en", "9999", "aus|australia|australien|australie"},
    {"NZ", "64", "0", "00", 8, 10, true, "en", "9999", "nzl|new zealand|neuseeland"},
    {"TR", "90", "0", "00", 10, 10, false, "tr", "99999", "tur|turkey|turkiye|turkei|turquie"},
    {"JP", "81", "0", "010", 9, 10, false, "ja", "999-9999", "jpn|japan|japon"},
    {"BR", "55", "0", "00", 10, 11, false, "es", "99999-999", "bra|brazil|brasil|brasilien|bresil"},
    {"MX", "52", "", "00", 10, 10, false, "es", "99999", "mex|mexico|mexiko|mexique"},
    {"IN", "91", "0", "00", 10, 10, true, "en", "999999", "ind|india|indien|inde"},
    {"CN", "86", "0", "00", 9, 11, false, "zh", "999999", "chn|china|chine"},
    {"PH", "63", "0", "00", 8, 10, true, "en", "9999", "phl|philippines|philippinen"},
    {"IL", "972", "0", "00", 8, 9, false, "he", "9999999", "isr|israel"},
    {"AE", "971", "0", "00", 8, 9, false, "ar", "", "are|uae|united arab emirates"},
    {"ZA", "27", "0", "00", 9, 9, true, "en", "9999", "zaf|south africa|sudafrika"},
};

enum { COUNTRIES = sizeof countries / sizeof *countries };

const StandardCountry *standard_country_find(const char *country)
{
    for (size_t i = 0; i < COUNTRIES; i++) {
        if (strcmp(countries[i].country, country) == 0) {
            return &countries[i];
        }
    }
    return NULL;
}

const StandardCountry *standard_country_called(PtStr digits)
{
    const StandardCountry *best = NULL;
    for (size_t i = 0; i < COUNTRIES; i++) {
        const PtStr code = pt_str(countries[i].calling);
        if (pt_str_starts(digits, code) && (best == NULL || code.len > strlen(best->calling))) {
            best = &countries[i];
        }
    }
    return best;
}

static bool is_named(PtStr names, PtStr name)
{
    PtStr each;
    while (pt_str_cut(&names, '|', &each)) {
        if (pt_str_eq(each, name)) {
            return true;
        }
    }
    return false;
}

void standard_country_or(PtStr said, const char *fallback,
                         char ret_country[static STANDARD_COUNTRY])
{
    if (pt_str_trim_low(said).len > 0) {
        standard_country(said, ret_country);
    } else {
        memcpy(ret_country, fallback, strlen(fallback) + 1);
    }
}

void standard_phone_country(const char *phone, const char *country,
                            char ret_country[static STANDARD_COUNTRY])
{
    const StandardCountry *called =
        phone[0] == '+' ? standard_country_called(pt_str(phone + 1)) : NULL;
    const StandardCountry *said = standard_country_find(country);
    if (called != NULL && said != NULL && strcmp(said->calling, called->calling) == 0) {
        called = said;
    }
    memcpy(ret_country, called != NULL ? called->country : "",
           called != NULL ? STANDARD_COUNTRY : 1);
}

void standard_country(PtStr text, char ret_country[static STANDARD_COUNTRY])
{
    StandardWords words;
    char name[STANDARD_NAME] = "";
    size_t comma;
    ret_country[0] = '\0';
    standard_words(text, &words, &comma);
    for (size_t i = 0; i < words.count; i++) {
        standard_add_word(name, sizeof name, words.items[i]);
    }
    const PtStr folded = pt_str(name);
    for (size_t i = 0; folded.len > 1 && i < COUNTRIES; i++) {
        if (pt_str_eq_nocase(folded, pt_str(countries[i].country)) ||
            is_named(pt_str(countries[i].names), folded)) {
            memcpy(ret_country, countries[i].country, STANDARD_COUNTRY);
            return;
        }
    }
}
