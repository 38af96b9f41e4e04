#include "probes/memstats.h"

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"

enum { SEEN_ALLOC = 1, SEEN_INUSE = 2, SEEN_OBJECTS = 4, SEEN_COLLECTIONS = 8, SEEN_ALL = 15 };

static void rate_parse(struct memstats_reader *reader)
{
    const char *rate = strstr(reader->line, "@ heap/");
    if (rate != NULL && text_starts(reader->line, "heap profile:"))
        reader->memstats.rate = strtoul(rate + strlen("@ heap/"), NULL, 10) / 2;
}

static bool figure_parse(const char *line, const char *name, double *figure)
{
    if (!text_starts(line, name))
        return false;
    char *end = NULL;
    *figure = strtod(line + strlen(name), &end);
    return end != line + strlen(name);
}

static void figures_parse(struct memstats_reader *reader)
{
    struct memstats *memstats = &reader->memstats;
    double collections = 0;
    if (figure_parse(reader->line, "# HeapAlloc = ", &memstats->heap_alloc))
        reader->seen |= SEEN_ALLOC;
    else if (figure_parse(reader->line, "# HeapInuse = ", &memstats->heap_inuse))
        reader->seen |= SEEN_INUSE;
    else if (figure_parse(reader->line, "# HeapObjects = ", &memstats->heap_objects))
        reader->seen |= SEEN_OBJECTS;
    else if (figure_parse(reader->line, "# NumGC = ", &collections) && collections >= 0 &&
             collections < 1e15) {
        memstats->collections = (uint64_t)collections;
        reader->seen |= SEEN_COLLECTIONS;
    }
    memstats->complete = reader->seen == SEEN_ALL;
}

static void line_end(struct memstats_reader *reader)
{
    reader->line[reader->length] = '\0';
    if (reader->lines == 0)
        rate_parse(reader);
    else if (text_starts(reader->line, "# "))
        figures_parse(reader);
    reader->lines++;
    reader->length = 0;
}

bool memstats_receive(void *context, const char *bytes, size_t length)
{
    struct memstats_reader *reader = context;
    for (const char *end = bytes + length, *newline; bytes < end; bytes = newline + 1) {
        newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t piece = (size_t)((newline != NULL ? newline : end) - bytes);
        size_t room = MEMSTATS_LINE_BYTES - 1 - reader->length;
        size_t kept = piece < room ? piece : room;
        memcpy(reader->line + reader->length, bytes, kept);
        reader->length += kept;
        if (newline == NULL)
            break;
        line_end(reader);
    }
    return true;
}

bool memstats_fetch(struct pprof *pprof, struct memstats *memstats, struct lg_error *err)
{
    struct memstats_reader reader = {0};
    if (!pprof_fetch(pprof, "heap?gc=1&debug=1", memstats_receive, &reader, err))
        return false;
    *memstats = reader.memstats;
    return true;
}
