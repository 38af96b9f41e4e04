/* Which characters take no cell of their own. */
#ifndef LEAKGATE_DRIVER_CHARACTER_WIDTH_H
#define LEAKGATE_DRIVER_CHARACTER_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point of a valid UTF-8 sequence of that length. */
uint32_t character_at(const char *bytes, size_t length);
/* Is it quickly seen to be no combining mark? Latin, arrows, box drawing, symbols, private use. */
bool character_is_plain(uint32_t character);
/* Combining marks, joiners and other characters of no width, by the C library's tables for
 * C.UTF-8. */
bool character_has_no_width(uint32_t character);

#endif
