#include "driver/scanner.h"

#include <string.h>

#include "base/strings.h"

enum { BEL = 0x07, CAN = 0x18, SUB = 0x1a, ESC = 0x1b, DEL = 0x7f };

int csi_parameter(const struct csi *csi, size_t index, int otherwise)
{
    if (index >= csi->count || csi->parameters[index] == CSI_MISSING)
        return otherwise;
    return csi->parameters[index];
}

/* RFC 3629, section 4. */
static bool continues(const struct utf8_joiner *joiner, unsigned char byte)
{
    unsigned char first = (unsigned char)joiner->bytes[0];
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (joiner->length == 1) {
        low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    }
    return byte >= low && byte <= high;
}

bool utf8_join(struct utf8_joiner *joiner, char byte, const char **text, size_t *length)
{
    bool taken = joiner->length == 0 || continues(joiner, (unsigned char)byte);
    *text = UTF8_REPLACEMENT;
    *length = strlen(UTF8_REPLACEMENT);
    if (!taken || (joiner->length == 0 && utf8_expected((unsigned char)byte) == 0)) {
        joiner->length = 0;
        return taken;
    }
    joiner->bytes[joiner->length++] = byte;
    *text = joiner->bytes;
    *length = 0;
    if (joiner->length == utf8_expected((unsigned char)joiner->bytes[0])) {
        *length = joiner->length;
        joiner->length = 0;
    }
    return true;
}

static bool is_c1(const char *character, size_t length)
{
    return length == 2 && character[0] == '\xc2' && (unsigned char)character[1] < 0xa0;
}

static void begin_escape(struct scanner *scanner)
{
    scanner->state = SCANNER_ESCAPE;
    scanner->malformed = false;
    scanner->csi = (struct csi){0};
}

static void end_string(struct scanner *scanner, bool bell)
{
    scanner->state = SCANNER_GROUND;
    if (scanner->malformed)
        return;
    scanner->string[scanner->string_length] = '\0';
    struct control_string string = {.kind = scanner->string_kind,
                                    .text = scanner->string,
                                    .length = scanner->string_length,
                                    .bell = bell};
    scanner->listener->string(scanner->context, &string);
}

/* A control in the ground state or inside an escape or control sequence. */
static void take_control(struct scanner *scanner, unsigned char c)
{
    if (c == ESC)
        begin_escape(scanner);
    else if (c == CAN || c == SUB)
        scanner->state = SCANNER_GROUND;
    else if (c != 0 && c != DEL)
        scanner->listener->control(scanner->context, (char)c);
}

/* How many bytes from here on are text in whole characters: the hot path. */
static size_t text_run(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        unsigned char c = (unsigned char)bytes[at];
        size_t step = 1;
        if (c < 0x20 || c == DEL)
            break;
        if (c >= 0x80) {
            step = utf8_length(bytes + at, length - at);
            if (step == 0 || is_c1(bytes + at, step))
                break;
        }
        at += step;
    }
    return at;
}

/* One byte of a character that is cut by the end of a feed, or invalid. Returns the bytes taken. */
static size_t take_piece(struct scanner *scanner, char byte)
{
    const char *text;
    size_t length;
    bool taken = utf8_join(&scanner->joiner, byte, &text, &length);
    if (length > 0 && !is_c1(text, length))
        scanner->listener->text(scanner->context, text, length);
    return taken ? 1 : 0;
}

static size_t scan_ground(struct scanner *scanner, const char *bytes, size_t length)
{
    unsigned char c = (unsigned char)bytes[0];
    if (scanner->joiner.length > 0)
        return take_piece(scanner, bytes[0]);
    size_t run = text_run(bytes, length);
    if (run > 0) {
        scanner->listener->text(scanner->context, bytes, run);
        return run;
    }
    if (c >= 0x80)
        return take_piece(scanner, bytes[0]);
    take_control(scanner, c);
    return 1;
}

