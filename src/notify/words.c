// SPDX-License-Identifier: Apache-2.0
/* What is said outside of the console, by kind and language. */
#include "notify/notify_internal.h"

#include <string.h>

enum { LANGUAGES = 2 };

/* {key}: the ticket; {detail}: the clock, score, vendor or alert; {n}: how many. */
static const char *const lines[NOTIFY_KINDS][LANGUAGES] = {
    [NOTIFY_MENTIONED] = {"You were mentioned in {key}", "تمت الإشارة إليك في {key}"},
    [NOTIFY_OFFERED] = {"{key} is offered to you", "عُرضت عليك {key}"},
    [NOTIFY_ASSIGNED] = {"{key} was assigned to you", "أُسندت إليك {key}"},
    [NOTIFY_MAJOR] = {"{key} is a major incident", "{key} حادث كبير"},
    [NOTIFY_BREACHED] = {"{key} is late: {detail}", "تأخرت {key}: {detail}"},
    [NOTIFY_ESCALATED] = {"{key} was escalated: {detail}", "صُعّدت {key}: {detail}"},
    [NOTIFY_AT_RISK] = {"{key} is soon late: {detail}", "توشك {key} أن تتأخر: {detail}"},
    [NOTIFY_ANSWERED] = {"The requester answered on {key}", "أجاب صاحب الطلب على {key}"},
    [NOTIFY_VENDOR_ANSWERED] = {"The vendor answered on {key}", "أجاب المورّد على {key}"},
    [NOTIFY_SURVEY_BAD] = {"{key} was rated {detail} of 5", "قُيّمت {key} بـ {detail} من 5"},
    [NOTIFY_MAJOR_UPDATED] = {"Update on major incident {key}", "تحديث للحادث الكبير {key}"},
    [NOTIFY_OPENED] = {"{key} was opened", "فُتحت {key}"},
    [NOTIFY_CHANGED] = {"{key} was changed", "تغيّرت {key}"},
    [NOTIFY_ALERT] = {"Alert: {detail}", "تنبيه: {detail}"},
};

static const char *const phrases[NOTIFY_PHRASES][LANGUAGES] = {
    [NOTIFY_SAY_MANY] = {"{n} notifications", "{n} إشعارات"},
    [NOTIFY_SAY_TEST] = {"Test from Patron", "اختبار من Patron"},
    [NOTIFY_SAY_TEST_BODY] = {"Notifications reach you here.", "تصلك الإشعارات هنا."},
    [NOTIFY_SAY_WHY] = {"You decide in Patron, under your name, what you are told.",
                        "أنت من يحدد في Patron، تحت اسمك، ما تُبلّغ به."},
};

static void fill(PtBuf *out, const char *text, PtStr key, PtStr detail, int64_t number)
{
    const struct {
        PtStr mark, value;
    } marks[] = {{PT_STR("{key}"), key}, {PT_STR("{detail}"), detail}};
    for (PtStr rest = pt_str(text); rest.len > 0;) {
        size_t took = 0;
        for (size_t i = 0; took == 0 && i < sizeof marks / sizeof *marks; i++) {
            if (pt_str_starts(rest, marks[i].mark)) {
                pt_buf_add_str(out, marks[i].value);
                took = marks[i].mark.len;
            }
        }
        if (took == 0 && pt_str_starts(rest, PT_STR("{n}"))) {
            pt_buf_printf(out, "%lld", (long long)number);
            took = 3;
        }
        if (took == 0) {
            pt_buf_add_char(out, rest.data[0]);
            took = 1;
        }
        rest = pt_str_from(rest, took);
    }
}

void notify_say(PtBuf *out, const NotifyLine *line, int language)
{
    fill(out, lines[line->kind][language], line->subject.key, line->detail, 0);
}

void notify_phrase(PtBuf *out, NotifyPhrase phrase, int language, int64_t number)
{
    fill(out, phrases[phrase][language], PT_STR(""), PT_STR(""), number);
}
