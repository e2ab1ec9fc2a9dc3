/* Reference manifests: what is read, what is refused, whose signature counts; comparison; which RIM is chosen. */
#include "test.h"

#include <time.h>

#include "base/base64.h"
#include "evidence/rim.h"
#include "pki/demo_rim.h"

static struct arena arena;
static struct collateral_set anchors;
static struct demo_rim demo;

static void start(void)
{
	arena_init(&arena, 64 << 20);
	collateral_set_init(&anchors, &arena);
	CHECK(!fault_is_set(collateral_set_add_anchor(&anchors, demo_rim_root(&arena), NULL)));
	demo = demo_rim_good();
}

static void end(void)
{
	arena_release(&arena);
}

/* The demo RIM as it stands, read and verified at a time. */
static struct fault look_at(int64_t at_ms, int64_t archived_ms, struct rim *rim, struct rim_trust *trust)
{
	struct fault f = rim_parse(demo_rim_make(&demo, &arena), &arena, rim);
	*trust = (struct rim_trust){.why = ""};
	if (!fault_is_set(f))
		rim_verify(rim, &anchors, at_ms, archived_ms, &arena, trust);
	return f;
}

static void check_good(const char *what)
{
	struct rim rim;
	struct rim_trust t;
	struct fault f = look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
	CHECK_THAT(!fault_is_set(f), "%s: %s", what, f.field);
	CHECK_THAT(t.intact && t.chained && t.in_time && !t.builtin && !t.stale, "%s: %s", what, t.why);
}

TEST(a_good_one)
{
	struct rim rim;
	struct rim_trust t;
	start();
	check_good("plain");
	look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
	CHECK_TEXT(rim.name, "GH100");
	CHECK_TEXT(rim.product, "GH100");
	CHECK_TEXT(rim.edition, "GPU");
	CHECK_TEXT(rim.version, "550.90.07");
	CHECK_TEXT(rim.tag_id, "demo-tag");
	CHECK_U64(rim.measurement_count, 6);
	CHECK_U64(rim.active_count, 3);
	CHECK(!rim.unsupported);
	for (uint32_t i = 0; i < 6; i++) {
		uint8_t hash[48];
		demo_rim_hash(i, 0, hash);
		CHECK_U64(rim.measurements[i].index, i);
		CHECK(rim.measurements[i].active == (i % 2 == 1));
		CHECK_U64(rim.measurements[i].alternatives, i == 3 ? 2 : 1);
		CHECK(memcmp(rim.measurements[i].hashes[0], hash, 48) == 0);
	}
	CHECK_TEXT(rim.measurements[2].name, "Measurement_2");
	CHECK_TEXT(t.why, "");
	CHECK_U64(t.valid_from_ms, DEMO_RIM_SIGNER_FROM_MS);
	CHECK_U64(t.valid_to_ms, DEMO_RIM_SIGNER_TO_MS);
	struct bytes root = demo_rim_root(&arena);
	struct sha256 anchor = hash_sha256(root);
	CHECK(sha256_equal(&t.anchor, &anchor));
	end();
}

/* Other spellings of the same canonical XML are as good. */
TEST(spellings)
{
	static const struct demo_edit same[] = {
		{"active=\"False\" alternatives=\"1\" index=\"0\"", "index=\"0\"   alternatives='1'\n active=\"Fals&#x65;\""},
		{"role=\"softwareCreator tagCreator\"></ns0:Entity>", "role=\"softwareCreator tagCreator\"/>"},
		{"<SoftwareIdentity ", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SoftwareIdentity "},
		{"</SoftwareIdentity>\n", "</SoftwareIdentity>\n\n\n"},
		{"<ns0:Payload>\n", "<ns0:Payload >&#xA;"},
		{"<ds:SignatureValue>", "<ds:SignatureValue>\n  "},
		{"URI=\"\"", "URI=''"},
	};
	start();
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		demo.document[0] = same[i];
		check_good(same[i].to);
	}
	end();
}

