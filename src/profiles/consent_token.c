// SPDX-License-Identifier: Apache-2.0
/* Links to the preference page: what a token says, and that it is ours. It names nobody in words: a
 * number and a keyed hash of the identifier, beside the person's id. */
#include "base/uuid.h"
#include "profiles/consent_internal.h"
#include "profiles/identity_internal.h"

#include <string.h>

#include <sodium.h>

enum {
    TOKEN_VERSION = 1,
    /* version, end in seconds, node, its hash, person, slot of the purpose */
    AT_END = 1,
    AT_NODE = 5,
    AT_HASH = 9,
    AT_PERSON = 17,
    AT_SLOT = 33,
    TOKEN_BODY = 34,
    TOKEN_MAC = 16,
    TOKEN_BYTES = TOKEN_BODY + TOKEN_MAC,
    NO_SLOT = 255,
    BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING, /* strict: one text for each token */
};

static void put_u32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static uint32_t get_u32(const uint8_t *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* ---- What it says ------------------------------------------------------------------------------
 */

static void sign(const Profiles *p, const uint8_t body[static TOKEN_BODY],
                 uint8_t mac[static PT_SECRET_HASH])
{
    static const char label[] = "preferences";
    char text[sizeof label + TOKEN_BODY];
    memcpy(text, label, sizeof label);
    memcpy(text + sizeof label, body, TOKEN_BODY);
    pt_secret_hash((PtStr){text, sizeof text}, p->consent->key, mac);
}

/* Of the identifier: so that the number of another one is not taken for it after a rebuild. */
static void hash_node(const Profiles *p, const IdentityNode *node, uint8_t out[static 8])
{
    char text[IDENTITY_TYPE_NAME_MAX + 1 + IDENTITY_VALUE_MAX];
    const PtStr type = consent_cut(node->type, IDENTITY_TYPE_NAME_MAX);
    const PtStr value = consent_cut(node->value, IDENTITY_VALUE_MAX);
    uint8_t hash[PT_SECRET_HASH];
    memcpy(text, type.data, type.len);
    text[type.len] = '\0';
    if (value.len > 0) {
        memcpy(text + type.len + 1, value.data, value.len);
    }
    pt_secret_hash((PtStr){text, type.len + 1 + value.len}, p->consent->key, hash);
    memcpy(out, hash, 8);
}

/* The node of the highest type; of several the first. False: there is none. */
static bool strongest(const Profiles *p, uint32_t person, IdentityNode *ret_node)
{
    IdentityNode node;
    uint32_t best = UINT32_MAX;
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &node);) {
        const uint32_t rank = identity_rules_type(p->rules, node.type)->priority;
        if (rank < best) {
            best = rank;
            *ret_node = node;
        }
    }
    return best != UINT32_MAX;
}

static PtStatus find_slot(const Profiles *p, PtStr purpose, uint8_t *ret_slot, PtError *err)
{
    const ConsentUse *use = purpose.len > 0 ? consent_use(p, purpose) : NULL;
    if (purpose.len > 0 && (use == NULL || use->archived)) {
        return pt_fail(err, PT_INVALID, "purpose: there is no such purpose in use");
    }
    *ret_slot = use != NULL ? (uint8_t)use->slot : NO_SLOT;
    return PT_OK;
}

static PtStatus write_body(const Profiles *p, PtStr id, PtStr purpose, int64_t until_ms,
                           uint8_t body[static TOKEN_BODY], PtError *err)
{
    IdentityNode node;
    PtUuid uuid;
    char text[37];
    const uint32_t person = profile_person_find(p, id);
    if (person == 0 || !strongest(p, person, &node)) {
        return pt_fail(err, PT_NOT_FOUND, "no profile has that id");
    }
    profile_person_id(p, person, text);
    if (!pt_uuid_parse(pt_str(text), &uuid)) {
        return pt_fail(err, PT_CORRUPT, "a profile's id is no UUID");
    }
    body[0] = TOKEN_VERSION;
    put_u32(body + AT_END, (uint32_t)(until_ms / 1000));
    put_u32(body + AT_NODE, node.node);
    hash_node(p, &node, body + AT_HASH);
    memcpy(body + AT_PERSON, uuid.bytes, sizeof uuid.bytes);
    return find_slot(p, purpose, &body[AT_SLOT], err);
}

