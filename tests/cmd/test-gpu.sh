# verify and decode on evidence of GPUs: a whole machine, its variants, and single devices.
. "$top_srcdir/tests/cmd/lib.sh"
command -v python3 >/dev/null || skip "python3 is not installed"
nonce=1717171717171717171717171717171717171717171717171717171717171717
mkdir "$work/m" "$work/m/anchors" "$work/m/amd" "$work/m/rims" "$work/m/ocsp"
"$top_builddir/tests/cmd/make_machine" "$work/m" || fail "make_machine"

# verify STATUS [OPTIONS] FILE: its verdicts in $work/out.
verify() {
	wanted_status=$1
	shift
	expect "$wanted_status" "$teewatch" -s "$work/state" verify --offline --json --at 2026-11-24T00:00:00Z \
		--trust-anchor "$work/m/anchors" --collateral "$work/m/amd" "$@"
}
all="--collateral $work/m/rims --collateral $work/m/ocsp"

# check EXPRESSION: of the list v of verdicts, with helpers.
check() {
	python3 - "$work/out" "$1" <<'EOF' || fail "$1"
import json, sys
v = [json.loads(line) for line in open(sys.argv[1])]
kinds = [j["evidence"]["kind"] for j in v]
results = [j["result"] for j in v]
gpu = [j["claims"]["gpu_attested"] for j in v]
def result(j, check):
    return next((c["result"] for c in j["checks"] if c["id"] == check), None)
def first_failed(j):
    return next((c["id"] for c in j["checks"] if c["result"] == "fail"), None)
good = eval(sys.argv[2])
if not good:
    print(json.dumps([(k, r, g) for k, r, g in zip(kinds, results, gpu)], indent=1), file=sys.stderr)
sys.exit(not good)
EOF
}

# A whole machine.
verify 0 $all "$work/m/machine.json"
check 'kinds == ["snp"] + ["nvgpu"] * 8 + ["nvswitch"] * 4'
check 'set(results) == {"verified"}'
check 'all(g["status"] == "asserted" and g["source"] == "verifier_derived" for g in gpu)'
check 'all(result(j, "binding.gpu_nonce") == "pass" and result(j, "nv.topology") == "pass" for j in v[1:])'
check 'v[0]["claims"]["tee_attested"]["status"] == "asserted"'
check 'v[1]["measurements"]["measurement_63"] and v[1]["fields"]["driver_version"] == "550.90.07"'
check 'v[1]["fields"]["confidential_mode"] == "unknown" and v[1]["tcb"]["measurements_matched"] == 32'
verify 0 $all --nonce $nonce --expect claim.gpu_attested=asserted "$work/m/machine.json"
check 'all(result(j, "binding.nonce") == "pass" for j in v)'
verify 4 $all --nonce "00$(echo $nonce | cut -c3-)" "$work/m/machine.json"
check 'all(result(j, "binding.nonce") == "fail" for j in v)'

# The same with one GPU's evidence taken from another nonce.
verify 4 $all "$work/m/other-nonce.json"
check 'all(g["status"] == "refuted" and "device 6" in g["reason"] for g in gpu)'
check 'first_failed(v[6]) == "binding.gpu_nonce" and results.count("failed") == 1'

# With one GPU whose driver is none that NVIDIA signed.
verify 4 $all "$work/m/other-driver.json"
check 'all(g["status"] == "refuted" and "nv.measurements" in g["reason"] for g in gpu)'
check 'first_failed(v[4]) == "nv.measurements" and v[4]["tcb"]["measurements_mismatched"] == "30"'

# The same without RIMs, and without OCSP.
verify 1 --collateral "$work/m/ocsp" "$work/m/machine.json"
check 'all(g["status"] == "unknown" and "nv.driver_rim" in g["reason"] for g in gpu)'
verify 1 --collateral "$work/m/rims" "$work/m/machine.json"
check 'all(g["status"] == "asserted" for g in gpu) and results == ["verified"] + ["incomplete"] * 12'
check 'all(result(j, "nv.revocation") == "not_checked" and j["tcb"]["revocation"] == "unknown" for j in v[1:])'