/* What is signed and still is not in a RIM's form. */
TEST(content_that_is_refused)
{
	static const struct {
		struct demo_edit edit;
		enum fault_code code;
		const char *field;
	} cases[] = {
		{{"<SoftwareIdentity ", "<SoftwareIdentiti "}, FAULT_SYNTAX, "xml"},
		{{"index=\"4\" name", "index=\"5\" name"}, FAULT_DUPLICATE, "index"},
		{{"index=\"4\" name", "index=\"256\" name"}, FAULT_VALUE, "index"},
		{{"index=\"4\" name", "index=\"04\" name"}, FAULT_VALUE, "index"},
		{{"index=\"4\" name", "index=\"-4\" name"}, FAULT_VALUE, "index"},
		{{" index=\"4\" name", " name"}, FAULT_MISSING, "index"},
		{{"active=\"True\"", "active=\"true\""}, FAULT_VALUE, "active"},
		{{"active=\"True\"", "active=\"\""}, FAULT_VALUE, "active"},
		{{"alternatives=\"2\"", "alternatives=\"1\""}, FAULT_MISMATCH, "alternatives"},
		{{"alternatives=\"2\"", "alternatives=\"3\""}, FAULT_MISMATCH, "alternatives"},
		{{"alternatives=\"2\"", "alternatives=\"0\""}, FAULT_VALUE, "alternatives"},
		{{"alternatives=\"2\"", "alternatives=\"17\""}, FAULT_VALUE, "alternatives"},
		{{"size=\"48\"", "size=\"32\""}, FAULT_UNSUPPORTED, "size"},
		{{"size=\"48\"", "size=\"49\""}, FAULT_VALUE, "size"},
		{{"ns2:Hash1=\"", "ns2:Hash2=\""}, FAULT_MISSING, "Hash"},
		{{"ns2:Hash0=\"", "ns2:Hash0=\"0"}, FAULT_ENCODING, "Hash"},
		{{"ns2:Hash1=\"", "ns2:Hash1=\"zz"}, FAULT_ENCODING, "Hash"},
		{{"></ns0:Resource>", "><ns0:Resource></ns0:Resource></ns0:Resource>"}, FAULT_VALUE, "Resource"},
		{{" colloquialVersion=\"550.90.07\"", ""}, FAULT_MISSING, "colloquialVersion"},
		{{" edition=\"GPU\"", ""}, FAULT_MISSING, "edition"},
		{{" tagId=\"demo-tag\"", ""}, FAULT_MISSING, "tagId"},
		{{"    <ns0:Payload>\n", "    <ns0:Meta></ns0:Meta>\n    <ns0:Payload>\n"}, FAULT_DUPLICATE, "Meta"},
		{{"    <ns0:Payload>\n", "    <ns0:Payload></ns0:Payload>\n    <ns0:Payload>\n"}, FAULT_DUPLICATE, "Payload"},
		{{"xmlns:ns2=\"http://www.w3.org/2001/04/xmlenc#sha384\"", "xmlns:ns2=\"relative\""}, FAULT_UNSUPPORTED,
		 "xml: namespace"},
		{{" corpus=\"false\"", " xml:lang=\"en\" corpus=\"false\""}, FAULT_UNSUPPORTED, "xml: attribute of XML itself"},
		{{"<ns0:Payload>", "<!-- --><ns0:Payload>"}, FAULT_UNSUPPORTED, "xml: DTD, comment or CDATA"},
		{{"<ns0:Payload>", "<![CDATA[ ]]><ns0:Payload>"}, FAULT_UNSUPPORTED, "xml: DTD, comment or CDATA"},
		{{"<ns0:Payload>", "<?pi?><ns0:Payload>"}, FAULT_UNSUPPORTED, "xml: declaration or processing instruction"},
		{{"<SoftwareIdentity ", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><SoftwareIdentity "}, FAULT_UNSUPPORTED,
		 "xml: declaration or processing instruction"},
		{{"<SoftwareIdentity ", "<!DOCTYPE a [<!ENTITY b \"c\">]><SoftwareIdentity "}, FAULT_UNSUPPORTED,
		 "xml: DTD, comment or CDATA"},
		{{"name=\"GH100\"", "name=\"&b;\""}, FAULT_SYNTAX, "xml"},
		{{"<ns0:Payload>", "<a:b></a:b><ns0:Payload>"}, FAULT_SYNTAX, "xml: namespace"},
		{{"name=\"GH100\"", "name=\"\xff\""}, FAULT_ENCODING, "xml"},
		{{"name=\"GH100\"", "name=\"GH100\" name=\"GB100\""}, FAULT_SYNTAX, "xml"},
		{{"<SoftwareIdentity ", " <SoftwareIdentity "}, FAULT_UNRECOGNISED, "xml"},
	};
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rim rim;
		struct rim_trust t;
		demo.content[0] = cases[i].edit;
		struct fault f = look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
		CHECK_THAT(f.code == cases[i].code, "%s: %s in %s", cases[i].edit.to, fault_code_name(f.code), f.field);
		CHECK_THAT(f.field && strcmp(f.field, cases[i].field) == 0, "%s: in %s", cases[i].edit.to, f.field);
	}
	end();
}

