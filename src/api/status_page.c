// SPDX-License-Identifier: Apache-2.0
/* /status/{token}: a major incident as its stakeholders see it, for people and for programs.
 * Whatever is wrong with a link gets one plain answer. */
#include "api/page.h"

#include "base/time.h"

#include <stdio.h>

enum { REFRESH_S = 60, TITLE_ROOM = 64 };

typedef enum Word {
    WORD_SINCE,
    WORD_WHERE,
    WORD_STORES,
    WORD_NEXT,
    WORD_LATE,
    WORD_RESOLVED,
    WORD_ENDED,
    WORD_SUMMARY,
    WORD_UPDATES,
    WORD_NO_UPDATES,
    WORD_TIMES,
    WORD_REFRESHED,
    WORD_GONE_TITLE,
    WORD_GONE,
    WORD_COUNT,
} Word;

typedef struct Locale {
    const char *code, *direction;
    const char *words[WORD_COUNT];
    const char *states[DESK_STATUS_STATES];
} Locale;

static const Locale locales[] = {
    {"en",
     "ltr",
     {[WORD_SINCE] = "Since",
      [WORD_WHERE] = "Where it is felt",
      [WORD_STORES] = "Stores affected",
      [WORD_NEXT] = "Next update by",
      [WORD_LATE] = "The update is late.",
      [WORD_RESOLVED] = "Resolved",
      [WORD_ENDED] = "Ended",
      [WORD_SUMMARY] = "What was done",
      [WORD_UPDATES] = "Updates",
      [WORD_NO_UPDATES] = "There is no update yet.",
      [WORD_TIMES] = "Times are those of",
      [WORD_REFRESHED] = "This page loads itself anew each minute. As of",
      [WORD_GONE_TITLE] = "This link is not valid",
      [WORD_GONE] = "It may have ended."},
     {[DESK_STATUS_LOOKED_INTO] = "We are looking into it",
      [DESK_STATUS_WORKED_ON] = "We are working on it",
      [DESK_STATUS_RESOLVED] = "Resolved, and watched",
      [DESK_STATUS_ENDED] = "Ended",
      [DESK_STATUS_WITHDRAWN] = "No major incident any more"}},
    {"de",
     "ltr",
     {[WORD_SINCE] = "Seit",
      [WORD_WHERE] = "Wo es spürbar ist",
      [WORD_STORES] = "Betroffene Filialen",
      [WORD_NEXT] = "Nächster Stand bis",
      [WORD_LATE] = "Der neue Stand verspätet sich.",
      [WORD_RESOLVED] = "Behoben",
      [WORD_ENDED] = "Beendet",
      [WORD_SUMMARY] = "Was getan wurde",
      [WORD_UPDATES] = "Verlauf",
      [WORD_NO_UPDATES] = "Es gibt noch keinen Stand.",
      [WORD_TIMES] = "Zeiten sind die von",
      [WORD_REFRESHED] = "Diese Seite lädt sich jede Minute neu. Stand",
      [WORD_GONE_TITLE] = "Dieser Link ist nicht gültig",
      [WORD_GONE] = "Vielleicht ist er abgelaufen."},
     {[DESK_STATUS_LOOKED_INTO] = "Wir gehen dem nach",
      [DESK_STATUS_WORKED_ON] = "Wir arbeiten daran",
      [DESK_STATUS_RESOLVED] = "Behoben, wird beobachtet",
      [DESK_STATUS_ENDED] = "Beendet",
      [DESK_STATUS_WITHDRAWN] = "Keine größere Störung mehr"}},
    {"ar",
     "rtl",
     {[WORD_SINCE] = "منذ",
      [WORD_WHERE] = "أين يظهر الأثر",
      [WORD_STORES] = "المتاجر المتأثرة",
      [WORD_NEXT] = "التحديث التالي قبل",
      [WORD_LATE] = "تأخر التحديث.",
      [WORD_RESOLVED] = "حُل",
      [WORD_ENDED] = "انتهى",
      [WORD_SUMMARY] = "ما الذي تم",
      [WORD_UPDATES] = "التحديثات",
      [WORD_NO_UPDATES] = "لا يوجد تحديث بعد.",
      [WORD_TIMES] = "الأوقات بتوقيت",
      [WORD_REFRESHED] = "تُحدَّث هذه الصفحة تلقائيًا كل دقيقة. حتى",
      [WORD_GONE_TITLE] = "هذا الرابط غير صالح",
      [WORD_GONE] = "ربما انتهت صلاحيته."},
     {[DESK_STATUS_LOOKED_INTO] = "نحقق في الأمر",
      [DESK_STATUS_WORKED_ON] = "نعمل على الحل",
      [DESK_STATUS_RESOLVED] = "حُل وهو تحت المراقبة",
      [DESK_STATUS_ENDED] = "انتهى",
      [DESK_STATUS_WITHDRAWN] = "لم يعد حادثًا كبيرًا"}},
};
enum { LOCALES = sizeof locales / sizeof *locales };