PtStatus consent_link_make(Profiles *p, PtStr id, PtStr purpose, int64_t until_ms,
                           char ret_token[static CONSENT_TOKEN_MAX], PtError *err)
{
    uint8_t bytes[TOKEN_BYTES] = {0}, mac[PT_SECRET_HASH];
    if (until_ms < 0 || until_ms / 1000 > UINT32_MAX) {
        return pt_fail(err, PT_INVALID, "until: is not a time of 1970..2106");
    }
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    st = write_body(p, id, purpose, until_ms, bytes, err);
    profiles_unlock(p);
    if (st == PT_OK) {
        sign(p, bytes, mac);
        memcpy(bytes + TOKEN_BODY, mac, TOKEN_MAC);
        (void)sodium_bin2base64(ret_token, CONSENT_TOKEN_MAX, bytes, sizeof bytes, BASE64);
    }
    return st;
}

/* ---- Reading it --------------------------------------------------------------------------------
 */

static bool is_node(const Profiles *p, const IdentityNode *node, const uint8_t *body)
{
    uint8_t hash[8];
    hash_node(p, node, hash);
    return memcmp(hash, body + AT_HASH, sizeof hash) == 0;
}

/* By its number; where a rebuild has given it another one, among those of the person. 0: nobody. */
static uint32_t find_person(const Profiles *p, const uint8_t *body)
{
    char text[PT_UUID_TEXT];
    IdentityNode node;
    PtUuid uuid;
    if (identity_node(p->graph, get_u32(body + AT_NODE), &node) && node.person != 0 &&
        is_node(p, &node, body)) {
        return identity_person(p->graph, node.node);
    }
    memcpy(uuid.bytes, body + AT_PERSON, sizeof uuid.bytes);
    const uint32_t person = profile_person_find(p, pt_uuid_format(uuid, text));
    for (uint32_t cursor = 0;
         person != 0 && identity_next_node(p->graph, person, &cursor, &node);) {
        if (is_node(p, &node, body)) {
            return person;
        }
    }
    return 0;
}

static void find_purpose(const Profiles *p, uint8_t slot, ConsentLink *link)
{
    link->purpose[0] = '\0';
    for (size_t i = 0; i < p->consent->use_count; i++) {
        if (p->consent->uses[i].slot == slot) {
            memcpy(link->purpose, p->consent->uses[i].slug, sizeof link->purpose);
        }
    }
}

/* The same is done for every text of the right length, whatever it is. */
PtStatus consent_link_read(Profiles *p, PtStr token, int64_t now_ms, ConsentLink *ret_link,
                           PtError *err)
{
    uint8_t bytes[TOKEN_BYTES] = {0}, mac[PT_SECRET_HASH];
    ConsentLink link = {.person = ""};
    size_t len = 0;
    const bool reads = sodium_base642bin(bytes, sizeof bytes, token.data, token.len, NULL, &len,
                                         NULL, BASE64) == 0 &&
                       len == sizeof bytes;
    sign(p, bytes, mac);
    const bool ours = pt_secret_eq((PtStr){(const char *)mac, TOKEN_MAC},
                                   (PtStr){(const char *)bytes + TOKEN_BODY, TOKEN_MAC});
    const bool holds = reads && ours && bytes[0] == TOKEN_VERSION &&
                       now_ms / 1000 < (int64_t)get_u32(bytes + AT_END);
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t person = holds ? find_person(p, bytes) : 0;
    if (person != 0) {
        profile_person_id(p, person, link.person);
        find_purpose(p, bytes[AT_SLOT], &link);
    }
    profiles_unlock(p);
    if (person == 0) {
        return pt_fail(err, PT_NOT_FOUND, "the link is not valid");
    }
    *ret_link = link;
    return PT_OK;
}