/* What is signed and not known: the RIM is authentic, and a match with it proves too little. */
TEST(content_that_is_not_known)
{
	static const struct demo_edit cases[] = {
		{"<ns0:Payload>", "<ns0:Link></ns0:Link><ns0:Payload>"},
		{"<ns0:Payload>\n", "<ns0:Payload>\n<ns0:File></ns0:File>"},
		{" size=\"48\" type=\"Measurement\"", " size=\"48\" type=\"MinSvn\""},
		{" revision=\"r1\">", " revision=\"r1\"><ns0:More></ns0:More>"},
		{"></ns0:Meta>", " ns3:minSvn=\"3\"></ns0:Meta>"},
	};
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rim rim;
		struct rim_trust t;
		demo.content[0] = cases[i];
		demo.content[1] = (struct demo_edit){NULL, NULL};
		if (strstr(cases[i].to, "ns3:"))
			demo.content[1] = (struct demo_edit){"<ns0:Meta ",
			                                     "<ns0:Meta xmlns:ns3=\"https://docs.nvidia.com/x\" "};
		struct fault f = look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
		CHECK_THAT(!fault_is_set(f) && rim.unsupported, "%s: %s", cases[i].to, f.field);
		CHECK_THAT(t.intact && t.chained, "%s: %s", cases[i].to, t.why);
	}
	end();
}

static void check_not_intact(const char *what, bool form)
{
	struct rim rim;
	struct rim_trust t;
	struct fault f = look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
	CHECK_THAT(!fault_is_set(f), "%s: %s", what, f.field);
	CHECK_THAT(fault_is_set(rim.signature_fault) == form, "%s: %s", what, rim.signature_fault.field);
	CHECK_THAT(!t.intact && !t.chained && !t.in_time && t.why[0], "%s", what);
}

/* SignedInfo says something else than the one profile, and is signed. */
TEST(profiles_that_are_refused)
{
	static const struct demo_edit cases[] = {
		{"CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"",
		 "CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\""},
		{"#ecdsa-sha384", "#rsa-sha256"},
		{"#ecdsa-sha384", "#hmac-sha384"},
		{"URI=\"\"", "URI=\"#x\""},
		{"URI=\"\"", "URI=\"http://127.0.0.1/\""},
		{" URI=\"\"", ""},
		{" URI=\"\"", " Id=\"r\" URI=\"\""},
		{"#enveloped-signature", "#base64"},
		{"<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"></ds:Transform>", ""},
		{"</ds:Transforms>", "<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"></ds:Transform></ds:Transforms>"},
		{"<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\">",
		 "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\">"},
		{"xmldsig-more#sha384", "xmldsig-more#sha1"},
		{"</ds:Reference>", "</ds:Reference><ds:Reference URI=\"\"></ds:Reference>"},
		{"<ds:DigestValue>", "<ds:DigestValue>AAAA"},
		{"<ds:DigestValue>", "<ds:DigestValue>*"},
		{"></ds:SignatureMethod>", "><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>"},
		{"<ds:Reference ", "text<ds:Reference "},
	};
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		demo.signed_info[0] = cases[i];
		check_not_intact(cases[i].to, true);
	}
	end();
}

/* The document around a genuine signature is changed afterwards. */
TEST(wrapping)
{
	static const struct {
		struct demo_edit edit;
		bool form; /* refused for its form; else for the digest or the signature */
	} cases[] = {
		/* another key than that of the certificates, before and after them */
		{{"<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyValue></ds:KeyValue>"}, true},
		{{"</ds:X509Data>", "</ds:X509Data><ds:KeyValue></ds:KeyValue>"}, true},
		{{"</ds:X509Data>", "</ds:X509Data><ds:X509Data></ds:X509Data>"}, true},
		{{"<ds:X509Data>", "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate>"}, true},
		{{"</ds:X509Data>", "<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>"}, true},
		{{"<ds:X509Data>", "<ds:KeyName>k</ds:KeyName><ds:X509Data>"}, true},
		/* content inside the signature, which the digest does not cover */
		{{"</ds:KeyInfo>", "</ds:KeyInfo><ds:Object><ns0:Payload></ns0:Payload></ds:Object>"}, true},
		{{"<ds:SignedInfo>", "<ns0:Payload></ns0:Payload><ds:SignedInfo>"}, true},
		{{"<ds:Signature ", "<ds:Signature Id=\"s\" "}, true},
		/* the signature elsewhere, or twice */
		{{"</ds:Signature>", "</ds:Signature><ns0:Link></ns0:Link>"}, true},
		{{"</ds:Signature>", "</ds:Signature><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>"}, true},
		{{"<ds:Signature ", "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature><ds:Signature "}, true},
		{{"<ds:SignatureValue>", "<ds:SignatureValue>AAAA"}, true},
		/* what is signed */
		{{"colloquialVersion=\"550.90.07\"", "colloquialVersion=\"550.90.08\""}, false},
		{{"active=\"True\"", "active=\"False\""}, false},
		{{"<ns0:Payload>\n", "<ns0:Payload>\n "}, false},
		{{"</ds:Signature>", "</ds:Signature> "}, false},
		{{" corpus=\"false\"", ""}, false},
		{{"xmlns:ns0=", "xmlns:ns9=\"http://x\" xmlns:ns0="}, false},
		{{"<ds:SignedInfo>", "<ds:SignedInfo xmlns:ns9=\"http://x\">"}, false},
	};
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		demo.document[0] = cases[i].edit;
		check_not_intact(cases[i].edit.to, cases[i].form);
	}
	demo.document[0] = (struct demo_edit){NULL, NULL};
	demo.bad_digest = true;
	check_not_intact("digest", false);
	demo.bad_digest = false;
	demo.other_key = true;
	check_not_intact("key", false);
	end();
}

