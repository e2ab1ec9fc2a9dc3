/*
 * A RIM's XML: what is refused before and after libxml2 reads it, small helpers on its tree, canonical XML 1.1.
 * Private to rim*.c, the only files that include libxml2. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_RIM_XML_H
#define TEEWATCH_EVIDENCE_RIM_XML_H

#include <libxml/tree.h>

#include "base/arena.h"
#include "base/fault.h"

#define RIM_NS_SWID "http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
#define RIM_NS_SHA384 "http://www.w3.org/2001/04/xmlenc#sha384"
#define RIM_NS_TCG "https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/"
#define RIM_NS_DSIG "http://www.w3.org/2000/09/xmldsig#"

/* Read it into a tree of elements and text alone, of bounded depth and size. NULL: *fault says why. The caller
 * gives it to xmlFreeDoc. */
xmlDoc *rim_xml_read(struct bytes xml, struct fault *fault);

/* The first element among node and its later siblings; NULL: none. Likewise the next one. */
xmlNode *rim_xml_element(xmlNode *node);
xmlNode *rim_xml_next(xmlNode *node);

bool rim_xml_is(const xmlNode *node, const char *ns, const char *name);
bool rim_xml_in(const xmlNs *ns, const char *uri); /* NULL uri: in no namespace */

/* The value of an attribute as text of the arena; NULL: it has none, or the arena is full. ns NULL: no namespace. */
const char *rim_xml_attribute(const xmlNode *node, const char *ns, const char *name, struct arena *a);

/* The text of an element that has no elements in it, without its white space; NULL where it has, or the arena is
 * full. */
const char *rim_xml_text(const xmlNode *node, struct arena *a);

/* Is there nothing between and around the elements in it but white space? */
bool rim_xml_is_blank(const xmlNode *node);

/* Canonical XML 1.1 without comments, of the document or of the part under `apex` in its place (so with the
 * namespaces that it inherits); empty where the arena is full. */
struct bytes rim_xml_canonical(xmlDoc *doc, xmlNode *apex, struct arena *a);

#endif
