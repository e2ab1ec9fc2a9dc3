#include "evidence/rim_xml.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/uri.h>

#include "base/limits.h"
#include "base/text.h"

enum { DEPTH_MAX = 8 /* SoftwareIdentity to Transform: 6 */, NAMESPACES_MAX = 64 };

/* ---- before libxml2 sees it ---- */

/* The two declarations that change nothing; all of the RIMs that NVIDIA publishes have none. */
static struct bytes without_declaration(struct bytes xml)
{
	static const char *const harmless[] = {
		"<?xml version=\"1.0\"?>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>",
	};
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		struct bytes d = bytes_of_text(harmless[i]);
		if (bytes_starts_with(xml, d))
			return bytes_slice(xml, d.n, xml.n - d.n);
	}
	return xml;
}

/* A '<' stands only where markup begins. Without "<!" there is no DTD, so no entity but the five of XML itself; nor
 * comments and CDATA. The counts keep what libxml2 does in squared time small. */
static struct fault scan_markup(struct bytes xml, size_t base)
{
	size_t tags = 0, from = 0;
	for (size_t i = 0; i < xml.n; i++) {
		uint8_t next = i + 1 < xml.n ? xml.p[i + 1] : 0;
		if (xml.p[i] == 0)
			return fault_at(FAULT_ENCODING, base + i, "xml");
		if (xml.p[i] != '<')
			continue;
		if (next == '!')
			return fault_at(FAULT_UNSUPPORTED, base + i, "xml: DTD, comment or CDATA");
		if (next == '?')
			return fault_at(FAULT_UNSUPPORTED, base + i, "xml: declaration or processing instruction");
		if (i - from > LIMIT_RIM_TAG_BYTES || ++tags > 2 * LIMIT_RIM_ELEMENTS)
			return fault_at(FAULT_LIMIT, base + i, "xml");
		from = i;
	}
	return xml.n - from > LIMIT_RIM_TAG_BYTES ? fault_at(FAULT_LIMIT, base + from, "xml") : FAULT_OK;
}

static struct fault scan(struct bytes xml, struct bytes *body)
{
	if (xml.n > LIMIT_RIM_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_RIM_BYTES, "xml");
	if (xml.n == 0 || xml.p[0] != '<')
		return fault_at(FAULT_UNRECOGNISED, 0, "xml");
	if (!text_is_utf8(xml))
		return fault_at(FAULT_ENCODING, 0, "xml");
	*body = without_declaration(xml);
	return scan_markup(*body, xml.n - body->n);
}

/* ---- after it has ---- */

struct walk {
	size_t elements, namespaces;
	struct fault fault;
};

static bool refuse(struct walk *w, enum fault_code code, const char *field)
{
	w->fault = fault_at(code, 0, field);
	return false;
}

/* As canonicalisation wants it, which talks on stderr where it does not get it. */
static bool is_absolute(const xmlChar *href)
{
	xmlURI *uri = href ? xmlParseURI((const char *)href) : NULL;
	bool absolute = uri && uri->scheme && uri->scheme[0];
	xmlFreeURI(uri);
	return absolute;
}

/* Namespaces are compared as they stand, so each has to be absolute; xml:base and its like would have to be
 * understood. */
static bool walk_names(struct walk *w, const xmlNode *node)
{
	for (const xmlNs *ns = node->nsDef; ns; ns = ns->next) {
		if (++w->namespaces > NAMESPACES_MAX)
			return refuse(w, FAULT_LIMIT, "xml: namespaces");
		if (!is_absolute(ns->href))
			return refuse(w, FAULT_UNSUPPORTED, "xml: namespace");
	}
	for (const xmlAttr *at = node->properties; at; at = at->next) {
		if (at->ns && at->ns->prefix && strcmp((const char *)at->ns->prefix, "xml") == 0)
			return refuse(w, FAULT_UNSUPPORTED, "xml: attribute of XML itself");
		for (const xmlNode *part = at->children; part; part = part->next)
			if (part->type != XML_TEXT_NODE)
				return refuse(w, FAULT_UNSUPPORTED, "xml: reference in an attribute");
	}
	return true;
}

static bool walk_element(struct walk *w, const xmlNode *node, size_t depth)
{
	if (depth > DEPTH_MAX || ++w->elements > LIMIT_RIM_ELEMENTS)
		return refuse(w, FAULT_LIMIT, "xml: elements");
	if (!walk_names(w, node))
		return false;
	for (const xmlNode *child = node->children; child; child = child->next) {
		if (child->type == XML_TEXT_NODE)
			continue;
		if (child->type != XML_ELEMENT_NODE)
			return refuse(w, FAULT_UNSUPPORTED, "xml: neither element nor text");
		if (!walk_element(w, child, depth + 1))
			return false;
	}
	return true;
}

