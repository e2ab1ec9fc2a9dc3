#include "proc/vendor.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/limits.h"
#include "evidence/ocsp.h"

#define INTEL_SERVICE "https://api.trustedservices.intel.com"
#define INTEL_ROOT_CRL_PATH "/sgx/certification/v4/rootcacrl"
#define INTEL_ROOT_CRL_URL "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"

/* Issuer chains under all their names, and what announces the end of a service. */
#define FIELDS_KEPT                                                                                                    \
	"TCB-Info-Issuer-Chain SGX-TCB-Info-Issuer-Chain SGX-Enclave-Identity-Issuer-Chain SGX-PCK-CRL-Issuer-Chain "  \
	"TCB-Evaluation-Data-Numbers-Issuer-Chain Warning"

const char *vendor_url(const struct vendor_urls *urls, const char *vendor, const char *path, struct arena *a)
{
	const struct {
		const char *vendor, *url;
	} services[] = {
		{"intel", urls->pcs}, {"amd", urls->kds}, {"nvidia-rim", urls->rim}, {"nvidia-ocsp", urls->ocsp},
	};
	const char *base = NULL;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcmp(vendor, services[i].vendor) == 0)
			base = services[i].url;
	if (!base || base[0] == 0 || !path)
		return NULL;
	if (base == urls->pcs && strcmp(path, INTEL_ROOT_CRL_PATH) == 0 && strcmp(base, INTEL_SERVICE) == 0)
		return INTEL_ROOT_CRL_URL;
	size_t n = strlen(base);
	while (n > 0 && base[n - 1] == '/')
		n--;
	return arena_format(a, "%.*s%s", (int)n, base, path);
}

/* The request with a fresh nonce; as it is where it cannot take one. */
static struct bytes with_nonce(struct bytes post, struct buffer *request, struct vendor_answer *out)
{
	struct bytes nonce = bytes_of(out->nonce_bytes, sizeof(out->nonce_bytes));
	if (getrandom(out->nonce_bytes, sizeof(out->nonce_bytes), 0) != (ssize_t)sizeof(out->nonce_bytes) ||
	    !ocsp_request_add_nonce(post, nonce, request))
		return post;
	out->nonce = nonce;
	return buffer_bytes(request);
}

int vendor_ask(struct pool *pool, const char *url, struct bytes post, int slot, struct vendor_answer *out)
{
	struct buffer request;
	*out = (struct vendor_answer){.nonce = {NULL, 0}};
	buffer_init(&request, LIMIT_POST_BYTES);
	struct fetch_order order = {
		.purpose = FETCH_VENDOR,
		.url = url,
		.local_allowed = true,
		.max_bytes = LIMIT_COLLATERAL_BYTES,
		.slot = (uint32_t)slot,
		.headers = FIELDS_KEPT,
		.post_type = post.n > 0 ? "application/ocsp-request" : NULL,
	};
	order.post = post.n > 0 ? with_nonce(post, &request, out) : post;
	int rc = pool_fetch_wait(pool, &order, &out->result);
	buffer_release(&request);
	return rc;
}
