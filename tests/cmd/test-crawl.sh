# The crawl on the project's own log: both APIs, resuming, growing, starting at the end, faults and lies.
. "$top_srcdir/tests/cmd/lib.sh"
ms=1769126000000
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name good --host a.demo.example --kind hatt --key 1
"$mkcert" --out "$work/e" --name stolen --host b.demo.example --kind binding --key 2
"$mkcert" --out "$work/e" --name none --host c.demo.example --kind none --key 3
given="--certificate $work/e/good.der@300 --precertificate $work/e/stolen.der@600 --precertificate $work/e/none.der@700"
# shellcheck disable=SC2086 # the options are words
"$mklog" --out "$work/log" --size 2600 --timestamp $ms $given
# shellcheck disable=SC2086
"$mklog" --out "$work/small" --size 1000 --timestamp $((ms - 7200000)) $given
key=$(cat "$work/log/key")
watch='watch "demo.example" { require-attestation = true }'
evidence="--evidence $work/e --collateral $work/vendor/collateral --trust-anchor $work/vendor/demo-ark.pem"
crawl() { # STATE CONFIGURATION [OPTIONS]
	state=$1 conf=$2
	shift 2
	# shellcheck disable=SC2086
	"$teewatch" -c "$conf" -s "$state" crawl --offline --at $at $evidence "$@"
}

# ---- the same history from files, from a server's tiles, and over RFC 6962 with any page cap ----
configuration static "file://$work/log/static/" "$key" "$watch" >"$work/static.conf"
expect 0 crawl "$work/s1" "$work/static.conf"
history "$work/s1" >"$work/h1"
[ "$(sql "$work/s1" "SELECT group_concat(rule, ' ') FROM (SELECT rule FROM v_anomaly ORDER BY rule)")" = \
	"binding_mismatch unattested_certificate" ] || fail "anomalies: $(sql "$work/s1" "SELECT rule FROM v_anomaly")"
[ "$(sql "$work/s1" "SELECT audited_size FROM v_log")" = 2600 ] || fail "audited size"
for cap in 1000 256 37; do
	serve "$work/log" --page-cap $cap
	configuration rfc6962 "http://127.0.0.1:$port/" "$key" "$watch" >"$work/rfc.conf"
	expect 0 crawl "$work/r$cap" "$work/rfc.conf"
	history "$work/r$cap" >"$work/h2"
	diff "$work/h1" "$work/h2" || fail "RFC 6962 with pages of $cap tells another history"
done
configuration static "http://127.0.0.1:$port/static/" "$key" "$watch" >"$work/http.conf"
expect 0 crawl "$work/s2" "$work/http.conf"
history "$work/s2" >"$work/h2"
diff "$work/h1" "$work/h2" || fail "tiles over HTTP tell another history"

# ---- a log that grows: the second run goes on from the first one's frontier ----
cp -r "$work/small" "$work/grown"
configuration static "file://$work/grown/static/" "$key" "$watch" >"$work/grown.conf"
expect 0 crawl "$work/s3" "$work/grown.conf"
[ "$(sql "$work/s3" "SELECT audited_size FROM v_log")" = 1000 ] || fail "audited size before growing"
rm -rf "$work/grown"
# Equal entries, so the small log is a prefix of a larger one made with the same seed and times.
# shellcheck disable=SC2086
"$mklog" --out "$work/grown" --size 2600 --timestamp $((ms - 7200000)) $given
expect 0 crawl "$work/s3" "$work/grown.conf"
[ "$(sql "$work/s3" "SELECT audited_size FROM v_log")" = 2600 ] || fail "audited size after growing"
[ "$(sql "$work/s3" "SELECT count(*) FROM v_anomaly WHERE rule = 'log_misbehaviour'")" = 0 ] || fail "false alarm"

# ---- starting at the end: seeded from hash tiles, and from an audit path ----
rm -rf "$work/grown" && cp -r "$work/small" "$work/grown"
start=end
configuration static "file://$work/grown/static/" "$key" "$watch" >"$work/end.conf"
expect 0 crawl "$work/s4" "$work/end.conf"
[ "$(sql "$work/s4" "SELECT audited_from || ' ' || audited_size FROM v_log")" = "1000 1000" ] || fail "seed from tiles"
serve "$work/small"
configuration rfc6962 "http://127.0.0.1:$port/" "$key" "$watch" >"$work/end-rfc.conf"
expect 0 crawl "$work/r4" "$work/end-rfc.conf"
[ "$(sql "$work/r4" "SELECT root_hash FROM v_log")" = "$(sql "$work/s4" "SELECT root_hash FROM v_log")" ] ||
	fail "both seeds lead to one root"
serve "$work/small" --proofs by-hash
configuration rfc6962 "http://127.0.0.1:$port/" "$key" "$watch" >"$work/end-hash.conf"
expect 0 crawl "$work/r5" "$work/end-hash.conf"
[ "$(sql "$work/r5" "SELECT root_hash FROM v_log")" = "$(sql "$work/s4" "SELECT root_hash FROM v_log")" ] ||
	fail "a log without get-entry-and-proof"
