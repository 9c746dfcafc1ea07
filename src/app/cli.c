// SPDX-License-Identifier: Apache-2.0
/* patron: the table of commands, and the way from argv to one of them. */
#include "app/cli.h"

#include <assert.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

static const CliOption source_add_options[] = {
    {"historical", NULL, "may write the past: timestamps are kept as given (imports)", false}, {0}};
static const CliOption quarantine_options[] = {
    {"source", "NAME", "of this source only", false},
    {"reason", "REASON", "with this reason only, such as no_id", false},
    {0}};
static const CliOption redrive_options[] = {
    {"position", "N", "the event at this position", false},
    {"all", NULL, "all that were not redriven yet", false},
    {"source", "NAME", "with --all: of this source only", false},
    {"reason", "REASON", "with --all: with this reason only", false},
    {0}};
static const CliOption rebuild_options[] = {
    {"from", "POSITION", "begin at this position; 0 (all) when not given", false}, {0}};

static const CliOption backup_options[] = {
    {"without-secrets", NULL, "leave secret.key out: a restored server needs it put back", false},
    {0}};
static const CliOption restore_options[] = {
    {"force", NULL, "remove what the folder holds, after its path was typed as confirmation",
     false},
    {"verify-only", NULL, "check every digest of the file and restore nothing", false},
    {"no-erasure-register", NULL,
     "go on without the register of erasures: who was erased since may be back; audited", false},
    {0}};
static const CliOption verify_options[] = {
    {"key", "HEX", "the public key that must have signed it; not given: any", false}, {0}};
static const CliOption doctor_options[] = {{"deep", NULL, "read every archived event too", false},
                                           {0}};

