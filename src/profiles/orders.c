// SPDX-License-Identifier: Apache-2.0
/* Orders of a node, summed by currency. An order whose number is among the last of the node counts
 * once, so that a shop and its server may both tell of it. */
#include "base/money.h"
#include "profiles/traits_internal.h"
#include "traits.sql.h"

#include <stdlib.h>
#include <string.h>

static const PtStr no_currency = PT_STR_INIT("XXX"); // ISO 4217: no currency is involved

/* ---- Reading an event ------------------------------------------------------------------------ */

static bool read_amount(PtStr properties, PtStr key, PtBuf *text, int64_t *ret_micros)
{
    const PtStr given = pt_str_trim(profile_json_text(profile_member(properties, key), text));
    return given.len > 0 && pt_money_parse(given, ret_micros, NULL) == PT_OK;
}

bool order_read(const EventView *v, PtBuf *text, SaidOrder *ret_order)
{
    const bool refund = pt_str_eq(v->name, PT_STR("Order Refunded"));
    if (v->type != EVENT_TRACK || (!refund && !pt_str_eq(v->name, PT_STR("Order Completed")))) {
        return false;
    }
    const PtStr properties = profile_event_member(v, PT_STR("properties"));
    SaidOrder order = {.refund = refund};
    if (!read_amount(properties, PT_STR("total"), text, &order.micros) &&
        !read_amount(properties, PT_STR("revenue"), text, &order.micros)) {
        order.micros = 0;
    }
    if (refund && order.micros < 0) { // some tell what they gave back as a negative amount
        order.micros = -order.micros; // the range of money is the same on both sides
    }
    const PtStr currency = profile_member(properties, PT_STR("currency"));
    if (!pt_currency_parse(pt_str_trim(profile_json_text(currency, text)), order.currency)) {
        memcpy(order.currency, no_currency.data, sizeof order.currency);
    }
    order.number =
        pt_str_trim(profile_json_text(profile_member(properties, PT_STR("order_id")), text));
    if (order.number.len > ORDER_NUMBER_MAX) {
        order.number = PT_STR("");
    }
    *ret_order = order;
    return true;
}

/* ---- The book -------------------------------------------------------------------------------- */

/* The place of a currency, made when missing; VALUES_MAX: there is no room for it. */
static size_t value_of(OrderBook *book, const char currency[static 4])
{
    size_t i = 0;
    while (i < book->value_count && memcmp(book->values[i].currency, currency, 4) != 0) {
        i++;
    }
    if (i == book->value_count && i < VALUES_MAX) {
        book->values[i] = (ProfileValue){0};
        memcpy(book->values[i].currency, currency, 4);
        book->value_changed[i] = false;
        book->value_count++;
    }
    return i;
}

static bool add_value(OrderBook *book, const SaidOrder *order)
{
    const size_t before = book->value_count, i = value_of(book, order->currency);
    int64_t sum;
    if (i == VALUES_MAX || !pt_money_add(book->values[i].micros,
                                         order->refund ? -order->micros : order->micros, &sum)) {
        book->value_count = before;
        return false;
    }
    book->values[i].micros = sum;
    book->values[i].orders += !order->refund;
    book->values[i].refunds += order->refund;
    book->value_changed[i] = true;
    return true;
}

static KeptOrder *find_kept(OrderBook *book, PtStr number)
{
    for (size_t i = 0; i < book->kept_count; i++) {
        if (pt_str_eq(number, (PtStr){book->kept[i].number, book->kept[i].len})) {
            return &book->kept[i];
        }
    }
    return NULL;
}

static void drop_oldest(OrderBook *book)
{
    if (book->kept[0].stored) {
        book->gone[book->gone_count++] = book->kept[0].offset;
    }
    book->kept_count--;
    memmove(&book->kept[0], &book->kept[1], book->kept_count * sizeof book->kept[0]);
}

static void keep_number(OrderBook *book, const SaidOrder *order, KeptOrder *known)
{
    if (known != NULL) {
        known->changed = known->changed || (!known->completed && !order->refund);
        known->completed = known->completed || !order->refund;
        return;
    }
    if (book->kept_count == ORDERS_KEPT) {
        drop_oldest(book);
    }
    KeptOrder *fresh = &book->kept[book->kept_count++];
    *fresh = (KeptOrder){.offset = order->offset, .completed = !order->refund, .changed = true};
    fresh->len = (uint8_t)order->number.len;
    memcpy(fresh->number, order->number.data, order->number.len);
}

