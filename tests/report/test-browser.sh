# The HTML report in headless Chromium: it renders, says nothing on the console, asks for nothing, and names stay text.
# Wants chromium, node and playwright-core (npm install playwright-core; $TEEWATCH_PLAYWRIGHT: the directory of the
# package, where node does not find it). TEEWATCH_SCREENSHOTS=DIR keeps the pictures.
. "$top_srcdir/tests/cmd/lib.sh"
chromium=$(command -v chromium || command -v chromium-browser) || skip "chromium is not installed"
command -v node >/dev/null || skip "node is not installed"
export TEEWATCH_PLAYWRIGHT="${TEEWATCH_PLAYWRIGHT:-playwright-core}"
node -e 'require(process.env.TEEWATCH_PLAYWRIGHT)' 2>/dev/null || skip "playwright-core is not installed where node finds it"
make_history=$top_builddir/tests/report/make_history
for kind in rich hostile large empty; do
	"$make_history" "$work/$kind" $kind
	expect 0 "$teewatch" -s "$work/$kind" report --format html
	mv "$work/out" "$work/$kind.html"
done
mkdir "$work/profile"
HOME=$work timeout 100 node "$top_srcdir/tests/report/browser.js" "$chromium" "$work" "${TEEWATCH_SCREENSHOTS:-$work}" || fail "in the browser"
