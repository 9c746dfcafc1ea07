// SPDX-License-Identifier: Apache-2.0
#include "profiles/standard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 160 };

static struct CMUnitTest all[MOST];
static size_t count;

static void add(const char *name, CMUnitTestFunction fn, void *row)
{
    assert_true(count < MOST);
    all[count++] = (struct CMUnitTest){name, fn, NULL, NULL, row};
}

/* ---- Names ----------------------------------------------------------------------------------- */

static struct NameCase {
    const char *first, *last, *whole, *given, *family;
} names[] = {
    {"Anna", "Müller", "", "anna", "muller"},
    {"ANNA", "MUELLER", "", "anna", "mueller"},
    {"Jürgen", "Weiß", "", "jurgen", "weiss"},
    {"Karl-Heinz", "Groß-Gerau", "", "karl heinz", "gross gerau"},
    {"Dr. Eva", "Berg, MSc", "", "eva", "berg"},
    {"J.P.", "O'Brien", "", "j p", "obrien"},
    {"", "", "Anna van der Berg", "anna", "van der berg"},
    {"", "", "Berg, Anna van der", "anna", "van der berg"},
    {"", "", "Berg, Dr. Anna", "anna", "berg"},
    {"", "", "Prof. Dr. Hans Huber", "hans", "huber"},
    {"", "", "Mme Claire de La Tour", "claire", "de la tour"},
    {"", "", "Bob Smith Jr.", "bob", "smith"},
    {"", "", "Smith, Bob", "bob", "smith"},
    {"", "", "Van Morrison", "van", "morrison"},
    {"", "", "Cher", "cher", ""},
    {"", "", "Dr", "dr", ""},
    {"", "", "José García", "jose", "garcia"},
    {"", "", "Łukasz Żółć", "lukasz", "zolc"},
    {"", "", "Søren Ørsted", "soren", "orsted"},
    {"", "", "Мария Иванова", "мария", "иванова"},
    {"", "", "  ", "", ""},
    {"", "", ",", "", ""},
    {"Anna", "", "Somebody Else", "anna", ""},
    {"", "", "\xff\xfe", "", ""},
};

static void test_name(void **state)
{
    const struct NameCase *c = *state;
    StandardName name;
    standard_name(pt_str(c->first), pt_str(c->last), pt_str(c->whole), &name);
    assert_string_equal(name.given, c->given);
    assert_string_equal(name.family, c->family);
}

static void test_long_name_is_cut_at_a_letter(void **state)
{
    char long_name[400];
    StandardName name;
    (void)state;
    for (size_t i = 0; i < sizeof long_name; i += 2) {
        memcpy(long_name + i, "\xd0\xb6", 2);
    }
    standard_name((PtStr){long_name, sizeof long_name}, PT_STR("x"), PT_STR(""), &name);
    assert_int_equal(strlen(name.given), STANDARD_NAME - 2); // two bytes a letter
    assert_true(pt_utf8_valid(pt_str(name.given)));
}

