# contrib/logrotate: logrotate takes it, and nothing is lost when it moves a file of alerts away between two audits.
. "$top_srcdir/tests/cmd/lib.sh"
PATH=$PATH:/usr/sbin
command -v logrotate >/dev/null || skip "logrotate is not installed"
"$mklog" --out "$work/log" --size 900 --timestamp 1769126400000
mkdir "$work/alerts"
# Its directory, and its user where that is not there.
sed -e "s,/var/log/teewatch/,$work/alerts/,g" -e "s/su teewatch teewatch/su $(id -un) $(id -gn)/" \
	"$top_srcdir/contrib/logrotate/teewatch" >"$work/rotate.conf"
chmod 644 "$work/rotate.conf"
configuration static "file://$work/log/static/" "$(cat "$work/log/key")" \
	"alert \"file\" { kind = \"file\" target = \"$work/alerts/events.json\" }" >"$work/conf"
rotate() {
	expect 0 logrotate --state "$work/state" --force "$work/rotate.conf"
	grep -i error "$work/err" && fail "logrotate complains"
	:
}
rotate # nothing is there yet
for run in 1 2; do
	expect 0 "$teewatch" -c "$work/conf" -s "$work/s" crawl --offline --at $at
	[ $run = 2 ] || rotate
done
[ "$(ls "$work/alerts" | wc -l)" = 2 ] || fail "not rotated: $(ls "$work/alerts")"
"$teewatch" -s "$work/s" report --format ndjson >"$work/want"
[ "$(wc -l <"$work/want")" -ge 2 ] || fail "each run makes an event"
cat "$work/alerts"/events.json-* "$work/alerts/events.json" | cmp - "$work/want" || fail "an event is lost or repeated"
