// SPDX-License-Identifier: Apache-2.0
/* Which server a command speaks to. */
#include "app/cli.h"

#include "app/folder.h"
#include "app/server.h"
#include "app/settings.h"
#include "base/memory.h"
#include "platform/diag.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { START_TRIES = 50, START_PAUSE_MS = 100 };

/* A server in a thread of this process, for a folder that no daemon has. */
struct CliServer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    PtConfig *config;
    PatronServer *server;
    bool started; /* new has returned */
    PtStatus status;
    PtError error;
};

static void *serve(void *ctx)
{
    CliServer *s = ctx;
    PatronServer *server = NULL;
    PtError err = {0};
    PtStatus st = patron_server_new(s->config, &server, &err);
    (void)pthread_mutex_lock(&s->lock);
    s->server = server;
    s->status = st;
    s->error = err;
    s->started = true;
    (void)pthread_cond_signal(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
    if (st == PT_OK) {
        patron_server_run(server);
        patron_server_free(server);
    }
    return NULL;
}

static PtStatus make_config(const Cli *cli, PtConfig **ret_config, PtError *err)
{
    PtConfig *config = NULL;
    PT_CLEANUP(pt_free_charp) char *data = NULL;
    PtStatus st = pt_config_new(patron_settings, patron_setting_count, &config, err);
    if (st == PT_OK && asprintf(&data, "--data=%s", cli->data) < 0) {
        data = NULL;
        st = pt_fail(err, PT_NO_MEMORY, "no memory for settings");
    }
    if (st == PT_OK && cli->config_file != NULL) {
        st = pt_config_load_file(config, cli->config_file, err);
    }
    if (st == PT_OK) {
        st = pt_config_load_env(config, environ, err);
    }
    if (st == PT_OK) {
        char program[] = "patron", listen[] = "--listen=";
        char *argv[] = {program, data, listen, NULL};
        int argc = 3;
        st = pt_config_take_flags(config, &argc, argv, err);
    }
    if (st != PT_OK) {
        pt_config_free(config);
        return st;
    }
    *ret_config = config;
    return PT_OK;
}

static void server_free(CliServer *s)
{
    (void)pthread_cond_destroy(&s->changed);
    (void)pthread_mutex_destroy(&s->lock);
    pt_config_free(s->config);
    free(s);
}

static PtStatus server_start(const Cli *cli, CliServer **ret_server, PtError *err)
{
    CliServer *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to start a server");
    }
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->changed, NULL);
    PtStatus st = make_config(cli, &s->config, err);
    if (st == PT_OK) {
        pt_diag_init(PT_DIAG_ERROR, false, STDERR_FILENO);
        int rc = pthread_create(&s->thread, NULL, serve, s);
        st = rc == 0 ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "cannot start a thread");
    }
    if (st != PT_OK) {
        server_free(s);
        return st;
    }
    (void)pthread_mutex_lock(&s->lock);
    while (!s->started) {
        (void)pthread_cond_wait(&s->changed, &s->lock);
    }
    st = s->status;
    (void)pthread_mutex_unlock(&s->lock);
    if (st != PT_OK) {
        (void)pthread_join(s->thread, NULL);
        st = pt_fail(err, st, "%s", s->error.message);
        server_free(s);
        return st;
    }
    *ret_server = s;
    return PT_OK;
}

static PtStatus socket_path(const Cli *cli, char out[static sizeof(struct sockaddr_un)],
                            PtError *err)
{
    struct sockaddr_un address;
    int n = snprintf(out, sizeof address.sun_path, "%s/patron.sock", cli->data);
    if (n < 0 || (size_t)n >= sizeof address.sun_path) {
        return pt_fail(err, PT_INVALID, "the data folder's path is over %zu bytes",
                       sizeof address.sun_path - sizeof "/patron.sock");
    }
    return PT_OK;
}

/* Whether somebody listens on the folder's socket. */
static bool daemon_answers(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    bool answers = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    (void)close(fd);
    return answers;
}

bool cli_daemon_runs(const Cli *cli)
{
    char path[sizeof(struct sockaddr_un)];
    return cli->data != NULL && socket_path(cli, path, NULL) == PT_OK && daemon_answers(path);
}

PtStatus cli_become_owner(const Cli *cli, PtError *err)
{
    FolderOwner owner;
    bool changed = false;
    if (cli->data == NULL || cli_daemon_runs(cli)) {
        return PT_OK;
    }
    PtStatus st = folder_become_owner(cli->data, &owner, &changed, err);
    if (st == PT_OK && changed && cli->verbose) {
        (void)fprintf(stderr, "patron: works as the user %s (uid %u), who owns the data folder\n",
                      owner.name, (unsigned)owner.uid);
    }
    return st;
}

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&t, NULL);
}

/* A daemon that has the folder's lock and no socket yet is about to answer: wait for it. */
static PtStatus reach_folder(Cli *cli, const char *path, PtError *err)
{
    PtStatus st = PT_OK;
    for (int i = 0; i < START_TRIES; i++) {
        if (daemon_answers(path)) {
            return PT_OK;
        }
        st = server_start(cli, &cli->server, err);
        if (st != PT_CONFLICT) {
            return st;
        }
        pause_ms(START_PAUSE_MS);
    }
    return st;
}

PtStatus cli_client_new(const Cli *cli, PtClient **ret_client, PtError *err)
{
    char path[sizeof(struct sockaddr_un)];
    if (cli->url != NULL) {
        PtClientConfig config = {.url = cli->url, .token = cli->token};
        return pt_client_new(&config, ret_client, err);
    }
    PtStatus st = socket_path(cli, path, err);
    if (st != PT_OK) {
        return st;
    }
    PtClientConfig config = {.url = "http://localhost", .socket_path = path};
    return pt_client_new(&config, ret_client, err);
}

PtStatus cli_connect(Cli *cli, PtError *err)
{
    char path[sizeof(struct sockaddr_un)];
    if ((cli->data == NULL) == (cli->url == NULL)) {
        return cli_usage(err, "give --data DIR or --url URL");
    }
    if (cli->data != NULL) {
        PtStatus st = socket_path(cli, path, err);
        st = st == PT_OK ? reach_folder(cli, path, err) : st;
        if (st != PT_OK) {
            return st;
        }
    }
    return cli_client_new(cli, &cli->client, err);
}

void cli_disconnect(Cli *cli)
{
    pt_client_free(cli->client);
    cli->client = NULL;
    if (cli->server != NULL) {
        patron_server_stop(cli->server->server);
        (void)pthread_join(cli->server->thread, NULL);
        server_free(cli->server);
        cli->server = NULL;
    }
}
