// SPDX-License-Identifier: Apache-2.0
#include "retailer_internal.h"

#include <stdio.h>

typedef struct Browser {
    const char *agent, *brand, *platform;
    uint16_t width, height;
    uint8_t density; /* tenths */
} Browser;

static const Browser browsers[] = {
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/141.0.0.0 Safari/537.36",
     "Google Chrome", "Windows", 1920, 1080, 10},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/18.6 Safari/605.1.15",
     "Safari", "macOS", 1512, 982, 20},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) "
     "Version/18.6 Mobile/15E148 Safari/604.1",
     "Mobile Safari", "iOS", 393, 852, 30},
    {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 "
     "Mobile Safari/537.36",
     "Chrome Mobile", "Android", 412, 915, 26},
    {"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox", "Linux",
     2560, 1440, 10},
};

static const Browser tablet = {
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1",
    "Mobile Safari",
    "iPadOS",
    1180,
    820,
    20};

typedef struct Campaign {
    const char *source, *medium, *name, *content;
} Campaign;

static const Campaign campaigns[] = {
    {"google", "cpc", "brand-search", "text-a"},
    {"newsletter", "email", "autumn-arrivals", "hero"},
    {"instagram", "social", "knitwear-stories", "story-3"},
    {"partner", "affiliate", "outdoor-guide", "list-7"},
};

typedef struct Phone {
    const char *maker, *model, *name, *os, *version;
    uint16_t width, height;
} Phone;

static const Phone phones[] = {
    {"Apple", "iPhone16,1", "iPhone", "iOS", "18.6.2", 393, 852},
    {"Apple", "iPhone14,5", "iPhone", "iOS", "17.7.1", 390, 844},
    {"Samsung", "SM-S921B", "Galaxy S24", "Android", "15", 360, 780},
    {"Google", "Pixel 8a", "akita", "Android", "16", 412, 915},
    {"Xiaomi", "2311DRK48G", "duchamp", "Android", "14", 407, 904},
};

static const Phone store_tablet = {"Apple", "iPad14,8", "Larkfield store", "iPadOS", "18.6",
                                   1180,    820};

static const char *const carriers[] = {"Telekom", "Vodafone", "Orange", "EE", "T-Mobile"};

#define PICK(a, h) (&(a)[(h) % (sizeof(a) / sizeof *(a))])

static int web_context(Session *s, uint64_t device, uint64_t h)
{
    const Country *c = &world_countries[s->country];
    const Browser *b = s->device == DEVICE_FAMILY ? &tablet : PICK(browsers, device);
    int n = snprintf(
        s->context, sizeof s->context,
        "\"library\":{\"name\":\"patron-demo\",\"version\":\"" PATRON_VERSION "\"},\"demo\":true,"
        "\"locale\":\"%s\",\"timezone\":\"%s\",\"userAgent\":\"%s\","
        "\"userAgentData\":{\"brands\":[{\"brand\":\"%s\",\"version\":\"141\"},{\"brand\":\"Not?A_"
        "Brand\","
        "\"version\":\"8\"}],\"mobile\":%s,\"platform\":\"%s\"},"
        "\"screen\":{\"width\":%u,\"height\":%u,\"innerWidth\":%u,\"innerHeight\":%u,\"density\":%"
        "u.%u},"
        "\"shop\":{\"country\":\"%s\",\"currency\":\"%s\",\"experiment\":{\"search-ranking\":\"%"
        "s\","
        "\"free-shipping-bar\":\"%s\"}},\"consent\":{\"categoryPreferences\":{\"functional\":true,"
        "\"analytics\":true,\"advertising\":%s}},\"sessionId\":\"%.36s\"",
        c->locale, c->zone, b->agent, b->brand, b->width < 500 ? "true" : "false", b->platform,
        b->width, b->height, b->width - 15u, b->height - 139u, b->density / 10u, b->density % 10u,
        c->code, c->currency, h >> 20 & 1 ? "b" : "control", h >> 21 & 1 ? "shown" : "hidden",
        h >> 22 & 1 ? "true" : "false", s->id);
    if (h >> 8 & 1) {
        return n;
    }
    const Campaign *k = PICK(campaigns, h >> 9);
    return n + snprintf(s->context + n, sizeof s->context - (size_t)n,
                        ",\"campaign\":{\"source\":\"%s\",\"medium\":\"%s\",\"name\":\"%s\","
                        "\"content\":\"%s\",\"id\":\"%u\"}",
                        k->source, k->medium, k->name, k->content, (unsigned)(h >> 32 & 0xffff));
}

