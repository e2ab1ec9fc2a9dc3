/*
 * Every maximum of the program, each with its reason. A limit that is reached is a
 * fault of the input (FAULT_LIMIT) or an error that names the limit; it is never silent.
 */
#ifndef TEEWATCH_BASE_LIMITS_H
#define TEEWATCH_BASE_LIMITS_H

/* ---- documents and certificates ---- */
#define LIMIT_CERTIFICATE_BYTES (1u << 20) /* largest certificates in logs are about 200 kB; TLS allows 16 MiB */
#define LIMIT_NAME_BYTES 1024u             /* a DNS name has 253; odd names in logs are longer */
#define LIMIT_CERTIFICATE_NAMES 4096u      /* CAs stop at 100 to 2,000 names a certificate */
#define LIMIT_CERTIFICATE_EXTENSIONS 256u  /* real certificates have about 10 */
#define LIMIT_CHAIN_CERTIFICATES 16u       /* logs cut chains at about 10 */
#define LIMIT_DER_DEPTH 16u                /* X.509 nests about 8 deep */
#define LIMIT_JSON_DEPTH 32u               /* deepest known document (Sigstore bundle) nests 9 */
#define LIMIT_JSON_VALUES 200000u          /* values of one JSON tree; a full log list has about 5,000 */
#define LIMIT_JSON_MEMBERS 4096u             /* of one object: duplicates are looked for among them all */
#define LIMIT_JSON_BYTES (16u << 20)       /* one JSON document other than a page of entries */
#define LIMIT_ARENA_BYTES (256u << 20)     /* working memory of one task of a worker */

/* ---- evidence ---- */
#define LIMIT_EVIDENCE_BYTES (1u << 20)        /* quotes have about 5 kB, GPU evidence below 100 kB */
#define LIMIT_DOCUMENT_BYTES (16u << 20)       /* attestation documents; v3 documents of 8 GPUs near 1 MiB */
#define LIMIT_MACHINE_PIECES 256u              /* evidence of one document: 14 machines with a CPU, 8 GPUs and 4 switches */
#define LIMIT_DCODE_DOCUMENT_BYTES (1u << 20)  /* inflated document of a SAN set: the producer's own cap */
#define LIMIT_DCODE_CHUNKS 100u                /* two decimal digits of index */
#define LIMIT_COLLATERAL_BYTES (4u << 20)      /* largest: CRLs and RIMs, below 2 MiB */
#define LIMIT_RIM_BYTES (256u << 10)           /* reference manifests have 20 to 26 kB */
#define LIMIT_RIM_ELEMENTS 1024u               /* of one: 64 measurements and a signature, about 100 */
#define LIMIT_RIM_TAG_BYTES (16u << 10)        /* from one '<' to the next: a certificate in base64 has about 1 kB */
#define LIMIT_RIM_MEASUREMENTS 256u            /* indices of measurements are bytes; 64 are in use */
#define LIMIT_RIM_ALTERNATIVES 16u             /* right values for one index: 4 have been seen */
#define LIMIT_JWT_BYTES (64u << 10)            /* a token of a verification service has about 3 kB */
#define LIMIT_JWKS_KEYS 512u                   /* NVIDIA's set has about 36 keys */
#define LIMIT_NRAS_DEVICES 32u                 /* of one machine: 8 GPUs and 4 switches, with room */
#define LIMIT_PCK_CHAIN_BYTES (64u << 10)      /* certification data of a quote: three certificates have 3.7 kB of PEM */
#define LIMIT_INTEL_DOCUMENT_BYTES (256u << 10) /* TCB info has 3 to 14 kB */
#define LIMIT_TCB_LEVELS 256u                  /* of one document: 20 at the most have been seen */
#define LIMIT_TCB_ADVISORIES 512u              /* of one level: about 40 */
#define LIMIT_TDX_MODULES 64u                  /* TDX module lines of one TCB info: 3 */
#define LIMIT_TCB_NUMBERS 64u                  /* evaluation data numbers that are served: 3 */
#define LIMIT_SIGSTORE_ENTRIES 32u              /* log entries, and timestamps, of one bundle: one or two in use */
#define LIMIT_SIGSTORE_SUBJECTS 1024u          /* of one statement; the first one counts */
#define LIMIT_SIGSTORE_CHAIN 8u                /* certificates of one authority: two in use */
#define LIMIT_SIGSTORE_AUTHORITIES 64u         /* logs or authorities of one trusted root: two in use */
#define LIMIT_SIGSTORE_BUNDLES 1024u           /* in one file or answer: GitHub's pages have 100 */
#define LIMIT_PLATFORMS 1024u                  /* of one file of hardware measurements: about 20 in use */
#define LIMIT_COLLATERAL_ITEMS 4096u           /* files named by --collateral and --trust-anchor */
#define LIMIT_EVIDENCE_FILES 100000u           /* documents in --evidence directories */
#define LIMIT_VERDICT_CHECKS 352u              /* checks of one verdict: 96 of its kind, 256 expectations */
#define LIMIT_VERDICT_CLAIMS 8u                /* closed list of claims */
#define LIMIT_VERDICT_VALUES 272u              /* fields, measurements of one verdict, each: SPDM has up to 255 blocks */
#define LIMIT_VERDICT_ANCHORS 8u               /* roots one verdict stands on */

