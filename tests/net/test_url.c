/* What is a URL here, what the rules refuse, and how URLs are put together. */
#include "net/url.h"

#include "base/limits.h"
#include "test.h"

static void check_good(const char *text, enum url_scheme scheme, const char *host, unsigned port, const char *path)
{
	struct url u;
	const char *wrong = url_parse(text, &u);
	CHECK_THAT(!wrong, "%s: %s", text, wrong);
	CHECK_THAT(u.scheme == scheme, "%s", text);
	CHECK_TEXT(u.host, host);
	CHECK_U64(u.port, port);
	if (path)
		CHECK_TEXT(u.path, path);
	else
		CHECK_THAT(!u.path, "%s", text);
	url_release(&u);
}

TEST(parse)
{
	check_good("https://ct.example.org/2026h1/", URL_HTTPS, "ct.example.org", 443, NULL);
	check_good("https://CT.Example.ORG", URL_HTTPS, "ct.example.org", 443, NULL);
	check_good("HTTPS://ct.example.org:8443/a?b=c#d", URL_HTTPS, "ct.example.org", 8443, NULL);
	check_good("http://127.0.0.1:8080/x", URL_HTTP, "127.0.0.1", 8080, NULL);
	check_good("http://[::1]/x", URL_HTTP, "[::1]", 80, NULL);
	check_good("file:///srv/mirror/tile/0/x001/067", URL_FILE, "", 0, "/srv/mirror/tile/0/x001/067");
	check_good("file:///srv/a%20b/%C3%A9%3f", URL_FILE, "", 0, "/srv/a b/\xc3\xa9?");
	check_good("file://localhost/srv/x", URL_FILE, "", 0, "/srv/x");
	/* Other ways to write an IPv4 address become the address, which the socket's check then sees. */
	check_good("https://0x7f.1/", URL_HTTPS, "127.0.0.1", 443, NULL);
	check_good("https://2130706433/", URL_HTTPS, "127.0.0.1", 443, NULL);
}

TEST(malformed)
{
	static const char *const bad[] = {
		"", "x", "/srv/x", "example.org", "example.org/x", "//example.org/x", "://example.org",
		"https:", "https:/", "https://", "https:/example.org/", "https:///example.org/",
		"https:example.org", "https://user@example.org/", "https://user:pass@example.org/",
		"https://:pass@example.org/", "https://example.org@127.0.0.1/", "http://user@example.org/",
		"https://example.org:0/", "https://example.org:65536/", "https://example.org:x/",
		"https://example.org:-1/", "https://exa mple.org/", "https://example.org/a b",
		"https://example.org/a\\b", "https://example.org/\n", "https://example.org/\x7f",
		"https://example.org/\xc3\xa9",
		"https://ex\xc3\xa4mple.org/", "https://example.org\\@127.0.0.1/", " https://example.org/",
		"https://example.org/\r\nX: y", "https://[::1/", "https://[::g]/", "https://[fe80::1%25eth0]/",
		"https://exa[mple.org/", "https://exa%00mple.org/", "ftp://example.org/",
		"gopher://example.org/", "javascript://x/", "dict://example.org/", "scp://example.org/x",
		"file:", "file://", "file:x", "file://example.org/x", "file:///srv/x?y", "file:///srv/x#y",
		"file:///srv/%00x", "file:///srv/%0ax",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct url u;
		CHECK_THAT(url_parse(bad[i], &u) != NULL, "\"%s\"", bad[i]);
		url_release(&u);
	}
}

TEST(longest)
{
	char text[LIMIT_URL_BYTES + 2];
	struct url u;
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://example.org/", 20);
	text[LIMIT_URL_BYTES + 1] = 0;
	CHECK_TEXT(url_parse(text, &u), "the URL is too long");
	text[LIMIT_URL_BYTES] = 0;
	CHECK(url_parse(text, &u) == NULL);
	text[8 + URL_HOST_SIZE] = '/';
	text[7] = '/';
	memset(text + 8, 'h', URL_HOST_SIZE);
	CHECK_TEXT(url_parse(text, &u), "the host name is malformed");
	text[8 + URL_HOST_SIZE - 1] = '/';
	CHECK(url_parse(text, &u) == NULL);
	CHECK_U64(strlen(u.host), URL_HOST_SIZE - 1);
}

