# What is fetched: collateral from the vendor's key service, documents from hosts; and what never is.
. "$top_srcdir/tests/cmd/lib.sh"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name good --host a.demo.example --kind hatt --key 1
"$mklog" --out "$work/log" --size 1500 --timestamp 1769126000000 --precertificate "$work/e/good.der@300"
key=$(cat "$work/log/key")

# A key service on loopback: what verify asks for is what the crawl asks for.
"$teewatch" decode --json "$work/e/good.json" >"$work/decoded"
chip=$(sed 's/.*"chip_id":"\([0-9a-f]*\)".*/\1/' "$work/decoded")
mkdir -p "$work/kds/vcek/v1/Genoa" "$work/some"
cp "$work/vendor/collateral/demo-vcek.der" "$work/kds/vcek/v1/Genoa/$chip"
cp "$work/vendor/collateral/demo-crl.der" "$work/kds/vcek/v1/Genoa/crl"
cp "$work/vendor/collateral/demo-ask.der" "$work/some/"
serve "$work/kds"
watch='watch "demo.example" { require-attestation = true }'
{
	configuration static "file://$work/log/static/" "$key" "$watch"
	printf 'kds-url = "http://127.0.0.1:%s"\n' "$port"
} >"$work/kds.conf"
expect 0 "$teewatch" -c "$work/kds.conf" -s "$work/s1" crawl --at $at --evidence "$work/e" --collateral "$work/some" \
	--trust-anchor "$work/vendor/demo-ark.pem"
[ "$(sql "$work/s1" "SELECT result FROM v_certificate")" = verified ] || fail "with fetched collateral"
[ "$(sql "$work/s1" "SELECT count(*) FROM v_collateral WHERE source LIKE 'http%'")" = 2 ] || fail "fetched collateral is archived"
expect 0 "$teewatch" -c "$work/kds.conf" verify --json --at $at --collateral "$work/some" \
	--trust-anchor "$work/vendor/demo-ark.pem" "$work/e/good.json"
grep -q '"result":"verified"' "$work/out" || fail "verify with fetched collateral"

# From the archive, without the service.
kill "$(echo "$pids" | awk '{print $NF}')"
expect 0 "$teewatch" -c "$work/kds.conf" -s "$work/s1" crawl --offline --at $at --trust-anchor "$work/vendor/demo-ark.pem"

# Offline: nothing is asked for, and the verdict is incomplete.
expect 0 "$teewatch" -c "$work/kds.conf" -s "$work/s2" crawl --offline --at $at --evidence "$work/e" \
	--trust-anchor "$work/vendor/demo-ark.pem"
[ "$(sql "$work/s2" "SELECT result FROM v_certificate")" = incomplete ] || fail "offline"
expect 1 "$teewatch" -c "$work/kds.conf" verify --offline --at $at --trust-anchor "$work/vendor/demo-ark.pem" "$work/e/good.json"

# Documents: only for watched domains, never from loopback without connect-to, and only by their hash.
document() { # STATE MORE-CONFIGURATION
	{
		configuration static "file://$work/log/static/" "$key" "$watch"
		printf 'kds-url = "http://127.0.0.1:1"\n%s\n' "$2"
	} >"$work/document.conf"
	"$teewatch" -q -c "$work/document.conf" -s "$1" crawl --at $at --collateral "$work/vendor/collateral" \
		--trust-anchor "$work/vendor/demo-ark.pem" || :
}
mkdir -p "$work/www/.well-known"
cp "$work/e/good.json" "$work/www/.well-known/tinfoil-attestation"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=a.demo.example \
	-addext subjectAltName=DNS:a.demo.example -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
serve "$work/www" --tls "$work/tls.pem" "$work/tls.key"
via="ca-file = \"$work/tls.pem\" connect-to = {\"a.demo.example:443:127.0.0.1:$port\"}"
via=$(echo "$via" | sed 's/ connect-to/\nconnect-to/')
document "$work/s3" "$via"
[ "$(sql "$work/s3" "SELECT result FROM v_certificate")" = verified ] || fail "a fetched document"
document "$work/s4" "$via
fetch = \"none\""
[ "$(sql "$work/s4" "SELECT result FROM v_certificate")" = incomplete ] || fail "fetch = none"
# Another document than the certificate commits to.
"$mkcert" --out "$work/e2" --name other --host a.demo.example --kind hatt --key 9
cp "$work/e2/other.json" "$work/www/.well-known/tinfoil-attestation"
document "$work/s5" "$via"
[ "$(sql "$work/s5" "SELECT result FROM v_certificate")" = incomplete ] || fail "a document with another hash"
[ "$(sql "$work/s5" "SELECT count(*) FROM v_anomaly WHERE rule = 'evidence_unavailable'")" = 1 ] || fail "its anomaly"
# A certificate that the system's CAs do not know: TLS is always checked.
document "$work/s6" "connect-to = {\"a.demo.example:443:127.0.0.1:$port\"}"
[ "$(sql "$work/s6" "SELECT result FROM v_certificate")" = incomplete ] || fail "TLS is not checked"