static void test_short_forms(void **state)
{
    static const char *const rows[][2] = {
        {"abby", "abigail"},
        {"bob", "robert"},
        {"sepp", "josef"},
        {"kees", "cornelis"},
        {"zack", "zachary"},
        {"uschi", "ursula"},
        {"robert", "robert"},
        {"bo", "bo"},
        {"bobs", "bobs"},
        {"sebastien", "sebastien"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const PtStr full = standard_given_full(pt_str(rows[i][0]));
        assert_int_equal(full.len, strlen(rows[i][1]));
        assert_memory_equal(full.data, rows[i][1], full.len);
    }
}

static void test_spelling(void **state)
{
    char out[STANDARD_STREET];
    (void)state;
    standard_spelling(PT_STR("mueller"), out);
    assert_string_equal(out, "muller");
    standard_spelling(PT_STR("karl heinz"), out);
    assert_string_equal(out, "karlheinz");
    standard_spelling(PT_STR("eeva"), out);
    assert_string_equal(out, "eeva");
}

/* ---- Mail ------------------------------------------------------------------------------------ */

static struct MailCase {
    const char *text, *want, *hint; /* want NULL: no address */
    bool role;
} mails[] = {
    {" Anna.Muster+shop@Gmail.com ", "annamuster@gmail.com", NULL, false},
    {"anna.muster@googlemail.com", "annamuster@gmail.com", NULL, false},
    {"anna.muster+x@gmx.at", "anna.muster+x@gmx.at", NULL, false},
    {"Anna.Muster+x@outlook.com", "anna.muster@outlook.com", NULL, false},
    {"anna@me.com", "anna@icloud.com", NULL, false},
    {"a.n.na@pm.me", "anna@proton.me", NULL, false},
    {"anna@gmial.com", "anna@gmial.com", "gmail.com", false},
    {"anna@hotmial.com", "anna@hotmial.com", "hotmail.com", false},
    {"anna@gmail.co", "anna@gmail.co", "gmail.com", false},
    {"anna@gmx.ch", "anna@gmx.ch", NULL, false},
    {"Info@shop.example", "info@shop.example", NULL, true},
    {"info.anna@shop.example", "info.anna@shop.example", NULL, false},
    {"+tag@gmail.com", "+tag@gmail.com", NULL, false},
    {"anna", NULL, NULL, false},
    {"anna@", NULL, NULL, false},
    {"@gmail.com", NULL, NULL, false},
    {"anna@gmail", NULL, NULL, false},
    {"anna@@gmail.com", NULL, NULL, false},
    {"anna@gmail..com", NULL, NULL, false},
    {"anna@.gmail.com", NULL, NULL, false},
    {"anna@gmail.com.", NULL, NULL, false},
    {"Anna <anna@gmail.com>", NULL, NULL, false},
    {"...@gmail.com", NULL, NULL, false},
    {"", NULL, NULL, false},
};

static void test_mail(void **state)
{
    const struct MailCase *c = *state;
    StandardMail mail;
    const bool is = standard_mail(pt_str(c->text), &mail);
    assert_int_equal(is, c->want != NULL);
    if (is) {
        assert_string_equal(mail.text, c->want);
        assert_int_equal(mail.text[mail.local], '@');
        assert_int_equal(mail.role, c->role);
        assert_string_equal(mail.hint != NULL ? mail.hint : "", c->hint != NULL ? c->hint : "");
    }
}

static void test_mail_of_255_bytes_fits(void **state)
{
    char text[STANDARD_MAIL + 1];
    StandardMail mail;
    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text + STANDARD_MAIL - 7, "@b.com", 6);
    assert_true(standard_mail((PtStr){text, STANDARD_MAIL - 1}, &mail));
    assert_int_equal(strlen(mail.text), STANDARD_MAIL - 1);
    memcpy(text + STANDARD_MAIL - 6, "@b.com", 6);
    text[STANDARD_MAIL - 7] = 'a';
    assert_false(standard_mail((PtStr){text, STANDARD_MAIL}, &mail));
}

/* ---- Phones ---------------------------------------------------------------------------------- */

