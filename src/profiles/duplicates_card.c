// SPDX-License-Identifier: Apache-2.0
/* Cards: what a node says, in standard forms, and the keys of its blocks. */
#include "profiles/duplicates_internal.h"

#include <stdio.h>
#include <string.h>

/* ---- Writing --------------------------------------------------------------------------------- */

static void write_contacts(const StandardFacts *facts, PtStr type, PtStr value, const char *country,
                           StandardMail *mail, char phone[static STANDARD_PHONE])
{
    const bool is_mail = pt_str_eq(type, PT_STR("email")),
               is_phone = pt_str_eq(type, PT_STR("phone"));
    mail->text[0] = phone[0] = '\0';
    if (!standard_mail(is_mail ? value : facts->text[FACT_EMAIL], mail) || mail->role) {
        mail->text[0] = '\0';
    }
    (void)standard_phone(is_phone ? value : facts->text[FACT_PHONE], country, phone);
}

size_t card_write(const StandardFacts *facts, PtStr type, PtStr value,
                  char ret_text[static CARD_MAX])
{
    StandardName name;
    StandardMail mail = {.local = 0};
    StandardAddress address;
    char country[STANDARD_COUNTRY], phone[STANDARD_PHONE], birthday[12] = "";
    const bool said = pt_str_trim_low(facts->text[FACT_COUNTRY]).len > 0;
    standard_country(facts->text[FACT_COUNTRY], country);
    standard_name(facts->text[FACT_FIRST], facts->text[FACT_LAST], facts->text[FACT_NAME], &name);
    standard_address(facts->text[FACT_STREET], facts->text[FACT_NUMBER], facts->text[FACT_POSTCODE],
                     facts->text[FACT_CITY], country, &address);
    write_contacts(facts, type, value, country, &mail, phone);
    const uint32_t born = standard_birthday(facts->text[FACT_BIRTHDAY], country);
    if (born != 0) {
        (void)snprintf(birthday, sizeof birthday, "%08u", (unsigned)born);
    }
    const int len = snprintf(ret_text, CARD_MAX, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s",
                             name.given, name.family, mail.text, phone, birthday, address.street,
                             address.number, address.postcode, address.city,
                             said && country[0] == '\0' ? CARD_ELSEWHERE : country);
    return len > CARD_FIELDS - 1 && len < CARD_MAX ? (size_t)len : 0;
}

void card_read(PtStr text, Card *ret_card)
{
    for (size_t i = 0; i < CARD_FIELDS; i++) {
        PtStr field = {NULL, 0};
        (void)pt_str_cut(&text, '\n', &field);
        ret_card->items[i] = field;
    }
}

/* ---- Keys ------------------------------------------------------------------------------------ */

typedef struct Keys {
    uint32_t *items;
    size_t count;
    const uint8_t *hash_key;
} Keys;

/* A key of several parts; none where one of them is empty. */
static void add_key(Keys *keys, char kind, const PtStr *parts, size_t count)
{
    char text[512];
    size_t len = 0;
    text[len++] = kind;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len == 0 || len + parts[i].len + 1 > sizeof text) {
            return;
        }
        text[len++] = '\n';
        memcpy(text + len, parts[i].data, parts[i].len);
        len += parts[i].len;
    }
    const PtHash128 h = pt_hash128((PtStr){text, len}, keys->hash_key);
    const uint32_t key = (uint32_t)h.lo;
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->items[i] == key) {
            return;
        }
    }
    keys->items[keys->count++] = key;
}

/* One letter for those that people confuse. */
static char sound_of(char c)
{
    static const char pairs[][2] = {{'v', 'f'}, {'w', 'f'}, {'z', 's'},
                                    {'c', 'k'}, {'q', 'k'}, {'d', 't'}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (c == pairs[i][0]) {
            return pairs[i][1];
        }
    }
    return c;
}

/* Consonants with what people confuse made one: a mistyped vowel or a doubled letter leaves a
 * surname in its block. */
static PtStr skeleton(PtStr spelling, char room[static STANDARD_STREET])
{
    size_t len = 0;
    for (size_t i = 0; i < spelling.len && len < STANDARD_STREET; i++) {
        const char c = sound_of(spelling.data[i]);
        const bool vowel = strchr("aeiouyhj", c) != NULL;
        if ((!vowel || i == 0) && (len == 0 || room[len - 1] != c)) {
            room[len++] = c;
        }
    }
    return (PtStr){room, len};
}

static size_t letter_bytes(PtStr s)
{
    const size_t len = s.len > 0 ? pt_utf8_step(s.data, s.data + s.len) : 0;
    return len > 0 ? len : s.len > 0;
}

static void name_keys(Keys *keys, const Card *c)
{
    char family[STANDARD_STREET], given[STANDARD_STREET], bones[STANDARD_STREET];
    const PtStr postcode = c->items[CARD_POSTCODE], city = c->items[CARD_CITY];
    PtStr first, rest = c->items[CARD_GIVEN];
    if (!pt_str_cut(&rest, ' ', &first) || c->items[CARD_FAMILY].len == 0) {
        first = (PtStr){NULL, 0};
    }
    standard_spelling(c->items[CARD_FAMILY], family);
    standard_spelling(first, given);
    const PtStr last = pt_str(family), one = pt_str(given), bone = skeleton(last, bones);
    const PtStr initial = {given, letter_bytes(one)};
    const bool swap = pt_str_order(one, last) < 0;
    const PtStr low = swap ? one : last, high = swap ? last : one;
    add_key(keys, 'p', (const PtStr[]){bone, postcode}, 2);
    add_key(keys, 'b', (const PtStr[]){bone, c->items[CARD_BIRTHDAY]}, 2);
    add_key(keys, 'c', (const PtStr[]){last, initial, city}, 3);
    add_key(keys, 'n', (const PtStr[]){low, high, postcode.len > 0 ? postcode : city}, 3);
    add_key(keys, 'd', (const PtStr[]){one, c->items[CARD_BIRTHDAY]}, 2);
    add_key(keys, 'd', (const PtStr[]){last, c->items[CARD_BIRTHDAY]}, 2);
}

static void contact_keys(Keys *keys, const Card *c)
{
    enum { LOCAL_LEAST = 6, PHONE_END = 8 };
    PtStr rest = c->items[CARD_MAIL], local;
    const PtStr phone = c->items[CARD_PHONE];
    add_key(keys, 'm', &rest, 1);
    if (rest.len > 0 && pt_str_cut(&rest, '@', &local) && local.len >= LOCAL_LEAST) {
        add_key(keys, 'l', &local, 1);
    }
    if (phone.len > 0) { // with and without its country
        const PtStr end = phone.len > PHONE_END ? pt_str_from(phone, phone.len - PHONE_END) : phone;
        add_key(keys, 't', &end, 1);
    }
}

size_t card_keys(const Card *card, const uint8_t key[static PT_HASH_KEY],
                 uint32_t ret_keys[static CARD_KEYS_MAX])
{
    char street[STANDARD_STREET];
    Keys keys = {.items = ret_keys, .hash_key = key};
    standard_spelling(card->items[CARD_STREET], street);
    contact_keys(&keys, card);
    name_keys(&keys, card);
    add_key(&keys, 'a',
            (const PtStr[]){pt_str(street), card->items[CARD_NUMBER], card->items[CARD_POSTCODE]},
            3);
    return keys.count;
}
