/*
 * What one core of this machine can do at the most with the bytes of a log, each step by itself and nothing in
 * between: inflate, SHA-256 of leaves and nodes, a bare walk through the certificate (every extension's OID against the
 * carriers' table, the end of every dNSName and CN against one domain; nothing is checked but lengths); for get-entries
 * in place of the first JSON and base64. Prints "STEP SECONDS" for the steps, and "entries N".
 *
 *   bound static|rfc6962 DIR       DIR as teewatch-mklog --out made it
 */
#include <fcntl.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#include "base/base64.h"
#include "base/der.h"
#include "base/file.h"
#include "base/memory.h"
#include "ct/entry.h"
#include "ct/merkle.h"
#include "extract/extract.h"

enum { PAGE = 1000, TILE_BYTES_MAX = 8 << 20 };

static double inflate_s, json_s, base64_s, sha256_s, walk_s;
static uint64_t entries;
static volatile unsigned matches; /* so that nothing is optimised away */

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the bare walk ---- */

static const char domain[] = "demo.example";

/* The next element; its tag, or -1 at the end. */
static int next_of(struct bytes *in, struct bytes *content)
{
	size_t n, header = der_common_header(*in, &n);
	if (header == 0)
		return -1;
	int tag = in->p[0];
	*content = bytes_of(in->p + header, n);
	*in = bytes_of(in->p + header + n, in->n - header - n);
	return tag;
}

static void look_at_name(struct bytes name)
{
	size_t n = sizeof(domain) - 1;
	if (name.n >= n && memcmp(name.p + name.n - n, domain, n) == 0)
		matches++;
}

static void walk_subject(struct bytes names)
{
	struct bytes set, attribute, type, value;
	while (next_of(&names, &set) >= 0)
		while (next_of(&set, &attribute) >= 0)
			if (next_of(&attribute, &type) >= 0 && type.n == 3 && type.p[2] == 3 && next_of(&attribute, &value) >= 0)
				look_at_name(value);
}

static void walk_extensions(struct bytes list)
{
	struct bytes extension, oid, value, names, name;
	while (next_of(&list, &extension) >= 0) {
		if (next_of(&extension, &oid) < 0)
			return;
		for (size_t i = 0; i < extract_carrier_count; i++)
			matches += bytes_equal(oid, extract_carriers[i].oid);
		if (oid.n != 3 || oid.p[2] != 0x11 || next_of(&extension, &value) != DER_OCTET_STRING || next_of(&value, &names) < 0)
			continue;
		for (int tag; (tag = next_of(&names, &name)) >= 0;)
			if (tag == (DER_CONTEXT | 2))
				look_at_name(name);
	}
}

static void walk(const struct ct_entry *e)
{
	struct bytes in = e->certificate, tbs, part, list;
	next_of(&in, &tbs);
	if (e->type == CT_ENTRY_X509) {
		in = tbs;
		next_of(&in, &tbs);
	}
	int sequences = 0;
	for (int tag; (tag = next_of(&tbs, &part)) >= 0;) {
		sequences += tag == DER_SEQUENCE;
		if (tag == DER_SEQUENCE && sequences == 4) /* behind signature, issuer and validity */
			walk_subject(part);
		else if (tag == (DER_CONTEXT_CONSTRUCTED | 3) && next_of(&part, &list) >= 0)
			walk_extensions(list);
	}
}

static void hash_and_walk(const struct ct_entry *list, size_t n, bool tile)
{
	static struct sha256 leaves[PAGE];
	struct ct_subtree subtrees[CT_SUBTREES_MAX];
	double begin = now_s();
	for (size_t i = 0; i < n; i++)
		leaves[i] = tile ? ct_tile_leaf_hash(list[i].leaf) : ct_leaf_hash(list[i].leaf);
	matches += ct_subtrees(entries, leaves, n, subtrees) == 0;
	double hashed = now_s();
	for (size_t i = 0; i < n; i++)
		walk(&list[i]);
	walk_s += now_s() - hashed;
	sha256_s += hashed - begin;
	entries += n;
}

/* ---- static ---- */

