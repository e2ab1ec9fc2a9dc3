# contrib/systemd: the units are valid, locked in, and let through what the program does.
. "$top_srcdir/tests/cmd/lib.sh"
command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
units=$top_srcdir/contrib/systemd
mkdir "$work/units"
# As they would be installed, but for the program's place: verify wants it to be there.
for unit in teewatch.service teewatch-follow.service teewatch.timer teewatch-failure@.service; do
	sed "s,/usr/bin/teewatch,$teewatch," "$units/$unit" >"$work/units/$unit"
done
printf '[Unit]\nOnFailure=teewatch-failure@%%n.service\n' | sed -n 2p >"$work/line"
grep -q "^#$(cat "$work/line")$" "$units/teewatch.service" && grep -qF "$(cat "$work/line")" "$units/README.md" || fail "OnFailure"
sed -i "s,^#\(OnFailure=\),\1," "$work/units/teewatch.service"
touch "$work/units/sendmail" && chmod 755 "$work/units/sendmail"
SYSTEMD_UNIT_PATH=$work/units: systemd-analyze verify --man=no "$work/units/teewatch.timer" "$work/units/teewatch-follow.service" \
	"$work/units/teewatch-failure@x.service" >"$work/out" 2>&1 || fail "systemd-analyze verify: $(cat "$work/out")"
grep "$work/units" "$work/out" && fail "systemd-analyze verify complains"
for unit in teewatch.service teewatch-follow.service; do
	systemd-analyze security --offline=true --no-pager --threshold=15 "$units/$unit" >"$work/out" 2>&1 ||
		fail "$unit is exposed: $(grep -v '✓' "$work/out")"
	grep -q 'Overall exposure' "$work/out" || fail "$unit is not rated: $(cat "$work/out")"
	# What they call is what the program knows.
	sed -n "s,^ExecStart=/usr/bin/teewatch ,,p" "$units/$unit" >"$work/call"
	# shellcheck disable=SC2046 # words
	expect 0 "$teewatch" $(cat "$work/call") --help
done
# The two services lock in alike.
for unit in teewatch.service teewatch-follow.service; do
	sed -n '/^# Nobody waits for it/,/^KeyringMode/p' "$units/$unit" >"$work/$unit.options"
done
[ -s "$work/teewatch.service.options" ] && cmp "$work/teewatch.service.options" "$work/teewatch-follow.service.options" ||
	fail "the services differ in their options"
systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$units/teewatch.timer")" >/dev/null || fail "OnCalendar"

# The user and the directories, in a root of their own.
if [ "$(id -u)" = 0 ] && command -v systemd-sysusers >/dev/null && command -v systemd-tmpfiles >/dev/null; then
	root=$work/root
	mkdir -p "$root/usr/lib/sysusers.d" "$root/usr/lib/tmpfiles.d" "$root/etc"
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\n' >"$root/etc/group"
	cp "$units/teewatch.sysusers" "$root/usr/lib/sysusers.d/teewatch.conf"
	cp "$units/teewatch.tmpfiles" "$root/usr/lib/tmpfiles.d/teewatch.conf"
	systemd-sysusers --root="$root" 2>"$work/err" || fail "systemd-sysusers: $(cat "$work/err")"
	grep -q '^teewatch:.*:/var/lib/teewatch:/usr/sbin/nologin$' "$root/etc/passwd" || fail "$(cat "$root/etc/passwd")"
	systemd-tmpfiles --root="$root" --create teewatch.conf 2>"$work/err" || fail "systemd-tmpfiles: $(cat "$work/err")"
	id=$(sed -n 's/^teewatch:x:\([0-9]*\):.*/\1/p' "$root/etc/passwd")
	for row in "var/lib/teewatch 755 $id" "var/log/teewatch 750 $id" "etc/teewatch/hooks.d 755 0"; do
		# shellcheck disable=SC2086 # words
		set -- $row
		[ "$(stat -c '%a %u' "$root/$1")" = "$2 $3" ] || fail "$1: $(stat -c '%a %u' "$root/$1")"
	done
else
	echo "not tried, for want of root or the tools: teewatch.sysusers, teewatch.tmpfiles"
fi

# Every system call of an audit is one that the units allow.
if command -v strace >/dev/null && command -v python3 >/dev/null && strace -f -o "$work/try" true 2>/dev/null; then
	sed "s,@SAMPLE@,$top_srcdir/contrib/sample," "$top_srcdir/contrib/sample/sample.conf.in" >"$work/conf"
	printf 'alert "file" { kind = "file" target = "%s" }\nalert "hooks" { kind = "hooks" target = "%s" }\n' \
		"$work/events.json" "$work/hooks.d" >>"$work/conf"
	mkdir "$work/hooks.d"
	printf '#!/bin/sh\ncat >/dev/null\n' >"$work/hooks.d/one"
	chmod 755 "$work/hooks.d" "$work/hooks.d/one"
	expect 0 strace -f -qq -o "$work/trace" "$teewatch" -c "$work/conf" -s "$work/s" crawl --offline --at $at
	systemd-analyze syscall-filter --no-pager >"$work/sets"
	cat >"$work/calls.py" <<'END'
import os, re, sys
work, unit = sys.argv[1:]
sets, name = {}, None
for line in open(work + "/sets"):
    word = line.split("#")[0].strip()
    if re.match(r"@[a-z-]+$", line.rstrip()):
        name = word
        sets[name] = set()
    elif name and line.startswith(" ") and word:
        sets[name].add(word)
    elif line.strip() and not line.startswith(" "):
        name = None
def members(word):
    if not word.startswith("@"):
        return {word}
    return set().union(*(members(w) for w in sets[word]))
allowed = set()
for line in open(unit):
    if line.startswith("SystemCallFilter="):
        words = line.split("=", 1)[1].strip()
        deny, words = words.startswith("~"), words.lstrip("~").split()
        for w in words:
            allowed = allowed - members(w) if deny else allowed | members(w)
used = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", open(work + "/trace").read(), re.M))
assert len(used) > 40 and {"execve", "memfd_create", "read"} <= used, used
assert len(allowed) > 200, allowed
# SQLite gives its files to the owner of the database, as root only; the units do not run as root.
print(" ".join(sorted(used - allowed - ({"fchown"} if os.getuid() == 0 else set()))))
END
	for unit in teewatch.service teewatch-follow.service; do
		expect 0 python3 "$work/calls.py" "$work" "$units/$unit"
		[ "$(cat "$work/out")" = "" ] || fail "$unit forbids what the program calls: $(cat "$work/out")"
	done
else
	echo "not tried, for want of strace: whether the units allow every system call"
fi
