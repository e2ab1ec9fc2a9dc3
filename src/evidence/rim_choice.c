/* Which RIM is that of a driver or firmware: its id at the vendor's service, and the best one at hand. */
#include "base/text.h"
#include "evidence/rim.h"

/* ---- ids ---- */

static bool is_id_character(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
	       c == '-';
}

/* What comes from the evidence stands in a URL and perhaps in a file's name. */
static bool is_part(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (!is_id_character(b.p[i]) || (i > 0 && b.p[i] == '.' && b.p[i - 1] == '.'))
			return false;
	return b.n > 0;
}

static bool put(char *out, size_t *n, struct bytes part)
{
	if (part.n >= RIM_ID_SIZE - *n)
		return false;
	memcpy(out + *n, part.p, part.n);
	*n += part.n;
	out[*n] = 0;
	return true;
}

static bool put_part(char *out, size_t *n, struct bytes part)
{
	return is_part(part) && (*n == 0 || put(out, n, BYTES_LITERAL("_"))) && put(out, n, part);
}

static void upper(char *s)
{
	for (; *s; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
}

bool rim_driver_id(const struct rim_subject *s, char out[RIM_ID_SIZE])
{
	bool hopper = s->chip && strcmp(s->chip, "GH100") == 0;
	struct bytes chip = s->chip_info.n > 0 ? s->chip_info : BYTES_LITERAL("GB100");
	size_t n = 0;
	out[0] = 0;
	bool good = !s->is_switch && s->chip &&
	            put_part(out, &n, hopper ? BYTES_LITERAL("NV_GPU_DRIVER_GH100") : BYTES_LITERAL("NV_GPU_CC_DRIVER")) &&
	            (hopper || put_part(out, &n, chip)) && put_part(out, &n, s->driver_version);
	if (!good)
		out[0] = 0;
	return good;
}

/* The version without its dots. */
static bool put_digits(char *out, size_t *n, struct bytes version)
{
	if (!is_part(version) || !put(out, n, BYTES_LITERAL("_")))
		return false;
	for (size_t i = 0; i < version.n; i++)
		if (version.p[i] != '.' && !put(out, n, bytes_slice(version, i, 1)))
			return false;
	return true;
}

bool rim_firmware_id(const struct rim_subject *s, char out[RIM_ID_SIZE])
{
	size_t n = 0;
	bool good;
	out[0] = 0;
	if (s->is_switch) /* one product, so its numbers are constants */
		good = put_part(out, &n, BYTES_LITERAL("NV_SWITCH_BIOS_5612_0002_890"));
	else
		good = put_part(out, &n, BYTES_LITERAL("NV_GPU_VBIOS")) && put_part(out, &n, s->project) &&
		       put_part(out, &n, s->project_sku) && put_part(out, &n, s->chip_sku);
	good = good && put_digits(out, &n, s->firmware_version);
	if (!good)
		out[0] = 0;
	upper(out);
	return good;
}

/* ---- which of those at hand ---- */

static bool is_same(const char *a, struct bytes b)
{
	return b.n > 0 && text_equal_nocase(bytes_of_text(a), b);
}

const char *rim_not_of(const struct rim *rim, const struct rim_subject *s, enum rim_part part)
{
	struct bytes chip = bytes_of_text(s->chip);
	if (strcmp(rim->edition, s->is_switch ? "SWITCH" : "GPU") != 0)
		return s->is_switch ? "it is not of a switch" : "it is not of a GPU";
	if (!is_same(rim->product, chip) && !is_same(rim->product, s->chip_info))
		return "it is of another product";
	if (!is_same(rim->version, part == RIM_DRIVER ? s->driver_version : s->firmware_version))
		return "it is of another version";
	return NULL;
}

/* The label of collateral tells the version, so that an archive is not read from end to end for each device. */
static bool may_be_of(const struct collateral *item, const struct rim_subject *s, enum rim_part part)
{
	struct bytes version = part == RIM_DRIVER ? s->driver_version : s->firmware_version;
	struct bytes label = bytes_of_text(item->label);
	if (item->kind != COLLATERAL_RIM || version.n == 0)
		return false;
	return label.n == 0 || (label.n >= version.n &&
	                        text_equal_nocase(bytes_slice(label, label.n - version.n, version.n), version));
}

struct candidate {
	struct rim rim;
	struct rim_trust trust;
	size_t bad;
};

static enum rim_found rank(const struct candidate *c)
{
	if (!rim_is_authentic(&c->trust))
		return RIM_FORGED;
	return c->trust.in_time ? RIM_FOUND : RIM_STALE;
}

static bool is_better(const struct candidate *c, const struct candidate *best)
{
	if (rank(c) != rank(best))
		return rank(c) > rank(best);
	if (c->bad != best->bad)
		return c->bad < best->bad;
	return c->trust.valid_from_ms > best->trust.valid_from_ms;
}

static void put_choice(const struct candidate *best, struct rim_choice *out)
{
	out->found = rank(best);
	out->rim = best->rim;
	out->trust = best->trust;
	out->signature_bad = !best->trust.intact;
	out->why = best->trust.why;
}

void rim_choose(const struct collateral_set *set, const struct rim_subject *s, enum rim_part part,
                const struct rim_value *values, size_t value_count, enum rim_nvdec0 nvdec0, int64_t at_ms,
                struct arena *a, struct rim_choice *out)
{
	struct candidate *best = NULL;
	*out = (struct rim_choice){.found = RIM_NONE, .why = "no RIM of this version is at hand"};
	for (size_t i = 0; set && i < set->n; i++) {
		const struct collateral *item = &set->items[i];
		if (!may_be_of(item, s, part))
			continue;
		struct candidate *c = arena_alloc(a, sizeof(*c));
		struct rim_comparison *compared = arena_alloc(a, sizeof(*compared));
		if (!c || !compared || fault_is_set(rim_parse(item->der, a, &c->rim)) || rim_not_of(&c->rim, s, part))
			continue;
		const struct rim *alone = &c->rim;
		rim_verify(&c->rim, set, at_ms, item->archived_ms, a, &c->trust);
		rim_compare(&alone, 1, values, value_count, nvdec0, compared);
		c->bad = compared->bad;
		if (!best || is_better(c, best))
			best = c;
	}
	if (best)
		put_choice(best, out);
}
