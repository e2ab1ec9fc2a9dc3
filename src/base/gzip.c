#include "base/gzip.h"

#define ZLIB_CONST
#include <libdeflate.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, STEP_BYTES = 64 << 10 };

bool gzip_is(struct bytes in)
{
	return in.n >= 2 && in.p[0] == 0x1f && in.p[1] == 0x8b;
}

/* Room in out for the next piece: what the maximum still allows, at most STEP_BYTES. */
static size_t give_room(z_stream *z, struct buffer *out)
{
	size_t room = out->max - out->n < STEP_BYTES ? out->max - out->n : STEP_BYTES;
	z->next_out = room > 0 ? buffer_reserve(out, room) : NULL;
	z->avail_out = (uInt)room;
	return room;
}

/* Kept for the life of the process, as its tables cost more to make than a tile to inflate. */
static struct libdeflate_decompressor *decompressor(void)
{
	static struct libdeflate_decompressor *d;
	if (!d)
		d = libdeflate_alloc_decompressor();
	return d;
}

/* The size that the last four bytes tell (RFC 1952 section 2.3.1), modulo 2^32. */
static size_t told_size(struct bytes in)
{
	const uint8_t *p = in.p + in.n - 4;
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

/* libdeflate, which is nearly twice as fast as zlib, wants the whole of both sides. False where it is not simply
 * good: it does not say what is wrong, and where. */
static bool inflate_whole(struct bytes in, struct buffer *out)
{
	size_t size = in.n >= 18 ? told_size(in) : SIZE_MAX, consumed, made;
	/* Deflate makes at most 1,032 bytes of one: nobody gets memory for less. */
	if (size == 0 || size > out->max || size / 1032 > in.n)
		return false;
	uint8_t *room = buffer_reserve(out, size);
	if (!room || !decompressor() ||
	    libdeflate_gzip_decompress_ex(decompressor(), in.p, in.n, room, size, &consumed, &made) != LIBDEFLATE_SUCCESS ||
	    consumed != in.n || made != size)
		return false;
	buffer_added(out, size);
	return true;
}

struct fault gzip_inflate(struct bytes in, struct buffer *out)
{
	z_stream z = {0};
	buffer_clear(out);
	if (in.n > UINT32_MAX)
		return fault_at(FAULT_LIMIT, 0, "gzip");
	if (inflate_whole(in, out))
		return FAULT_OK;
	buffer_clear(out);
	if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
		return fault_at(FAULT_LIMIT, 0, "gzip");
	z.next_in = (z_const Bytef *)in.p;
	z.avail_in = (uInt)in.n;
	int rc = Z_OK;
	enum fault_code code = FAULT_NONE;
	while (rc == Z_OK && code == FAULT_NONE) {
		size_t room = give_room(&z, out);
		uint8_t past; /* at the maximum: one more byte of output is one too many */
		if (room == 0) {
			z.next_out = &past;
			z.avail_out = 1;
		}
		rc = inflate(&z, Z_NO_FLUSH);
		if (room == 0 && z.avail_out == 0)
			code = FAULT_LIMIT;
		else if (room > 0)
			buffer_added(out, room - z.avail_out);
	}
	size_t consumed = in.n - z.avail_in;
	if (code == FAULT_NONE && rc == Z_BUF_ERROR)
		code = FAULT_TRUNCATED;
	else if (code == FAULT_NONE && rc != Z_STREAM_END)
		code = FAULT_ENCODING;
	else if (code == FAULT_NONE && z.avail_in != 0)
		code = FAULT_TRAILING;
	inflateEnd(&z);
	return code == FAULT_NONE ? FAULT_OK : fault_at(code, consumed, "gzip");
}

bool gzip_deflate(struct bytes in, struct buffer *out)
{
	z_stream z = {0};
	if (in.n > UINT32_MAX || deflateInit2(&z, 6, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	size_t bound = deflateBound(&z, (uLong)in.n);
	if (bound > out->max - out->n)
		bound = out->max - out->n;
	z.next_in = (z_const Bytef *)in.p;
	z.avail_in = (uInt)in.n;
	z.next_out = buffer_reserve(out, bound);
	z.avail_out = (uInt)bound;
	bool good = z.next_out && deflate(&z, Z_FINISH) == Z_STREAM_END;
	if (good)
		buffer_added(out, bound - z.avail_out);
	deflateEnd(&z);
	return good;
}
