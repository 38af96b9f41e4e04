#include "driver/replies.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ESC "\x1b"
#define ST "\x1b\\"
#define SYNCHRONIZED_UPDATE 2026

/* A control sequence's leader, intermediate and final character as one value. */
#define QUERY(leader, intermediate, final) ((leader) << 16 | (intermediate) << 8 | (final))

void reply_to_csi(const struct csi *csi, const struct reply_facts *facts, struct buffer *replies)
{
    int query = QUERY(csi->leader, csi->intermediate, csi->final);
    int first = csi_parameter(csi, 0, 0);
    int second = csi_parameter(csi, 1, 0);
    int state = facts->in_update ? 1 : 2;
    if (csi->count > 3 || csi_parameter(csi, 2, 0) != 0)
        return;
    if (query == QUERY('?', 0, 'S') && first == 1 && second == 1)
        buffer_text(replies, ESC "[?1;0;256S"); /* XTSMGRAPHICS: colour registers */
    if (second != 0)
        return;
    switch (query) {
    case QUERY('?', '$', 'p'): /* DECRQM, private modes: 1 set, 2 reset, 0 not known */
        buffer_format(replies, ESC "[?%d;%d$y", first, first == SYNCHRONIZED_UPDATE ? state : 0);
        break;
    case QUERY(0, '$', 'p'): /* DECRQM, ANSI modes */
        buffer_format(replies, ESC "[%d;0$y", first);
        break;
    case QUERY(0, 0, 'c'): /* DA1: VT220 with colour */
        if (first == 0)
            buffer_text(replies, ESC "[?62;22c");
        break;
    case QUERY(0, 0, 'n'):
        if (first == 5) /* DSR: no malfunction */
            buffer_text(replies, ESC "[0n");
        else if (first == 6) /* CPR */
            buffer_format(replies, ESC "[%d;%dR", facts->cursor_row + 1, facts->cursor_column + 1);
        break;
    case QUERY(0, 0, 't'): /* XTWINOPS: pixels of the screen, of a cell; rows and columns */
        if (first == 14)
            buffer_format(replies, ESC "[4;%d;%dt", facts->rows * REPLY_CELL_HEIGHT,
                          facts->columns * REPLY_CELL_WIDTH);
        else if (first == 16)
            buffer_format(replies, ESC "[6;%d;%dt", REPLY_CELL_HEIGHT, REPLY_CELL_WIDTH);
        else if (first == 18)
            buffer_format(replies, ESC "[8;%d;%dt", facts->rows, facts->columns);
        break;
    default:
        break;
    }
}

/* What a key of a kitty graphics command ("Gi=42,s=1,a=q;...") is set to, or "". */
static const char *graphics_value(const char *command, char key)
{
    const char *end = command + strcspn(command, ";");
    for (const char *at = command + 1; at < end; at += strcspn(at, ",;") + 1)
        if (at[0] == key && at[1] == '=')
            return at + 2;
    return "";
}

/* By kitty's graphics protocol the terminal answers commands that have an id, in the last chunk,
 * unless they delete or ask for quiet. Returns the id to answer, or 0. */
static unsigned long graphics_query(const struct control_string *string)
{
    const char *command = string->text;
    if (command[0] != 'G' || graphics_value(command, 'a')[0] == 'd' ||
        strtoul(graphics_value(command, 'q'), NULL, 10) != 0 ||
        strtoul(graphics_value(command, 'm'), NULL, 10) != 0)
        return 0;
    unsigned long id = strtoul(graphics_value(command, 'i'), NULL, 10);
    return id <= UINT32_MAX ? id : 0;
}

void reply_to_string(const struct control_string *string, struct buffer *replies)
{
    const char *terminator = string->bell ? "\a" : ST;
    bool osc = string->kind == STRING_OSC;
    if (osc && strcmp(string->text, "10;?") == 0) {
        buffer_format(replies, ESC "]10;rgb:ffff/ffff/ffff%s", terminator);
    } else if (osc && strcmp(string->text, "11;?") == 0) {
        buffer_format(replies, ESC "]11;rgb:0000/0000/0000%s", terminator);
    } else if (osc && strcmp(string->text, "1337;ReportCellSize") == 0) {
        buffer_format(replies, ESC "]1337;ReportCellSize=%d;%d" ST, REPLY_CELL_HEIGHT,
                      REPLY_CELL_WIDTH);
    } else if (string->kind == STRING_APC) {
        unsigned long id = graphics_query(string);
        if (id != 0)
            buffer_format(replies, ESC "_Gi=%lu;OK" ST, id);
    }
}
