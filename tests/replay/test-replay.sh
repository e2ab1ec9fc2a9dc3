# Every scenario on both APIs: what the log does on each simulated day, and exactly what must come out. Each
# has its own server and history; a few run side by side. With an argument: the scenarios of these names.
set -eu
here=$top_srcdir/tests/replay
for tool in sqlite3 openssl; do
	command -v $tool >/dev/null 2>&1 || { echo "skipped: $tool is not installed"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export here work

# Entries that matter stand at 300, 1100 and 2000; the fork differs from 900 on.
make_tree() { # NAME [OPTIONS]
	to=$1
	shift
	"$top_builddir/teewatch-mklog" --out "$work/$to" --size 3000 --timestamp 1769126400000 "$@" \
		--precertificate "$work/e/one.der@300" --precertificate "$work/e/two.der@1100" \
		--precertificate "$work/e/three.der@2000"
}
for name in one two three; do
	"$top_builddir/teewatch-mkcert" --out "$work/e" --name $name --host $name.demo.example --kind none --key 1
done
make_tree main &
make_tree fork --fork-at 900 &
make_tree other --seed 7 &
wait
for name in other nobody nothing; do
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null | openssl pkey -pubout -outform DER |
		openssl base64 -A >"$work/$name.key"
done

if [ $# -gt 0 ]; then
	for name; do echo "$here/$name.scenario"; done
else
	for scenario in "$here"/*.scenario; do
		grep -qF "tests/replay/$(basename "$scenario")" "$here/local.mk" || { echo "$scenario is not in local.mk" >&2; exit 1; }
		echo "$scenario"
	done
fi | while read -r scenario; do
	echo "$scenario rfc6962"
	echo "$scenario static"
done >"$work/plays"
# shellcheck disable=SC2016 # expanded by each shell
xargs -P "${REPLAY_JOBS:-12}" -L 1 sh -c 'sh "$here/replay.sh" "$1" "$2" "$work" "$work/play-$(basename "$1" .scenario)-$2"' - \
	<"$work/plays" || exit 1

# What was reported in all of them is what the schema of events says.
if command -v python3 >/dev/null 2>&1 && python3 -c 'import jsonschema' 2>/dev/null; then
	for events in "$work"/play-*/events; do
		python3 "$top_srcdir/tests/cmd/validate-events.py" "$top_srcdir/schema/event.schema.json" "$events" ||
			{ echo "FAILED: $events" >&2; exit 1; }
	done
fi
# And so are the proofs.
if command -v python3 >/dev/null 2>&1 && python3 -c 'import jsonschema' 2>/dev/null; then
	cat "$work"/play-*/proof.one 2>/dev/null | python3 -c '
import json, sys, jsonschema
validator = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
for number, line in enumerate(sys.stdin, 1):
    for error in validator.iter_errors(json.loads(line)):
        sys.exit("proof %d: %s" % (number, error.message))
' "$top_srcdir/schema/log-proof.schema.json" || { echo "FAILED: a proof is not what its schema says" >&2; exit 1; }
fi
