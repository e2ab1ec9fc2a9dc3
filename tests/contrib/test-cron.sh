# The line of contrib/cron, as cron runs it: no terminal, the file's PATH, umask 077. Silent when all is well; one block
# that a person can read when something was found, once.
. "$top_srcdir/tests/cmd/lib.sh"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name none --host c.demo.example --kind none --key 3
"$mklog" --out "$work/log" --size 700 --timestamp 1769126400000
key=$(cat "$work/log/key")
file=$top_srcdir/contrib/cron/teewatch
line=$(sed -n 's/^17 3 \* \* \*	teewatch	//p' "$file")
[ -n "$line" ] || fail "no line in contrib/cron/teewatch"
case $line in *%*) fail "cron takes a % for a line's end" ;; esac
grep -v -e '^#' -e '^[A-Z]*=[^ ]*$' -e '^17 3 \* \* \*	' "$file" && fail "what is that in contrib/cron/teewatch?"
# The program of this build and a state directory of the test; at its time.
line=$(printf '%s' "$line" | sed -e "s,teewatch -s /var/lib/teewatch,$teewatch -c $work/conf -s $work/s,g" \
	-e "s,crawl ,crawl --offline --at $at ,")
case $line in *--budget*--fail-on*report*) ;; *) fail "the line: $line" ;; esac
configuration static "file://$work/log/static/" "$key" "metrics-file = \"$work/metrics.prom\"
watch \"demo.example\" { require-attestation = true issuer = {\"O=Demo CA\"} }" >"$work/conf"
night() { # cron mails both streams
	status=0
	(umask 077 && env -i HOME="$work" LOGNAME=teewatch SHELL=/bin/sh "$(grep '^PATH=' "$file")" \
		setsid -w /bin/sh -c "$line" <"/dev/null" >"$work/mail" 2>&1) || status=$?
}
silent() {
	night
	[ "$status" = 0 ] || fail "status $status: $(cat "$work/mail")"
	[ ! -s "$work/mail" ] || fail "not silent: $(cat "$work/mail")"
}
silent
silent
for name in s/history.db metrics.prom; do
	[ "$(stat -c %a "$work/$name")" = 644 ] || fail "umask 077 closes $name to those who read it"
done
[ "$(stat -c %a "$work/s/state.db")" = 600 ] || fail "state.db: $(stat -c %a "$work/s/state.db")"

# A certificate without evidence in the same log, grown.
"$mklog" --out "$work/log" --size 900 --timestamp 1769126400000 --precertificate "$work/e/none.der@800"
night
[ "$status" = 0 ] || fail "status $status: $(cat "$work/mail")"
sed -E -e 's/[0-9a-f]{12,}/HASH/g' "$work/mail" >"$work/block"
cat >"$work/want" <<END
high      unattested_certificate  demo.example  HASH
          no name or extension carries evidence or commits to any
          do: WHAT
          since 2026-01-23T00:00:00Z, certificate HASH, log HASH, entry 800

1 open; \`teewatch ack ID --reason TEXT\` acknowledges one (ID: the last column, or its beginning)
END
sed -i 's/^\( *do: \)..*/\1WHAT/' "$work/block"
diff "$work/want" "$work/block" || fail "the block: $(cat "$work/mail")"
silent # it is known now

# What cannot be done is one line.
mv "$work/log/static/checkpoint" "$work/away"
night
[ "$(wc -l <"$work/mail")" = 1 ] && grep -q '^teewatch: .*local' "$work/mail" || fail "$(cat "$work/mail")"
mv "$work/away" "$work/log/static/checkpoint"
echo 'wacth "demo.example" {}' >>"$work/conf"
night
[ "$(wc -l <"$work/mail")" = 1 ] && grep -q "$work/conf:" "$work/mail" || fail "$(cat "$work/mail")"