rm -rf "$work/grown"
# shellcheck disable=SC2086
"$mklog" --out "$work/grown" --size 2600 --timestamp $((ms - 7200000)) $given
expect 0 crawl "$work/s4" "$work/end.conf"
[ "$(sql "$work/s4" "SELECT audited_from || ' ' || audited_size FROM v_log")" = "1000 2600" ] || fail "from the seed on"
start=begin

# ---- a server with faults: it takes longer and tells the same ----
for fault in 429:5 503:7 html:6 cut:9 short:3; do
	serve "$work/log" --page-cap 256 --fault $fault
	configuration rfc6962 "http://127.0.0.1:$port/" "$key" "$watch" >"$work/fault.conf"
	expect 0 crawl "$work/f-$fault" "$work/fault.conf"
	history "$work/f-$fault" >"$work/h2"
	diff "$work/h1" "$work/h2" || fail "with fault $fault it tells another history"
done

# ---- lies: absolute, and nothing is audited that is not proven ----
lie() { # NAME EXPECTED-STATUS [MKLOG OPTIONS]
	name=$1 wanted=$2
	shift 2
	# shellcheck disable=SC2086
	"$mklog" --out "$work/$name" --size 2600 --timestamp $ms $given "$@"
	configuration static "file://$work/$name/static/" "$key" "$watch" >"$work/$name.conf"
	expect "$wanted" crawl "$work/l-$name" "$work/$name.conf"
	[ "$(sql "$work/l-$name" "SELECT count(*) FROM v_anomaly WHERE rule = 'log_misbehaviour'")" = 1 ] ||
		fail "$name: no log_misbehaviour"
	[ "$(sql "$work/l-$name" "SELECT coalesce(audited_size, 0) FROM v_log")" = 0 ] || fail "$name: audited without proof"
	[ "$(sql "$work/l-$name" "SELECT count(*) FROM v_certificate")" = 0 ] || fail "$name: unproven certificates are shown"
}
lie wrong-root 1 --wrong-root
lie bad-signature 1 --bad-signature
# A fork: another tree of the same size, signed by the same key.
cp "$work/static.conf" "$work/fork.conf"
rm -rf "$work/log.kept" && mv "$work/log" "$work/log.kept"
# shellcheck disable=SC2086
"$mklog" --out "$work/log" --size 2600 --timestamp $((ms + 1000)) --fork-at 900 $given
expect 1 crawl "$work/s1" "$work/fork.conf"
[ "$(sql "$work/s1" "SELECT count(*) FROM v_anomaly WHERE rule = 'log_misbehaviour'")" = 1 ] || fail "the fork is not seen"

# ---- what cannot be parsed is counted and kept, and does not stop the rest ----
# shellcheck disable=SC2086
"$mklog" --out "$work/odd" --size 2600 --timestamp $ms $given --garbage 100
configuration static "file://$work/odd/static/" "$key" "$watch" >"$work/odd.conf"
expect 0 crawl "$work/s5" "$work/odd.conf"
[ "$(sql "$work/s5" "SELECT count(*) FROM v_certificate")" = 3 ] || fail "an odd entry hides others"

# ---- more logs than bodies fit into shared memory at once ----
for way in begin end; do
	: >"$work/many-$way.conf"
done
i=0
while [ $i -lt 40 ]; do
	i=$((i + 1))
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/many.key" 2>/dev/null
	"$mklog" --out "$work/many/$i" --size $((i * 20)) --seed $i --log-key "$work/many.key"
	for way in begin end; do
		start=$way configuration static "file://$work/many/$i/static/" "$(cat "$work/many/$i/key")" |
			sed "s/\"local\"/\"log $i\"/" >>"$work/many-$way.conf"
	done
done
for way in begin end; do
	expect 0 crawl "$work/many-$way" "$work/many-$way.conf"
	[ "$(sql "$work/many-$way" "SELECT count(*) || ' ' || sum(audited_size) FROM v_log")" = "40 16400" ] || fail "forty logs"
done

# ---- a log that is not there ----
configuration static "file://$work/nothing/" "$key" "$watch" >"$work/nothing.conf"
expect 1 crawl "$work/s6" "$work/nothing.conf"
[ -s "$work/err" ] || fail "a log that cannot be had is said"

# ---- another instance holds the lock ----
serve "$work/log.kept" --page-cap 1 --fault 503:1
configuration rfc6962 "http://127.0.0.1:$port/" "$key" >"$work/slow.conf"
"$teewatch" -q -c "$work/slow.conf" -s "$work/locked" crawl --offline --at $at --budget 20 &
holder=$!
pids="$pids $holder"
tries=0
until [ -e "$work/locked/lock" ]; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || fail "the first instance makes no lock"
	sleep 0.05
done
sleep 0.2
expect 75 "$teewatch" -c "$work/slow.conf" -s "$work/locked" crawl --offline --at $at
kill -TERM $holder
wait $holder || [ $? -le 1 ] || fail "SIGTERM ends a crawl tidily"
