# teewatch check: the probe's word, its figures and its exit status.
. "$top_srcdir/tests/cmd/lib.sh"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name none --host c.demo.example --kind none --key 3
"$mklog" --out "$work/log" --size 900 --timestamp 1769126400000 --precertificate "$work/e/none.der@300"
key=$(cat "$work/log/key")
probe() { # STATUS TEXT OPTIONS...
	wanted_text=$2 status=$1
	shift 2
	expect "$status" "$teewatch" -s "$work/s" check "$@"
	grep -q "$wanted_text" "$work/out" || fail "no \"$wanted_text\" in: $(cat "$work/out")"
	[ "$(wc -l <"$work/out")" = 1 ] || fail "more than one line"
}
probe 3 "^TEEWATCH UNKNOWN - "
configuration static "file://$work/log/static/" "$key" >"$work/conf"
expect 0 "$teewatch" -c "$work/conf" -s "$work/s" crawl --offline --at $at
probe 0 "^TEEWATCH OK - nothing open, last crawl ended [0-9]* s ago | critical=0;;;0 high=0;;;0 medium=0;;;0 low=0;;;0 info=0;;;0 logs=1;;;0 lag=0;;;0 age=[0-9]*s;;;0$"

# A strict watch, and the certificate without evidence is an anomaly of some severity.
configuration static "file://$work/log/static/" "$key" 'watch "demo.example" { require-attestation = true }' >"$work/conf"
expect 0 "$teewatch" -c "$work/conf" -s "$work/s" crawl --offline --rescan --at $at
severity=$(sql "$work/s" "SELECT severity FROM v_anomaly")
probe 2 "^TEEWATCH CRITICAL - 1 $severity open, " -c "$severity"
probe 1 "^TEEWATCH WARNING - 1 $severity open, " -c critical
probe 0 "^TEEWATCH OK - 1 $severity open, " -w critical -c critical
expect 0 "$teewatch" -s "$work/s" ack "$(sql "$work/s" "SELECT uid FROM v_anomaly")" --reason "a test"
probe 0 "^TEEWATCH OK - nothing open"

# A log that cannot be had, a crawl of long ago, a wrong call.
mv "$work/log/static/checkpoint" "$work/away"
expect 1 "$teewatch" -q -c "$work/conf" -s "$work/s" crawl --offline --at $at
probe 1 "^TEEWATCH WARNING - nothing open, .*; a log or collateral could not be had | "
sqlite3 "$work/s/state.db" "UPDATE run SET finished_ms = finished_ms - 3600000 * 30"
probe 3 "^TEEWATCH UNKNOWN - nothing open, stale: the last crawl ended 3[01] h ago"
probe 1 "^TEEWATCH WARNING - " --stale 48
probe 3 "^TEEWATCH UNKNOWN - the probe is called in a wrong way" -w loud
probe 3 "^TEEWATCH UNKNOWN - the probe is called in a wrong way" --stale 0
probe 3 "^TEEWATCH UNKNOWN - the probe is called in a wrong way" --nothing

# ---- the figures for Prometheus ----
mv "$work/away" "$work/log/static/checkpoint"
configuration static "file://$work/log/static/" "$key" "metrics-file = \"$work/metrics/teewatch.prom\"
watch \"demo.example\" { require-attestation = true }" | sed 's/^log "local"/log "a \\"b\\" \\\\ c"/' >"$work/conf"
expect 3 "$teewatch" -c "$work/conf" -s "$work/m" crawl --offline --at $at
grep -q "metrics/teewatch.prom: the metrics cannot be written: No such file" "$work/err" || fail "$(cat "$work/err")"
mkdir "$work/metrics"
(umask 077; expect 0 "$teewatch" -c "$work/conf" -s "$work/m" crawl --offline --at $at)
[ "$(stat -c %a "$work/metrics/teewatch.prom")" = 644 ] || fail "not for all to read"
[ "$(ls "$work/metrics")" = teewatch.prom ] || fail "something is left beside it"
for line in 'teewatch_run_exit_status 0' 'teewatch_anomalies_open{rule="log_misbehaviour",severity="critical"} 0' \
	'teewatch_anomalies_open{rule="unattested_certificate",severity="'"$severity"'"} 1' 'teewatch_certificates_total 1'; do
	grep -qxF "$line" "$work/metrics/teewatch.prom" || fail "no $line in $(cat "$work/metrics/teewatch.prom")"
done
grep -q '^teewatch_log_audited_size{log="a \\"b\\" \\\\ c",log_id="[0-9a-f]\{64\}"} 900$' "$work/metrics/teewatch.prom" || fail "labels: $(cat "$work/metrics/teewatch.prom")"
# The text format: every value belongs to the HELP and TYPE above it, each of which stands once.
awk '/^# HELP / { if ($3 in seen) exit 1; seen[$3] = 1; next }
	/^# TYPE / { name = $3; if (!(name in seen) || ($4 != "gauge" && $4 != "counter")) exit 1; next }
	{ split($0, part, /[{ ]/); if (part[1] != name || $NF !~ /^[0-9.]+$/) exit 1 }' "$work/metrics/teewatch.prom" || fail "the format"
