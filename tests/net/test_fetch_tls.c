/* Documents over TLS: a test authority, a server on loopback that connect-to leads to, and the
 * facts of its certificate; and the ways in which TLS must fail. */
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "client.h"
#include "server.h"

#define TEXT(s) .body = (s), .n = sizeof(s) - 1

/* ---- certificates ---- */

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "cannot make a test certificate: %s\n", what);
	exit(1);
}

static void add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	must(e && X509_add_ext(x, e, -1) == 1, value);
	X509_EXTENSION_free(e);
}

/* A certificate for the name, valid from now on for so many seconds, by the issuer or by itself. */
static struct identity issue(const char *name, const struct identity *issuer, long valid_s)
{
	struct identity id = {EVP_EC_gen("P-256"), X509_new()};
	static long serial;
	char alternative[128];
	must(id.key && id.certificate, name);
	X509 *x = id.certificate, *by = issuer ? issuer->certificate : x;
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(x), -7200);
	X509_gmtime_adj(X509_getm_notAfter(x), valid_s);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
	                           0);
	X509_set_issuer_name(x, X509_get_subject_name(by));
	X509_set_pubkey(x, id.key);
	add_extension(x, by, NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if (issuer) {
		snprintf(alternative, sizeof(alternative), "DNS:%s", name);
		add_extension(x, by, NID_subject_alt_name, alternative);
	}
	must(X509_sign(x, issuer ? issuer->key : id.key, EVP_sha256()) > 0, name);
	return id;
}

static void identity_release(struct identity *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->certificate);
}

static SSL_CTX *server_side(const struct identity *id)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	must(tls && SSL_CTX_use_certificate(tls, id->certificate) == 1 && SSL_CTX_use_PrivateKey(tls, id->key) == 1,
	     "server");
	return tls;
}

/* ---- the scene ---- */

static const char host[] = "enclave.example.org";

struct scene {
	struct identity authority, leaf;
	SSL_CTX *tls;
	struct server server;
	char ca_path[64], connect_to[128];
	const char *connect_list[3];
	struct fetch_options options;
};

static void write_ca(struct scene *s)
{
	snprintf(s->ca_path, sizeof(s->ca_path), "test-authority-XXXXXX");
	int fd = mkstemp(s->ca_path);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	must(f && PEM_write_X509(f, s->authority.certificate) == 1 && fclose(f) == 0, "file of the authority");
}

static void scene_begin(struct scene *s, const struct server_answer *answers, const char *name, long valid_s)
{
	s->authority = issue("Test Authority", NULL, 7200);
	s->leaf = issue(name, &s->authority, valid_s);
	s->tls = server_side(&s->leaf);
	server_start(&s->server, answers, s->tls);
	write_ca(s);
	snprintf(s->connect_to, sizeof(s->connect_to), "%s:443:127.0.0.1:%u", host, s->server.port);
	s->connect_list[0] = s->connect_to;
	s->connect_list[1] = s->connect_list[2] = NULL;
	s->options = client_options();
	s->options.ca_file = s->ca_path;
	s->options.connect_to = s->connect_list;
}

static void scene_end(struct scene *s)
{
	server_stop(&s->server);
	unlink(s->ca_path);
	SSL_CTX_free(s->tls);
	identity_release(&s->leaf);
	identity_release(&s->authority);
}

static struct fetch_result get(const struct scene *s, enum fetch_purpose purpose, const char *url)
{
	struct fetcher *f = client_new(&s->options);
	struct fetch_result r = client_fetch(f, (struct fetch_request){.purpose = purpose, .url = url});
	r.headers = NULL;
	fetcher_free(f);
	return r;
}

static const struct server_answer answers[] = {
	{.path = "/.well-known/attestation", .status = 200, TEXT("{\"quote\":\"\"}")},
	{.path = "/moved", .status = 302, .fields = "Location: /.well-known/attestation\r\n", TEXT("")},
	{.path = "/away", .status = 301, .fields = "Location: http://127.0.0.1/\r\n", TEXT("")},
	{.path = "/cut", .status = 200, TEXT("half of it"), .manner = SERVER_CUT},
	{NULL},
};

static const char document[] = "https://enclave.example.org/.well-known/attestation";

/* ---- tests ---- */

