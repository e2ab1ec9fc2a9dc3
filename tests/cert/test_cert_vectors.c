/* Real certificates: 1,024 precertificates of a public log, and a certificate of a real enclave. */
#include "test.h"

#include "base/gzip.h"
#include "cert/cert.h"
#include "cert/names.h"
#include "ct/entry.h"

static void check_tile(const char *name, size_t *checked)
{
	struct buffer raw = test_vector("%s", name), inflated;
	buffer_init(&inflated, 64 << 20);
	struct bytes tile = buffer_bytes(&raw);
	if (gzip_is(tile)) {
		CHECK(gzip_inflate(tile, &inflated).code == FAULT_NONE);
		tile = buffer_bytes(&inflated);
	}
	struct cursor c = cursor_of(tile);
	struct ct_entry e;
	while (ct_tile_entry_next(&c, &e)) {
		struct cert pre, tbs;
		struct buffer out;
		if (e.type != CT_ENTRY_PRECERT)
			continue;
		buffer_init(&out, 1 << 20);
		CHECK(cert_parse(e.precertificate, &pre).code == FAULT_NONE && cert_parse_tbs(e.certificate, &tbs).code == FAULT_NONE);
		CHECK(cert_tbs_canonical(&pre, &out).code == FAULT_NONE && bytes_equal(buffer_bytes(&out), e.certificate));
		buffer_clear(&out);
		CHECK(cert_tbs_canonical(&tbs, &out).code == FAULT_NONE && bytes_equal(buffer_bytes(&out), e.certificate));
		CHECK(bytes_equal(pre.spki, tbs.spki));
		buffer_release(&out);
		(*checked)++;
	}
	CHECK(cursor_ok(&c));
	buffer_release(&raw);
	buffer_release(&inflated);
}

static int each_tile(void *context, const char *path)
{
	(void)context;
	const char *tail = strstr(path, "ct/tiles/");
	size_t *checked = context;
	if (tail)
		check_tile(tail, checked);
	return 0;
}

TEST(precertificates)
{
	test_need_vectors("ct");
	char dir[4096];
	size_t checked = 0;
	snprintf(dir, sizeof(dir), "%s/ct/tiles/navigli2025h2/tile/data", test_vectors());
	if (!file_is_directory(dir))
		snprintf(dir, sizeof(dir), "%s/ct/tiles/navigli2025h2/data", test_vectors());
	CHECK(file_is_directory(dir));
	file_each(dir, each_tile, &checked);
	CHECK_THAT(checked >= 1024, "%zu precertificates", checked);
}

TEST(enclave_certificate)
{
	test_need_vectors("tinfoil");
	struct buffer der = test_vector("tinfoil/inference-2026-01-22/enclave-cert.der");
	struct buffer sans = test_vector("tinfoil/inference-2026-01-22/sans.txt");
	struct cert c;
	struct cert_names walk;
	struct cert_name name;
	size_t n = 0;
	CHECK(cert_parse(buffer_bytes(&der), &c).code == FAULT_NONE);
	struct sha256 spki = hash_sha256(c.spki);
	char hex[65];
	hex_encode(sha256_bytes(&spki), hex);
	CHECK_TEXT(hex, "71c31f35d2b06077bbae7c1ddf0cc4020408c8f39c68b04cf3d029d40bdd45e7");
	cert_names_start(&walk, &c);
	while (cert_names_next(&walk, &name)) {
		CHECK(name.readable && memmem(sans.p, sans.n, name.text.p, name.text.n));
		n++;
	}
	CHECK_U64(n, 8); /* seven dNSNames and the CN */
	buffer_release(&der);
	buffer_release(&sans);
}
