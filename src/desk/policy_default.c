// SPDX-License-Identifier: Apache-2.0
/* The policy of priorities as it comes with Patron. */
#include "desk/policy_internal.h"

#define CATEGORY(id, name, touchpoint, floor, urgency, minutes, actions)                           \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"touchpoint\":\"" touchpoint "\",\"floor\":" #floor \
    ",\"urgency\":\"" urgency "\",\"escalate_min\":" #minutes ",\"actions\":[" actions "]}"
/* Cells of a scope: urgency high, medium, low. */
#define TOUCHPOINT(id, single, store, several, widespread)                                         \
    "\"" id "\":{\"single\":[" single "],\"store\":[" store "],\"several\":[" several              \
    "],\"widespread\":[" widespread "]}"

const char desk_policy_default[] =
    "{\"method\":\"touchpoint\","
    "\"scopes\":{"
    "\"store\":{\"tills\":2,\"customers\":10},"
    "\"several\":{\"stores\":2,\"tills\":10,\"customers\":100},"
    "\"widespread\":{\"stores\":10,\"tills\":50,\"customers\":1000}},"
    "\"touchpoints\":{" // clang-format off
    TOUCHPOINT("in_store_checkout", "2,3,4", "2,2,3", "1,1,1", "1,1,1") ","
    TOUCHPOINT("checkout", "2,3,4", "2,2,2", "1,1,1", "1,1,1") ","
    TOUCHPOINT("online_shopping", "3,4,4", "2,3,3", "1,2,2", "1,1,1") ","
    TOUCHPOINT("loyalty", "3,4,5", "3,3,4", "2,2,3", "1,2,2") ","
    TOUCHPOINT("stock_visibility", "3,4,5", "3,3,4", "2,2,3", "2,2,2") ","
    TOUCHPOINT("in_store_promotions", "4,5,5", "4,4,5", "3,3,4", "3,3,3") ","
    TOUCHPOINT("*", "3,4,5", "3,4,4", "2,3,3", "2,2,3") "},"
    "\"impact_urgency\":[[1,2,3],[2,3,4],[3,4,5]],"
    "\"categories\":["
    CATEGORY("pos_outage", "POS system outage", "in_store_checkout", 1, "high", 0,
             "\"major_incident\"") ","
    CATEGORY("ecommerce_slow", "E-commerce slow response", "online_shopping", 1, "high", 10,
             "\"problem\"") ","
    CATEGORY("loyalty_auth", "Loyalty app authentication failure", "loyalty", 2, "high", 30,
             "") ","
    CATEGORY("signage_offline", "Digital signage offline", "in_store_promotions", 3, "medium", 240,
             "") ","
    CATEGORY("inventory_sync", "Inventory sync delay", "stock_visibility", 2, "medium", 60,
             "\"change\"") ","
    CATEGORY("payment_timeout", "Payment gateway timeout", "checkout", 1, "high", 0,
             "\"major_incident\",\"vendor\"") ","
    CATEGORY("till_fault", "Till fault", "in_store_checkout", 3, "medium", 60, "")
    "],\"peaks\":[],\"major\":{\"update_min\":30,\"link_days\":14,\"zone\":\"UTC\"}}"; // clang-format on
