#include "probes/memory_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "probes/proc_directory.h"

/* Go on 64 bits makes its heap of arenas of 64 MiB, each at a multiple of it, below the addresses
 * that the kernel gives out by itself (runtime/malloc.go, arenaBaseOffset and mallocinit). glibc
 * makes its malloc's arenas of 64 MiB among those (malloc/arena.c, HEAP_MAX_SIZE). */
static const uint64_t arena_bytes = UINT64_C(64) << 20;
static const uint64_t kernels_own = UINT64_C(0x7e0000000000);
static const uint64_t go_lowest = UINT64_C(1) << 32;

const char *memory_kind_name(enum memory_kind kind)
{
    static const char *const names[MEMORY_KINDS] = {
        [MEMORY_GO_HEAP] = "go_heap", [MEMORY_C_HEAP] = "c_heap",
        [MEMORY_STACKS] = "stacks",   [MEMORY_ANONYMOUS] = "anonymous",
        [MEMORY_FILES] = "files",     [MEMORY_RESERVED] = "reserved",
    };
    return names[kind];
}

struct region {
    uint64_t start, end;
    char rights[5];
    const char *name;
};

static bool region_parse(char *line, struct region *region)
{
    int name = 0;
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %*s %n", &region->start, &region->end,
               region->rights, &name) != 3 ||
        name == 0)
        return false;
    line[strcspn(line, "\n")] = '\0';
    region->name = line + name;
    return true;
}

/* `before` is the region below: a thread's stack has a page of guard there. */
static enum memory_kind kind_of(const struct region *region, const struct region *before)
{
    const uint64_t guard_most = 64 * 1024, stack_least = 1024 * 1024;
    const char *name = region->name;
    bool follows = before->end == region->start, reserved = strncmp(region->rights, "---", 3) == 0;
    if (strcmp(name, "[heap]") == 0)
        return MEMORY_C_HEAP;
    if (strncmp(name, "[stack", 6) == 0)
        return MEMORY_STACKS;
    if (strncmp(name, "[anon: Go: heap", 15) == 0)
        return MEMORY_GO_HEAP;
    if (name[0] == '/' || strncmp(name, "[v", 2) == 0)
        return MEMORY_FILES;
    if (reserved)
        return MEMORY_RESERVED;
    if (region->start >= go_lowest && region->start < kernels_own)
        return MEMORY_GO_HEAP;
    if (region->start >= kernels_own && region->start % arena_bytes == 0)
        return MEMORY_C_HEAP;
    if (follows && strncmp(before->rights, "---", 3) == 0 &&
        before->end - before->start <= guard_most && region->end - region->start >= stack_least)
        return MEMORY_STACKS;
    return MEMORY_ANONYMOUS;
}

static void add_line(const char *line, struct memory_part *part)
{
    const double kibi = 1024;
    double value = 0;
    if (sscanf(line, "Rss: %lf kB", &value) == 1)
        part->rss += value * kibi;
    else if (sscanf(line, "Pss: %lf kB", &value) == 1)
        part->pss += value * kibi;
    else if (sscanf(line, "Swap: %lf kB", &value) == 1)
        part->swap += value * kibi;
}

static void add_part(struct memory_part *to, const struct memory_part *part)
{
    to->regions += part->regions;
    to->size += part->size;
    to->rss += part->rss;
    to->pss += part->pss;
    to->swap += part->swap;
}

bool memory_map_read(const struct proc *proc, struct memory_map *map, struct lg_error *err)
{
    _cleanup_file_ FILE *file = proc_file_open(proc, "smaps");
    if (file == NULL)
        return proc_failed(proc, errno, "smaps", err);
    _cleanup_free_ char *line = NULL;
    size_t size = 0;
    struct region before = {.name = ""};
    struct memory_part *part = &map->parts[MEMORY_ANONYMOUS];
    *map = (struct memory_map){0};
    errno = 0;
    while (getline(&line, &size, file) >= 0) {
        struct region region = {0};
        if (!region_parse(line, &region)) {
            add_line(line, part);
            continue;
        }
        part = &map->parts[kind_of(&region, &before)];
        part->regions++;
        part->size += (double)(region.end - region.start);
        before = region;
        before.name = "";
    }
    if (ferror(file) != 0)
        return proc_failed(proc, errno, "smaps", err);
    for (unsigned kind = 0; kind < MEMORY_KINDS; kind++)
        add_part(&map->total, &map->parts[kind]);
    return true;
}
