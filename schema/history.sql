-- history.db: the published copy. Its views are the contract; its tables may change between major
-- versions. Hashes are lower-case hex, times RFC 3339 UTC text, NULL stands for "none".

CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT);

CREATE TABLE log (
	log_id TEXT PRIMARY KEY, name TEXT, operator TEXT, kind TEXT, url TEXT, tree_size INTEGER,
	audited_from INTEGER, audited_size INTEGER, root_hash TEXT, last_success TEXT, state TEXT
);

CREATE TABLE certificate (
	tbs_sha256 TEXT PRIMARY KEY, spki_sha256 TEXT, issuer TEXT, subject TEXT, serial TEXT,
	not_before TEXT, not_after TEXT, names TEXT, domain TEXT, scheme TEXT,
	evidence_kind TEXT, evidence_sha256 TEXT, result TEXT
);
CREATE TABLE name (name TEXT, tbs_sha256 TEXT);
CREATE TABLE place (
	log TEXT, entry_index INTEGER, tbs_sha256 TEXT, leaf_hash TEXT, logged_at TEXT, precertificate INTEGER,
	PRIMARY KEY (log, entry_index)
);
CREATE TABLE evidence (
	tbs_sha256 TEXT, evidence_sha256 TEXT, document_sha256 TEXT, kind TEXT, carrier TEXT, scheme TEXT,
	basis TEXT, result TEXT, at TEXT
);
-- with_certificate: the row concerns the certificate too; else the evidence alone.
CREATE TABLE verdict (
	verdict_id INTEGER PRIMARY KEY, tbs_sha256 TEXT, evidence_sha256 TEXT, basis TEXT, at TEXT
);
CREATE TABLE verdict_check (
	verdict_id INTEGER, position INTEGER, check_id TEXT, result TEXT, detail TEXT, with_certificate INTEGER,
	PRIMARY KEY (verdict_id, position)
) WITHOUT ROWID;
CREATE TABLE verdict_claim (
	verdict_id INTEGER, position INTEGER, claim TEXT, status TEXT, source TEXT, reason TEXT,
	with_certificate INTEGER, PRIMARY KEY (verdict_id, position)
) WITHOUT ROWID;
CREATE TABLE measurement (
	domain TEXT, kind TEXT, register TEXT, value TEXT, first_seen TEXT, last_seen TEXT, certificates INTEGER
);
CREATE TABLE anomaly (
	uid TEXT PRIMARY KEY, rule TEXT, severity TEXT, state TEXT, domain TEXT, tbs_sha256 TEXT, log TEXT,
	entry_index INTEGER, first_seen TEXT, last_seen TEXT, detail TEXT
);
CREATE TABLE collateral (
	sha256 TEXT PRIMARY KEY, kind TEXT, issued TEXT, next_update TEXT, fetched TEXT, source TEXT
);
CREATE TABLE run (
	run_id INTEGER PRIMARY KEY, started TEXT, finished TEXT, exit_status INTEGER, entries INTEGER,
	certificates INTEGER, anomalies INTEGER, sandbox TEXT, version TEXT
);

CREATE VIEW v_log AS
	SELECT log_id, name, operator, kind, url, tree_size, audited_from, audited_size, root_hash, last_success,
	       state
	FROM log;

CREATE VIEW v_certificate AS
	SELECT c.tbs_sha256, c.spki_sha256, c.issuer, c.serial, c.not_before, c.not_after, c.names, c.domain,
	       p.log, p.entry_index, p.logged_at, c.scheme, c.evidence_kind, c.evidence_sha256, c.result
	FROM place p JOIN certificate c USING (tbs_sha256);

CREATE VIEW v_evidence AS
	SELECT tbs_sha256, evidence_sha256, document_sha256, kind, carrier, scheme, basis, result, at
	FROM evidence;

CREATE VIEW v_claim AS
	SELECT iif(c.with_certificate, v.tbs_sha256, NULL) AS tbs_sha256, v.evidence_sha256, v.basis, c.claim,
	       c.status, c.source, c.reason, v.at
	FROM verdict v JOIN verdict_claim c USING (verdict_id);

CREATE VIEW v_check AS
	SELECT iif(c.with_certificate, v.tbs_sha256, NULL) AS tbs_sha256, v.evidence_sha256, v.basis, c.check_id,
	       c.result, c.detail, v.at
	FROM verdict v JOIN verdict_check c USING (verdict_id);

CREATE VIEW v_measurement AS
	SELECT domain, kind, register, value, first_seen, last_seen, certificates
	FROM measurement;

CREATE VIEW v_anomaly AS
	SELECT uid, rule, severity, state, domain, tbs_sha256, log, entry_index, first_seen, last_seen, detail
	FROM anomaly;

CREATE VIEW v_collateral AS
	SELECT sha256, kind, issued, next_update, fetched, source
	FROM collateral;

CREATE VIEW v_run AS
	SELECT run_id, started, finished, exit_status, entries, certificates, anomalies, sandbox, version
	FROM run;
