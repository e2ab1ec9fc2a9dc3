#!/bin/sh
# Plays one scenario on one API: replay.sh SCENARIO rfc6962|static TREES WORK
#
# A scenario is a text of one statement a line, in order; # begins a comment:
#   only API                    it makes sense on this API alone
#   start begin|end             where the audit begins (default: begin)
#   list                        the log is named by a log list, not by the configuration
#   state NAME                  its state in the list (from then on)
#   final SIZE [other]          the list ends it with the tree head of that size that was seen, or with another root
#   delist                      the list no longer names it
#   listed                      the list names it again
#   key other                   list or configuration give another key for the same URL
#   page N                      page cap of the server (before the first day)
#   day N                       the run's clock is N days after the beginning, and everything below is of that day;
#                               the log is well from here on, until told otherwise
#   view TREE SIZE [HOURS]      the log's head: that many entries, signed HOURS ago (default: 1)
#   fault|gone|alter|lie|origin|pruned|no-consistency|no-proofs ...      as in tests/testlog/script.h
#   crawl [OPTION]...           run it
#   then                        expectations on the last crawl:
#   exit N                      its status
#   audited N                   the audited size
#   certificates N              that are shown
#   open RULE...                the open anomalies, all of them; none: `open none`
#   raised RULE...              the anomalies whose events this crawl emitted as new, ongoing or cleared; `none`
#   says TEXT                   stands in the detail of an open anomaly
#   event TEXT                  stands in an event of this crawl
#   proof CLASS RESULT          `logs --proof` holds a proof of that class, and verify says of it: verified,
#                               incomplete or failed
#   proof none                  there is none
set -eu
scenario=$1 api=$2 trees=$3 work=$4
teewatch=$top_builddir/teewatch
name=$(basename "$scenario" .scenario)
mkdir -p "$work"
base=1769212800 # 2026-01-24T00:00:00Z
server=
trap 'if [ -n "$server" ]; then kill $server 2>/dev/null || :; fi' EXIT

if grep -q '^only ' "$scenario" && ! grep -q "^only $api\$" "$scenario"; then
	exit 0
fi

line=0
fail() {
	echo "FAILED: $name.scenario:$line on $api: $*" >&2
	[ ! -s "$work/err" ] || sed 's/^/    /' "$work/err" >&2
	exit 1
}

# ---- the log ----

start=begin listed='' state=usable final='' key=$(cat "$trees/main/key") page=1000 now=$base port=''

start_server() {
	"$top_builddir/teewatch-logserver" --dir "$trees/main" --tree "fork=$trees/fork" --tree "other=$trees/other" \
		--script "$work/script" --page-cap "$page" --seconds 300 >"$work/port" &
	server=$!
	tries=0
	until [ -s "$work/port" ]; do
		tries=$((tries + 1))
		[ $tries -lt 400 ] || fail "the log server does not start"
		sleep 0.02
	done
	port=$(cat "$work/port")
}

log_id() { # KEY, in base64
	printf %s "$1" | openssl base64 -d -A | openssl sha256 -binary | openssl base64 -A
}

other_entry() { # KEY-FILE URLS
	printf '{"description":"%s","log_id":"%s","key":"%s","mmd":86400,"state":{"rejected":{"timestamp":"2026-01-01T00:00:00Z"}},%s}' \
		"$(basename "$1")" "$(log_id "$(cat "$1")")" "$(cat "$1")" "$2"
}

list_entry() {
	printf '{"description":"local","log_id":"%s","key":"%s","mmd":86400,"state":{"%s":{"timestamp":"2026-01-01T00:00:00Z"%s}}' \
		"$(log_id "$key")" "$key" "$state" "$final"
	if [ $api = static ]; then
		printf ',"submission_url":"http://log.demo.example/2026/","monitoring_url":"http://127.0.0.1:%s/static/"}' "$port"
	else
		printf ',"url":"http://127.0.0.1:%s/"}' "$port"
	fi
}

# The list always names a second log of each kind, so that it is one; nobody asks them.
write_list() {
	one=$(other_entry "$trees/nobody.key" '"url":"https://nobody.example/"')
	two=$(other_entry "$trees/nothing.key" '"submission_url":"https://a.example/","monitoring_url":"https://b.example/"')
	if [ "$listed" = yes ] && [ $api = static ]; then
		two=$two,$(list_entry)
	elif [ "$listed" = yes ]; then
		one=$one,$(list_entry)
	fi
	printf '{"version":"1.0","log_list_timestamp":"2026-01-01T00:00:00Z","operators":[{"name":"local","email":[],"logs":[%s],"tiled_logs":[%s]}]}' \
		"$one" "$two" >"$work/list.json"
}

configure() {
	{
		echo 'watch "demo.example" { require-attestation = false }'
		if [ -n "$listed" ]; then
			write_list
			printf 'log-list = "%s"\nstart = "%s"\n' "$work/list.json" "$start"
		else
			url=http://127.0.0.1:$port/
			[ $api = rfc6962 ] || url=${url}static/
			printf 'log "local" {\n\tkind = "%s"\n\turl = "%s"\n\tkey = "%s"\n\tmmd = 86400\n\tstart = "%s"\n}\n' \
				$api "$url" "$key" "$start"
		fi
	} >"$work/conf"
}

script() { # LINE: to the script, which is replaced as a whole by the next crawl
	echo "$*" >>"$work/script.new"
}

# ---- statements ----

