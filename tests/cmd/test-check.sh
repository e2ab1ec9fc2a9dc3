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
