# Trouble of the machine and hostile collateral: what was committed stays, and the next run goes on from there.
. "$top_srcdir/tests/cmd/lib.sh"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name good --host a.demo.example --kind hatt --key 1
"$mkcert" --out "$work/e" --name none --host c.demo.example --kind none --key 3
"$mklog" --out "$work/log" --size 6000 --timestamp 1769126000000 --precertificate "$work/e/good.der@300" \
	--precertificate "$work/e/none.der@4000"
key=$(cat "$work/log/key")
configuration static "file://$work/log/static/" "$key" >"$work/plain.conf"
configuration static "file://$work/log/static/" "$key" 'watch "demo.example" { require-attestation = true }' >"$work/watch.conf"
crawl() { # STATE CONFIGURATION [OPTIONS]
	state=$1 conf=$2
	shift 2
	"$teewatch" -c "$conf" -s "$state" crawl --offline --at $at --evidence "$work/e" \
		--collateral "$work/vendor/collateral" --trust-anchor "$work/vendor/demo-ark.pem" "$@"
}
expect 0 crawl "$work/undisturbed" "$work/watch.conf"
history "$work/undisturbed" >"$work/h1"

# ---- killed at seeded moments, the whole family at once: a restart ends with the same rows ----
for delay in 01 02 03 04 05 06 08 10 13 17; do
	setsid "$teewatch" -q -c "$work/watch.conf" -s "$work/killed" crawl --offline --at $at --evidence "$work/e" \
		--collateral "$work/vendor/collateral" --trust-anchor "$work/vendor/demo-ark.pem" &
	pid=$!
	sleep 0.$delay
	kill -KILL -$pid 2>/dev/null || :
	wait $pid 2>/dev/null || :
done
expect 0 crawl "$work/killed" "$work/watch.conf"
history "$work/killed" >"$work/h2"
diff "$work/h1" "$work/h2" || fail "after kills the history differs"

# ---- a disk that is full: status 3, and the next run goes on ----
full=0
for blocks in 8 64 160 300; do
	got=0
	(
		ulimit -f $blocks
		crawl "$work/full" "$work/watch.conf"
	) >/dev/null 2>"$work/err" || got=$?
	[ $got -eq 0 ] || {
		[ $got -eq 3 ] || fail "a full disk ($blocks blocks): exit status $got: $(cat "$work/err")"
		[ -s "$work/err" ] || fail "a full disk is said"
		full=$((full + 1))
	}
done
[ $full -gt 0 ] || fail "no limit was small enough to be felt"
expect 0 crawl "$work/full" "$work/watch.conf"
history "$work/full" >"$work/h2"
diff "$work/h1" "$work/h2" || fail "after a full disk the history differs"

# ---- a damaged, a foreign and a newer history are refused and left alone ----
mkdir "$work/foreign"
sqlite3 "$work/foreign/state.db" "CREATE TABLE t (x)"
expect 3 crawl "$work/foreign" "$work/watch.conf"
cp -r "$work/undisturbed" "$work/newer"
sqlite3 "$work/newer/state.db" "PRAGMA user_version = 9999"
expect 3 crawl "$work/newer" "$work/watch.conf"

# ---- a watch that is added later sees the past through --rescan only ----
expect 0 crawl "$work/rescan" "$work/plain.conf"
[ "$(sql "$work/rescan" "SELECT count(*) FROM v_certificate")" = 1 ] || fail "without a watch"
expect 0 crawl "$work/rescan" "$work/watch.conf"
[ "$(sql "$work/rescan" "SELECT count(*) FROM v_certificate")" = 1 ] || fail "the past is past"
expect 0 crawl "$work/rescan" "$work/watch.conf" --rescan
[ "$(sql "$work/rescan" "SELECT count(*) FROM v_certificate")" = 2 ] || fail "--rescan"
[ "$(sql "$work/rescan" "SELECT audited_size FROM v_log")" = 6000 ] || fail "audited size after --rescan"
[ "$(sql "$work/rescan" "SELECT count(*) FROM v_anomaly WHERE rule = 'unattested_certificate'")" = 1 ] || fail "rescan's anomaly"

# ---- forged collateral is refused on intake, and nothing fails because of it ----
"$mkcert" --vendor "$work/forger"
mkdir "$work/forged"
cp "$work/vendor/collateral/demo-ask.der" "$work/vendor/collateral/demo-crl.der" "$work/forged/"
# One bit of the signature of the VCEK.
python3 - "$work/vendor/collateral/demo-vcek.der" "$work/forged/demo-vcek.der" <<'PY' || skip "python3 is not installed"
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[-7] ^= 4
open(sys.argv[2], "wb").write(data)
PY
expect 0 "$teewatch" -c "$work/watch.conf" -s "$work/forgery" crawl --offline --at $at --evidence "$work/e" \
	--collateral "$work/forged" --trust-anchor "$work/vendor/demo-ark.pem"
[ "$(sql "$work/forgery" "SELECT count(*) FROM v_anomaly WHERE rule = 'collateral_invalid'")" = 1 ] || fail "forged collateral"
[ "$(sql "$work/forgery" "SELECT result FROM v_certificate WHERE entry_index = 300")" = incomplete ] ||
	fail "forged collateral makes nothing fail"
