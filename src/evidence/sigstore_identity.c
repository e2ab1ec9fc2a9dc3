/*
 * Fulcio's extensions. The first generation (1.3.6.1.4.1.57264.1.1 to .6) is raw text in extnValue, the second (.8 to
 * .22) a DER UTF8String; where both are there, the second counts, and commit and ref must be the same.
 */
#include "base/text.h"
#include "evidence/sigstore.h"

enum { LAST = 24, RAW_LAST = 6, GENERATION_2 = 8 };

#define GITHUB BYTES_LITERAL("https://github.com/")

static const uint8_t arc[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01}; /* 1.3.6.1.4.1.57264.1 */

struct reading {
	struct bytes value[LAST + 1];
	struct fault fault;
};

static void fail(struct reading *r, enum fault_code code, size_t at, const char *field)
{
	if (!fault_is_set(r->fault))
		r->fault = fault_at(code, at, field);
}

/* Text that can be compared and shown: UTF-8 without control characters. */
static bool is_plain(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] == 0x7f)
			return false;
	return text.n > 0 && text_is_utf8(text);
}

static void read_extension(struct reading *r, const struct cert_extension *e)
{
	uint8_t n = e->oid.p[e->oid.n - 1];
	struct bytes text = e->value;
	if (n == 0 || n > LAST || n == 7)
		return; /* later ones say something else */
	if (n > RAW_LAST) {
		struct cursor c = cursor_at(e->value, e->offset);
		text = der_expect(&c, DER_UTF8_STRING, "identity").content;
		struct fault f = cursor_end(&c, "identity");
		if (fault_is_set(f))
			fail(r, f.code, f.offset, f.field);
	}
	if (!is_plain(text))
		fail(r, FAULT_ENCODING, e->offset, "identity");
	if (r->value[n].n > 0)
		fail(r, FAULT_DUPLICATE, e->offset, "identity");
	r->value[n] = text;
}

static void read_extensions(struct reading *r, const struct cert *leaf)
{
	struct cert_extension e;
	struct cursor walk = cert_extensions(leaf);
	while (cert_extension_next(&walk, &e))
		if (e.oid.n == sizeof(arc) + 1 && bytes_starts_with(e.oid, bytes_of(arc, sizeof(arc))))
			read_extension(r, &e);
	if (!cursor_ok(&walk))
		fail(r, walk.fault.code, walk.fault.offset, walk.fault.field);
}

/* The one name: a URI of a workflow, or the mail address of a person. */
static void read_san(struct reading *r, const struct cert *leaf, struct sigstore_identity *out)
{
	static const uint8_t oid[] = {0x55, 0x1d, 0x11};
	struct cert_extension e;
	struct der name = {0};
	size_t count = 0;
	if (!cert_extension_find(leaf, bytes_of(oid, sizeof(oid)), &e, &count) || count != 1) {
		fail(r, FAULT_MISSING, 0, "subjectAltName");
		return;
	}
	struct cursor c = cursor_at(e.value, e.offset);
	struct der names = der_expect(&c, DER_SEQUENCE, "subjectAltName");
	struct cursor in = der_inside(&names);
	der_next(&in, &name, "subjectAltName");
	cursor_end(&in, "subjectAltName");
	struct fault f = cursor_end(&c, "subjectAltName");
	f = fault_is_set(f) ? f : in.fault;
	if (fault_is_set(f))
		fail(r, f.code, f.offset, f.field);
	out->san_is_uri = name.tag == (DER_CONTEXT | 6);
	if (!out->san_is_uri && name.tag != (DER_CONTEXT | 1))
		fail(r, FAULT_UNSUPPORTED, e.offset, "subjectAltName");
	if (!is_plain(name.content))
		fail(r, FAULT_ENCODING, e.offset, "subjectAltName");
	out->san = name.content;
}

static struct bytes either(struct bytes first, struct bytes second)
{
	return first.n > 0 ? first : second;
}

static bool contradicts(struct bytes a, struct bytes b)
{
	return a.n > 0 && b.n > 0 && !bytes_equal(a, b);
}

