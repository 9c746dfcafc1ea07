// SPDX-License-Identifier: Apache-2.0
/* /preferences/{token}: the page on which people see and change what they allow, and the one click
 * by which mail programs unsubscribe (RFC 8058). Whatever is wrong with a link gets one plain
 * answer. */
#include "api/page.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum {
    SETTLE_MS = 5000,
    FORM_MAX = 8192, /* bytes */
    FIELDS_MAX = 80,
    NAME_TEXT = 24,
};

/* -- words ---------------------------------------------------------------------------------------
 */

typedef enum Word {
    WORD_TITLE,
    WORD_INTRO,
    WORD_CHOICES,
    WORD_ALWAYS,
    WORD_ALWAYS_WHY,
    WORD_SAVE,
    WORD_NONE,
    WORD_SAVED,
    WORD_LATER,
    WORD_ALLOWED,
    WORD_REFUSED,
    WORD_ALLOWED_DEFAULT,
    WORD_REFUSED_DEFAULT,
    WORD_GONE_TITLE,
    WORD_GONE,
    WORD_BAD_FORM,
    WORD_CHANGED,
    WORD_COUNT,
} Word;

typedef struct Locale {
    const char *code, *direction;
    const char *words[WORD_COUNT];
} Locale;

static const Locale locales[] = {
    {"en",
     "ltr",
     {[WORD_TITLE] = "Your preferences",
      [WORD_INTRO] = "You decide what your data may be used for. You can change this at any time.",
      [WORD_CHOICES] = "You can choose",
      [WORD_ALWAYS] = "Always on",
      [WORD_ALWAYS_WHY] = "These do not depend on your consent.",
      [WORD_SAVE] = "Save",
      [WORD_NONE] = "Allow nothing",
      [WORD_SAVED] = "Saved. This is what holds now.",
      [WORD_LATER] = "Saved. It takes effect in a moment.",
      [WORD_ALLOWED] = "You allowed this on",
      [WORD_REFUSED] = "You refused this on",
      [WORD_ALLOWED_DEFAULT] = "Allowed as long as you do not object",
      [WORD_REFUSED_DEFAULT] = "Not allowed: you have not decided yet",
      [WORD_GONE_TITLE] = "This link is not valid",
      [WORD_GONE] = "It may have ended. A newer message from us has a newer link.",
      [WORD_BAD_FORM] = "What was sent could not be read. Nothing was changed.",
      [WORD_CHANGED] = "The text has changed meanwhile. Nothing was saved: please look again."}},
    {"de",
     "ltr",
     {[WORD_TITLE] = "Ihre Einstellungen",
      [WORD_INTRO] = "Sie entscheiden jederzeit neu, wofür Ihre Daten verwendet werden dürfen.",
      [WORD_CHOICES] = "Sie haben die Wahl",
      [WORD_ALWAYS] = "Immer aktiv",
      [WORD_ALWAYS_WHY] = "Diese hängen nicht von Ihrer Einwilligung ab.",
      [WORD_SAVE] = "Speichern",
      [WORD_NONE] = "Nichts erlauben",
      [WORD_SAVED] = "Gespeichert. Das gilt ab jetzt.",
      [WORD_LATER] = "Gespeichert. Es gilt in einem Augenblick.",
      [WORD_ALLOWED] = "Von Ihnen erlaubt am",
      [WORD_REFUSED] = "Von Ihnen abgelehnt am",
      [WORD_ALLOWED_DEFAULT] = "Erlaubt, solange Sie nicht widersprechen",
      [WORD_REFUSED_DEFAULT] = "Nicht erlaubt: Sie haben noch nicht entschieden",
      [WORD_GONE_TITLE] = "Dieser Link ist nicht gültig",
      [WORD_GONE] = "Vielleicht ist er abgelaufen. Nehmen Sie den aus unserer neuesten Nachricht.",
      [WORD_BAD_FORM] = "Die Eingabe war nicht lesbar. Es wurde nichts geändert.",
      [WORD_CHANGED] = "Der Text ist neu. Nichts ist gespeichert: Bitte sehen Sie nach."}},
    {"ar",
     "rtl",
     {[WORD_TITLE] = "تفضيلاتك",
      [WORD_INTRO] = "أنت تقرر فيمَ يجوز استخدام بياناتك. يمكنك تغيير ذلك في أي وقت.",
      [WORD_CHOICES] = "لك أن تختار",
      [WORD_ALWAYS] = "مفعّل دائمًا",
      [WORD_ALWAYS_WHY] = "هذه لا تتوقف على موافقتك.",
      [WORD_SAVE] = "حفظ",
      [WORD_NONE] = "عدم السماح بشيء",
      [WORD_SAVED] = "حُفظ. هذا ما يسري الآن.",
      [WORD_LATER] = "حُفظ. يسري بعد لحظة.",
      [WORD_ALLOWED] = "سمحتَ بذلك في",
      [WORD_REFUSED] = "رفضتَ ذلك في",
      [WORD_ALLOWED_DEFAULT] = "مسموح ما لم تعترض",
      [WORD_REFUSED_DEFAULT] = "غير مسموح: لم تقرر بعد",
      [WORD_GONE_TITLE] = "هذا الرابط غير صالح",
      [WORD_GONE] = "ربما انتهت صلاحيته. في رسالة أحدث منا رابط أحدث.",
      [WORD_BAD_FORM] = "تعذرت قراءة ما أُرسل. لم يتغير شيء.",
      [WORD_CHANGED] = "تغيّر النص في هذه الأثناء. لم يُحفظ شيء: يرجى المراجعة من جديد."}},
};

