// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the links to the preference page: any text, and any change of a good one. Only the
 * good one is believed.
 */
#include "profiles/consent_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { UNTIL_MS = 1000000 };

static Profiles p;
static char good[CONSENT_TOKEN_MAX];

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* One person with one identifier. */
static void begin(void)
{
    static const uint8_t key[32] = "0123456789abcdef0123456789abcde";
    IdentityRules *rules = NULL;
    IdentityClaims claims = {.items = {{PT_STR_INIT("email"), PT_STR_INIT("a@b.c")}}, .count = 1};
    IdentityOutcome outcome;
    char id[37];
    must(identity_rules_default(&rules, NULL) == PT_OK);
    p.rules = rules;
    (void)pthread_rwlock_init(&p.lock, NULL);
    must(identity_new(rules, &p.graph, NULL) == PT_OK && persons_new(&p, NULL) == PT_OK);
    must(identity_apply(p.graph, &claims, PT_STR("m"), &outcome, NULL) == PT_OK);
    must(persons_reserve(&p, 1, NULL) == PT_OK);
    persons_add(&p, &(ProfilePerson){.created = 7});
    p.consent = calloc(1, sizeof *p.consent);
    must(p.consent != NULL);
    memcpy(p.consent->key, key, sizeof key);
    profile_person_id(&p, outcome.person, id);
    must(consent_link_make(&p, pt_str(id), PT_STR(""), UNTIL_MS, good, NULL) == PT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char changed[CONSENT_TOKEN_MAX];
    ConsentLink link;
    if (p.consent == NULL) {
        begin();
    }
    const PtStr given = {(const char *)data, size};
    const PtStatus st = consent_link_read(&p, given, 0, &link, NULL);
    assert(st == (pt_str_eq(given, pt_str(good)) ? PT_OK : PT_NOT_FOUND));
    (void)st;
    memcpy(changed, good, sizeof changed);
    const size_t len = strlen(good);
    for (size_t i = 0; i < size && i < len; i++) {
        changed[i] = (char)(changed[i] ^ data[i]);
    }
    const bool same = memcmp(changed, good, len) == 0;
    const PtStatus other = consent_link_read(&p, (PtStr){changed, len}, 0, &link, NULL);
    assert(other == (same ? PT_OK : PT_NOT_FOUND));
    (void)same;
    (void)other;
    return 0;
}