static struct PhoneCase {
    const char *text, *country, *want; /* "+...": E.164; "": none */
} phones[] = {
    {"+43 (664) 123-45-67", "", "+436641234567"},
    {"0664 1234567", "AT", "+436641234567"},
    {"0043 664 1234567", "AT", "+436641234567"},
    {"0043 664 1234567", "", "+436641234567"},
    {"+43 (0)664 1234567", "", "+436641234567"},
    {"+43 0664 1234567", "", "+436641234567"},
    {"436641234567", "AT", "+436641234567"},
    {"0664 1234567", "", "06641234567"},
    {"030 901820", "DE", "+4930901820"},
    {"06 12 34 56 78", "FR", "+33612345678"},
    {"06 12 34 56 7", "FR", "061234567"},
    {"06-12345678", "NL", "+31612345678"},
    {"0475 12 34 56", "BE", "+32475123456"},
    {"07911 123456", "GB", "+447911123456"},
    {"(020) 7946 0958", "GB", "+442079460958"},
    {"02 1234 5678", "IT", "+390212345678"},
    {"347 123 4567", "IT", "+393471234567"},
    {"+39 02 12345678", "", "+390212345678"},
    {"612 34 56 78", "ES", "+34612345678"},
    {"079 123 45 67", "CH", "+41791234567"},
    {"601 234 567", "PL", "+48601234567"},
    {"06 30 123 4567", "HU", "+36301234567"},
    {"8 612 34567", "LT", "+37061234567"},
    {"(415) 555-2671", "US", "+14155552671"},
    {"1-415-555-2671", "US", "+14155552671"},
    {"011 44 7911 123456", "US", "+447911123456"},
    {"415-555-2671 ext. 12", "US", "+14155552671"},
    {"415 555 267", "US", "415555267"},
    {"0412 345 678", "AU", "+61412345678"},
    {"070-123 45 67", "SE", "+46701234567"},
    {"90 12 34 56", "NO", "+4790123456"},
    {"+423 234 56 78", "", "+4232345678"},
    {"+999 1234567", "", "+9991234567"},
    {"0000000", "AT", ""},
    {"+43 0000000", "", ""},
    {"1234", "AT", ""},
    {"call me", "AT", ""},
    {"", "AT", ""},
    {"1234567890123456789012345", "AT", ""},
    {"+1234567890123456", "", ""},
};

static void test_phone(void **state)
{
    const struct PhoneCase *c = *state;
    char phone[STANDARD_PHONE];
    const StandardPhoneKind kind = standard_phone(pt_str(c->text), c->country, phone);
    if (c->want[0] == '\0') {
        assert_true(kind != STANDARD_PHONE_E164);
        return;
    }
    assert_string_equal(phone, c->want);
    assert_int_equal(kind, c->want[0] == '+' ? STANDARD_PHONE_E164 : STANDARD_PHONE_LOCAL);
}

/* ---- Birthdays ------------------------------------------------------------------------------- */

static struct DayCase {
    const char *text, *country;
    uint32_t want;
} days[] = {
    {"1984-05-03", "", 19840503},
    {"1984-05-03T00:00:00.000Z", "", 19840503},
    {"19840503", "", 19840503},
    {"3.5.1984", "DE", 19840503},
    {"03. 05. 1984", "AT", 19840503},
    {"03/05/1984", "GB", 19840503},
    {"05/03/1984", "US", 19840503},
    {"2000-02-29", "", 20000229},
    {"1900-02-29", "", 0},
    {"2001-02-29", "", 0},
    {"1984-13-01", "", 0},
    {"1984-12-31", "", 19841231},
    {"1984-12-32", "", 0},
    {"1984-00-10", "", 0},
    {"1984-10-00", "", 0},
    {"1899-12-31", "", 0},
    {"1900-01-02", "", 19000102},
    {"2099-12-31", "", 20991231},
    {"2100-01-01", "", 0},
    {"1900-01-01", "", 0},
    {"1970-01-01", "", 0},
    {"May 1984", "", 0},
    {"1984-05", "", 0},
    {"1984-05-03-01", "", 0},
    {"", "", 0},
};

static void test_day(void **state)
{
    const struct DayCase *c = *state;
    assert_int_equal(standard_birthday(pt_str(c->text), c->country), c->want);
}

/* ---- Addresses ------------------------------------------------------------------------------- */

