// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "profiles/standard.h"

#include <stddef.h>

/* Standard forms of what a person's traits say, beside the traits: what duplicates are compared by,
 * and what quality would call malformed. Part of profiles, included by profiles.h. */
enum { STANDARD_TRAITS = 5 }; /* that one form is made of */

typedef enum StandardCountryFrom {
    STANDARD_COUNTRY_UNKNOWN,
    STANDARD_COUNTRY_NUMBER,  /* the number itself names it */
    STANDARD_COUNTRY_SAID,    /* the person's traits do */
    STANDARD_COUNTRY_SETTING, /* ProfilesConfig.country */
} StandardCountryFrom;

typedef struct ProfileStandard {
    struct {
        PtStr trait;         /* "": nothing is said, and the rest holds nothing; likewise below */
        StandardFault fault; /* then there is no form */
        StandardMail form;
    } email;
    struct {
        PtStr trait;
        StandardFault fault;       /* then there is no form */
        char form[STANDARD_PHONE]; /* digits alone where the country is not known */
        char country[STANDARD_COUNTRY];
        StandardCountryFrom from;
    } phone;
    struct {
        PtStr traits[STANDARD_TRAITS]; /* the given name's first */
        size_t trait_count;            /* 0: nothing is said */
        StandardName form;
        PtStr given_full; /* of a short form, else "" */
    } name;
    struct {
        PtStr traits[STANDARD_TRAITS];
        size_t trait_count;  /* 0: nothing is said */
        StandardFault fault; /* of the postcode; the rest has its form all the same */
        StandardAddress form;
        char country[STANDARD_COUNTRY];
    } address;
} ProfileStandard;

typedef struct Profiles Profiles;
typedef struct Profile Profile;
/* A country that is said but not known makes no number anybody's; the arena is for working room. */
PT_NODISCARD PtStatus profiles_standard(const Profiles *p, const Profile *profile, PtArena *arena,
                                        ProfileStandard *ret_standard, PtError *err);
