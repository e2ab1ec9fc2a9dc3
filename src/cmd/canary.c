#include "cmd/canary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/pem.h"
#include "base/timestamp.h"
#include "cert/cert.h"
#include "ct/sct.h"
#include "report/outlook.h"

struct canary {
	struct store *store;
	struct sha256 tbs_sha256;
	struct cert cert;
	int64_t first_seen_ms;   /* by this history */
	size_t places;
	bool json;
	struct buffer out;
	struct json_writer w;
};

struct log_name {
	char text[256];
	struct store_position position;
};

static int take_name(void *context, const struct store_log *log)
{
	struct log_name *n = context;
	snprintf(n->text, sizeof(n->text), "%s", log->name);
	return 0;
}

/* Its name, and where its audit stands; the beginning of its id where it is unknown. */
static int read_log(struct canary *c, const struct sha256 *log_id, struct log_name *out)
{
	*out = (struct log_name){.text = "a log that is not audited"};
	int rc = store_log_get(c->store, log_id, take_name, out);
	return rc < 0 ? rc : rc == 1 ? 0 : store_position_get(c->store, log_id, &out->position);
}

static int take_first_seen(void *context, const struct store_certificate *c)
{
	((struct canary *)context)->first_seen_ms = c->first_seen_ms;
	return 0;
}

static int put_place(void *context, const struct store_place *p)
{
	struct canary *c = context;
	struct log_name log;
	char when[TIMESTAMP_TEXT_SIZE];
	int rc = read_log(c, &p->log_id, &log);
	c->places++;
	if (rc < 0)
		return rc;
	if (c->json) {
		json_write_object(&c->w, NULL);
		json_write_text(&c->w, "log", log.text);
		json_write_hex(&c->w, "log_id", sha256_bytes(&p->log_id));
		json_write_u64(&c->w, "entry_index", p->entry_index);
		json_write_bool(&c->w, "precertificate", p->precertificate);
		json_write_time(&c->w, "logged_at", p->timestamp_ms);
		json_write_object_end(&c->w);
		return 0;
	}
	buffer_printf(&c->out, "  %s, entry %" PRIu64 "%s, logged at %s\n", log.text, p->entry_index,
	              p->precertificate ? " (precertificate)" : "", timestamp_text(p->timestamp_ms, when));
	return 0;
}

/* ---- what its SCTs say ---- */

static int put_promise(struct canary *c, const struct ct_sct *sct)
{
	struct log_name log;
	char when[TIMESTAMP_TEXT_SIZE], until[TIMESTAMP_TEXT_SIZE];
	int rc = read_log(c, &sct->log_id, &log);
	if (rc < 0 || sct->timestamp_ms > INT64_MAX)
		return rc;
	if (c->json) {
		json_write_object(&c->w, NULL);
		json_write_text(&c->w, "log", log.position.started ? log.text : NULL);
		json_write_hex(&c->w, "log_id", sha256_bytes(&sct->log_id));
		json_write_time(&c->w, "promised_at", (int64_t)sct->timestamp_ms);
		json_write_time(&c->w, "audited_to", log.position.audited_timestamp_ms);
		json_write_object_end(&c->w);
		return 0;
	}
	buffer_printf(&c->out, "  promised at %s by %s", timestamp_text((int64_t)sct->timestamp_ms, when), log.text);
	if (log.position.started)
		buffer_printf(&c->out, ", which is audited to %s", timestamp_text(log.position.audited_timestamp_ms, until));
	buffer_put_u8(&c->out, '\n');
	return 0;
}

static int put_promises(struct canary *c)
{
	static const uint8_t oid_sct_list[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02};
	struct cert_extension list;
	struct cursor walk;
	struct bytes one;
	struct ct_sct sct;
	int rc = 0;
	if (!cert_extension_find(&c->cert, bytes_of(oid_sct_list, sizeof(oid_sct_list)), &list, NULL) ||
	    fault_is_set(ct_sct_extension_parse(list.value, &walk)))
		return 0;
	while (rc >= 0 && ct_sct_list_next(&walk, &one))
		if (!fault_is_set(ct_sct_parse(one, &sct)))
			rc = put_promise(c, &sct);
	return rc;
}

