/*
 * Writes the evidence of a machine of the tests' own into a directory: documents (an SNP report and eight GPUs with
 * four switches that answer one nonce, and variants), anchors, and the collateral that verifies all of it.
 *
 *     make_machine DIR
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/json_writer.h"
#include "pki/demo_nvidia.h"
#include "pki/demo_vendor.h"

enum { GPUS = 8, SWITCHES = 4 };

static struct arena arena;
static const char *directory;

static void save(const char *name, struct bytes content)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	FILE *f = fopen(path, "w");
	if (!f || fwrite(content.p, 1, content.n, f) != content.n || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

/* ---- documents ---- */

static void put_evidence(struct json_writer *w, const struct demo_device *d)
{
	struct bytes chain = demo_nvidia_chain(d, &arena);
	json_write_text(w, "arch", strcmp(d->chip, "LS_10") == 0 ? "LS10" : "HOPPER");
	json_write_base64(w, "certificate", chain);
	json_write_base64(w, "evidence", demo_transcript(d, &arena));
}

static void put_item(struct json_writer *w, const struct demo_device *d, const char *kind, const char *id)
{
	json_write_object(w, NULL);
	json_write_text(w, "id", id);
	json_write_text(w, "kind", kind);
	json_write_object(w, "evidence");
	put_evidence(w, d);
	json_write_object_end(w);
	json_write_object_end(w);
}

