#include "driver/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"

struct player {
    struct terminal *terminal;
    const struct replay_listener *listener;
    void *context;
    double at;            /* of the event before */
    bool pending;         /* something was drawn that the listener has not been shown */
    double pending_since; /* when it was first drawn */
    bool stopped;         /* nothing more is wanted */
};

/* As much as the buffer takes; *cut where there is more. A named pipe or a device is no recording,
 * and must not be waited for. */
static bool read_file(const char *path, struct buffer *out, bool *cut, struct lg_error *err)
{
    struct stat status;
    int errnum = 0;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return lg_fail(err, LG_ERROR_INPUT, fd < 0 ? errno : 0, "cannot read %s", path);
    *cut = !file_read_from(fd, out, &errnum) && errnum == EFBIG;
    return errnum == 0 || *cut || lg_fail(err, LG_ERROR_INPUT, errnum, "cannot read %s", path);
}

static bool read_header(const json_t *header, struct player *player, struct lg_error *err)
{
    int64_t columns = json_get_integer(header, "width", 0);
    int64_t rows = json_get_integer(header, "height", 0);
    if (json_get_integer(header, "version", 0) != 2)
        return lg_fail(err, LG_ERROR_INPUT, 0, "this is not a recording of asciicast version 2");
    if (rows < 0 || rows > LIMIT_TERMINAL_ROWS || columns < 0 || columns > LIMIT_TERMINAL_COLUMNS)
        rows = columns = 0;
    player->terminal = terminal_new((int)rows, (int)columns, err);
    if (player->terminal == NULL)
        return false;
    terminal_keep_styles(player->terminal);
    return true;
}

static void show_frame(struct player *player)
{
    if (!player->pending || player->stopped || player->terminal->modes.in_update)
        return;
    player->pending = false;
    player->stopped = !player->listener->frame(player->context, player->at, player->terminal);
}

static void note_drawing(struct player *player)
{
    if (!player->pending)
        player->pending_since = player->at;
    player->pending = true;
}

/* False where it is no event. */
static bool play_event(struct player *player, const json_t *event)
{
    double at = json_number_value(json_array_get(event, 0));
    const char *kind = json_string_value(json_array_get(event, 1));
    const json_t *data = json_array_get(event, 2);
    const char *text = json_string_value(data);
    if (!json_is_number(json_array_get(event, 0)) || kind == NULL || text == NULL)
        return false;
    at = isfinite(at) && at > player->at ? at : player->at;
    if (*kind == 'm' || at - player->pending_since >= REPLAY_FRAME_SECONDS)
        show_frame(player);
    player->at = at;
    if (*kind == 'o') {
        terminal_feed(player->terminal, text, json_string_length(data), NULL);
        note_drawing(player);
    } else if (*kind == 'r') {
        int columns = 0, rows = 0;
        if (sscanf(text, "%4dx%4d", &columns, &rows) == 2 &&
            terminal_resize(player->terminal, rows, columns, NULL))
            note_drawing(player);
    } else if (*kind == 'm') {
        player->listener->marker(player->context, at, text);
    }
    return true;
}

/* The time of the last event in the text, whose last line may be torn. */
static double last_moment(const char *text, const char *end)
{
    const char *newline = memrchr(text, '\n', (size_t)(end - text));
    if (newline == NULL)
        return 0;
    const char *before = memrchr(text, '\n', (size_t)(newline - text));
    const char *line = before != NULL ? before + 1 : text;
    _cleanup_json_ json_t *event = json_parse(line, (size_t)(newline - line), "recording", NULL);
    double at = json_number_value(json_array_get(event, 0));
    return isfinite(at) ? at : 0;
}

bool replay(const char *path, size_t maximum, const struct replay_listener *listener, void *context,
            struct replay_end *end, struct lg_error *err)
{
    struct player player = {.listener = listener, .context = context};
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(maximum);
    *end = (struct replay_end){0};
    if (!read_file(path, &text, &end->cut, err))
        return false;
    const char *line = buffer_string(&text);
    for (const char *newline; !player.stopped && (newline = strchr(line, '\n')) != NULL;
         line = newline + 1) {
        bool begins = player.terminal == NULL;
        _cleanup_json_ json_t *value =
            json_parse(line, (size_t)(newline - line), "recording", begins ? err : NULL);
        if (value == NULL ||
            !(begins ? read_header(value, &player, err) : play_event(&player, value)))
            break;
    }
    if (player.terminal == NULL)
        return err->class == LG_ERROR_NONE &&
               lg_fail(err, LG_ERROR_INPUT, 0, "this is not a recording");
    show_frame(&player);
    end->seconds = fmax(player.at, last_moment(text.data, text.data + text.length));
    end->cut = end->cut || (!player.stopped && *line != '\0');
    terminal_free(player.terminal);
    return true;
}
