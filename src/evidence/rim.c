/* A RIM's content: SoftwareIdentity, Meta, Payload and Resources, as NVIDIA writes them. */
#include "evidence/rim.h"

#include <stdio.h>

#include "base/hex.h"
#include "base/text.h"
#include "evidence/rim_part.h"

bool rim_is(struct bytes content)
{
	struct bytes head = bytes_slice(content, 0, content.n < 4096 ? content.n : 4096);
	return head.n > 0 && head.p[0] == '<' && memmem(head.p, head.n, "SoftwareIdentity", 16) != NULL;
}

struct reading {
	struct arena *arena;
	struct rim *rim;
	struct fault fault;
	bool seen[LIMIT_RIM_MEASUREMENTS];
};

static void fail(struct reading *r, enum fault_code code, const char *field)
{
	if (!fault_is_set(r->fault))
		r->fault = fault_at(code, 0, field);
}

/* What is signed and not understood may restrict what the rest means. */
static void note_unsupported(struct reading *r, const char *what)
{
	const char *safe = text_escaped(r->arena, bytes_of_text(what));
	if (!r->rim->unsupported)
		r->rim->unsupported = safe ? safe : "";
}

/* Attributes of namespaces beside the known ones: later versions put floors of security versions there. */
static void note_attributes(struct reading *r, const xmlNode *node)
{
	for (const xmlAttr *at = node->properties; at; at = at->next)
		if (at->ns && !rim_xml_in(at->ns, RIM_NS_SHA384) && !rim_xml_in(at->ns, RIM_NS_TCG) &&
		    !rim_xml_in(at->ns, RIM_NS_SWID))
			note_unsupported(r, (const char *)at->name);
}

static const char *attribute(struct reading *r, const xmlNode *node, const char *name)
{
	const char *raw = rim_xml_attribute(node, NULL, name, r->arena);
	const char *safe = raw ? text_escaped(r->arena, bytes_of_text(raw)) : NULL;
	if (!safe)
		fail(r, FAULT_MISSING, name);
	return safe ? safe : "";
}

static uint32_t number(struct reading *r, const xmlNode *node, const char *name, uint64_t max)
{
	uint64_t v = 0;
	if (!text_decimal(bytes_of_text(attribute(r, node, name)), max, &v))
		fail(r, FAULT_VALUE, name);
	return (uint32_t)v;
}

/* ---- Resource ---- */

/* Hash0 to Hash(n-1), and no other. */
static void read_hashes(struct reading *r, const xmlNode *node, struct rim_measurement *m)
{
	uint8_t(*hashes)[RIM_HASH_BYTES] = arena_array(r->arena, m->alternatives, sizeof(*hashes));
	size_t count = 0;
	for (const xmlAttr *at = node->properties; at; at = at->next)
		count += rim_xml_in(at->ns, RIM_NS_SHA384);
	if (!hashes || count != m->alternatives) {
		fail(r, hashes ? FAULT_MISMATCH : FAULT_LIMIT, "alternatives");
		return;
	}
	for (size_t i = 0; i < m->alternatives; i++) {
		char name[32];
		snprintf(name, sizeof(name), "Hash%zu", i);
		const char *hex = rim_xml_attribute(node, RIM_NS_SHA384, name, r->arena);
		if (!hex || !hex_decode(bytes_of_text(hex), hashes[i], RIM_HASH_BYTES))
			fail(r, hex ? FAULT_ENCODING : FAULT_MISSING, "Hash");
	}
	m->hashes = (const uint8_t(*)[RIM_HASH_BYTES])hashes;
}

static void read_resource(struct reading *r, xmlNode *node)
{
	struct rim *rim = r->rim;
	struct rim_measurement *m = &rim->measurements[rim->measurement_count];
	const char *active = attribute(r, node, "active"), *name = rim_xml_attribute(node, NULL, "name", r->arena);
	const char *safe = name ? text_escaped(r->arena, bytes_of_text(name)) : "";
	note_attributes(r, node);
	if (strcmp(attribute(r, node, "type"), "Measurement") != 0) {
		note_unsupported(r, "Resource of another type");
		return;
	}
	*m = (struct rim_measurement){.index = number(r, node, "index", LIMIT_RIM_MEASUREMENTS - 1),
	                              .alternatives = number(r, node, "alternatives", LIMIT_RIM_ALTERNATIVES),
	                              .active = strcmp(active, "True") == 0,
	                              .name = safe ? safe : ""};
	if (!m->active && strcmp(active, "False") != 0)
		fail(r, FAULT_VALUE, "active");
	if (number(r, node, "size", RIM_HASH_BYTES) != RIM_HASH_BYTES)
		fail(r, FAULT_UNSUPPORTED, "size");
	if (m->alternatives == 0 || rim_xml_element(node->children))
		fail(r, FAULT_VALUE, m->alternatives == 0 ? "alternatives" : "Resource");
	if (r->seen[m->index])
		fail(r, FAULT_DUPLICATE, "index");
	if (fault_is_set(r->fault))
		return;
	r->seen[m->index] = true;
	read_hashes(r, node, m);
	rim->measurement_count++;
	rim->active_count += m->active;
}