static struct bytes device_evidence(const struct demo_device *gpus, const struct demo_device *switches)
{
	struct buffer b;
	char id[32];
	buffer_init(&b, 1 << 20);
	struct json_writer w = json_writer_to(&b);
	json_write_object(&w, NULL);
	json_write_text(&w, "format", "https://tinfoil.sh/device-evidence/v1");
	json_write_array(&w, "items");
	for (unsigned i = 0; i < GPUS; i++) {
		snprintf(id, sizeof(id), "gpu%u", i);
		put_item(&w, &gpus[i], "gpu", id);
	}
	for (unsigned i = 0; i < SWITCHES; i++) {
		snprintf(id, sizeof(id), "nvswitch%u", i);
		put_item(&w, &switches[i], "nvswitch", id);
	}
	json_write_array_end(&w);
	json_write_object_end(&w);
	struct bytes out = arena_bytes(&arena, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

/* The report of a CPU that was asked with this nonce and answers for these devices. */
static struct demo_report make_report(const uint8_t nonce[32], struct bytes material, struct bytes devices)
{
	struct demo_report r = demo_report_good();
	struct sha256 m = hash_sha256(material), d = hash_sha256(devices);
	struct buffer b;
	buffer_init(&b, 256);
	buffer_put_text(&b, "https://tinfoil.sh/report-data/v1");
	buffer_put(&b, nonce, 32);
	buffer_put_bytes(&b, sha256_bytes(&m));
	buffer_put_bytes(&b, sha256_bytes(&d));
	struct sha256 h = hash_sha256(buffer_bytes(&b));
	memset(r.report_data, 0, sizeof(r.report_data));
	memcpy(r.report_data, h.b, 32);
	buffer_release(&b);
	return r;
}

static void put_vcek(struct json_writer *w, const struct demo_report *r)
{
	struct demo_vek vek = demo_vek_of(r);
	json_write_array(w, "collateral");
	json_write_object(w, NULL);
	json_write_text(w, "format", "https://tinfoil.sh/collateral/amd-vcek/v1");
	json_write_object(w, "data");
	json_write_base64(w, "vcek_der_base64", demo_vek(&vek, &arena));
	json_write_object_end(w);
	json_write_object_end(w);
	json_write_array_end(w);
}

static void save_document(const char *name, const uint8_t nonce[32], const struct demo_device *gpus,
                          const struct demo_device *switches)
{
	struct bytes material = BYTES_LITERAL("{}"), devices = device_evidence(gpus, switches);
	struct demo_report r = make_report(nonce, material, devices);
	struct buffer b;
	buffer_init(&b, 4 << 20);
	struct json_writer w = json_writer_to(&b);
	json_write_object(&w, NULL);
	json_write_text(&w, "format", "https://tinfoil.sh/predicate/attestation/v3");
	json_write_object(&w, "challenge");
	json_write_hex(&w, "nonce", bytes_of(nonce, 32));
	json_write_text(&w, "report_data_algorithm", "https://tinfoil.sh/report-data/v1");
	json_write_object_end(&w);
	json_write_object(&w, "cpu_evidence");
	json_write_text(&w, "format", "https://tinfoil.sh/format/sev-snp-report/v1");
	json_write_base64(&w, "report_base64", demo_report(&r, &arena));
	json_write_object_end(&w);
	json_write_base64(&w, "crypto_material", material);
	json_write_base64(&w, "device_evidence", devices);
	put_vcek(&w, &r);
	json_write_object_end(&w);
	save(name, buffer_bytes(&b));
	buffer_release(&b);
}

static void save_list(const char *name, const struct demo_device *devices, size_t n, bool wrong_nonce)
{
	struct buffer b;
	uint8_t nonce[32];
	buffer_init(&b, 1 << 20);
	struct json_writer w = json_writer_to(&b);
	json_write_array(&w, NULL);
	for (size_t i = 0; i < n; i++) {
		memcpy(nonce, devices[i].nonce, 32);
		nonce[0] ^= wrong_nonce;
		json_write_object(&w, NULL);
		put_evidence(&w, &devices[i]);
		json_write_hex(&w, "nonce", bytes_of(nonce, 32));
		json_write_object_end(&w);
	}
	json_write_array_end(&w);
	save(name, buffer_bytes(&b));
	buffer_release(&b);
}

/* ---- collateral ---- */

static void save_ocsp(const struct demo_device *d, unsigned number)
{
	char name[64];
	for (size_t link = 1; link <= 3; link++) {
		struct demo_ocsp o = demo_ocsp_good(link);
		snprintf(name, sizeof(name), "ocsp/%u-%zu.der", number, link);
		save(name, demo_ocsp_response(d, &o, &arena));
	}
}

static void save_collateral(const struct demo_device *gpus, const struct demo_device *switches)
{
	struct demo_rim driver = demo_driver_rim(&gpus[0]), vbios = demo_firmware_rim(&gpus[0]);
	struct demo_rim bios = demo_firmware_rim(&switches[0]);
	save("anchors/amd.der", demo_ark(AMD_GENOA, &arena));
	save("anchors/devices.der", demo_nvidia_root(&arena));
	save("anchors/rims.der", demo_rim_root(&arena));
	save("amd/ask.der", demo_ask(AMD_GENOA, false, &arena));
	save("amd/crl.der", demo_crl(AMD_GENOA, DEMO_NVIDIA_AT_MS - 86400000, DEMO_NVIDIA_AT_MS + 86400000, false, &arena));
	save("rims/driver.xml", demo_rim_make(&driver, &arena));
	save("rims/vbios.xml", demo_rim_make(&vbios, &arena));
	save("rims/bios.xml", demo_rim_make(&bios, &arena));
	for (unsigned i = 0; i < GPUS; i++)
		save_ocsp(&gpus[i], i);
	for (unsigned i = 0; i < SWITCHES; i++)
		save_ocsp(&switches[i], GPUS + i);
}

int main(int argc, char **argv)
{
	struct demo_device gpus[GPUS], switches[SWITCHES];
	uint8_t nonce[32];
	if (argc != 2) {
		fprintf(stderr, "usage: make_machine DIR\n");
		return 2;
	}
	directory = argv[1];
	arena_init(&arena, 256 << 20);
	memset(nonce, 0x17, sizeof(nonce));
	demo_machine(gpus, switches, nonce);
	save_collateral(gpus, switches);
	save_document("machine.json", nonce, gpus, switches);
	save_list("gpus.json", gpus, 2, false);
	save_list("wrong-nonce.json", gpus, 1, true);
	save("gpu.bin", demo_transcript(&gpus[0], &arena));
	save("gpu.pem", demo_nvidia_chain(&gpus[0], &arena));
	gpus[3].swapped_index = 30;
	save_document("other-driver.json", nonce, gpus, switches);
	gpus[3].swapped_index = UINT32_MAX;
	gpus[5].nonce[0] ^= 1;
	save_document("other-nonce.json", nonce, gpus, switches);
	arena_release(&arena);
	return 0;
}
