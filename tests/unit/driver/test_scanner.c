/* What the scanner makes of bytes, as a log of what it said; each case also cut everywhere. */
#include "terminal_helpers.h"

#include "base/limits.h"
#include "driver/scanner.h"

static struct buffer said;

static void say_text(void *context, const char *bytes, size_t length)
{
    (void)context;
    buffer_append(&said, bytes, length);
}

static void say_control(void *context, char control)
{
    (void)context;
    buffer_format(&said, "<%02x>", control);
}

static void say_escape(void *context, char intermediate, char final)
{
    (void)context;
    buffer_text(&said, "<esc ");
    if (intermediate != 0)
        buffer_char(&said, intermediate);
    buffer_format(&said, "%c>", final);
}

static void say_csi(void *context, const struct csi *csi)
{
    (void)context;
    buffer_text(&said, "<csi ");
    if (csi->leader != 0)
        buffer_char(&said, csi->leader);
    for (size_t i = 0; i < csi->count; i++)
        buffer_format(&said, i > 0 ? ";%d" : "%d", csi->parameters[i]);
    if (csi->intermediate != 0)
        buffer_char(&said, csi->intermediate);
    buffer_format(&said, "%c>", csi->final);
}

static void say_string(void *context, const struct control_string *string)
{
    static const char *const names[] = {"osc", "dcs", "apc", "pm", "sos"};
    (void)context;
    assert_int_equal(strlen(string->text), string->length);
    buffer_format(&said, "<%s %s%s>", names[string->kind], string->text, string->bell ? "^G" : "");
}

static const struct scanner_listener listener = {.text = say_text,
                                                 .control = say_control,
                                                 .escape = say_escape,
                                                 .csi = say_csi,
                                                 .string = say_string};

static const struct {
    const char *bytes;
    const char *said;
} cases[] = {
    {"plain", "plain"},
    {"a\r\nb\tc\b", "a<0d><0a>b<09>c<08>"},
    {"\x7f\x01\x07", "<01><07>"},
    {"é日🎉", "é日🎉"},
    /* Invalid UTF-8: the longest prefix of a character is one U+FFFD. */
    {"a\xff"
     "b",
     "a\xef\xbf\xbd"
     "b"},
    {"\xe2\x82"
     "a",
     "\xef\xbf\xbd"
     "a"},
    {"\xe2\x82\x1b[m", "\xef\xbf\xbd<csi m>"},
    {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xf0\x9f\x8e\xc3\xa9", "\xef\xbf\xbdé"},
    {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    /* 8-bit controls are none, neither bare nor as characters nor inside of them. */
    {"\x9b"
     "31m\x9c",
     "\xef\xbf\xbd"
     "31m\xef\xbf\xbd"},
    {"a\xc2\x9b"
     "31mb\xc2\x80",
     "a31mb"},
    {"\x1b]0;✓ \xc5\x9c\x1b\\", "<osc 0;✓ \xc5\x9c>"},
    /* Control sequences. */
    {"\x1b[H", "<csi H>"},
    {"\x1b[12;34H", "<csi 12;34H>"},
    {"\x1b[;5H\x1b[5;H\x1b[;H", "<csi -1;5H><csi 5;-1H><csi -1;-1H>"},
    {"\x1b[?25l\x1b[>c\x1b[=1;1u\x1b[<5M", "<csi ?25l><csi >c><csi =1;1u><csi <5M>"},
    {"\x1b[?2026$p\x1b[!p\x1b[2 q", "<csi ?2026$p><csi !p><csi 2 q>"},
    {"\x1b[99999999999999999999A", "<csi 65535A>"},
    {"\x1b[1\n2;\r3H", "<0a><0d><csi 12;3H>"},
    {"\x1b[1\x7f"
     "2H",
     "<csi 12H>"},
    /* What is malformed is dropped up to its final byte. */
    {"\x1b[1:2Ha", "a"},
    {"\x1b[1?2Ha", "a"},
    {"\x1b[??2Ha", "a"},
    {"\x1b[$1Ha", "a"},
    {"\x1b[ $pa", "a"},
    {"\x1b( Ba", "a"},
    {"\x1b[1\x1b[2A\x1b[3B", "<csi 2A><csi 3B>"},
    /* Aborted. */
    {"\x1b[12\x18"
     "3H",
     "3H"},
    {"\x1b[12\x1a"
     "3H",
     "3H"},
    {"\x1b\x18[H", "[H"},
    {"\x1b[12é", "é"},
    {"\x1b\xe2\x9c\x93", "✓"},
    /* Escape sequences. */
    {"\x1b"
     "7\x1b=\x1b(0\x1b#8",
     "<esc 7><esc =><esc (0><esc #8>"},
    {"\x1b\x1b\x1b"
     "7",
     "<esc 7>"},
    {"\x1b\n7", "<0a><esc 7>"},
    /* Strings. */
    {"\x1b]0;title\a", "<osc 0;title^G>"},
    {"\x1b]0;title\x1b\\", "<osc 0;title>"},
    {"\x1bPq\x1b\\\x1b_G\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\", "<dcs q><apc G><pm p><sos s>"},
    {"\x1bPq\a\x1b_G\a\x1b^p\a\x1bXs\a", "<dcs q^G><apc G^G><pm p^G><sos s^G>"},
    {"\x1b]a\nb\tc\x7f"
     "d\a",
     "<osc abcd^G>"},
    {"\x1b]\a\x1b]\x1b\\", "<osc ^G><osc >"},
    {"\x1b]lost\x18"
     "a\x1b]lost\x1a"
     "b",
     "ab"},
    {"\x1b]lost\x1b[Ha", "<csi H>a"},
    {"\x1b]lost\x1b]kept\a", "<osc kept^G>"},
    {"\x1b]lost\x1b\x1b\\a", "<esc \\>a"},
    {"\x1b\\", "<esc \\>"},
};

static void scan(const char *bytes, size_t length, size_t first, size_t second)
{
    _cleanup_free_ struct scanner *scanner = memory_new(struct scanner);
    scanner->listener = &listener;
    buffer_clear(&said);
    scanner_feed(scanner, bytes, first);
    scanner_feed(scanner, bytes + first, second - first);
    scanner_feed(scanner, bytes + second, length - second);
}

static void test_cases_however_they_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].bytes);
        for (size_t first = 0; first <= length; first++)
            for (size_t second = first; second <= length; second++) {
                scan(cases[i].bytes, length, first, second);
                assert_string_equal(buffer_string(&said), cases[i].said);
            }
    }
}

