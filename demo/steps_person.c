// SPDX-License-Identifier: Apache-2.0
#include "steps.h"

#include <stdio.h>

/* What is said of people: traits, as well as they were typed; ids; accounts; questions. */

/* Slips of the keyboard. A clerk at a till makes more of them. */
typedef enum Slip {
    SLIP_DOMAIN,   /* mail.exmaple */
    SLIP_SWAPPED,  /* two letters of the address */
    SLIP_SMALL,    /* anna */
    SLIP_SHOUTED,  /* ANNA, with a space behind */
    SLIP_NATIONAL, /* a phone number without its country */
    SLIP_POSTCODE, /* its last character is missing */
    SLIP_COUNT,
    SLIP_NONE = SLIP_COUNT
} Slip;

enum { SLIPS_PCT = 4, SLIPS_TILL_PCT = 12 };

static Slip draw_slip(Retailer *r, const Session *s)
{
    const uint64_t dice = pt_rng_below(&r->rng, 100);
    const uint64_t most = s->channel == RETAILER_TILL ? SLIPS_TILL_PCT : SLIPS_PCT;
    return dice < most ? (Slip)pt_rng_below(&r->rng, SLIP_COUNT) : SLIP_NONE;
}

static void out_email(Out *o, const Customer *c, Slip slip)
{
    char text[WORLD_EMAIL];
    world_email(c, text);
    if (slip == SLIP_SWAPPED) {
        const char second = text[1];
        text[1] = text[2];
        text[2] = second;
    }
    if (slip == SLIP_DOMAIN) {
        out_bytes(o, text, strcspn(text, "@"));
        OUT(o, "@mail.exmaple");
    } else {
        out_text(o, text);
    }
}

static char letter(char ch, Slip slip)
{
    if (slip == SLIP_SMALL && ch >= 'A' && ch <= 'Z') {
        return (char)(ch + ('a' - 'A'));
    }
    if (slip == SLIP_SHOUTED && ch >= 'a' && ch <= 'z') {
        return (char)(ch - ('a' - 'A'));
    }
    return ch;
}

static void out_first(Out *o, const Customer *c, Slip slip)
{
    for (const char *at = c->first; *at != 0; at++) {
        *o->at++ = letter(*at, slip);
    }
    if (slip == SLIP_SHOUTED) {
        OUT(o, " ");
    }
}

static void out_address(Out *o, const Customer *c, Slip slip)
{
    char street[80];
    world_street(c, street, sizeof street);
    OUT(o, "\"address\":{\"street\":\"");
    out_text(o, street);
    OUT(o, "\",\"city\":\"");
    out_text(o, world_stores[c->home_store].city);
    OUT(o, "\",\"country\":\"");
    out_text(o, world_countries[c->country].code);
    OUT(o, "\",\"postalCode\":\"");
    out_bytes(o, c->postcode, strlen(c->postcode) - (slip == SLIP_POSTCODE));
    OUT(o, "\"}");
}

void put_traits(Retailer *r, Session *s, Out *o)
{
    const Customer *c = &s->customer;
    const Slip slip = draw_slip(r, s);
    char phone[WORLD_PHONE];
    world_phone(c, slip == SLIP_NATIONAL, phone);
    OUT(o, "\"email\":\"");
    out_email(o, c, slip);
    OUT(o, "\",\"firstName\":\"");
    out_first(o, c, slip);
    OUT(o, "\",\"lastName\":\"");
    out_text(o, c->last);
    OUT(o, "\",\"phone\":\"");
    out_text(o, phone);
    OUT(o, "\",");
    out_address(o, c, slip);
    OUT(o, ",\"loyalty_tier\":\"");
    out_text(o, world_tiers[c->tier]);
    OUT(o, "\"");
    if (c->card || s->channel == RETAILER_TILL) {
        out_tagged(o, ",\"loyalty_card\":\"", world_card(c));
    }
    OUT(o, ",\"newsletter\":");
    out_text(o, c->index % 3 == 0 ? "true" : "false");
    out_tagged(o, ",\"home_store\":\"S", c->home_store + 1u);
}