static const char style[] =
    ".state{display:inline-block;border:2px solid var(--act);border-radius:.5rem;"
    "padding:.25rem .75rem;font-weight:600;margin:.5rem 0}"
    "dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.25rem 1rem;margin:1rem 0}"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}"
    "li time,.foot{color:var(--soft);font-size:.875rem}"
    "li p{white-space:pre-line}"
    ".key{color:var(--soft);unicode-bidi:isolate}";

static const Locale *locale_of(const HttpRequest *r)
{
    PtStr codes[LOCALES];
    for (size_t i = 0; i < LOCALES; i++) {
        codes[i] = pt_str(locales[i].code);
    }
    return &locales[api_page_locale(r, codes, LOCALES)];
}

static void answer_gone(ApiCall *call, const Locale *l)
{
    char nonce[API_PAGE_NONCE];
    api_page_nonce(nonce);
    api_page_head(&call->body,
                  &(ApiPageHead){.language = l->code,
                                 .direction = l->direction,
                                 .title = l->words[WORD_GONE_TITLE],
                                 .style = style},
                  nonce);
    pt_buf_printf(&call->body, "<p>%s</p>", l->words[WORD_GONE]);
    api_page_answer(call, 404, l->code, nonce);
}

/* "2026-11-23 14:05", with what it is in UTC for programs. */
static void put_time(PtBuf *out, const DeskStatus *s, int64_t ms)
{
    char utc[PT_TIME_TEXT];
    const PtCivil c = pt_zone_civil(s->zone, ms);
    (void)pt_time_format(ms, utc);
    pt_buf_printf(out, "<time datetime=\"%s\" dir=\"ltr\">%04d-%02u-%02u %02u:%02u</time>", utc,
                  (int)c.year, c.month, c.day, c.hour, c.minute);
}

static void put_fact(PtBuf *out, const DeskStatus *s, const char *word, int64_t ms)
{
    if (ms > 0) {
        pt_buf_printf(out, "<dt>%s</dt><dd>", word);
        put_time(out, s, ms);
        pt_buf_add_str(out, PT_STR("</dd>"));
    }
}

static void put_facts(PtBuf *out, const Locale *l, const DeskStatus *s, int64_t now_ms)
{
    pt_buf_printf(out, "<p><span class=\"key\">");
    pt_buf_add_html(out, s->key);
    pt_buf_printf(out, "</span></p><p class=\"state\" role=\"status\">%s</p><dl>",
                  l->states[s->state]);
    put_fact(out, s, l->words[WORD_SINCE], s->opened_ms);
    if (s->touchpoint_count > 0) {
        pt_buf_printf(out, "<dt>%s</dt><dd>", l->words[WORD_WHERE]);
        for (size_t i = 0; i < s->touchpoint_count; i++) {
            pt_buf_add_str(out, i > 0 ? PT_STR(" · <bdi>") : PT_STR("<bdi>"));
            pt_buf_add_html(out, s->touchpoints[i]);
            pt_buf_add_str(out, PT_STR("</bdi>"));
        }
        pt_buf_add_str(out, PT_STR("</dd>"));
    }
    if (s->stores > 0) {
        pt_buf_printf(out, "<dt>%s</dt><dd>%lld</dd>", l->words[WORD_STORES], (long long)s->stores);
    }
    put_fact(out, s, l->words[WORD_RESOLVED], s->resolved_ms);
    put_fact(out, s, l->words[WORD_ENDED], s->ended_ms);
    put_fact(out, s, l->words[WORD_NEXT], s->due_ms);
    pt_buf_add_str(out, PT_STR("</dl>"));
    if (s->due_ms > 0 && now_ms > s->due_ms) {
        pt_buf_printf(out, "<p class=\"note\">%s</p>", l->words[WORD_LATE]);
    }
}

