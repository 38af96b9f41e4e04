/*
 * The output of a terminal program cut into its elements: printable text, control characters,
 * escape sequences, control sequences and control strings (ECMA-48 section 5, and the state machine
 * of vt100.net/emu/dec_ansi_parser). Their meaning is not known here.
 *
 * - What comes out depends on the bytes alone, not on how they were cut into feeds.
 * - The stream is UTF-8: bytes 0x80..0x9f are parts of characters and never C1 controls, not even
 *   as the end of a string (0x9c is the second byte of U+2713). U+0080..U+009F are left out.
 * - Invalid UTF-8 becomes U+FFFD.
 * - CAN and SUB abort what is under way; ESC aborts it and begins anew; BEL and ST end a string.
 * - C0 controls inside a control sequence act at once; inside a string they are left out.
 * - A string over LIMIT_OSC_BYTES is dropped and its end is still found. Numbers saturate at
 *   CSI_NUMBER_MAX, parameters over CSI_PARAMETERS_MAX are dropped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

/*
 * UTF-8 out of a byte stream that may be cut anywhere. The longest prefix that could have become a
 * character makes one replacement character (Unicode 15, section 3.9, "U+FFFD Substitution of
 * Maximal Subparts").
 */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

struct utf8_joiner {
    char bytes[4]; /* of the character under way or just completed; all zero at first */
    size_t length; /* of the one under way */
};

/* The character that the byte completes, or U+FFFD, is *text until the next call; *length is 0
 * where none is complete. False: what was held back made the U+FFFD; offer the byte again. */
bool utf8_join(struct utf8_joiner *joiner, char byte, const char **text, size_t *length);

#define CSI_PARAMETERS_MAX 32
#define CSI_NUMBER_MAX 65535
#define CSI_MISSING (-1)

struct csi {
    char leader;       /* one of < = > ?, or 0 */
    char intermediate; /* 0x20..0x2f, or 0 */
    char final;
    int parameters[CSI_PARAMETERS_MAX]; /* CSI_MISSING where empty */
    size_t count;
};

/* The parameter, or `otherwise` when it is missing. */
int csi_parameter(const struct csi *csi, size_t index, int otherwise);

enum string_kind { STRING_OSC, STRING_DCS, STRING_APC, STRING_PM, STRING_SOS };

struct control_string {
    enum string_kind kind;
    const char *text; /* NUL-terminated, without controls; not always valid UTF-8 */
    size_t length;
    bool bell; /* ended by BEL, not by ST */
};

/* None may be NULL. The arguments are valid during the call only. */
struct scanner_listener {
    /* Valid UTF-8 without controls, whole characters. */
    void (*text)(void *context, const char *bytes, size_t length);
    /* 0x01..0x1f but not ESC, CAN and SUB. */
    void (*control)(void *context, char control);
    /* intermediate is 0 when there is none. */
    void (*escape)(void *context, char intermediate, char final);
    void (*csi)(void *context, const struct csi *csi);
    void (*string)(void *context, const struct control_string *string);
};

/* All zero but listener and context at first. */
struct scanner {
    const struct scanner_listener *listener;
    void *context;
    enum {
        SCANNER_GROUND,
        SCANNER_ESCAPE,
        SCANNER_CSI,
        SCANNER_STRING,
        SCANNER_STRING_ESCAPE
    } state;
    bool malformed; /* the sequence under way will be dropped at its end */
    struct csi csi; /* also holds an escape sequence's intermediate */
    enum string_kind string_kind;
    size_t string_length;
    char string[LIMIT_OSC_BYTES + 1];
    struct utf8_joiner joiner;
};

void scanner_feed(struct scanner *scanner, const char *bytes, size_t length);