static struct AddressCase {
    const char *street, *number, *postcode, *city, *country;
    StandardAddress want;
} addresses[] = {
    {"Hauptstr. 12a", "", "A-1010", "Wien", "AT", {"hauptstrasse", "12a", "1010", "wien"}},
    {"Hauptstraße", "12 A", "1010", "WIEN", "AT", {"hauptstrasse", "12a", "1010", "wien"}},
    {"Linzer Str. 5/2/14", "", "1140", "Wien", "AT", {"linzer strasse", "5/2/14", "1140", "wien"}},
    {"Straße des 17. Juni 135",
     "",
     "10623",
     "Berlin",
     "DE",
     {"strasse des 17 juni", "135", "10623", "berlin"}},
    {"Marienpl. 1", "", "D-80331", "München", "DE", {"marienpl", "1", "80331", "munchen"}},
    {"Langstrasse 4", "", "8004", "Zürich", "CH", {"langstrasse", "4", "8004", "zurich"}},
    {"221B Baker St", "", "nw16xe", "London", "GB", {"baker street", "221b", "NW1 6XE", "london"}},
    {"10 St. Mary's Rd",
     "",
     "SW1A 1AA",
     "London",
     "GB",
     {"saint marys road", "10", "SW1A 1AA", "london"}},
    {"350 5th Ave", "", "10118", "New York", "US", {"5th avenue", "350", "10118", "new york"}},
    {"5th Avenue 350",
     "",
     "10118-0110",
     "New York",
     "US",
     {"5th avenue", "350", "10118-0110", "new york"}},
    {"12, rue de la Paix", "", "75002", "Paris", "FR", {"rue de la paix", "12", "75002", "paris"}},
    {"3 av. des Champs-Élysées",
     "",
     "75008",
     "Paris",
     "FR",
     {"avenue des champs elysees", "3", "75008", "paris"}},
    {"Dorpsstr 7", "", "1234ab", "Utrecht", "NL", {"dorpsstraat", "7", "1234 AB", "utrecht"}},
    {"Meir 1", "", "B-2000", "Antwerpen", "BE", {"meir", "1", "2000", "antwerpen"}},
    {"v. Roma 10", "", "00184", "Roma", "IT", {"via roma", "10", "00184", "roma"}},
    {"C/ Mayor 5", "", "28013", "Madrid", "ES", {"calle mayor", "5", "28013", "madrid"}},
    {"ul. Długa 8", "", "00238", "Warszawa", "PL", {"ulica dluga", "8", "00-238", "warszawa"}},
    {"Drottninggatan 5",
     "",
     "11151",
     "Stockholm",
     "SE",
     {"drottninggatan", "5", "111 51", "stockholm"}},
    {"1 Main St", "", "k1a0b1", "Ottawa", "CA", {"main street", "1", "K1A 0B1", "ottawa"}},
    {"Brivibas 1", "", "1010", "Riga", "LV", {"brivibas", "1", "LV-1010", "riga"}},
    {"Brivibas 1", "", "LV-1010", "Riga", "LV", {"brivibas", "1", "LV-1010", "riga"}},
    {"Hauptplatz 1", "", "101", "Graz", "AT", {"hauptplatz", "1", "", "graz"}},
    {"Hauptplatz 1", "", "80100", "Graz", "AT", {"hauptplatz", "1", "", "graz"}},
    {"Somewhere 3", "", "99x", "Nowhere", "", {"somewhere", "3", "99X", "nowhere"}},
    {"Hauptplatz", "", "", "", "AT", {"hauptplatz", "", "", ""}},
    {"", "", "", "", "", {"", "", "", ""}},
};

static void test_address(void **state)
{
    const struct AddressCase *c = *state;
    StandardAddress a;
    standard_address(pt_str(c->street), pt_str(c->number), pt_str(c->postcode), pt_str(c->city),
                     c->country, &a);
    assert_string_equal(a.street, c->want.street);
    assert_string_equal(a.number, c->want.number);
    assert_string_equal(a.postcode, c->want.postcode);
    assert_string_equal(a.city, c->want.city);
}