static struct sha256 hash_of(uint8_t *der, int n)
{
	struct sha256 h = hash_sha256(bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	return h;
}

TEST(document_and_facts_of_its_peer)
{
	struct scene s;
	scene_begin(&s, answers, host, 3600);
	struct fetch_result r = get(&s, FETCH_DOCUMENT, document);
	CHECK_THAT(r.outcome == FETCH_OK && r.status == 200, "%s", r.message);
	CHECK(r.n == 12 && memcmp(client_body, "{\"quote\":\"\"}", 12) == 0);
	uint8_t *certificate = NULL, *spki = NULL;
	int n = i2d_X509(s.leaf.certificate, &certificate), m = i2d_PUBKEY(s.leaf.key, &spki);
	struct sha256 of_certificate = hash_of(certificate, n), of_spki = hash_of(spki, m);
	CHECK(r.has_peer);
	CHECK(sha256_equal(&r.peer_certificate, &of_certificate));
	CHECK(sha256_equal(&r.peer_spki, &of_spki));
	CHECK_TEXT(r.peer_address, "127.0.0.1");
	CHECK(strstr(s.server.seen->last, "\r\nHost: enclave.example.org\r\n"));
	/* The name's case and the port said aloud change nothing. */
	CHECK(get(&s, FETCH_DOCUMENT, "https://Enclave.Example.ORG:443/.well-known/attestation").outcome == FETCH_OK);
	scene_end(&s);
}

/* Each document is asked over a handshake of its own: the key is the one served now. */
TEST(documents_share_no_connection)
{
	struct scene s;
	scene_begin(&s, answers, host, 3600);
	struct fetcher *f = client_new(&s.options);
	for (int i = 0; i < 3; i++) {
		struct fetch_result r =
			client_fetch(f, (struct fetch_request){.purpose = FETCH_DOCUMENT, .url = document});
		CHECK_THAT(r.outcome == FETCH_OK && r.has_peer, "%s", r.message);
	}
	CHECK_U64(atomic_load(&s.server.seen->connections), 3);
	fetcher_free(f);
	scene_end(&s);
}

TEST(redirects_are_not_followed)
{
	struct scene s;
	scene_begin(&s, answers, host, 3600);
	struct fetch_result r = get(&s, FETCH_DOCUMENT, "https://enclave.example.org/moved");
	CHECK(r.outcome == FETCH_STATUS && r.status == 302 && r.has_peer);
	r = get(&s, FETCH_DOCUMENT, "https://enclave.example.org/away");
	CHECK(r.outcome == FETCH_STATUS && r.status == 301);
	CHECK_U64(atomic_load(&s.server.seen->requests), 2);
	r = get(&s, FETCH_DOCUMENT, "https://enclave.example.org/cut");
	CHECK(r.outcome == FETCH_FAILED && r.transient && r.n == 0);
	scene_end(&s);
}

/* A proxy would resolve the name itself, so documents go past it. */
TEST(documents_use_no_proxy)
{
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	struct scene s;
	scene_begin(&s, answers, host, 3600);
	for (size_t i = 0; i < 4; i++)
		setenv(names[i], "http://127.0.0.1:9", 1);
	struct fetch_result r = get(&s, FETCH_DOCUMENT, document);
	CHECK_THAT(r.outcome == FETCH_OK, "%s", r.message);
	r = get(&s, FETCH_LOG, document);
	CHECK(r.outcome == FETCH_FAILED && !strstr(r.message, "does not verify"));
	for (size_t i = 0; i < 4; i++)
		unsetenv(names[i]);
	scene_end(&s);
}

static void check_unverified(const struct scene *s, enum fetch_purpose purpose, const char *url)
{
	struct fetch_result r = get(s, purpose, url);
	CHECK_THAT(r.outcome == FETCH_FAILED && !r.transient && r.n == 0, "%d %s", r.outcome, r.message);
	CHECK_THAT(strstr(r.message, "does not verify"), "%s", r.message);
	CHECK_U64(atomic_load(&s->server.seen->requests), 0);
}

/* TLS is verified for every purpose; ca_file is for documents alone. */
TEST(unknown_authority)
{
	struct scene s;
	scene_begin(&s, answers, host, 3600);
	check_unverified(&s, FETCH_LOG, document);
	check_unverified(&s, FETCH_VENDOR, document);
	s.options.ca_file = NULL;
	check_unverified(&s, FETCH_DOCUMENT, document);
	s.options.ca_file = "/nonexistent/ca.pem";
	struct fetch_result r = get(&s, FETCH_DOCUMENT, document);
	CHECK_THAT(r.outcome == FETCH_FAILED && !r.transient, "%s", r.message);
	CHECK_THAT(strstr(r.message, "check ca-file"), "%s", r.message);
	scene_end(&s);
}

TEST(certificate_of_another_name)
{
	struct scene s;
	scene_begin(&s, answers, "other.example.org", 3600);
	check_unverified(&s, FETCH_DOCUMENT, document);
	scene_end(&s);
}

TEST(certificate_that_expired)
{
	struct scene s;
	scene_begin(&s, answers, host, -3600);
	check_unverified(&s, FETCH_DOCUMENT, document);
	scene_end(&s);
}

/* The rule for addresses is waived for what connect-to names, and for nothing else. */
TEST(connect_to_waives_for_its_own_pair_only)
{
	struct scene s;
	scene_begin(&s, answers, "localhost", 3600);
	CHECK(get(&s, FETCH_DOCUMENT, "https://localhost/").outcome == FETCH_REFUSED);
	snprintf(s.connect_to, sizeof(s.connect_to), "localhost:8443:127.0.0.1:%u", s.server.port);
	CHECK(get(&s, FETCH_DOCUMENT, "https://localhost/").outcome == FETCH_REFUSED);
	CHECK(get(&s, FETCH_DOCUMENT, "https://localhost:8443/").outcome == FETCH_REFUSED); /* the port's rule stands */
	/* Another port, but the address is left to the resolver: no waiver. */
	snprintf(s.connect_to, sizeof(s.connect_to), "localhost:443::%u", s.server.port);
	struct fetch_result r = get(&s, FETCH_DOCUMENT, "https://localhost/.well-known/attestation");
	CHECK_THAT(r.outcome == FETCH_REFUSED && strstr(r.message, "is not public"), "%s", r.message);
	/* The first entry that leads somewhere is the one that curl follows. */
	char second[64];
	snprintf(second, sizeof(second), "localhost:443:127.0.0.1:%u", s.server.port);
	s.connect_list[1] = second;
	CHECK(get(&s, FETCH_DOCUMENT, "https://localhost/.well-known/attestation").outcome == FETCH_REFUSED);
	s.connect_list[1] = NULL;
	CHECK_U64(atomic_load(&s.server.seen->connections), 0);
	snprintf(s.connect_to, sizeof(s.connect_to), "localhost:443:127.0.0.1:%u", s.server.port);
	r = get(&s, FETCH_DOCUMENT, "https://localhost/.well-known/attestation");
	CHECK_THAT(r.outcome == FETCH_OK, "%s", r.message);
	scene_end(&s);
}
