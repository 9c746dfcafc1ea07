// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The daemon's clock, asked four times a second over GET /api/v1/clock and run on in between.
 *
 * Error    What is told between two answers is behind the daemon's clock by an answer's way, and
 *          ahead of it for a quarter of a second when it was slowed down. While the daemon does not
 *          answer, the clock runs on at its last pace.
 * Threads  Any may read.
 */
typedef struct Follow Follow;

typedef struct FollowTime {
    int64_t now_ms;
    double speed;   /* times the machine's pace */
    unsigned jumps; /* how often the clock was set: it went on elsewhere */
} FollowTime;

/* url and token (of anyone who may sign in) are borrowed. NULL: the daemon did not tell the time,
 * and why was written to stderr. */
Follow *follow_start(const char *url, const char *token);
void follow_stop(Follow *follow); /* accepts NULL */
FollowTime follow_time(Follow *follow);

/* How the clock got from `before` to (now_ms, speed) after elapsed_ms of the machine's time: true
 * when no pace between the two explains it. */
bool follow_is_jump(const FollowTime *before, int64_t elapsed_ms, int64_t now_ms, double speed);
/* The clock from an answer of the daemon; false when it is none. */
bool follow_parse(const char *json, uint64_t len, int64_t *ret_now_ms, double *ret_speed);
