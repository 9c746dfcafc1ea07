// SPDX-License-Identifier: Apache-2.0
/* Mail addresses, phones, birthdays. */
#include "profiles/standard_internal.h"

#include <string.h>

static PtStr trimmed(PtStr s)
{
    s.len = s.len < STANDARD_INPUT_MAX ? s.len : STANDARD_INPUT_MAX;
    return pt_str_trim_low(s);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- Mail ------------------------------------------------------------------------------------ */

static const struct Provider {
    const char *domain, *is; /* is: the domain whose mailboxes these are */
    bool dots;               /* are not looked at */
    char tag;                /* what follows it is not looked at; '\0': there is none */
} providers[] = {
    {"gmail.com", "gmail.com", true, '+'},      {"googlemail.com", "gmail.com", true, '+'},
    {"outlook.com", "outlook.com", false, '+'}, {"outlook.de", "outlook.de", false, '+'},
    {"hotmail.com", "hotmail.com", false, '+'}, {"hotmail.de", "hotmail.de", false, '+'},
    {"hotmail.fr", "hotmail.fr", false, '+'},   {"hotmail.co.uk", "hotmail.co.uk", false, '+'},
    {"live.com", "live.com", false, '+'},       {"live.nl", "live.nl", false, '+'},
    {"live.de", "live.de", false, '+'},         {"msn.com", "msn.com", false, '+'},
    {"icloud.com", "icloud.com", false, '+'},   {"me.com", "icloud.com", false, '+'},
    {"mac.com", "icloud.com", false, '+'},      {"fastmail.com", "fastmail.com", false, '+'},
    {"fastmail.fm", "fastmail.fm", false, '+'}, {"proton.me", "proton.me", true, '+'},
    {"protonmail.com", "proton.me", true, '+'}, {"pm.me", "proton.me", true, '+'},
    {"mailbox.org", "mailbox.org", false, '+'}, {"posteo.de", "posteo.de", false, '+'},
    {"zoho.com", "zoho.com", false, '+'},       {"yandex.ru", "yandex.ru", false, '+'},
    {"yandex.com", "yandex.ru", false, '+'},    {"ya.ru", "yandex.ru", false, '+'},
    {"runbox.com", "runbox.com", false, '+'},   {"tuta.io", "tuta.io", false, '\0'},
};

/* Domains that many people write, and write wrong. */
static const char *const known_domains[] = {
    "gmail.com",      "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com",
    "icloud.com",     "gmx.de",         "gmx.at",      "gmx.net",     "web.de",
    "t-online.de",    "freenet.de",     "orange.fr",   "wanadoo.fr",  "laposte.net",
    "free.fr",        "ziggo.nl",       "kpnmail.nl",  "bluewin.ch",  "libero.it",
    "btinternet.com", "hotmail.co.uk",  "yahoo.co.uk", "aol.com",     NULL};

static const char *const roles[] = {"info",    "office",      "kontakt",    "contact", "sales",
                                    "admin",   "support",     "hello",      "mail",    "service",
                                    "verkauf", "buchhaltung", "accounts",   "noreply", "no-reply",
                                    "shop",    "team",        "bestellung", NULL};

/* Never for a domain that is known itself: those that differ by a letter are many. */
static const char *hint_of(PtStr domain)
{
    const char *hint = NULL;
    for (const char *const *d = known_domains; *d != NULL; d++) {
        const PtStr known = pt_str(*d);
        if (pt_str_eq(domain, known)) {
            return NULL;
        }
        if (known.len >= 8 && hint == NULL && standard_one_apart(domain, known)) {
            hint = *d;
        }
    }
    return hint;
}

/* The one "@" of an address; SIZE_MAX: it has none, or two, or a space. */
static size_t at_of(PtStr s)
{
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < s.len; i++) {
        if ((uint8_t)s.data[i] <= ' ' || s.data[i] == '<' || s.data[i] == '>' || s.data[i] == ',' ||
            (s.data[i] == '@' && at != SIZE_MAX)) {
            return SIZE_MAX;
        }
        at = s.data[i] == '@' ? i : at;
    }
    return at;
}

static bool domain_valid(PtStr d)
{
    bool dot = false;
    for (size_t i = 0; i < d.len; i++) {
        const bool edge = i == 0 || i + 1 == d.len || d.data[i - 1] == '.';
        if (d.data[i] == '.' && edge) {
            return false;
        }
        dot = dot || d.data[i] == '.';
    }
    return dot;
}

static void write_mail(PtStr local, PtStr domain, const struct Provider *by, StandardMail *mail)
{
    size_t len = 0;
    for (size_t i = 0; i < local.len; i++) {
        const char c = pt_ascii_lower(local.data[i]);
        if (by != NULL && by->tag != '\0' && c == by->tag && len > 0) {
            break;
        }
        if (by == NULL || !by->dots || c != '.') {
            mail->text[len++] = c;
        }
    }
    mail->local = len;
    mail->text[len++] = '@';
    for (size_t i = 0; i < domain.len; i++) {
        mail->text[len++] = domain.data[i];
    }
    mail->text[len] = '\0';
}

