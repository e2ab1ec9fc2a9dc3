# teewatch logs: lag and outlook, the canary, and the pace that is remembered.
. "$top_srcdir/tests/cmd/lib.sh"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name c --host c.demo.example --kind none --key 3
"$mkcert" --out "$work/e" --name other --host d.demo.example --kind none --key 4
watch='watch "demo.example" { require-attestation = false }'
make_log() { # SIZE
	rm -rf "$work/log"
	"$mklog" --out "$work/log" --size "$1" --timestamp 1769126400000 --precertificate "$work/e/c.der@300" \
		--final "$work/e/c.der@1500:300"
	key=$(cat "$work/log/key")
}
logs() { # WANTED-TEXT
	expect 0 "$teewatch" -s "$work/s" logs
	grep -q "$1" "$work/out" || fail "no \"$1\" in: $(cat "$work/out")"
}

# ---- behind, with an outlook ----
make_log 2000
configuration static "file://$work/log/static/" "$key" "$watch" >"$work/conf"
expect 0 "$teewatch" -c "$work/conf" -s "$work/s" crawl --offline --at 2026-01-23T00:00:00Z
logs "audited 2000 of 2000, 0 behind, last success 2026-01-23T00:00:00Z"
# The log grows, and its entries cannot be had: night after night it gains on us.
for night in 24 25 26 27; do
	make_log $((night * 1000))
	rm -r "$work/log/static/tile/data"
	touch -d "2026-01-${night}T00:00:00Z" "$work/log/static/checkpoint"
	expect 1 "$teewatch" -q -c "$work/conf" -s "$work/s" crawl --offline --at 2026-01-${night}T00:00:00Z
done
logs "audited 2000 of 27000, 25000 behind, will not catch up at this rate"
expect 0 "$teewatch" -s "$work/s" logs --json
grep -q '"lag_entries":25000,.*"eta_seconds":null,"falling_behind":true' "$work/out" || fail "json: $(cat "$work/out")"

# ---- the canary ----
expect 0 "$teewatch" -s "$work/s" logs --canary "$work/e/c.der"
grep -q "^seen: at 2026-01-23T00:00:00Z, 60 min after it was logged$" "$work/out" || fail "canary: $(cat "$work/out")"
grep -q "local, entry 300 (precertificate), logged at 2026-01-22T23:00:00" "$work/out" || fail "canary: $(cat "$work/out")"
grep -q "local, entry 1500, logged at" "$work/out" || fail "canary: $(cat "$work/out")"
expect 0 "$teewatch" -s "$work/s" logs --json --canary "$work/e/c.der"
grep -q '"seen":true' "$work/out" || fail "canary json: $(cat "$work/out")"
expect 1 "$teewatch" -s "$work/s" logs --canary "$work/e/other.der"
grep -q "^not seen" "$work/out" || fail "canary: $(cat "$work/out")"
expect 2 "$teewatch" -s "$work/s" logs --canary "$work/conf"
expect 2 "$teewatch" -s "$work/s" logs --canary "$work/nothing"

# ---- the pace that a host bears is remembered, and no part of the published history ----
make_log 3000
serve "$work/log" --page-cap 64 --fault 429:9
configuration rfc6962 "http://127.0.0.1:$port/" "$key" "$watch" >"$work/conf"
expect 0 "$teewatch" -c "$work/conf" -s "$work/p" crawl --offline --at 2026-01-23T00:00:00Z
[ "$(sqlite3 -readonly "$work/p/state.db" "SELECT count(*) FROM host WHERE host = '127.0.0.1'")" = 1 ] || fail "no pace is kept"
before=$(sha256sum "$work/p/history.db")
expect 0 "$teewatch" -c "$work/conf" -s "$work/p" crawl --offline --at 2026-01-23T00:00:00Z
[ "$(sha256sum "$work/p/history.db")" = "$before" ] || fail "a second crawl changes the history"