/* ---- the answer ---- */

static int put_json(struct canary *c)
{
	json_write_object(&c->w, NULL);
	json_write_text(&c->w, "schema", "teewatch.canary/1");
	json_write_hex(&c->w, "tbs_sha256", sha256_bytes(&c->tbs_sha256));
	json_write_array(&c->w, "places");
	int rc = store_place_each(c->store, &c->tbs_sha256, put_place, c);
	json_write_array_end(&c->w);
	json_write_array(&c->w, "promises");
	if (rc >= 0)
		rc = put_promises(c);
	json_write_array_end(&c->w);
	json_write_bool(&c->w, "seen", c->places > 0);
	json_write_time(&c->w, "first_seen", c->places > 0 ? c->first_seen_ms : 0);
	json_write_object_end(&c->w);
	buffer_put_u8(&c->out, '\n');
	return rc;
}

struct earliest {
	bool found;
	int64_t ms;
};

static int take_earliest(void *context, const struct store_place *p)
{
	struct earliest *e = context;
	if (!e->found || p->timestamp_ms < e->ms)
		*e = (struct earliest){true, p->timestamp_ms};
	return 0;
}

static int put_text(struct canary *c)
{
	struct earliest logged = {false, 0};
	char when[TIMESTAMP_TEXT_SIZE], after[32];
	int rc = store_place_each(c->store, &c->tbs_sha256, take_earliest, &logged);
	if (rc >= 0 && logged.found) {
		outlook_duration_text(c->first_seen_ms > logged.ms ? c->first_seen_ms - logged.ms : 0, after);
		buffer_printf(&c->out, "seen: at %s, %s after it was logged\n", timestamp_text(c->first_seen_ms, when), after);
		rc = store_place_each(c->store, &c->tbs_sha256, put_place, c);
	} else if (rc >= 0) {
		buffer_put_text(&c->out, "not seen: only certificates of watched domains, and those with evidence or its "
		                         "markers, are kept, once the log that holds them is audited\n");
	}
	return rc < 0 ? rc : put_promises(c);
}

/* A Certificate or TBSCertificate, in DER or PEM. */
static bool read_certificate(struct canary *c, struct bytes content, struct arena *a)
{
	struct bytes der = content;
	struct buffer tbs;
	size_t at = 0;
	if (content.n > 0 && content.p[0] != 0x30)
		pem_next(content, &at, a, &der);
	if (fault_is_set(cert_parse(der, &c->cert)) && fault_is_set(cert_parse_tbs(der, &c->cert)))
		return false;
	buffer_init(&tbs, LIMIT_CERTIFICATE_BYTES);
	bool good = !fault_is_set(cert_tbs_canonical(&c->cert, &tbs));
	c->tbs_sha256 = hash_sha256(buffer_bytes(&tbs));
	buffer_release(&tbs);
	return good;
}

int canary_print(struct store *s, const char *path, bool json)
{
	struct canary c = {.store = s, .json = json};
	struct arena arena;
	struct buffer content;
	int status = EXIT_USAGE;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	buffer_init(&content, LIMIT_CERTIFICATE_BYTES * 2);
	buffer_init(&c.out, 16 << 20);
	c.w = json_writer_to(&c.out);
	int rc = file_read(path, &content);
	if (rc < 0) {
		fprintf(stderr, "teewatch: %s: cannot be read: %s\n", path, strerror(-rc));
	} else if (!read_certificate(&c, buffer_bytes(&content), &arena)) {
		fprintf(stderr, "teewatch: %s: no certificate in DER or PEM\n", path);
	} else {
		rc = store_certificate_get(s, &c.tbs_sha256, take_first_seen, &c);
		if (rc >= 0)
			rc = json ? put_json(&c) : put_text(&c);
		if (rc < 0)
			fprintf(stderr, "teewatch: %s\n", store_message(s));
		status = rc < 0 ? EXIT_INTERNAL : command_print(buffer_bytes(&c.out));
		if (status == EXIT_DONE && c.places == 0)
			status = EXIT_INCOMPLETE;
	}
	buffer_release(&c.out);
	buffer_release(&content);
	arena_release(&arena);
	return status;
}
