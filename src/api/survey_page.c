// SPDX-License-Identifier: Apache-2.0
/* /survey/{token}: the question that a customer was asked, answered by one click. Whatever is wrong
 * with a link gets one plain answer. */
#include "api/page.h"
#include "api/survey_form.h"

typedef enum Word {
    WORD_TITLE,
    WORD_ABOUT,
    WORD_LOW,
    WORD_HIGH,
    WORD_THANKS,
    WORD_CHANGE,
    WORD_COMMENT,
    WORD_SEND,
    WORD_GONE_TITLE,
    WORD_GONE,
    WORD_BAD_FORM,
    WORD_TOO_OFTEN,
    WORD_COUNT,
} Word;

/* What the ends of a scale mean, by scale. */
typedef struct Ends {
    const char *low, *high;
} Ends;

typedef struct Locale {
    const char *code, *direction;
    const char *words[WORD_COUNT];
    Ends ends[SURVEY_SCALES];
} Locale;

static const Locale locales[] = {
    {"en",
     "ltr",
     {[WORD_TITLE] = "How did we do?",
      [WORD_ABOUT] = "About your request",
      [WORD_THANKS] = "Thank you. Your answer is kept.",
      [WORD_CHANGE] = "You can change it as long as this link is valid.",
      [WORD_COMMENT] = "What is the reason? (you need not say)",
      [WORD_SEND] = "Send",
      [WORD_GONE_TITLE] = "This link is not valid",
      [WORD_GONE] = "It may have ended.",
      [WORD_BAD_FORM] = "What was sent could not be read. Nothing was changed.",
      [WORD_TOO_OFTEN] = "This was changed too often. The last answer stands."},
     {[SURVEY_CSAT] = {"Very unsatisfied", "Very satisfied"},
      [SURVEY_CES] = {"Very easy", "Very hard"},
      [SURVEY_NPS] = {"Not at all", "Certainly"}}},
    {"de",
     "ltr",
     {[WORD_TITLE] = "Wie war es?",
      [WORD_ABOUT] = "Zu Ihrer Anfrage",
      [WORD_THANKS] = "Danke. Ihre Antwort ist gespeichert.",
      [WORD_CHANGE] = "Sie können sie ändern, solange dieser Link gilt.",
      [WORD_COMMENT] = "Was ist der Grund? (freiwillig)",
      [WORD_SEND] = "Senden",
      [WORD_GONE_TITLE] = "Dieser Link ist nicht gültig",
      [WORD_GONE] = "Vielleicht ist er abgelaufen.",
      [WORD_BAD_FORM] = "Die Eingabe war nicht lesbar. Es wurde nichts geändert.",
      [WORD_TOO_OFTEN] = "Das wurde zu oft geändert. Die letzte Antwort gilt."},
     {[SURVEY_CSAT] = {"Sehr unzufrieden", "Sehr zufrieden"},
      [SURVEY_CES] = {"Sehr leicht", "Sehr mühsam"},
      [SURVEY_NPS] = {"Auf keinen Fall", "Sicher"}}},
    {"ar",
     "rtl",
     {[WORD_TITLE] = "كيف كانت خدمتنا؟",
      [WORD_ABOUT] = "بخصوص طلبك",
      [WORD_THANKS] = "شكرًا لك. حُفظت إجابتك.",
      [WORD_CHANGE] = "يمكنك تغييرها ما دام هذا الرابط صالحًا.",
      [WORD_COMMENT] = "ما السبب؟ (اختياري)",
      [WORD_SEND] = "إرسال",
      [WORD_GONE_TITLE] = "هذا الرابط غير صالح",
      [WORD_GONE] = "ربما انتهت صلاحيته.",
      [WORD_BAD_FORM] = "تعذرت قراءة ما أُرسل. لم يتغير شيء.",
      [WORD_TOO_OFTEN] = "تغيّر هذا مرات كثيرة. تبقى الإجابة الأخيرة."},
     {[SURVEY_CSAT] = {"غير راضٍ إطلاقًا", "راضٍ جدًا"},
      [SURVEY_CES] = {"سهل جدًا", "صعب جدًا"},
      [SURVEY_NPS] = {"إطلاقًا", "بالتأكيد"}}},
};
enum { LOCALES = sizeof locales / sizeof *locales };

static const Locale *locale_of(const HttpRequest *r)
{
    PtStr codes[LOCALES];
    for (size_t i = 0; i < LOCALES; i++) {
        codes[i] = pt_str(locales[i].code);
    }
    return &locales[api_page_locale(r, codes, LOCALES)];
}

static const char style[] =
    ".ask{display:inline-block;max-width:100%}"
    ".scale{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0 .25rem}"
    ".scale button{min-width:3rem}"
    ".scale button:not([aria-pressed=true]){background:transparent;color:var(--ink);"
    "border-color:var(--line)}"
    ".ends{display:flex;justify-content:space-between;gap:1rem;"
    "color:var(--soft);font-size:.875rem}"
    "textarea{display:block;width:100%;font:inherit;color:inherit;background:var(--paper);"
    "border:1px solid var(--line);border-radius:.5rem;padding:.5rem;margin:.5rem 0}"
    "label.plain{display:block}";

