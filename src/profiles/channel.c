// SPDX-License-Identifier: Apache-2.0
/* The channel that an event came by: what it says of itself, else what gives it away. */
#include "profiles/traits_internal.h"

#include <stdlib.h>

typedef enum Fit { FIT_IS, FIT_BEGINS, FIT_THERE } Fit;

/* The first row that fits tells. */
static const struct ChannelRow {
    ProfileSign sign;
    Fit fit;
    const char *text; /* lower case */
    const char *channel;
} rows[] = {
    {PROFILE_SIGN_CHANNEL, FIT_IS, "web", "web"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "browser", "web"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "app", "app"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "mobile", "app"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "store", "store"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "retail", "store"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "pos", "store"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "till", "store"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "service", "service"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "support", "service"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "phone", "service"},
    {PROFILE_SIGN_CHANNEL, FIT_IS, "chat", "service"},
    {PROFILE_SIGN_TOP_CHANNEL, FIT_IS, "browser", "web"},
    {PROFILE_SIGN_TOP_CHANNEL, FIT_IS, "mobile", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_IS, "analytics.js", "web"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "analytics-next", "web"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "analytics-android", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "analytics-ios", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "analytics-kotlin", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "analytics-swift", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "analytics-flutter", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "analytics_flutter", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "analytics-react-native", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "@segment/analytics-react-native", "app"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "pos", "store"},
    {PROFILE_SIGN_LIBRARY, FIT_BEGINS, "till", "store"},
    {PROFILE_SIGN_DEVICE, FIT_IS, "pos", "store"},
    {PROFILE_SIGN_DEVICE, FIT_IS, "till", "store"},
    {PROFILE_SIGN_DEVICE, FIT_IS, "kiosk", "store"},
    {PROFILE_SIGN_DEVICE, FIT_IS, "ios", "app"},
    {PROFILE_SIGN_DEVICE, FIT_IS, "android", "app"},
    {PROFILE_SIGN_REGISTER, FIT_THERE, "", "store"},
    {PROFILE_SIGN_AGENT, FIT_BEGINS, "mozilla/", "web"},
    {PROFILE_SIGN_SYSTEM, FIT_IS, "ios", "app"},
    {PROFILE_SIGN_SYSTEM, FIT_IS, "ipados", "app"},
    {PROFILE_SIGN_SYSTEM, FIT_IS, "android", "app"},
    {PROFILE_SIGN_PAGE, FIT_THERE, "", "web"},
    {PROFILE_SIGN_STORE, FIT_THERE, "", "store"},
    {PROFILE_SIGN_TYPE, FIT_IS, "page", "web"},
    {PROFILE_SIGN_TYPE, FIT_IS, "screen", "app"},
};

static PtStr first_member(PtStr object, const char *const *names)
{
    PtStr found = {NULL, 0};
    for (; found.data == NULL && *names != NULL; names++) {
        found = profile_member(object, pt_str(*names));
    }
    return found;
}

static ProfileSigns read_signs(const EventView *v)
{
    static const char *const registers[] = {"register", "register_id", "till_id", "pos_id", NULL};
    static const char *const stores[] = {"store_id", "storeId", NULL};
    const PtStr properties = profile_event_member(v, PT_STR("properties"));
    ProfileSigns s = {0};
    s.json[PROFILE_SIGN_CHANNEL] = profile_context_member(v, PT_STR("channel"));
    s.json[PROFILE_SIGN_TOP_CHANNEL] = profile_event_member(v, PT_STR("channel"));
    s.json[PROFILE_SIGN_LIBRARY] =
        profile_member(profile_context_member(v, PT_STR("library")), PT_STR("name"));
    s.json[PROFILE_SIGN_DEVICE] =
        profile_member(profile_context_member(v, PT_STR("device")), PT_STR("type"));
    s.json[PROFILE_SIGN_SYSTEM] =
        profile_member(profile_context_member(v, PT_STR("os")), PT_STR("name"));
    s.json[PROFILE_SIGN_AGENT] = profile_context_member(v, PT_STR("userAgent"));
    s.json[PROFILE_SIGN_PAGE] = profile_context_member(v, PT_STR("page"));
    s.json[PROFILE_SIGN_REGISTER] = first_member(properties, registers);
    s.json[PROFILE_SIGN_STORE] = first_member(properties, stores);
    s.json[PROFILE_SIGN_TYPE] = event_type_name(v->type);
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

PtStr profiles_channel_by(const ProfileSigns *signs)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (fits(&rows[i], signs->json[rows[i].sign])) {
            return pt_str(rows[i].channel);
        }
    }
    return PT_STR("");
}

PtStr profiles_channel(const EventView *event)
{
    const ProfileSigns s = read_signs(event);
    return profiles_channel_by(&s);
}
