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
    size_t kept = reader->length < MEMSTATS_LINE_BYTES ? reader->length : MEMSTATS_LINE_BYTES - 1;
    reader->line[kept] = '\0';
    if (reader->lines == 0)
        rate_parse(reader);
    else if (reader->line[0] == '#' && reader->line[1] == ' ')
        figures_parse(reader);
    reader->lines++;
    reader->length = 0;
}

static void line_keep(struct memstats_reader *reader, const char *bytes, size_t length)
{
    size_t room = reader->length < MEMSTATS_LINE_BYTES ? MEMSTATS_LINE_BYTES - reader->length : 0;
    memcpy(reader->line + reader->length, bytes, length < room ? length : room);
    /* Nothing is kept of a longer line, so its length need not be known exactly. */
    reader->length += length < room ? length : room;
}

bool memstats_receive(void *context, const char *bytes, size_t length)
{
    struct memstats_reader *reader = context;
    while (length > 0) {
        const char *newline = memchr(bytes, '\n', length);
        size_t piece = newline != NULL ? (size_t)(newline - bytes) : length;
        line_keep(reader, bytes, piece);
        if (newline == NULL)
            return true;
        line_end(reader);
        bytes += piece + 1;
        length -= piece + 1;
    }
    return true;
}

bool pprof_memstats(struct pprof *pprof, struct memstats *memstats, struct lg_error *err)
{
    struct memstats_reader reader = {0};
    if (!pprof_fetch(pprof, "heap?gc=1&debug=1", memstats_receive, &reader, err))
        return false;
    *memstats = reader.memstats;
    return true;
}
