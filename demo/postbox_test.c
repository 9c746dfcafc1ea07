// SPDX-License-Identifier: Apache-2.0
/* What is kept of a message, and a message over a real connection, in pieces. */
#include "postbox.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static bool hear(PostboxTalk *talk, const char *line, const char *want)
{
    bool mail = false;
    const char *answer = postbox_line(talk, line, strlen(line), &mail);
    if (want == NULL) {
        assert_null(answer);
    } else {
        assert_non_null(answer);
        assert_int_equal(strncmp(answer, want, strlen(want)), 0);
    }
    return mail;
}

static void test_a_message(void **state)
{
    (void)state;
    PostboxTalk t = {0};
    assert_false(hear(&t, "EHLO there", "250"));
    assert_false(hear(&t, "WHAT", "500"));
    assert_false(hear(&t, "DATA", "354"));
    assert_false(hear(&t, "reply-to: Help <help+INC-7.abc@larkfield.example>", ""));
    assert_false(hear(&t, "Message-ID:  <7@larkfield.example>", ""));
    assert_false(hear(&t, "", ""));
    assert_false(hear(&t, "Message-ID: <8@larkfield.example>", "")); // of the text
    assert_true(hear(&t, ".", "250"));
    assert_string_equal(t.mail.reply_to, "help+INC-7.abc@larkfield.example");
    assert_string_equal(t.mail.id, "<7@larkfield.example>");
    assert_false(hear(&t, "DATA", "354"));
    assert_false(hear(&t, "Reply-To: a\tb", "")); // no address
    assert_true(hear(&t, ".", "250"));
    assert_string_equal(t.mail.reply_to, "");
    assert_string_equal(t.mail.id, "");
    assert_false(hear(&t, "QUIT", NULL));
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
}

static void test_over_a_connection(void **state)
{
    (void)state;
    Postbox *p = postbox_open();
    PostboxMail mail;
    char answer[256];
    size_t len = 0;
    assert_non_null(p);
    assert_false(postbox_take(p, &mail));
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(postbox_port(p)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    say(fd, "DATA\r\nReply-To: he");
    say(fd, "lp+INC-9.x@a.example\r\n.\r\nQUIT\r\n");
    for (ssize_t got = 1; got > 0; len += (size_t)got) { // until it hangs up
        got = recv(fd, answer + len, sizeof answer - 1 - len, 0);
        assert_true(got >= 0);
    }
    answer[len] = '\0';
    assert_non_null(strstr(answer, "221 bye"));
    assert_true(postbox_take(p, &mail));
    assert_string_equal(mail.reply_to, "help+INC-9.x@a.example");
    assert_int_equal(close(fd), 0);
    postbox_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message),
        cmocka_unit_test(test_over_a_connection),
    };
    return cmocka_run_group_tests_name("demo/postbox", tests, NULL, NULL);
}
