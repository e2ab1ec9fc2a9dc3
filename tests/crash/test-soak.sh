# A log that grows, a network that fails one time in twenty, and a crawl that is killed again and again: nothing is
# lost, and nobody is accused. Half a minute; half an hour, with a kill each minute, in check-long.
. "$top_srcdir/tests/cmd/lib.sh"
duration=30 pause=3 step=700
[ "${TEEWATCH_CHECK_LONG:-0}" = 1 ] && duration=1800 pause=60 step=60
final=40000
# One key for all, and the first certificate in the baseline: nothing of it is unexpected.
for i in 0 1 2 3 4 5 6 7; do
	"$mkcert" --out "$work/e" --name c$i --host c$i.demo.example --kind none --key 1
	given="${given:-} --precertificate $work/e/c$i.der@$((i * final / 9 + 1000)) --certificate $work/e/c$i.der@$((i * final / 9 + 1050))"
done
"$mklog" --out "$work/log" --size $final --timestamp 1769126400000 $given
key=$(cat "$work/log/key")

# say SIZE SECONDS [FAULTS]: what the server does from now on.
say() {
	{
		echo "view main $1 $(date -u -d "2026-01-23T00:00:00Z + $2 seconds" +%Y-%m-%dT%H:%M:%SZ)"
		printf '%s' "${3:-}"
	} >"$work/script.new"
	mv "$work/script.new" "$work/script"
}
faults='fault 429 chance 1
fault 503 chance 1 retry-after 1
fault reset chance 1
fault cut chance 1
fault html chance 1
'
say 3000 0
serve "$work/log" --script "$work/script" --page-cap 256 --seconds $((duration + 240))
for kind in static rfc6962; do
	url=http://127.0.0.1:$port/
	[ $kind = static ] && url=${url}static/
	configuration $kind "$url" "$key" 'watch "demo.example" { require-attestation = false }' >"$work/$kind.conf"
done
crawl_words() { # KIND SECONDS
	echo "$teewatch -q -c $work/$1.conf -s $work/$1 crawl --offline --at @$((1769126400 + $2))"
}

begun=$(date +%s) size=3000 last_kill=$begun seed=0 kills=0
while now=$(date +%s) && [ $((now - begun)) -lt $duration ]; do
	size=$((size + step))
	[ $size -lt $final ] || size=$final
	say $size $((now - begun)) "$faults"
	for kind in static rfc6962; do
		if [ $((now - last_kill)) -ge $pause ]; then
			seed=$((seed + 1))
			"$top_builddir/tests/crash/reaper" $seed 400000 $(crawl_words $kind $((now - begun))) >"$work/what" || fail "a child outlives"
			kills=$((kills + 1))
			[ $kind = rfc6962 ] && last_kill=$now
		else
			got=0
			$(crawl_words $kind $((now - begun))) >"$work/out" 2>"$work/err" || got=$?
			[ $got -le 1 ] || fail "exit status $got: $(cat "$work/err")"
		fi
	done
done
[ $kills -ge 4 ] || fail "only $kills kills"
say $final $((duration + 60))
for kind in static rfc6962; do
	expect 0 $(crawl_words $kind $((duration + 60)))
	[ "$(sql "$work/$kind" "SELECT audited_size FROM v_log")" = $final ] || fail "$kind: not audited to the end"
	[ "$(sql "$work/$kind" "SELECT count(*) FROM v_anomaly")" = 0 ] || fail "$kind: $(sql "$work/$kind" "SELECT rule, detail FROM v_anomaly")"
	[ "$(sql "$work/$kind" "SELECT count(DISTINCT tbs_sha256), count(*) FROM v_certificate")" = "8|16" ] || fail "$kind: certificates are lost"
done