/* Every change of one byte is read or refused, and never crashes. */
TEST(flipped_bytes)
{
	static const char *const seeds[] = {"https://ct.example.org:8443/2026h1/ct/v1/get-sth?x=1#y",
	                                    "file:///srv/a%20b/c", "http://[2001:db8::1]:80/x"};
	for (size_t s = 0; s < sizeof(seeds) / sizeof(seeds[0]); s++) {
		size_t n = strlen(seeds[s]), good = 0;
		for (size_t i = 0; i < n; i++) {
			for (int c = 1; c < 256; c++) {
				char text[128];
				struct url u;
				memcpy(text, seeds[s], n + 1);
				text[i] = (char)c;
				const char *wrong = url_parse(text, &u);
				good += !wrong;
				CHECK_THAT(!wrong || strlen(wrong) > 0, "%s", text);
				url_release(&u);
			}
		}
		CHECK(good > 0 && good < n * 255);
		for (size_t i = 0; i < n; i++) {
			char text[128];
			struct url u;
			memcpy(text, seeds[s], n + 1);
			text[i] = 0;
			url_parse(text, &u);
			url_release(&u);
		}
	}
}

TEST(rules)
{
	static const struct row {
		const char *text;
		bool strict, with_http, with_file, open; /* allowed under which rules */
	} rows[] = {
		{"https://example.org/", true, true, true, true},
		{"https://example.org:443/", true, true, true, true},
		{"https://example.org:8443/", false, true, true, true},
		{"https://example.org:80/", false, true, true, true},
		{"http://example.org/", false, true, false, true},
		{"http://example.org:443/", false, true, false, true},
		{"file:///srv/x", false, false, true, true},
	};
	const struct url_rules strict = {.standard_port = true}, with_http = {.http_allowed = true},
	                       with_file = {.file_allowed = true}, open = {.http_allowed = true, .file_allowed = true};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct url u;
		CHECK(url_parse(r->text, &u) == NULL);
		CHECK_THAT((url_refusal(&u, &strict) == NULL) == r->strict, "%s", r->text);
		CHECK_THAT((url_refusal(&u, &with_http) == NULL) == r->with_http, "%s", r->text);
		CHECK_THAT((url_refusal(&u, &with_file) == NULL) == r->with_file, "%s", r->text);
		CHECK_THAT((url_refusal(&u, &open) == NULL) == r->open, "%s", r->text);
		url_release(&u);
	}
}

