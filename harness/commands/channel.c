#include "commands/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

bool channel_open(struct channel *channel, int *writer, struct lg_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *channel = (struct channel){.fd = ends[0]};
    *writer = ends[1];
    return true;
}

void channel_close(struct channel *channel)
{
    cleanup_close(&channel->fd);
    buffer_free(&channel->unread);
}

json_t *channel_read(struct channel *channel)
{
    char block[65536];
    ssize_t got = 1;
    const char *end;
    while ((end = strchr(buffer_string(&channel->unread), '\n')) == NULL && channel->fd >= 0 &&
           (got = read(channel->fd, block, sizeof block)) > 0)
        buffer_append(&channel->unread, block, (size_t)got);
    if (got == 0)
        cleanup_close(&channel->fd);
    if (end == NULL)
        return NULL;
    const char *line = buffer_string(&channel->unread);
    json_t *object = json_parse(line, (size_t)(end - line), "a runner", NULL);
    buffer_drop(&channel->unread, (size_t)(end + 1 - line));
    return object;
}

bool channel_write(int writer, json_t *object)
{
    _cleanup_json_ json_t *owned = object;
    _cleanup_free_ char *text = json_one_line(owned);
    _cleanup_free_ char *line = memory_format("%s\n", text);
    return file_write_all(writer, line, strlen(line), NULL);
}