/* Only direct children of the root count: payloads anywhere else are not found, signed or not. */
TEST(payload_elsewhere)
{
	struct rim rim;
	struct rim_trust t;
	start();
	demo.content[0] = (struct demo_edit){"    <ns0:Payload>", "    <ns0:Entity><ns0:Payload>"};
	demo.content[1] = (struct demo_edit){"</ns0:Payload>", "</ns0:Payload></ns0:Entity>"};
	struct fault f = look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
	CHECK(f.code == FAULT_MISSING && strcmp(f.field, "Payload") == 0);
	/* One that is added there changes nothing of what is read: it is not the one that is read, and it is unsigned. */
	demo = demo_rim_good();
	demo.document[0] = (struct demo_edit){
		"role=\"softwareCreator tagCreator\">",
		"role=\"softwareCreator tagCreator\"><ns0:Payload><ns0:Resource></ns0:Resource></ns0:Payload>"};
	check_not_intact("nested", false);
	end();
}

TEST(chains)
{
	static const struct {
		int defect;
		size_t at;
		const char *why;
	} cases[] = {
		{DEMO_LINK_ROLE, 0, "may not do what it does"},   {DEMO_LINK_ROLE, 1, "may not do what it does"},
		{DEMO_LINK_ROLE, 2, "may not do what it does"},   {DEMO_LINK_NO_USAGE, 0, "may not do what it does"},
		{DEMO_LINK_ODD, 0, "may not do what it does"},    {DEMO_LINK_ODD, 2, "may not do what it does"},
		{DEMO_LINK_PATH, 2, "may not do what it does"},   {DEMO_LINK_SHA256, 0, "not signed by the next one"},
		{DEMO_LINK_SHA256, 1, "not signed by the next one"}, {DEMO_LINK_STRANGER, 0, "not signed by the next one"},
		{DEMO_LINK_STRANGER, 1, "not signed by the next one"}, {DEMO_LINK_STRANGER, 2, "not signed by the next one"},
		{DEMO_LINK_P256, 1, "not on P-384"},
	};
	struct rim rim;
	struct rim_trust t;
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		demo.defect = cases[i].defect;
		demo.defect_at = cases[i].at;
		CHECK(!fault_is_set(look_at(DEMO_RIM_AT_MS, 0, &rim, &t)));
		CHECK_THAT(t.intact && !t.chained && !t.in_time, "defect %d at %zu", cases[i].defect, cases[i].at);
		CHECK_THAT(strstr(t.why, cases[i].why), "defect %d at %zu: %s", cases[i].defect, cases[i].at, t.why);
	}
	demo = demo_rim_good();
	demo.foreign_root = true;
	look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
	CHECK_THAT(t.intact && !t.chained && strstr(t.why, "another root"), "%s", t.why);
	demo = demo_rim_good();
	demo.family = "LS10"; /* the CAs of switches vouch for no GPU */
	look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
	CHECK_THAT(t.intact && !t.chained && strstr(t.why, "another product"), "%s", t.why);
	demo.edition = "SWITCH";
	demo.product = "LS10";
	check_good("switch");
	/* Without the test's anchor the built-in root counts, and vouches for none of this. */
	demo = demo_rim_good();
	look_at(DEMO_RIM_AT_MS, 0, &rim, &t);
	rim_verify(&rim, NULL, DEMO_RIM_AT_MS, 0, &arena, &t);
	CHECK(t.intact && !t.chained && strstr(t.why, "another root"));
	end();
}

