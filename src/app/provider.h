// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "platform/config.h"

/* The OpenID Connect provider of the settings oidc.*; *ret_oidc is NULL when there is none. The
 * provider itself is not asked: it may be away when this server starts. */
PT_NODISCARD PtStatus provider_open(const PtConfig *config, Oidc **ret_oidc, PtError *err);