static void put_head(PtBuf *out, const Locale *l, Word title, const char *nonce)
{
    api_page_head(out, &(ApiPageHead){l->code, l->direction, l->words[title], style, 0}, nonce);
}

static void answer_gone(ApiCall *call, const Locale *l)
{
    char nonce[API_PAGE_NONCE];
    api_page_nonce(nonce);
    put_head(&call->body, l, WORD_GONE_TITLE, nonce);
    pt_buf_printf(&call->body, "<p>%s</p>", l->words[WORD_GONE]);
    api_page_answer(call, 404, l->code, nonce);
}

/* Each step of the scale sends the form: one click is an answer. */
static void put_scale(PtBuf *out, const Locale *l, const SurveyInvitation *i)
{
    const bool answered = i->answered_ms != 0;
    pt_buf_add_str(out,
                   PT_STR("<form method=\"post\" class=\"ask\"><div class=\"scale\" role=\"group\" "
                          "aria-labelledby=\"question\">"));
    for (int64_t n = survey_scale_least(i->scale); n <= survey_scale_most(i->scale); n++) {
        pt_buf_printf(out,
                      "<button type=\"submit\" name=\"score\" value=\"%lld\" "
                      "aria-pressed=\"%s\">%lld</button>",
                      (long long)n, answered && n == i->score ? "true" : "false", (long long)n);
    }
    pt_buf_printf(out, "</div><p class=\"ends\"><span>%s</span><span>%s</span></p></form>",
                  l->ends[i->scale].low, l->ends[i->scale].high);
}

static void put_comment(PtBuf *out, const Locale *l, const SurveyInvitation *i)
{
    pt_buf_printf(
        out,
        "<form method=\"post\"><input type=\"hidden\" name=\"score\" value=\"%lld\">"
        "<label class=\"plain\" for=\"comment\">%s</label>"
        "<textarea id=\"comment\" name=\"comment\" rows=\"4\" dir=\"auto\" maxlength=\"%d\">",
        (long long)i->score, l->words[WORD_COMMENT], SURVEY_COMMENT_MAX);
    pt_buf_add_html(out, i->comment);
    pt_buf_printf(out, "</textarea><button type=\"submit\">%s</button></form>",
                  l->words[WORD_SEND]);
}

static void answer_question(ApiCall *call, int status, const Locale *l, const SurveyInvitation *i)
{
    char nonce[API_PAGE_NONCE];
    PtBuf *out = &call->body;
    api_page_nonce(nonce);
    put_head(out, l, WORD_TITLE, nonce);
    if (status != 200 || i->answered_ms != 0) {
        pt_buf_printf(out, "<p class=\"note\" role=\"status\">%s</p>",
                      l->words[status == 409   ? WORD_TOO_OFTEN
                               : status == 400 ? WORD_BAD_FORM
                                               : WORD_THANKS]);
    }
    pt_buf_printf(out, "<p>%s ", l->words[WORD_ABOUT]);
    pt_buf_add_html(out, i->ticket_key);
    pt_buf_add_str(out, PT_STR("</p><h2 id=\"question\" dir=\"auto\">"));
    pt_buf_add_html(out, i->question);
    pt_buf_add_str(out, PT_STR("</h2>"));
    put_scale(out, l, i);
    if (i->answered_ms != 0) {
        put_comment(out, l, i);
        pt_buf_printf(out, "<p>%s</p>", l->words[WORD_CHANGE]);
    }
    api_page_answer(call, status, l->code, nonce);
}

void api_survey_page(ApiCall *call)
{
    const Locale *l = locale_of(call->request);
    SurveyInvitation invitation;
    const PtStatus st =
        surveys_of_token(call->api->surveys, call->args[0], call->arena, &invitation, &call->error);
    if (st == PT_NOT_FOUND) {
        answer_gone(call, l);
    } else if (!api_failed(call, st)) {
        answer_question(call, 200, l, &invitation);
    }
}

void api_survey_answer(ApiCall *call)
{
    const Locale *l = locale_of(call->request);
    SurveyInvitation invitation;
    SurveyAnswer answer;
    PtStatus st =
        surveys_of_token(call->api->surveys, call->args[0], call->arena, &invitation, &call->error);
    if (st == PT_OK) {
        st = survey_form_read(call->request->body, call->arena, &answer)
                 ? surveys_answer(call->api->surveys, call->args[0], &answer, call->arena,
                                  &invitation, &call->error)
                 : PT_INVALID;
    }
    if (st == PT_NOT_FOUND) {
        answer_gone(call, l);
    } else if (st == PT_INVALID || st == PT_CONFLICT) {
        answer_question(call, st == PT_INVALID ? 400 : 409, l, &invitation);
    } else if (!api_failed(call, st)) {
        answer_question(call, 200, l, &invitation);
    }
}