/* In the order of their indices, wherever they stand. */
static void sort_measurements(struct rim *rim)
{
	for (size_t i = 1; i < rim->measurement_count; i++) {
		struct rim_measurement m = rim->measurements[i];
		size_t at = i;
		for (; at > 0 && rim->measurements[at - 1].index > m.index; at--)
			rim->measurements[at] = rim->measurements[at - 1];
		rim->measurements[at] = m;
	}
}

/* ---- Payload, Meta ---- */

static void read_payload(struct reading *r, xmlNode *payload)
{
	note_attributes(r, payload);
	r->rim->measurements = arena_array(r->arena, LIMIT_RIM_MEASUREMENTS, sizeof(*r->rim->measurements));
	if (!r->rim->measurements) {
		fail(r, FAULT_LIMIT, "Payload");
		return;
	}
	for (xmlNode *p = rim_xml_element(payload->children); p && !fault_is_set(r->fault); p = rim_xml_next(p)) {
		if (!rim_xml_is(p, RIM_NS_SWID, "Resource"))
			note_unsupported(r, (const char *)p->name);
		else if (r->rim->measurement_count >= LIMIT_RIM_MEASUREMENTS)
			fail(r, FAULT_DUPLICATE, "index");
		else
			read_resource(r, p);
	}
	if (r->rim->measurement_count == 0)
		fail(r, FAULT_MISSING, "Resource");
	sort_measurements(r->rim);
}

static void read_meta(struct reading *r, xmlNode *meta)
{
	struct rim *rim = r->rim;
	note_attributes(r, meta);
	rim->version = attribute(r, meta, "colloquialVersion");
	rim->product = attribute(r, meta, "product");
	rim->edition = attribute(r, meta, "edition");
	if (rim_xml_element(meta->children))
		note_unsupported(r, "element in Meta");
}

/* Direct children of the root alone: what stands deeper is not of the manifest, even where a signature covers it. */
static void read_root(struct reading *r, xmlNode *root)
{
	xmlNode *meta = NULL, *payload = NULL;
	if (!rim_xml_is(root, RIM_NS_SWID, "SoftwareIdentity")) {
		fail(r, FAULT_UNRECOGNISED, "SoftwareIdentity");
		return;
	}
	note_attributes(r, root);
	r->rim->name = attribute(r, root, "name");
	r->rim->tag_id = attribute(r, root, "tagId");
	for (xmlNode *p = rim_xml_element(root->children); p; p = rim_xml_next(p)) {
		xmlNode **place = rim_xml_is(p, RIM_NS_SWID, "Meta")      ? &meta
		                  : rim_xml_is(p, RIM_NS_SWID, "Payload") ? &payload
		                                                          : NULL;
		if (place && *place)
			fail(r, FAULT_DUPLICATE, place == &meta ? "Meta" : "Payload");
		if (place)
			*place = p;
		else if (!rim_xml_is(p, RIM_NS_SWID, "Entity"))
			note_unsupported(r, (const char *)p->name);
	}
	if (!meta || !payload) {
		fail(r, FAULT_MISSING, meta ? "Payload" : "Meta");
		return;
	}
	read_meta(r, meta);
	read_payload(r, payload);
}

struct fault rim_parse(struct bytes xml, struct arena *a, struct rim *out)
{
	*out = (struct rim){.xml = xml, .sha256 = hash_sha256(xml), .tag_id = "", .name = "", .product = "",
	                    .edition = "", .version = ""};
	struct reading r = {.arena = a, .rim = out};
	xmlDoc *doc = rim_xml_read(xml, &r.fault);
	if (!doc)
		return r.fault;
	xmlNode *root = xmlDocGetRootElement(doc);
	xmlNode *signature = rim_signature_take(doc, a, out);
	read_root(&r, root);
	if (signature)
		xmlFreeNode(signature);
	xmlFreeDoc(doc);
	return r.fault;
}
