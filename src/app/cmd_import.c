// SPDX-License-Identifier: Apache-2.0
/* patron import: a file's rows become events, sent to the server like any client's. */
#include "app/cli.h"
#include "app/cli_send.h"
#include "app/import_progress.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "connect/connect.h"
#include "platform/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SAVE_MS = 200,       /* between two writes of the checkpoint */
    GIVE_UP_MS = 300000, /* without an acknowledgement */
    PREVIEW_EVENTS = 3,
    PREVIEW_ROWS = 5000,
    KEY_MAX = 256,
};

const CliOption cmd_import_options[] = {
    {"map", "M", "mapping: a file, or a recipe: online-retail, cdnow, cdnow-sample", false},
    {"source", "NAME", "write as this source; made (historical) when missing", false},
    {"key", "KEY", "write with this write key instead", false},
    {"yes", NULL, "take the guessed mapping without asking", false},
    {"rejects", "PATH", "where bad rows go; FILE.rejected.csv when not given", false},
    {"again", NULL, "send the whole file again; the server drops what it has", false},
    {"dry-run", NULL, "print the events as JSON lines and send nothing", false},
    {0}};

typedef struct Import {
    Cli *cli;
    const CliArgs *args;
    const char *file;
    ConnectMapping *mapping;
    ConnectInput *input;
    char digest[CONNECT_DIGEST_TEXT];
    const char *source; /* its name */
    char key[KEY_MAX];
    Sender *sender; /* NULL: events are printed */
    FILE *rejects;
    char *rejects_path, *checkpoint_path;
    ConnectCheckpoint checkpoint;
    uint64_t skip;
    int64_t saved_ms;
    ImportProgress progress;
    ConnectCounts counts;
    PtError failure; /* of a callback */
    unsigned shown, preview_rejects;
} Import;

static void import_done(Import *im)
{
    sender_free(im->sender);
    connect_input_close(im->input);
    connect_mapping_free(im->mapping);
    if (im->rejects != NULL) {
        (void)fclose(im->rejects); // a failed run: what it holds is not relied on
    }
    free(im->rejects_path);
    free(im->checkpoint_path);
}

/* ---- Rejects -------------------------------------------------------------------------------- */

static void write_quoted(FILE *to, PtStr text)
{
    (void)fputc('"', to);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"') {
            (void)fputc('"', to);
        }
        (void)fputc(text.data[i], to);
    }
    (void)fputc('"', to);
}

/* Made at the first bad row; an earlier run's is replaced, since rows are read from the start. */
static bool open_rejects(Import *im)
{
    im->rejects = fopen(im->rejects_path, "we");
    if (im->rejects == NULL) {
        (void)pt_fail(&im->failure, PT_IO, "cannot write \"%s\": %s (--rejects PATH)",
                      im->rejects_path, strerror(errno));
        return false;
    }
    (void)fputs("line,reason,record\n", im->rejects);
    return true;
}

static bool on_reject(void *ctx, const ConnectReject *reject)
{
    Import *im = ctx;
    if (im->rejects == NULL && !open_rejects(im)) {
        return false;
    }
    (void)fprintf(im->rejects, "%" PRIu64 ",", reject->line);
    write_quoted(im->rejects, pt_str(reject->reason));
    (void)fputc(',', im->rejects);
    write_quoted(im->rejects, reject->raw);
    (void)fputc('\n', im->rejects);
    if (ferror(im->rejects)) {
        (void)pt_fail(&im->failure, PT_IO, "cannot write \"%s\"", im->rejects_path);
        return false;
    }
    return true;
}

static PtStatus close_rejects(Import *im, PtError *err)
{
    FILE *f = PT_TAKE(im->rejects);
    if (f != NULL && fclose(f) != 0) {
        return pt_fail(err, PT_IO, "cannot write \"%s\": %s", im->rejects_path, strerror(errno));
    }
    return PT_OK;
}

/* ---- Running -------------------------------------------------------------------------------- */

static bool print_event(void *ctx, PtStr json)
{
    (void)ctx;
    return fwrite(json.data, 1, json.len, stdout) == json.len && fputc('\n', stdout) != EOF;
}

static bool send_event(void *ctx, PtStr json)
{
    Import *im = ctx;
    return sender_add(im->sender, json);
}

