// SPDX-License-Identifier: Apache-2.0
/* What people write themselves: mails of staff and customers and what programs send in their name,
 * and reports in the portal. */
#include "floor_internal.h"

#include "base/json.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum { TEXT = 4096, HTML_PCT = 30, PHOTO_PCT = 15, SPANISH_PCT = 40, ARABIC_PCT = 12 };

static const World world = {.seed = WORLD_SEED}; /* of its people; nothing is drawn */

/* ---- Who ---------------------------------------------------------------------------------------
 */

/* Of letter_languages, by country: what is spoken there, among the five. */
static uint8_t language_of(Floor *f, unsigned country)
{
    static const uint8_t spoken[WORLD_COUNTRIES] = {1, 0, 2, 0, 0, 0, 1, 0};
    static const unsigned spanish = 3; /* the United States */
    if (floor_chance(f, ARABIC_PCT)) {
        return 4;
    }
    return country == spanish && floor_chance(f, SPANISH_PCT) ? 3 : spoken[country];
}

void floor_writer(Floor *f, Life *life)
{
    const unsigned country = world_stores[life->store].country;
    life->language = language_of(f, country);
    life->order = 4100000 + (uint32_t)pt_rng_below(&f->rng, 800000);
    life->learns = life->way != WAY_CALL && floor_chance(f, 80);
    if (life->by_customer) {
        life->customer = (uint32_t)pt_rng_below(&f->rng, RETAILER_CUSTOMERS);
        const Customer c = world_customer(&world, life->customer);
        life->language = language_of(f, c.country);
        life->store = c.home_store;
        life->box = (uint8_t)(1 + life->language);
        return;
    }
    for (unsigned i = 0; i < FLOOR_STAFF && life->way == WAY_PORTAL; i++) {
        const FloorStaff *staff = &floor_staff[i];
        if ((staff->countries >> country & 1) != 0 && staff->language == life->language) {
            life->staff = (uint8_t)i;
            return;
        }
    }
    life->way = life->way == WAY_PORTAL ? WAY_MAIL : life->way; // nobody there uses the portal
}

typedef struct Writer {
    char name[80], address[WORLD_EMAIL];
} Writer;

static Writer writer_of(const Life *life)
{
    static const char *const clerks[] = {"Alex Morgan", "Kim Weber", "Sacha Blanc", "Robin Marín",
                                         "Samir Aziz"};
    Writer w;
    if (life->by_customer) {
        const Customer c = world_customer(&world, life->customer);
        (void)snprintf(w.name, sizeof w.name, "%s %s", c.first, c.last);
        world_email(&c, w.address);
    } else {
        (void)snprintf(w.name, sizeof w.name, "%s", clerks[life->language]);
        (void)snprintf(w.address, sizeof w.address, "store.s%u@larkfield.example",
                       life->store + 1u);
    }
    return w;
}

static LetterWords words_of(const Floor *f, const Life *life, const Writer *w)
{
    static const char *const others[] = {"Mia Lorenz", "Noor Saleh", "Paul Renard", "Eva Costa"};
    LetterWords words = {.store = world_stores[life->store].name,
                         .name = w->name,
                         .who = others[life->id % COUNT(others)]};
    (void)snprintf(words.code, sizeof words.code, "S%u", life->store + 1u);
    (void)snprintf(words.till, sizeof words.till, "%u", life->till > 0 ? life->till : 1u);
    (void)snprintf(words.order, sizeof words.order, "%u", life->order);
    letter_date(f->now_ms, words.date);
    return words;
}

const char *floor_words(Floor *f, const Life *life, const char *kind)
{
    return letter_draw(letter_languages[life->language], kind, &f->rng)->text;
}

/* ---- Mails ------------------------------------------------------------------------------------
 */

/* The words, a signature, and below an answer what it answers. */
static void put_text(Floor *f, const Life *life, const Letter *letter, LetterWords *words,
                     PtBuf *out)
{
    const bool first = life->written == 0;
    if (first) {
        pt_buf_printf(out, "%s\n\n", floor_words(f, life, "greeting"));
    }
    letter_fill(letter->text, words, out);
    pt_buf_printf(out, "\n\n%s\n%s\n", floor_words(f, life, "closing"), words->name);
    if (!life->by_customer) {
        letter_fill(floor_words(f, life, "place"), words, out);
        pt_buf_printf(out, "\n-- \nLarkfield %s | www.larkfield.example\n", words->store);
    }
    if (!first && life->answers[0] != '\0') {
        words->who = floor_mailboxes[life->box].name;
        pt_buf_add_char(out, '\n');
        letter_fill(floor_words(f, life, "attribution"), words, out);
        pt_buf_printf(out, "\n> %s\n> \n> %s\n", floor_words(f, life, "seen"),
                      floor_mailboxes[life->box].name);
    }
}

static LetterForm draw_form(Floor *f, const Life *life)
{
    const uint64_t at = pt_rng_below(&f->rng, 100);
    if (at < PHOTO_PCT && !life->by_customer) {
        return LETTER_PHOTO;
    }
    return at < PHOTO_PCT + HTML_PCT ? LETTER_HTML : LETTER_TEXT;
}