TEST(dates)
{
	struct rim rim;
	struct rim_trust t;
	start();
	look_at(DEMO_RIM_SIGNER_FROM_MS, 0, &rim, &t);
	CHECK(t.in_time);
	look_at(DEMO_RIM_SIGNER_TO_MS, 0, &rim, &t);
	CHECK(t.in_time);
	look_at(DEMO_RIM_SIGNER_FROM_MS - 1, 0, &rim, &t);
	CHECK(t.chained && !t.in_time && !t.stale && strstr(t.why, "not valid yet"));
	look_at(DEMO_RIM_SIGNER_TO_MS + 1, 0, &rim, &t);
	CHECK(t.chained && !t.in_time && t.stale && strstr(t.why, "expired"));
	look_at(DEMO_RIM_SIGNER_TO_MS + 1, DEMO_RIM_AT_MS, &rim, &t);
	CHECK(t.chained && t.in_time && !t.stale && strstr(t.why, "archived"));
	look_at(DEMO_RIM_SIGNER_TO_MS + 2, DEMO_RIM_SIGNER_TO_MS + 1, &rim, &t);
	CHECK(!t.in_time && t.stale);
	look_at(DEMO_RIM_SIGNER_FROM_MS - 1, DEMO_RIM_AT_MS, &rim, &t);
	CHECK(t.in_time);
	end();
}

/* ---- hostile input ---- */

static struct fault parse_text(const char *text, size_t n)
{
	struct rim rim;
	return rim_parse(bytes_of(text, n), &arena, &rim);
}

/* All that a stranger may send is refused before it costs anything. */
TEST(bombs)
{
	enum { BIG = 256 << 10 };
	static char text[BIG + 64];
	start();
	clock_t from = clock();
	/* one tag with attributes, and with namespaces, from one end to the other */
	for (int namespaces = 0; namespaces < 2; namespaces++) {
		int n = snprintf(text, sizeof(text), "<SoftwareIdentity");
		for (unsigned i = 0; n < BIG - 32; i++)
			n += snprintf(text + n, sizeof(text) - (size_t)n, " %s%x=\"a://\"", namespaces ? "xmlns:a" : "a", i);
		n += snprintf(text + n, sizeof(text) - (size_t)n, "/>");
		CHECK(parse_text(text, (size_t)n).code == FAULT_LIMIT);
	}
	/* as many namespaces as tags allow, and elements below them */
	int n = 0;
	for (unsigned i = 0; i < 250; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "<a%s xmlns:a%x=\"a://\">", i ? "" : " xmlns=\"b://\"", i);
	for (unsigned i = 0; i < 1000; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "<a/>");
	for (unsigned i = 0; i < 250; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "</a>");
	CHECK(parse_text(text, (size_t)n).code == FAULT_LIMIT);
	/* deep, and many */
	for (n = 0; n < 9 * 3; n += 3)
		memcpy(text + n, "<a>", 3);
	for (int i = 0; i < 9; i++, n += 4)
		memcpy(text + n, "</a>", 4);
	CHECK(parse_text(text, (size_t)n).code == FAULT_LIMIT);
	for (n = 0; n < BIG; n++)
		text[n] = "<a>"[n % 3];
	CHECK(parse_text(text, BIG).code == FAULT_LIMIT);
	memset(text, 'a', sizeof(text));
	text[0] = '<';
	CHECK(parse_text(text, BIG).code == FAULT_LIMIT);
	CHECK(parse_text(text, BIG + 1).code == FAULT_LIMIT);
	CHECK(parse_text("", 0).code == FAULT_UNRECOGNISED);
	CHECK(parse_text("<a>\0</a>", 8).code == FAULT_ENCODING);
	CHECK_THAT((clock() - from) / CLOCKS_PER_SEC < 10, "it takes too much work");
	CHECK(arena.used < 4 << 20);
	end();
}

/* ---- comparison ---- */

static struct rim parsed(void)
{
	struct rim rim;
	struct fault f = rim_parse(demo_rim_make(&demo, &arena), &arena, &rim);
	CHECK(!fault_is_set(f));
	return rim;
}

struct values {
	uint8_t bytes[64][48];
	struct rim_value v[64];
	size_t n;
};

/* Those of the demo RIM, with the given alternative. */
static void fill(struct values *s, size_t n)
{
	s->n = n;
	for (uint32_t i = 0; i < n; i++) {
		demo_rim_hash(i, 0, s->bytes[i]);
		s->v[i] = (struct rim_value){i, bytes_of(s->bytes[i], 48)};
	}
}

