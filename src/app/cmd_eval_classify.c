// SPDX-License-Identifier: Apache-2.0
/* Text into categories, trained and tested on anybody's labelled texts (decision 21): CSV with a
 * header or JSON lines, members "text" and "label"; a CSV of two columns whatever they are called.
 */
#include "app/cli.h"
#include "app/eval.h"

#include "base/json.h"
#include "base/memory.h"
#include "connect/connect.h"
#include "language/language.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

enum {
    TEXT_BYTES = 4 << 20,
    TEXT_KEEP = 1 << 16,
    VALID_OF = 10, /* without a file of its own, the last of so many rows validates */
    MOD_MAX = 1000,
};

const CliOption cmd_eval_classify_options[] = {
    {"valid", "FILE", "texts that confidence and threshold come from; every tenth of TRAIN else",
     false},
    {"test-mod", "N:R", "test on the rows of TRAIN whose number, from 0, leaves R divided by N",
     false},
    {"precision", "SHARE", "wanted of what is accepted; 0.95", false},
    {"values", NULL, "print a JSON line {\"id\", \"value\"} for every text of the test instead",
     false},
    {0}};

typedef enum Role { TRAIN, VALID, TEST, ROLES } Role;

typedef struct Eval {
    LanguageCorpus *texts[ROLES];
    uint32_t mod, rest; /* of --test-mod; 0: none */
    bool every_tenth;   /* of what trains validates */
    double precision;
    LanguageModel *model;
    LanguageReader *reader;
    double train_s, classify_us;
} Eval;

/* ---- Files ------------------------------------------------------------------------------------
 */

typedef struct Reading {
    Eval *eval;
    Role role;
    const char *path;
    ConnectShape shape;
    ConnectInput *input;
    ConnectReader *reader;
    int text, label; /* columns of a CSV; -1: not known yet */
    PtBuf decoded[2];
} Reading;

static void reading_done(Reading *r)
{
    connect_reader_free(r->reader);
    connect_input_close(r->input);
    pt_buf_done(&r->decoded[0]);
    pt_buf_done(&r->decoded[1]);
}

static Role role_of(const Eval *e, Role of_file, uint64_t row)
{
    if (of_file != TRAIN) {
        return of_file;
    }
    if (e->mod > 0 && row % e->mod == e->rest) {
        return TEST;
    }
    return e->every_tenth && row % VALID_OF == VALID_OF - 1 ? VALID : TRAIN;
}

static PtStatus bad_row(const Reading *r, const ConnectRow *row, PtError *err, const char *what)
{
    const EvalLine line = {r->path, row->line, row->raw};
    return eval_wrong(&line, err, what);
}

/* Which columns hold text and label. */
static PtStatus find_columns(Reading *r, PtError *err)
{
    size_t count = 0;
    const PtStr *names = connect_reader_header(r->reader, &count);
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq_nocase(names[i], PT_STR("text"))) {
            r->text = (int)i;
        } else if (pt_str_eq_nocase(names[i], PT_STR("label"))) {
            r->label = (int)i;
        }
    }
    if (count == 2 && r->text < 0 && r->label < 0) {
        r->text = 0;
        r->label = 1;
    }
    return r->text >= 0 && r->label >= 0
               ? PT_OK
               : pt_fail(err, PT_INVALID, "file %s: no columns \"text\" and \"label\"", r->path);
}

static PtStatus add_row(Reading *r, const ConnectRow *row, PtError *err)
{
    PtStr text, label;
    if (row->problem != NULL) {
        return bad_row(r, row, err, row->problem);
    }
    if (r->shape.format == CONNECT_CSV) {
        PtStatus st = r->text < 0 ? find_columns(r, err) : PT_OK;
        if (st != PT_OK) {
            return st;
        }
        if ((size_t)r->text >= row->count || (size_t)r->label >= row->count) {
            return bad_row(r, row, err, "the row has too few columns");
        }
        text = row->fields[r->text];
        label = row->fields[r->label];
    } else {
        if (cli_json(row->raw, "text").data == NULL || cli_json(row->raw, "label").data == NULL) {
            return bad_row(r, row, err, "the line is not an object with \"text\" and \"label\"");
        }
        text = pt_str(cli_json_text(row->raw, "text", &r->decoded[0]));
        label = pt_str(cli_json_text(row->raw, "label", &r->decoded[1]));
    }
    PtError bad;
    const Eval *e = r->eval;
    const PtStatus st =
        language_corpus_add(e->texts[role_of(e, r->role, row->number - 1)], text, label, &bad);
    return st == PT_OK ? st : bad_row(r, row, err, bad.message);
}