bool floor_mail(Floor *f, Life *life, const char *kind, FloorAct *act)
{
    const Letter *letter = letter_draw(letter_languages[life->language], kind, &f->rng);
    const Writer w = writer_of(life);
    LetterWords words = words_of(f, life, &w);
    const bool automatic = strcmp(kind, "away") == 0, first = life->written == 0;
    const FloorMailbox *box = &floor_mailboxes[life->box];
    char to[LETTER_WORD + 24], id[96];
    PtBuf subject, text, message;
    if (letter == NULL) {
        return false;
    }
    pt_buf_init(&subject, TEXT);
    pt_buf_init(&text, TEXT);
    pt_buf_init(&message, FLOOR_BODY);
    life->letter = first ? letter : life->letter;
    pt_buf_add_str(&subject, pt_str(first || automatic ? "" : "Re: "));
    letter_fill(automatic ? letter->subject : life->letter->subject, &words, &subject);
    put_text(f, life, letter, &words, &text);
    (void)snprintf(to, sizeof to, "%s@larkfield.example", box->id);
    (void)snprintf(id, sizeof id, "%llx.%u@mail.example", (unsigned long long)f->now_ms,
                   ++f->last_mail);
    const LetterMail mail = {.from_name = w.name,
                             .from = w.address,
                             .to = !first && life->reply_to[0] != '\0' ? life->reply_to : to,
                             .id = id,
                             .answers = first ? "" : life->answers,
                             .head = automatic ? "Auto-Submitted: auto-replied\r\n" : "",
                             .subject = pt_buf_str(&subject),
                             .text = pt_buf_str(&text),
                             .at_ms = f->now_ms,
                             .form = automatic ? LETTER_TEXT : draw_form(f, life)};
    letter_write(&mail, &message);
    life->written = life->written == 0 ? 1 : life->written;
    *act = (FloorAct){.at_ms = f->now_ms,
                      .kind = FLOOR_MAIL,
                      .opens = first,
                      .ticket = life->id,
                      .agent = FLOOR_NOBODY};
    memcpy(act->key, life->key, sizeof act->key);
    (void)snprintf(act->path, sizeof act->path, "/api/v1/mailboxes/%s/messages", box->id);
    const bool fine = pt_buf_status(&subject) == PT_OK && pt_buf_status(&text) == PT_OK;
    pt_buf_done(&subject);
    pt_buf_done(&text);
    return floor_say(act, &message) && fine;
}

/* ---- What no person wrote ---------------------------------------------------------------------
 */

bool floor_noise(Floor *f, FloorAct *act)
{
    static const struct {
        const char *name, *from, *head, *subject, *text;
    } kinds[] = {
        {"Retail Weekly", "news@retailweekly.example",
         "List-Id: <weekly.retailweekly.example>\r\nPrecedence: list\r\n"
         "List-Unsubscribe: <mailto:leave@retailweekly.example>\r\n",
         "This week: self-checkouts, and who uses them",
         "Read in your browser. Ten chains, ten answers.\nUnsubscribe below."},
        {"Mail Delivery System", "MAILER-DAEMON@mx.example", "Auto-Submitted: auto-replied\r\n",
         "Undelivered Mail Returned to Sender",
         "I'm sorry to have to inform you that your message could not be delivered.\n\n"
         "<kim.old@mail.example>: 550 5.1.1 User unknown"},
        {"Ben Carter", "ben.carter@tillwright.example",
         "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n",
         "Automatic reply: maintenance window", "Thank you. I am travelling until Thursday."},
    };
    const size_t kind = pt_rng_below(&f->rng, COUNT(kinds));
    char to[64], id[96];
    PtBuf message;
    pt_buf_init(&message, FLOOR_BODY);
    (void)snprintf(to, sizeof to, "%s@larkfield.example", floor_mailboxes[0].id);
    (void)snprintf(id, sizeof id, "%llx.%u@noise.example", (unsigned long long)f->now_ms,
                   ++f->last_mail);
    letter_write(&(LetterMail){.from_name = kinds[kind].name,
                               .from = kinds[kind].from,
                               .to = to,
                               .id = id,
                               .answers = "",
                               .head = kinds[kind].head,
                               .subject = pt_str(kinds[kind].subject),
                               .text = pt_str(kinds[kind].text),
                               .at_ms = f->now_ms},
                 &message);
    *act = (FloorAct){.at_ms = f->now_ms, .kind = FLOOR_MAIL, .agent = FLOOR_NOBODY};
    (void)snprintf(act->path, sizeof act->path, "/api/v1/mailboxes/%s/messages",
                   floor_mailboxes[0].id);
    return floor_say(act, &message);
}

/* ---- The portal -------------------------------------------------------------------------------
 */

bool floor_portal(Floor *f, Life *life, FloorAct *act)
{
    const Writer w = writer_of(life);
    const LetterWords words = words_of(f, life, &w);
    char code[8];
    PtBuf text, body;
    life->letter = letter_draw(letter_languages[life->language], life->fault->category, &f->rng);
    if (life->letter == NULL) {
        return false;
    }
    pt_buf_init(&text, TEXT);
    pt_buf_init(&body, FLOOR_BODY);
    letter_fill(life->letter->text, &words, &text);
    PtJsonOut out = pt_json_out(&body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("type"));
    pt_json_out_str(&out, pt_str(life->fault->type));
    pt_json_out_key(&out, PT_STR("text"));
    pt_json_out_str(&out, pt_buf_str(&text));
    pt_json_out_key(&out, PT_STR("store"));
    pt_json_out_str(&out, pt_str(words.code));
    if (life->till > 0) {
        (void)snprintf(code, sizeof code, "T%u", life->till);
        pt_json_out_key(&out, PT_STR("till"));
        pt_json_out_str(&out, pt_str(code));
    }
    pt_json_out_object_end(&out);
    *act = (FloorAct){.at_ms = f->now_ms,
                      .kind = FLOOR_PORTAL,
                      .opens = true,
                      .ticket = life->id,
                      .agent = FLOOR_STAFF_AT + life->staff,
                      .path = "/api/v1/portal/reports"};
    const bool fine = pt_buf_status(&text) == PT_OK;
    pt_buf_done(&text);
    return floor_say(act, &body) && fine;
}
