// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api_internal.h"
#include "desk/desk.h"

/* What the files of the portal share. */

/* The caller as one who reports: by mail address and stores of their account; a token is nobody. */
PT_NODISCARD PtStatus api_portal_party(ApiCall *call, DeskParty *ret_party);

typedef struct ApiPortalCategory {
    PtStr id, name, touchpoint;
} ApiPortalCategory;
/* Of the policy in force, in its order. */
PT_NODISCARD PtStatus api_portal_categories(ApiCall *call, ApiPortalCategory **ret_list,
                                            size_t *ret_count);
/* Answers with a ticket as the party sees it. */
void api_portal_show(ApiCall *call, const DeskParty *party, int64_t number);
/* Of their ticket: "photos" of their reports, "rating" where they are asked for one. */
PT_NODISCARD PtStatus api_portal_put_photos(ApiCall *call, PtJsonOut *out, const DeskMine *mine,
                                            size_t count);
PT_NODISCARD PtStatus api_portal_put_rating(ApiCall *call, PtJsonOut *out, const DeskParty *party,
                                            int64_t number);

/* A JSON list of texts. */
PT_NODISCARD PtStatus api_portal_texts(ApiCall *call, PtStr json, PtStr **ret_list,
                                       size_t *ret_count);
