# A publicly logged certificate of a real enclave among 12,000 others, found by its markers alone.
. "$top_srcdir/tests/cmd/lib.sh"
real=$TEEWATCH_VECTORS/tinfoil/inference-2026-01-22
[ -e "$real/enclave-cert.der" ] || skip "the public test data (tinfoil) is not at hand; set TEEWATCH_VECTORS to its folder"
"$mklog" --out "$work/log" --size 12000 --timestamp 1769126000000 --certificate "$real/enclave-cert.der@7777"
key=$(cat "$work/log/key")
collateral="--collateral $real --collateral $TEEWATCH_VECTORS/tinfoil/roots"
configuration static "file://$work/log/static/" "$key" >"$work/static.conf"
serve "$work/log" --page-cap 256
configuration rfc6962 "http://127.0.0.1:$port/" "$key" >"$work/rfc.conf"
for api in static rfc; do
	# shellcheck disable=SC2086
	expect 0 "$teewatch" -c "$work/$api.conf" -s "$work/$api" crawl --offline --at $at --evidence "$real" $collateral
	[ ! -s "$work/out" ] && [ ! -s "$work/err" ] || fail "a clean crawl is silent"
	history "$work/$api" >"$work/$api.history"
done
diff "$work/static.history" "$work/rfc.history" || fail "the two APIs tell different histories"
row() {
	[ "$(sql "$work/static" "$1")" = "$2" ] || fail "$1: $(sql "$work/static" "$1"), wanted $2"
}
row "SELECT entry_index || ' ' || scheme || ' ' || evidence_kind || ' ' || result FROM v_certificate" \
	"7777 tinfoil snp incomplete"
row "SELECT spki_sha256 FROM v_certificate" 71c31f35d2b06077bbae7c1ddf0cc4020408c8f39c68b04cf3d029d40bdd45e7
row "SELECT group_concat(basis || ' ' || status || ' ' || source, ', ') FROM (SELECT * FROM v_claim
	WHERE claim = 'tee_attested' ORDER BY basis)" "logged asserted hardware_proven, now asserted hardware_proven"
row "SELECT count(*) FROM v_check WHERE check_id IN ('binding.spki', 'binding.hpke') AND result = 'pass'" 4
row "SELECT count(*) FROM v_check WHERE result = 'fail'" 0
row "SELECT group_concat(check_id, ' ') FROM (SELECT DISTINCT check_id FROM v_check WHERE result = 'not_checked'
	ORDER BY check_id)" "snp.ask_revocation snp.crl"
row "SELECT substr(value, 1, 8) || substr(value, -4) FROM v_measurement WHERE register = 'measurement'" 09ef32acb519
row "SELECT count(*) FROM v_anomaly" 0

# The document comes from the host itself, over TLS on loopback: its hash makes it acceptable.
mkdir -p "$work/www/.well-known"
cp "$real/attestation.json" "$work/www/.well-known/tinfoil-attestation"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=inference.tinfoil.sh \
	-addext subjectAltName=DNS:inference.tinfoil.sh -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
serve "$work/www" --tls "$work/tls.pem" "$work/tls.key"
{
	cat "$work/static.conf"
	printf 'fetch = "all"\nca-file = "%s"\nconnect-to = {"inference.tinfoil.sh:443:127.0.0.1:%s"}\n' "$work/tls.pem" "$port"
	printf 'kds-url = "http://127.0.0.1:1/"\n'
} >"$work/fetch.conf"
got=0
# shellcheck disable=SC2086
"$teewatch" -q -c "$work/fetch.conf" -s "$work/fetched" crawl --at $at $collateral || got=$?
[ $got -le 1 ] || fail "crawl with a fetched document: exit status $got"
[ "$(sql "$work/fetched" "SELECT DISTINCT status || ' ' || source FROM v_claim WHERE claim = 'tee_attested'")" = \
	"asserted hardware_proven" ] || fail "the fetched document is not accepted"

# Not at hand at all: known as unavailable, never as failed.
# shellcheck disable=SC2086
expect 0 "$teewatch" -c "$work/static.conf" -s "$work/without" crawl --offline --at $at $collateral
[ "$(sql "$work/without" "SELECT result FROM v_certificate")" = incomplete ] || fail "without the document"
