// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of standard forms: any texts. Each form ends with a NUL within its room, is UTF-8,
 * and is its own standard form where that is promised.
 * Input: up to five texts with a newline between.
 */
#include "profiles/standard.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *form, size_t room)
{
    const char *end = memchr(form, '\0', room);
    assert(end != NULL);
    assert(pt_utf8_valid((PtStr){form, (size_t)(end - form)}));
    (void)end;
}

static void check_names(const PtStr texts[static TEXTS])
{
    StandardName name, again;
    char spelling[STANDARD_STREET];
    standard_name(texts[0], texts[1], texts[2], &name);
    check(name.given, sizeof name.given);
    check(name.family, sizeof name.family);
    standard_spelling(pt_str(name.family), spelling);
    check(spelling, sizeof spelling);
    (void)standard_given_full(pt_str(name.given));
    if (name.given[0] != '\0' && name.family[0] != '\0') {
        standard_name(pt_str(name.given), pt_str(name.family), PT_STR(""), &again);
        assert(again.given[0] != '\0' && again.family[0] != '\0');
    }
}

static void check_contacts(const PtStr texts[static TEXTS], const char *country)
{
    StandardMail mail, again;
    char phone[STANDARD_PHONE], same[STANDARD_PHONE];
    if (standard_mail(texts[0], &mail)) {
        assert(memchr(mail.text, '\0', sizeof mail.text) != NULL && mail.text[mail.local] == '@');
        const bool is = standard_mail(pt_str(mail.text), &again);
        assert(is && strcmp(mail.text, again.text) == 0);
        (void)is;
    }
    if (standard_phone(texts[0], country, phone) == STANDARD_PHONE_E164) {
        char whose[STANDARD_COUNTRY];
        const StandardPhoneKind kind = standard_phone(pt_str(phone), "", same);
        assert(phone[0] == '+' && kind != STANDARD_PHONE_NONE);
        standard_phone_country(phone, country, whose);
        assert(whose[0] == '\0' || strlen(whose) == 2);
        (void)kind;
    }
    if (standard_mail_fault(texts[1]) == STANDARD_FAULT_NONE) {
        assert(texts[1].len >= 5);
    }
    if (standard_phone_fault(texts[1], "AT") == STANDARD_FAULT_NONE) {
        const StandardPhoneKind kind = standard_phone(texts[1], "AT", phone);
        assert(kind == STANDARD_PHONE_E164);
        (void)kind;
    }
    const uint32_t born = standard_birthday(texts[0], country);
    assert(born == 0 || (born >= 19000102 && born <= 20991231));
    (void)born;
}

static void check_address(const PtStr texts[static TEXTS], const char *country)
{
    StandardAddress a;
    standard_address(texts[0], texts[1], texts[2], texts[3], country, &a);
    check(a.street, sizeof a.street);
    check(a.number, sizeof a.number);
    check(a.postcode, sizeof a.postcode);
    check(a.city, sizeof a.city);
}

static void check_near(PtStr a, PtStr b)
{
    const double near = standard_jaro_winkler(a, b);
    assert(near >= 0 && near <= 1);
    assert(standard_distance(a, b) == standard_distance(b, a));
    assert(standard_one_apart(a, b) == (standard_distance(a, b) == 1));
    assert(standard_distance(a, a) == 0);
    (void)near;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtStr texts[TEXTS] = {{NULL, 0}}, rest = {(const char *)data, size};
    char country[STANDARD_COUNTRY];
    for (size_t i = 0; size > 0 && i < TEXTS && pt_str_cut(&rest, '\n', &texts[i]); i++) {
    }
    standard_country(texts[4], country);
    check_names(texts);
    check_contacts(texts, country);
    check_address(texts, country);
    check_near(texts[0], texts[1]);
    return 0;
}