static PtStatus save_checkpoint(Import *im, bool done, PtError *err)
{
    im->checkpoint.events_acked = sender_counts(im->sender).acked;
    im->checkpoint.done = done;
    im->checkpoint.counts = im->counts;
    im->saved_ms = pt_mono_ms();
    return connect_checkpoint_save(pt_fs_real(), im->checkpoint_path, &im->checkpoint, err);
}

/* Now and then, on the main thread: progress, and what may be passed over after a crash. */
static void housekeeping(void *ctx)
{
    Import *im = ctx;
    int64_t now = pt_mono_ms();
    import_progress_show(&im->progress, &im->counts, connect_input_consumed(im->input),
                         connect_input_size(im->input), now);
    if (im->checkpoint_path != NULL && now - im->saved_ms >= SAVE_MS) {
        PtError err = {0};
        if (save_checkpoint(im, false, &err) != PT_OK) {
            im->failure = err;
        }
    }
}

static bool on_row(void *ctx, const ConnectCounts *counts)
{
    Import *im = ctx;
    im->counts = *counts;
    if (counts->rows % 1024 == 0) {
        housekeeping(im);
    }
    return true;
}

static PtStatus run_file(Import *im, const ConnectSink *sink, bool ticks, uint64_t max_rows,
                         PtError *err)
{
    PtBuf note;
    ConnectRun run = {.mapping = im->mapping,
                      .source = connect_input_source(im->input),
                      .digest = im->digest,
                      .sink = *sink,
                      .tick = ticks ? on_row : NULL,
                      .max_rows = max_rows,
                      .note = &note};
    pt_buf_init(&note, 4096);
    PtStatus st = connect_run(&run, &im->counts, err);
    if (st == PT_OK && note.len > 0 && max_rows == 0) {
        import_progress_end(&im->progress);
        (void)fprintf(stderr, "%.*s\n", PT_STR_ARG(pt_buf_str(&note)));
    }
    pt_buf_done(&note);
    return st;
}

static PtStatus reopen(Import *im, PtError *err)
{
    connect_input_close(im->input);
    im->input = NULL;
    return connect_input_open(im->file, &im->input, err);
}

static PtStatus dry_run(Import *im, PtError *err)
{
    ConnectSink sink = {print_event, on_reject, im};
    PtStatus st = reopen(im, err);
    if (st == PT_OK) {
        st = run_file(im, &sink, false, 0, err);
    }
    if (st != PT_OK && im->failure.status != PT_OK) {
        return pt_fail(err, im->failure.status, "%s", im->failure.message);
    }
    st = st == PT_OK ? close_rejects(im, err) : st;
    if (st == PT_OK) {
        (void)fprintf(stderr,
                      "%" PRIu64 " rows, %" PRIu64 " events, %" PRIu64 " rejected, nothing sent\n",
                      im->counts.rows, im->counts.events, im->counts.rejected);
    }
    return st;
}

/* ---- The mapping ---------------------------------------------------------------------------- */

static bool preview_event(void *ctx, PtStr json)
{
    Import *im = ctx;
    (void)fprintf(stderr, "%.*s\n", PT_STR_ARG(json));
    return ++im->shown < PREVIEW_EVENTS;
}

static bool preview_reject(void *ctx, const ConnectReject *reject)
{
    Import *im = ctx;
    if (im->preview_rejects++ < PREVIEW_EVENTS) {
        (void)fprintf(stderr, "line %" PRIu64 " would be rejected: %s\n", reject->line,
                      reject->reason);
    }
    return true;
}

static PtStatus show_guess(Import *im, const PtBuf *mapping, const PtBuf *notes, PtError *err)
{
    ConnectSink sink = {preview_event, preview_reject, im};
    (void)fprintf(stderr, "%.*sproposed mapping:\n%.*s\nfirst events:\n",
                  PT_STR_ARG(pt_buf_str(notes)), PT_STR_ARG(pt_buf_str(mapping)));
    PtStatus st = connect_mapping_parse(pt_buf_str(mapping), &im->mapping, err);
    st = st == PT_OK ? reopen(im, err) : st;
    if (st == PT_OK) {
        st = run_file(im, &sink, false, PREVIEW_ROWS, err);
    }
    return im->shown == PREVIEW_EVENTS ? PT_OK : st;
}

