-- state.db, version 1. Hashes are BLOBs of 32 bytes, times INTEGER milliseconds since 1970 UTC
-- (0: none), texts UTF-8 ('': none). Keys are content, not local numbers, so that histories merge.
-- References are checked at commit: rows of one batch may come in any order.

CREATE TABLE setting (
	name TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- run_id is never given out twice, even when old runs have been deleted.
CREATE TABLE run (
	run_id INTEGER PRIMARY KEY AUTOINCREMENT,
	started_ms INTEGER NOT NULL,
	finished_ms INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	exit_status INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	certificates INTEGER NOT NULL,
	anomalies INTEGER NOT NULL,
	sandbox TEXT NOT NULL,
	version TEXT NOT NULL
) STRICT;

-- Bulky bytes, once each. The hash is over the plain bytes; encoding says how they lie here.
CREATE TABLE content (
	sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
	encoding TEXT NOT NULL CHECK (encoding IN ('plain', 'gzip')),
	bytes BLOB NOT NULL
) STRICT;

-- tree_size is the largest of the log's tree heads that are not contradicted.
CREATE TABLE log (
	log_id BLOB NOT NULL PRIMARY KEY CHECK (length(log_id) = 32),
	kind TEXT NOT NULL CHECK (kind IN ('rfc6962', 'static')),
	name TEXT NOT NULL,
	operator TEXT NOT NULL,
	url TEXT NOT NULL,
	submission_url TEXT NOT NULL,
	key BLOB NOT NULL,
	mmd_s INTEGER NOT NULL,
	state TEXT NOT NULL,
	state_since_ms INTEGER NOT NULL,
	first_seen_ms INTEGER NOT NULL,
	last_success_ms INTEGER NOT NULL,
	listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
	tree_size INTEGER NOT NULL DEFAULT 0 CHECK (tree_size >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE position (
	log_id BLOB NOT NULL PRIMARY KEY REFERENCES log DEFERRABLE INITIALLY DEFERRED,
	started INTEGER NOT NULL CHECK (started IN (0, 1)),
	audited_from INTEGER NOT NULL CHECK (audited_from >= 0),
	audited_size INTEGER NOT NULL CHECK (audited_size >= 0),
	audited_root BLOB NOT NULL CHECK (length(audited_root) = 32),
	audited_timestamp_ms INTEGER NOT NULL,
	scanned_size INTEGER NOT NULL CHECK (scanned_size >= audited_size),
	audited_nodes BLOB NOT NULL CHECK (length(audited_nodes) % 32 = 0 AND length(audited_nodes) <= 2048),
	scanned_nodes BLOB NOT NULL CHECK (length(scanned_nodes) % 32 = 0 AND length(scanned_nodes) <= 2048),
	page_entries INTEGER NOT NULL CHECK (page_entries >= 0),
	complete_since_ms INTEGER NOT NULL DEFAULT 0 -- entries of a later time were all looked at with today's watches
) STRICT, WITHOUT ROWID;

CREATE TABLE tree_head (
	log_id BLOB NOT NULL REFERENCES log DEFERRABLE INITIALLY DEFERRED,
	tree_size INTEGER NOT NULL CHECK (tree_size >= 0),
	timestamp_ms INTEGER NOT NULL,
	root BLOB NOT NULL CHECK (length(root) = 32),
	first_seen_ms INTEGER NOT NULL,
	signature BLOB NOT NULL,
	body BLOB NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('pending', 'verified', 'contradicted', 'unused')),
	PRIMARY KEY (log_id, tree_size, timestamp_ms, root)
) STRICT;

-- due: the policy has not looked at it yet, or must look again.
CREATE TABLE certificate (
	tbs_sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(tbs_sha256) = 32),
	spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32),
	content_sha256 BLOB NOT NULL REFERENCES content DEFERRABLE INITIALLY DEFERRED,
	issuer TEXT NOT NULL,
	subject TEXT NOT NULL,
	serial TEXT NOT NULL,
	not_before_ms INTEGER NOT NULL,
	not_after_ms INTEGER NOT NULL,
	domain TEXT NOT NULL,
	watch TEXT NOT NULL,
	reasons INTEGER NOT NULL,
	first_seen_ms INTEGER NOT NULL,
	due INTEGER NOT NULL DEFAULT 1 CHECK (due IN (0, 1)),
	learned INTEGER NOT NULL DEFAULT 0 CHECK (learned IN (0, 1)) -- seen in its domain's baseline
) STRICT, WITHOUT ROWID;
CREATE INDEX certificate_by_key ON certificate (spki_sha256);
CREATE INDEX certificate_by_domain ON certificate (domain, issuer);
CREATE INDEX certificate_due ON certificate (tbs_sha256) WHERE due;