static const Locale *locale_of(const HttpRequest *r)
{
    PtStr codes[sizeof locales / sizeof *locales];
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        codes[i] = pt_str(locales[i].code);
    }
    return &locales[api_page_locale(r, codes, sizeof locales / sizeof *locales)];
}

/* -- page ----------------------------------------------------------------------------------------
 */

static void put_head(PtBuf *out, const Locale *l, Word title, const char *nonce)
{
    api_page_head(out, &(ApiPageHead){l->code, l->direction, l->words[title], "", 0}, nonce);
}

static void answer_page(ApiCall *call, int status, const Locale *l, const char *nonce)
{
    api_page_answer(call, status, l->code, nonce);
}

static void answer_gone(ApiCall *call)
{
    char nonce[API_PAGE_NONCE];
    const Locale *l = locale_of(call->request);
    api_page_nonce(nonce);
    put_head(&call->body, l, WORD_GONE_TITLE, nonce);
    pt_buf_printf(&call->body, "<p>%s</p>", l->words[WORD_GONE]);
    answer_page(call, 404, l, nonce);
}

static bool is_chosen(ConsentBasis basis)
{
    return basis == CONSENT_BASIS_CONSENT || basis == CONSENT_BASIS_LEGITIMATE_INTERESTS ||
           basis == CONSENT_BASIS_PUBLIC_TASK;
}

static bool is_allowed(const ConsentOfPurpose *state)
{
    return state->state == CONSENT_GRANTED || state->state == CONSENT_DEFAULT_GRANTED;
}

typedef struct Page {
    const Locale *locale;
    ConsentLink link;
    ConsentOfPurpose *states;
    size_t count;
    ConsentPurpose *purposes; /* in use, by slug: as the states */
    size_t purpose_count;
} Page;

static PtStatus read_page(ApiCall *call, Page *page)
{
    Profiles *p = call->api->c.profiles;
    PtStatus st = consent_of(p, pt_str(page->link.person), call->arena, &page->states, &page->count,
                             &call->error);
    return st == PT_OK ? consent_purposes(p, false, call->arena, &page->purposes,
                                          &page->purpose_count, &call->error)
                       : st;
}

static const ConsentPurpose *purpose_of(const Page *page, PtStr slug)
{
    for (size_t i = 0; i < page->purpose_count; i++) {
        if (pt_str_eq(page->purposes[i].id, slug)) {
            return &page->purposes[i];
        }
    }
    return NULL;
}

