/*
 * UTF-8 out of a byte stream that may be cut anywhere, also inside a character. The result depends
 * on the bytes alone, never on where the reads were cut: the longest prefix that could have become
 * a character makes one replacement character (Unicode 15, section 3.9, "U+FFFD Substitution of
 * Maximal Subparts").
 */
#ifndef LEAKGATE_DRIVER_UTF8_JOINER_H
#define LEAKGATE_DRIVER_UTF8_JOINER_H

#include <stddef.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* All zero at first. */
struct utf8_joiner {
    char bytes[4]; /* of the character under way or just completed */
    size_t length;
};

enum utf8_step {
    UTF8_WANTS_MORE,   /* the byte was taken, the character is not complete */
    UTF8_COMPLETE,     /* the byte was taken; bytes[0..length) is a character: clear it when read */
    UTF8_BROKEN,       /* the byte was taken and is no part of any character: one U+FFFD */
    UTF8_BROKEN_BEFORE /* what was held back makes one U+FFFD; offer the byte again */
};

enum utf8_step utf8_join(struct utf8_joiner *joiner, char byte);

#endif
