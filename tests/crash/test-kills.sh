# SIGKILL at random moments: of the main process, of all processes, of a worker or the fetch process. Whatever
# was killed, the next runs go on from there, and in the end the history is that of an undisturbed run.
. "$top_srcdir/tests/cmd/lib.sh"
entries=70000 # more than one batch
. "$top_srcdir/tests/crash/scene.sh"
kills=500
[ "${TEEWATCH_CHECK_LONG:-0}" = 1 ] && kills=5000
seed=${TEEWATCH_SEED:-1}
started=$(date +%s%N)
expect 0 $(crawl_words "$work/timed")
most=$((($(date +%s%N) - started) / 1000))
killed=0 round=0
while [ $killed -lt $kills ]; do
	round=$((round + 1))
	state=$work/round
	rm -rf "$state"
	for again in 1 2 3 4 5 6 7 8; do
		seed=$((seed + 1))
		"$top_builddir/tests/crash/reaper" $seed $most $(crawl_words "$state") >"$work/what" || fail "seed $seed"
		read -r what status <"$work/what"
		case $what in
		ended) [ "$status" -eq 0 ] || fail "seed $seed: undisturbed, and exit status $status" ;;
		child) [ "$status" -eq 0 ] || fail "seed $seed: a child was killed, and exit status is $status" ;;
		esac
		[ "$what" = ended ] || killed=$((killed + 1))
	done
	expect 0 $(crawl_words "$state")
	views "$state" >"$work/got"
	diff "$work/wanted" "$work/got" || fail "round $round (seeds to $seed): the history differs"
done
