// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "retailer_internal.h"

/* Writers of the members of an event's properties or traits: they append, and change the session as
 * the act does. */
typedef void StepPut(Retailer *r, Session *s, Out *o);

/* steps_shop.c: catalogue, cart, orders, the till */
StepPut put_search, put_list, put_filtered, put_promotion, put_product, put_wish, put_shared,
    put_review, put_added, put_removed, put_cart, put_coupon, put_denied, put_applied,
    put_coupon_removed, put_order, put_checkout_step, put_step_done, put_refund, put_sale,
    put_sale_refund;
/* What somebody takes from the shelves: three to four lines, as receipts go; at most `most`. */
void fill_cart(Retailer *r, Session *s, uint8_t most);

/* steps_person.c: who somebody is, and what they ask */
StepPut put_traits, put_group, put_signed_in, put_sign_in_failed, put_chat, put_chat_ended,
    put_nothing;
/* "anonymousId", "userId", "groupId", "previousId", each behind a comma. */
void out_who(const Session *s, const char *type, Out *o);
/* Members of the context that name a person: a loyalty card as external id, a guest's address. */
void out_context_ids(const Session *s, const char *type, Out *o);