static const CliCommand commands[] = {
    {"source add", "NAME", 1, 1, "make a source and print its write key", source_add_options, true,
     cmd_source_add},
    {"source list", "", 0, 0, "list the sources and their write keys", NULL, true, cmd_source_list},
    {"source rotate", "NAME", 1, 1, "give a source a new write key; the old one stops at once",
     NULL, true, cmd_source_rotate},
    {"source disable", "NAME", 1, 1, "discard (and count) what a source sends", NULL, true,
     cmd_source_disable},
    {"source enable", "NAME", 1, 1, "take what a source sends again", NULL, true,
     cmd_source_enable},
    {"token add", "", 0, 0, "make a token for --url and the debugger; it is shown once",
     cmd_token_add_options, true, cmd_token_add},
    {"token list", "", 0, 0, "list the tokens", NULL, true, cmd_token_list},
    {"token revoke", "ID", 1, 1, "end a token", NULL, true, cmd_token_revoke},
    {"setup-code", "", 0, 0, "print the code that makes the first owner in the console", NULL, true,
     cmd_setup_code},
    {"user add", "", 0, 0, "invite a person: prints a link to set a password", cmd_user_add_options,
     true, cmd_user_add},
    {"user list", "", 0, 0, "list the people", cmd_user_list_options, true, cmd_user_list},
    {"user role", "EMAIL ROLE", 2, 2, "give a person another role", NULL, true, cmd_user_role},
    {"user disable", "EMAIL", 1, 1, "keep a person out and end their sessions", NULL, true,
     cmd_user_disable},
    {"user enable", "EMAIL", 1, 1, "let a person in again", NULL, true, cmd_user_enable},
    {"user reset", "EMAIL", 1, 1, "print a link to set a new password", NULL, true, cmd_user_reset},
    {"user totp-off", "EMAIL", 1, 1, "take a person's second factor away", NULL, true,
     cmd_user_totp_off},
    {"audit list", "", 0, 0, "show who changed what, newest first", cmd_audit_list_options, true,
     cmd_audit_list},
    {"audit verify", "", 0, 0, "check the audit chain, and against the log", NULL, true,
     cmd_audit_verify},
    {"import list", "", 0, 0, "list the imports that run as jobs of the server",
     cmd_import_list_options, true, cmd_import_list},
    {"import show", "ID", 1, 1, "how far an import of the server is", NULL, true, cmd_import_show},
    {"import", "FILE", 1, 1, "read a CSV or JSON lines file (plain, gzip, zstd) as events",
     cmd_import_options, false, cmd_import},
    {"export events", "", 0, 0, "print stored events, one JSON line each", cmd_export_options, true,
     cmd_export_events},
    {"tail", "", 0, 0, "show events as they arrive, until interrupted", cmd_tail_options, true,
     cmd_tail},
    {"quarantine list", "", 0, 0, "list events that were set aside, and why", quarantine_options,
     true, cmd_quarantine_list},
    {"quarantine redrive", "", 0, 0, "judge events that were set aside again", redrive_options,
     true, cmd_quarantine_redrive},
    {"destination list", "", 0, 0, "list where events go out to, and how far each is", NULL, true,
     cmd_destination_list},
    {"destination show", "NAME|ID", 1, 1, "show a destination: settings, lag, what failed and why",
     NULL, true, cmd_destination_show},
    {"destination pause", "NAME|ID", 1, 1, "send nothing; it keeps its place in the log", NULL,
     true, cmd_destination_pause},
    {"destination resume", "NAME|ID", 1, 1, "go on, also after a stop, at once", NULL, true,
     cmd_destination_resume},
    {"destination redrive", "NAME|ID", 1, 1, "send dead letters again",
     cmd_destination_redrive_options, true, cmd_destination_redrive},
    {"destination test", "NAME|ID", 1, 1, "send one event now and show what came back",
     cmd_destination_test_options, true, cmd_destination_test},
    {"plan list", "", 0, 0, "list the tracking plans", NULL, true, cmd_plan_list},
    {"plan show", "NAME", 1, 1, "print a tracking plan as JSON", cmd_plan_show_options, true,
     cmd_plan_show},
    {"plan save", "FILE", 1, 1, "make or change a plan (Patron's, Segment's or RudderStack's file)",
     cmd_plan_save_options, true, cmd_plan_save},
    {"plan check", "FILE [EVENT]", 1, 2,
     "what a plan's file says of an event, or of a source's past", cmd_plan_check_options, true,
     cmd_plan_check},
    {"plan infer", "SOURCE", 1, 1, "print a draft made from a source's last events",
     cmd_plan_infer_options, true, cmd_plan_infer},
    {"plan assign", "SOURCE [PLAN]", 1, 2, "judge a source's events by a plan from now on",
     cmd_plan_assign_options, true, cmd_plan_assign},
    {"plan violations", "", 0, 0, "what is violated most", cmd_plan_violations_options, true,
     cmd_plan_violations},
    {"profile get", "ID|TYPE:VALUE", 1, 1, "show a customer, such as email:anna@example.org", NULL,
     true, cmd_profile_get},
    {"profile search", "[TEXT]", 0, 1,
     "find customers by name, mail, phone or order number; those seen last without a text",
     cmd_profile_search_options, true, cmd_profile_search},
    {"profile timeline", "ID|TYPE:VALUE", 1, 1, "what a customer did, newest first",
     cmd_profile_timeline_options, true, cmd_profile_timeline},
    {"profile merge", "ID OTHER", 2, 2, "make one customer of two", cmd_profile_merge_options, true,
     cmd_profile_merge},
    {"profile split", "ID", 1, 1, "part identifiers from a customer, and keep them apart",
     cmd_profile_split_options, true, cmd_profile_split},
    {"identity rules", "", 0, 0, "by which identifiers customers are recognised, and the limits",
     NULL, true, cmd_identity_rules},
    {"query", "FILE", 1, 1, "answer a question about what customers did (JSON); -: from stdin",
     cmd_query_options, true, cmd_query},
    {"eval classify", "TRAIN [TEST]", 1, 2,
     "how well categories of texts are found, trained and tested on labelled texts",
     cmd_eval_classify_options, false, cmd_eval_classify},
    {"eval identity", "FILES", 1, CLI_POSITIONALS_MAX,
     "how well customers are recognised in labelled histories", cmd_eval_identity_options, false,
     cmd_eval_identity},
    {"eval mail", "DIRS", 0, CLI_POSITIONALS_MAX,
     "what is read of mails: counts by kind, and whether it is what labels say",
     cmd_eval_mail_options, false, cmd_eval_mail},
    {"eval sentiment", "FILES", 1, CLI_POSITIONALS_MAX,
     "the sentiment of texts, beside ratings where the files have them", cmd_eval_sentiment_options,
     false, cmd_eval_sentiment},
    {"eval sla", "FILES", 1, CLI_POSITIONALS_MAX,
     "whether due instants and business time are those of labelled cases", cmd_eval_sla_options,
     false, cmd_eval_sla},
    {"sla explain", "TICKET", 1, 1, "account for every second of a clock of a ticket",
     cmd_sla_explain_options, true, cmd_sla_explain},
    {"stats", "", 0, 0, "events by source and type", NULL, true, cmd_stats},
    {"status", "", 0, 0, "how the server is doing", NULL, true, cmd_status},
    {"view rebuild", "NAME", 1, 1, "drop a view and build it again from the log", rebuild_options,
     true, cmd_view_rebuild},
    {"config show", "", 0, 0, "every setting, its value and where it comes from", NULL, false,
     cmd_config_show},
    {"config check", "[FILE]", 0, 1, "name every wrong line of a file of settings", NULL, false,
     cmd_config_check},
    {"backup list", "", 0, 0, "backups that were made, newest first", NULL, true, cmd_backup_list},
    {"privacy verify", "FILE", 1, 1, "check the signature of an erasure's certificate",
     verify_options, false, cmd_privacy_verify},
    {"backup", "FILE", 1, 1, "write a consistent backup of the running server; -: to stdout",
     backup_options, true, cmd_backup},
    {"restore", "FILE", 1, 1, "verify a backup and make a data folder of it", restore_options,
     false, cmd_restore},
    {"columns check", "", 0, 0, "look for damage in the event columns of a folder without a daemon",
     NULL, false, cmd_columns_check},
    {"doctor", "", 0, 0, "check folder, disk, clock, databases and log, and say what to do",
     doctor_options, false, cmd_doctor},
    {"version", "", 0, 0, "print the version", NULL, false, cmd_version},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const CliOption global_options[] = {
    {"data", "DIR", "data folder: its daemon, or, when none runs, a server for this command",
     false},
    {"url", "URL", "address of a server, such as http://127.0.0.1:8080", false},
    {"token", "TOKEN", "with --url: a token (patron token add)", false},
    {"config", "FILE", "settings for a server that this command starts", false},
    {"json", NULL, "print JSON", false},
    {"verbose", NULL, "say on stderr as whom the command works, where that is not who ran it",
     false},
    {"help", NULL, "print help, of a command too", false},
    {0}};

static const char USAGE_MARK[] = "usage: ";

PtStatus cli_usage(PtError *err, const char *fmt, ...)
{
    char text[PT_ERROR_MESSAGE_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return pt_fail(err, PT_INVALID, "%s%s", USAGE_MARK, text);
}

bool cli_is_usage(const PtError *err)
{
    return strncmp(err->message, USAGE_MARK, sizeof USAGE_MARK - 1) == 0;
}

const char *cli_value(const CliArgs *args, const char *name)
{
    const CliOption *options = args->command->options;
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return args->values[i];
        }
    }
    assert(!"an option that the command does not have");
    return NULL;
}

