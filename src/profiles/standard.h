// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Standard forms of what people say of themselves, per country: for comparing and showing. What was
 * received stays as it is; nothing here corrects it.
 *
 * Pure      No memory is taken, tables only. What does not fit a form's room is cut at a letter.
 * Texts     Any bytes; those that are no UTF-8 are read as U+FFFD. Forms are UTF-8 with a NUL
 *           behind them, "" where there is none: Latin in lower case without accents ("müller" is
 *           "muller", "ß" is "ss"), other scripts in lower case.
 * Country   Two capital letters of ISO 3166, or "" where it is not known (standard_country).
 */
enum {
    STANDARD_NAME = 64, /* bytes of a form, with its NUL */
    STANDARD_MAIL = 256,
    STANDARD_PHONE = 17,
    STANDARD_STREET = 96,
    STANDARD_NUMBER = 16,
    STANDARD_POSTCODE = 12,
    STANDARD_CITY = 64,
    STANDARD_COUNTRY = 3,
    STANDARD_INPUT_MAX = 500, /* bytes of a text; the rest is not looked at */
};

/* "AT" of "at", "AUT", "Austria", "Österreich", "Autriche"; "" of what the table does not know. */
void standard_country(PtStr text, char ret_country[static STANDARD_COUNTRY]);
/* The country that is said, which may be unknown (""); `fallback` where none is: `said` is blank.
 */
void standard_country_or(PtStr said, const char *fallback,
                         char ret_country[static STANDARD_COUNTRY]);

/* ---- Names (standard.c) ---------------------------------------------------------------------- */

typedef struct StandardName {
    char given[STANDARD_NAME];  /* all given names, "karl heinz"; initials as letters, "j p" */
    char family[STANDARD_NAME]; /* with its particles, "van der berg" */
} StandardName;

/* first and last as two fields, or `whole` where both are empty: "Berg, Dr. Anna van der", "Anna
 * van der Berg". Titles (Dr., Mrs, Ing.) and what follows a name (MSc, Jr.) are left out. */
void standard_name(PtStr first, PtStr last, PtStr whole, StandardName *ret_name);

/* The full form of a common short one ("bob": "robert"), else the name itself; borrowed. en, de,
 * nl, fr. */
PtStr standard_given_full(PtStr given);

/* For keys and comparing, where "mueller" and "muller" are one spelling: ae, oe, ue become a, o, u;
 * hyphens and spaces go. */
void standard_spelling(PtStr form, char ret_spelling[static STANDARD_STREET]);

/* ---- Mail, phone, birthday (standard_contact.c) ---------------------------------------------- */

typedef struct StandardMail {
    char text[STANDARD_MAIL]; /* as the provider sees it: lower case, dots and tags left out where
                                 it ignores them, one name of several domains of one provider */
    size_t local;             /* bytes before the "@" */
    bool role;                /* info@, office@: of several people */
    const char *hint;         /* the domain that a mistyped one was meant to be; NULL: none. It is
                                 not put in its place */
} StandardMail;

/* False: no address. */
bool standard_mail(PtStr text, StandardMail *ret_mail);

typedef enum StandardPhoneKind {
    STANDARD_PHONE_NONE,
    STANDARD_PHONE_LOCAL, /* digits without a country: none was given, or they do not fit it */
    STANDARD_PHONE_E164,  /* "+436641234567" */
} StandardPhoneKind;

/* country: whose national numbers these are. The length is checked where the table knows the
 * country that the number names. Numbers of one digit only ("000000") are none. */
StandardPhoneKind standard_phone(PtStr text, const char *country,
                                 char ret_phone[static STANDARD_PHONE]);

/* Whose number it is by its calling code: `country` if it is of those that share it (+1), else the
 * first of the table; "": not known, or no number of STANDARD_PHONE_E164. */
void standard_phone_country(const char *phone, const char *country,
                            char ret_country[static STANDARD_COUNTRY]);

typedef enum StandardFault {
    STANDARD_FAULT_NONE,
    STANDARD_FAULT_FORM,     /* signs that do not belong there, or parts that are missing */
    STANDARD_FAULT_NUMBER,   /* of a phone: none that its country has, or anybody */
    STANDARD_FAULT_POSTCODE, /* not of the shape that its country's have */
} StandardFault;

/* What cannot be what it is called, text without space around it: what quality counts. A mail
 * address has text before its one "@", a domain of several parts behind it, no space, and at most
 * 254 bytes. */
StandardFault standard_mail_fault(PtStr text);
/* A phone has digits and " .-/()", 5..15 of the digits, and a "+" in front at most. Where its
 * country is known, by the number itself or by `country`, it fits it. */
StandardFault standard_phone_fault(PtStr text, const char *country);

/* 19840503 of "1984-05-03", "1984-05-03T00:00:00Z", "19840503", "3.5.1984", "03/05/1984" (month
 * first in the US and the Philippines); 0: no day of 1900..2099, or one that forms fill in
 * (1900-01-01, 1970-01-01). */
uint32_t standard_birthday(PtStr text, const char *country);

/* ---- Addresses (standard_address.c) ---------------------------------------------------------- */

typedef struct StandardAddress {
    char street[STANDARD_STREET]; /* abbreviations in full: "hauptstrasse", "baker street" */
    char number[STANDARD_NUMBER]; /* of the house, and what follows it: "12", "221b", "5/2/14" */
    char postcode[STANDARD_POSTCODE]; /* as the country writes it: "1010 AB", "SW1A 1AA"; "" where
                                         it has not that shape */
    char city[STANDARD_CITY];
} StandardAddress;

/* number: "" where it stands in the street, before or behind its name. */
void standard_address(PtStr street, PtStr number, PtStr postcode, PtStr city, const char *country,
                      StandardAddress *ret_address);

/* ---- How near two forms are (standard_near.c) ------------------------------------------------ */

/* Optimal string alignment: insertions, deletions, changes, swaps of neighbours, in code points;
 * at most 64 of each text are looked at. */
size_t standard_distance(PtStr a, PtStr b);
/* Whether that distance is 1, in linear time. */
bool standard_one_apart(PtStr a, PtStr b);
/* Jaro-Winkler, 0..1 (prefix 4, scale 0.1), in code points, at most 64 of each. Two empty texts:
 * 1. */
double standard_jaro_winkler(PtStr a, PtStr b);