static void test_nul_is_left_out(void **state)
{
    (void)state;
    scan(BYTES("a\0b\x1b[\0"
               "5\0H\x1b]0;\0t\a"),
         1, 5);
    assert_string_equal(buffer_string(&said), "ab<csi 5H><osc 0;t^G>");
}

static void test_string_of_the_longest_kept(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        struct buffer bytes = {0};
        buffer_text(&bytes, "\x1b]");
        for (size_t i = 0; i < LIMIT_OSC_BYTES + extra; i++)
            buffer_char(&bytes, 'x');
        buffer_text(&bytes, "\ay\x1b]next\a");
        scan(bytes.data, bytes.length, 100, LIMIT_OSC_BYTES + 1);
        size_t kept = extra == 0 ? strlen("<osc ^G>") + LIMIT_OSC_BYTES : 0;
        assert_int_equal(said.length, kept + strlen("y<osc next^G>"));
        assert_non_null(strstr(said.data, "y<osc next^G>"));
        buffer_free(&bytes);
    }
}

static void test_more_parameters_than_are_kept(void **state)
{
    (void)state;
    struct buffer bytes = {0};
    buffer_text(&bytes, "\x1b[");
    for (int i = 0; i < 10000; i++)
        buffer_text(&bytes, "7;");
    buffer_text(&bytes, "Ha");
    scan(bytes.data, bytes.length, 10, 11);
    size_t separators = 0;
    for (size_t i = 0; i < said.length; i++)
        separators += said.data[i] == ';';
    assert_int_equal(separators, CSI_PARAMETERS_MAX - 1);
    assert_string_equal(said.data + said.length - 3, "H>a");
    buffer_free(&bytes);
}

static int free_log(void **state)
{
    (void)state;
    buffer_free(&said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_however_they_are_cut),
        cmocka_unit_test(test_nul_is_left_out),
        cmocka_unit_test(test_string_of_the_longest_kept),
        cmocka_unit_test(test_more_parameters_than_are_kept),
    };
    said = BUFFER_INIT(1024 * 1024);
    return cmocka_run_group_tests(tests, NULL, free_log);
}