/* ---- Help ----------------------------------------------------------------------------------- */

static void print_options(FILE *to, const CliOption *options)
{
    for (const CliOption *o = options; o != NULL && o->name != NULL; o++) {
        char left[64];
        (void)snprintf(left, sizeof left, "--%s%s%s", o->name, o->value != NULL ? " " : "",
                       o->value != NULL ? o->value : "");
        (void)fprintf(to, "  %-22s %s%s\n", left, o->help, o->required ? " (needed)" : "");
    }
}

static void print_help(FILE *to)
{
    (void)fputs("usage: patron [--data DIR | --url URL --token TOKEN] [--json] COMMAND\n\n", to);
    for (size_t i = 0; i < COMMANDS; i++) {
        char left[64];
        (void)snprintf(left, sizeof left, "%s %s", commands[i].words, commands[i].positionals);
        (void)fprintf(to, "  %-22s %s\n", left, commands[i].help);
    }
    (void)fputs("\n", to);
    print_options(to, global_options);
    (void)fputs("\nexit codes: 0 done, 1 failed, 2 wrong usage; docs/cli.md has more\n", to);
}

static void print_command_help(FILE *to, const CliCommand *c)
{
    (void)fprintf(to, "usage: patron %s%s%s%s\n%s\n", c->words, c->positionals[0] ? " " : "",
                  c->positionals, c->options != NULL ? " [options]" : "", c->help);
    print_options(to, c->options);
}