/* The business that the customer buys for. */
void put_group(Retailer *r, Session *s, Out *o)
{
    const Customer *c = &s->customer;
    const Account a = world_account(r->world, c->account);
    OUT(o, "\"name\":\"");
    out_text(o, a.name);
    OUT(o, "\",\"industry\":\"");
    out_text(o, a.industry);
    OUT(o, "\",\"employees\":");
    out_number(o, a.employees);
    OUT(o, ",\"plan\":\"");
    out_text(o, a.plan);
    OUT(o, "\"");
}

void put_signed_in(Retailer *r, Session *s, Out *o)
{
    (void)r;
    OUT(o, "\"username\":\"");
    out_email(o, &s->customer, SLIP_NONE);
    OUT(o, "\",\"shared_device\":");
    out_text(o, s->device != DEVICE_OWN ? "true" : "false");
}

void put_sign_in_failed(Retailer *r, Session *s, Out *o)
{
    (void)r;
    (void)s;
    OUT(o, "\"reason\":\"service_unavailable\",\"status\":503,\"retryable\":true");
}

static void out_chat(const Session *s, Out *o)
{
    static const char *const topics[] = {"delivery", "return", "size and fit", "payment",
                                         "account"};
    out_tagged(o, "\"conversation_id\":\"SUP-", s->number);
    OUT(o, ",\"topic\":\"");
    out_text(o, s->bought ? topics[s->query % 2u] : topics[2 + s->query % 3u]);
    OUT(o, "\"");
    if (s->bought) {
        out_tagged(o, ",\"order_id\":\"LF-", s->number);
    }
}

void put_chat(Retailer *r, Session *s, Out *o)
{
    (void)r;
    out_chat(s, o);
}

void put_chat_ended(Retailer *r, Session *s, Out *o)
{
    out_chat(s, o);
    OUT(o, ",\"duration_s\":");
    out_number(o, 60 + pt_rng_below(&r->rng, 900));
    OUT(o, ",\"resolved\":");
    out_text(o, pt_rng_below(&r->rng, 4) > 0 ? "true" : "false");
}

void put_nothing(Retailer *r, Session *s, Out *o)
{
    (void)r;
    (void)s;
    (void)o;
}

/* A guest has an anonymous id, one who is signed in also the user id. A till knows a person by card
 * alone: what it sends is filed under the card, else under the receipt. */
static void out_anonymous(const Session *s, Out *o)
{
    OUT(o, ",\"anonymousId\":\"");
    if (s->channel != RETAILER_TILL) {
        out_bytes(o, s->anonymous, UUID_LEN);
    } else if (s->known) {
        out_text(o, "card-");
        out_number(o, world_card(&s->customer));
    } else {
        out_text(o, "receipt-");
        out_number(o, s->number);
    }
    OUT(o, "\"");
}

void out_who(const Session *s, const char *type, Out *o)
{
    out_anonymous(s, o);
    if (s->channel == RETAILER_TILL) {
        return;
    }
    if (s->known) {
        out_tagged(o, ",\"userId\":\"CUST-", 100000u + s->customer.index);
    } else {
        OUT(o, ",\"userId\":null");
    }
    if (type[0] == 'g') {
        out_tagged(o, ",\"groupId\":\"ACC-", 10000u + s->customer.account);
    } else if (type[0] == 'a') {
        OUT(o, ",\"previousId\":\"");
        out_bytes(o, s->anonymous, UUID_LEN);
        OUT(o, "\"");
    }
}

void out_context_ids(const Session *s, const char *type, Out *o)
{
    const bool at_till = s->channel == RETAILER_TILL;
    if (s->known && (at_till || (type[0] == 'i' && s->customer.card))) {
        out_tagged(o, ",\"externalIds\":[{\"id\":\"", world_card(&s->customer));
        OUT(o, ",\"type\":\"loyalty_card\",\"collection\":\"users\",\"encoding\":\"none\"}]");
    } else if (!s->known && s->bought && !at_till) { // a guest left an address for the order
        OUT(o, ",\"traits\":{\"email\":\"");
        out_email(o, &s->customer, SLIP_NONE);
        OUT(o, "\"}");
    }
}
