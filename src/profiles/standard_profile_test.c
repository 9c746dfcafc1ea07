// SPDX-License-Identifier: Apache-2.0
/* Standard forms of a person's traits: which trait says what, whose number a phone is, what is
 * malformed. */
#include "profiles/profiles_internal.h"

#include <base/test_rows.h>
#include <fault/fault_alloc.h>
#include <stdio.h>
#include <string.h>

enum { TRAITS_MOST = 8, OUT = 512 };

/* traits: lines of name=JSON. want: what `show` makes of it. */
static struct StandardCase {
    const char *name, *country, *traits, *want;
} cases[] = {
    {"nothing", "AT", "vip=true\nlanguage=\"de\"", ""},
    {"a mail address", "", "email=\"Anna.Muster+shop@Gmail.com \"",
     "email(email): annamuster@gmail.com"},
    {"a mistyped domain", "", "email=\"anna@gmial.com\"",
     "email(email): anna@gmial.com meant gmail.com"},
    {"an address of several people", "", "email=\"office@shop.example\"",
     "email(email): office@shop.example role"},
    {"no mail address", "", "email=\"anna at home\"", "email(email): fault 1"},
    {"nothing before the provider's dots", "", "email=\"..@gmail.com\"", "email(email): fault 1"},
    {"a phone with its country", "DE", "phone=\"+43 664 1234567\"",
     "phone(phone): +436641234567 AT from 1"},
    {"a phone as dialled abroad", "AT", "phone=\"0043 664 1234567\"",
     "phone(phone): +436641234567 AT from 1"},
    {"a phone of the setting", "AT", "phone=\"0664 1234567\"",
     "phone(phone): +436641234567 AT from 3"},
    {"a phone of the country that is said", "AT",
     "phone=\"0791234567\"\naddress={\"country\":\"CH\"}", "phone(phone): +41791234567 CH from 2"},
    {"the flat trait goes before the address", "",
     "address={\"country\":\"CH\"}\ncountry=\"Austria\"\nphone=\"0664 1234567\"",
     "phone(phone): +436641234567 AT from 2"},
    {"a country that is not known is none", "AT", "country=\"Atlantis\"\nphone=\"0664 1234567\"",
     "phone(phone): 06641234567  from 0"},
    {"no country at all", "", "phone=\"0664/1234567\"", "phone(phone): 06641234567  from 0"},
    {"a number in a phone's place", "AT", "phone=436641234567",
     "phone(phone): +436641234567 AT from 3"},
    {"a phone that Canada shares", "CA", "phone=\"+1 415 555 2671\"",
     "phone(phone): +14155552671 CA from 1"},
    {"a phone of no country in the table", "", "phone=\"+999 1234567\"",
     "phone(phone): +9991234567  from 0"},
    {"a phone that is too short for its country", "CH", "phone=\"079 123\"",
     "phone(phone): fault 2"},
    {"a phone with letters", "AT", "phone=\"call me\"", "phone(phone): fault 1"},
    {"a name in parts", "", "firstName=\"Bob\"\nlast_name=\"van der Berg\"\nname=\"X\"",
     "name(firstName,last_name): bob=robert|van der berg"},
    {"a whole name", "", "name=\"Berg, Dr. Anna\"", "name(name): anna|berg"},
    {"a name without letters", "", "name=\" , \"", ""},
    {"an address", "",
     "address={\"street\":\"Hauptstr. 12a\",\"postal_code\":\"A-1010\",\"city\":\"Wien\","
     "\"country\":\"Austria\"}",
     "address(address): hauptstrasse|12a|1010|wien|AT"},
    {"an address in several traits", "",
     "street=\"221B Baker St\"\nzip=\"nw16xe\"\ncity=\"London\"\ncountry=\"UK\"",
     "address(street,zip,city,country): baker street|221b|NW1 6XE|london|GB"},
    {"a postcode that its country does not have", "",
     "address={\"city\":\"Graz\",\"postcode\":\"801\",\"country\":\"AT\"}",
     "address(address):  fault 3|||graz|AT"},
    {"a country alone is no address", "", "address={\"country\":\"AT\"}", ""},
    {"values that are no texts", "AT", "phone={}\nemail=null\nname=[1]\naddress=\"Wien\"", ""},
};

