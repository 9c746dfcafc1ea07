// SPDX-License-Identifier: Apache-2.0
/* patrond: the daemon. usage: patrond --data DIR [--listen ADDR:PORT] [--config FILE] [--SETTING
 * VALUE ...] */
#include "app/folder.h"
#include "app/server.h"
#include "app/service.h"
#include "app/settings.h"
#include "base/buf.h"
#include "base/memory.h"
#include "platform/diag.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static PatronServer *running; // for the signal handler

static void on_signal(int number)
{
    if (number == SIGHUP) {
        patron_server_reload(running);
    } else {
        patron_server_stop(running);
    }
}

static void print_help(void)
{
    PtBuf text;
    pt_buf_init(&text, 1 << 20);
    pt_buf_printf(
        &text,
        "usage: patrond --data DIR [--listen ADDR:PORT] [--config FILE] [--SETTING VALUE ...]\n\n"
        "Settings (flag --log-segment-mib, environment PATRON_LOG_SEGMENT_MIB, in the file "
        "log.segment_mib = ...):\n");
    pt_config_help(patron_settings, patron_setting_count, &text);
    (void)fwrite(text.data, 1, text.len, stdout);
    pt_buf_done(&text);
}

/* --config FILE or --config=FILE, taken out of argv; NULL when absent. */
static const char *take_config_flag(int *argc, char **argv)
{
    const char *path = NULL;
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        if (strncmp(argv[i], "--config=", 9) == 0) {
            path = argv[i] + 9;
        } else if (strcmp(argv[i], "--config") == 0 && i + 1 < *argc) {
            path = argv[++i];
        } else {
            argv[kept++] = argv[i];
        }
    }
    argv[kept] = NULL;
    *argc = kept;
    return path;
}

static PtStatus load_config(PtConfig *config, int *argc, char **argv, PtError *err)
{
    const char *path = take_config_flag(argc, argv);
    PtStatus st = path != NULL ? pt_config_load_file(config, path, err) : PT_OK;
    if (st == PT_OK) {
        st = pt_config_load_env(config, environ, err);
    }
    if (st == PT_OK) {
        st = pt_config_take_flags(config, argc, argv, err);
    }
    if (st == PT_OK && *argc > 1) {
        st = pt_fail(err, PT_INVALID, "unknown argument \"%s\"", argv[1]);
    }
    return st;
}

static PtDiagLevel level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            return (PtDiagLevel)i;
        }
    }
    return PT_DIAG_INFO;
}

/* 20,000 connections need as many descriptors; the soft limit of a shell is 1,024. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            pt_diag(PT_DIAG_WARN, "patrond", "cannot raise the number of open files");
        }
    }
}

static PtStatus open_diag(const PtConfig *config, PtError *err)
{
    const char *path = pt_config_text(config, "diag.file");
    pt_diag_init(level_of(pt_config_text(config, "diag.level")),
                 pt_config_bool(config, "diag.json"), STDERR_FILENO);
    return path[0] != '\0' ? pt_diag_open(path, err) : PT_OK;
}

/* Who can read this log can read the folder, whose socket tells the code too. */
static void tell_setup_code(void)
{
    char code[ACCESS_CODE_TEXT];
    if (patron_server_setup_code(running, code)) {
        pt_diag(PT_DIAG_WARN, "patrond", "nobody has an account yet: set up with this code",
                PT_F_STR("code", pt_str(code)));
    }
}

static int serve(const PtConfig *config)
{
    PtError err = {0};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGHUP, &ignore, NULL); // there is nothing to reload yet
    // the log file is somebody's too, so before it is opened
    if (folder_check_owner(pt_config_text(config, "data"), &err) != PT_OK ||
        open_diag(config, &err) != PT_OK) {
        (void)fprintf(stderr, "patrond: %s\n", err.message);
        return 1;
    }
    raise_descriptors();
    if (patron_server_new(config, &running, &err) != PT_OK) {
        pt_diag(PT_DIAG_ERROR, "patrond", "cannot start", PT_F_STR("problem", pt_str(err.message)));
        if (pt_config_text(config, "diag.file")[0] != '\0') {
            (void)fprintf(stderr, "patrond: %s\n", err.message); // who started it looks here
        }
        return 1;
    }
    const struct sigaction stop = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGHUP, &stop, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    pt_diag(PT_DIAG_INFO, "patrond", "ready",
            PT_F_STR("listen", pt_str(pt_config_text(config, "listen"))),
            PT_F_INT("port", patron_server_port(running)),
            PT_F_INT("tls_port", patron_server_tls_port(running)),
            PT_F_STR("version", PT_STR(PATRON_VERSION)));
    tell_setup_code();
    service_ready();
    patron_server_run(running);
    (void)sigaction(SIGHUP, &ignore, NULL);
    (void)sigaction(SIGTERM, &ignore, NULL); // there is nothing left to stop, and soon no server
    (void)sigaction(SIGINT, &ignore, NULL);
    patron_server_free(running);
    pt_diag(PT_DIAG_INFO, "patrond", "stopped");
    pt_diag_flush();
    return 0;
}

static void free_configp(PtConfig **config)
{
    pt_config_free(*config);
}

int main(int argc, char **argv)
{
    PT_CLEANUP(free_configp) PtConfig *config = NULL;
    PtError err = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help();
            return 0;
        }
        if (strcmp(argv[i], "--version") == 0) {
            (void)printf("patrond %s\n", PATRON_VERSION);
            return 0;
        }
    }
    PtStatus st = pt_config_new(patron_settings, patron_setting_count, &config, &err);
    if (st == PT_OK) {
        st = load_config(config, &argc, argv, &err);
    }
    if (st == PT_OK && pt_config_text(config, "data")[0] == '\0') {
        st = pt_fail(&err, PT_INVALID, "the data folder is not set: give --data DIR");
    }
    if (st != PT_OK) {
        (void)fprintf(stderr, "patrond: %s\n", err.message);
        return 2;
    }
    return serve(config);
}
