// SPDX-License-Identifier: Apache-2.0
/* The channel that an event came by: what it says of itself, else what gives it away. */
#include "profiles/traits_internal.h"

#include <stdlib.h>

typedef enum Sign {
    SIGN_CHANNEL,     /* context.channel */
    SIGN_TOP_CHANNEL, /* channel, as Segment's libraries say it */
    SIGN_LIBRARY,     /* context.library.name */
    SIGN_DEVICE,      /* context.device.type */
    SIGN_SYSTEM,      /* context.os.name */
    SIGN_AGENT,       /* context.userAgent */
    SIGN_REGISTER,    /* properties.register and the like: there */
    SIGN_PAGE,        /* context.page: there */
    SIGN_STORE,       /* properties.store_id: there */
    SIGN_TYPE,        /* "page", "screen" */
    SIGN_COUNT,
} Sign;

typedef enum Fit { FIT_IS, FIT_BEGINS, FIT_THERE } Fit;

/* The first row that fits tells. */
static const struct ChannelRow {
    Sign sign;
    Fit fit;
    const char *text; /* lower case */
    const char *channel;
} rows[] = {
    {SIGN_CHANNEL, FIT_IS, "web", "web"},
    {SIGN_CHANNEL, FIT_IS, "browser", "web"},
    {SIGN_CHANNEL, FIT_IS, "app", "app"},
    {SIGN_CHANNEL, FIT_IS, "mobile", "app"},
    {SIGN_CHANNEL, FIT_IS, "store", "store"},
    {SIGN_CHANNEL, FIT_IS, "retail", "store"},
    {SIGN_CHANNEL, FIT_IS, "pos", "store"},
    {SIGN_CHANNEL, FIT_IS, "till", "store"},
    {SIGN_CHANNEL, FIT_IS, "service", "service"},
    {SIGN_CHANNEL, FIT_IS, "support", "service"},
    {SIGN_CHANNEL, FIT_IS, "phone", "service"},
    {SIGN_CHANNEL, FIT_IS, "chat", "service"},
    {SIGN_TOP_CHANNEL, FIT_IS, "browser", "web"},
    {SIGN_TOP_CHANNEL, FIT_IS, "mobile", "app"},
    {SIGN_LIBRARY, FIT_IS, "analytics.js", "web"},
    {SIGN_LIBRARY, FIT_BEGINS, "analytics-next", "web"},
    {SIGN_LIBRARY, FIT_BEGINS, "analytics-android", "app"},
    {SIGN_LIBRARY, FIT_BEGINS, "analytics-ios", "app"},
    {SIGN_LIBRARY, FIT_BEGINS, "analytics-kotlin", "app"},
    {SIGN_LIBRARY, FIT_BEGINS, "analytics-swift", "app"},
    {SIGN_LIBRARY, FIT_BEGINS, "analytics-flutter", "app"},
    {SIGN_LIBRARY, FIT_BEGINS, "analytics_flutter", "app"},
    {SIGN_LIBRARY, FIT_BEGINS, "analytics-react-native", "app"},
    {SIGN_LIBRARY, FIT_BEGINS, "@segment/analytics-react-native", "app"},
    {SIGN_LIBRARY, FIT_BEGINS, "pos", "store"},
    {SIGN_LIBRARY, FIT_BEGINS, "till", "store"},
    {SIGN_DEVICE, FIT_IS, "pos", "store"},
    {SIGN_DEVICE, FIT_IS, "till", "store"},
    {SIGN_DEVICE, FIT_IS, "kiosk", "store"},
    {SIGN_DEVICE, FIT_IS, "ios", "app"},
    {SIGN_DEVICE, FIT_IS, "android", "app"},
    {SIGN_REGISTER, FIT_THERE, "", "store"},
    {SIGN_AGENT, FIT_BEGINS, "mozilla/", "web"},
    {SIGN_SYSTEM, FIT_IS, "ios", "app"},
    {SIGN_SYSTEM, FIT_IS, "ipados", "app"},
    {SIGN_SYSTEM, FIT_IS, "android", "app"},
    {SIGN_PAGE, FIT_THERE, "", "web"},
    {SIGN_STORE, FIT_THERE, "", "store"},
    {SIGN_TYPE, FIT_IS, "page", "web"},
    {SIGN_TYPE, FIT_IS, "screen", "app"},
};

typedef struct Signs {
    PtStr json[SIGN_COUNT]; /* data NULL: not there */
} Signs;

static PtStr first_member(PtStr object, const char *const *names)
{
    PtStr found = {NULL, 0};
    for (; found.data == NULL && *names != NULL; names++) {
        found = profile_member(object, pt_str(*names));
    }
    return found;
}

static Signs read_signs(const EventView *v)
{
    static const char *const registers[] = {"register", "register_id", "till_id", "pos_id", NULL};
    static const char *const stores[] = {"store_id", "storeId", NULL};
    const PtStr properties = profile_event_member(v, PT_STR("properties"));
    Signs s = {0};
    s.json[SIGN_CHANNEL] = profile_context_member(v, PT_STR("channel"));
    s.json[SIGN_TOP_CHANNEL] = profile_event_member(v, PT_STR("channel"));
    s.json[SIGN_LIBRARY] =
        profile_member(profile_context_member(v, PT_STR("library")), PT_STR("name"));
    s.json[SIGN_DEVICE] =
        profile_member(profile_context_member(v, PT_STR("device")), PT_STR("type"));
    s.json[SIGN_SYSTEM] = profile_member(profile_context_member(v, PT_STR("os")), PT_STR("name"));
    s.json[SIGN_AGENT] = profile_context_member(v, PT_STR("userAgent"));
    s.json[SIGN_PAGE] = profile_context_member(v, PT_STR("page"));
    s.json[SIGN_REGISTER] = first_member(properties, registers);
    s.json[SIGN_STORE] = first_member(properties, stores);
    s.json[SIGN_TYPE] = event_type_name(v->type);
    return s;
}

/* Signs are short and plain: compared as they stand between their quotes. */
static bool fits(const struct ChannelRow *row, PtStr json)
{
    if (json.data == NULL || row->fit == FIT_THERE) {
        return json.data != NULL;
    }
    const bool quoted = json.len >= 2 && json.data[0] == '"';
    const PtStr given = quoted ? (PtStr){json.data + 1, json.len - 2} : json;
    const PtStr text = pt_str(row->text);
    return row->fit == FIT_IS
               ? pt_str_eq_nocase(given, text)
               : given.len >= text.len && pt_str_eq_nocase((PtStr){given.data, text.len}, text);
}

PtStr profiles_channel(const EventView *event)
{
    const Signs s = read_signs(event);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (fits(&rows[i], s.json[rows[i].sign])) {
            return pt_str(rows[i].channel);
        }
    }
    return PT_STR("");
}
