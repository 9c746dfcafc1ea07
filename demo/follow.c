// SPDX-License-Identifier: Apache-2.0
#include "follow.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/time.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ASK_MS = 250, ANSWER_MAX = 4096, TIMEOUT_S = 5, SLACK_MS = 60000 };

struct Follow {
    char url[1024], login[512];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on the monotonic clock */
    bool stopping;
    FollowTime at; /* what it was at since_ms */
    int64_t since_ms;
};

static int64_t mono_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool follow_is_jump(const FollowTime *before, int64_t elapsed_ms, int64_t now_ms, double speed)
{
    const double low = speed < before->speed ? speed : before->speed;
    const double high = speed < before->speed ? before->speed : speed;
    const double slack = SLACK_MS + ASK_MS * high; // answers take their time
    const double went = (double)(now_ms - before->now_ms);
    return went < (double)elapsed_ms * low - slack || went > (double)elapsed_ms * high + slack;
}

bool follow_parse(const char *json, uint64_t len, int64_t *ret_now_ms, double *ret_speed)
{
    PtJson j;
    int64_t now_ms = 0, speed = 0;
    bool has_now = false, has_speed = false;
    pt_json_init(&j, (PtStr){json, (size_t)len}, 8);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const PtStr key = j.raw;
        PtStr value;
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            return false;
        }
        if (pt_str_eq(key, PT_STR("now")) && value.len > 2 && value.data[0] == '"') {
            has_now = pt_time_parse((PtStr){value.data + 1, value.len - 2}, &now_ms);
        } else if (pt_str_eq(key, PT_STR("speed"))) {
            has_speed = pt_json_to_i64(value, &speed) && speed >= 0;
        }
    }
    if (has_now && has_speed) {
        *ret_now_ms = now_ms;
        *ret_speed = (double)speed;
    }
    return has_now && has_speed;
}

static size_t keep(char *bytes, size_t size, size_t count, void *ctx)
{
    pt_buf_add(ctx, bytes, size * count);
    return size * count;
}

/* One answer. The time it was asked at is not: so the clock is never ahead. */
static bool ask(Follow *f, CURL *curl, PtBuf *answer, long *ret_status)
{
    int64_t now_ms;
    double speed;
    *ret_status = 0;
    pt_buf_clear(answer, ANSWER_MAX);
    if (curl_easy_perform(curl) != CURLE_OK) {
        return false;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    const int64_t at_ms = mono_ms();
    if (*ret_status != 200 || pt_buf_status(answer) != PT_OK ||
        !follow_parse(answer->data, answer->len, &now_ms, &speed)) {
        return false;
    }
    (void)pthread_mutex_lock(&f->lock);
    const bool jump =
        f->since_ms != 0 && follow_is_jump(&f->at, at_ms - f->since_ms, now_ms, speed);
    f->at = (FollowTime){now_ms, speed, f->at.jumps + jump};
    f->since_ms = at_ms;
    (void)pthread_mutex_unlock(&f->lock);
    return true;
}

static bool nap(Follow *f)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ASK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&f->lock);
    while (!f->stopping && pthread_cond_timedwait(&f->wake, &f->lock, &until) == 0) {
    }
    const bool go_on = !f->stopping;
    (void)pthread_mutex_unlock(&f->lock);
    return go_on;
}

typedef struct Asker {
    Follow *follow;
    CURL *curl;
    struct curl_slist *headers;
    PtBuf answer;
} Asker;

static void asker_done(Asker *a)
{
    if (a != NULL) {
        curl_slist_free_all(a->headers);
        curl_easy_cleanup(a->curl);
        pt_buf_done(&a->answer);
        free(a);
    }
}

static Asker *asker_new(Follow *f)
{
    Asker *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return NULL;
    }
    *a = (Asker){f, curl_easy_init(), curl_slist_append(NULL, f->login), {0}};
    pt_buf_init(&a->answer, ANSWER_MAX);
    if (a->curl == NULL || a->headers == NULL) {
        asker_done(a);
        return NULL;
    }
    curl_easy_setopt(a->curl, CURLOPT_URL, f->url);
    curl_easy_setopt(a->curl, CURLOPT_HTTPHEADER, a->headers);
    curl_easy_setopt(a->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(a->curl, CURLOPT_WRITEDATA, &a->answer);
    curl_easy_setopt(a->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(a->curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    return a;
}

static void *run(void *arg)
{
    Asker *a = arg;
    long status;
    while (nap(a->follow)) {
        (void)ask(a->follow, a->curl, &a->answer, &status);
    }
    asker_done(a);
    return NULL;
}

Follow *follow_start(const char *url, const char *token)
{
    Follow *f = calloc(1, sizeof *f);
    if (f == NULL) {
        (void)fputs("patron-demo: out of memory\n", stderr);
        return NULL;
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_cond_init(&f->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)snprintf(f->url, sizeof f->url, "%s/api/v1/clock", url);
    (void)snprintf(f->login, sizeof f->login, "Authorization: Bearer %s", token);
    Asker *a = asker_new(f);
    long status = 0;
    if (a == NULL || !ask(f, a->curl, &a->answer, &status)) {
        (void)fprintf(stderr, "patron-demo: %s did not tell its clock (status %ld)\n", f->url,
                      status);
    } else if (pthread_create(&f->thread, NULL, run, a) != 0) {
        (void)fputs("patron-demo: cannot start a thread\n", stderr);
    } else {
        return f;
    }
    asker_done(a);
    (void)pthread_cond_destroy(&f->wake);
    (void)pthread_mutex_destroy(&f->lock);
    explicit_bzero(f->login, sizeof f->login);
    free(f);
    return NULL;
}

void follow_stop(Follow *f)
{
    if (f == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&f->lock);
    f->stopping = true;
    (void)pthread_cond_signal(&f->wake);
    (void)pthread_mutex_unlock(&f->lock);
    (void)pthread_join(f->thread, NULL);
    (void)pthread_cond_destroy(&f->wake);
    (void)pthread_mutex_destroy(&f->lock);
    explicit_bzero(f->login, sizeof f->login);
    free(f);
}

FollowTime follow_time(Follow *f)
{
    (void)pthread_mutex_lock(&f->lock);
    FollowTime t = f->at;
    t.now_ms += (int64_t)((double)(mono_ms() - f->since_ms) * t.speed);
    (void)pthread_mutex_unlock(&f->lock);
    return t;
}