static int app_context(Session *s, uint64_t device, uint64_t h)
{
    const Country *c = &world_countries[s->country];
    const Phone *p = s->device == DEVICE_STORE ? &store_tablet : PICK(phones, device);
    const char *wifi = h >> 8 & 1 ? "true" : "false", *cellular = h >> 8 & 1 ? "false" : "true";
    return snprintf(
        s->context, sizeof s->context,
        "\"library\":{\"name\":\"patron-demo\",\"version\":\"" PATRON_VERSION "\"},\"demo\":true,"
        "\"app\":{\"name\":\"Larkfield\",\"version\":\"7.%u.0\",\"build\":\"70%u412\","
        "\"namespace\":\"example.larkfield.shop\"},\"device\":{\"id\":\"%.36s\",\"advertisingId\":"
        "\"%.36s\",\"adTrackingEnabled\":%s,\"manufacturer\":\"%s\",\"model\":\"%s\",\"name\":\"%"
        "s\","
        "\"type\":\"%s\",\"token\":\"%.36s%.36s\"},\"os\":{\"name\":\"%s\",\"version\":\"%s\"},"
        "\"network\":{\"bluetooth\":false,\"carrier\":\"%s\",\"cellular\":%s,\"wifi\":%s},"
        "\"screen\":{\"width\":%u,\"height\":%u,\"density\":3},\"locale\":\"%s\",\"timezone\":\"%"
        "s\","
        "\"userAgent\":\"Larkfield/7.%u.0 (%s; %s "
        "%s)\",\"instanceId\":\"%.36s\",\"shop\":{\"country\":"
        "\"%s\",\"currency\":\"%s\"},\"sessionId\":\"%.36s\"",
        (unsigned)(h >> 12 & 7), (unsigned)(h >> 12 & 7), s->anonymous, s->anonymous,
        h >> 16 & 1 ? "true" : "false", p->maker, p->model, p->name,
        p->os[0] == 'i' ? "ios" : "android", s->anonymous, s->id, p->os, p->version,
        *PICK(carriers, h >> 17), cellular, wifi, p->width, p->height, c->locale, c->zone,
        (unsigned)(h >> 12 & 7), p->model, p->os, p->version, s->anonymous, c->code, c->currency,
        s->id);
}

static int till_context(Session *s, uint64_t device, uint64_t h)
{
    (void)device;
    const Country *c = &world_countries[s->country];
    const Store *store = &world_stores[s->store];
    return snprintf(
        s->context, sizeof s->context,
        "\"library\":{\"name\":\"patron-demo\",\"version\":\"" PATRON_VERSION "\"},\"demo\":true,"
        "\"channel\":\"store\",\"locale\":\"%s\",\"timezone\":\"%s\",\"device\":{\"name\":\"T%u\","
        "\"manufacturer\":\"Tillwright\",\"model\":\"TW-%u\",\"type\":\"pos\"},\"os\":{\"name\":"
        "\"Linux\","
        "\"version\":\"6.12\"},\"app\":{\"name\":\"Larkfield Till\",\"version\":\"3.%u.2\"},"
        "\"network\":{\"wifi\":false,\"cellular\":false},"
        "\"location\":{\"city\":\"%s\",\"country\":\"%s\",\"store_id\":\"S%02u\"}",
        c->locale, c->zone, s->till, 200 + (unsigned)(h & 3) * 20, (unsigned)(h >> 4 & 7),
        store->city, c->code, s->store + 1u);
}

void session_context(Retailer *r, Session *s, uint64_t device)
{
    static int (*const write[RETAILER_CHANNEL_COUNT])(Session *, uint64_t, uint64_t) = {
        web_context, app_context, till_context};
    s->context_len = (uint32_t)write[s->channel](s, device, pt_rng_u64(&r->rng));
}