static int take_tile(void *context, const char *path)
{
	static uint8_t *out;
	static struct libdeflate_decompressor *d;
	struct buffer in;
	struct ct_entry list[PAGE];
	size_t made = 0, n = 0;
	(void)context;
	if (!d) {
		d = libdeflate_alloc_decompressor();
		out = memory_alloc(TILE_BYTES_MAX);
	}
	buffer_init(&in, TILE_BYTES_MAX);
	if (file_read(path, &in) < 0)
		return -1;
	double begin = now_s();
	if (libdeflate_gzip_decompress(d, in.p, in.n, out, TILE_BYTES_MAX, &made) != LIBDEFLATE_SUCCESS)
		return -1;
	inflate_s += now_s() - begin;
	struct cursor c = cursor_of(bytes_of(out, made));
	while (n < PAGE && ct_tile_entry_next(&c, &list[n]))
		n++;
	hash_and_walk(list, n, true);
	buffer_release(&in);
	return 0;
}

static int take_tiles(const char *dir)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/static/tile/data", dir);
	int rc = file_each(path, take_tile, NULL); /* the first thousand tiles */
	if (entries == 0 || rc < 0)
		fprintf(stderr, "bound: no tiles below %s\n", path);
	return entries > 0 ? rc : -1;
}

/* ---- RFC 6962 ---- */

struct page {
	struct bytes inputs[PAGE];
	size_t n;
	bool leaf;
};

static int on_key(void *context, const unsigned char *p, size_t n)
{
	((struct page *)context)->leaf = n == 10 && memcmp(p, "leaf_input", 10) == 0;
	return 1;
}

static int on_string(void *context, const unsigned char *p, size_t n)
{
	struct page *page = context;
	if (page->leaf && page->n < PAGE)
		page->inputs[page->n++] = bytes_of(p, n);
	return 1;
}

static void take_page(struct bytes json)
{
	static const yajl_callbacks callbacks = {.yajl_map_key = on_key, .yajl_string = on_string};
	static uint8_t *scratch;
	struct page page = {.n = 0};
	struct ct_entry list[PAGE];
	double begin = now_s();
	yajl_handle h = yajl_alloc(&callbacks, NULL, &page);
	yajl_parse(h, json.p, json.n);
	yajl_free(h);
	double parsed = now_s();
	if (!scratch)
		scratch = memory_alloc(TILE_BYTES_MAX);
	size_t at = 0;
	for (size_t i = 0; i < page.n; i++) {
		size_t n = 0;
		base64_decode(page.inputs[i], scratch + at, &n);
		page.inputs[i] = bytes_of(scratch + at, n);
		at += n;
	}
	base64_s += now_s() - parsed;
	json_s += parsed - begin;
	for (size_t i = 0; i < page.n; i++)
		ct_leaf_parse(page.inputs[i], &list[i]);
	hash_and_walk(list, page.n, false);
}

static const uint8_t *map(const char *dir, const char *name, size_t *n)
{
	char path[4096];
	struct stat st;
	snprintf(path, sizeof(path), "%s/rfc6962/%s", dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return NULL;
	*n = (size_t)st.st_size;
	void *p = mmap(NULL, *n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static int take_pages(const char *dir)
{
	size_t n, offset_bytes;
	const uint8_t *json = map(dir, "entries.json", &n), *offset_file = map(dir, "offsets", &offset_bytes);
	struct buffer page;
	if (!json || !offset_file) {
		fprintf(stderr, "bound: no entries below %s/rfc6962\n", dir);
		return -1;
	}
	buffer_init(&page, 64 << 20);
	for (size_t i = 0; i + PAGE < offset_bytes / 8 && entries < 200000; i += PAGE) {
		uint64_t from, to;
		memcpy(&from, offset_file + 8 * i, 8);
		memcpy(&to, offset_file + 8 * (i + PAGE), 8);
		buffer_clear(&page);
		buffer_put_text(&page, "{\"entries\":[");
		buffer_put(&page, json + from, (size_t)(to - from) - 1);
		buffer_put_text(&page, "]}");
		take_page(buffer_bytes(&page));
	}
	buffer_release(&page);
	return entries > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: bound static|rfc6962 DIR\n");
		return 2;
	}
	if ((strcmp(argv[1], "static") == 0 ? take_tiles(argv[2]) : take_pages(argv[2])) != 0)
		return 1;
	printf("inflate %f\njson %f\nbase64 %f\nsha256 %f\nwalk %f\nentries %" PRIu64 "\n", inflate_s, json_s, base64_s, sha256_s,
	       walk_s, entries);
	return 0;
}
