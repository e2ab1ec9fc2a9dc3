/* Domains, the keys of their certificates, and the software that the keys' evidence shows. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/memory.h"
#include "report/html.h"
#include "report/html_write.h"

enum { NODES_MAX = 40, EDGES_MAX = 160, ROW_HEIGHT = 26, TOP = 24, DOMAIN_CHARACTERS = 30, VALUE_CHARACTERS = 12 };

struct node {
	char *label, *full;
	bool odd;
	double weight;      /* mean place of its neighbours */
	size_t edges, place;
};

struct column {
	struct node v[NODES_MAX];
	size_t n;
};

/* A row of the table: domain - key - software. */
struct tie {
	size_t domain, key, value;
	uint64_t keys, certificates;
};

struct graph {
	struct column domains, keys, values;
	struct tie ties[EDGES_MAX];
	size_t n, left_out, odd;
};

/* The node of that name, made where it is not there; NODES_MAX where there is no room. */
static size_t node_of(struct column *c, const char *full, const char *label)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].full, full) == 0)
			return i;
	if (c->n == NODES_MAX)
		return NODES_MAX;
	c->v[c->n] = (struct node){.full = memory_text(full), .label = memory_text(label)};
	return c->n++;
}

static void column_release(struct column *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].label);
		free(c->v[i].full);
	}
}

static int take_tie(void *context, const struct store_tie *t)
{
	struct graph *g = context;
	char full[512], label[64], hex[2 * SHA256_BYTES + 1];
	const char *domain = t->domain[0] ? t->domain : "(no domain)";
	if (g->n == EDGES_MAX || g->domains.n == NODES_MAX || g->keys.n == NODES_MAX || g->values.n == NODES_MAX) {
		g->left_out++;
		return 0;
	}
	struct tie *tie = &g->ties[g->n];
	*tie = (struct tie){.keys = t->keys, .certificates = t->certificates};
	tie->domain = node_of(&g->domains, domain, domain);
	snprintf(full, sizeof(full), "%s %s %.200s", t->kind, t->name, t->value);
	snprintf(label, sizeof(label), "%s %.*s…", t->name, VALUE_CHARACTERS, t->value);
	tie->value = node_of(&g->values, full, label);
	if (t->spki_sha256) {
		hex_encode(sha256_bytes(t->spki_sha256), hex);
		snprintf(label, sizeof(label), "%.8s…", hex);
		tie->key = node_of(&g->keys, hex, label);
		g->keys.v[tie->key].odd = true;
	} else {
		/* The ordinary keys of a domain: one node for each software. */
		snprintf(full, sizeof(full), "%zu %zu", tie->domain, tie->value);
		snprintf(label, sizeof(label), "%" PRIu64 " %s", t->keys, t->keys == 1 ? "key" : "keys");
		tie->key = node_of(&g->keys, full, label);
	}
	g->n++;
	return 0;
}

/* ---- places: each column by the mean place of what it is tied to, so that few lines cross ---- */

static int by_weight(const void *x, const void *y)
{
	const struct node *const *a = x, *const *b = y;
	if ((*a)->weight < (*b)->weight || (*a)->weight > (*b)->weight)
		return (*a)->weight < (*b)->weight ? -1 : 1;
	return *a < *b ? -1 : 1;
}

static void column_order(struct column *c)
{
	struct node *order[NODES_MAX];
	for (size_t i = 0; i < c->n; i++) {
		order[i] = &c->v[i];
		if (c->v[i].edges > 0)
			c->v[i].weight /= (double)c->v[i].edges;
	}
	qsort(order, c->n, sizeof(order[0]), by_weight);
	for (size_t i = 0; i < c->n; i++) {
		order[i]->place = i;
		order[i]->weight = 0;
		order[i]->edges = 0;
	}
}

static void add_weight(struct node *n, double weight)
{
	n->weight += weight;
	n->edges++;
}

static void graph_order(struct graph *g)
{
	for (size_t i = 0; i < g->domains.n; i++)
		g->domains.v[i].place = i;
	for (int pass = 0; pass < 4; pass++) {
		for (size_t i = 0; i < g->n; i++)
			add_weight(&g->keys.v[g->ties[i].key], (double)g->domains.v[g->ties[i].domain].place / (double)g->domains.n +
			                                               (pass ? (double)g->values.v[g->ties[i].value].place / (double)g->values.n : 0));
		column_order(&g->keys);
		for (size_t i = 0; i < g->n; i++) {
			add_weight(&g->values.v[g->ties[i].value], (double)g->keys.v[g->ties[i].key].place);
			add_weight(&g->domains.v[g->ties[i].domain], (double)g->keys.v[g->ties[i].key].place);
		}
		column_order(&g->values);
		column_order(&g->domains);
	}
}

static double y_of(const struct column *c, size_t i, size_t most)
{
	return TOP + ((double)c->v[i].place + 0.5) * (double)most * ROW_HEIGHT / (double)c->n;
}

/* ---- drawing ---- */

static void put_edges(struct graph *g, size_t most, struct buffer *out)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct tie *t = &g->ties[i];
		double width = t->certificates > 100 ? 4 : t->certificates > 10 ? 2.5 : 1.5;
		double y = y_of(&g->keys, t->key, most);
		const char *class = g->keys.v[t->key].odd ? "edge odd" : "edge";
		buffer_printf(out, "<line class=\"%s\" stroke-width=\"%.1f\" x1=\"33%%\" x2=\"45%%\" y1=\"%.1f\" y2=\"%.1f\"/>"
		                   "<line class=\"%s\" stroke-width=\"%.1f\" x1=\"57%%\" x2=\"69%%\" y1=\"%.1f\" y2=\"%.1f\"/>",
		              class, width, y_of(&g->domains, t->domain, most), y, class, width, y,
		              y_of(&g->values, t->value, most));
	}
}

