/* Public and other addresses: the first and last of each range, their neighbours, and the forms
 * in which an IPv6 address carries an IPv4 address. */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "test.h"

struct row {
	const char *text;
	bool is_public;
};

static const struct row ipv4_rows[] = {
	{"0.0.0.0", false},         {"0.255.255.255", false},   {"1.0.0.0", true},
	{"9.255.255.255", true},    {"10.0.0.0", false},        {"10.255.255.255", false},
	{"11.0.0.0", true},         {"100.63.255.255", true},   {"100.64.0.0", false},
	{"100.127.255.255", false}, {"100.128.0.0", true},      {"126.255.255.255", true},
	{"127.0.0.0", false},       {"127.0.0.1", false},       {"127.255.255.255", false},
	{"128.0.0.0", true},        {"169.253.255.255", true},  {"169.254.0.0", false},
	{"169.254.169.254", false}, {"169.254.255.255", false}, {"169.255.0.0", true},
	{"172.15.255.255", true},   {"172.16.0.0", false},      {"172.31.255.255", false},
	{"172.32.0.0", true},       {"191.255.255.255", true},  {"192.0.0.0", false},
	{"192.0.0.171", false},     {"192.0.0.255", false},     {"192.0.1.0", true},
	{"192.0.2.0", false},       {"192.0.2.255", false},     {"192.0.3.0", true},
	{"192.88.98.255", true},    {"192.88.99.1", false},     {"192.88.100.0", true},
	{"192.167.255.255", true},  {"192.168.0.0", false},     {"192.168.255.255", false},
	{"192.169.0.0", true},      {"198.17.255.255", true},   {"198.18.0.0", false},
	{"198.19.255.255", false},  {"198.20.0.0", true},       {"198.51.99.255", true},
	{"198.51.100.0", false},    {"198.51.100.255", false},  {"198.51.101.0", true},
	{"203.0.112.255", true},    {"203.0.113.0", false},     {"203.0.113.255", false},
	{"203.0.114.0", true},      {"223.255.255.255", true},  {"224.0.0.0", false},
	{"239.255.255.255", false}, {"240.0.0.0", false},       {"255.255.255.255", false},
	{"8.8.8.8", true},
};

static const struct row ipv6_rows[] = {
	{"::", false},
	{"::1", false},
	{"::2", false},
	{"::8.8.8.8", false}, /* IPv4-compatible, deprecated */
	{"::ffff:8.8.8.8", true},
	{"::ffff:10.0.0.1", false},
	{"::ffff:127.0.0.1", false},
	{"::ffff:169.254.169.254", false},
	{"::ffff:0:8.8.8.8", false}, /* IPv4-translated */
	{"64:ff9b::8.8.8.8", true},
	{"64:ff9b::10.0.0.1", false},
	{"64:ff9b::127.0.0.1", false},
	{"64:ff9b::1:8.8.8.8", false},
	{"64:ff9b:1::8.8.8.8", false}, /* NAT64 of local use */
	{"100::1", false},
	{"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
	{"2000::", true},
	{"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
	{"2001::", false}, /* Teredo */
	{"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
	{"2001:2::1", false},
	{"2001:10::1", false},
	{"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", false},
	{"2001:200::", true},
	{"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", true},
	{"2001:db8::", false},
	{"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", false},
	{"2001:db9::", true},
	{"2002:808:808::1", true},      /* 6to4 of 8.8.8.8 */
	{"2002:a00:1::1", false},       /* of 10.0.0.1 */
	{"2002:7f00:1::1", false},      /* of 127.0.0.1 */
	{"2002:a9fe:a9fe::1", false},   /* of 169.254.169.254 */
	{"2003::", true},
	{"2606:4700:4700::1111", true},
	{"2a00:1450:4001:80b::200e", true},
	{"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
	{"3fff::", false},
	{"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", false},
	{"3fff:1000::", true},
	{"4000::", false},
	{"5f00::1", false},
	{"fbff::1", false},
	{"fc00::", false},
	{"fd12:3456:789a::1", false},
	{"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
	{"fe80::1", false},
	{"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
	{"fec0::1", false},
	{"ff02::1", false},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
};

TEST(ipv4)
{
	for (size_t i = 0; i < sizeof(ipv4_rows) / sizeof(ipv4_rows[0]); i++) {
		const struct row *r = &ipv4_rows[i];
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(443)};
		char text[ADDRESS_TEXT_SIZE];
		CHECK_THAT(inet_pton(AF_INET, r->text, &a.sin_addr) == 1, "%s", r->text);
		CHECK_THAT(address_is_public((struct sockaddr *)&a, sizeof(a)) == r->is_public, "%s", r->text);
		CHECK_THAT(address_text_is_public(r->text) == r->is_public, "%s", r->text);
		address_print((struct sockaddr *)&a, sizeof(a), text);
		CHECK_TEXT(text, r->text);
	}
}

TEST(ipv6)
{
	for (size_t i = 0; i < sizeof(ipv6_rows) / sizeof(ipv6_rows[0]); i++) {
		const struct row *r = &ipv6_rows[i];
		struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(443)};
		CHECK_THAT(inet_pton(AF_INET6, r->text, &a.sin6_addr) == 1, "%s", r->text);
		CHECK_THAT(address_is_public((struct sockaddr *)&a, sizeof(a)) == r->is_public, "%s", r->text);
		CHECK_THAT(address_text_is_public(r->text) == r->is_public, "%s", r->text);
	}
}

/* An IPv4 address is judged alike in each form that carries it. */
TEST(embedded_ipv4)
{
	for (size_t i = 0; i < sizeof(ipv4_rows) / sizeof(ipv4_rows[0]); i++) {
		const struct row *r = &ipv4_rows[i];
		uint8_t b[4];
		char text[128];
		inet_pton(AF_INET, r->text, b);
		snprintf(text, sizeof(text), "::ffff:%s", r->text);
		CHECK_THAT(address_text_is_public(text) == r->is_public, "%s", text);
		snprintf(text, sizeof(text), "64:ff9b::%s", r->text);
		CHECK_THAT(address_text_is_public(text) == r->is_public, "%s", text);
		snprintf(text, sizeof(text), "2002:%02x%02x:%02x%02x::1", b[0], b[1], b[2], b[3]);
		CHECK_THAT(address_text_is_public(text) == r->is_public, "%s", text);
	}
}

TEST(not_an_ip_address)
{
	struct sockaddr_un u = {.sun_family = AF_UNIX, .sun_path = "/run/socket"};
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(0x08080808)}};
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_addr = {{{0x26, 0x06, 0x47}}}};
	char text[ADDRESS_TEXT_SIZE];
	CHECK(!address_is_public((struct sockaddr *)&u, sizeof(u)));
	CHECK(address_is_public((struct sockaddr *)&a, sizeof(a)));
	CHECK(!address_is_public((struct sockaddr *)&a, sizeof(a) - 1));
	CHECK(address_is_public((struct sockaddr *)&a6, sizeof(a6)));
	CHECK(!address_is_public((struct sockaddr *)&a6, sizeof(a6) - 1));
	address_print((struct sockaddr *)&u, sizeof(u), text);
	CHECK_TEXT(text, "?");
	static const char *const bad[] = {"", "8.8.8", "8.8.8.8 ", "08.8.8.8", "0x8.8.8.8", "localhost",
	                                  "2606::g", "[::1]"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_THAT(!address_text_is_public(bad[i]), "%s", bad[i]);
}