static struct fault check_tree(const xmlDoc *doc)
{
	struct walk w = {0};
	const xmlNode *root = doc->children;
	if (doc->intSubset || doc->extSubset)
		return fault_at(FAULT_UNSUPPORTED, 0, "xml: DTD");
	if (!root || root->type != XML_ELEMENT_NODE || root->next)
		return fault_at(FAULT_SYNTAX, 0, "xml");
	walk_element(&w, root, 1);
	return w.fault;
}

xmlDoc *rim_xml_read(struct bytes xml, struct fault *fault)
{
	struct bytes body;
	*fault = scan(xml, &body);
	if (fault_is_set(*fault))
		return NULL;
	xmlParserCtxt *ctx = xmlNewParserCtxt();
	xmlDoc *doc = NULL;
	if (ctx)
		doc = xmlCtxtReadMemory(ctx, (const char *)body.p, (int)body.n, NULL, "UTF-8",
		                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!doc) {
		size_t at = ctx && ctx->input ? (size_t)xmlByteConsumed(ctx) : 0;
		*fault = fault_at(FAULT_SYNTAX, xml.n - body.n + (at <= body.n ? at : 0), "xml");
	}
	if (doc)
		*fault = ctx->nsWellFormed ? check_tree(doc) : fault_at(FAULT_SYNTAX, 0, "xml: namespace");
	xmlFreeParserCtxt(ctx);
	if (doc && fault_is_set(*fault)) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	return doc;
}

/* ---- the tree ---- */

xmlNode *rim_xml_element(xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

xmlNode *rim_xml_next(xmlNode *node)
{
	return rim_xml_element(node->next);
}

bool rim_xml_in(const xmlNs *ns, const char *uri)
{
	if (!uri)
		return ns == NULL;
	return ns && ns->href && strcmp((const char *)ns->href, uri) == 0;
}

bool rim_xml_is(const xmlNode *node, const char *ns, const char *name)
{
	return strcmp((const char *)node->name, name) == 0 && rim_xml_in(node->ns, ns);
}

/* The texts of a list of nodes, one after the other. */
static const char *join(const xmlNode *first, struct arena *a)
{
	size_t n = 0;
	for (const xmlNode *p = first; p; p = p->next)
		n += p->content ? strlen((const char *)p->content) : 0;
	char *out = arena_alloc(a, n + 1);
	n = 0;
	for (const xmlNode *p = first; out && p; p = p->next) {
		size_t part = p->content ? strlen((const char *)p->content) : 0;
		if (part > 0)
			memcpy(out + n, p->content, part);
		n += part;
	}
	return out;
}

const char *rim_xml_attribute(const xmlNode *node, const char *ns, const char *name, struct arena *a)
{
	for (const xmlAttr *at = node->properties; at; at = at->next)
		if (strcmp((const char *)at->name, name) == 0 && rim_xml_in(at->ns, ns))
			return join(at->children, a);
	return NULL;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *rim_xml_text(const xmlNode *node, struct arena *a)
{
	for (const xmlNode *p = node->children; p; p = p->next)
		if (p->type != XML_TEXT_NODE)
			return NULL;
	const char *whole = join(node->children, a);
	char *out = whole ? arena_alloc(a, strlen(whole) + 1) : NULL;
	size_t n = 0;
	for (const char *p = whole; out && *p; p++)
		if (!is_space(*p))
			out[n++] = *p;
	return out;
}

bool rim_xml_is_blank(const xmlNode *node)
{
	for (const xmlNode *p = node->children; p; p = p->next)
		for (const char *c = p->type == XML_TEXT_NODE ? (const char *)p->content : ""; c && *c; c++)
			if (!is_space(*c))
				return false;
	return true;
}

/* ---- canonical form ---- */

/* Attributes and namespaces are asked for with the element that they stand at. */
static int is_under(void *apex, xmlNode *node, xmlNode *parent)
{
	bool of_element = node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE;
	for (const xmlNode *p = of_element ? parent : node; p; p = p->parent)
		if (p == apex)
			return 1;
	return 0;
}

struct bytes rim_xml_canonical(xmlDoc *doc, xmlNode *apex, struct arena *a)
{
	struct bytes out = {NULL, 0};
	xmlOutputBuffer *b = xmlAllocOutputBuffer(NULL);
	if (b && xmlC14NExecute(doc, apex ? is_under : NULL, apex, XML_C14N_1_1, NULL, 0, b) >= 0)
		out = arena_bytes(a, bytes_of(xmlOutputBufferGetContent(b), xmlOutputBufferGetSize(b)));
	if (b)
		xmlOutputBufferClose(b);
	return out;
}
