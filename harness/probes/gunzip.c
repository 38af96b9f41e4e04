#include "probes/gunzip.h"

#include <zlib.h>

#include "base/limits.h"

enum { BLOCK_BYTES = 64 * 1024, GZIP_ONLY = 16 };

bool gunzip_recognises(const char *bytes, size_t length)
{
    return length >= 2 && (unsigned char)bytes[0] == 0x1f && (unsigned char)bytes[1] == 0x8b;
}

static bool inflate_all(z_stream *stream, struct buffer *out, struct lg_error *err)
{
    unsigned char block[BLOCK_BYTES];
    for (int status = Z_OK; status != Z_STREAM_END;) {
        stream->next_out = block;
        stream->avail_out = sizeof block;
        status = inflate(stream, Z_NO_FLUSH);
        if (status == Z_MEM_ERROR)
            return lg_fail(err, LG_ERROR_INTERNAL, 0, "no memory to inflate with");
        if (status == Z_BUF_ERROR)
            return lg_fail(err, LG_ERROR_TARGET, 0, "the gzip data is cut off");
        if (status != Z_OK && status != Z_STREAM_END)
            return lg_fail(err, LG_ERROR_TARGET, 0, "the gzip data is damaged: %s",
                           stream->msg != NULL ? stream->msg : "no reason given");
        if (!buffer_append_limited(out, block, sizeof block - stream->avail_out))
            return lg_fail(err, LG_ERROR_TARGET, 0,
                           "the gzip data inflates to more than the limit of %zu bytes",
                           out->maximum);
    }
    return stream->avail_in == 0 ||
           lg_fail(err, LG_ERROR_TARGET, 0, "%u bytes follow the gzip data", stream->avail_in);
}

bool gunzip(const char *bytes, size_t length, struct buffer *out, struct lg_error *err)
{
    if (length > LIMIT_GZIP_IN_BYTES)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "the gzip data is larger than the limit of %u bytes", LIMIT_GZIP_IN_BYTES);
    z_stream stream = {.next_in = (z_const Bytef *)(const void *)bytes, .avail_in = (uInt)length};
    if (inflateInit2(&stream, MAX_WBITS + GZIP_ONLY) != Z_OK)
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "no memory to inflate with");
    bool whole = inflate_all(&stream, out, err);
    inflateEnd(&stream);
    return whole;
}