set_final() { # SIZE [other]
	root=$(sqlite3 -readonly "$work/state/state.db" "SELECT hex(root) FROM tree_head WHERE tree_size = $1 LIMIT 1")
	[ -n "$root" ] || fail "no tree head of size $1 was seen"
	[ $# -eq 1 ] || root=$(printf %s "$1" | openssl sha256 -r | cut -c1-64)
	final=$(printf ',"final_tree_head":{"tree_size":%s,"sha256_root_hash":"%s"}' "$1" \
		"$(printf %s "$root" | python3 -c 'import base64, sys; print(base64.b64encode(bytes.fromhex(sys.stdin.read())).decode())')")
}

crawl() {
	cp "$work/script.new" "$work/script.next"
	mv "$work/script.next" "$work/script"
	[ -n "$server" ] || start_server
	configure
	seq=$(last_seq)
	status=0
	"$teewatch" -c "$work/conf" -s "$work/state" crawl --offline --at "@$now" "$@" >"$work/out" 2>"$work/err" || status=$?
	[ ! -s "$work/out" ] || fail "a crawl prints on stdout: $(cat "$work/out")"
	kill -0 $server 2>/dev/null || fail "the log server died"
}

sql() {
	sqlite3 -readonly "$work/state/history.db" "$1"
}

last_seq() {
	[ -e "$work/state/history.db" ] || { echo 0; return; }
	sqlite3 -readonly "$work/state/state.db" "SELECT seq FROM event_counter"
}

sorted() {
	if [ "$*" = none ]; then return; fi
	for word; do echo "$word"; done | sort
}

same() { # WHAT WANTED GOT
	[ "$2" = "$3" ] || fail "$1: wanted \"$(echo $2)\", got \"$(echo $3)\""
}

check_proof() { # CLASS RESULT
	rm -f "$work/proof"
	if [ "$1" = none ]; then
		"$teewatch" -s "$work/state" logs --proof "$work/proof" >"$work/out" 2>"$work/err" || :
		[ ! -s "$work/proof" ] || fail "there is a proof: $(cut -c1-200 "$work/proof")"
		return
	fi
	"$teewatch" -s "$work/state" logs --proof "$work/proof" >"$work/out" 2>"$work/err" || fail "logs --proof"
	grep "\"class\":\"$1\"" "$work/proof" | tail -n 1 >"$work/proof.one"
	[ -s "$work/proof.one" ] || fail "no proof of class $1 among: $(grep -o '"class":"[a-z_]*"' "$work/proof" | tr '\n' ' ')"
	got=0
	"$teewatch" verify --json --offline "$work/proof.one" >"$work/out" 2>"$work/err" || got=$?
	grep -q "\"result\":\"$2\"" "$work/out" || fail "verify says of the proof: $(cat "$work/out")"
	[ "$1" != wrong_root ] || grep -q '"bodies":\[{' "$work/proof.one" || fail "the entries are not in the proof"
	case $2 in verified) same "verify's status" 0 $got ;; incomplete) same "verify's status" 1 $got ;;
	*) same "verify's status" 4 $got ;; esac
}

play() { # STATEMENT WORDS...
	statement=$1
	shift
	case $statement in
	only | then) ;;
	start) start=$1 ;;
	list | listed) listed=yes ;;
	delist) listed=no ;;
	state) state=$1 ;;
	key) key=$(cat "$trees/$1.key") ;;
	page) page=$1 ;;
	final) set_final "$@" ;;
	day)
		now=$((base + $1 * 86400))
		: >"$work/script.new"
		;;
	view) script view "$1" "$2" "@$((now - ${3:-1} * 3600))" ;;
	fault | gone | alter | lie | origin | pruned | no-consistency | no-proofs) script $statement "$@" ;;
	crawl) crawl "$@" ;;
	exit) same "exit status" "$1" "$status" ;;
	audited) same "audited size" "$1" "$(sql "SELECT coalesce(max(audited_size), 0) FROM v_log")" ;;
	certificates) same certificates "$1" "$(sql "SELECT count(DISTINCT tbs_sha256) FROM v_certificate")" ;;
	open) same "open anomalies" "$(sorted "$@")" "$(sql "SELECT rule FROM v_anomaly WHERE state IN ('new', 'ongoing') ORDER BY rule")" ;;
	raised)
		same "events of this crawl" "$(sorted "$@")" "$(sqlite3 -readonly "$work/state/state.db" \
			"SELECT json_extract(json, '\$.rule') FROM event WHERE seq > $seq AND event_type = 'anomaly' ORDER BY 1")"
		;;
	says)
		sql "SELECT detail FROM v_anomaly WHERE state IN ('new', 'ongoing')" | grep -qF -e "$*" ||
			fail "no detail says \"$*\": $(sql "SELECT detail FROM v_anomaly")"
		;;
	event)
		sqlite3 -readonly "$work/state/state.db" "SELECT json FROM event WHERE seq > $seq" | grep -qF -e "$*" ||
			fail "no event of this crawl has $*"
		;;
	proof) check_proof "$@" ;;
	*) fail "\"$statement\" is no statement" ;;
	esac
}

: >"$work/script.new"
while read -r words <&3; do
	line=$((line + 1))
	words=${words%%#*}
	# shellcheck disable=SC2086 # a statement is its words
	set -- $words
	[ $# -eq 0 ] || play "$@"
done 3<"$scenario"
"$teewatch" -s "$work/state" report --format ndjson >"$work/events" || fail "report"
echo "passed: $name on $api"