StandardFault standard_mail_fault(PtStr text)
{
    const size_t at = at_of(text);
    return text.len < STANDARD_MAIL - 1 && at != SIZE_MAX && at > 0 &&
                   domain_valid(pt_str_from(text, at + 1))
               ? STANDARD_FAULT_NONE
               : STANDARD_FAULT_FORM;
}

static const struct Provider *provider_of(PtStr domain)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++) {
        if (pt_str_eq(domain, pt_str(providers[i].domain))) {
            return &providers[i];
        }
    }
    return NULL;
}

static bool is_role(PtStr local)
{
    for (const char *const *r = roles; *r != NULL; r++) {
        if (pt_str_eq(local, pt_str(*r))) {
            return true;
        }
    }
    return false;
}

bool standard_mail(PtStr text, StandardMail *ret_mail)
{
    char domain[STANDARD_MAIL];
    const PtStr s = trimmed(text);
    const size_t at = at_of(s);
    if (at == SIZE_MAX || at == 0 || s.len >= STANDARD_MAIL) {
        return false;
    }
    PtStr d = pt_str_from(s, at + 1);
    for (size_t i = 0; i < d.len; i++) {
        domain[i] = pt_ascii_lower(d.data[i]);
    }
    d.data = domain;
    if (!domain_valid(d)) {
        return false;
    }
    const struct Provider *by = provider_of(d);
    *ret_mail = (StandardMail){.hint = hint_of(d)};
    write_mail((PtStr){s.data, at}, by != NULL ? pt_str(by->is) : d, by, ret_mail);
    ret_mail->role = is_role((PtStr){ret_mail->text, ret_mail->local});
    return ret_mail->local > 0;
}

/* ---- Phones ---------------------------------------------------------------------------------- */

enum { DIGITS_MAX = 24, DIGITS_LEAST = 5, E164_MOST = 15 };

typedef struct Digits {
    char at[DIGITS_MAX];
    size_t len;
    bool plus;
} Digits;

/* Up to a letter, which begins an extension; "(0)" behind a country's code is not dialled. */
static bool read_digits(PtStr s, Digits *d)
{
    *d = (Digits){.len = 0};
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.data[i];
        if (is_digit(c)) {
            if (d->len == DIGITS_MAX) {
                return false;
            }
            d->at[d->len++] = c;
        } else if (c == '+' && d->len == 0) {
            d->plus = true;
        } else if (c == '(' && d->len > 0 && d->plus && s.len - i > 2 && s.data[i + 1] == '0' &&
                   s.data[i + 2] == ')') {
            i += 2;
        } else if (c == '+' ||
                   ((pt_ascii_lower(c) >= 'a' && pt_ascii_lower(c) <= 'z') && d->len > 0) ||
                   c == '#' || c == ';' || c == ',') {
            break;
        }
    }
    return d->len >= DIGITS_LEAST;
}

static bool all_the_same(PtStr digits)
{
    for (size_t i = 1; i < digits.len; i++) {
        if (digits.data[i] != digits.data[0]) {
            return false;
        }
    }
    return true;
}

static bool has_length(const StandardCountry *c, size_t digits)
{
    return digits >= c->least && digits <= c->most;
}

static StandardPhoneKind write_phone(const char *code, PtStr national, char *out)
{
    const size_t code_len = strlen(code);
    if (national.len == 0 || code_len + national.len > E164_MOST || all_the_same(national)) {
        return STANDARD_PHONE_NONE;
    }
    out[0] = '+';
    memcpy(out + 1, code, code_len);
    memcpy(out + 1 + code_len, national.data, national.len);
    out[1 + code_len + national.len] = '\0';
    return STANDARD_PHONE_E164;
}

/* The trunk prefix that people leave behind the country's code: "+43 0664 ...". */
static PtStr without_trunk(const StandardCountry *c, PtStr national)
{
    const PtStr trunk = pt_str(c->trunk);
    return trunk.len > 0 && pt_str_starts(national, trunk) &&
                   has_length(c, national.len - trunk.len)
               ? pt_str_from(national, trunk.len)
               : national;
}

static StandardPhoneKind of_the_world(PtStr digits, char *out)
{
    const StandardCountry *c = standard_country_called(digits);
    if (c == NULL) {
        return digits.len >= 8 && digits.data[0] != '0' ? write_phone("", digits, out)
                                                        : STANDARD_PHONE_NONE;
    }
    const PtStr national = without_trunk(c, pt_str_from(digits, strlen(c->calling)));
    return has_length(c, national.len) ? write_phone(c->calling, national, out)
                                       : STANDARD_PHONE_NONE;
}