CREATE TABLE name (
	tbs_sha256 BLOB NOT NULL REFERENCES certificate DEFERRABLE INITIALLY DEFERRED,
	position INTEGER NOT NULL CHECK (position >= 0),
	name TEXT NOT NULL,
	PRIMARY KEY (tbs_sha256, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_by_name ON name (name);

-- Where certificates stand. Only a place below its log's audited size is proven.
CREATE TABLE place (
	log_id BLOB NOT NULL REFERENCES log DEFERRABLE INITIALLY DEFERRED,
	entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
	tbs_sha256 BLOB NOT NULL REFERENCES certificate DEFERRABLE INITIALLY DEFERRED,
	leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32),
	timestamp_ms INTEGER NOT NULL,
	precertificate INTEGER NOT NULL CHECK (precertificate IN (0, 1)),
	PRIMARY KEY (log_id, entry_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_by_certificate ON place (tbs_sha256, timestamp_ms);

CREATE VIEW audited_place AS
	SELECT place.* FROM place JOIN position USING (log_id)
	WHERE position.started AND place.entry_index < position.audited_size;

-- How fast hosts of logs may be asked, as it was found out. window: requests at once, in 1/256.
CREATE TABLE host (
	host TEXT NOT NULL PRIMARY KEY,
	window INTEGER NOT NULL,
	gap_ms INTEGER NOT NULL,
	seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each run came with a log. duration_ms: from its first request to its last entry.
CREATE TABLE progress (
	log_id BLOB NOT NULL REFERENCES log DEFERRABLE INITIALLY DEFERRED,
	run_id INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	entries INTEGER NOT NULL CHECK (entries >= 0),
	duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
	tree_size INTEGER NOT NULL CHECK (tree_size >= 0),
	audited_size INTEGER NOT NULL CHECK (audited_size >= 0),
	PRIMARY KEY (log_id, run_id)
) STRICT, WITHOUT ROWID;

-- SCTs embedded in certificates that matched: what a log promised, and whether it holds. denied: the log has said
-- once that it has no such entry; void: the signature is not the log's.
CREATE TABLE promise (
	tbs_sha256 BLOB NOT NULL REFERENCES certificate DEFERRABLE INITIALLY DEFERRED,
	log_id BLOB NOT NULL CHECK (length(log_id) = 32),
	timestamp_ms INTEGER NOT NULL,
	sct BLOB NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('open', 'denied', 'kept', 'broken', 'void')),
	PRIMARY KEY (tbs_sha256, log_id, timestamp_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX promise_open ON promise (log_id, timestamp_ms) WHERE state IN ('open', 'denied');

-- Who issued a certificate, as its entries say. proven: the key's hash stands in a leaf.
CREATE TABLE issuer (
	tbs_sha256 BLOB NOT NULL PRIMARY KEY REFERENCES certificate DEFERRABLE INITIALLY DEFERRED,
	certificate_sha256 BLOB NOT NULL CHECK (length(certificate_sha256) IN (0, 32)),
	key_sha256 BLOB NOT NULL CHECK (length(key_sha256) IN (0, 32)),
	proven INTEGER NOT NULL CHECK (proven IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE unparseable (
	log_id BLOB NOT NULL REFERENCES log DEFERRABLE INITIALLY DEFERRED,
	entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
	content_sha256 BLOB NOT NULL REFERENCES content DEFERRABLE INITIALLY DEFERRED,
	fault TEXT NOT NULL,
	fault_offset INTEGER NOT NULL,
	fault_field TEXT NOT NULL,
	maybe_ours INTEGER NOT NULL CHECK (maybe_ours IN (0, 1)),
	crashed INTEGER NOT NULL CHECK (crashed IN (0, 1)),
	seen_ms INTEGER NOT NULL,
	PRIMARY KEY (log_id, entry_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
	sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
	commitment BLOB NOT NULL CHECK (length(commitment) = 32),
	content_sha256 BLOB NOT NULL REFERENCES content DEFERRABLE INITIALLY DEFERRED,
	format TEXT NOT NULL,
	source TEXT NOT NULL,
	peer TEXT NOT NULL,
	fetched_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX document_by_commitment ON document (commitment, sha256);

CREATE TABLE evidence (
	sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
	kind TEXT NOT NULL,
	format TEXT NOT NULL,
	content_sha256 BLOB NOT NULL REFERENCES content DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE carrier (
	tbs_sha256 BLOB NOT NULL REFERENCES certificate DEFERRABLE INITIALLY DEFERRED,
	carrier TEXT NOT NULL,
	scheme TEXT NOT NULL,
	form TEXT NOT NULL CHECK (form IN ('embedded', 'document', 'commitment', 'key-only')),
	kind TEXT NOT NULL,
	fault TEXT NOT NULL,
	fault_offset INTEGER NOT NULL,
	fault_field TEXT NOT NULL,
	commitment BLOB NOT NULL CHECK (length(commitment) IN (0, 32)),
	hpke_key BLOB NOT NULL CHECK (length(hpke_key) IN (0, 32)),
	document_sha256 BLOB REFERENCES document DEFERRABLE INITIALLY DEFERRED,
	evidence_sha256 BLOB REFERENCES evidence DEFERRABLE INITIALLY DEFERRED,
	PRIMARY KEY (tbs_sha256, carrier)
) STRICT, WITHOUT ROWID;
CREATE INDEX carrier_by_commitment ON carrier (commitment) WHERE length(commitment) = 32;
CREATE INDEX carrier_by_evidence ON carrier (evidence_sha256) WHERE evidence_sha256 IS NOT NULL;

-- One verdict for each (certificate or none, evidence, basis). digest is over everything but the
-- time, so that the same outcome at a later time is not taken for a change.
CREATE TABLE verdict (
	verdict_id INTEGER PRIMARY KEY,
	tbs_sha256 BLOB REFERENCES certificate DEFERRABLE INITIALLY DEFERRED,
	evidence_sha256 BLOB NOT NULL REFERENCES evidence DEFERRABLE INITIALLY DEFERRED,
	basis TEXT NOT NULL CHECK (basis IN ('logged', 'now')),
	scheme TEXT NOT NULL,
	kind TEXT NOT NULL,
	format TEXT NOT NULL,
	at_ms INTEGER NOT NULL,
	result TEXT NOT NULL CHECK (result IN ('failed', 'incomplete', 'verified')),
	fault TEXT NOT NULL,
	fault_offset INTEGER NOT NULL,
	fault_field TEXT NOT NULL,
	report_data BLOB NOT NULL,
	digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
CREATE UNIQUE INDEX verdict_by_subject ON verdict (ifnull(tbs_sha256, x''), evidence_sha256, basis);
CREATE INDEX verdict_by_certificate ON verdict (tbs_sha256);
CREATE INDEX verdict_by_evidence ON verdict (evidence_sha256, basis);

CREATE TABLE verdict_check (
	verdict_id INTEGER NOT NULL REFERENCES verdict ON DELETE CASCADE,
	position INTEGER NOT NULL,
	check_id TEXT NOT NULL,
	result TEXT NOT NULL CHECK (result IN ('pass', 'fail', 'not_checked')),
	detail TEXT NOT NULL,
	binding INTEGER NOT NULL CHECK (binding IN (0, 1)),
	PRIMARY KEY (verdict_id, position)
) STRICT, WITHOUT ROWID;

-- binding: it concerns the certificate too, not the evidence alone.
CREATE TABLE verdict_claim (
	verdict_id INTEGER NOT NULL REFERENCES verdict ON DELETE CASCADE,
	position INTEGER NOT NULL,
	claim TEXT NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('asserted', 'refuted', 'unknown')),
	source TEXT NOT NULL,
	reason TEXT NOT NULL,
	binding INTEGER NOT NULL CHECK (binding IN (0, 1)),
	PRIMARY KEY (verdict_id, position)
) STRICT, WITHOUT ROWID;

-- number holds the 64 bits of an unsigned number, so the largest ones look negative here.
CREATE TABLE verdict_value (
	verdict_id INTEGER NOT NULL REFERENCES verdict ON DELETE CASCADE,
	section TEXT NOT NULL CHECK (section IN ('tcb', 'measurement', 'binding', 'field')),
	position INTEGER NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('hex', 'text', 'number', 'boolean', 'list')),
	bytes BLOB NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY (verdict_id, section, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdict_value_measurement ON verdict_value (name, bytes) WHERE section = 'measurement';

CREATE TABLE verdict_anchor (
	verdict_id INTEGER NOT NULL REFERENCES verdict ON DELETE CASCADE,
	position INTEGER NOT NULL,
	vendor TEXT NOT NULL,
	sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
	builtin INTEGER NOT NULL CHECK (builtin IN (0, 1)),
	PRIMARY KEY (verdict_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE collateral (
	sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
	kind TEXT NOT NULL,
	vendor TEXT NOT NULL,
	source TEXT NOT NULL,
	label TEXT NOT NULL,
	issued_ms INTEGER NOT NULL,
	next_update_ms INTEGER NOT NULL,
	fetched_ms INTEGER NOT NULL,
	content_sha256 BLOB NOT NULL REFERENCES content DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE baseline (
	domain TEXT NOT NULL PRIMARY KEY,
	closed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- No references: an anomaly must be kept whatever else is missing.
CREATE TABLE anomaly (
	uid BLOB NOT NULL PRIMARY KEY CHECK (length(uid) = 32),
	rule TEXT NOT NULL,
	severity TEXT NOT NULL,
	domain TEXT NOT NULL,
	detail TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('new', 'ongoing', 'cleared', 'acknowledged')),
	tbs_sha256 BLOB CHECK (length(tbs_sha256) = 32),
	log_id BLOB CHECK (length(log_id) = 32),
	entry_index INTEGER CHECK (entry_index >= 0),
	first_seen_ms INTEGER NOT NULL,
	last_seen_ms INTEGER NOT NULL,
	acknowledged_until_ms INTEGER NOT NULL,
	ack_reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- seq is gap-free: the counter moves in the transaction that files the event.
CREATE TABLE event (
	seq INTEGER PRIMARY KEY CHECK (seq > 0),
	time_ms INTEGER NOT NULL,
	run_id INTEGER NOT NULL,
	event_type TEXT NOT NULL,
	uid TEXT NOT NULL,
	json TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_uid ON event (uid, seq) WHERE uid <> '';

CREATE TABLE event_counter (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT;
INSERT INTO event_counter VALUES (1, 0);
