// SPDX-License-Identifier: Apache-2.0
#include "app/provider.h"

#include "api/api.h"
#include "platform/clock.h"

#include <string.h>

enum { SECRET_ARENA = 8192 };

static PtStatus check_role(const char *role, PtError *err)
{
    size_t count;
    const AccessRole *roles = api_role_table(&count);
    if (strcmp(role, roles[0].name) == 0) {
        return pt_fail(err, PT_INVALID, "oidc.role: nobody becomes an owner by signing in");
    }
    for (size_t i = 1; i < count; i++) {
        if (strcmp(role, roles[i].name) == 0) {
            return PT_OK;
        }
    }
    return pt_fail(err, PT_INVALID, "oidc.role: \"%s\" is no role", role);
}

PtStatus provider_open(const PtConfig *config, Oidc **ret_oidc, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SECRET_ARENA);
    const char *secret_file = pt_config_text(config, "oidc.client_secret_file");
    PtStr secret = PT_STR("");
    OidcConfig c = {.issuer = pt_config_text(config, "oidc.issuer"),
                    .client_id = pt_config_text(config, "oidc.client_id"),
                    .name = pt_config_text(config, "oidc.name"),
                    .public_url = pt_config_text(config, "oidc.public_url"),
                    .ca_file = pt_config_text(config, "oidc.ca_file"),
                    .role = pt_config_text(config, "oidc.role"),
                    .domains = pt_config_text(config, "oidc.domains"),
                    .create = pt_config_bool(config, "oidc.create"),
                    .trust_email = pt_config_bool(config, "oidc.trust_email"),
                    .clock = pt_clock_real()};
    if (c.issuer[0] == '\0') {
        *ret_oidc = NULL;
        return PT_OK;
    }
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for OpenID Connect");
    }
    PtStatus st = check_role(c.role, err);
    if (st == PT_OK && secret_file[0] != '\0') {
        st = oidc_read_secret(secret_file, arena, &secret, err);
    }
    c.client_secret = secret.data;
    return st == PT_OK ? oidc_open(&c, ret_oidc, err) : st;
}
