// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <assert.h>

/* A stretch of letters and digits, before it is cut into runs. */
typedef struct Stretch {
    uint32_t letters[TEXT_WORD_MAX];
    size_t count;
    bool letter, digit; /* it has some */
} Stretch;

typedef struct Cutter {
    TextWords *words;
    size_t used; /* letters */
    Stretch stretch;
    bool open;       /* a group that the next run may join */
    bool gap;        /* white space since the last run */
    bool all_digits; /* the group so far */
    bool ties_only;  /* no mark but ties inside the group so far */
    bool mark;       /* another mark than a tie since the last run */
} Cutter;

static bool is_digit(uint32_t letter)
{
    return text_class(letter) == TEXT_DIGIT;
}

static void add_run(Cutter *c, const uint32_t *letters, size_t count)
{
    TextWords *w = c->words;
    assert(w->run_count < TEXT_RUNS_MAX && c->used + count <= TEXT_FOLD_MAX);
    TextRun *run = &w->runs[w->run_count++];
    *run = (TextRun){.at = (uint16_t)c->used, .len = (uint16_t)count, .plain = true};
    for (size_t i = 0; i < count; i++) {
        w->letters[c->used++] = letters[i];
        run->plain = run->plain && !is_digit(letters[i]);
    }
    TextGroup *group = &w->groups[w->group_count - 1];
    group->count++;
    group->joined = (uint16_t)(group->joined + count);
    group->name = group->name && run->plain;
}

/* Parts at the borders of letters and digits ("smith42"), but not where a part would be no word
 * ("a1029", "7f3c"). */
static bool has_parts(const Stretch *s)
{
    size_t letters = 0;
    for (size_t i = 0; i <= s->count; i++) {
        if (i < s->count && !is_digit(s->letters[i])) {
            letters++;
        } else if (letters > 0 && letters < 3) {
            return false;
        } else {
            letters = 0;
        }
    }
    return true;
}

static void add_runs(Cutter *c)
{
    const Stretch *s = &c->stretch;
    if (!s->letter || !s->digit || !has_parts(s)) {
        add_run(c, s->letters, s->count);
        return;
    }
    c->words->groups[c->words->group_count - 1].name = false;
    for (size_t from = 0, i = 1; i <= s->count; i++) {
        if (i == s->count || is_digit(s->letters[i]) != is_digit(s->letters[from])) {
            add_run(c, s->letters + from, i - from);
            from = i;
        }
    }
}

/* Numbers go on over white space ("07700 900 123"); all else ends there. */
static bool joins(const Cutter *c)
{
    return c->open && (!c->gap || (c->all_digits && !c->stretch.letter));
}

static void end_stretch(Cutter *c)
{
    if (c->stretch.count == 0) {
        return;
    }
    TextWords *w = c->words;
    if (!joins(c)) {
        w->groups[w->group_count++] = (TextGroup){.first = (uint16_t)w->run_count, .name = true};
        c->all_digits = true;
        c->mark = false;
    }
    TextGroup *group = &w->groups[w->group_count - 1];
    group->name = group->name && !c->mark;
    c->all_digits = c->all_digits && !c->stretch.letter;
    add_runs(c);
    c->open = true;
    c->gap = c->mark = false;
    c->stretch = (Stretch){.count = 0};
}

static void add_letter(Cutter *c, uint32_t letter, TextClass kind)
{
    if (c->stretch.count == TEXT_WORD_MAX) {
        return;
    }
    c->stretch.letters[c->stretch.count++] = letter;
    c->stretch.letter = c->stretch.letter || kind == TEXT_LETTER;
    c->stretch.digit = c->stretch.digit || kind == TEXT_DIGIT;
}

/* Before the "@" of an address, names are often run together ("jonathansmith"): a word that only
 * one person has, kept as a code, which costs a third of the memory and knows no errors. */
static void end_local_part(TextWords *w)
{
    const TextGroup *group = &w->groups[w->group_count - 1];
    for (size_t i = 0; i < group->count; i++) {
        TextRun *run = &w->runs[group->first + i];
        run->plain = run->plain && run->len <= TEXT_LOCAL_MAX;
    }
}

void text_words(PtStr text, TextWords *ret_words)
{
    uint32_t folded[TEXT_FOLD_MAX];
    size_t count = text_fold(text, folded);
    ret_words->run_count = ret_words->group_count = 0;
    Cutter c = {.words = ret_words};
    for (size_t i = 0; i < count; i++) {
        TextClass kind = text_class(folded[i]);
        if (kind >= TEXT_DIGIT) {
            add_letter(&c, folded[i], kind);
            continue;
        }
        end_stretch(&c);
        if (folded[i] == '@' && c.open && !c.gap) {
            end_local_part(ret_words);
        }
        c.gap = c.gap || kind == TEXT_SPACE;
        c.mark = c.mark || kind == TEXT_MARK;
    }
    end_stretch(&c);
}

size_t text_spell(const uint32_t *letters, size_t count, char out[static TEXT_WORD_BYTES])
{
    size_t len = 0;
    for (size_t i = 0; i < count && i < TEXT_WORD_MAX; i++) {
        len += pt_utf8_put(letters[i], out + len);
    }
    return len;
}
