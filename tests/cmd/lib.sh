# What the end-to-end tests share. Sourced; sets $work, $teewatch and the tools, and cleans up.
set -eu
teewatch=$top_builddir/teewatch
mklog=$top_builddir/teewatch-mklog
mkcert=$top_builddir/teewatch-mkcert
logserver=$top_builddir/teewatch-logserver
work=$(mktemp -d)
pids=
at=2026-01-23T00:00:00Z

clean_up() {
	for pid in $pids; do kill "$pid" 2>/dev/null || :; done
	rm -rf "$work"
}
trap clean_up EXIT

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

skip() {
	echo "skipped: $*"
	exit 77
}

# expect STATUS COMMAND...: run it, with its output in $work/out and $work/err.
expect() {
	wanted=$1
	shift
	got=0
	"$@" >"$work/out" 2>"$work/err" || got=$?
	[ "$got" -eq "$wanted" ] || {
		cat "$work/out" "$work/err" >&2
		fail "exit status $got, wanted $wanted: $*"
	}
}

# serve DIR [OPTIONS]: start the log server; sets $port.
serve() {
	dir=$1
	shift
	rm -f "$work/port"
	"$logserver" --dir "$dir" --seconds 120 "$@" >"$work/port" &
	pids="$pids $!"
	tries=0
	until [ -s "$work/port" ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || fail "the log server does not start"
		sleep 0.05
	done
	port=$(cat "$work/port")
}

# vendor_service DIR: start a vendor's services; sets $port. Requests are noted in $work/requests.
vendor_service() {
	command -v python3 >/dev/null || skip "python3 is not installed"
	rm -f "$work/vendor-port"
	: >"$work/requests"
	python3 "$top_srcdir/tests/cmd/vendor_service.py" "$1" "$work/vendor-port" "$work/requests" &
	pids="$pids $!"
	tries=0
	until [ -s "$work/vendor-port" ]; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "the vendor's service does not start"
		sleep 0.05
	done
	port=$(cat "$work/vendor-port")
}

# configuration KIND URL KEY [MORE]: print one with a single log.
configuration() {
	printf 'log "local" {\n\tkind = "%s"\n\turl = "%s"\n\tkey = "%s"\n\tmmd = 86400\n\tstart = "%s"\n}\n%s\n' \
		"$1" "$2" "$3" "${start:-begin}" "${4:-}"
}

sql() { # STATE-DIRECTORY SQL...
	db=$1/history.db
	shift
	sqlite3 -readonly "$db" "$@"
}

# What both APIs must tell alike: everything but where the log is, and when it was asked.
history() {
	sql "$1" "SELECT tbs_sha256, spki_sha256, issuer, serial, not_before, not_after, names, domain, log, entry_index,
		logged_at, scheme, evidence_kind, evidence_sha256, result FROM v_certificate ORDER BY 1, 9, 10" \
		"SELECT * FROM v_claim ORDER BY 1, 2, 3, 4" "SELECT * FROM v_check ORDER BY 1, 2, 3, 4" \
		"SELECT * FROM v_measurement ORDER BY 1, 2, 3, 4" \
		"SELECT uid, rule, severity, state, domain, tbs_sha256, entry_index, detail FROM v_anomaly ORDER BY 1" \
		"SELECT tree_size, audited_from, audited_size, root_hash FROM v_log"
}