static void put_state(PtBuf *out, const Locale *l, const ConsentOfPurpose *state)
{
    static const Word words[] = {[CONSENT_DEFAULT_REFUSED] = WORD_REFUSED_DEFAULT,
                                 [CONSENT_DEFAULT_GRANTED] = WORD_ALLOWED_DEFAULT,
                                 [CONSENT_REFUSED] = WORD_REFUSED,
                                 [CONSENT_GRANTED] = WORD_ALLOWED};
    char at[PT_TIME_TEXT];
    const bool dated = state->state == CONSENT_REFUSED || state->state == CONSENT_GRANTED;
    const PtStr day = {dated ? pt_time_format(state->at_ms, at).data : "", dated ? 10 : 0};
    pt_buf_printf(out, "<small class=\"under\">%s %.*s</small>", l->words[words[state->state]],
                  PT_STR_ARG(day));
}

static void put_choice(PtBuf *out, const Page *page, const ConsentOfPurpose *state)
{
    const ConsentPurpose *purpose = purpose_of(page, state->purpose);
    pt_buf_printf(out,
                  "<li><input type=\"hidden\" name=\"shown\" value=\"%.*s:%u\"><label>"
                  "<input type=\"checkbox\" name=\"allow\" value=\"%.*s\"%s><span>",
                  PT_STR_ARG(state->purpose), purpose != NULL ? purpose->version : 0,
                  PT_STR_ARG(state->purpose), is_allowed(state) ? " checked" : "");
    pt_buf_add_html(out, purpose != NULL ? purpose->name : state->name); // as of that version
    pt_buf_add_str(out, PT_STR("</span></label><p class=\"under\">"));
    pt_buf_add_html(out, purpose != NULL ? purpose->description : PT_STR(""));
    pt_buf_add_str(out, PT_STR("</p>"));
    put_state(out, page->locale, state);
    pt_buf_add_str(out, PT_STR("</li>"));
}

static void put_always(PtBuf *out, const Page *page)
{
    bool any = false;
    for (size_t i = 0; i < page->count; i++) {
        const ConsentPurpose *purpose = purpose_of(page, page->states[i].purpose);
        if (is_chosen(page->states[i].basis)) {
            continue;
        }
        if (!any) {
            pt_buf_printf(out, "<h2>%s</h2><p>%s</p><ul>", page->locale->words[WORD_ALWAYS],
                          page->locale->words[WORD_ALWAYS_WHY]);
        }
        any = true;
        pt_buf_add_str(out, PT_STR("<li><strong>"));
        pt_buf_add_html(out, page->states[i].name);
        pt_buf_add_str(out, PT_STR("</strong><p>"));
        pt_buf_add_html(out, purpose != NULL ? purpose->description : PT_STR(""));
        pt_buf_add_str(out, PT_STR("</p></li>"));
    }
    pt_buf_add_str(out, any ? PT_STR("</ul>") : PT_STR(""));
}

/* note: WORD_COUNT: none. */
static void answer_choices(ApiCall *call, const Page *page, int status, Word note)
{
    char nonce[API_PAGE_NONCE];
    const Locale *l = page->locale;
    PtBuf *out = &call->body;
    api_page_nonce(nonce);
    put_head(out, l, WORD_TITLE, nonce);
    if (note != WORD_COUNT) {
        pt_buf_printf(out, "<p class=\"note\" role=\"status\">%s</p>", l->words[note]);
    }
    pt_buf_printf(out, "<p>%s</p><form method=\"post\"><fieldset><legend>%s</legend><ul>",
                  l->words[WORD_INTRO], l->words[WORD_CHOICES]);
    for (size_t i = 0; i < page->count; i++) {
        if (is_chosen(page->states[i].basis)) {
            put_choice(out, page, &page->states[i]);
        }
    }
    pt_buf_printf(out,
                  "</ul></fieldset><div class=\"row\"><button type=\"submit\">%s</button>"
                  "<button type=\"submit\" class=\"plain\" name=\"none\" value=\"1\">%s</button>"
                  "</div></form>",
                  l->words[WORD_SAVE], l->words[WORD_NONE]);
    put_always(out, page);
    answer_page(call, status, l, nonce);
}