/* ---- Arguments ------------------------------------------------------------------------------ */

typedef struct Words {
    const char *items[CLI_POSITIONALS_MAX + 2]; /* no command has more than two words of its own */
    size_t count;
} Words;

typedef struct Parse {
    Cli *cli;
    CliArgs args;
    Words words;
    bool help;
    /* Options met before their command is known. */
    struct {
        const char *name, *value;
        size_t name_len;
    } options[CLI_OPTIONS_MAX];
    size_t option_count;
} Parse;

static const CliOption *find_option(const CliOption *options, const char *name, size_t len)
{
    for (const CliOption *o = options; o != NULL && o->name != NULL; o++) {
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0) {
            return o;
        }
    }
    return NULL;
}

/* Whether an option of any command takes a value: needed before the command is known. */
static const CliOption *find_anywhere(const char *name, size_t len)
{
    const CliOption *o = find_option(global_options, name, len);
    for (size_t i = 0; o == NULL && i < COMMANDS; i++) {
        o = find_option(commands[i].options, name, len);
    }
    return o;
}

static void set_global(Parse *p, const char *name, const char *value)
{
    static const struct {
        const char *name;
        size_t offset;
    } texts[] = {{"data", offsetof(Cli, data)},
                 {"url", offsetof(Cli, url)},
                 {"token", offsetof(Cli, token)},
                 {"config", offsetof(Cli, config_file)}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].name, name) == 0) {
            *(const char **)(void *)((char *)p->cli + texts[i].offset) = value;
        }
    }
    p->cli->json |= strcmp(name, "json") == 0;
    p->cli->verbose |= strcmp(name, "verbose") == 0;
    p->help |= strcmp(name, "help") == 0;
}

/* argv[*at] is an option; its value may be the next one. */
static PtStatus take_option(Parse *p, int argc, char **argv, int *at, PtError *err)
{
    const char *name = argv[*at] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const CliOption *o = find_anywhere(name, len);
    if (o == NULL) {
        return cli_usage(err, "there is no option --%.*s", (int)len, name);
    }
    const char *value = equals != NULL ? equals + 1 : "";
    if (o->value == NULL && equals != NULL) {
        return cli_usage(err, "--%s takes no value", o->name);
    }
    if (o->value != NULL && equals == NULL) {
        if (*at + 1 >= argc) {
            return cli_usage(err, "--%s needs %s", o->name, o->value);
        }
        value = argv[++*at];
    }
    if (find_option(global_options, name, len) != NULL) {
        set_global(p, o->name, value);
        return PT_OK;
    }
    if (p->option_count == CLI_OPTIONS_MAX) {
        return cli_usage(err, "too many options");
    }
    p->options[p->option_count].name = o->name;
    p->options[p->option_count].name_len = len;
    p->options[p->option_count++].value = value;
    return PT_OK;
}

static PtStatus take_argv(Parse *p, int argc, char **argv, PtError *err)
{
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
            continue;
        }
        if (!only_words && strcmp(argv[i], "-h") == 0) {
            p->help = true;
            continue;
        }
        if (!only_words && strncmp(argv[i], "--", 2) == 0) {
            PtStatus st = take_option(p, argc, argv, &i, err);
            if (st != PT_OK) {
                return st;
            }
            continue;
        }
        if (p->words.count == sizeof p->words.items / sizeof *p->words.items) {
            return cli_usage(err, "too many arguments");
        }
        p->words.items[p->words.count++] = argv[i];
    }
    return PT_OK;
}