/* Names of traits are constant texts. */
static void join(char out[static OUT], const PtStr *traits, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(out + len, OUT - len, "%s%s", i > 0 ? "," : "", traits[i].data);
    }
}

static void show_contacts(const ProfileStandard *s, char out[static OUT])
{
    size_t len = 0;
    if (s->email.trait.len > 0 && s->email.fault != STANDARD_FAULT_NONE) {
        len = (size_t)snprintf(out, OUT, "email(%s): fault %d", s->email.trait.data,
                               (int)s->email.fault);
    } else if (s->email.trait.len > 0) {
        const char *hint = s->email.form.hint;
        len = (size_t)snprintf(out, OUT, "email(%s): %s%s%s%s", s->email.trait.data,
                               s->email.form.text, hint != NULL ? " meant " : "",
                               hint != NULL ? hint : "", s->email.form.role ? " role" : "");
    }
    if (s->phone.trait.len > 0 && s->phone.fault != STANDARD_FAULT_NONE) {
        (void)snprintf(out + len, OUT - len, "phone(%s): fault %d", s->phone.trait.data,
                       (int)s->phone.fault);
    } else if (s->phone.trait.len > 0) {
        (void)snprintf(out + len, OUT - len, "phone(%s): %s %s from %d", s->phone.trait.data,
                       s->phone.form, s->phone.country, (int)s->phone.from);
    }
}

static void show_rest(const ProfileStandard *s, char out[static OUT])
{
    char traits[OUT] = "";
    const size_t len = strlen(out);
    if (s->name.trait_count > 0) {
        join(traits, s->name.traits, s->name.trait_count);
        (void)snprintf(out + len, OUT - len, "name(%s): %s%s%.*s|%s", traits, s->name.form.given,
                       s->name.given_full.len > 0 ? "=" : "", (int)s->name.given_full.len,
                       s->name.given_full.data, s->name.form.family);
    }
    if (s->address.trait_count > 0) {
        char fault[16] = "";
        if (s->address.fault != STANDARD_FAULT_NONE) {
            (void)snprintf(fault, sizeof fault, " fault %d", (int)s->address.fault);
        }
        join(traits, s->address.traits, s->address.trait_count);
        (void)snprintf(out + len, OUT - len, "address(%s): %s%s|%s|%s|%s|%s", traits,
                       s->address.form.street, fault, s->address.form.number,
                       s->address.form.postcode, s->address.form.city, s->address.country);
    }
}

static size_t read_traits(const char *text, ProfileTrait traits[static TRAITS_MOST])
{
    PtStr rest = pt_str(text), line;
    size_t count = 0;
    while (count < TRAITS_MOST && pt_str_cut(&rest, '\n', &line)) {
        traits[count] = (ProfileTrait){.json = line};
        (void)pt_str_cut(&traits[count].json, '=', &traits[count].name);
        count++;
    }
    return count;
}

static void forms_of_traits(void **state)
{
    const struct StandardCase *c = *state;
    static Profiles p;
    ProfileTrait traits[TRAITS_MOST];
    Profile profile = {.traits = traits, .trait_count = read_traits(c->traits, traits)};
    ProfileStandard s;
    char out[OUT] = "";
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    memcpy(p.country, c->country, strlen(c->country) + 1);
    assert_int_equal(profiles_standard(&p, &profile, arena, &s, NULL), PT_OK);
    show_contacts(&s, out);
    show_rest(&s, out);
    assert_string_equal(out, c->want);
}

static void no_memory(void **state)
{
    (void)state;
    static Profiles p;
    ProfileTrait trait = {.name = PT_STR("phone"), .json = PT_STR("\"0664 1\"")};
    Profile profile = {.traits = &trait, .trait_count = 1};
    ProfileStandard s;
    PtError err = {0};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    fault_alloc_fail(1, 0);
    const PtStatus st = profiles_standard(&p, &profile, arena, &s, &err);
    fault_alloc_fail(0, 0);
    assert_int_equal(st, PT_NO_MEMORY);
    assert_string_equal(err.message, "no memory for standard forms");
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + 1];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, forms_of_traits);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(no_memory);
    return _cmocka_run_group_tests("profiles/standard_profile", tests, n, NULL, NULL);
}
