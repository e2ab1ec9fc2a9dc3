# How fast the crawl is: beside Debian's certspotter on the same log and server, and beside what one core of this
# machine can do with the same bytes (tests/bench/bound). Everything is measured in this run, so that its ratios mean
# something; absolute figures are those of the machine. Ends with PASS or MISS for each goal; a miss is no failure.
#
#   BENCH_SIZES   entries of the two logs; else "200000 2000000" (which take about 10 GB in BENCH_DIR)
#   BENCH_ROUNDS  runs of each kind, of which the fastest counts; else 3
set -eu
sizes=${BENCH_SIZES:-200000 2000000}
rounds=${BENCH_ROUNDS:-3}
work=${BENCH_DIR:-$(mktemp -d)}
pids=
clean_up() {
	for pid in $pids; do kill "$pid" 2>/dev/null || :; done
	[ -n "${BENCH_DIR:-}" ] || rm -rf "$work"
}
trap clean_up EXIT
teewatch=$top_builddir/teewatch
measure=$top_builddir/tests/bench/measure
at=2026-01-24T00:00:00Z

configuration() { # KIND URL WORKERS DIR
	printf 'workers = %s\nlog "bench" {\n\tkind = "%s"\n\turl = "%s"\n\tkey = "%s"\n\tmmd = 86400\n\tstart = "begin"\n}\nwatch "demo.example" {\n}\n' \
		"$3" "$1" "$2" "$(cat "$4/key")"
}

# crawl NAME: measure one with $work/NAME.conf; "WALL CPU PEAK" are added to $work/NAME.runs.
crawl() {
	rm -rf "$work/state"
	"$measure" "$teewatch" -c "$work/$1.conf" -s "$work/state" crawl --offline --at $at >>"$work/$1.runs" ||
		{ echo "bench: the crawl of $1 failed" >&2; exit 1; }
}
best() { # NAME: the smallest wall time
	cut -d' ' -f1 "$work/$1.runs" | sort -n | head -1
}
peak() { # NAME: the largest, in MiB
	cut -d' ' -f3 "$work/$1.runs" | sort -n | tail -1 | awk '{ printf "%.0f", $1 / 1024 }'
}
rate() { # ENTRIES SECONDS
	awk "BEGIN { printf \"%.0f\", $1 / $2 }"
}
server_ticks() {
	cut -d' ' -f14,15 "/proc/$server/stat" | awk '{ print $1 + $2 }'
}

rm -f "$work"/*.runs
for size in $sizes; do
	dir=$work/log-$size
	[ -f "$dir/key" ] || "$top_builddir/teewatch-mklog" --out "$dir" --size "$size" --real
	large=$size
done
small=${sizes%% *}
for size in $sizes; do
	dir=$work/log-$size
	: >"$work/port"
	"$top_builddir/teewatch-logserver" --dir "$dir" --page-cap 1000 --seconds 3600 >"$work/port" &
	server=$!
	pids="$pids $server"
	until [ -s "$work/port" ]; do sleep 0.05; done
	url=http://127.0.0.1:$(cat "$work/port")/
	for workers in 1 2; do
		configuration static "file://$dir/static/" $workers "$dir" >"$work/static-$size-$workers.conf"
	done
	configuration rfc6962 "$url" 2 "$dir" >"$work/rfc6962-$size.conf"
	round=0
	before=$(server_ticks)
	while [ $round -lt "$rounds" ]; do
		round=$((round + 1))
		crawl static-$size-1
		crawl static-$size-2
		crawl rfc6962-$size
	done
	after=$(server_ticks)
	cpu=$(awk '{ s += $2 } END { print s }' "$work/rfc6962-$size.runs")
	awk "BEGIN { printf \"%.2f\", ($after - $before) / $(getconf CLK_TCK) / $cpu }" >"$work/share-$size"
	if [ "$size" = "$small" ] && command -v certspotter >/dev/null 2>&1; then
		sed "s|@URL@|${url%/}|" "$dir/log-list-rfc6962.json.in" >"$work/list.json"
		echo .demo.example >"$work/watchlist"
		mkdir -p "$work/certspotter-config"
		rm -rf "$work/certspotter"
		CERTSPOTTER_CONFIG_DIR=$work/certspotter-config "$measure" --until "finished downloading entries" certspotter \
			-verbose -stdout -logs "$work/list.json" -state_dir "$work/certspotter" -watchlist "$work/watchlist" |
			tail -1 >"$work/certspotter.runs" || :
	fi
	kill "$server"
done

bound() { # KIND: entries a second and core
	"$top_builddir/tests/bench/bound" "$1" "$work/log-$small" |
		awk '$1 == "entries" { n = $2; next } { s += $2 } END { printf "%.0f", n / s }'
}
bound_static=$(bound static)
bound_rfc6962=$(bound rfc6962)
one=$(rate "$large" "$(best static-$large-1)")
two=$(rate "$large" "$(best static-$large-2)")
rfc=$(rate "$small" "$(best rfc6962-$small)")
rfc_large=$(rate "$large" "$(best rfc6962-$large)")

echo "entries a second"
printf '  %-44s %10s\n' "static, $large entries, 1 worker" "$one" "static, $large entries, 2 workers" "$two" \
	"bound of one core, static" "$bound_static" "RFC 6962, $small entries" "$rfc" "RFC 6962, $large entries" "$rfc_large" \
	"bound of one core, RFC 6962" "$bound_rfc6962"
[ -s "$work/certspotter.runs" ] && certspotter=$(rate "$small" "$(best certspotter)") &&
	printf '  %-44s %10s\n' "certspotter, $small entries" "$certspotter"
echo "peak memory of all processes, MiB"
for size in $sizes; do
	printf '  %-44s %10s\n' "static, $size entries" "$(peak static-$size-2)" "RFC 6962, $size entries" "$(peak rfc6962-$size)"
done
echo "the server's CPU time beside the client's: $(for size in $sizes; do printf '%s ' "$(cat "$work/share-$size")"; done)"

goal() { # TEXT RATIO WANTED
	awk "BEGIN { exit !($2 >= $3) }" && word=PASS || word=MISS
	printf '%s  %-52s %s (goal %s)\n' $word "$1" "$2" "$3"
}
ratio() {
	awk "BEGIN { printf \"%.2f\", $1 / $2 }"
}
if [ -n "${certspotter:-}" ]; then
	goal "RFC 6962 beside certspotter" "$(ratio "$rfc" "$certspotter")" 20
else
	echo "SKIP  certspotter is not installed"
fi
goal "static, one worker, beside one core's bound" "$(ratio "$one" "$bound_static")" 0.70
goal "static, two workers beside one" "$(ratio "$two" "$one")" 1.80
most=0
for size in $sizes; do
	for name in static-$size-2 rfc6962-$size; do
		[ "$(peak "$name")" -gt "$most" ] && most=$(peak "$name")
	done
done
goal "192 MiB beside the peak memory" "$(ratio 192 "$most")" 1
goal "peak memory, RFC 6962: small log beside large" "$(ratio "$(peak rfc6962-$small)" "$(peak rfc6962-$large)")" 0.9
