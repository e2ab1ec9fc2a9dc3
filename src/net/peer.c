#include "net/peer.h"

#include <openssl/ssl.h>

static bool hash_der(int n, uint8_t *der, struct sha256 *out)
{
	if (n <= 0)
		return false;
	*out = hash_sha256(bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	return true;
}

static bool hash_certificate(X509 *x, struct sha256 *spki, struct sha256 *certificate)
{
	uint8_t *der = NULL;
	int n = i2d_X509(x, &der);
	if (!hash_der(n, der, certificate))
		return false;
	der = NULL;
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	return hash_der(n, der, spki);
}

bool peer_read(CURL *easy, struct sha256 *spki, struct sha256 *certificate)
{
	struct curl_tlssessioninfo *session = NULL;
	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session ||
	    session->backend != CURLSSLBACKEND_OPENSSL || !session->internals)
		return false;
	X509 *x = SSL_get1_peer_certificate(session->internals);
	bool found = x && hash_certificate(x, spki, certificate);
	X509_free(x);
	return found;
}
