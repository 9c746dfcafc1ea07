// SPDX-License-Identifier: Apache-2.0
#include "events/intake.h"
#include "events/record.h"

#include <assert.h>

static const PtStr type_names[EVENT_TYPE_COUNT] = {
    [EVENT_UNKNOWN] = PT_STR_INIT("unknown"),   [EVENT_TRACK] = PT_STR_INIT("track"),
    [EVENT_IDENTIFY] = PT_STR_INIT("identify"), [EVENT_PAGE] = PT_STR_INIT("page"),
    [EVENT_SCREEN] = PT_STR_INIT("screen"),     [EVENT_GROUP] = PT_STR_INIT("group"),
    [EVENT_ALIAS] = PT_STR_INIT("alias"),
};

PtStr event_type_name(EventType type)
{
    assert((unsigned)type < EVENT_TYPE_COUNT);
    return type_names[type];
}

EventType event_type_of(PtStr name)
{
    for (unsigned i = EVENT_UNKNOWN + 1; i < EVENT_TYPE_COUNT; i++) {
        if (pt_str_eq(type_names[i], name)) {
            return (EventType)i;
        }
    }
    return EVENT_UNKNOWN;
}

static const struct {
    PtStr name, help;
} reasons[EVENT_REASON_COUNT] = {[EVENT_REASON_NONE] = {PT_STR_INIT(""), PT_STR_INIT("")},
#define ROW(id, name, help) [EVENT_REASON_##id] = {PT_STR_INIT(name), PT_STR_INIT(help)},
                                 EVENT_REASON_MAP(ROW)
#undef ROW
};

PtStr event_reason_name(EventReason reason)
{
    assert((unsigned)reason < EVENT_REASON_COUNT);
    return reasons[reason].name;
}

PtStr event_reason_help(EventReason reason)
{
    assert((unsigned)reason < EVENT_REASON_COUNT);
    return reasons[reason].help;
}

EventReason event_reason_of(PtStr name)
{
    for (unsigned i = EVENT_REASON_NONE + 1; i < EVENT_REASON_COUNT; i++) {
        if (pt_str_eq(reasons[i].name, name)) {
            return (EventReason)i;
        }
    }
    return EVENT_REASON_NONE;
}

PtStr event_flag_name(unsigned bit)
{
    static const PtStr names[] = {
#define ROW(id, bit, name) [bit] = PT_STR_INIT(name),
        EVENT_FLAG_MAP(ROW)
#undef ROW
    };
    return bit < sizeof names / sizeof *names ? names[bit] : (PtStr){NULL, 0};
}

/* Names of the first e-commerce specification and of Segment's enhanced e-commerce guide of its
 * time, and what the second specification calls the same act. Exact: other spellings are the
 * sender's own events.
 */
static const struct {
    PtStr v1, v2;
} aliases[] = {
    {PT_STR_INIT("Viewed Product"), PT_STR_INIT("Product Viewed")},
    {PT_STR_INIT("Viewed Product Details"), PT_STR_INIT("Product Viewed")},
    {PT_STR_INIT("Viewed Product Category"), PT_STR_INIT("Product List Viewed")},
    {PT_STR_INIT("Viewed Product List"), PT_STR_INIT("Product List Viewed")},
    {PT_STR_INIT("Filtered Product List"), PT_STR_INIT("Product List Filtered")},
    {PT_STR_INIT("Searched Products"), PT_STR_INIT("Products Searched")},
    {PT_STR_INIT("Clicked Product"), PT_STR_INIT("Product Clicked")},
    {PT_STR_INIT("Added Product"), PT_STR_INIT("Product Added")},
    {PT_STR_INIT("Removed Product"), PT_STR_INIT("Product Removed")},
    {PT_STR_INIT("Shared Product"), PT_STR_INIT("Product Shared")},
    {PT_STR_INIT("Reviewed Product"), PT_STR_INIT("Product Reviewed")},
    {PT_STR_INIT("Viewed Cart"), PT_STR_INIT("Cart Viewed")},
    {PT_STR_INIT("Shared Cart"), PT_STR_INIT("Cart Shared")},
    {PT_STR_INIT("Viewed Promotion"), PT_STR_INIT("Promotion Viewed")},
    {PT_STR_INIT("Clicked Promotion"), PT_STR_INIT("Promotion Clicked")},
    {PT_STR_INIT("Started Checkout"), PT_STR_INIT("Checkout Started")},
    {PT_STR_INIT("Started Order"), PT_STR_INIT("Checkout Started")},
    {PT_STR_INIT("Viewed Checkout Step"), PT_STR_INIT("Checkout Step Viewed")},
    {PT_STR_INIT("Completed Checkout Step"), PT_STR_INIT("Checkout Step Completed")},
    {PT_STR_INIT("Entered Payment Info"), PT_STR_INIT("Payment Info Entered")},
    {PT_STR_INIT("Updated Order"), PT_STR_INIT("Order Updated")},
    {PT_STR_INIT("Completed Order"), PT_STR_INIT("Order Completed")},
    {PT_STR_INIT("Refunded Order"), PT_STR_INIT("Order Refunded")},
    {PT_STR_INIT("Cancelled Order"), PT_STR_INIT("Order Cancelled")},
    {PT_STR_INIT("Entered Coupon"), PT_STR_INIT("Coupon Entered")},
    {PT_STR_INIT("Applied Coupon"), PT_STR_INIT("Coupon Applied")},
    {PT_STR_INIT("Denied Coupon"), PT_STR_INIT("Coupon Denied")},
    {PT_STR_INIT("Removed Coupon"), PT_STR_INIT("Coupon Removed")},
};

PtStr event_canonical_name(PtStr name)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (pt_str_eq(aliases[i].v1, name)) {
            return aliases[i].v2;
        }
    }
    return name;
}
