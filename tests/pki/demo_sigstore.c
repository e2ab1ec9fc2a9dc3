#include "pki/demo_sigstore.h"

#include <openssl/err.h>
#include <openssl/ts.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/hash.h"
#include "base/hex.h"
#include "ct/merkle.h"
#include "pki/demo_p384.h"

#define NEED(CONDITION)                                                             \
	do {                                                                        \
		if (!(CONDITION)) {                                                 \
			fprintf(stderr, "demo Sigstore: %s failed\n", #CONDITION);  \
			exit(1);                                                    \
		}                                                                   \
	} while (0)

#define REKOR_1 "rekor.demo.example"
#define REKOR_2 "log2025-1.rekor.demo.example"

struct demo_bundle demo_bundle_good(void)
{
	struct demo_bundle b = {
		.signer = {.issuer_key = "fulcio intermediate", .issuer_name = "sigstore-intermediate",
	                   .repository = "example-org/router", .ref = "refs/tags/v1.0.0",
	                   .commit = "7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7", .workflow = "build.yml",
	                   .oidc = "https://token.actions.githubusercontent.com", .ct_key = "ct log",
	                   .sct_ms = DEMO_SIGSTORE_SIGNED_MS - 10000, .from_ms = DEMO_SIGSTORE_SIGNED_MS - 60000,
	                   .to_ms = DEMO_SIGSTORE_SIGNED_MS + 540000},
		.leaf_key = "signer", .signature_key = "signer", .version = "0.3", .signed_ms = DEMO_SIGSTORE_SIGNED_MS,
		.log_key = "rekor", .timestamp_key = "timestamps",
		.subject_digest = "5ed9d5c942528ec2eeb759919827f1bc2183c6810f80225a52147dd4020c12a0",
	};
	for (size_t i = 0; i < 48; i++) {
		b.snp[i] = (uint8_t)(0xa0 + i); /* as demo_report_good's */
		b.rtmr1[i] = (uint8_t)(0x10 + i);
		b.rtmr2[i] = (uint8_t)(0x50 + i);
	}
	return b;
}

static const char *b64(struct bytes in, struct arena *a)
{
	const char *s = base64_text(a, in);
	NEED(s);
	return s;
}

static const char *hash_hex(struct bytes in, struct arena *a)
{
	struct sha256 h = hash_sha256(in);
	return hex_text(a, sha256_bytes(&h));
}

static const char *pem_of(struct bytes der, struct arena *a)
{
	struct buffer b;
	const char *text = b64(der, a);
	buffer_init(&b, 1 << 16);
	buffer_put_text(&b, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < strlen(text); i += 64)
		buffer_printf(&b, "%.64s\n", text + i);
	buffer_put_text(&b, "-----END CERTIFICATE-----\n");
	const char *out = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

/* ---- what is signed ---- */

static const char *statement_of(const struct demo_bundle *b, struct arena *a)
{
	const char *text = arena_format(a,
		"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"deployment.json\",\"digest\":"
		"{\"sha256\":\"%s\"}}],\"predicateType\":\"https://tinfoil.sh/predicate/snp-tdx-multiplatform/v1\","
		"\"predicate\":{\"snp_measurement\":\"%s\",\"tdx_measurement\":{\"rtmr1\":\"%s\",\"rtmr2\":\"%s\"}}}",
		b->subject_digest, hex_text(a, bytes_of(b->snp, 48)), hex_text(a, bytes_of(b->rtmr1, 48)),
		hex_text(a, bytes_of(b->rtmr2, 48)));
	return demo_edit(text, b->statement, a);
}

static struct bytes pae_of(struct bytes payload, struct arena *a)
{
	static const char type[] = "application/vnd.in-toto+json";
	const char *text = arena_format(a, "DSSEv1 %zu %s %zu %.*s", sizeof(type) - 1, type, payload.n, (int)payload.n,
	                                (const char *)payload.p);
	return bytes_of_text(text);
}

/* ---- Rekor ---- */

struct parts {
	struct bytes certificate, payload, signature;
};

static const char *entry_of(const struct demo_bundle *b, const struct parts *p, struct arena *a)
{
	const char *signature = b64(p->signature, a), *text;
	struct sha256 payload = hash_sha256(p->payload), pae = hash_sha256(pae_of(p->payload, a));
	if (b->rekor_2 && b->hashed_record)
		text = arena_format(a,
			"{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{\"hashedRekordV002\":{\"data\":{\"algorithm\":"
			"\"SHA2_256\",\"digest\":\"%s\"},\"signature\":{\"content\":\"%s\",\"verifier\":{\"keyDetails\":"
			"\"PKIX_ECDSA_P256_SHA_256\",\"x509Certificate\":{\"rawBytes\":\"%s\"}}}}}}",
			b64(sha256_bytes(&pae), a), signature, b64(p->certificate, a));
	else if (b->rekor_2)
		text = arena_format(a,
			"{\"apiVersion\":\"0.0.2\",\"kind\":\"dsse\",\"spec\":{\"dsseV002\":{\"payloadHash\":{\"algorithm\":\"SHA2_256\","
			"\"digest\":\"%s\"},\"signatures\":[{\"content\":\"%s\",\"verifier\":{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\","
			"\"x509Certificate\":{\"rawBytes\":\"%s\"}}}]}}}",
			b64(sha256_bytes(&payload), a), signature, b64(p->certificate, a));
	else if (b->intoto)
		text = arena_format(a,
			"{\"apiVersion\":\"0.0.2\",\"kind\":\"intoto\",\"spec\":{\"content\":{\"envelope\":{\"payloadType\":"
			"\"application/vnd.in-toto+json\",\"signatures\":[{\"publicKey\":\"%s\",\"sig\":\"%s\"}]},\"hash\":{\"algorithm\":"
			"\"sha256\",\"value\":\"%s\"},\"payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"%s\"}}}}",
			b64(bytes_of_text(pem_of(p->certificate, a)), a), b64(bytes_of_text(signature), a),
			hash_hex(BYTES_LITERAL("x"), a), hash_hex(p->payload, a));
	else
		text = arena_format(a,
			"{\"apiVersion\":\"0.0.1\",\"kind\":\"dsse\",\"spec\":{\"envelopeHash\":{\"algorithm\":\"sha256\",\"value\":\"%s\"},"
			"\"payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"%s\"},\"signatures\":[{\"signature\":\"%s\",\"verifier\":"
			"\"%s\"}]}}",
			hash_hex(BYTES_LITERAL("x"), a), hash_hex(p->payload, a), signature,
			b64(bytes_of_text(pem_of(p->certificate, a)), a));
	return demo_edit(text, b->entry, a);
}

struct tree {
	struct sha256 path[2], root;
};

/* The second leaf of three. */
static struct tree tree_of(struct bytes entry)
{
	struct sha256 leaf = ct_merkle_leaf(entry), first = ct_merkle_leaf(BYTES_LITERAL("first"));
	struct sha256 third = ct_merkle_leaf(BYTES_LITERAL("third")), left = ct_merkle_node(&first, &leaf);
	struct tree t = {{first, third}, ct_merkle_node(&left, &third)};
	return t;
}

static EVP_PKEY *log_key(const struct demo_bundle *b)
{
	return b->rekor_2 ? demo_ed25519_key(b->log_key) : demo_p256_key(b->log_key);
}

static struct sha256 log_id(bool rekor_2, struct arena *a)
{
	EVP_PKEY *key = rekor_2 ? demo_ed25519_key("rekor") : demo_p256_key("rekor");
	struct bytes spki = demo_spki(key, a);
	EVP_PKEY_free(key);
	if (!rekor_2)
		return hash_sha256(spki);
	uint8_t tail[34] = {'\n', 1};
	memcpy(tail + 2, spki.p + spki.n - 32, 32);
	return hash_sha256_two(BYTES_LITERAL(REKOR_2), bytes_of(tail, sizeof(tail)));
}

static const char *checkpoint_of(const struct demo_bundle *b, const struct tree *t, struct arena *a)
{
	struct sha256 id = log_id(b->rekor_2, a);
	EVP_PKEY *key = log_key(b);
	const char *host = b->rekor_2 ? REKOR_2 : REKOR_1;
	const char *text = arena_format(a, "%s%s\n3\n%s\n", host, b->rekor_2 ? "" : " - 1193050959916656506",
	                                b64(sha256_bytes(&t->root), a));
	struct buffer blob;
	text = demo_edit(text, b->checkpoint, a);
	buffer_init(&blob, 1 << 12);
	buffer_put(&blob, id.b, 4);
	buffer_put_bytes(&blob, demo_sign(key, bytes_of_text(text), a));
	/* A witness's line goes first: it is nobody whom the trusted root knows. */
	const char *out = arena_format(a, "%s\n\xe2\x80\x94 witness.example AAAAAAAA\n\xe2\x80\x94 %s %s\n", text, host,
	                               b64(buffer_bytes(&blob), a));
	buffer_release(&blob);
	EVP_PKEY_free(key);
	return out;
}

static const char *set_of(const struct demo_bundle *b, const char *entry, struct arena *a)
{
	struct sha256 id = log_id(false, a);
	EVP_PKEY *key = log_key(b);
	const char *message = arena_format(a, "{\"body\":\"%s\",\"integratedTime\":%lld,\"logID\":\"%s\",\"logIndex\":1000001}",
	                                   b64(bytes_of_text(entry), a), (long long)(b->signed_ms / 1000),
	                                   hex_text(a, sha256_bytes(&id)));
	const char *out = b64(demo_sign(key, bytes_of_text(demo_edit(message, b->set, a)), a), a);
	EVP_PKEY_free(key);
	return out;
}

static const char *escaped(const char *text, struct arena *a)
{
	struct buffer b;
	buffer_init(&b, 1 << 16);
	for (; *text; text++)
		if (*text == '\n')
			buffer_put_text(&b, "\\n");
		else
			buffer_put_u8(&b, (uint8_t)*text);
	const char *out = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

static const char *log_entry_of(const struct demo_bundle *b, const struct parts *p, struct arena *a)
{
	const char *entry = entry_of(b, p, a);
	struct tree t = tree_of(bytes_of_text(entry));
	struct sha256 id = log_id(b->rekor_2, a);
	bool set = !b->rekor_2 && !b->without_set;
	const char *kind = b->rekor_2 && b->hashed_record ? "hashedrekord" : b->intoto ? "intoto" : "dsse";
	const char *proof = arena_format(a,
		",\"inclusionProof\":{\"logIndex\":\"1\",\"rootHash\":\"%s\",\"treeSize\":\"3\",\"hashes\":[\"%s\",\"%s\"],"
		"\"checkpoint\":{\"envelope\":\"%s\"}}",
		b64(sha256_bytes(&t.root), a), b64(sha256_bytes(&t.path[0]), a), b64(sha256_bytes(&t.path[1]), a),
		escaped(checkpoint_of(b, &t, a), a));
	return arena_format(a,
		"{\"logIndex\":\"1000001\",\"logId\":{\"keyId\":\"%s\"},\"kindVersion\":{\"kind\":\"%s\",\"version\":\"%s\"}%s%s%s,"
		"\"canonicalizedBody\":\"%s\"}",
		b64(sha256_bytes(&id), a), kind, b->rekor_2 || b->intoto ? "0.0.2" : "0.0.1",
		b->rekor_2 ? "" : arena_format(a, ",\"integratedTime\":\"%lld\"", (long long)(b->signed_ms / 1000)),
		set ? arena_format(a, ",\"inclusionPromise\":{\"signedEntryTimestamp\":\"%s\"}", set_of(b, entry, a)) : "",
		b->without_proof ? "" : proof, b64(bytes_of_text(entry), a));
}

/* ---- RFC 3161 ---- */

/* Made once: ECDSA signs differently each time, and tokens name the certificate's hash. */
static X509 *timestamp_authority(void)
{
	static X509 *made;
	if (!made)
		made = demo_authority("tsa", "timestamps", "tsa root", "tsa root", false, "critical,timeStamping");
	return X509_dup(made);
}

static int64_t stamp_s;

static int stamp_time(TS_RESP_CTX *ctx, void *data, long *seconds, long *micros)
{
	(void)ctx;
	(void)data;
	*seconds = (long)stamp_s;
	*micros = 0;
	return 1;
}

static ASN1_INTEGER *stamp_serial(TS_RESP_CTX *ctx, void *data)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	(void)ctx;
	(void)data;
	ASN1_INTEGER_set(n, 42);
	return n;
}

static TS_REQ *stamp_request(struct bytes signature)
{
	TS_REQ *q = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	struct sha256 h = hash_sha256(signature);
	X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL);
	NEED(TS_REQ_set_version(q, 1) && TS_MSG_IMPRINT_set_algo(imprint, algorithm) &&
	     TS_MSG_IMPRINT_set_msg(imprint, h.b, SHA256_BYTES) && TS_REQ_set_msg_imprint(q, imprint));
	TS_MSG_IMPRINT_free(imprint);
	X509_ALGOR_free(algorithm);
	return q;
}

static struct bytes timestamp_of(const struct demo_bundle *b, struct bytes signature, struct arena *a)
{
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	X509 *signer = timestamp_authority();
	EVP_PKEY *key = demo_p384_key("timestamps");
	ASN1_OBJECT *policy = OBJ_txt2obj("1.3.6.1.4.1.57264.2", 1);
	TS_REQ *q = stamp_request(b->timestamp_of_other ? BYTES_LITERAL("other") : signature);
	BIO *in = BIO_new(BIO_s_mem());
	uint8_t *der = NULL;
	if (strcmp(b->timestamp_key, "timestamps") != 0) { /* in the name of the authority, by another key */
		X509_free(signer);
		EVP_PKEY_free(key);
		signer = demo_authority("tsa", b->timestamp_key, "tsa root", "tsa root", false, "critical,timeStamping");
		struct sha256 serial = hash_sha256(BYTES_LITERAL("timestamps"));
		ASN1_INTEGER_set(X509_get_serialNumber(signer), serial.b[0] + 1);
		key = demo_p384_key(b->timestamp_key);
	}
	stamp_s = b->signed_ms / 1000;
	NEED(i2d_TS_REQ_bio(in, q) == 1 && TS_RESP_CTX_set_signer_cert(ctx, signer) && TS_RESP_CTX_set_signer_key(ctx, key));
	NEED(TS_RESP_CTX_set_def_policy(ctx, policy) && TS_RESP_CTX_add_md(ctx, EVP_sha256()) &&
	     TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()));
	TS_RESP_CTX_set_serial_cb(ctx, stamp_serial, NULL);
	TS_RESP_CTX_set_time_cb(ctx, stamp_time, NULL);
	TS_RESP *r = TS_RESP_create_response(ctx, in);
	NEED(r && TS_RESP_get_token(r));
	int n = i2d_TS_RESP(r, &der);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	TS_RESP_free(r);
	BIO_free(in);
	TS_REQ_free(q);
	ASN1_OBJECT_free(policy);
	EVP_PKEY_free(key);
	X509_free(signer);
	TS_RESP_CTX_free(ctx);
	ERR_clear_error();
	return out;
}

