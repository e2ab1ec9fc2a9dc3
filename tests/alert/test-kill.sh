# Killed at any call that changes the disk, between the commit of events and their delivery among them: no event is
# lost, and only such are repeated as were not noted as delivered yet.
. "$top_srcdir/tests/cmd/lib.sh"
failpoint=$top_builddir/tests/crash/failpoint.so
[ -e "$failpoint" ] || failpoint=$top_builddir/tests/crash/.libs/failpoint.so
[ -e "$failpoint" ] || skip "tests/crash/failpoint is not built"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name none --host c.demo.example --kind none --key 3
"$mklog" --out "$work/log" --size 300 --timestamp 1769126400000 --precertificate "$work/e/none.der@100"
mkdir "$work/hooks.d"
configuration static "file://$work/log/static/" "$(cat "$work/log/key")" "watch \"demo.example\" { require-attestation = true }
alert \"file\" { kind = \"file\" target = \"$work/events.json\" }
alert \"hooks\" { kind = \"hooks\" target = \"$work/hooks.d\" }" >"$work/conf"
printf '#!/bin/sh\ncat >>"%s"\n' "$work/hook.in" >"$work/hooks.d/note"
chmod 755 "$work/hooks.d/note" "$work/hooks.d"
crawl() {
	"$teewatch" -c "$work/conf" -s "$work/s" crawl --offline --at $at
}
position() { sqlite3 -readonly "$work/s/state.db" "SELECT coalesce((SELECT seq FROM delivery WHERE destination = '$1'), 0)"; }

# Where the calls of an undisturbed run are, and which of them belong to the deliveries.
TEEWATCH_FAILPOINT_LIST=$work/list LD_PRELOAD=$failpoint crawl
calls=$(wc -l <"$work/list")
first=$((calls - 40)) tried=0
[ $first -gt 0 ] || first=1
at_call=$first
while [ $at_call -le "$calls" ]; do
	rm -rf "$work/s" "$work/events.json" "$work/hook.in"
	got=0
	TEEWATCH_FAILPOINT=$at_call LD_PRELOAD=$failpoint crawl >/dev/null 2>&1 || got=$?
	[ $got -eq 137 ] && tried=$((tried + 1))
	file=$(position file) hook=$(position hooks/note)
	cp "$work/events.json" "$work/file.before" 2>/dev/null || : >"$work/file.before"
	cp "$work/hook.in" "$work/hook.before" 2>/dev/null || : >"$work/hook.before"
	expect 0 crawl
	"$teewatch" -s "$work/s" report --format ndjson >"$work/want"
	for kind in file hook; do
		now=$work/events.json then=$file
		[ $kind = file ] || { now=$work/hook.in then=$hook; }
		# What came after the kill is everything behind the position of then, in order and once.
		tail -c +$(($(stat -c %s "$work/$kind.before") + 1)) "$now" | grep '^{' | tail -n "$(($(wc -l <"$work/want") - then))" >"$work/after"
		tail -n +$((then + 1)) "$work/want" | cmp -s - "$work/after" || fail "killed at $at_call: $kind: something is lost or repeated"
		sort -u "$now" | grep -c -x -F -f - "$work/want" >"$work/count" || :
		[ "$(cat "$work/count")" = "$(wc -l <"$work/want")" ] || fail "killed at $at_call: $kind lost an event"
	done
	at_call=$((at_call + 1))
done
[ $tried -ge 10 ] || fail "only $tried kills hit"