static struct bytes without(struct bytes text, struct bytes prefix)
{
	return bytes_starts_with(text, prefix) ? bytes_slice(text, prefix.n, text.n - prefix.n) : text;
}

struct bytes sigstore_repository(struct bytes name)
{
	return without(without(name, BYTES_LITERAL("https://")), BYTES_LITERAL("github.com/"));
}

static struct bytes repository_of(const struct reading *r)
{
	return r->value[12].n > 0 ? sigstore_repository(r->value[12]) : r->value[5];
}

/* ".../workflows/build.yml@refs/..." */
static struct bytes workflow_of(struct bytes signer)
{
	const uint8_t *at = signer.n > 0 ? memchr(signer.p, '@', signer.n) : NULL;
	size_t end = at ? (size_t)(at - signer.p) : 0, from = end;
	while (from > 0 && signer.p[from - 1] != '/')
		from--;
	return bytes_slice(signer, from, end - from);
}

/* A ref that holds another "@refs/" lets the name of a branch look like a tag's. */
static bool is_ambiguous(struct bytes ref)
{
	return ref.n > 0 && (memchr(ref.p, '@', ref.n) != NULL && memmem(ref.p, ref.n, "@refs/", 6) != NULL);
}

/* A workflow of the repository itself: its URI is repository, path and ref. */
static bool names_itself(const struct reading *r, const struct sigstore_identity *i)
{
	struct bytes rest = without(i->signer, i->source);
	if (i->source.n == 0 || i->ref.n == 0 || rest.n == i->signer.n || rest.n < i->ref.n + 2 || rest.p[0] != '/')
		return true; /* another repository's workflow, or nothing to compare with */
	if (contradicts(r->value[9], r->value[18]))
		return true; /* called by another workflow, which may be of another ref */
	size_t at = rest.n - i->ref.n;
	return rest.p[at - 1] == '@' && bytes_equal(bytes_slice(rest, at, i->ref.n), i->ref);
}

static void compare(struct reading *r, const struct sigstore_identity *i, struct arena *a)
{
	const struct bytes *v = r->value;
	const char *url = arena_format(a, "https://github.com/%.*s", (int)v[5].n, (const char *)v[5].p);
	if (contradicts(v[3], v[13]) || contradicts(v[6], v[14]))
		fail(r, FAULT_MISMATCH, 0, "commit or ref");
	if (bytes_starts_with(v[12], GITHUB) && v[5].n > 0 && (!url || !bytes_equal_text(v[12], url)))
		fail(r, FAULT_MISMATCH, 0, "repository");
	if (i->san_is_uri && contradicts(v[9], i->san))
		fail(r, FAULT_MISMATCH, 0, "subjectAltName");
	if (is_ambiguous(i->ref))
		fail(r, FAULT_VALUE, 0, "ref");
	if (!names_itself(r, i))
		fail(r, FAULT_MISMATCH, 0, "workflow");
}

struct fault sigstore_identity_read(const struct cert *leaf, struct arena *a, struct sigstore_identity *out)
{
	struct reading r = {.fault = FAULT_OK};
	*out = (struct sigstore_identity){.san_is_uri = false};
	read_san(&r, leaf, out);
	read_extensions(&r, leaf);
	const struct bytes *v = r.value;
	out->issuer = either(v[GENERATION_2], v[1]);
	out->signer = either(v[9], out->san);
	out->repository = repository_of(&r);
	out->source = v[12];
	if (out->source.n == 0 && v[5].n > 0) {
		const char *url = arena_format(a, "https://github.com/%.*s", (int)v[5].n, (const char *)v[5].p);
		out->source = bytes_of_text(url);
	}
	out->commit = either(v[13], v[3]);
	out->ref = either(v[14], v[6]);
	out->workflow = workflow_of(out->signer);
	out->runner = v[11];
	out->repository_id = v[15];
	out->owner_id = v[17];
	out->trigger = either(v[20], v[2]);
	out->run = v[21];
	if (out->issuer.n == 0)
		fail(&r, FAULT_MISSING, 0, "issuer");
	compare(&r, out, a);
	return r.fault;
}