/* The first byte that is no blank says what the file is. */
static PtStatus open_file(Reading *r, PtError *err)
{
    char first[64];
    size_t len = 0;
    PtStatus st = connect_input_open(r->path, &r->input, err);
    if (st != PT_OK) {
        return st;
    }
    ConnectSource source = connect_input_source(r->input);
    st = source.read(source.ctx, first, sizeof first, &len, err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr begin = pt_str_trim_low((PtStr){first, len});
    const bool json = begin.len > 0 && begin.data[0] == '{';
    r->shape = (ConnectShape){.format = json ? CONNECT_JSONL : CONNECT_CSV,
                              .delimiter = ',',
                              .header = !json,
                              .encoding = CONNECT_UTF8};
    connect_input_close(PT_TAKE(r->input));
    st = connect_input_open(r->path, &r->input, err);
    return st == PT_OK
               ? connect_reader_new(connect_input_source(r->input), &r->shape, &r->reader, err)
               : st;
}

static PtStatus read_file(Eval *e, Role role, const char *path, PtError *err)
{
    PT_CLEANUP(reading_done)
    Reading r = {.eval = e, .role = role, .path = path, .text = -1, .label = -1};
    ConnectRow row;
    bool has = true;
    pt_buf_init(&r.decoded[0], TEXT_BYTES);
    pt_buf_init(&r.decoded[1], TEXT_BYTES);
    PtStatus st = open_file(&r, err);
    while (st == PT_OK && has) {
        st = connect_reader_next(r.reader, &row, &has, err);
        if (st == PT_OK && has) {
            st = add_row(&r, &row, err);
        }
    }
    return st;
}

/* ---- Training and answers ---------------------------------------------------------------------
 */

static double seconds_now(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void buf_done(PtBuf *buf)
{
    pt_buf_done(buf);
}

/* The model that answers has been bytes, as one that a server would have loaded. */
static PtStatus train(Eval *e, PtError *err)
{
    PT_CLEANUP(language_model_freep) LanguageModel *fresh = NULL;
    PT_CLEANUP(buf_done) PtBuf bytes;
    const LanguageTraining how = {.precision = e->precision, .seed = 1, .version = 1};
    const double begin = seconds_now(CLOCK_THREAD_CPUTIME_ID);
    pt_buf_init(&bytes, LANGUAGE_MODEL_BYTES);
    PtStatus st = language_train(e->texts[TRAIN], e->texts[VALID], &how, &fresh, err);
    e->train_s = seconds_now(CLOCK_THREAD_CPUTIME_ID) - begin;
    if (st != PT_OK) {
        return st;
    }
    language_model_write(fresh, &bytes);
    return pt_buf_status(&bytes) == PT_OK
               ? language_model_read(pt_buf_str(&bytes), &e->model, err)
               : pt_fail(err, pt_buf_status(&bytes), "no memory for the model");
}

static void print_value(const Eval *e, size_t id, const LanguageVerdict *v, PtBuf *text)
{
    pt_buf_clear(text, TEXT_KEEP);
    PtJsonOut o = pt_json_out(text);
    pt_json_out_object(&o);
    pt_json_put_u64(&o, "id", id);
    pt_json_put_str(&o, "value", language_label(e->model, v->label));
    pt_json_out_key(&o, PT_STR("confidence"));
    pt_json_out_double(&o, v->confidence);
    pt_json_out_key(&o, PT_STR("in_scope"));
    pt_json_out_double(&o, v->in_scope);
    pt_json_put_bool(&o, "accepted", v->accepted);
    pt_json_out_object_end(&o);
    cli_print_json(pt_buf_str(text));
}

static void answer_all(Eval *e, bool values, PtBuf *text)
{
    const size_t count = language_corpus_count(e->texts[TEST]);
    const double begin = seconds_now(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < count; i++) {
        const LanguageVerdict v =
            language_classify(e->model, e->reader, language_corpus_at(e->texts[TEST], i).text);
        if (values) {
            print_value(e, i, &v, text);
        }
    }
    e->classify_us =
        (seconds_now(CLOCK_THREAD_CPUTIME_ID) - begin) * 1e6 / (double)(count + !count);
}

/* ---- The summary ------------------------------------------------------------------------------
 */

static void put_double(PtJsonOut *o, const char *key, double value)
{
    pt_json_out_key(o, pt_str(key));
    pt_json_out_double(o, value);
}

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : NAN;
}

static void put_metrics(const Eval *e, const LanguageQuality *q, PtJsonOut *o)
{
    const LanguageAbout about = language_model_about(e->model);
    double low, high;
    language_share_interval(e->model, q->texts, &low, &high);
    const struct {
        const char *name;
        double value;
    } metrics[] = {
        {"accuracy", share(q->right, q->in_scope)},
        {"out_of_scope_auroc", q->separation},
        {"calibration_error", q->calibration_error},
        {"precision_wanted", about.precision_wanted},
        {"threshold", about.threshold},
        {"valid_precision", about.precision},
        {"valid_coverage", about.share},
        {"coverage_low", low},
        {"coverage_high", high},
        {"precision", share(q->accepted_right, q->accepted)},
        {"coverage", share(q->accepted, q->texts)},
    };
    pt_json_out_object(o);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        put_double(o, metrics[i].name, metrics[i].value);
    }
    pt_json_out_object_end(o);
}

