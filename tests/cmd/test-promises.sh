# SCTs embedded in certificates that matched: the entries that they promise are there, or it is said.
. "$top_srcdir/tests/cmd/lib.sh"
"$mkcert" --vendor "$work/vendor"
"$mkcert" --out "$work/e" --name c --host c.demo.example --kind none --key 3
watch='watch "demo.example" { require-attestation = false }'

make_log() { # SIZE OPTIONS...
	size=$1
	shift
	rm -rf "$work/log"
	# An hour lies between the entries and the tree head; the tree head moves on as the log grows.
	"$mklog" --out "$work/log" --size "$size" --timestamp 1769126400000 "$@"
	key=$(cat "$work/log/key")
}
configure() { # KIND WATCH
	case $1 in
	static) url=file://$work/log/static/ ;;
	*) url=http://127.0.0.1:$port/ ;;
	esac
	configuration "$1" "$url" "$key" "$2" | sed 's/mmd = 86400/mmd = 60/' >"$work/conf"
}
crawl() { # STATE STATUS
	expect "$2" "$teewatch" -c "$work/conf" -s "$work/$1" crawl --offline --at $at
}
state_of() { # STATE
	sqlite3 -readonly "$work/$1/state.db" "SELECT state FROM promise"
}
misbehaviours() { # STATE
	sql "$work/$1" "SELECT count(*) FROM v_anomaly WHERE rule = 'log_misbehaviour'"
}
promised() { # STATE WANTED-STATE WANTED-MISBEHAVIOURS
	[ "$(state_of "$1")" = "$2" ] || fail "$1: the promise is \"$(state_of "$1")\", wanted $2"
	[ "$(misbehaviours "$1")" = "$3" ] || fail "$1: $(misbehaviours "$1") misbehaviours, wanted $3"
}
# What others can see of it: proven where the SCT names the index, else our word.
proof_says() { # STATE RESULT
	expect 0 "$teewatch" -s "$work/$1" logs --proof "$work/proof"
	grep -q '"class":"broken_promise"' "$work/proof" || fail "$1: no proof of the broken promise"
	"$teewatch" verify --json --offline "$work/proof" >"$work/out" 2>"$work/err" || :
	grep -q "\"result\":\"$2\"" "$work/out" || fail "$1: verify says of the proof: $(cat "$work/out" "$work/err")"
	python3 - "$top_srcdir/schema/log-proof.schema.json" "$work/proof" <<-'EOT' || fail "$1: the proof is not valid"
		import json, sys, jsonschema
		schema = json.load(open(sys.argv[1]))
		for line in open(sys.argv[2]):
		    jsonschema.validate(json.loads(line), schema)
	EOT
}
# The server reads a log once: a new one for each log.
use_log() { # KIND
	[ "$1" = static ] || serve "$work/log"
}

for kind in static rfc6962; do
	# Read from the first entry: what was promised has its place.
	start=begin
	make_log 700 --precertificate "$work/e/c.der@300" --final "$work/e/c.der@500:300"
	use_log $kind
	configure $kind "$watch"
	crawl kept-$kind 0
	promised kept-$kind kept 0

	# Every entry was read, and the promised one is not among them.
	make_log 700 --final "$work/e/c.der@500:300"
	use_log $kind
	configure $kind "$watch"
	crawl broken-$kind 0
	promised broken-$kind broken 1
	case $kind in
	static) why="another entry stands at the index that it promised" result=verified ;;
	*) why="every entry of that time was read" result=incomplete ;;
	esac
	sql "$work/broken-$kind" "SELECT detail FROM v_anomaly" | grep -q "$why" || fail "the reason"
	proof_says broken-$kind $result
	crawl broken-$kind 0
	promised broken-$kind broken 1

	# Begun behind the promised entry: the log proves that it is there.
	start=end
	make_log 400 --precertificate "$work/e/c.der@300"
	use_log $kind
	configure $kind "$watch"
	crawl late-$kind 0
	make_log 700 --precertificate "$work/e/c.der@300" --final "$work/e/c.der@500:300"
	use_log $kind
	configure $kind "$watch"
	crawl late-$kind 0
	promised late-$kind kept 0

	# Begun behind it, and it is not there: tiles prove that at once, a denial counts when it is repeated.
	make_log 400
	use_log $kind
	configure $kind "$watch"
	crawl gone-$kind 0
	make_log 700 --final "$work/e/c.der@500:300"
	use_log $kind
	configure $kind "$watch"
	crawl gone-$kind 0
	if [ $kind = static ]; then
		promised gone-$kind broken 1
		proof_says gone-$kind verified
	else
		promised gone-$kind denied 0
		crawl gone-$kind 0
		promised gone-$kind broken 1
		proof_says gone-$kind incomplete
	fi

	# The watch came when the promised entry had gone by unseen: that is no misbehaviour.
	start=begin
	make_log 400 --precertificate "$work/e/c.der@300"
	use_log $kind
	configure $kind ""
	crawl unseen-$kind 0
	make_log 700 --precertificate "$work/e/c.der@300" --final "$work/e/c.der@500:300"
	use_log $kind
	configure $kind "$watch"
	crawl unseen-$kind 0
	promised unseen-$kind kept 0
done

# A front end that cannot be reached says nothing.
start=end
make_log 400
serve "$work/log"
configure rfc6962 "$watch"
crawl silent 0
make_log 700 --final "$work/e/c.der@500:300"
serve "$work/log" --proofs none
configure rfc6962 "$watch"
for run in 1 2 3; do
	crawl silent 0
	promised silent open 0
done