/* How many words of the command stand at the front; 0: it is another one. */
static size_t matches(const CliCommand *c, const Words *words)
{
    PtStr rest = pt_str(c->words), word;
    size_t n = 0;
    while (pt_str_cut(&rest, ' ', &word)) {
        if (n == words->count || !pt_str_eq(pt_str(words->items[n]), word)) {
            return 0;
        }
        n++;
    }
    return n;
}

static PtStatus unknown_command(const Words *words, PtError *err)
{
    if (words->count == 0) {
        return cli_usage(err, "no command is given; patron --help lists them");
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        PtStr rest = pt_str(commands[i].words), first;
        (void)pt_str_cut(&rest, ' ', &first);
        if (pt_str_eq(first, pt_str(words->items[0]))) {
            return cli_usage(err, "\"%s\" needs one of its commands; patron --help lists them",
                             words->items[0]);
        }
    }
    return cli_usage(err, "there is no command \"%s\"; patron --help lists them", words->items[0]);
}

static PtStatus bind_options(Parse *p, PtError *err)
{
    const CliCommand *c = p->args.command;
    for (size_t i = 0; i < p->option_count; i++) {
        const CliOption *o = find_option(c->options, p->options[i].name, p->options[i].name_len);
        if (o == NULL || c->options == NULL) {
            return cli_usage(err, "%s has no option --%s", c->words, p->options[i].name);
        }
        p->args.values[o - c->options] = p->options[i].value;
    }
    for (const CliOption *o = c->options; o != NULL && o->name != NULL; o++) {
        if (o->required && p->args.values[o - c->options] == NULL) {
            return cli_usage(err, "%s needs --%s %s", c->words, o->name, o->value);
        }
    }
    return PT_OK;
}

static PtStatus bind_command(Parse *p, PtError *err)
{
    size_t used = 0;
    for (size_t i = 0; i < COMMANDS && used == 0; i++) {
        used = matches(&commands[i], &p->words);
        p->args.command = used > 0 ? &commands[i] : NULL;
    }
    if (used == 0) {
        return unknown_command(&p->words, err);
    }
    const CliCommand *c = p->args.command;
    p->args.positional_count = p->words.count - used;
    if (p->help) {
        return PT_OK;
    }
    if (p->args.positional_count < c->positional_min ||
        p->args.positional_count > c->positional_max) {
        return cli_usage(err, "patron %s %s", c->words, c->positionals);
    }
    for (size_t i = used; i < p->words.count; i++) {
        p->args.positionals[i - used] = p->words.items[i];
    }
    return bind_options(p, err);
}

static PtStatus run_command(Cli *cli, const CliArgs *args, PtError *err)
{
    PtStatus st = cli_become_owner(cli, err);
    if (st == PT_OK && args->command->needs_server) {
        st = cli_connect(cli, err);
    }
    if (st == PT_OK) {
        st = args->command->run(cli, args, err);
    }
    cli_disconnect(cli);
    if (st == PT_OK && (fflush(stdout) != 0 || ferror(stdout))) {
        st = pt_fail(err, PT_IO, "cannot write the output");
    }
    return st;
}

static int report(const PtError *err)
{
    (void)fflush(stdout);
    (void)fputs("patron: ", stderr);
    for (const char *p = err->message; *p != '\0'; p++) {
        (void)fputc((unsigned char)*p < 0x20 ? ' ' : *p, stderr);
    }
    (void)fputc('\n', stderr);
    return cli_is_usage(err) ? 2 : 1;
}

int main(int argc, char **argv)
{
    Cli cli = {0};
    Parse p = {.cli = &cli};
    PtError err = {0};
    (void)setlocale(LC_CTYPE, "");
    (void)signal(SIGPIPE, SIG_IGN);
    PtStatus st = take_argv(&p, argc, argv, &err);
    if (st == PT_OK && p.help && p.words.count == 0) {
        print_help(stdout);
        return 0;
    }
    if (st == PT_OK) {
        st = bind_command(&p, &err);
    }
    if (st == PT_OK && p.help) {
        print_command_help(stdout, p.args.command);
        return 0;
    }
    if (st == PT_OK) {
        st = run_command(&cli, &p.args, &err);
    }
    return st == PT_OK ? 0 : report(&err);
}
