# The sample log that ships in the tree: every entry comes to what its README says, and nothing else.
. "$top_srcdir/tests/cmd/lib.sh"
sample=$top_srcdir/contrib/sample
sed "s,@SAMPLE@,$sample," "$sample/sample.conf.in" >"$work/conf"
expect 0 "$teewatch" -c "$work/conf" -s "$work/state" crawl --offline --at $at
[ ! -s "$work/out" ] && [ ! -s "$work/err" ] || fail "a crawl is silent when it is not on a terminal"
[ "$(sql "$work/state" "SELECT group_concat(entry_index || ' ' || coalesce(result, '-'), ', ') FROM (SELECT * FROM
	v_certificate ORDER BY entry_index)")" = "41 verified, 97 verified, 130 verified, 188 failed, 219 failed, \
260 failed, 301 failed, 333 failed, 377 incomplete, 402 -" ] || fail "results: $(sql "$work/state" \
	"SELECT entry_index, result FROM v_certificate")"
grep -E '^\| [0-9]+ ' "$sample/README.md" | sed -E 's/^\| ([0-9]+) .*\| ([a-z_]+) \|$/\1 \2/' | grep -v nothing |
	sort >"$work/wanted"
sql "$work/state" "SELECT entry_index || ' ' || rule FROM v_anomaly WHERE rule <> 'expectation_failed'" | sort >"$work/got"
diff "$work/wanted" "$work/got" || fail "anomalies are not those of contrib/sample/README.md"
[ "$(sql "$work/state" "SELECT count(*) FROM v_claim WHERE claim = 'tee_attested' AND status = 'asserted'
	AND source <> 'verifier_derived'")" = 0 ] || fail "a custom anchor caps the source at verifier_derived"
expect 4 "$teewatch" -s "$work/state" report --fail-on critical
expect 0 "$teewatch" -s "$work/state" report --format ndjson
events=$(wc -l <"$work/out")

# Again: nothing printed, no anomaly, no certificate event, history.db untouched.
cp -p "$work/state/history.db" "$work/before.db"
expect 0 "$teewatch" -c "$work/conf" -s "$work/state" crawl --offline --at $at
[ ! -s "$work/out" ] && [ ! -s "$work/err" ] || fail "the second crawl printed something"
cmp "$work/before.db" "$work/state/history.db" || fail "the second crawl rebuilt history.db"
expect 0 "$teewatch" -s "$work/state" report --format ndjson --since-seq "$events"
[ "$(grep -c . "$work/out")" = 1 ] && grep -q '"event_type":"run"' "$work/out" || fail "events of the second crawl"

# --fail-on counts what this run opened.
expect 0 "$teewatch" -c "$work/conf" -s "$work/state" crawl --offline --at $at --fail-on critical
expect 4 "$teewatch" -c "$work/conf" -s "$work/other" crawl --offline --at $at --fail-on critical

# Acknowledged anomalies are no longer open.
uid=$(sql "$work/state" "SELECT uid FROM v_anomaly WHERE rule = 'debug_enclave'")
expect 2 "$teewatch" -s "$work/state" ack "$uid"
expect 0 "$teewatch" -s "$work/state" ack "$(echo "$uid" | cut -c1-12)" --reason "a lab machine"
expect 0 "$teewatch" -s "$work/state" report
grep -q debug_enclave "$work/out" && fail "an acknowledged anomaly is still shown"
[ "$(sql "$work/state" "SELECT state FROM v_anomaly WHERE uid = '$uid'")" = acknowledged ] || fail "state after ack"
expect 2 "$teewatch" -s "$work/state" ack ffffffffffff --reason x

# Every event is valid under the schema.
if python3 -c 'import jsonschema' 2>/dev/null; then
	expect 0 "$teewatch" -s "$work/state" report --format ndjson
	python3 "$top_srcdir/tests/cmd/validate-events.py" "$top_srcdir/schema/event.schema.json" "$work/out" ||
		fail "an event is not valid under schema/event.schema.json"
else
	echo "not checked: events against the JSON Schema (python3-jsonschema is not installed)"
fi