static void scan_escape(struct scanner *scanner, char c)
{
    static const char introducers[] = "]P_^X"; /* in the order of enum string_kind */
    bool plain = scanner->csi.intermediate == 0;
    const char *introducer = strchr(introducers, c);
    scanner->state = SCANNER_GROUND;
    if (plain && c == '[') {
        scanner->state = SCANNER_CSI;
    } else if (plain && introducer != NULL) {
        scanner->state = SCANNER_STRING;
        scanner->string_kind = (enum string_kind)(introducer - introducers);
        scanner->string_length = 0;
    } else if (!scanner->malformed) {
        scanner->listener->escape(scanner->context, scanner->csi.intermediate, c);
    }
}

/* Over the maximum all further numbers go into the last place, which is then worthless. */
static void take_parameter(struct scanner *scanner, char c)
{
    struct csi *csi = &scanner->csi;
    if (csi->intermediate != 0)
        scanner->malformed = true;
    if (csi->count == 0)
        csi->parameters[csi->count++] = CSI_MISSING;
    if (c == ';') {
        if (csi->count < CSI_PARAMETERS_MAX)
            csi->count++;
        csi->parameters[csi->count - 1] = CSI_MISSING;
        return;
    }
    int *parameter = &csi->parameters[csi->count - 1];
    int value = (*parameter == CSI_MISSING ? 0 : *parameter) * 10 + (c - '0');
    *parameter = value < CSI_NUMBER_MAX ? value : CSI_NUMBER_MAX;
}

static void scan_csi(struct scanner *scanner, char c)
{
    struct csi *csi = &scanner->csi;
    if ((c >= '0' && c <= '9') || c == ';') {
        take_parameter(scanner, c);
    } else if (c == ':') {
        /* Sub-parameters exist in SGR only, which has no meaning for text. */
        scanner->malformed = true;
    } else if (c >= '<' && c <= '?') {
        if (csi->leader != 0 || csi->count > 0 || csi->intermediate != 0)
            scanner->malformed = true;
        csi->leader = c;
    } else {
        scanner->state = SCANNER_GROUND;
        csi->final = c;
        if (!scanner->malformed)
            scanner->listener->csi(scanner->context, csi);
    }
}

/* In an escape or control sequence. A byte that cannot be part of it ends it and is text. */
static size_t scan_sequence(struct scanner *scanner, unsigned char c)
{
    if (c >= 0x80) {
        scanner->state = SCANNER_GROUND;
        return 0;
    }
    if (c < 0x20 || c == DEL)
        take_control(scanner, c);
    else if (c > 0x2f)
        (scanner->state == SCANNER_ESCAPE ? scan_escape : scan_csi)(scanner, (char)c);
    else if (scanner->csi.intermediate != 0)
        scanner->malformed = true; /* a second intermediate: no known sequence has one */
    else
        scanner->csi.intermediate = (char)c;
    return 1;
}

static void scan_string(struct scanner *scanner, unsigned char c)
{
    if (c == BEL) {
        end_string(scanner, true);
    } else if (c == ESC) {
        scanner->state = SCANNER_STRING_ESCAPE;
    } else if (c == CAN || c == SUB) {
        scanner->state = SCANNER_GROUND;
    } else if (c >= 0x20 && c != DEL) {
        if (scanner->string_length < LIMIT_OSC_BYTES)
            scanner->string[scanner->string_length++] = (char)c;
        else
            scanner->malformed = true;
    }
}

void scanner_feed(struct scanner *scanner, const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        unsigned char c = (unsigned char)bytes[at];
        switch (scanner->state) {
        case SCANNER_GROUND:
            at += scan_ground(scanner, bytes + at, length - at);
            break;
        case SCANNER_ESCAPE:
        case SCANNER_CSI:
            at += scan_sequence(scanner, c);
            break;
        case SCANNER_STRING:
            scan_string(scanner, c);
            at++;
            break;
        case SCANNER_STRING_ESCAPE:
            /* ESC \ is ST; ESC and anything else begins a new sequence, and the string is lost. */
            if (c == '\\') {
                end_string(scanner, false);
                at++;
            } else {
                begin_escape(scanner);
            }
            break;
        }
    }
}
