#include "evidence/es384.h"

#include "evidence/ecdsa.h"

/* SubjectPublicKeyInfo up to the point: id-ecPublicKey, secp384r1, BIT STRING of an uncompressed point. */
static const uint8_t spki_head[] = {
	0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
};

bool es384_verify(struct bytes spki, struct bytes message, const uint8_t signature[ES384_SIGNATURE_BYTES])
{
	struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P384, spki);
	bool good = ecdsa_verify(key, message, bytes_of(signature, ES384_SIGNATURE_BYTES));
	ecdsa_key_free(key);
	return good;
}

bool es384_spki(const uint8_t x[ES384_COORDINATE_BYTES], const uint8_t y[ES384_COORDINATE_BYTES],
                uint8_t out[ES384_SPKI_BYTES])
{
	memcpy(out, spki_head, sizeof(spki_head));
	memcpy(out + sizeof(spki_head), x, ES384_COORDINATE_BYTES);
	memcpy(out + sizeof(spki_head) + ES384_COORDINATE_BYTES, y, ES384_COORDINATE_BYTES);
	struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P384, bytes_of(out, ES384_SPKI_BYTES));
	bool good = key != NULL;
	ecdsa_key_free(key);
	return good;
}
