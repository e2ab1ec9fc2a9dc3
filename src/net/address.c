#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

struct range {
	uint8_t prefix[16];
	unsigned bits;
};

/* IANA IPv4 Special-Purpose Address Registry, multicast and class E. */
static const struct range ipv4_special[] = {
	{{0}, 8},               /* this network, RFC 791 */
	{{10}, 8},              /* private, RFC 1918 */
	{{100, 64}, 10},        /* shared by carriers (CGNAT), RFC 6598 */
	{{127}, 8},             /* loopback, RFC 1122 */
	{{169, 254}, 16},       /* link-local, cloud metadata services, RFC 3927 */
	{{172, 16}, 12},        /* private, RFC 1918 */
	{{192, 0, 0}, 24},      /* protocol assignments, RFC 6890 */
	{{192, 0, 2}, 24},      /* documentation, RFC 5737 */
	{{192, 88, 99}, 24},    /* 6to4 relays, RFC 7526 */
	{{192, 168}, 16},       /* private, RFC 1918 */
	{{198, 18}, 15},        /* benchmarks, RFC 2544 */
	{{198, 51, 100}, 24},   /* documentation, RFC 5737 */
	{{203, 0, 113}, 24},    /* documentation, RFC 5737 */
	{{224}, 4},             /* multicast, RFC 5771 */
	{{240}, 4},             /* reserved, broadcast, RFC 1112, RFC 919 */
};

/* IANA IPv6 Special-Purpose Address Registry inside 2000::/3; nothing outside it is global. */
static const struct range ipv6_special[] = {
	{{0x20, 0x01}, 23},             /* protocol assignments, Teredo, ORCHID, benchmarks, RFC 2928 */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation, RFC 3849 */
	{{0x3f, 0xff}, 20},             /* documentation, RFC 9637 */
};

static const struct range ipv6_global = {{0x20}, 3};                                    /* RFC 4291 */
static const struct range ipv6_mapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}; /* RFC 4291 2.5.5.2 */
static const struct range ipv6_nat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};                  /* RFC 6052 2.1 */
static const struct range ipv6_6to4 = {{0x20, 0x02}, 16};                               /* RFC 3056 */

static bool in_range(const uint8_t *address, const struct range *r)
{
	unsigned whole = r->bits / 8, rest = r->bits % 8;
	if (memcmp(address, r->prefix, whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ r->prefix[whole]) >> (8 - rest)) == 0;
}

static bool in_any(const uint8_t *address, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (in_range(address, &ranges[i]))
			return true;
	return false;
}

static bool ipv4_is_public(const uint8_t *address)
{
	return !in_any(address, ipv4_special, sizeof(ipv4_special) / sizeof(ipv4_special[0]));
}

static bool ipv6_is_public(const uint8_t *address)
{
	/* These lead to the IPv4 address inside, by the kernel or by a translator. */
	if (in_range(address, &ipv6_mapped) || in_range(address, &ipv6_nat64))
		return ipv4_is_public(address + 12);
	if (in_range(address, &ipv6_6to4))
		return ipv4_is_public(address + 2);
	return in_range(address, &ipv6_global) &&
	       !in_any(address, ipv6_special, sizeof(ipv6_special) / sizeof(ipv6_special[0]));
}

/* The bytes of the IP address, NULL where it is none. A copy, as sockaddr may be unaligned. */
static const uint8_t *ip_bytes(const struct sockaddr *address, size_t n, uint8_t out[16])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	if (n >= sizeof(v4) && address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		return memcpy(out, &v4.sin_addr, 4);
	}
	if (n >= sizeof(v6) && address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		return memcpy(out, &v6.sin6_addr, 16);
	}
	return NULL;
}

bool address_is_public(const struct sockaddr *address, size_t n)
{
	uint8_t ip[16];
	if (!ip_bytes(address, n, ip))
		return false;
	return address->sa_family == AF_INET ? ipv4_is_public(ip) : ipv6_is_public(ip);
}

bool address_text_is_public(const char *text)
{
	uint8_t ip[16];
	if (inet_pton(AF_INET, text, ip) == 1)
		return ipv4_is_public(ip);
	return inet_pton(AF_INET6, text, ip) == 1 && ipv6_is_public(ip);
}

void address_print(const struct sockaddr *address, size_t n, char out[ADDRESS_TEXT_SIZE])
{
	uint8_t ip[16];
	if (!ip_bytes(address, n, ip) || !inet_ntop(address->sa_family, ip, out, ADDRESS_TEXT_SIZE))
		snprintf(out, ADDRESS_TEXT_SIZE, "?");
}