/* The link, or the plain answer; false: answered. */
static bool find_link(ApiCall *call, Page *page)
{
    *page = (Page){.locale = locale_of(call->request)};
    const PtStatus st =
        consent_link_read(call->api->c.profiles, call->args[0], pt_clock_now_ms(pt_clock_real()),
                          &page->link, &call->error);
    if (st == PT_NOT_FOUND) {
        answer_gone(call);
    } else if (api_failed(call, st)) {
    }
    return st == PT_OK;
}

void api_preferences_page(ApiCall *call)
{
    Page page;
    if (!find_link(call, &page)) {
        return;
    }
    const PtStatus st = read_page(call, &page);
    if (st == PT_NOT_FOUND) {
        answer_gone(call);
    } else if (!api_failed(call, st)) {
        answer_choices(call, &page, 200, WORD_COUNT);
    }
}

/* -- saving --------------------------------------------------------------------------------------
 */

typedef struct Form {
    bool one_click, none;
    PtStr shown[CONSENT_PURPOSES_MAX]; /* "slug:version" */
    PtStr allow[CONSENT_PURPOSES_MAX];
    size_t shown_count, allow_count;
} Form;

static void add_value(PtStr *list, size_t *count, PtStr value)
{
    if (*count < CONSENT_PURPOSES_MAX) {
        list[(*count)++] = value;
    }
}

static bool is_multipart(const HttpRequest *r)
{
    const PtStr type = http_header(r, "content-type"), want = PT_STR("multipart/form-data");
    return type.len >= want.len && pt_str_eq_nocase((PtStr){type.data, want.len}, want);
}

/* Behind `part` in the text; data NULL: it is not in it. */
static PtStr behind(PtStr text, PtStr part)
{
    const char *at = text.len > 0 ? memmem(text.data, text.len, part.data, part.len) : NULL;
    return at != NULL ? pt_str_from(text, (size_t)(at - text.data) + part.len) : (PtStr){NULL, 0};
}

/* RFC 8058 lets mail programs send it in parts, too; the page's own form never comes so. */
static bool is_one_click(PtStr parts)
{
    const PtStr head = behind(parts, PT_STR("name=\"List-Unsubscribe\""));
    const PtStr value = behind(head, PT_STR("\r\n\r\n"));
    return value.len > 0 && pt_str_starts(value, PT_STR("One-Click\r\n"));
}

/* False: it is over a bound, or not percent-encoded. */
static bool read_form(ApiCall *call, Form *form)
{
    PtStr rest = call->request->body, field, name;
    *form = (Form){.one_click = false};
    if (rest.len > FORM_MAX) {
        return false;
    }
    if (is_multipart(call->request)) {
        form->one_click = is_one_click(rest);
        return form->one_click;
    }
    for (int i = 0; rest.len > 0 && pt_str_cut(&rest, '&', &field); i++) {
        (void)pt_str_cut(&field, '=', &name);
        const PtStr key = http_percent_decode(name, call->arena);
        const PtStr value = field.len > 0 ? http_percent_decode(field, call->arena) : PT_STR("");
        if (i == FIELDS_MAX || key.data == NULL || value.data == NULL) {
            return false;
        }
        if (pt_str_eq(key, PT_STR("List-Unsubscribe"))) {
            form->one_click = pt_str_eq(value, PT_STR("One-Click"));
        } else if (pt_str_eq(key, PT_STR("none"))) {
            form->none = true;
        } else if (pt_str_eq(key, PT_STR("shown"))) {
            add_value(form->shown, &form->shown_count, value);
        } else if (pt_str_eq(key, PT_STR("allow"))) {
            add_value(form->allow, &form->allow_count, value);
        }
    }
    return form->one_click || form->shown_count > 0;
}

static bool is_in(const PtStr *list, size_t count, PtStr value)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(list[i], value)) {
            return true;
        }
    }
    return false;
}

