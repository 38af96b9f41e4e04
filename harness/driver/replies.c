#include "driver/replies.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ESC "\x1b"
#define ST "\x1b\\"
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define ANY (-2)
#define SYNCHRONIZED_UPDATE 2026

/* A missing parameter is 0. In replies: {0} is the query's first number, {m} the state of the mode
 * it asks for (1 set, 2 reset, 0 not known), {y} {x} the cursor from 1, {r} {c} the rows and
 * columns, {h} {w} the screen's pixels, {H} {W} a cell's, {i} the id of a graphics query, {t} the
 * terminator that ended the query. */
static const struct {
    char leader, intermediate, final;
    int parameters[3];
    const char *reply;
} csi_replies[] = {
    {0, 0, 'c', {0}, ESC "[?62;22c"},           /* DA1: VT220 with colour */
    {0, 0, 'n', {5}, ESC "[0n"},                /* DSR: no malfunction */
    {0, 0, 'n', {6}, ESC "[{y};{x}R"},          /* CPR */
    {'?', '$', 'p', {ANY}, ESC "[?{0};{m}$y"},  /* DECRQM, private modes */
    {0, '$', 'p', {ANY}, ESC "[{0};0$y"},       /* DECRQM, ANSI modes */
    {'?', 0, 'S', {1, 1, 0}, ESC "[?1;0;256S"}, /* XTSMGRAPHICS: colour registers */
    {0, 0, 't', {14}, ESC "[4;{h};{w}t"},       /* XTWINOPS: pixels of the screen */
    {0, 0, 't', {16}, ESC "[6;{H};{W}t"},       /* ... of a cell */
    {0, 0, 't', {18}, ESC "[8;{r};{c}t"},       /* ... rows and columns */
};

static const struct {
    enum string_kind kind;
    const char *query; /* NULL: a kitty graphics command that wants an answer */
    const char *reply;
} string_replies[] = {
    {STRING_OSC, "10;?", ESC "]10;rgb:ffff/ffff/ffff{t}"},
    {STRING_OSC, "11;?", ESC "]11;rgb:0000/0000/0000{t}"},
    {STRING_OSC, "1337;ReportCellSize", ESC "]1337;ReportCellSize={H};{W}" ST},
    {STRING_APC, NULL, ESC "_Gi={i};OK" ST},
};

struct values {
    const struct reply_facts *facts;
    int first;
    unsigned long id;
    const char *terminator;
};

static int number_for(char name, const struct values *values)
{
    const struct reply_facts *facts = values->facts;
    switch (name) {
    case '0':
        return values->first;
    case 'm':
        return values->first != SYNCHRONIZED_UPDATE ? 0 : facts->in_update ? 1 : 2;
    case 'y':
        return facts->cursor_row + 1;
    case 'x':
        return facts->cursor_column + 1;
    case 'r':
        return facts->rows;
    case 'c':
        return facts->columns;
    case 'h':
        return facts->rows * REPLY_CELL_HEIGHT;
    case 'w':
        return facts->columns * REPLY_CELL_WIDTH;
    case 'H':
        return REPLY_CELL_HEIGHT;
    default:
        return REPLY_CELL_WIDTH;
    }
}

static void send_reply(const char *template, const struct values *values, struct buffer *replies)
{
    struct buffer reply = {0};
    for (const char *at = template; *at != '\0'; at++) {
        if (*at != '{') {
            buffer_char(&reply, *at);
            continue;
        }
        if (at[1] == 't')
            buffer_text(&reply, values->terminator);
        else if (at[1] == 'i')
            buffer_format(&reply, "%lu", values->id);
        else
            buffer_format(&reply, "%d", number_for(at[1], values));
        at += 2;
    }
    buffer_append(replies, reply.data, reply.length);
    buffer_free(&reply);
}

bool reply_may_be_wanted(const struct csi *csi)
{
    return strchr("cnptS", csi->final) != NULL;
}

static bool parameters_match(const struct csi *csi, const int wanted[3])
{
    for (size_t i = 0; i < 3; i++)
        if (wanted[i] != ANY && csi_parameter(csi, i, 0) != wanted[i])
            return false;
    return csi->count <= 3;
}

void reply_to_csi(const struct csi *csi, const struct reply_facts *facts, struct buffer *replies)
{
    for (size_t i = 0; i < COUNT_OF(csi_replies); i++) {
        if (csi->final != csi_replies[i].final || csi->leader != csi_replies[i].leader ||
            csi->intermediate != csi_replies[i].intermediate ||
            !parameters_match(csi, csi_replies[i].parameters))
            continue;
        struct values values = {.facts = facts, .first = csi_parameter(csi, 0, 0)};
        send_reply(csi_replies[i].reply, &values, replies);
        return;
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
    static const struct reply_facts no_facts;
    struct values values = {.facts = &no_facts, .terminator = string->bell ? "\a" : ST};
    for (size_t i = 0; i < COUNT_OF(string_replies); i++) {
        if (string->kind != string_replies[i].kind)
            continue;
        if (string_replies[i].query == NULL)
            values.id = graphics_query(string);
        else if (strcmp(string->text, string_replies[i].query) != 0)
            continue;
        if (string_replies[i].query == NULL && values.id == 0)
            continue;
        send_reply(string_replies[i].reply, &values, replies);
        return;
    }
}
