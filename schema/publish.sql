-- Fills history.db (main) from the attached state.db (state). text_hex() and text_time() give the
-- text forms; NULL stays NULL, and a time of 0 is written as nullif(x, 0) where 0 means none.

INSERT INTO about SELECT name, value FROM state.setting WHERE name = 'uuid';
INSERT INTO about VALUES ('schema', 'teewatch.history/1');

INSERT INTO log
	SELECT text_hex(l.log_id), l.name, nullif(l.operator, ''), l.kind, l.url, l.tree_size,
	       p.audited_from, p.audited_size, text_hex(p.audited_root), text_time(nullif(l.last_success_ms, 0)),
	       nullif(l.state, '')
	FROM state.log l LEFT JOIN state.position p ON p.log_id = l.log_id AND p.started
	ORDER BY l.log_id;

INSERT INTO place
	SELECT text_hex(p.log_id), p.entry_index, text_hex(p.tbs_sha256), text_hex(p.leaf_hash),
	       text_time(p.timestamp_ms), p.precertificate
	FROM state.place p JOIN state.position q USING (log_id)
	WHERE q.started AND p.entry_index < q.audited_size
	ORDER BY p.log_id, p.entry_index;
CREATE INDEX place_by_certificate ON place (tbs_sha256);
CREATE INDEX place_by_time ON place (logged_at);

-- Verdicts, with what ties them to certificates.
INSERT INTO evidence
	SELECT text_hex(v.tbs_sha256), text_hex(v.evidence_sha256), text_hex(c.document_sha256), nullif(v.kind, ''),
	       c.carrier, nullif(coalesce(c.scheme, v.scheme), ''), v.basis, v.result, text_time(v.at_ms)
	FROM state.verdict v LEFT JOIN state.carrier c
	     ON c.tbs_sha256 = v.tbs_sha256 AND c.evidence_sha256 = v.evidence_sha256
	ORDER BY v.tbs_sha256, v.evidence_sha256, v.basis, c.carrier;
-- Carriers without a verdict: what cannot be decoded has failed; what is not at hand, of an unknown
-- form or past our limits could not be checked. A key alone is no evidence.
INSERT INTO evidence
	SELECT text_hex(c.tbs_sha256), text_hex(c.evidence_sha256), text_hex(c.document_sha256), nullif(c.kind, ''),
	       c.carrier, nullif(c.scheme, ''), b.basis,
	       iif(c.fault IN ('none', 'unsupported', 'unrecognised', 'limit'), 'incomplete', 'failed'), NULL
	FROM state.carrier c, (SELECT 'logged' AS basis UNION ALL SELECT 'now') b
	WHERE (c.form <> 'key-only' OR c.fault <> 'none')
	      AND NOT EXISTS (SELECT 1 FROM state.verdict v WHERE v.tbs_sha256 = c.tbs_sha256
	                      AND v.evidence_sha256 = c.evidence_sha256 AND v.basis = b.basis)
	ORDER BY c.tbs_sha256, c.carrier, b.basis;
CREATE INDEX evidence_by_certificate ON evidence (tbs_sha256);
CREATE INDEX evidence_by_evidence ON evidence (evidence_sha256);
CREATE INDEX evidence_by_document ON evidence (document_sha256);

INSERT INTO certificate
	SELECT text_hex(c.tbs_sha256), text_hex(c.spki_sha256), c.issuer, c.subject, c.serial,
	       text_time(c.not_before_ms), text_time(c.not_after_ms),
	       (SELECT group_concat(n.name, ' ') FROM (SELECT name FROM state.name
	        WHERE tbs_sha256 = c.tbs_sha256 ORDER BY position) n),
	       nullif(c.domain, ''),
	       (SELECT nullif(k.scheme, '') FROM state.carrier k WHERE k.tbs_sha256 = c.tbs_sha256
	        ORDER BY k.evidence_sha256 IS NULL, k.form = 'key-only', k.carrier LIMIT 1),
	       NULL, NULL, NULL
	FROM state.certificate c
	WHERE text_hex(c.tbs_sha256) IN (SELECT tbs_sha256 FROM place)
	ORDER BY c.tbs_sha256;
-- The evidence columns name the CPU evidence; the result is the worst of all evidence.
UPDATE certificate SET (evidence_kind, evidence_sha256, scheme) =
	(SELECT e.kind, e.evidence_sha256, coalesce(e.scheme, certificate.scheme) FROM evidence e
	 WHERE e.tbs_sha256 = certificate.tbs_sha256 AND e.basis = 'logged'
	       AND coalesce(e.kind, '') NOT IN ('nvgpu', 'nvswitch', 'nras')
	 ORDER BY e.evidence_sha256 IS NULL, coalesce(e.kind, 'unknown') = 'unknown', e.evidence_sha256, e.carrier
	 LIMIT 1)
	WHERE tbs_sha256 IN (SELECT tbs_sha256 FROM evidence WHERE basis = 'logged'
	                     AND coalesce(kind, '') NOT IN ('nvgpu', 'nvswitch', 'nras'));