static PtStatus guess(Import *im, PtError *err)
{
    PtBuf mapping, notes;
    pt_buf_init(&mapping, CONNECT_MAPPING_MAX);
    pt_buf_init(&notes, CONNECT_MAPPING_MAX);
    PtStatus st = reopen(im, err);
    if (st == PT_OK) {
        st = connect_guess(connect_input_source(im->input), &mapping, &notes, err);
    }
    if (st == PT_OK) {
        st = show_guess(im, &mapping, &notes, err);
    }
    pt_buf_done(&mapping);
    pt_buf_done(&notes);
    return st;
}

static PtStatus confirm(const Import *im, PtError *err)
{
    if (cli_value(im->args, "yes") != NULL || cli_value(im->args, "dry-run") != NULL) {
        return PT_OK;
    }
    if (isatty(STDIN_FILENO)) {
        char answer[16] = "";
        (void)fputs("import with this mapping? [y/N] ", stderr);
        if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y')) {
            return PT_OK;
        }
    }
    return pt_fail(err, PT_INVALID,
                   "nothing was imported: say --yes, or keep the mapping in a file, edit it, and "
                   "give it as --map FILE");
}

static PtStatus choose_mapping(Import *im, PtError *err)
{
    const char *name = cli_value(im->args, "map");
    if (name != NULL) {
        return connect_mapping_load(name, &im->mapping, err);
    }
    PtStatus st = guess(im, err);
    return st == PT_OK ? confirm(im, err) : st;
}

/* ---- The source ----------------------------------------------------------------------------- */

static PtStatus keep_key(Import *im, PtStr source, PtError *err)
{
    PtBuf text;
    pt_buf_init(&text, 4096);
    (void)snprintf(im->key, sizeof im->key, "%s", cli_json_text(source, "write_key", &text));
    pt_buf_done(&text);
    return im->key[0] != '\0' ? PT_OK : pt_fail(err, PT_CORRUPT, "the server gave no write key");
}

static PtStatus add_source(Import *im, PtClientResponse *answer, PtError *err)
{
    PtBuf body;
    pt_buf_init(&body, 4096);
    PtJsonOut o = pt_json_out(&body);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "name", pt_str(im->source));
    pt_json_put_bool(&o, "historical", true);
    pt_json_out_object_end(&o);
    PtStatus st = cli_call(im->cli, "POST", "/api/v1/sources", pt_buf_str(&body), answer, err);
    pt_buf_done(&body);
    return st == PT_OK ? keep_key(im, pt_buf_str(&answer->body), err) : st;
}

static PtStatus find_source(Import *im, PtClientResponse *answer, PtError *err)
{
    PtStatus st = cli_call(im->cli, "GET", "/api/v1/sources", (PtStr){NULL, 0}, answer, err);
    PtStr list = st == PT_OK ? cli_json(pt_buf_str(&answer->body), "data") : (PtStr){NULL, 0};
    PtStr item = {NULL, 0};
    PtBuf text;
    bool found = false;
    pt_buf_init(&text, 4096);
    while (st == PT_OK && !found && cli_json_each(&list, &item)) {
        found = strcmp(cli_json_text(item, "name", &text), im->source) == 0;
    }
    pt_buf_done(&text);
    if (st != PT_OK || !found) {
        return st != PT_OK ? st : add_source(im, answer, err);
    }
    if (!cli_json_true(item, "historical")) {
        return pt_fail(err, PT_FORBIDDEN,
                       "source \"%s\" may not write the past: its timestamps would be corrected; "
                       "give another --source",
                       im->source);
    }
    if (!cli_json_true(item, "enabled")) {
        return pt_fail(err, PT_FORBIDDEN, "source \"%s\" is disabled", im->source);
    }
    return keep_key(im, item, err);
}

static PtStatus choose_source(Import *im, PtError *err)
{
    const char *key = cli_value(im->args, "key"), *name = cli_value(im->args, "source");
    PtClientResponse answer;
    im->source = name != NULL ? name : connect_mapping_source(im->mapping);
    if (key != NULL) {
        (void)snprintf(im->key, sizeof im->key, "%s", key);
        im->source = name != NULL ? name : key;
        return PT_OK;
    }
    pt_client_response_init(&answer, CLI_ANSWER_MAX);
    PtStatus st = find_source(im, &answer, err);
    pt_client_response_done(&answer);
    return st;
}