bool order_book_take(OrderBook *book, const SaidOrder *order)
{
    KeptOrder *known = order->number.len > 0 ? find_kept(book, order->number) : NULL;
    if (known != NULL && known->completed && !order->refund) {
        return false;
    }
    const bool counts = add_value(book, order);
    if (order->number.len > 0) {
        keep_number(book, order, known);
    }
    return counts;
}

/* ---- Its rows -------------------------------------------------------------------------------- */

static PtStatus load_values(PtSqlTx *tx, uint32_t node, OrderBook *book, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_VALUE_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    bool row = true;
    while (book->value_count < VALUES_MAX && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        char currency[4];
        if (!pt_currency_parse(pt_sql_text(tx, 0), currency)) {
            st = pt_fail(err, PT_CORRUPT, "a stored currency is none");
            break;
        }
        ProfileValue *value = &book->values[value_of(book, currency)];
        value->micros = pt_sql_i64(tx, 1);
        value->orders = (uint64_t)pt_sql_i64(tx, 2);
        value->refunds = (uint64_t)pt_sql_i64(tx, 3);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus load_kept(PtSqlTx *tx, uint32_t node, OrderBook *book, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_ORDER_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    bool row = true;
    while (book->kept_count < ORDERS_KEPT && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr number = pt_sql_text(tx, 1);
        if (number.len == 0 || number.len > ORDER_NUMBER_MAX) {
            st = pt_fail(err, PT_CORRUPT, "a stored order number has %zu bytes, not 1..%d",
                         number.len, ORDER_NUMBER_MAX);
            break;
        }
        KeptOrder *kept = &book->kept[book->kept_count++];
        *kept = (KeptOrder){.offset = (uint64_t)pt_sql_i64(tx, 0),
                            .completed = pt_sql_i64(tx, 2) != 0,
                            .stored = true,
                            .len = (uint8_t)number.len};
        memcpy(kept->number, number.data, number.len);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus order_book_load_values(PtSqlTx *tx, uint32_t node, OrderBook *ret_book, PtError *err)
{
    ret_book->value_count = ret_book->kept_count = ret_book->gone_count = 0;
    return load_values(tx, node, ret_book, err);
}

PtStatus order_book_load(PtSqlTx *tx, uint32_t node, OrderBook *ret_book, PtError *err)
{
    PtStatus st = order_book_load_values(tx, node, ret_book, err);
    return st == PT_OK ? load_kept(tx, node, ret_book, err) : st;
}

static PtStatus store_value(PtSqlTx *tx, uint32_t node, const ProfileValue *value, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_VALUE_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_text(tx, 2, pt_str(value->currency));
    pt_sql_bind_i64(tx, 3, value->micros);
    pt_sql_bind_i64(tx, 4, (int64_t)value->orders);
    pt_sql_bind_i64(tx, 5, (int64_t)value->refunds);
    return pt_sql_finish(tx, err);
}

static PtStatus store_kept(PtSqlTx *tx, uint32_t node, const KeptOrder *kept, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_ORDER_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, (int64_t)kept->offset);
    pt_sql_bind_text(tx, 3, (PtStr){kept->number, kept->len});
    pt_sql_bind_i64(tx, 4, kept->completed);
    return pt_sql_finish(tx, err);
}

static PtStatus remove_kept(PtSqlTx *tx, uint32_t node, uint64_t offset, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_ORDER_REMOVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, (int64_t)offset);
    return pt_sql_finish(tx, err);
}

PtStatus order_book_store(PtSqlTx *tx, uint32_t node, const OrderBook *book, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < book->gone_count; i++) {
        st = remove_kept(tx, node, book->gone[i], err);
    }
    for (size_t i = 0; st == PT_OK && i < book->value_count; i++) {
        st = book->value_changed[i] ? store_value(tx, node, &book->values[i], err) : PT_OK;
    }
    for (size_t i = 0; st == PT_OK && i < book->kept_count; i++) {
        st = book->kept[i].changed ? store_kept(tx, node, &book->kept[i], err) : PT_OK;
    }
    return st;
}
