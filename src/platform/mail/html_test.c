// SPDX-License-Identifier: Apache-2.0
/* HTML of strangers: each row is what comes in and what may be shown of it. */
#include "base/memory.h"
#include "platform/mail_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINK " rel=\"noopener noreferrer nofollow\" target=\"_blank\">"

static struct HtmlCase {
    const char *name, *html, *want;
    uint32_t remote;
} cases[] = {
    {"text and elements stay", "<p align=center>a <b>b</b><br/>c</p>",
     "<p align=\"center\">a <b>b</b><br>c</p>", 0},
    {"what is open is closed", "<table><tr><td><b>x", "<table><tr><td><b>x</b></td></tr></table>",
     0},
    {"what was not open is not closed", "a</b></table>c", "ac", 0},
    {"misnested", "<b><i>x</b>y</i>", "<b><i>x</i></b>y", 0},
    {"a cell keeps what ends in it", "<div><table><tr><td>a</div>b</table>c",
     "<div><table><tr><td>ab</td></tr></table>c</div>", 0},
    {"implied ends", "<ul><li>1<li>2<ul><li>3</ul></ul><p>a<p>b",
     "<ul><li>1</li><li>2<ul><li>3</li></ul></li></ul><p>a</p><p>b</p>", 0},
    {"unknown elements go, their text stays", "<o:p>a</o:p><center><foo bar>b",
     "a<center>b</center>", 0},
    {"references stay", "a &amp; b &nbsp;&#8364;&#x20ac; &lt;i&gt;",
     "a &amp; b &nbsp;&#8364;&#x20ac; &lt;i&gt;", 0},
    {"what is none is escaped", "a & b &bogus < 5 > 3", "a &amp; b &amp;bogus &lt; 5 &gt; 3", 0},

    {"script", "a<script>alert('</p>')</script >b", "ab", 0},
    {"script in capitals, with a space", "a<ScRiPt\n>x</SCRIPT\t>b", "ab", 0},
    {"script without an end", "a<script>b<p>c", "a", 0},
    {"script in a script", "<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)", 0},
    {"style", "<style>@import 'http://x';</style>a", "a", 0},
    {"style in svg", "<svg><style><img src=x onerror=alert(1)></style></svg>a", "a", 0},
    {"svg with script", "<svg onload=alert(1)><script>x</script><g>t</g></svg>a", "a", 0},
    {"math",
     "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1>\">"
     "</math>a",
     "a", 0},
    {"noscript", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">a", "\"&gt;a", 1},
    {"textarea", "<textarea><img src=x></textarea>a", "a", 0},
    {"iframe, object, form", "<iframe src=//x>y</iframe><object data=x>y</object><form><input>a",
     "a", 0},
    {"nested objects", "<object><object>x</object>y</object>a", "a", 0},
    {"base, meta, link", "<base href=//x><meta http-equiv=refresh content=0><link href=//x>a", "a",
     0},
    {"comment", "a<!-- <script>x</script> -->b<!-->c<!--->d<!--x--!>e", "abcde", 0},
    {"conditional comment", "a<![if mso]>b<![endif]><?xml:ns x><!DOCTYPE y>c", "abc", 0},

    {"handlers", "<p onclick=alert(1) ONLOAD='x' style=color:red>a",
     "<p style=\"color:red;\">a</p>", 0},
    {"names and classes", "<p id=cookie name=x class=y>a", "<p>a</p>", 0},
    {"quotes in a value", "<p title='\"><img src=x onerror=1>'>a",
     "<p title=\"&quot;&gt;&lt;img src=x onerror=1&gt;\">a</p>", 0},
    {"a slash for a space", "<p/title=a/onclick=b>c", "<p title=\"a/onclick=b\">c</p>", 0},
    {"a name twice", "<a href=https://a.example href=javascript:b>c",
     "<a href=\"https://a.example\"" LINK "c</a>", 0},

    {"link", "<a href=\" HTTPS://a.example/?x=1&amp;y=2 \">b</a>",
     "<a href=\"HTTPS://a.example/?x=1&amp;y=2\"" LINK "b</a>", 0},
    {"its own target and rel", "<a href=tel:+49 target=_top rel=opener>b</a>",
     "<a href=\"tel:+49\"" LINK "b</a>", 0},
    {"javascript", "<a href=javascript:alert(1)>b</a>", "<a>b</a>", 0},
    {"javascript, hidden", "<a href=\"&#106;ava&#x0A;script&colon;alert(1)\">b</a>", "<a>b</a>", 0},
    {"javascript, behind a control", "<a href=\"\1javascript:x\">b</a>", "<a>b</a>", 0},
    {"a line in a link", "<a href=\"https://a&NewLine;b\">b</a>", "<a>b</a>", 0},
    {"data, vbscript, relative",
     "<a href=data:text/html,x>a</a><a href=vbscript:x>b</a>"
     "<a href=/x>c</a>",
     "<a>a</a><a>b</a><a>c</a>", 0},

    {"cid image", "<img src=\"cid:a@b\" alt=A width=1 height=2%>",
     "<img src=\"cid:a@b\" alt=\"A\" width=\"1\" height=\"2%\">", 0},
    {"data image", "<img src=data:image/PNG;base64,iVBORw0K+/=>",
     "<img src=\"data:image/PNG;base64,iVBORw0K+/=\">", 0},
    {"data that is no image",
     "<img src=data:image/svg+xml;base64,AAAA><img "
     "src='data:image/png;base64,A\" onerror='>",
     "", 2},
    {"remote image", "<img src=http://x/p.gif><img src=//y alt=Logo srcset=//z>",
     "<img alt=\"Logo\">", 2},
    {"remote background", "<table background=http://x><tr><td style=\"background:url(http://y)\">",
     "<table><tr><td></td></tr></table>", 2},

    {"style properties",
     "<p style=\"font:bold 12px/1.5 'Segoe UI', sans-serif; COLOR: rgb(1, 2, 3) !important\">",
     "<p style=\"font:bold 12px/1.5 'Segoe UI', sans-serif;COLOR:rgb(1, 2, 3) !important;\"></p>",
     0},
    {"out of its place", "<p style='position:fixed;z-index:9;margin:-9px 0;margin-top:3px'>",
     "<p style=\"margin-top:3px;\"></p>", 0},
    {"expressions", "<p style=\"width:expression(alert(1));color:re\\64;height:calc(1px)\">",
     "<p></p>", 0},
    {"a style's comment", "<p style=\"color:/**/red;width:1px\">", "<p style=\"width:1px;\"></p>",
     0},
    {"an open quote", "<p style=\"font-family:'a;color:red\">", "<p style=\"color:red;\"></p>", 0},
};