/* ---- Where it stopped ----------------------------------------------------------------------- */

static PtStatus checkpoint_folder(Import *im, PtError *err)
{
    char *folder = NULL;
    if (im->cli->data == NULL) { // no data folder of ours: beside the file
        return asprintf(&im->checkpoint_path, "%s.import.json", im->file) >= 0
                   ? PT_OK
                   : pt_fail(err, PT_NO_MEMORY, "no memory for a path");
    }
    PtFs *fs = pt_fs_real();
    PtStatus st = asprintf(&folder, "%s/imports", im->cli->data) >= 0
                      ? fs->ops->mkdir(fs, folder, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for a path");
    if (st == PT_OK && asprintf(&im->checkpoint_path, "%s/%s.json", folder, im->digest) < 0) {
        im->checkpoint_path = NULL;
        st = pt_fail(err, PT_NO_MEMORY, "no memory for a path");
    }
    free(folder);
    return st;
}

/* Fills im->checkpoint and im->skip. *ret_done: the file was imported as a whole before. */
static PtStatus read_checkpoint(Import *im, bool *ret_done, PtError *err)
{
    uint8_t digest[PT_SHA256];
    ConnectCheckpoint old = {0}, *now = &im->checkpoint;
    PtStatus st = checkpoint_folder(im, err);
    *ret_done = false;
    if (st != PT_OK) {
        return st;
    }
    pt_sha256(connect_mapping_text(im->mapping), digest);
    pt_hex(digest, sizeof digest, now->mapping_digest);
    memcpy(now->digest, im->digest, sizeof now->digest);
    (void)snprintf(now->source, sizeof now->source, "%s", im->source);
    st = cli_value(im->args, "again") != NULL
             ? PT_NOT_FOUND
             : connect_checkpoint_load(pt_fs_real(), im->checkpoint_path, &old, err);
    if (st == PT_NOT_FOUND || (st == PT_OK && (strcmp(old.digest, now->digest) != 0 ||
                                               strcmp(old.source, now->source) != 0))) {
        return PT_OK; // another file or source: begin anew
    }
    if (st == PT_OK && old.events_acked > 0 &&
        strcmp(old.mapping_digest, now->mapping_digest) != 0) {
        return pt_fail(err, PT_CONFLICT,
                       "this file went into source \"%s\" with another mapping, and its events "
                       "would be dropped as duplicates: give another --source",
                       im->source);
    }
    im->skip = old.events_acked;
    im->counts = old.done ? old.counts : im->counts;
    *ret_done = old.done;
    return st;
}

/* ---- The whole ------------------------------------------------------------------------------ */

static void summary_json(const Import *im, const SenderCounts *c, bool already, double seconds)
{
    PtBuf text;
    pt_buf_init(&text, 1 << 16);
    PtJsonOut o = pt_json_out(&text);
    const struct {
        const char *name;
        uint64_t value;
        bool known;
    } numbers[] = {{"rows", im->counts.rows, true},
                   {"events", im->counts.events, true},
                   {"rejected", im->counts.rejected, true},
                   {"skipped", im->counts.skipped, true},
                   {"sent", c->sent, true},
                   {"resumed_from", im->skip, true},
                   {"retries", c->retries, true},
                   {"duplicates", c->duplicates, c->told},
                   {"quarantined", c->quarantined, c->told}};
    pt_json_out_object(&o);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        pt_json_out_key(&o, pt_str(numbers[i].name));
        if (numbers[i].known) {
            pt_json_out_u64(&o, numbers[i].value);
        } else {
            pt_json_out_null(&o);
        }
    }
    pt_json_out_key(&o, PT_STR("seconds"));
    pt_json_out_double(&o, seconds);
    pt_json_put_str(&o, "source", pt_str(im->source));
    pt_json_put_bool(&o, "already", already);
    pt_json_out_key(&o, PT_STR("rejects"));
    if (im->counts.rejected > 0) {
        pt_json_out_str(&o, pt_str(im->rejects_path));
    } else {
        pt_json_out_null(&o);
    }
    pt_json_out_object_end(&o);
    cli_print_json(pt_buf_str(&text));
    pt_buf_done(&text);
}

