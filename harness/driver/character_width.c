#include "driver/character_width.h"

#include <locale.h>
#include <wchar.h>

#include "base/memory.h"

uint32_t character_at(const char *bytes, size_t length)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t character = (unsigned char)bytes[0] & first_bits[length];
    for (size_t i = 1; i < length; i++)
        character = character << 6 | ((unsigned char)bytes[i] & 0x3f);
    return character;
}

bool character_is_plain(uint32_t character)
{
    return character < 0x300 || (character >= 0x2190 && character <= 0x2bff) ||
           (character >= 0xe000 && character <= 0xf8ff);
}

bool character_has_no_width(uint32_t character)
{
    static locale_t utf8;
    if (utf8 == (locale_t)0)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (utf8 == (locale_t)0)
        memory_exhausted();
    locale_t before = uselocale(utf8);
    int width = wcwidth((wchar_t)character);
    uselocale(before);
    return width == 0;
}