/* ---- bundles ---- */

static const char *certificate_of(const struct demo_bundle *b, struct bytes der, struct arena *a)
{
	bool chain = strcmp(b->version, "0.3") != 0;
	return arena_format(a, chain ? "\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"%s\"}]}"
	                             : "\"certificate\":{\"rawBytes\":\"%s\"}", b64(der, a));
}

struct bytes demo_bundle_make(const struct demo_bundle *b, struct arena *a)
{
	struct parts p = {demo_signer_certificate(&b->signer, b->leaf_key, a), bytes_of_text(statement_of(b, a)), {NULL, 0}};
	EVP_PKEY *key = demo_p256_key(b->signature_key);
	p.signature = demo_sign(key, pae_of(p.payload, a), a);
	EVP_PKEY_free(key);
	const char *timestamps =
		b->timestamped ? arena_format(a, ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"%s\"}]}",
	                                      b64(timestamp_of(b, p.signature, a), a))
	                       : ",\"timestampVerificationData\":{}";
	const char *media = strcmp(b->version, "0.3") == 0
	                            ? "application/vnd.dev.sigstore.bundle.v0.3+json"
	                            : arena_format(a, "application/vnd.dev.sigstore.bundle+json;version=%s", b->version);
	const char *text = arena_format(a,
		"{\"mediaType\":\"%s\",\"verificationMaterial\":{%s,\"tlogEntries\":[%s]%s},\"dsseEnvelope\":{\"payload\":\"%s\","
		"\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"%s\"}]}}",
		media, certificate_of(b, p.certificate, a), b->without_entry ? "" : log_entry_of(b, &p, a), timestamps,
		b64(p.payload, a), b64(p.signature, a));
	return bytes_of_text(demo_edit(text, b->text, a));
}