static void test_country(void **state)
{
    static const char *const rows[][2] = {
        {"at", "AT"},
        {"AUT", "AT"},
        {"Österreich", "AT"},
        {"Autriche", "AT"},
        {"Oostenrijk", "AT"},
        {"UK", "GB"},
        {"United Kingdom", "GB"},
        {"U.S.A.", ""},
        {"USA", "US"},
        {"Pays-Bas", "NL"},
        {"xx", ""},
        {"", ""},
        {"a", ""},
    };
    char country[STANDARD_COUNTRY];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        standard_country(pt_str(rows[i][0]), country);
        assert_string_equal(country, rows[i][1]);
    }
}

static void test_country_or(void **state)
{
    static const char *const rows[][3] = {
        {"", "AT", "AT"},       {" ", "AT", "AT"}, {"Schweiz", "AT", "CH"},
        {"Atlantis", "AT", ""}, {"", "", ""},
    };
    char country[STANDARD_COUNTRY];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        standard_country_or(pt_str(rows[i][0]), rows[i][1], country);
        assert_string_equal(country, rows[i][2]);
    }
}

static void test_whose_number(void **state)
{
    static const char *const rows[][3] = {
        {"+436641234567", "", "AT"},  {"+436641234567", "DE", "AT"},
        {"+4232345678", "", "LI"},    {"+14155552671", "", "US"},
        {"+14155552671", "CA", "CA"}, {"+9991234567", "AT", ""},
        {"06641234567", "AT", ""},    {"", "AT", ""},
    };
    char country[STANDARD_COUNTRY];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        standard_phone_country(rows[i][0], rows[i][1], country);
        assert_string_equal(country, rows[i][2]);
    }
}

static void test_faults(void **state)
{
    static const struct {
        const char *text, *country;
        StandardFault phone, mail;
    } rows[] = {
        {"0664 1234567", "AT", STANDARD_FAULT_NONE, STANDARD_FAULT_FORM},
        {"079 123 45 6", "CH", STANDARD_FAULT_NUMBER, STANDARD_FAULT_FORM},
        {"079 123 45 6", "", STANDARD_FAULT_NONE, STANDARD_FAULT_FORM},
        {"12-345", "", STANDARD_FAULT_NONE, STANDARD_FAULT_FORM},
        {"12-34", "", STANDARD_FAULT_NUMBER, STANDARD_FAULT_FORM},
        {"123456789012345", "", STANDARD_FAULT_NONE, STANDARD_FAULT_FORM},
        {"1234567890123456", "", STANDARD_FAULT_NUMBER, STANDARD_FAULT_FORM},
        {"+41 79 123 45 6", "", STANDARD_FAULT_NUMBER, STANDARD_FAULT_FORM},
        {"0041 79 123 45 6", "AT", STANDARD_FAULT_NUMBER, STANDARD_FAULT_FORM},
        {"+999 1234567", "AT", STANDARD_FAULT_NONE, STANDARD_FAULT_FORM},
        {"0664 1234567 x5", "AT", STANDARD_FAULT_FORM, STANDARD_FAULT_FORM},
        {"43+6641234567", "AT", STANDARD_FAULT_FORM, STANDARD_FAULT_FORM},
        {"anna@shop.at", "", STANDARD_FAULT_FORM, STANDARD_FAULT_NONE},
        {"anna@shop", "", STANDARD_FAULT_FORM, STANDARD_FAULT_FORM},
        {"anna@shop..at", "", STANDARD_FAULT_FORM, STANDARD_FAULT_FORM},
        {"@shop.at", "", STANDARD_FAULT_FORM, STANDARD_FAULT_FORM},
        {"a b@shop.at", "", STANDARD_FAULT_FORM, STANDARD_FAULT_FORM},
        {"", "AT", STANDARD_FAULT_NUMBER, STANDARD_FAULT_FORM},
    };
    char text[256];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(standard_phone_fault(pt_str(rows[i].text), rows[i].country),
                         rows[i].phone);
        assert_int_equal(standard_mail_fault(pt_str(rows[i].text)), rows[i].mail);
    }
    memset(text, 'a', sizeof text);
    memcpy(text + 254 - 5, "@b.at", 5);
    assert_int_equal(standard_mail_fault((PtStr){text, 254}), STANDARD_FAULT_NONE);
    memcpy(text + 255 - 5, "@b.at", 5);
    text[249] = 'a';
    assert_int_equal(standard_mail_fault((PtStr){text, 255}), STANDARD_FAULT_FORM);
}

