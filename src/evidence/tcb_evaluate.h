/*
 * Where a platform stands in Intel's documents: SGX and TDX TCB levels, the TDX module's, the QE's, and what they come to
 * together. Values in, values out: whether the documents are authentic and of the right processor is for others.
 * Intel's Quote Verification Library is the reference (TDX: TCB level selection, convergence, TD relaunch). Private to
 * src/evidence and its tests. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_TCB_EVALUATE_H
#define TEEWATCH_EVIDENCE_TCB_EVALUATE_H

#include "evidence/qe_identity.h"
#include "evidence/tcb_info.h"

/* What the evidence says. */
struct tcb_platform {
	const uint8_t *components; /* 16: of the PCK certificate */
	unsigned pcesvn;
	unsigned qe_isvsvn;
	const uint8_t *svn;        /* TEE_TCB_SVN, 16: of a TD at its launch; NULL: SGX */
	const uint8_t *svn2;       /* TEE_TCB_SVN2, of the module that runs now; NULL: the report has none */
};

/* One set of SVNs. */
struct tcb_evaluation {
	const struct tcb_level *level;         /* NULL: the platform meets none */
	const struct tdx_module *module;       /* TDX, of svn[1] > 0; NULL: none, or not in the document */
	const struct isv_level *module_level;  /* likewise; NULL: none that it meets */
	bool module_unknown;                   /* svn[1] > 0, and the document has no such module */
	enum tcb_status status;                /* converged */
};

struct tcb_result {
	struct tcb_evaluation launch, current; /* current: where there is an svn2 */
	bool has_current;
	const struct isv_level *qe_level;      /* NULL: none that it meets, or no identity */
	enum tcb_status status;
	int64_t date_ms;                       /* the oldest tcbDate of the levels met; 0: no level is */
};

/* qe: NULL where no QE identity is at hand: then as if the QE were up to date. */
void tcb_evaluate(const struct tcb_info *info, const struct qe_identity *qe, const struct tcb_platform *p,
                  struct tcb_result *out);

/* The first level whose SGX components and PCESVN the platform has and, for TDX, whose TDX components: those from 2 on
 * where svn[1] > 0, since the first two are then the module's own and have levels of their own. */
const struct tcb_level *tcb_level_of(const struct tcb_info *info, const struct tcb_platform *p, const uint8_t *svn);

/* A platform's status in the light of its QE's and TDX module's, which are UpToDate, OutOfDate or Revoked. */
enum tcb_status tcb_converge(enum tcb_status platform, const enum tcb_status *components, size_t n);

/* A TD's status from that at launch and that of the module which runs now. */
enum tcb_status tcb_relaunch(enum tcb_status launch, enum tcb_status current);

/* Advisories of all levels met, each once, as texts with NULs between them; in the arena. */
struct bytes tcb_advisories(const struct tcb_result *r, struct arena *a);

#endif