/* ---- trusted root ---- */

static const char *log_text(const char *url, EVP_PKEY *key, struct sha256 id, const char *details, struct arena *a)
{
	const char *text = arena_format(a,
		"{\"baseUrl\":\"https://%s\",\"hashAlgorithm\":\"SHA2_256\",\"publicKey\":{\"rawBytes\":\"%s\",\"keyDetails\":\"%s\","
		"\"validFor\":{\"start\":\"2024-01-01T00:00:00Z\"}},\"logId\":{\"keyId\":\"%s\"}}",
		url, b64(demo_spki(key, a), a), details, b64(sha256_bytes(&id), a));
	EVP_PKEY_free(key);
	return text;
}

static const char *authority_text(X509 *leaf, X509 *root, const char *start, struct arena *a)
{
	const char *text = arena_format(a,
		"{\"subject\":{},\"uri\":\"https://demo.example\",\"certChain\":{\"certificates\":[{\"rawBytes\":\"%s\"},"
		"{\"rawBytes\":\"%s\"}]},\"validFor\":{\"start\":\"%s\"}}",
		b64(demo_x509(leaf, a), a), b64(demo_x509(root, a), a), start);
	X509_free(leaf);
	X509_free(root);
	return text;
}

struct bytes demo_sigstore_root(const struct demo_edit edits[2], struct arena *a)
{
	EVP_PKEY *ct = demo_p256_key("ct log");
	struct sha256 ct_id = hash_sha256(demo_spki(ct, a));
	const char *text = arena_format(a,
		"{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\",\"tlogs\":[%s,%s],"
		"\"certificateAuthorities\":[%s],\"ctlogs\":[%s],\"timestampAuthorities\":[%s]}",
		log_text(REKOR_1, demo_p256_key("rekor"), log_id(false, a), "PKIX_ECDSA_P256_SHA_256", a),
		log_text(REKOR_2, demo_ed25519_key("rekor"), log_id(true, a), "PKIX_ED25519", a),
		authority_text(demo_authority("sigstore-intermediate", "fulcio intermediate", "sigstore", "fulcio root", true, "codeSigning"),
	                       demo_authority("sigstore", "fulcio root", "sigstore", "fulcio root", true, NULL),
	                       "2024-01-02T00:00:00Z", a),
		log_text("ctfe.demo.example", ct, ct_id, "PKIX_ECDSA_P256_SHA_256", a),
		authority_text(timestamp_authority(),
	                       demo_authority("tsa root", "tsa root", "tsa root", "tsa root", true, NULL),
	                       "2024-01-03T00:00:00Z", a));
	return bytes_of_text(edits ? demo_edit(text, edits, a) : text);
}