/* Whether the form has the purpose; *ret_current: as it is now. */
static bool shows(const Form *form, const ConsentPurpose *purpose, bool *ret_current)
{
    for (size_t i = 0; i < form->shown_count; i++) {
        PtStr rest = form->shown[i], slug = {NULL, 0};
        uint32_t version = 0;
        (void)pt_str_cut(&rest, ':', &slug);
        if (pt_str_eq(slug, purpose->id)) {
            *ret_current = pt_str_to_u32(rest, UINT32_MAX, &version) && version == purpose->version;
            return true;
        }
    }
    return false;
}

/* Nobody allows on a text that they did not see. To refuse all, none has to be read. */
static bool is_current(const Form *form, const Page *page)
{
    bool current = true;
    for (size_t i = 0; current && i < page->purpose_count; i++) {
        (void)shows(form, &page->purposes[i], &current);
    }
    return current || form->one_click || form->none;
}

/* Whether the form decides about the purpose, and how. */
static bool decides(const Form *form, const ConsentLink *link, const ConsentPurpose *purpose,
                    bool *ret_granted)
{
    bool current;
    if (!is_chosen(purpose->basis)) {
        return false;
    }
    if (form->one_click) {
        *ret_granted = false;
        return link->purpose[0] != '\0' ? pt_str_eq(purpose->id, pt_str(link->purpose))
                                        : purpose->message_count > 0;
    }
    *ret_granted = !form->none && is_in(form->allow, form->allow_count, purpose->id);
    return shows(form, purpose, &current);
}

/* Those whose text has this version, as one decision; later ones of it are marked done. */
static PtStatus decide_version(ApiCall *call, const Page *page, const Form *form, size_t first,
                               bool *done)
{
    ConsentChoice choices[CONSENT_PURPOSES_MAX];
    char evidence[NAME_TEXT];
    const PtStr version = page->purposes[first].text_version;
    size_t count = 0;
    for (size_t i = first; i < page->purpose_count; i++) {
        const ConsentPurpose *purpose = &page->purposes[i];
        bool granted;
        if (!done[i] && pt_str_eq(purpose->text_version, version) &&
            decides(form, &page->link, purpose, &granted)) {
            choices[count++] = (ConsentChoice){purpose->id, granted};
            done[i] = true;
        }
    }
    (void)snprintf(evidence, sizeof evidence, "shown in %s", page->locale->code);
    const ConsentSaid said = {.choices = choices,
                              .count = count,
                              .via = form->one_click ? CONSENT_VIA_UNSUBSCRIBE : CONSENT_VIA_PAGE,
                              .evidence = form->one_click ? PT_STR("one click") : pt_str(evidence),
                              .text_version = version,
                              .page = PT_STR("/preferences")};
    return count > 0 ? consent_decide(call->api->c.profiles, NULL, pt_str(page->link.person), &said,
                                      &call->error)
                     : PT_OK;
}

static PtStatus decide_all(ApiCall *call, const Page *page, const Form *form)
{
    bool done[CONSENT_PURPOSES_MAX] = {false};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < page->purpose_count; i++) {
        st = done[i] ? PT_OK : decide_version(call, page, form, i, done);
    }
    return st;
}

void api_preferences_save(ApiCall *call)
{
    Page page;
    Form form = {.one_click = false};
    if (!find_link(call, &page)) {
        return;
    }
    PtStatus st = read_page(call, &page);
    const bool reads = st == PT_OK && read_form(call, &form);
    const bool current = reads && is_current(&form, &page);
    st = current ? decide_all(call, &page, &form) : st;
    const bool settled =
        st == PT_OK && profiles_settle(call->api->c.profiles, SETTLE_MS, NULL) == PT_OK;
    st = st == PT_OK ? read_page(call, &page) : st;
    if (st == PT_NOT_FOUND) {
        answer_gone(call);
    } else if (!api_failed(call, st)) {
        answer_choices(call, &page,
                       current ? 200
                       : reads ? 409
                               : 400,
                       !reads     ? WORD_BAD_FORM
                       : !current ? WORD_CHANGED
                       : settled  ? WORD_SAVED
                                  : WORD_LATER);
    }
}
