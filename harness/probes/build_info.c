#include "probes/build_info.h"

#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"

/*
 * Source of the format: debug/buildinfo of the Go library.
 * The section .go.buildinfo begins with a header of 32 bytes: a magic of 14, the pointer size,
 * flags. With flag 2 (Go 1.18 and later) two strings follow, each with its length as a varint
 * before it: the Go version and the module information. Older files hold pointers; they are left
 * unknown.
 */
enum {
    HEADER_BYTES = 32,
    HEADER_ALIGN = 16,
    FLAGS_AT = 15,
    FLAG_INLINE = 2,
    SENTINEL_BYTES = 16, /* on both sides of the module information */
    NAME_BYTES = 16      /* ".go.buildinfo" with its NUL, and a little */
};

static const char magic[] = "\xff Go buildinf:";

static bool read_at(int fd, void *into, size_t length, uint64_t offset)
{
    return offset <= INT64_MAX && pread(fd, into, length, (off_t)offset) == (ssize_t)length;
}

static bool section_find(int fd, Elf64_Shdr *found)
{
    Elf64_Ehdr header;
    Elf64_Shdr names;
    if (!read_at(fd, &header, sizeof header, 0) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
        header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum > LIMIT_ELF_SECTIONS ||
        header.e_shstrndx >= header.e_shnum ||
        !read_at(fd, &names, sizeof names,
                 header.e_shoff + (uint64_t)header.e_shstrndx * sizeof names))
        return false;
    for (unsigned i = 0; i < header.e_shnum; i++) {
        char name[NAME_BYTES] = "";
        if (!read_at(fd, found, sizeof *found, header.e_shoff + (uint64_t)i * sizeof *found))
            return false;
        if (read_at(fd, name, sizeof name - 1, names.sh_offset + found->sh_name) &&
            strcmp(name, ".go.buildinfo") == 0)
            return true;
    }
    return false;
}

struct bytes {
    const char *start;
    size_t length;
};

/* A varint of at most five bytes and as many bytes as it says. */
static bool string_take(struct bytes *remaining, struct bytes *string)
{
    uint64_t length = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        if (remaining->length == 0)
            return false;
        unsigned char byte = (unsigned char)*remaining->start++;
        remaining->length--;
        length |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    if (length > remaining->length)
        return false;
    *string = (struct bytes){.start = remaining->start, .length = (size_t)length};
    remaining->start += length;
    remaining->length -= (size_t)length;
    return true;
}

/* The value of "build\tKEY=VALUE"; NULL. */
static const char *setting(const char *setting, const char *key)
{
    return text_starts(setting, key) && setting[strlen(key)] == '=' ? setting + strlen(key) + 1
                                                                    : NULL;
}

/* Of its lines "path\tPACKAGE", "mod\tPATH\tVERSION\tSUM" and what "build\tvcs..." says. */
static void module_parse(struct bytes module, struct build_info *info)
{
    /* As Go does: without a newline before the closing sentinel it is no module information. */
    if (module.length < 2 * SENTINEL_BYTES + 1 ||
        module.start[module.length - SENTINEL_BYTES - 1] != '\n')
        return;
    _cleanup_free_ char *text =
        memory_copy_range(module.start + SENTINEL_BYTES, module.length - 2 * SENTINEL_BYTES);
    const char *revision = "", *modified = "";
    for (char *remaining = text, *line; (line = strsep(&remaining, "\n")) != NULL;) {
        const char *kind = strsep(&line, "\t"), *path = text_or(strsep(&line, "\t"), "");
        if (strcmp(kind, "path") == 0)
            snprintf(info->package, sizeof info->package, "%s", path);
        if (strcmp(kind, "build") == 0) {
            revision = text_or(setting(path, "vcs.revision"), revision);
            modified = text_or(setting(path, "vcs.modified"), modified);
        }
        if (strcmp(kind, "mod") != 0)
            continue;
        snprintf(info->module, sizeof info->module, "%s", path);
        snprintf(info->version, sizeof info->version, "%s", text_or(strsep(&line, "\t"), ""));
    }
    if (*revision != '\0')
        snprintf(info->revision, sizeof info->revision, "%s%s", revision,
                 strcmp(modified, "false") == 0 ? "" : "+dirty");
}

static void blob_parse(struct bytes section, struct build_info *info)
{
    const size_t magic_length = sizeof magic - 1;
    while (section.length >= HEADER_BYTES && memcmp(section.start, magic, magic_length) != 0) {
        section.start += HEADER_ALIGN;
        section.length -= HEADER_ALIGN;
    }
    if (section.length < HEADER_BYTES || (section.start[FLAGS_AT] & FLAG_INLINE) == 0)
        return;
    struct bytes remaining = {section.start + HEADER_BYTES, section.length - HEADER_BYTES};
    struct bytes version, module;
    if (!string_take(&remaining, &version))
        return;
    snprintf(info->go_version, sizeof info->go_version, "%.*s", (int)version.length, version.start);
    if (string_take(&remaining, &module))
        module_parse(module, info);
}

void build_info_read(const char *program, struct build_info *info)
{
    *info = (struct build_info){0};
    Elf64_Shdr section;
    _cleanup_close_ int fd = open(program, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || !section_find(fd, &section))
        return;
    size_t length =
        section.sh_size < LIMIT_BUILD_INFO_BYTES ? (size_t)section.sh_size : LIMIT_BUILD_INFO_BYTES;
    _cleanup_free_ char *bytes = memory_array(length > 0 ? length : 1, 1);
    if (read_at(fd, bytes, length, section.sh_offset))
        blob_parse((struct bytes){bytes, length}, info);
}

bool build_links_pprof(const char *program)
{
    static const char name[] = "net/http/pprof.Index";
    struct stat status;
    _cleanup_close_ int fd = open(program, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        return false;
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return false;
    bool found = memmem(bytes, (size_t)status.st_size, name, sizeof name - 1) != NULL;
    munmap(bytes, (size_t)status.st_size);
    return found;
}