static void compare(const struct rim *driver, const struct rim *firmware, const struct values *s, enum rim_nvdec0 nvdec0,
                    struct rim_comparison *out)
{
	const struct rim *both[] = {driver, firmware};
	rim_compare(both, 2, s->v, s->n, nvdec0, out);
}

TEST(comparison)
{
	struct rim_comparison c;
	struct values s;
	start();
	struct rim rim = parsed();
	fill(&s, 6);
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_PASS && c.n == 3 && c.matched == 3 && c.bad == 0);
	CHECK_TEXT(rim_comparison_text(&c, &arena), "");
	CHECK(c.v[0].index == 1 && c.v[1].index == 3 && c.v[2].index == 5);
	demo_rim_hash(3, 1, s.bytes[3]); /* the other alternative */
	s.bytes[0][0] ^= 1;              /* not active: not compared */
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_PASS && c.matched == 3);
	s.bytes[5][47] ^= 1;
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_FAIL && c.matched == 2 && c.bad == 1);
	CHECK(c.v[2].outcome == RIM_MISMATCH && c.v[0].outcome == RIM_MATCH);
	CHECK_TEXT(rim_comparison_text(&c, &arena), "5");
	s.v[1].value.n = 47;
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK_TEXT(rim_comparison_text(&c, &arena), "1, 5");
	fill(&s, 5); /* index 5 is not there */
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_FAIL && c.v[2].outcome == RIM_MISSING && c.bad == 1);
	s.v[0].index = 1; /* twice */
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.v[0].outcome == RIM_MISSING);
	compare(NULL, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_NOT_CHECKED && c.n == 0);
	CHECK_TEXT(rim_outcome_name(RIM_CONFLICT), "conflict");
	CHECK_TEXT(rim_outcome_name(RIM_EXEMPT), "exempt");
	end();
}

/* A value of zeros is a value: it matches zeros and nothing else. */
TEST(zeros)
{
	struct rim_comparison c;
	struct values s;
	start();
	memset(demo.golden[1].hashes[0], 0, 48);
	struct rim rim = parsed();
	fill(&s, 6);
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.v[0].outcome == RIM_MISMATCH);
	memset(s.bytes[1], 0, 48);
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.v[0].outcome == RIM_MATCH);
	end();
}

TEST(two_manifests)
{
	struct rim_comparison c;
	struct values s;
	start();
	fill(&s, 40);
	struct rim driver = parsed();
	for (uint32_t i = 0; i < 6; i++)
		demo.golden[i].active = i == 0 || i == 2;
	demo.golden[4].index = 35;
	demo.golden[4].active = true;
	demo_rim_hash(35, 0, demo.golden[4].hashes[0]);
	struct rim firmware = parsed();
	CHECK_U64(firmware.measurements[5].index, 35); /* sorted */
	compare(&driver, &firmware, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_PASS && c.n == 6 && c.matched == 6);
	s.bytes[35][0] ^= 1;
	compare(&driver, &firmware, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_FAIL && c.v[5].outcome == RIM_MISMATCH);
	compare(&driver, &firmware, &s, RIM_NVDEC0_UNKNOWN, &c);
	CHECK(c.result == CHECK_FAIL);
	compare(&driver, &firmware, &s, RIM_NVDEC0_DISABLED, &c);
	CHECK(c.result == CHECK_PASS && c.v[5].outcome == RIM_EXEMPT && c.exempt == 1 && c.matched == 5);
	demo.golden[3].active = true; /* active in both */
	firmware = parsed();
	compare(&driver, &firmware, &s, RIM_NVDEC0_DISABLED, &c);
	CHECK(c.result == CHECK_FAIL && c.bad == 1);
	CHECK_TEXT(rim_comparison_text(&c, &arena), "3");
	end();
}

/* Nothing was compared, or what is not known might say otherwise. */
TEST(no_match)
{
	struct rim_comparison c;
	struct values s;
	start();
	fill(&s, 6);
	for (size_t i = 0; i < demo.n; i++)
		demo.golden[i].active = false;
	struct rim rim = parsed();
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_NOT_CHECKED && c.n == 0);
	demo = demo_rim_good();
	demo.content[0] = (struct demo_edit){"<ns0:Payload>", "<ns0:Link></ns0:Link><ns0:Payload>"};
	rim = parsed();
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_NOT_CHECKED && c.matched == 3);
	s.bytes[1][0] ^= 1;
	compare(&rim, NULL, &s, RIM_NVDEC0_ENABLED, &c);
	CHECK(c.result == CHECK_FAIL);
	end();
}

/* ---- ids ---- */

