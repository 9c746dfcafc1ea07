// SPDX-License-Identifier: Apache-2.0
#include "profiles/standard_profile.h"

#include "profiles/profiles_internal.h"
#include "profiles/standard_facts.h"

#include <string.h>

static void read_email(const StandardFacts *facts, ProfileStandard *s)
{
    const PtStr text = pt_str_trim_low(facts->text[FACT_EMAIL]);
    if (text.len == 0) {
        return;
    }
    s->email.trait = facts->trait[FACT_EMAIL];
    s->email.fault = standard_mail_fault(text);
    if (s->email.fault == STANDARD_FAULT_NONE && !standard_mail(text, &s->email.form)) {
        s->email.fault = STANDARD_FAULT_FORM;
    }
}

static void read_phone(const StandardFacts *facts, const char *fallback, ProfileStandard *s)
{
    char country[STANDARD_COUNTRY];
    const PtStr text = pt_str_trim_low(facts->text[FACT_PHONE]);
    const bool said = pt_str_trim_low(facts->text[FACT_COUNTRY]).len > 0;
    if (text.len == 0) {
        return;
    }
    standard_country_or(facts->text[FACT_COUNTRY], fallback, country);
    s->phone.trait = facts->trait[FACT_PHONE];
    s->phone.fault = standard_phone_fault(text, country);
    if (s->phone.fault != STANDARD_FAULT_NONE ||
        standard_phone(text, country, s->phone.form) != STANDARD_PHONE_E164) {
        return;
    }
    standard_phone_country(s->phone.form, country, s->phone.country);
    const bool own = text.data[0] == '+' || pt_str_starts(text, PT_STR("00")) ||
                     strcmp(s->phone.country, country) != 0;
    s->phone.from = own    ? STANDARD_COUNTRY_NUMBER
                    : said ? STANDARD_COUNTRY_SAID
                           : STANDARD_COUNTRY_SETTING;
    if (s->phone.country[0] == '\0') {
        s->phone.from = STANDARD_COUNTRY_UNKNOWN;
    }
}

/* Each once. */
static void add_trait(PtStr traits[static STANDARD_TRAITS], size_t *count, PtStr trait)
{
    for (size_t i = 0; i < *count; i++) {
        if (pt_str_eq(traits[i], trait)) {
            return;
        }
    }
    if (trait.len > 0 && *count < STANDARD_TRAITS) {
        traits[(*count)++] = trait;
    }
}

static void read_name(const StandardFacts *facts, ProfileStandard *s)
{
    const bool parts = facts->text[FACT_FIRST].len > 0 || facts->text[FACT_LAST].len > 0;
    standard_name(facts->text[FACT_FIRST], facts->text[FACT_LAST], facts->text[FACT_NAME],
                  &s->name.form);
    if (s->name.form.given[0] == '\0' && s->name.form.family[0] == '\0') {
        return;
    }
    if (parts) {
        add_trait(s->name.traits, &s->name.trait_count, facts->trait[FACT_FIRST]);
        add_trait(s->name.traits, &s->name.trait_count, facts->trait[FACT_LAST]);
    } else {
        add_trait(s->name.traits, &s->name.trait_count, facts->trait[FACT_NAME]);
    }
    const PtStr given = pt_str(s->name.form.given), full = standard_given_full(given);
    s->name.given_full = pt_str_eq(full, given) ? (PtStr){NULL, 0} : full;
}

/* A country alone is no address. */
static void read_address(const StandardFacts *facts, ProfileStandard *s)
{
    static const StandardFact facts_of[] = {FACT_STREET, FACT_NUMBER, FACT_POSTCODE, FACT_CITY};
    for (size_t i = 0; i < sizeof facts_of / sizeof *facts_of; i++) {
        if (pt_str_trim_low(facts->text[facts_of[i]]).len > 0) {
            add_trait(s->address.traits, &s->address.trait_count, facts->trait[facts_of[i]]);
        }
    }
    if (s->address.trait_count == 0) {
        return;
    }
    add_trait(s->address.traits, &s->address.trait_count, facts->trait[FACT_COUNTRY]);
    standard_country(facts->text[FACT_COUNTRY], s->address.country);
    standard_address(facts->text[FACT_STREET], facts->text[FACT_NUMBER], facts->text[FACT_POSTCODE],
                     facts->text[FACT_CITY], s->address.country, &s->address.form);
    const bool lost =
        pt_str_trim_low(facts->text[FACT_POSTCODE]).len > 0 && s->address.form.postcode[0] == '\0';
    s->address.fault = lost ? STANDARD_FAULT_POSTCODE : STANDARD_FAULT_NONE;
}

PtStatus profiles_standard(const Profiles *p, const Profile *profile, PtArena *arena,
                           ProfileStandard *ret_standard, PtError *err)
{
    StandardFacts facts = {.arena = arena};
    for (size_t i = 0; i < profile->trait_count; i++) {
        standard_facts_add(&facts, profile->traits[i].name, profile->traits[i].json);
    }
    if (facts.failed) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for standard forms");
    }
    *ret_standard = (ProfileStandard){.email = {.fault = STANDARD_FAULT_NONE}};
    read_email(&facts, ret_standard);
    read_phone(&facts, p->country, ret_standard);
    read_name(&facts, ret_standard);
    read_address(&facts, ret_standard);
    return PT_OK;
}