# Devices without a CPU, and a nonce that the document does not tell truly.
verify 0 $all "$work/m/gpus.json"
check 'kinds == ["nvgpu"] * 2 and all(g["status"] == "unknown" and "no CPU evidence" in g["reason"] for g in gpu)'
verify 4 $all "$work/m/wrong-nonce.json"
check 'first_failed(v[0]) == "binding.document_nonce"'

# A bare transcript with its certificates beside it; without them; as something else.
verify 0 $all --collateral "$work/m/gpu.pem" --nonce $nonce "$work/m/gpu.bin"
verify 1 $all "$work/m/gpu.bin"
check 'result(v[0], "nv.chain_available") == "not_checked"'
verify 4 $all --collateral "$work/m/gpu.pem" --type nvswitch "$work/m/gpu.bin"
check 'first_failed(v[0]) == "nv.device_type"'
verify 4 $all --type snp "$work/m/gpu.bin"

# decode shows what stands there.
expect 0 "$teewatch" decode --json "$work/m/machine.json"
[ "$(grep -c . "$work/out")" = 13 ] || fail "decode shows every piece"
expect 0 "$teewatch" decode "$work/m/gpu.bin"
grep -q '^ *measurement_35 ' "$work/out" && grep -q '^ *vbios_version *96.00.9F.00.01' "$work/out" || fail "decode of a GPU"

# What is missing is fetched: manifests by their id, wrapped as NVIDIA's service has them, and OCSP by POST.
mkdir -p "$work/services/ocsp"
cp "$work/m/ocsp/"* "$work/services/ocsp/"
for rim in "$work/m/rims/"*; do
	python3 - "$rim" <<'EOF' >"$work/wrapped" || fail "wrapping a manifest"
import base64, hashlib, json, sys
xml = open(sys.argv[1], "rb").read()
print(json.dumps({"id": "x", "rim": base64.b64encode(xml).decode(), "sha256": hashlib.sha256(xml).hexdigest(),
                  "rim_format": "SWID", "request_id": "y"}))
EOF
	case $(basename "$rim") in
	driver.xml) cp "$work/wrapped" "$work/services/v1+rim+NV_GPU_DRIVER_GH100_550.90.07" ;;
	vbios.xml) cp "$work/wrapped" "$work/services/v1+rim+NV_GPU_VBIOS_1010_0200_882_96009F0001" ;;
	*) cp "$work/wrapped" "$work/services/v1+rim+NV_SWITCH_BIOS_5612_0002_890_9610550001" ;;
	esac
done
vendor_service "$work/services"
printf 'rim-url = "http://127.0.0.1:%s"\nocsp-url = "http://127.0.0.1:%s/"\nkds-url = "http://127.0.0.1:1"\n' $port $port \
	>"$work/services.conf"
fetched() { # STATUS FILE
	expect "$1" "$teewatch" -q -c "$work/services.conf" verify --json --at 2026-11-24T00:00:00Z \
		--trust-anchor "$work/m/anchors" --collateral "$work/m/amd" "$2"
}
fetched 0 "$work/m/machine.json"
check 'set(results) == {"verified"} and all(g["status"] == "asserted" for g in gpu)'
[ "$(grep -c '^POST application/ocsp-request .* nonce$' "$work/requests")" -ge 3 ] || fail "OCSP is asked with a nonce"
[ "$(sort "$work/requests" | uniq -d | wc -l)" = 0 ] || fail "the same is asked twice"
# A service that is down: what it would have told is unknown, and nothing is failed for it.
rm -r "$work/services/ocsp"
fetched 1 "$work/m/machine.json"
check 'all(result(j, "nv.revocation") == "not_checked" for j in v[1:]) and "failed" not in results'