static struct rim_subject subject(void)
{
	return (struct rim_subject){.chip = "GH100",
	                            .driver_version = BYTES_LITERAL("550.90.07"),
	                            .firmware_version = BYTES_LITERAL("96.00.9F.00.01"),
	                            .project = BYTES_LITERAL("1010"),
	                            .project_sku = BYTES_LITERAL("0200"),
	                            .chip_sku = BYTES_LITERAL("882")};
}

TEST(ids)
{
	char id[RIM_ID_SIZE];
	struct rim_subject s = subject();
	CHECK(rim_driver_id(&s, id));
	CHECK_TEXT(id, "NV_GPU_DRIVER_GH100_550.90.07");
	CHECK(rim_firmware_id(&s, id));
	CHECK_TEXT(id, "NV_GPU_VBIOS_1010_0200_882_96009F0001");
	s.project = BYTES_LITERAL("g525");
	CHECK(rim_firmware_id(&s, id));
	CHECK_TEXT(id, "NV_GPU_VBIOS_G525_0200_882_96009F0001");
	s.chip = "GB100";
	CHECK(rim_driver_id(&s, id));
	CHECK_TEXT(id, "NV_GPU_CC_DRIVER_GB100_550.90.07");
	s.chip_info = BYTES_LITERAL("GB202");
	CHECK(rim_driver_id(&s, id));
	CHECK_TEXT(id, "NV_GPU_CC_DRIVER_GB202_550.90.07");
	struct rim_subject sw = {.is_switch = true, .chip = "LS10", .firmware_version = BYTES_LITERAL("96.10.55.00.01")};
	CHECK(rim_firmware_id(&sw, id));
	CHECK_TEXT(id, "NV_SWITCH_BIOS_5612_0002_890_9610550001");
	CHECK(!rim_driver_id(&sw, id));
	CHECK_TEXT(id, "");
}

TEST(ids_that_are_none)
{
	static const char *const bad[] = {"", "../../etc", "550/90", "550%2e", "5 50", "550..90", "a\nb", "\xc3\xa4", "a?b"};
	char id[RIM_ID_SIZE], lengthy[200];
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rim_subject s = subject();
		s.driver_version = bytes_of_text(bad[i]);
		CHECK_THAT(!rim_driver_id(&s, id) && id[0] == 0, "%s", bad[i]);
		s = subject();
		s.firmware_version = bytes_of_text(bad[i]);
		CHECK_THAT(!rim_firmware_id(&s, id), "%s", bad[i]);
		s = subject();
		s.project_sku = bytes_of_text(bad[i]);
		CHECK_THAT(!rim_firmware_id(&s, id), "%s", bad[i]);
		s = subject();
		s.chip = "GB100";
		s.chip_info = bytes_of_text(bad[i]);
		CHECK_THAT(rim_driver_id(&s, id) == (bad[i][0] == 0), "%s", bad[i]);
	}
	memset(lengthy, 'a', sizeof(lengthy));
	struct rim_subject s = subject();
	s.driver_version = bytes_of(lengthy, 128 - strlen("NV_GPU_DRIVER_GH100_"));
	CHECK(rim_driver_id(&s, id) && strlen(id) == 128);
	s.driver_version.n++;
	CHECK(!rim_driver_id(&s, id));
	s = subject();
	s.driver_version.p = (const uint8_t *)"5\00090";
	s.driver_version.n = 4;
	CHECK(!rim_driver_id(&s, id));
	s.chip = NULL;
	CHECK(!rim_driver_id(&s, id));
}

TEST(of_what)
{
	start();
	struct rim_subject s = subject();
	struct rim rim = parsed();
	CHECK(!rim_not_of(&rim, &s, RIM_DRIVER));
	CHECK_TEXT(rim_not_of(&rim, &s, RIM_FIRMWARE), "it is of another version");
	s.chip = "GB100";
	CHECK_TEXT(rim_not_of(&rim, &s, RIM_DRIVER), "it is of another product");
	s.chip_info = BYTES_LITERAL("GH100");
	CHECK(!rim_not_of(&rim, &s, RIM_DRIVER));
	s.is_switch = true;
	CHECK_TEXT(rim_not_of(&rim, &s, RIM_DRIVER), "it is not of a switch");
	demo.version = "96.00.9f.00.01"; /* case does not matter */
	rim = parsed();
	s = subject();
	CHECK(!rim_not_of(&rim, &s, RIM_FIRMWARE));
	end();
}

/* ---- choice ---- */

static void add(struct collateral_set *set)
{
	CHECK(!fault_is_set(collateral_set_add(set, demo_rim_make(&demo, &arena))));
}

