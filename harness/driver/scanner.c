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

static bool is_intermediate(unsigned char c)
{
    return c >= 0x20 && c <= 0x2f;
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

static void begin_string(struct scanner *scanner, enum string_kind kind)
{
    scanner->state = SCANNER_STRING;
    scanner->string_kind = kind;
    scanner->string_length = 0;
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
    enum utf8_step step = utf8_join(&scanner->joiner, byte);
    if (step == UTF8_BROKEN || step == UTF8_BROKEN_BEFORE)
        scanner->listener->text(scanner->context, UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT));
    if (step == UTF8_COMPLETE) {
        if (!is_c1(scanner->joiner.bytes, scanner->joiner.length))
            scanner->listener->text(scanner->context, scanner->joiner.bytes,
                                    scanner->joiner.length);
        scanner->joiner.length = 0;
    }
    return step == UTF8_BROKEN_BEFORE ? 0 : 1;
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

static void end_escape(struct scanner *scanner, char final)
{
    static const char introducers[] = "]P_^X"; /* in the order of enum string_kind */
    scanner->state = SCANNER_GROUND;
    if (scanner->csi.intermediate == 0 && final == '[') {
        scanner->state = SCANNER_CSI;
        return;
    }
    const char *introducer = strchr(introducers, final);
    if (scanner->csi.intermediate == 0 && introducer != NULL)
        begin_string(scanner, (enum string_kind)(introducer - introducers));
    else if (!scanner->malformed)
        scanner->listener->escape(scanner->context, scanner->csi.intermediate, final);
}

static void take_intermediate(struct scanner *scanner, char c)
{
    if (scanner->csi.intermediate != 0)
        scanner->malformed = true;
    scanner->csi.intermediate = c;
}

static void scan_escape(struct scanner *scanner, char c)
{
    if (is_intermediate((unsigned char)c))
        take_intermediate(scanner, c);
    else
        end_escape(scanner, c);
}

static void take_digit(struct csi *csi, int digit)
{
    int *parameter = &csi->parameters[csi->count - 1];
    int value = (*parameter == CSI_MISSING ? 0 : *parameter) * 10 + digit;
    *parameter = value < CSI_NUMBER_MAX ? value : CSI_NUMBER_MAX;
}

/* Over the maximum all further numbers go into the last place, which is then worth nothing. */
static void take_parameter(struct scanner *scanner, char c)
{
    struct csi *csi = &scanner->csi;
    if (csi->intermediate != 0)
        scanner->malformed = true;
    if (csi->count == 0)
        csi->parameters[csi->count++] = CSI_MISSING;
    if (c != ';') {
        take_digit(csi, c - '0');
        return;
    }
    if (csi->count < CSI_PARAMETERS_MAX)
        csi->count++;
    csi->parameters[csi->count - 1] = CSI_MISSING;
}

static void take_leader(struct scanner *scanner, char c)
{
    struct csi *csi = &scanner->csi;
    if (csi->leader != 0 || csi->count > 0 || csi->intermediate != 0)
        scanner->malformed = true;
    csi->leader = c;
}

static void scan_csi(struct scanner *scanner, char c)
{
    if (is_intermediate((unsigned char)c)) {
        take_intermediate(scanner, c);
    } else if ((c >= '0' && c <= '9') || c == ';') {
        take_parameter(scanner, c);
    } else if (c == ':') {
        /* Sub-parameters exist in SGR only, which has no meaning for text. */
        scanner->malformed = true;
    } else if (c >= '<' && c <= '?') {
        take_leader(scanner, c);
    } else {
        scanner->state = SCANNER_GROUND;
        scanner->csi.final = c;
        if (!scanner->malformed)
            scanner->listener->csi(scanner->context, &scanner->csi);
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
    else if (scanner->state == SCANNER_ESCAPE)
        scan_escape(scanner, (char)c);
    else
        scan_csi(scanner, (char)c);
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

/* ESC \ is ST; ESC and anything else is a new sequence, and the string is lost. */
static size_t scan_string_escape(struct scanner *scanner, unsigned char c)
{
    if (c == '\\') {
        end_string(scanner, false);
        return 1;
    }
    begin_escape(scanner);
    return 0;
}

static size_t scan_byte(struct scanner *scanner, unsigned char c)
{
    if (scanner->state == SCANNER_STRING_ESCAPE)
        return scan_string_escape(scanner, c);
    if (scanner->state != SCANNER_STRING)
        return scan_sequence(scanner, c);
    scan_string(scanner, c);
    return 1;
}

void scanner_feed(struct scanner *scanner, const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        if (scanner->state == SCANNER_GROUND)
            at += scan_ground(scanner, bytes + at, length - at);
        else
            at += scan_byte(scanner, (unsigned char)bytes[at]);
    }
}