static void summary_text(const Import *im, const SenderCounts *c, bool already, double seconds)
{
    char rows[CLI_COUNT_TEXT], events[CLI_COUNT_TEXT], other[CLI_COUNT_TEXT];
    (void)printf("%s%s rows, %s events into \"%s\"", already ? "already imported: " : "",
                 cli_count(im->counts.rows, rows), cli_count(im->counts.events, events),
                 im->source);
    if (!already) {
        (void)printf(" in %.1f s", seconds);
    }
    (void)putchar('\n');
    if (im->skip > 0 && !already) {
        (void)printf("continued behind %s events that were acknowledged before\n",
                     cli_count(im->skip, other));
    }
    if (c->told && c->duplicates > 0) {
        (void)printf("%s events were known already\n", cli_count(c->duplicates, other));
    }
    if (c->told && c->quarantined > 0) {
        (void)printf("%s events were set aside: patron quarantine list\n",
                     cli_count(c->quarantined, other));
    }
    if (im->counts.skipped > 0) {
        (void)printf("%s rows were left out by a rule of the mapping\n",
                     cli_count(im->counts.skipped, other));
    }
    if (im->counts.rejected > 0) {
        (void)printf("%s rows were rejected: %s\n", cli_count(im->counts.rejected, other),
                     im->rejects_path);
    }
}

static void summary(const Import *im, const SenderCounts *c, bool already, double seconds)
{
    (im->cli->json ? summary_json : summary_text)(im, c, already, seconds);
}

static PtStatus send_all(Import *im, PtError *err)
{
    SenderConfig config = {im->cli, im->key, im->skip, GIVE_UP_MS};
    ConnectSink sink = {send_event, on_reject, im};
    PtError why = {0};
    PtStatus st = sender_new(&config, &im->sender, err);
    if (st != PT_OK) {
        return st;
    }
    sender_on_wait(im->sender, housekeeping, im);
    PtStatus run = run_file(im, &sink, true, 0, &why);
    if (run == PT_OK || run == PT_UNAVAILABLE) { // a stop may be the sender's: then it knows why
        st = sender_finish(im->sender, err);
    }
    import_progress_end(&im->progress);
    if (im->failure.status != PT_OK) {
        return pt_fail(err, im->failure.status, "%s", im->failure.message);
    }
    if (st == PT_OK && run != PT_OK) {
        st = pt_fail(err, run, "%s", why.message);
    }
    st = st == PT_OK ? close_rejects(im, err) : st;
    PtStatus saved = save_checkpoint(im, st == PT_OK, st == PT_OK ? err : NULL);
    return st == PT_OK ? saved : st;
}

static PtStatus import_file(Import *im, PtError *err)
{
    bool already = false;
    SenderCounts counts = {0};
    int64_t start_ms = pt_mono_ms();
    PtStatus st = cli_connect(im->cli, err);
    if (st == PT_OK) {
        st = choose_source(im, err);
    }
    if (st == PT_OK) {
        st = read_checkpoint(im, &already, err);
    }
    st = st == PT_OK ? reopen(im, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (!already) {
        import_progress_begin(&im->progress, im->skip, pt_mono_ms());
        st = send_all(im, err);
        counts = sender_counts(im->sender);
    }
    if (st == PT_OK) {
        summary(im, &counts, already, (double)(pt_mono_ms() - start_ms) / 1000);
    }
    return st;
}

PtStatus cmd_import(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(import_done) Import im = {.cli = cli, .args = args, .file = args->positionals[0]};
    const char *rejects = cli_value(args, "rejects");
    bool dry = cli_value(args, "dry-run") != NULL;
    int n = rejects != NULL ? asprintf(&im.rejects_path, "%s", rejects)
                            : asprintf(&im.rejects_path, "%s.rejected.csv", im.file);
    if (n < 0) {
        im.rejects_path = NULL;
        return pt_fail(err, PT_NO_MEMORY, "no memory for a path");
    }
    PtStatus st = connect_file_digest(im.file, im.digest, err);
    if (st == PT_OK) {
        st = choose_mapping(&im, err);
    }
    if (st != PT_OK) {
        return st;
    }
    return dry ? dry_run(&im, err) : import_file(&im, err);
}