/* ---- How near -------------------------------------------------------------------------------- */

static void test_distance(void **state)
{
    static const struct {
        const char *a, *b;
        size_t want;
    } rows[] = {
        {"", "", 0},
        {"a", "", 1},
        {"", "abc", 3},
        {"abc", "abc", 0},
        {"abc", "acb", 1},
        {"abcd", "bacd", 1},
        {"kitten", "sitting", 3},
        {"ca", "abc", 3},
        {"müller", "muller", 1},
        {"smith", "smyth", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(standard_distance(pt_str(rows[i].a), pt_str(rows[i].b)), rows[i].want);
        assert_int_equal(standard_distance(pt_str(rows[i].b), pt_str(rows[i].a)), rows[i].want);
        assert_int_equal(standard_one_apart(pt_str(rows[i].a), pt_str(rows[i].b)),
                         rows[i].want == 1);
    }
}

/* Of the published tables of Winkler's paper. */
static void test_jaro_winkler(void **state)
{
    static const struct {
        const char *a, *b;
        int want; /* thousandths */
    } rows[] = {
        {"martha", "marhta", 961},
        {"dwayne", "duane", 840},
        {"dixon", "dicksonx", 813},
        {"jones", "johnson", 832},
        {"abroms", "abrams", 922},
        {"", "", 1000},
        {"a", "", 0},
        {"abc", "xyz", 0},
        {"same", "same", 1000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double near = standard_jaro_winkler(pt_str(rows[i].a), pt_str(rows[i].b));
        assert_int_equal((int)(near * 1000 + 0.5), rows[i].want);
    }
}

static void test_long_texts_are_compared_by_their_beginning(void **state)
{
    char a[300], b[300];
    (void)state;
    memset(a, 'x', sizeof a);
    memcpy(b, a, sizeof b);
    b[200] = 'y';
    assert_int_equal(standard_distance((PtStr){a, sizeof a}, (PtStr){b, sizeof b}), 0);
    b[63] = 'y';
    assert_int_equal(standard_distance((PtStr){a, sizeof a}, (PtStr){b, sizeof b}), 1);
}

#define ADD_ROWS(rows, fn, name)                                                                   \
    for (size_t i = 0; i < sizeof(rows) / sizeof *(rows); i++) {                                   \
        add((rows)[i].name, fn, &(rows)[i]);                                                       \
    }

int main(void)
{
    ADD_ROWS(names, test_name, whole)
    ADD_ROWS(mails, test_mail, text)
    ADD_ROWS(phones, test_phone, text)
    ADD_ROWS(days, test_day, text)
    ADD_ROWS(addresses, test_address, street)
    add("a long name is cut at a letter", test_long_name_is_cut_at_a_letter, NULL);
    add("short forms", test_short_forms, NULL);
    add("spelling", test_spelling, NULL);
    add("a mail address of 255 bytes fits", test_mail_of_255_bytes_fits, NULL);
    add("country", test_country, NULL);
    add("the country that is said, or another", test_country_or, NULL);
    add("whose number it is", test_whose_number, NULL);
    add("faults", test_faults, NULL);
    add("distance", test_distance, NULL);
    add("jaro winkler", test_jaro_winkler, NULL);
    add("long texts are compared by their beginning",
        test_long_texts_are_compared_by_their_beginning, NULL);
    return _cmocka_run_group_tests("profiles/standard", all, count, NULL, NULL);
}
