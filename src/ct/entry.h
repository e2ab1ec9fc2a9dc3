/*
 * Log entries: MerkleTreeLeaf and extra_data of get-entries (RFC 6962 sections 3.4 and 4.6), and
 * the entries of a data tile (c2sp.org/static-ct-api). Zero-copy: all views borrow from the input.
 * Depends on base.
 */
#ifndef TEEWATCH_CT_ENTRY_H
#define TEEWATCH_CT_ENTRY_H

#include "base/cursor.h"
#include "base/hash.h"

enum ct_entry_type { CT_ENTRY_X509 = 0, CT_ENTRY_PRECERT = 1 };

struct ct_entry {
	uint64_t timestamp_ms;
	enum ct_entry_type type;
	struct sha256 issuer_key_hash; /* precert: SHA-256 of the issuer's SubjectPublicKeyInfo; else zero */
	struct bytes certificate;      /* x509: Certificate; precert: TBSCertificate; DER, not looked at here */
	struct bytes ct_extensions;    /* content of CtExtensions */
	bool has_leaf_index;           /* the extensions carry one */
	uint64_t leaf_index;
	struct bytes leaf;             /* what is hashed: MerkleTreeLeaf; in a tile TimestampedEntry */
	/* Beside the leaf, not covered by the tree: */
	struct bytes precertificate;   /* precert: the certificate as submitted */
	struct bytes chain;            /* raw ASN.1Cert list of extra_data, issuer first; see ct_chain_next */
	struct bytes fingerprints;     /* tile: SHA-256 of each chain certificate, k*32 bytes */
	/* Tile: what is wrong with this entry alone (empty certificate, CtExtensions, fingerprints). The
	 * leaf stands and counts all the same; so do the fields that could be read. */
	struct fault fault;
};

/* A leaf_input. Trailing bytes are FAULT_TRAILING; another version, leaf type or entry type is
 * FAULT_UNSUPPORTED. out->leaf is set whatever the fault: a leaf is hashed as it stands. */
struct fault ct_leaf_parse(struct bytes leaf_input, struct ct_entry *out);

/* The extra_data of an entry whose type is known; sets precertificate and chain. */
struct fault ct_extra_data_parse(struct bytes extra_data, struct ct_entry *entry);

/* The next certificate of a chain, from cursor_of(entry.chain); false at its end or a fault. */
bool ct_chain_next(struct cursor *chain, struct bytes *certificate);

/* The next entry of a data tile, from cursor_of(tile). False at the end of the tile, or where its
 * framing is broken, as c->fault then says: the entries behind are out of reach. The caller
 * compares the number of entries with the tile's width. */
bool ct_tile_entry_next(struct cursor *c, struct ct_entry *out);

/* CtExtensions of a static log: the leaf index where there is one. */
struct fault ct_extensions_parse(struct bytes extensions, bool *has_leaf_index, uint64_t *leaf_index);

/* Merkle leaf hash (RFC 6962 section 2.1) of a MerkleTreeLeaf, and of the TimestampedEntry of a
 * tile, which is the same without its two leading zero bytes. */
struct sha256 ct_leaf_hash(struct bytes leaf_input);
struct sha256 ct_tile_leaf_hash(struct bytes timestamped_entry);

#endif
