/* Go's build information, in made-up ELF files that hold nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "probes/build_info.h"

static const char sentinel_start[] = "0w\xaf\x0c\x92t\x08\x02"
                                     "A\xe1\xc1\x07\xe6\xd6\x18\xe6";
static const char sentinel_end[] = "\xf9"
                                   "2C1\x86\x18 r\x00\x82"
                                   "B\x10"
                                   "A\x16\xd8\xf2";
static const char module_text[] = "path\tgithub.com/a/program/cmd\n"
                                  "mod\tgithub.com/a/program\tv1.2.3\th1:abc=\n"
                                  "dep\tgithub.com/b/library\tv9.9.9\th1:def=\n"
                                  "build\t-compiler=gc\n"
                                  "build\tvcs.revision=0123abcd\n"
                                  "build\tvcs.modified=false\n";

static void put_string(struct buffer *out, const void *bytes, size_t length)
{
    if (length >= 0x80)
        buffer_char(out, (char)(0x80 | (length & 0x7f)));
    buffer_char(out, (char)(length >= 0x80 ? length >> 7 : length));
    buffer_append(out, bytes, length);
}

static struct buffer blob_of(unsigned flags, const char *version, const char *text)
{
    struct buffer out = BUFFER_INIT(1024 * 1024), module = BUFFER_INIT(4096);
    char header[32] = "\xff Go buildinf:";
    header[14] = 8;
    header[15] = (char)flags;
    buffer_append(&out, header, sizeof header);
    put_string(&out, version, strlen(version));
    buffer_append(&module, sentinel_start, 16);
    buffer_text(&module, text);
    buffer_append(&module, sentinel_end, 16);
    put_string(&out, module.data, module.length);
    buffer_free(&module);
    return out;
}

static struct buffer blob(unsigned flags, const char *version)
{
    return blob_of(flags, version, module_text);
}

/* An ELF file of three sections: none, the names, .go.buildinfo. */
static struct buffer elf(const struct buffer *content)
{
    static const char names[] = "\0.shstrtab\0.go.buildinfo";
    Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                         .e_shoff = sizeof header,
                         .e_shentsize = sizeof(Elf64_Shdr),
                         .e_shnum = 3,
                         .e_shstrndx = 1};
    size_t after = sizeof header + 3 * sizeof(Elf64_Shdr);
    Elf64_Shdr sections[3] = {
        {0},
        {.sh_name = 1, .sh_offset = after, .sh_size = sizeof names},
        {.sh_name = 11, .sh_offset = after + sizeof names, .sh_size = content->length}};
    struct buffer out = BUFFER_INIT(1024 * 1024);
    buffer_append(&out, &header, sizeof header);
    buffer_append(&out, sections, sizeof sections);
    buffer_append(&out, names, sizeof names);
    buffer_append(&out, content->data, content->length);
    return out;
}

static struct build_info read_bytes(const void *bytes, size_t length)
{
    char path[] = "/tmp/leakgate-elf-XXXXXX";
    int fd = mkstemp(path);
    assert_true(file_write_all(fd, bytes, length, NULL));
    close(fd);
    struct build_info info;
    memset(&info, 'x', sizeof info);
    build_info_read(path, &info);
    unlink(path);
    return info;
}

static void version_and_module_of_a_go_program(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer content = blob(2, "go1.26.8");
    _cleanup_buffer_ struct buffer file = elf(&content);
    struct build_info info = read_bytes(file.data, file.length);
    assert_string_equal(info.go_version, "go1.26.8");
    assert_string_equal(info.module, "github.com/a/program");
    assert_string_equal(info.version, "v1.2.3");
    assert_string_equal(info.package, "github.com/a/program/cmd");
    assert_string_equal(info.revision, "0123abcd");
}

static void a_revision_says_what_is_in_no_commit(void **state)
{
    (void)state;
    static const struct {
        const char *text, *revision;
    } cases[] = {{"build\tvcs.modified=true\nbuild\tvcs.revision=12ab\n", "12ab+dirty"},
                 {"build\tvcs.revision=12ab\n", "12ab+dirty"},
                 {"build\tvcs.modified=false\n", ""},
                 {"build\tvcs.revisions=12ab\nbuild\n\nmod\n", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        _cleanup_buffer_ struct buffer content = blob_of(2, "go1.26.8", cases[i].text);
        _cleanup_buffer_ struct buffer file = elf(&content);
        struct build_info info = read_bytes(file.data, file.length);
        assert_string_equal(info.revision, cases[i].revision);
    }
}

static void the_older_format_is_left_unknown(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer content = blob(0, "go1.17");
    _cleanup_buffer_ struct buffer file = elf(&content);
    struct build_info info = read_bytes(file.data, file.length);
    assert_string_equal(info.go_version, "");
    assert_string_equal(info.module, "");
}

static void a_long_version_is_cut(void **state)
{
    (void)state;
    char version[128];
    memset(version, 'v', sizeof version);
    version[127] = '\0';
    _cleanup_buffer_ struct buffer content = blob(2, version);
    _cleanup_buffer_ struct buffer file = elf(&content);
    struct build_info info = read_bytes(file.data, file.length);
    assert_int_equal(strlen(info.go_version), sizeof info.go_version - 1);
}

static void a_file_cut_anywhere_gives_no_more_than_it_holds(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer content = blob(2, "go1.26.8");
    _cleanup_buffer_ struct buffer file = elf(&content);
    for (size_t length = 0; length < file.length; length += 3) {
        struct build_info info = read_bytes(file.data, length);
        assert_string_equal(info.go_version, "");
    }
    /* Damage in the header and the section table. */
    for (size_t at = 0; at < sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr) + 64; at++) {
        char kept = file.data[at];
        file.data[at] = (char)0xff;
        struct build_info info = read_bytes(file.data, file.length);
        assert_true(strlen(info.go_version) < sizeof info.go_version);
        file.data[at] = kept;
    }
}

static void what_is_no_go_program_is_no_error(void **state)
{
    (void)state;
    struct build_info info;
    static const char *const paths[] = {"/bin/sh", "/", "/nonexistent", "/dev/null",
                                        "/proc/self/exe"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        memset(&info, 'x', sizeof info);
        build_info_read(paths[i], &info);
        assert_string_equal(info.go_version, "");
        assert_string_equal(info.module, "");
        assert_string_equal(info.version, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_and_module_of_a_go_program),
        cmocka_unit_test(a_revision_says_what_is_in_no_commit),
        cmocka_unit_test(the_older_format_is_left_unknown),
        cmocka_unit_test(a_long_version_is_cut),
        cmocka_unit_test(a_file_cut_anywhere_gives_no_more_than_it_holds),
        cmocka_unit_test(what_is_no_go_program_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
