// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Who an event is about, in Meta's terms. Private to the Meta kind. */
#include "connect/kind_internal.h"

typedef struct MetaPerson {
    const KindNode *root, *mapped; /* mapped: NULL without a field mapping */
    const EventView *view;
    PtStr calling_code; /* digits, put in place of a phone number's leading 0; may be empty */
    PtArena *arena;
} MetaPerson;

/* How a value is brought into the form that Meta hashes. */
typedef enum MetaForm {
    META_EMAIL,   /* trimmed, lower case */
    META_PHONE,   /* digits with the country's code, no leading zeros */
    META_NAME,    /* lower case, no punctuation, blanks kept within */
    META_PLACE,   /* city, state: lower case, letters and digits only */
    META_ZIP,     /* lower case, no blanks, no dash and what follows it in the US */
    META_COUNTRY, /* two letters, lower case */
    META_ID,      /* trimmed */
} MetaForm;

/* Appends the normal form of text; nothing where no value is left. */
void meta_normalise(MetaForm form, PtStr text, PtStr calling_code, PtBuf *out);

/* Lower-case hex of SHA-256 of the normal form; a text that is such a hash already is kept. Empty:
 * nothing to hash, or no memory, which data == NULL and *ret_failed tell. */
PtStr meta_hashed(MetaForm form, PtStr text, PtStr calling_code, PtArena *arena, bool *ret_failed);

/* Appends the object user_data. False: nothing in it that Meta can match a person by. Want of
 * memory is out's status, which is to be looked at first. */
bool meta_put_person(const MetaPerson *p, PtBuf *out);

bool meta_is_person_field(PtStr name); /* "em", "fbp", ...: belongs into user_data */