/* As it would be dialled in the country. */
static StandardPhoneKind of_country(const StandardCountry *c, PtStr digits, char *out)
{
    enum { LONG = 10 };
    const PtStr abroad = pt_str(c->abroad);
    if (pt_str_starts(digits, abroad)) {
        return of_the_world(pt_str_from(digits, abroad.len), out);
    }
    const PtStr trunk = pt_str(c->trunk), code = pt_str(c->calling);
    const bool dialled = trunk.len > 0 && pt_str_starts(digits, trunk);
    if (!dialled && digits.len > LONG && pt_str_starts(digits, code) &&
        of_the_world(digits, out) == STANDARD_PHONE_E164) {
        return STANDARD_PHONE_E164; // the plus was left out
    }
    const PtStr national = dialled ? pt_str_from(digits, trunk.len) : digits;
    return has_length(c, national.len) ? write_phone(c->calling, national, out)
                                       : STANDARD_PHONE_NONE;
}

StandardPhoneKind standard_phone(PtStr text, const char *country,
                                 char ret_phone[static STANDARD_PHONE])
{
    Digits d;
    ret_phone[0] = '\0';
    if (!read_digits(trimmed(text), &d) || all_the_same((PtStr){d.at, d.len})) {
        return STANDARD_PHONE_NONE;
    }
    const PtStr digits = {d.at, d.len};
    const StandardCountry *c = standard_country_find(country);
    StandardPhoneKind kind = STANDARD_PHONE_NONE;
    if (d.plus) {
        kind = of_the_world(digits, ret_phone);
    } else if (c != NULL) {
        kind = of_country(c, digits, ret_phone);
    } else if (pt_str_starts(digits, PT_STR("00"))) {
        kind = of_the_world(pt_str_from(digits, 2), ret_phone);
    }
    if (kind == STANDARD_PHONE_NONE && d.len <= E164_MOST) {
        memcpy(ret_phone, d.at, d.len);
        ret_phone[d.len] = '\0';
        kind = STANDARD_PHONE_LOCAL;
    }
    return kind;
}

/* How many digits there are; SIZE_MAX: and signs that do not belong there. */
static size_t count_digits(PtStr text)
{
    static const char between[] = " .-/()";
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        digits += is_digit(c);
        if (!is_digit(c) && !(c == '+' && i == 0) &&
            memchr(between, c, sizeof between - 1) == NULL) {
            return SIZE_MAX;
        }
    }
    return digits;
}

StandardFault standard_phone_fault(PtStr text, const char *country)
{
    char phone[STANDARD_PHONE];
    const size_t digits = count_digits(text);
    if (digits == SIZE_MAX) {
        return STANDARD_FAULT_FORM;
    }
    if (digits < DIGITS_LEAST || digits > E164_MOST) {
        return STANDARD_FAULT_NUMBER;
    }
    const bool known = text.data[0] == '+' || pt_str_starts(text, PT_STR("00")) ||
                       standard_country_find(country) != NULL;
    return known && standard_phone(text, country, phone) != STANDARD_PHONE_E164
               ? STANDARD_FAULT_NUMBER
               : STANDARD_FAULT_NONE;
}

/* ---- Birthdays ------------------------------------------------------------------------------- */

static bool leap(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t date_of(uint32_t year, uint32_t month, uint32_t day)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1900 || year > 2099 || month < 1 || month > 12 || day < 1) {
        return 0;
    }
    const uint32_t most = days[month - 1] + (uint32_t)(month == 2 && leap(year));
    const uint32_t date = year * 10000 + month * 100 + day;
    return day > most || date == 19000101 || date == 19700101 ? 0 : date;
}

/* Three numbers with one kind of mark between them; false: not so. *ret_first_len: digits of the
 * first. */
static bool read_three(PtStr s, uint32_t ret_numbers[static 3], size_t *ret_first_len)
{
    static const char marks[] = "-./";
    for (const char *mark = marks; *mark != '\0'; mark++) {
        PtStr rest = s, part;
        size_t count = 0;
        while (count < 3 && pt_str_cut(&rest, *mark, &part)) {
            part = trimmed(part);
            if (!pt_str_to_u32(part, 9999, &ret_numbers[count])) {
                break;
            }
            *ret_first_len = count == 0 ? part.len : *ret_first_len;
            count++;
        }
        if (count == 3 && rest.data == NULL) {
            return true;
        }
    }
    return false;
}

uint32_t standard_birthday(PtStr text, const char *country)
{
    PtStr s = trimmed(text);
    uint32_t n[3] = {0}, whole = 0;
    size_t first_len = 0;
    const char *time = s.len > 10 ? memchr(s.data, 'T', s.len) : NULL;
    s.len = time != NULL ? (size_t)(time - s.data) : s.len;
    if (s.len == 8 && pt_str_to_u32(s, 99999999, &whole)) {
        return date_of(whole / 10000, whole / 100 % 100, whole % 100);
    }
    if (!read_three(s, n, &first_len)) {
        return 0;
    }
    if (first_len == 4) {
        return date_of(n[0], n[1], n[2]);
    }
    const bool month_first = s.len > 0 && memchr(s.data, '/', s.len) != NULL &&
                             (strcmp(country, "US") == 0 || strcmp(country, "PH") == 0);
    return month_first ? date_of(n[2], n[0], n[1]) : date_of(n[2], n[1], n[0]);
}