static PtStatus print_summary(const Eval *e, PtBuf *text, PtError *err)
{
    LanguageQuality q;
    const LanguageAbout about = language_model_about(e->model);
    const PtStatus st = language_judge(e->model, e->texts[TEST], &q, err);
    if (st != PT_OK) {
        return st;
    }
    PtJsonOut o = pt_json_out(text);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "eval", PT_STR("classify"));
    pt_json_put_u64(&o, "train", about.train_count);
    pt_json_put_u64(&o, "valid", about.valid_count);
    pt_json_put_u64(&o, "test", q.texts);
    pt_json_put_u64(&o, "test_in_scope", q.in_scope);
    pt_json_put_u64(&o, "train_out_of_scope", about.train_out_of_scope);
    pt_json_put_u64(&o, "valid_out_of_scope", about.valid_out_of_scope);
    pt_json_put_u64(&o, "labels", about.labels);
    pt_json_put_u64(&o, "features", about.features);
    pt_json_put_u64(&o, "model_bytes", about.bytes);
    put_double(&o, "train_cpu_s", e->train_s);
    put_double(&o, "classify_cpu_us", e->classify_us);
    pt_json_out_key(&o, PT_STR("metrics"));
    put_metrics(e, &q, &o);
    pt_json_out_object_end(&o);
    if (pt_buf_status(text) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the result");
    }
    cli_print_json(pt_buf_str(text));
    return PT_OK;
}

/* ---- The command ------------------------------------------------------------------------------
 */

static PtStatus read_options(Eval *e, const CliArgs *args, PtError *err)
{
    const char *mod = cli_value(args, "test-mod"), *precision = cli_value(args, "precision");
    e->precision = 0.95;
    if (mod != NULL) {
        PtStr rest = pt_str(mod), first;
        (void)pt_str_cut(&rest, ':', &first);
        if (!pt_str_to_u32(first, MOD_MAX, &e->mod) || !pt_str_to_u32(rest, MOD_MAX, &e->rest) ||
            e->mod < 2 || e->rest >= e->mod) {
            return cli_usage(err, "--test-mod is \"%s\", not N:R with N in 2..%d and R under N",
                             mod, MOD_MAX);
        }
    }
    if (precision != NULL) {
        PtStr digits;
        const bool number = pt_json_number_of(pt_str(precision), &digits);
        e->precision = number ? pt_json_to_double(digits) : 0;
        if (!(e->precision > 0 && e->precision < 1)) {
            return cli_usage(err, "--precision is \"%s\", not a number over 0 and under 1",
                             precision);
        }
    }
    if ((args->positional_count == 2) == (e->mod > 0)) {
        return cli_usage(err, "either a file TEST or --test-mod says what is tested");
    }
    e->every_tenth = cli_value(args, "valid") == NULL;
    return PT_OK;
}

static PtStatus run(Eval *e, const CliArgs *args, PtError *err)
{
    const char *valid = cli_value(args, "valid");
    PT_CLEANUP(buf_done) PtBuf text;
    pt_buf_init(&text, TEXT_BYTES);
    PtStatus st = read_options(e, args, err);
    for (int role = 0; st == PT_OK && role < ROLES; role++) {
        st = language_corpus_new(&e->texts[role], err);
    }
    st = st == PT_OK ? read_file(e, TRAIN, args->positionals[0], err) : st;
    if (st == PT_OK && valid != NULL) {
        st = read_file(e, VALID, valid, err);
    }
    if (st == PT_OK && e->mod == 0) {
        st = read_file(e, TEST, args->positionals[1], err);
    }
    st = st == PT_OK ? train(e, err) : st;
    if (st != PT_OK) {
        return st;
    }
    e->reader = language_reader_new();
    if (e->reader == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read texts");
    }
    const bool values = cli_value(args, "values") != NULL;
    answer_all(e, values, &text);
    return values ? PT_OK : print_summary(e, &text, err);
}

PtStatus cmd_eval_classify(Cli *cli, const CliArgs *args, PtError *err)
{
    (void)cli; /* what is printed is JSON, with and without --json */
    Eval e = {0};
    const PtStatus st = run(&e, args, err);
    for (int role = 0; role < ROLES; role++) {
        language_corpus_free(e.texts[role]);
    }
    language_model_free(e.model);
    language_reader_free(e.reader);
    return st;
}