static void put_nodes(struct graph *g, size_t most, struct buffer *out)
{
	for (size_t i = 0; i < g->domains.n; i++) {
		double y = y_of(&g->domains, i, most);
		buffer_printf(out, "<circle class=node cx=\"33%%\" cy=\"%.1f\" r=4 /><text x=\"32%%\" y=\"%.1f\" text-anchor=end>", y, y + 4);
		html_put_cut(out, g->domains.v[i].label, DOMAIN_CHARACTERS);
		buffer_put_text(out, "</text>");
	}
	for (size_t i = 0; i < g->keys.n; i++) {
		double y = y_of(&g->keys, i, most);
		buffer_printf(out, "<rect class=\"key%s\" x=\"45%%\" width=\"12%%\" y=\"%.1f\" height=20 rx=10 />"
		                   "<text class=\"%s\" x=\"51%%\" y=\"%.1f\" text-anchor=middle>",
		              g->keys.v[i].odd ? " odd" : "", y - 10, g->keys.v[i].odd ? "mono" : "soft", y + 4);
		html_put(out, g->keys.v[i].label);
		buffer_put_text(out, "</text>");
	}
	for (size_t i = 0; i < g->values.n; i++) {
		double y = y_of(&g->values, i, most);
		buffer_printf(out, "<circle class=node cx=\"69%%\" cy=\"%.1f\" r=4 /><text class=mono x=\"70.5%%\" y=\"%.1f\">", y, y + 4);
		html_put(out, g->values.v[i].label);
		buffer_put_text(out, "</text>");
	}
}

static void put_picture(struct graph *g, struct buffer *out)
{
	char title[128];
	size_t most = g->keys.n > g->domains.n ? g->keys.n : g->domains.n;
	most = g->values.n > most ? g->values.n : most;
	snprintf(title, sizeof(title), "%zu domains, their keys, and %zu measured values; %zu keys stand for more than one", g->domains.n,
	         g->values.n, g->odd);
	buffer_put_text(out, "<div class=scroll role=region tabindex=0 aria-label=\"Picture of keys\"><div class=wide>\n");
	svg_begin(out, TOP + (int)most * ROW_HEIGHT + 4, title);
	buffer_put_text(out, "<text class=tick x=\"33%\" y=12 text-anchor=end>domain</text><text class=tick x=\"51%\" y=12 "
	                     "text-anchor=middle>key</text><text class=tick x=\"69%\" y=12>measurement</text>");
	put_edges(g, most, out);
	put_nodes(g, most, out);
	buffer_put_text(out, "</svg>\n</div></div>\n");
}

static void put_table(const struct graph *g, struct buffer *out)
{
	buffer_put_text(out, "<details><summary>The same as a table</summary>\n");
	html_table_begin(out, "Keys, domains and measurements", NULL);
	buffer_put_text(out, "<thead><tr><th>Domain</th><th>Key (SHA-256 of SPKI)</th><th>Measurement</th><th class=n>Certificates</th></tr>"
	                     "</thead><tbody>\n");
	for (size_t i = 0; i < g->n; i++) {
		const struct tie *t = &g->ties[i];
		const struct node *key = &g->keys.v[t->key];
		buffer_put_text(out, "<tr><td>");
		html_put_cut(out, g->domains.v[t->domain].full, 120);
		buffer_put_text(out, "</td><td class=hex>");
		html_put(out, key->odd ? key->full : key->label);
		buffer_put_text(out, "</td><td class=hex>");
		html_put_cut(out, g->values.v[t->value].full, 130);
		buffer_put_text(out, "</td><td class=n>");
		html_put_number(out, t->certificates);
		buffer_put_text(out, "</td></tr>\n");
	}
	html_table_end(out);
	buffer_put_text(out, "</details>\n");
}

int html_graph_put(const struct html_history *h, struct buffer *out)
{
	struct graph *g = memory_alloc(sizeof(*g));
	int rc = store_tie_each(h->store, take_tie, g);
	for (size_t i = 0; i < g->keys.n; i++)
		g->odd += g->keys.v[i].odd;
	buffer_put_text(out, "<section id=graph aria-labelledby=graph-h>\n<h2 id=graph-h>Keys, domains and measurements</h2>\n"
	                     "<p class=note>An enclave makes its key itself and keeps it, so a key belongs to one domain and one "
	                     "software. Keys that stand for more are drawn with their hash and a thick frame; ordinary keys "
	                     "of a domain and a software are drawn as one.</p>\n");
	if (g->n > 0) {
		buffer_put_text(out, "<p class=figures>");
		html_put_count(out, g->odd, "key stands", "keys stand");
		buffer_put_text(out, " for more than one domain or measurement.</p>\n");
		graph_order(g);
		put_picture(g, out);
		put_table(g, out);
	} else if (rc >= 0) {
		buffer_put_text(out, "<p>No evidence that holds ties a key to a measurement yet.</p>\n");
	}
	if (g->left_out > 0) {
		buffer_put_text(out, "<p class=left>");
		html_put_count(out, g->left_out, "more tie is", "more ties are");
		buffer_put_text(out, " not shown here; history.db has them.</p>\n");
	}
	buffer_put_text(out, "</section>\n");
	column_release(&g->domains);
	column_release(&g->keys);
	column_release(&g->values);
	free(g);
	return rc < 0 ? rc : 0;
}
