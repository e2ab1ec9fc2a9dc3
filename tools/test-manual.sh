# The pages agree with the tables, and check-manual sees where they would not.
check="$top_srcdir/tools/check-manual"
sh "$check" "$top_srcdir" "$top_builddir" || exit 1

copy=$(mktemp -d) || exit 2
trap 'rm -rf "$copy"' EXIT INT TERM
mkdir "$copy/man"
failed=0

must_fail() { # SED-SCRIPT WORDS
	sed "$1" "$top_srcdir/man/teewatch.conf.5" >"$copy/man/teewatch.conf.5"
	if sh "$check" "$copy" "$top_builddir" >"$copy/out" 2>&1 || ! grep -q "$2" "$copy/out"; then
		echo "check-manual passes over: $1" >&2
		cat "$copy/out" >&2
		failed=1
	fi
}
must_fail '/^\.It Cm workers/d' 'does not tell of workers'
must_fail 's/^\.It Cm workers/.It Cm wrokers/' 'tells of wrokers'
must_fail 's/^\.It Cm mmd/.It Cm url/' 'tells of url'
must_fail 's/86400/86401/' 'mmd does not tell its default'
exit $failed