static void cleans(void **state)
{
    const struct HtmlCase *c = *state;
    PT_CLEANUP(pt_buf_done) PtBuf out = {0};
    MailHtmlSeen seen = {0};
    pt_buf_init(&out, 10000);
    assert_int_equal(mail_html_clean(pt_str(c->html), &out, &seen, NULL), PT_OK);
    pt_buf_add_char(&out, '\0');
    assert_string_equal(out.data, c->want);
    assert_int_equal(seen.remote, c->remote);
    assert_false(seen.cut);
}

/* The bound cuts, and what is there stays whole: for every bound there is. */
static void every_bound_leaves_it_whole(void **state)
{
    (void)state;
    static const char html[] = "<div>abc<p><a href=\"https://x.example\">d&amp;e</a>f<b>g</b></p>";
    for (size_t limit = 1; limit < 200; limit++) {
        PtBuf out;
        MailHtmlSeen seen = {0};
        pt_buf_init(&out, limit);
        assert_int_equal(mail_html_clean(pt_str(html), &out, &seen, NULL), PT_OK);
        const PtStr text = out.data != NULL ? pt_buf_str(&out) : PT_STR("");
        assert_int_equal(pt_str_has(text, PT_STR("<div>")), pt_str_has(text, PT_STR("</div>")));
        assert_int_equal(pt_str_has(text, PT_STR("<a ")), pt_str_has(text, PT_STR("</a>")));
        assert_int_equal(seen.cut, !pt_str_has(text, PT_STR("<b>g</b>")));
        pt_buf_done(&out);
    }
}

static void add_times(PtBuf *b, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        pt_buf_add_str(b, pt_str(text));
    }
}

/* What would take a parser with a tree, or a list of attributes, for ever. */
static void bombs_are_cut(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool cut;
    } bombs[] = {{"<div>", true},     {"<p>", true},       {"<b x=", false},   {"<!--", false},
                 {"<!----!>", false}, {"<a a a a", false}, {"&", false},       {"</", false},
                 {"<svg>", true},     {"<td><i>", true},   {"<script>", false}};
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        PT_CLEANUP(pt_buf_done) PtBuf html = {0}, out = {0};
        MailHtmlSeen seen = {0};
        pt_buf_init(&html, MAIL_TEXT_BYTES);
        pt_buf_init(&out, (size_t)8 * MAIL_TEXT_BYTES);
        add_times(&html, bombs[i].text, 500000);
        assert_int_equal(mail_html_clean(pt_buf_str(&html), &out, &seen, NULL), PT_OK);
        assert_int_equal(seen.cut, bombs[i].cut);
    }
}

static void refuses_what_is_no_text(void **state)
{
    (void)state;
    PT_CLEANUP(pt_buf_done) PtBuf html = {0}, out = {0};
    MailHtmlSeen seen;
    pt_buf_init(&html, (size_t)2 * MAIL_TEXT_BYTES);
    pt_buf_init(&out, 100);
    assert_int_equal(mail_html_clean(PT_STR("a\xff"), &out, &seen, NULL), PT_INVALID);
    add_times(&html, "12345678", MAIL_TEXT_BYTES / 8);
    assert_int_equal(mail_html_clean(pt_buf_str(&html), &out, &seen, NULL), PT_OK);
    pt_buf_add_char(&html, 'x');
    assert_int_equal(mail_html_clean(pt_buf_str(&html), &out, &seen, NULL), PT_TOO_LARGE);
}

int main(void)
{
    enum { CASES = sizeof cases / sizeof *cases };
    struct CMUnitTest tests[CASES + 3] = {
        cmocka_unit_test(every_bound_leaves_it_whole),
        cmocka_unit_test(bombs_are_cut),
        cmocka_unit_test(refuses_what_is_no_text),
    };
    for (size_t i = 0; i < CASES; i++) {
        tests[3 + i] = (struct CMUnitTest){cases[i].name, cleans, NULL, NULL, &cases[i]};
    }
    return cmocka_run_group_tests_name("mail_html", tests, NULL, NULL);
}
