# Events at their destinations: every kind, what fails and comes later, what is not wanted, rotation.
. "$top_srcdir/tests/cmd/lib.sh"
command -v python3 >/dev/null && command -v openssl >/dev/null || skip "python3 or openssl is not installed"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name none --host c.demo.example --kind none --key 3
"$mkcert" --out "$work/e" --name more --host d.demo.example --kind none --key 4
"$mklog" --out "$work/log" --size 900 --timestamp 1769126400000 --precertificate "$work/e/none.der@300"
key=$(cat "$work/log/key")

receive() { # KIND: start a receiver; its port goes to $port
	python3 "$top_srcdir/tests/alert/receiver.py" "$1" "$work" 2>"$work/$1.err" &
	pids="$pids $!"
	tries=0
	until [ -s "$work/$1.port" ]; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "the $1 receiver does not start: $(cat "$work/$1.err")"
		sleep 0.05
	done
	port=$(cat "$work/$1.port")
}
wait_lines() { # FILE N: what was sent over the wire is there at once, or soon
	tries=0
	until [ "$(wc -l <"$1")" -ge "$2" ]; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "$1: $(wc -l <"$1") lines, wanted $2: $(cat "$1")"
		sleep 0.05
	done
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=hook.example \
	-addext subjectAltName=DNS:hook.example -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
printf 'whsec_%s\n' "$(head -c 32 /dev/urandom | base64)" >"$work/secret"
receive udp; udp=$port
receive tcp; tcp=$port
receive unix
receive https; https=$port
mkdir "$work/hooks.d"
cat >"$work/hooks.d/10-note" <<END
#!/bin/sh
# what a hook gets, and nothing else
[ "\$(env | grep -c -v -e '^TEEWATCH_' -e '^PATH=' -e '^LC_ALL=' -e '^HOME=' -e '^TZ=' -e '^PWD=' -e '^_=' -e '^SHLVL=' -e '^OLDPWD=')" = 0 ] || exit 9
echo "\$TEEWATCH_SEQ \$TEEWATCH_EVENT_TYPE \$TEEWATCH_SEVERITY \$TEEWATCH_RULE \$TEEWATCH_STATE \$TEEWATCH_DOMAIN" >>"$work/hook.env"
cat >>"$work/hook.in"
ls -l /proc/self/fd | wc -l >"$work/hook.fds"
echo "nobody sees what a hook says that went well"
END
cat >"$work/hooks.d/20-fails" <<END
#!/bin/sh
[ -e "$work/hook.allowed" ] || { echo "the pager is away"; exit 3; }
cat >>"$work/fails.in"
END
chmod 755 "$work/hooks.d/10-note" "$work/hooks.d/20-fails" "$work/hooks.d"
alerts() {
	cat <<END
ca-file = "$work/cert.pem"
connect-to = {"hook.example:443:127.0.0.1:$https"}
alert "all"   { kind = "file" target = "$work/events.json" }
alert "table" { kind = "file" target = "$work/events.csv" format = "csv" }
alert "bad"   { kind = "file" target = "$work/bad.json" events = {"anomaly"} severity = "medium" }
alert "worst" { kind = "file" target = "$work/worst.json" events = {"anomaly"} severity = "critical" }
alert "udp"   { kind = "syslog" target = "udp://127.0.0.1:$udp" facility = "local0" }
alert "tcp"   { kind = "syslog" target = "tcp://127.0.0.1:$tcp" format = "ecs" }
alert "unix"  { kind = "syslog" target = "$work/unix.socket" }
alert "hooks" { kind = "hooks" target = "$work/hooks.d" timeout = 5 }
alert "web"   { kind = "webhook" target = "https://hook.example/in" secret-file = "$work/secret" format = "ocsf" }
END
}
configuration static "file://$work/log/static/" "$key" "watch \"demo.example\" { require-attestation = true }
$(alerts)" >"$work/conf"
crawl() {
	"$teewatch" -c "$work/conf" -s "$work/s" crawl --offline --at $at "$@"
}
events() { "$teewatch" -s "$work/s" report --format ndjson "$@"; }

# ---- the first run: all but one hook take everything; the first try at the webhook is refused ----
echo 1 >"$work/https.refuse"
expect 1 crawl
[ "$(wc -l <"$work/err")" = 1 ] || fail "one line for one trouble: $(cat "$work/err")"
grep -q "^teewatch: alert hooks/20-fails: it ended with status 3: the pager is away; the next run tries again$" "$work/err" ||
	fail "$(cat "$work/err")"
events >"$work/want"
n=$(wc -l <"$work/want")
[ "$n" -ge 3 ] || fail "an anomaly, a certificate and a run make three events, not $n"
cmp "$work/want" "$work/events.json" || fail "the file"
cmp "$work/want" "$work/hook.in" || fail "the hook's input"
[ "$(wc -l <"$work/hook.env")" = "$n" ] || fail "the hook ran $(wc -l <"$work/hook.env") times"
grep -qx "[0-9]* anomaly high unattested_certificate new demo.example" "$work/hook.env" || fail "$(cat "$work/hook.env")"
grep -qx "[0-9]* run *" "$work/hook.env" || fail "the heartbeat: $(cat "$work/hook.env")"
[ "$(cat "$work/hook.fds")" -le 5 ] || fail "a hook gets descriptors that are not its own"
[ "$(grep -c anomaly "$work/bad.json")" = "$(wc -l <"$work/bad.json")" ] || fail "bad.json has other events"
[ "$(wc -l <"$work/bad.json")" = 1 ] || fail "bad.json"
[ ! -s "$work/worst.json" ] || fail "nothing is critical here"
[ "$(wc -l <"$work/events.csv")" = $((n + 1)) ] || fail "events.csv"
head -1 "$work/events.csv" | grep -q '^seq,time,event_type,' || fail "the head of events.csv"
for kind in udp tcp unix https; do wait_lines "$work/$kind.got" "$n"; done
sed 's/^<[0-9]*>1 [^ ]* [^ ]* teewatch - [a-z]* \[meta sequenceId="[0-9]*"\] //' "$work/udp.got" | cmp - "$work/want" || fail "udp"
sed 's/^[^{]*//' "$work/unix.got" | cmp - "$work/want" || fail "the local socket"
grep -q '^<131>1 2026-01-23T00:00:00Z .* anomaly ' "$work/udp.got" || fail "priority: $(head -c 300 "$work/udp.got")"
[ "$(grep -c '"ecs":{"version":"8' "$work/tcp.got")" = "$n" ] || fail "tcp"
uuid=$(sqlite3 -readonly "$work/s/state.db" "SELECT value FROM setting WHERE name = 'uuid'")
[ "$(grep -c "^signed $uuid-[0-9]* {\"category_uid\":" "$work/https.got")" = "$n" ] || fail "https: $(cat "$work/https.got")"
grep -q forged "$work/https.got" && fail "a signature does not hold"

# ---- the next run: the hook that failed gets all of it, the others only what is new; files may be rotated ----
mv "$work/events.json" "$work/events.json.1"
printf '{"schema":"teewatch.ev' >"$work/events.json" # what a crash leaves of a line
: >"$work/hook.allowed"
expect 0 crawl
[ ! -s "$work/out" ] && [ ! -s "$work/err" ] || fail "not silent: $(cat "$work/out" "$work/err")"
events >"$work/want"
events --since-seq "$n" >"$work/new"
cmp "$work/want" "$work/fails.in" || fail "the hook that failed has lost or repeated something"
cmp "$work/want" "$work/hook.in" || fail "the other hook"
sed 1d "$work/events.json" | cmp - "$work/new" || fail "after rotation: $(cat "$work/events.json")"
[ "$(head -1 "$work/events.json")" = '{"schema":"teewatch.ev' ] || fail "the cut line is ended, not joined to"
python3 "$top_srcdir/tests/cmd/validate-events.py" "$top_srcdir/schema/event.schema.json" "$work/want" || fail "schema"

# ---- a destination that is new begins with the run that sees it first; a hook that hangs is ended ----
printf '#!/bin/sh\ncat >/dev/null\nexec sleep 60\n' >"$work/hooks.d/30-hangs"
chmod 755 "$work/hooks.d/30-hangs"
sed -i 's/timeout = 5/timeout = 1/' "$work/conf"
printf 'alert "late" { kind = "file" target = "%s" }\n' "$work/late.json" >>"$work/conf"
last=$(events | wc -l)
expect 1 crawl
grep -q "hooks/30-hangs: it did not end within 1 s" "$work/err" || fail "$(cat "$work/err")"
events --since-seq "$last" | cmp - "$work/late.json" || fail "a new destination begins with the run"

# ---- what cannot be had is said, and -q says nothing ----
rm "$work/hooks.d/30-hangs"
mkdir "$work/late.d"
sed -i "s|$work/late.json|$work/nowhere/late.json|" "$work/conf"
expect 1 crawl
grep -q "alert late: $work/nowhere/late.json: cannot be opened: No such file or directory; the next run tries again" "$work/err" ||
	fail "$(cat "$work/err")"
expect 1 "$teewatch" -q -c "$work/conf" -s "$work/s" crawl --offline --at $at
[ ! -s "$work/err" ] || fail "-q"
[ "$(sqlite3 -readonly "$work/s/state.db" "SELECT seq FROM delivery WHERE destination = 'all'")" = "$(events | wc -l)" ] || fail "position"
