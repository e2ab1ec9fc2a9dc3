# An entry on which the decoder dies, and one on which it hangs: each is found, kept and reported, and nothing else of
# its page is lost.
. "$top_srcdir/tests/cmd/lib.sh"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name good --host a.demo.example --kind none --key 1
"$mkcert" --out "$work/e" --name crash --host crash-me.demo.example --kind none --key 2
"$mkcert" --out "$work/e" --name hang --host hang-me.demo.example --kind none --key 3
"$mklog" --out "$work/log" --size 3000 --timestamp 1769126000000 --precertificate "$work/e/crash.der@700" \
	--precertificate "$work/e/good.der@701" --precertificate "$work/e/good.der@699" \
	--precertificate "$work/e/hang.der@1500" --precertificate "$work/e/good.der@1501"
key=$(cat "$work/log/key")
serve "$work/log" --page-cap 1000
for kind in static rfc6962; do
	url=http://127.0.0.1:$port/
	[ $kind = static ] && url=${url}static/
	configuration $kind "$url" "$key" 'watch "demo.example" { require-attestation = false }' >"$work/conf"
	expect 0 env LD_PRELOAD="$top_builddir/tests/crash/poison.so" \
		ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" \
		"$teewatch" -q -c "$work/conf" -s "$work/$kind" crawl --offline --at $at
	[ "$(sql "$work/$kind" "SELECT entry_index FROM v_anomaly WHERE rule = 'decoder_crash' ORDER BY 1" | tr '\n' ' ')" = "700 1500 " ] ||
		fail "$kind: the entries that killed workers: $(sql "$work/$kind" "SELECT rule, entry_index, detail FROM v_anomaly")"
	[ "$(sql "$work/$kind" "SELECT count(*) FROM v_anomaly")" = 2 ] || fail "$kind: other anomalies"
	[ "$(sql "$work/$kind" "SELECT entry_index FROM v_certificate ORDER BY 1" | tr '\n' ' ')" = "699 701 1501 " ] ||
		fail "$kind: what stands beside them is lost"
	[ "$(sql "$work/$kind" "SELECT audited_size FROM v_log")" = 3000 ] || fail "$kind: the audit stopped"
	kept=$(sqlite3 -readonly "$work/$kind/state.db" "SELECT count(*) FROM unparseable u JOIN content c ON c.sha256 = u.content_sha256
		WHERE crashed AND length(c.bytes) > 100")
	[ "$kept" = 2 ] || fail "$kind: their bytes are not kept"
done
