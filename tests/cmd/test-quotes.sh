# Published Intel quotes, whole and malformed, through the command line: status and exit status.
. "$top_srcdir/tests/cmd/lib.sh"
dcap=$TEEWATCH_VECTORS/dcap
[ -e "$dcap/malformed/expected.tsv" ] || skip "the public test data (dcap) is not at hand; set TEEWATCH_VECTORS to its folder"

# quote QUOTE COLLATERAL TIME EXIT PATTERN: what the verdict has to hold
quote() {
	expect "$4" "$teewatch" verify --json --offline --at "@$3" --collateral "$dcap/collateral/$2.json" "$dcap/$1"
	grep -q "$5" "$work/out" || fail "$1 with $2: no $5"
}
up='"tcb_up_to_date":{"status":"asserted"' down='"tcb_up_to_date":{"status":"refuted"' open='"tcb_up_to_date":{"status":"unknown"'
quote quotes/dcap-qvl/sgx_quote sgx_quote_collateral 1750334171 0 '"status":"ConfigurationAndSWHardeningNeeded"'
quote quotes/dcap-qvl/tdx_quote tdx_quote_collateral 1750332747 0 "$up"
quote quotes/dcap-qvl/tdx_quote_outdated tdx_quote_outdated_collateral 1771415931 0 "$down"
quote quotes/go-tdx-guest/quote_v5_sample.dat tdx_quote_outdated_collateral 1771415931 0 "$up"
quote quotes/go-tdx-guest/quote_v5_sample.dat go-tdx-guest_v5_90c06f000000_2026-02 1770249600 0 "$up"
quote quotes/go-tdx-guest/quote_v5_sample.dat go-tdx-guest_v5_stale-crls 1770249600 1 "$open"
for bad in bad_pck-crl-sigflip bad_tcbinfo-status-edited; do
	quote quotes/go-tdx-guest/quote_v5_sample.dat $bad 1769904000 4 "$open"
done
quote quotes/openenclave/tdx_quote-moduleupdate-seamldr5.dat tinfoil_tdx_90c06f000000_2026-01 1769904000 0 '"status":"TDRelaunchAdvised"'
quote quotes/openenclave/tdx_quote-moduleupdate-seamldr5.dat dcap-rs_tdx_90c06f000000_2025-02 1740009600 0 "$up"
quote quotes/go-tdx-guest/cos-113-tdx-quote.dat dcap-rs_tdx_00806f050000_2025-02 1740009600 0 "$up"
quote quotes/go-tdx-guest/tdx_prod_quote_SPR_E4.dat go-tdx-guest_50806f000000_2023-06 1688083200 0 '"trailing_bytes":39'
quote quotes/trustee/tdx_quote_4.dat go-tdx-guest_50806f000000_2023-06 1688083200 4 '"id":"dcap.debug","result":"fail"'
quote quotes/trustee/tdx_quote_5.dat dcap-rs_tdx_90c06f000000_2025-02 1740009600 0 "$down"
quote quotes/trustee/occlum_quote.dat automata_sgx_00606a000000_2025-08 1755648000 4 '"status":"OutOfDate"'
quote quotes/automata/quotev3.hex automata_sgx_00606a000000_2025-08 1755648000 0 '"status":"SWHardeningNeeded"'

# Controls are verified; nothing else is: failed, incomplete (unsupported), or no verdict on what is no quote at all.
while IFS='	' read -r name bytes text; do
	case $name in
	v3*) with=sgx_quote_collateral at=1750334171 ;;
	v4*) with=tdx_quote_collateral at=1750332747 ;;
	v5*) with=tinfoil_tdx_90c06f000000_2026-01 at=1769904000 ;;
	*) continue ;;
	esac
	got=0
	"$teewatch" verify --json --offline --at "@$at" --collateral "$dcap/collateral/$with.json" "$dcap/malformed/$name" \
		>"$work/out" 2>"$work/err" || got=$?
	case "$text $got" in
	*"same verdict"*\ 0 | accept*\ 0) ;;
	*"same verdict"* | accept*) fail "$name ($text): $got" ;;
	*\ 1 | *\ 4) ;;
	*\ 2) [ "$bytes" -le 1 ] || fail "$name ($text) is not recognised" ;;
	*) fail "$name ($text): $got" ;;
	esac
done <"$dcap/malformed/expected.tsv"

expect 0 "$teewatch" decode "$dcap/quotes/dcap-qvl/tdx_quote"
grep -q rtmr3 "$work/out" || fail "decode shows no rtmr3"
