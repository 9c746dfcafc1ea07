// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/shops/shop.h"

/* Short forms for the tables of kinds. NEED_...: without it the delivery is quarantined. */
#define TEXT(to, from)          {to, from, SHOP_TEXT, false, NULL, 0}
#define NEED_TEXT(to, from)     {to, from, SHOP_TEXT, true, NULL, 0}
#define NUMBER(to, from)        {to, from, SHOP_NUMBER, false, NULL, 0}
#define NEED_NUMBER(to, from)   {to, from, SHOP_NUMBER, true, NULL, 0}
#define MONEY(to, from)         {to, from, SHOP_MONEY, false, NULL, 0}
#define NEED_MONEY(to, from)    {to, from, SHOP_MONEY, true, NULL, 0}
#define AMOUNT(to, from)        {to, from, SHOP_AMOUNT, false, NULL, 0}
#define NEED_AMOUNT(to, from)   {to, from, SHOP_AMOUNT, true, NULL, 0}
#define MINOR(to, from)         {to, from, SHOP_MINOR, false, NULL, 0}
#define NEED_MINOR(to, from)    {to, from, SHOP_MINOR, true, NULL, 0}
#define TRUTH(to, from)         {to, from, SHOP_BOOL, false, NULL, 0}
#define TIME(to, from)          {to, from, SHOP_TIME, false, NULL, 0}
#define CURRENCY(to, from)      {to, from, SHOP_CURRENCY, false, NULL, 0}
#define NEED_CURRENCY(to, from) {to, from, SHOP_CURRENCY, true, NULL, 0}
#define VALUE(to, text)         {to, text, SHOP_VALUE, false, NULL, 0}
#define JOINED(to, from)        {to, from, SHOP_OBJECT, true, NULL, 0}
#define WHO(from)               {"anonymousId", from, SHOP_WHO, true, NULL, 0}
#define IDS(from)               {"context.externalIds", from, SHOP_IDS, false, NULL, 0}
#define LINES(to, from, rows)   {to, from, SHOP_LINES, false, rows, sizeof(rows) / sizeof *(rows)}

#define FIELDS(rows) .fields = (rows), .field_count = sizeof(rows) / sizeof *(rows)
#define COUNT(rows)  (sizeof(rows) / sizeof *(rows))
