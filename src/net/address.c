#include "net/address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct block4 {
	uint32_t base;
	unsigned bits;
};

/* Not globally reachable: RFC 6890, 6598, 5737, 7526, 2544, 1112. */
static const struct block4 special4[] = {
	{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16}, {0xac100000, 12},
	{0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24}, {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24},
	{0xcb007100, 24}, {0xe0000000, 4},  {0xf0000000, 4},
};

static bool is_public4(uint32_t a)
{
	for (size_t i = 0; i < sizeof(special4) / sizeof(special4[0]); i++)
		if ((a ^ special4[i].base) >> (32 - special4[i].bits) == 0)
			return false;
	return true;
}

static uint32_t embedded4(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_public6(const uint8_t a[16])
{
	static const uint8_t zeros[12] = {0};
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_public4(embedded4(a + 12));
	if (memcmp(a, zeros, 12) == 0) /* unspecified, loopback, the old IPv4-compatible form */
		return false;
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
		return is_public4(embedded4(a + 2));
	if ((a[0] & 0xe0) != 0x20) /* only 2000::/3 is global unicast */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) /* 2001::/23: Teredo, ORCHID, benchmarking */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8) /* documentation */
		return false;
	return !(a[0] == 0x3f && a[1] == 0xff && (a[2] & 0xf0) == 0); /* 3fff::/20, documentation */
}

bool address_is_public(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, a, sizeof(in));
		return is_public4(ntohl(in.sin_addr.s_addr));
	}
	if (a->sa_family == AF_INET6) {
		struct sockaddr_in6 in;
		memcpy(&in, a, sizeof(in));
		return is_public6(in.sin6_addr.s6_addr);
	}
	return false;
}