TEST(join)
{
	static const struct {
		const char *base, *path, *whole;
	} rows[] = {
		{"https://ct.example.org/2026h1/", "ct/v1/get-sth", "https://ct.example.org/2026h1/ct/v1/get-sth"},
		{"https://ct.example.org/2026h1", "ct/v1/get-sth", "https://ct.example.org/2026h1/ct/v1/get-sth"},
		{"https://ct.example.org/2026h1", "/checkpoint", "https://ct.example.org/2026h1/checkpoint"},
		{"https://ct.example.org/2026h1/", "/checkpoint", "https://ct.example.org/2026h1/checkpoint"},
		{"https://ct.example.org", "checkpoint", "https://ct.example.org/checkpoint"},
		{"https://ct.example.org//", "checkpoint", "https://ct.example.org/checkpoint"},
		{"file:///", "checkpoint", "file:///checkpoint"},
		{"file:///srv/", "tile/0/000", "file:///srv/tile/0/000"},
		{"https://a/", "x?start=0&end=1", "https://a/x?start=0&end=1"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *whole = url_join(rows[i].base, rows[i].path);
		CHECK_TEXT(whole, rows[i].whole);
		free(whole);
	}
	CHECK(url_join("https://a/?x=", "y") == NULL);
	CHECK(url_join("https://a/#", "y") == NULL);
}

TEST(strict_host)
{
	static const char *const good[] = {"example.org", "a.b", "EXAMPLE.org", "a-b.c--d.example", "0x7f.example.org",
	                                   "127.0.0.1.example", "xn--bcher-kva.example", "1.xn--p1ai"};
	static const char *const bad[] = {
		"", ".", "org", "localhost", "example.org.", ".example.org", "example..org", "*.example.org",
		"-a.example.org", "a-.example.org", "a_b.example.org", "example.org:443", "example.org/x",
		"example.org#", "user@example.org", "127.0.0.1", "127.1", "0x7f.1", "1.0x7f", "example.1",
		"example.0x7f", "example.1a", "[::1]", "::1", "a b.example", "ex\xc3\xa4mple.org",
		"example.org%2f", "example.org\n", "\\example.org",
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_THAT(url_host_is_strict(bytes_of_text(good[i])), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_THAT(!url_host_is_strict(bytes_of_text(bad[i])), "%s", bad[i]);
		CHECK_THAT(!url_of_host(bytes_of_text(bad[i]), "/"), "%s", bad[i]);
	}
	CHECK(!url_host_is_strict(bytes_of("example.org\0x", 13)));
	CHECK(!url_host_is_strict(bytes_of(NULL, 0)));
	char label[65], name[300] = "";
	memset(label, 'a', 64);
	label[64] = 0;
	snprintf(name, sizeof(name), "%s.example", label);
	CHECK(!url_host_is_strict(bytes_of_text(name)));
	CHECK(url_host_is_strict(bytes_of_text(name + 1)));
	size_t n = 0;
	while (n < 254)
		n += (size_t)snprintf(name + n, sizeof(name) - n, "%s", "a.");
	name[253] = 0;
	CHECK(url_host_is_strict(bytes_of_text(name)));
	snprintf(name + 253, sizeof(name) - 253, "a");
	CHECK_U64(strlen(name), 254);
	CHECK(!url_host_is_strict(bytes_of_text(name)));
}

TEST(of_host)
{
	char *text = url_of_host(BYTES_LITERAL("Enclave.Example.ORG"), "/.well-known/tinfoil-attestation");
	CHECK_TEXT(text, "https://enclave.example.org/.well-known/tinfoil-attestation");
	free(text);
	CHECK(url_of_host(BYTES_LITERAL("example.org"), ".well-known/x") == NULL);
	CHECK(url_of_host(BYTES_LITERAL("example.org"), "@127.0.0.1/") == NULL);
}

TEST(connect_to)
{
	static const struct {
		const char *url, *entry;
		enum url_lead lead;
	} rows[] = {
		{"https://example.org/", "example.org:443:127.0.0.1:8443", URL_LED_TO_ADDRESS},
		{"https://example.org/", "EXAMPLE.org:443:127.0.0.1:8443", URL_LED_TO_ADDRESS},
		{"https://example.org/", "example.org:8443:127.0.0.1:8443", URL_NOT_LED},
		{"https://example.org:8443/", "example.org:8443:127.0.0.1:8443", URL_LED_TO_ADDRESS},
		{"https://www.example.org/", "example.org:443:127.0.0.1:8443", URL_NOT_LED},
		{"https://xample.org/", "example.org:443:127.0.0.1:8443", URL_NOT_LED},
		{"https://example.org/", ":443:127.0.0.1:8443", URL_LED_TO_ADDRESS},
		{"https://example.org/", "example.org::127.0.0.1:8443", URL_LED_TO_ADDRESS},
		{"https://example.org/", "::127.0.0.1:8443", URL_LED_TO_ADDRESS},
		{"https://example.org/", "example.org:443::8443", URL_LED_TO_PORT},
		{"https://example.org/", "example.org:443::", URL_NOT_LED},
		{"https://example.org/", "example.org:443:", URL_NOT_LED},
		{"https://example.org/", "example.org:443", URL_NOT_LED},
		{"https://example.org/", "example.org", URL_NOT_LED},
		{"https://example.org/", "", URL_NOT_LED},
		{"https://example.org/", "example.org:0443:127.0.0.1:8443", URL_NOT_LED},
		{"https://[::1]/", "[::1]:443:[::1]:8443", URL_LED_TO_ADDRESS},
		{"https://[::2]/", "[::1]:443:[::1]:8443", URL_NOT_LED},
		{"https://[::1]/", "[::1", URL_NOT_LED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url u;
		CHECK(url_parse(rows[i].url, &u) == NULL);
		CHECK_THAT(url_lead_by(&u, rows[i].entry) == rows[i].lead, "%s %s", rows[i].url,
		           rows[i].entry);
	}
}