static struct rim_choice choose(const struct values *s)
{
	struct rim_choice choice;
	struct rim_subject of = subject();
	rim_choose(&anchors, &of, RIM_DRIVER, s->v, s->n, RIM_NVDEC0_ENABLED, DEMO_RIM_AT_MS, &arena, &choice);
	return choice;
}

TEST(choice)
{
	struct values s;
	start();
	fill(&s, 6);
	struct rim_choice c = choose(&s);
	CHECK(c.found == RIM_NONE && c.why[0]);
	demo.version = "550.90.08";
	add(&anchors);
	c = choose(&s);
	CHECK(c.found == RIM_NONE);
	demo = demo_rim_good();
	demo.other_key = true;
	add(&anchors);
	c = choose(&s);
	CHECK(c.found == RIM_FORGED && c.signature_bad && c.why[0]);
	demo = demo_rim_good();
	demo.signer_to_ms = DEMO_RIM_AT_MS - 1000;
	add(&anchors);
	c = choose(&s);
	CHECK(c.found == RIM_STALE && strstr(c.why, "expired"));
	anchors.items[anchors.n - 1].archived_ms = DEMO_RIM_AT_MS - 2000;
	c = choose(&s);
	CHECK(c.found == RIM_FOUND);
	anchors.items[anchors.n - 1].archived_ms = 0;
	/* Two genuine ones that differ, as NVIDIA has signed them: that with which the evidence agrees. */
	demo = demo_rim_good();
	demo.golden[1].hashes[0][0] ^= 1;
	add(&anchors);
	c = choose(&s);
	CHECK(c.found == RIM_FOUND && c.rim.measurements[1].hashes[0][0] != s.bytes[1][0]);
	demo = demo_rim_good();
	demo.signer_from_ms -= 1000; /* older, and right */
	add(&anchors);
	c = choose(&s);
	CHECK(c.found == RIM_FOUND && c.rim.measurements[1].hashes[0][0] == s.bytes[1][0]);
	demo.signer_from_ms += 2000; /* the newest of those that are right */
	add(&anchors);
	c = choose(&s);
	CHECK_U64(c.trust.valid_from_ms, DEMO_RIM_SIGNER_FROM_MS + 1000);
	end();
}

/* ---- collateral ---- */

TEST(as_collateral)
{
	start();
	struct bytes xml = demo_rim_make(&demo, &arena), answer = demo_rim_answer(xml, "NV_GPU_DRIVER_GH100_550.90.07", &arena);
	struct sha256 hash = hash_sha256(xml);
	CHECK(!fault_is_set(collateral_set_add(&anchors, answer)));
	CHECK(!fault_is_set(collateral_set_add(&anchors, xml))); /* the same */
	CHECK_U64(anchors.n, 2);
	const struct collateral *c = &anchors.items[1];
	CHECK(c->kind == COLLATERAL_RIM && bytes_equal(c->der, xml) && sha256_equal(&c->sha256, &hash));
	CHECK_TEXT(c->label, "RIM GPU GH100 550.90.07");
	CHECK_U64(c->issued_ms, DEMO_RIM_SIGNER_FROM_MS);
	CHECK_U64(c->next_update_ms, DEMO_RIM_SIGNER_TO_MS);
	CHECK(!rim_collateral_vet(c, &anchors, &arena));
	CHECK_TEXT(collateral_kind_name(c->kind), "rim");
	CHECK(collateral_kind_of("rim") == COLLATERAL_RIM);
	/* an answer whose hash is another, whose format is another, or that is none */
	char *text = arena_text(&arena, answer);
	char *at = strstr(text, "\"sha256\":\"") + 10;
	*at = *at == '0' ? '1' : '0';
	CHECK(collateral_set_add(&anchors, bytes_of_text(text)).code == FAULT_UNRECOGNISED);
	text = arena_text(&arena, answer);
	memcpy(strstr(text, "SWID"), "CBOR", 4);
	CHECK(collateral_set_add(&anchors, bytes_of_text(text)).code == FAULT_UNRECOGNISED);
	CHECK(collateral_set_add(&anchors, BYTES_LITERAL("{\"rim\":\"AAAA\"}")).code == FAULT_UNRECOGNISED);
	CHECK(collateral_set_add(&anchors, BYTES_LITERAL("<html></html>")).code == FAULT_UNRECOGNISED);
	CHECK_U64(anchors.n, 2);
	/* forged: recognised, so that it can be told what is wrong with it */
	demo.other_key = true;
	CHECK(!fault_is_set(collateral_set_add(&anchors, demo_rim_make(&demo, &arena))));
	CHECK(strstr(rim_collateral_vet(&anchors.items[2], &anchors, &arena), "does not verify"));
	end();
}
