# The main process is killed at each of its calls that change the disk: syncs, truncations, renames, unlinks, and
# writes, of which half of the bytes arrive (each tenth one; each one in check-long). The next run goes on from
# there, and the history is that of an undisturbed run.
. "$top_srcdir/tests/cmd/lib.sh"
entries=3000
. "$top_srcdir/tests/crash/scene.sh"
with_failpoints() { # VARIABLE=VALUE COMMAND...
	env LD_PRELOAD="$top_builddir/tests/crash/failpoint.so" \
		ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" "$@"
}

expect 0 with_failpoints TEEWATCH_FAILPOINT_LIST="$work/list" $(crawl_words "$work/listed")
views "$work/listed" >"$work/got"
diff "$work/wanted" "$work/got" || fail "listing alone changes the history"
for call in write fsync fdatasync rename unlink; do
	grep -q " $call$" "$work/list" || fail "no $call was met"
done
step=10
[ "${TEEWATCH_CHECK_LONG:-0}" = 1 ] && step=1
while read -r n call; do
	if [ "$call" = write ] && [ $((n % step)) -ne 0 ]; then continue; fi
	rm -rf "$work/state"
	got=0
	with_failpoints TEEWATCH_FAILPOINT="$n" $(crawl_words "$work/state") >"$work/out" 2>"$work/err" </dev/null || got=$?
	[ $got -eq 137 ] || fail "call $n ($call) was not reached: exit status $got: $(cat "$work/err")"
	expect 0 $(crawl_words "$work/state") </dev/null
	views "$work/state" >"$work/got" </dev/null
	diff "$work/wanted" "$work/got" || fail "killed at call $n ($call): the history differs"
done <"$work/list"
