# teewatch report --format html without a browser: well-formed, self-contained, small, hostile names escaped.
. "$top_srcdir/tests/cmd/lib.sh"
command -v python3 >/dev/null || skip "python3 is not installed"
make_history=$top_builddir/tests/report/make_history
for kind in rich hostile large empty; do
	"$make_history" "$work/$kind" $kind
	expect 0 "$teewatch" -s "$work/$kind" report --format html
	[ ! -s "$work/err" ] || fail "$kind: something on stderr"
	mv "$work/out" "$work/$kind.html"
	python3 "$top_srcdir/tests/report/check-html.py" $kind "$work/$kind.html" || fail "$kind: the page is not right"
done
# It is a function of the history; --fail-on counts what is open.
expect 4 "$teewatch" -s "$work/rich" report --format html --fail-on critical
cmp "$work/out" "$work/rich.html" || fail "two reports of one history differ"
expect 0 "$teewatch" -s "$work/empty" report --format html --fail-on info