/* ---- certificate transparency ---- */
#define LIMIT_TILE_ENTRIES 256u                /* static-ct-api: entries of a full tile */
#define LIMIT_PAGE_ENTRIES 2048u               /* get-entries: largest cap seen is 1,000 */
#define LIMIT_PAGE_BYTES (64u << 20)           /* inflated page or tile */
#define LIMIT_BODY_BYTES (32u << 20)           /* a body as it comes over the wire: one slot of shared memory */
#define LIMIT_TREE_HEAD_BYTES (64u << 10)      /* checkpoint with 16 or more post-quantum signatures */
#define LIMIT_NOTE_SIGNATURES 64u              /* signature lines of a checkpoint */
#define LIMIT_PROOF_NODES 64u                  /* a tree of 2^63 leaves */
#define LIMIT_PROOF_BYTES (64u << 10)          /* answer with a proof and no entry: 64 nodes have 3 kB */
#define LIMIT_PROOF_ENTRIES_BYTES (8u << 20)   /* bodies with entries in a proof of misbehaviour: base64, it is a JSON document */
#define LIMIT_PROOF_BODIES 4096u               /* of them: small pages */
#define LIMIT_LOG_LIST_BYTES (8u << 20)        /* log lists have about 300 kB */
#define LIMIT_LOGS 4096u                       /* logs of a list */
#define LIMIT_TREE_SIZE ((UINT64_C(1) << 63) - 1)

/* ---- network ---- */
#define LIMIT_URL_BYTES 8192u                  /* the longest request line that servers take (RFC 9110 4.1) */
#define LIMIT_HEADER_BYTES (16u << 10)         /* one header field: Intel's issuer chains have about 3 kB */
#define LIMIT_HEADERS_BYTES (64u << 10)        /* all fields of one answer that are kept */
#define LIMIT_POST_BYTES (64u << 10)           /* a request's body: an OCSP request has about 100 bytes */
#define LIMIT_ALERT_BYTES (4u << 20)           /* one event in any form: the largest certificate's names, twice */
#define LIMIT_ERROR_BODY_BYTES (64u << 10)     /* of an answer other than 200: what it says, not its artwork */

#define LIMIT_HOSTS 4096u                      /* whose pace is remembered: as many as logs */

/* ---- processes ---- */
#define LIMIT_WORKERS 64u

#define LIMIT_FRAME_BYTES (64u << 20)          /* one message between processes */

/* ---- configuration and policy ---- */
#define LIMIT_WATCHES 10000u
#define LIMIT_ALERTS 64u                       /* destinations, and executables of one directory of hooks */
#define LIMIT_EXPECTATIONS 256u                /* of one watch */
#define LIMIT_EXPECTATION_VALUES 256u          /* values of one expectation: all releases of some years */
#define LIMIT_EXPRESSION_BYTES (32u << 10)     /* 256 SHA-384 digests in hex, and a name */
#define LIMIT_EXPRESSION_NAME 64u              /* the longest name of a value has about 30 letters */
#define LIMIT_FINDINGS 512u                    /* of one certificate: 16 carriers by 10 rules, and expectations */
#define LIMIT_CONFIG_BYTES (8u << 20)          /* LIMIT_WATCHES sections of 800 bytes */
#define LIMIT_CONFIG_VALUE 4096u               /* a path or URL; expressions have their own limit */
#define LIMIT_FILE_BYTES (64u << 20)           /* a file named on the command line */

/* ---- history ---- */
#define LIMIT_PROGRESS 64u                     /* runs whose progress is kept for each log: two months of nights */
#define LIMIT_STORED_BYTES (64u << 20)         /* one stored document, leaf, ...: the largest input that one can come from */

#endif