static void put_updates(PtBuf *out, const Locale *l, const DeskStatus *s)
{
    if (s->summary.len > 0) {
        pt_buf_printf(out, "<h2>%s</h2><p dir=\"auto\">", l->words[WORD_SUMMARY]);
        pt_buf_add_html(out, s->summary);
        pt_buf_add_str(out, PT_STR("</p>"));
    }
    pt_buf_printf(out, "<h2>%s</h2>", l->words[WORD_UPDATES]);
    if (s->update_count == 0) {
        pt_buf_printf(out, "<p>%s</p>", l->words[WORD_NO_UPDATES]);
        return;
    }
    pt_buf_add_str(out, PT_STR("<ul>"));
    for (size_t i = 0; i < s->update_count; i++) {
        pt_buf_add_str(out, PT_STR("<li>"));
        put_time(out, s, s->updates[i].at_ms);
        pt_buf_add_str(out, PT_STR("<p dir=\"auto\">"));
        pt_buf_add_html(out, s->updates[i].text);
        pt_buf_add_str(out, PT_STR("</p></li>"));
    }
    pt_buf_add_str(out, PT_STR("</ul>"));
}

static void put_foot(PtBuf *out, const Locale *l, const DeskStatus *s, int64_t now_ms)
{
    pt_buf_printf(out, "<p class=\"foot\">%s <bdi>", l->words[WORD_TIMES]);
    pt_buf_add_html(out, s->zone_name);
    pt_buf_add_str(out, PT_STR("</bdi>.</p>"));
    if (s->ended_ms == 0) {
        pt_buf_printf(out, "<p class=\"foot\">%s ", l->words[WORD_REFRESHED]);
        put_time(out, s, now_ms);
        pt_buf_add_str(out, PT_STR("</p>"));
    }
}

/* The title is what people wrote. */
static PtStatus title_of(ApiCall *call, PtStr title, const char **ret_html)
{
    PT_CLEANUP(pt_buf_done) PtBuf buf = {0};
    pt_buf_init(&buf, 8 * title.len + TITLE_ROOM);
    pt_buf_add_html(&buf, title);
    const PtStr html = pt_buf_status(&buf) == PT_OK ? pt_arena_str(call->arena, pt_buf_str(&buf))
                                                    : (PtStr){NULL, 0};
    *ret_html = html.data;
    return html.data != NULL ? PT_OK
                             : pt_fail(&call->error, PT_NO_MEMORY, "no memory for the page");
}

void api_status_page(ApiCall *call)
{
    char nonce[API_PAGE_NONCE];
    const Locale *l = locale_of(call->request);
    const int64_t now_ms = pt_clock_now_ms(call->api->c.clock);
    const char *title = NULL;
    DeskStatus s;
    PtStatus st = desk_status(call->api->desk, call->args[0], call->arena, &s, &call->error);
    if (st == PT_NOT_FOUND) {
        answer_gone(call, l);
        return;
    }
    st = st == PT_OK ? title_of(call, s.title, &title) : st;
    if (api_failed(call, st)) {
        return;
    }
    PtBuf *out = &call->body;
    api_page_nonce(nonce);
    api_page_head(out,
                  &(ApiPageHead){.language = l->code,
                                 .direction = l->direction,
                                 .title = title,
                                 .style = style,
                                 .refresh_s = s.ended_ms == 0 ? REFRESH_S : 0},
                  nonce);
    put_facts(out, l, &s, now_ms);
    put_updates(out, l, &s);
    put_foot(out, l, &s, now_ms);
    api_page_answer(call, 200, l->code, nonce);
}

void api_status_json(ApiCall *call)
{
    DeskStatus s;
    if (api_failed(call,
                   desk_status(call->api->desk, call->args[0], call->arena, &s, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "incident", s.key);
    pt_json_put_str(&out, "title", s.title);
    pt_json_put_str(&out, "state", pt_str(desk_status_states[s.state]));
    api_put_time(&out, "since", s.opened_ms);
    pt_json_out_key(&out, PT_STR("touchpoints"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < s.touchpoint_count; i++) {
        pt_json_out_str(&out, s.touchpoints[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_put_i64(&out, "stores", s.stores);
    api_put_time_or_null(&out, "update_due_at", s.due_ms);
    api_put_time_or_null(&out, "resolved_at", s.resolved_ms);
    api_put_time_or_null(&out, "ended_at", s.ended_ms);
    api_put_text_or_null(&out, "summary", s.summary);
    pt_json_put_str(&out, "zone", s.zone_name);
    pt_json_out_key(&out, PT_STR("updates"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < s.update_count; i++) {
        pt_json_out_object(&out);
        api_put_time(&out, "at", s.updates[i].at_ms);
        pt_json_put_str(&out, "text", s.updates[i].text);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_header(call, "Access-Control-Allow-Origin", PT_STR("*"));
    api_answer(call, 200);
}
