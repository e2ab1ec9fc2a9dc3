# crawl --follow under a service manager (sd_notify), and the end of a budget.
. "$top_srcdir/tests/cmd/lib.sh"
command -v python3 >/dev/null || skip "python3 is not installed"
"$mklog" --out "$work/log" --size 900 --timestamp 1769126400000
key=$(cat "$work/log/key")
configuration static "file://$work/log/static/" "$key" "alert \"env\" { kind = \"hooks\" target = \"$work/hooks.d\" }" >"$work/conf"
mkdir "$work/hooks.d"
printf '#!/bin/sh\nenv >>"%s"\n' "$work/hook.env" >"$work/hooks.d/env"
chmod 755 "$work/hooks.d" "$work/hooks.d/env"
cat >"$work/manager.py" <<'END'
# A service manager's side: starts the program, prints what it is told, ends it after the first audit.
import os, signal, socket, subprocess, sys
work, command = sys.argv[1], sys.argv[2:]
for path in (work + "/notify", "\0teewatch-test-%d" % os.getpid()):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.bind(path)
    s.settimeout(60)
    env = dict(os.environ, NOTIFY_SOCKET=path.replace("\0", "@"), WATCHDOG_USEC="200000")
    p = subprocess.Popen(command, env=env)
    seen = []
    def take():
        seen.append(s.recv(4096).decode())
    try:
        while not any("waiting" in m for m in seen):
            take()
        lives = seen.count("WATCHDOG=1")
        while seen.count("WATCHDOG=1") < lives + 3:  # while it waits, too
            take()
        assert p.poll() is None
        p.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in seen[-1]:
            take()
        status = p.wait(60)
    finally:
        p.kill()
    for m in seen:
        if m != "WATCHDOG=1":
            print(m.replace("MAINPID=%d" % p.pid, "MAINPID=its own"))
    print("status", status)
END
expect 0 python3 "$work/manager.py" "$work" "$teewatch" -c "$work/conf" -s "$work/s" crawl --follow --offline --at $at
cat >"$work/want" <<'END'
READY=1
STATUS=auditing
MAINPID=its own
STATUS=waiting for new tree heads; the last audit ended with status 0
STOPPING=1
STATUS=ended with status 0
status 0
END
cat "$work/want" "$work/want" | diff - "$work/out" || fail "what the manager was told"
[ ! -s "$work/err" ] || fail "not silent: $(cat "$work/err")"
[ -s "$work/hook.env" ] || fail "no hook has run"
grep -e NOTIFY_SOCKET -e WATCHDOG "$work/hook.env" && fail "children could answer in its stead"
# Without a manager, or with a socket that is not there, it is the same audit.
expect 0 env NOTIFY_SOCKET="$work/nowhere" WATCHDOG_USEC=1 "$teewatch" -c "$work/conf" -s "$work/s" crawl --offline --at $at

# ---- a budget ends the audit tidily, with status 0; the next run goes on from there ----
"$mklog" --out "$work/long" --size 2600 --timestamp 1769126400000
serve "$work/long" --page-cap 1 --fault 503:3
configuration rfc6962 "http://127.0.0.1:$port/" "$(cat "$work/long/key")" >"$work/long.conf"
expect 0 "$teewatch" -c "$work/long.conf" -s "$work/l" crawl --offline --at $at --budget 2
[ ! -s "$work/err" ] || fail "the end of a budget is no trouble: $(cat "$work/err")"
position() { sqlite3 -readonly "$work/l/state.db" "SELECT coalesce(max($1), 0) FROM position"; }
[ "$(position audited_size)" -lt 2600 ] || fail "this log is not read within 2 s"
before=$(position scanned_size)
serve "$work/long" --page-cap 1000
sed "s,http://127.0.0.1:[0-9]*/,http://127.0.0.1:$port/," "$work/long.conf" >"$work/quick.conf"
expect 0 "$teewatch" -c "$work/quick.conf" -s "$work/l" crawl --offline --at $at
[ "$(position audited_size)" = 2600 ] && [ "$before" -le 2600 ] || fail "the next run does not end it"