UPDATE certificate SET result =
	(SELECT e.result FROM evidence e WHERE e.tbs_sha256 = certificate.tbs_sha256 AND e.basis = 'logged'
	 ORDER BY CASE e.result WHEN 'failed' THEN 0 WHEN 'incomplete' THEN 1 ELSE 2 END LIMIT 1);
CREATE INDEX certificate_by_key ON certificate (spki_sha256);
CREATE INDEX certificate_by_domain ON certificate (domain);
CREATE INDEX certificate_by_evidence ON certificate (evidence_sha256);

INSERT INTO name
	SELECT n.name, text_hex(n.tbs_sha256) FROM state.name n
	WHERE text_hex(n.tbs_sha256) IN (SELECT tbs_sha256 FROM place)
	ORDER BY n.name, n.tbs_sha256;
CREATE INDEX name_by_name ON name (name);

INSERT INTO verdict
	SELECT verdict_id, text_hex(tbs_sha256), text_hex(evidence_sha256), basis, text_time(at_ms)
	FROM state.verdict;
CREATE INDEX verdict_by_certificate ON verdict (tbs_sha256);
CREATE INDEX verdict_by_evidence ON verdict (evidence_sha256, basis);

-- What concerns the evidence alone is told once, however many certificates share it: on basis now
-- by its newest verdict, on basis logged once for each time.
CREATE TEMP TABLE speaker AS
	SELECT verdict_id FROM (
		SELECT verdict_id, row_number() OVER (
			PARTITION BY evidence_sha256, basis, iif(basis = 'now', 0, at_ms)
			ORDER BY at_ms DESC, tbs_sha256 IS NOT NULL, tbs_sha256) AS rank
		FROM state.verdict)
	WHERE rank = 1;
INSERT INTO verdict_check
	SELECT verdict_id, position, check_id, result, detail, binding FROM state.verdict_check
	WHERE binding OR verdict_id IN (SELECT verdict_id FROM temp.speaker);
INSERT INTO verdict_claim
	SELECT verdict_id, position, claim, status, nullif(source, ''), reason, binding
	FROM state.verdict_claim
	WHERE binding OR verdict_id IN (SELECT verdict_id FROM temp.speaker);
DROP TABLE temp.speaker;
CREATE INDEX verdict_check_by_check ON verdict_check (check_id, result);
CREATE INDEX verdict_claim_by_claim ON verdict_claim (claim, status);

INSERT INTO measurement
	SELECT nullif(c.domain, ''), v.kind, x.name,
	       CASE x.kind WHEN 'hex' THEN text_hex(x.bytes) WHEN 'text' THEN CAST(x.bytes AS TEXT)
	       ELSE CAST(x.number AS TEXT) END AS value,
	       text_time(min(c.first_seen_ms)), text_time(max(c.first_seen_ms)), count(DISTINCT c.tbs_sha256)
	FROM state.verdict v JOIN state.certificate c ON c.tbs_sha256 = v.tbs_sha256
	     JOIN state.verdict_value x ON x.verdict_id = v.verdict_id
	WHERE x.section = 'measurement' AND x.kind <> 'list'
	GROUP BY c.domain, v.kind, x.name, value
	ORDER BY c.domain, v.kind, x.name, value;
CREATE INDEX measurement_by_domain ON measurement (domain, register);
CREATE INDEX measurement_by_value ON measurement (value);

INSERT INTO anomaly
	SELECT text_hex(uid), rule, severity, state, nullif(domain, ''), text_hex(tbs_sha256), text_hex(log_id),
	       entry_index, text_time(first_seen_ms), text_time(last_seen_ms), detail
	FROM state.anomaly ORDER BY uid;
CREATE INDEX anomaly_by_certificate ON anomaly (tbs_sha256);
CREATE INDEX anomaly_by_domain ON anomaly (domain);
CREATE INDEX anomaly_by_rule ON anomaly (rule, state);

INSERT INTO collateral
	SELECT text_hex(sha256), kind, text_time(nullif(issued_ms, 0)), text_time(nullif(next_update_ms, 0)),
	       text_time(nullif(fetched_ms, 0)), nullif(source, '')
	FROM state.collateral ORDER BY sha256;

INSERT INTO run
	SELECT run_id, text_time(started_ms), text_time(nullif(finished_ms, 0)), iif(finished_ms, exit_status, NULL),
	       entries, certificates, anomalies, sandbox, version
	FROM state.run ORDER BY run_id;
