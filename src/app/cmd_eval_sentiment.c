// SPDX-License-Identifier: Apache-2.0
/* The sentiment of anybody's texts, beside what people felt where the file says so: lines of id,
 * mean rating and text between tabs (as VADER's own), or JSON lines with "text" and perhaps "id"
 * and "label", a number.
 */
#include "app/cli.h"
#include "app/eval.h"

#include "base/json.h"
#include "base/memory.h"
#include "language/language.h"

#include <math.h>
#include <stdio.h>

enum { JSON_DEPTH = 16, TEXT_BYTES = 4 << 20, TEXT_KEEP = 1 << 16 };

const CliOption cmd_eval_sentiment_options[] = {
    {"values", NULL, "print a JSON line {\"id\", \"value\"} for every text instead", false}, {0}};

typedef struct Case {
    PtStr id; /* JSON */
    PtStr text;
    bool rated;
    double rating;
} Case;

/* Sums of a correlation. */
typedef struct Pairs {
    uint64_t count, same_side;
    double x, y, xx, yy, xy;
} Pairs;

typedef struct Eval {
    bool values;
    uint64_t files, texts, positive, negative;
    Pairs rated;
    PtBuf id, text, out;
} Eval;

static PtStatus read_json(Eval *e, const EvalLine *line, Case *ret, PtError *err)
{
    PtError bad;
    if (pt_json_check(line->raw, JSON_DEPTH, &bad) != PT_OK) {
        return eval_wrong(line, err, bad.message);
    }
    const PtStr text = cli_json(line->raw, "text"), id = cli_json(line->raw, "id");
    const PtStr label = cli_json(line->raw, "label");
    if (text.data == NULL || text.data[0] != '"') {
        return eval_wrong(line, err, "the line is not an object with \"text\"");
    }
    ret->text = pt_str(cli_json_text(line->raw, "text", &e->text));
    ret->id = id;
    ret->rated = label.data != NULL &&
                 (label.data[0] == '-' || (label.data[0] >= '0' && label.data[0] <= '9'));
    ret->rating = ret->rated ? pt_json_to_double(label) : 0;
    return PT_OK;
}

static PtStatus read_tabs(Eval *e, const EvalLine *line, Case *ret, PtError *err)
{
    PtStr rest = line->raw, id, rating, digits;
    (void)pt_str_cut(&rest, '\t', &id);
    if (!pt_str_cut(&rest, '\t', &rating) || rest.data == NULL ||
        !pt_json_number_of(rating, &digits)) {
        return eval_wrong(line, err, "the line is not id, number and text between tabs");
    }
    pt_buf_clear(&e->id, TEXT_KEEP);
    PtJsonOut o = pt_json_out(&e->id);
    pt_json_out_str(&o, id);
    *ret = (Case){pt_buf_str(&e->id), rest, true, pt_json_to_double(digits)};
    return PT_OK;
}

/* As VADER's package rounds it. */
static double to_four_places(double value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.4f", value);
    return pt_json_to_double(pt_str(text));
}

static void print_value(Eval *e, const Case *c, double compound)
{
    pt_buf_clear(&e->out, TEXT_KEEP);
    PtJsonOut o = pt_json_out(&e->out);
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("id"));
    if (c->id.data != NULL) {
        pt_json_out_raw(&o, c->id);
    } else {
        pt_json_out_u64(&o, e->texts - 1);
    }
    pt_json_out_key(&o, PT_STR("value"));
    pt_json_out_double(&o, to_four_places(compound));
    pt_json_out_object_end(&o);
    cli_print_json(pt_buf_str(&e->out));
}

static void add_pair(Pairs *p, double x, double y)
{
    p->count++;
    p->same_side += (x > 0) - (x < 0) == (y > 0) - (y < 0);
    p->x += x;
    p->y += y;
    p->xx += x * x;
    p->yy += y * y;
    p->xy += x * y;
}

static double correlation(const Pairs *p)
{
    const double n = (double)p->count;
    const double x = n * p->xx - p->x * p->x, y = n * p->yy - p->y * p->y;
    return x > 0 && y > 0 ? (n * p->xy - p->x * p->y) / sqrt(x * y) : NAN;
}

static PtStatus eval_case(void *ctx, const EvalLine *line, PtError *err)
{
    Eval *e = ctx;
    Case c = {0};
    LanguageSentiment s;
    const bool json = line->raw.len > 0 && line->raw.data[0] == '{';
    PtStatus st = json ? read_json(e, line, &c, err) : read_tabs(e, line, &c, err);
    st = st == PT_OK ? language_sentiment(c.text, &s, err) : st;
    if (st != PT_OK) {
        return st;
    }
    e->texts++;
    /* where their authors draw the lines */
    e->positive += s.compound >= 0.05;
    e->negative += s.compound <= -0.05;
    if (c.rated) {
        add_pair(&e->rated, s.compound, c.rating);
    }
    if (e->values) {
        print_value(e, &c, s.compound);
    }
    return PT_OK;
}

static PtStatus print_summary(Eval *e, PtError *err)
{
    pt_buf_clear(&e->out, TEXT_KEEP);
    PtJsonOut o = pt_json_out(&e->out);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "eval", PT_STR("sentiment"));
    pt_json_put_u64(&o, "files", e->files);
    pt_json_put_u64(&o, "texts", e->texts);
    pt_json_put_u64(&o, "positive", e->positive);
    pt_json_put_u64(&o, "negative", e->negative);
    pt_json_put_u64(&o, "neutral", e->texts - e->positive - e->negative);
    pt_json_put_u64(&o, "rated", e->rated.count);
    pt_json_out_key(&o, PT_STR("metrics"));
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("correlation"));
    pt_json_out_double(&o, correlation(&e->rated));
    pt_json_out_key(&o, PT_STR("same_sign"));
    pt_json_out_double(&o, e->rated.count > 0 ? (double)e->rated.same_side / (double)e->rated.count
                                              : NAN);
    pt_json_out_object_end(&o);
    pt_json_out_object_end(&o);
    if (pt_buf_status(&e->out) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the result");
    }
    cli_print_json(pt_buf_str(&e->out));
    return PT_OK;
}

PtStatus cmd_eval_sentiment(Cli *cli, const CliArgs *args, PtError *err)
{
    (void)cli; /* what is printed is JSON, with and without --json */
    Eval e = {.values = cli_value(args, "values") != NULL};
    PtStatus st = PT_OK;
    pt_buf_init(&e.id, TEXT_BYTES);
    pt_buf_init(&e.text, TEXT_BYTES);
    pt_buf_init(&e.out, TEXT_BYTES);
    for (size_t i = 0; st == PT_OK && i < args->positional_count; i++) {
        st = eval_file(args->positionals[i], eval_case, &e, err);
        e.files++;
    }
    if (st == PT_OK && !e.values) {
        st = print_summary(&e, err);
    }
    pt_buf_done(&e.id);
    pt_buf_done(&e.text);
    pt_buf_done(&e.out);
    return st;
}
