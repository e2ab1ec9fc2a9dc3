# What the crash tests share: a log with good, bad and odd entries that a crawl takes in several batches, and
# the views of an undisturbed run. Sourced behind lib.sh; sets $key.
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name good --host a.demo.example --kind hatt --key 1
"$mkcert" --out "$work/e" --name broken --host b.demo.example --kind hatt --key 2
"$mkcert" --out "$work/e" --name none --host c.demo.example --kind none --key 3
printf '{"format": "https://tinfoil.sh/predicate/sev-snp-guest/v2", "body": ' >"$work/e/odd.json"
"$mklog" --out "$work/log" --size "$entries" --timestamp 1769126000000 \
	--precertificate "$work/e/good.der@300" --certificate "$work/e/good.der@$((entries / 2))" \
	--precertificate "$work/e/broken.der@$((entries / 3))" --precertificate "$work/e/none.der@$((entries - 5))"
key=$(cat "$work/log/key")
configuration static "file://$work/log/static/" "$key" 'watch "demo.example" { require-attestation = true }' >"$work/conf"

# Set the words of a crawl of that log with the state in STATE.
crawl_words() { # STATE
	echo "$teewatch -q -c $work/conf -s $1 crawl --offline --at $at --evidence $work/e" \
		"--collateral $work/vendor/collateral --trust-anchor $work/vendor/demo-ark.pem"
}

# Every view but v_run, whole.
views() { # STATE
	[ -n "${every_view:-}" ] || every_view=$(sql "$1" "SELECT 'SELECT ''' || name || ''', * FROM ' || name || ' ORDER BY 2, 3, 4, 5, 6;'
		FROM sqlite_schema WHERE type = 'view' AND name LIKE 'v\_%' ESCAPE '\' AND name <> 'v_run'")
	sql "$1" "$every_view"
}

expect 0 $(crawl_words "$work/undisturbed")
views "$work/undisturbed" >"$work/wanted"
grep -q "b.demo.example" "$work/wanted" || fail "the undisturbed run found nothing"
