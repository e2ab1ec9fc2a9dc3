#include "evidence/amd_tcb.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"

enum { FLOORS_MAX = 1024 };

static const char format_name[] = "teewatch.amd-tcb/1";

static const char *const component_names[] = {
	[AMD_TCB_BL] = "bl",       [AMD_TCB_TEE] = "tee", [AMD_TCB_SNP] = "snp",
	[AMD_TCB_UCODE] = "ucode", [AMD_TCB_FMC] = "fmc", [AMD_TCB_ALIAS_CHECK] = "alias_check",
};
enum { COMPONENT_COUNT = sizeof(component_names) / sizeof(component_names[0]) };

/* Silicon: 19h/01h/1 Milan B1, 19h/01h/2 Milan-X, 19h/11h/1 Genoa B1, 19h/11h/2 Genoa-X, 19h/A0h/2 Bergamo
 * and Siena, 1Ah/02h/1 Turin C1. Microcode numbers are per silicon, SNP firmware numbers per line. Figures
 * as AMD's bulletins give them; `published` is the day of the bulletin's disclosure. Not in it: bulletins before
 * AMD-SB-3015, and what a report cannot show. None revokes. */
#define FLOOR(f, m, s, component, least, bulletin, published) \
	"{\"family\":" #f ",\"model\":" #m ",\"stepping\":" #s ",\"component\":\"" component "\",\"least\":" #least \
	",\"bulletin\":\"" bulletin "\",\"published\":\"" published "T00:00:00Z\"}"

const char amd_tcb_builtin[] =
	"{\"format\":\"teewatch.amd-tcb/1\",\"date\":\"2026-11-22T00:00:00Z\",\"floors\":["
	FLOOR(25, 1, 1, "snp", 23, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 1, 2, "snp", 23, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 17, 1, "snp", 22, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 17, 2, "snp", 22, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 160, 2, "snp", 22, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 1, 1, "alias_check", 1, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 1, 2, "alias_check", 1, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 17, 1, "alias_check", 1, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 17, 2, "alias_check", 1, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 160, 2, "alias_check", 1, "AMD-SB-3015", "2024-12-10") ","
	FLOOR(25, 1, 1, "snp", 24, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 1, 2, "snp", 24, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 17, 1, "snp", 23, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 17, 2, "snp", 23, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 160, 2, "snp", 23, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 1, 1, "ucode", 219, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 1, 2, "ucode", 68, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 17, 1, "ucode", 84, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 17, 2, "ucode", 79, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 160, 2, "ucode", 25, "AMD-SB-3019", "2025-02-03") ","
	FLOOR(25, 17, 1, "snp", 27, "AMD-SB-3020", "2025-10-13") ","
	FLOOR(25, 17, 2, "snp", 27, "AMD-SB-3020", "2025-10-13") ","
	FLOOR(25, 160, 2, "snp", 27, "AMD-SB-3020", "2025-10-13") ","
	FLOOR(26, 2, 1, "snp", 4, "AMD-SB-3020", "2025-10-13") ","
	FLOOR(25, 17, 1, "ucode", 86, "AMD-SB-3020", "2025-10-13") ","
	FLOOR(25, 17, 2, "ucode", 81, "AMD-SB-3020", "2025-10-13") ","
	FLOOR(26, 2, 1, "ucode", 80, "AMD-SB-3020", "2025-10-13") ","
	FLOOR(26, 2, 1, "ucode", 81, "AMD-SB-3027", "2026-01-15") ","
	FLOOR(25, 1, 1, "snp", 27, "AMD-SB-3023", "2026-02-10") ","
	FLOOR(25, 1, 2, "snp", 27, "AMD-SB-3023", "2026-02-10")
	"]}";

const char *amd_tcb_component_name(enum amd_tcb_component c)
{
	return (size_t)c < COMPONENT_COUNT ? component_names[c] : "";
}

static void read_floor(const struct json *row, struct arena *a, struct amd_tcb_floor *out, struct fault *f)
{
	struct bytes component = json_string(row, "component", f);
	out->family = (uint8_t)json_number(row, "family", 255, f);
	out->model = (uint8_t)json_number(row, "model", 255, f);
	out->stepping = (uint8_t)json_number(row, "stepping", 255, f);
	out->least = (uint8_t)json_number(row, "least", 255, f);
	out->bulletin = text_escaped(a, json_string(row, "bulletin", f));
	out->published_ms = json_time(row, "published", f);
	bool known = false;
	for (size_t i = 0; i < COMPONENT_COUNT; i++) {
		if (!bytes_equal_text(component, component_names[i]))
			continue;
		out->component = (enum amd_tcb_component)i;
		known = true;
	}
	const struct json *revoked = json_get(row, "revoked");
	out->revoked = json_is(revoked, JSON_BOOLEAN) && revoked->truth;
	if (!fault_is_set(*f) && (!known || !out->bulletin || (revoked && !json_is(revoked, JSON_BOOLEAN))))
		*f = fault_at(FAULT_VALUE, row->offset, known ? "floor" : "component");
}

struct fault amd_tcb_parse(struct bytes text, struct arena *a, struct amd_tcb_table *out)
{
	const struct json *root;
	*out = (struct amd_tcb_table){0};
	struct fault f = json_parse(a, text, &root);
	if (fault_is_set(f))
		return f;
	if (!bytes_equal_text(json_string(root, "format", &f), format_name))
		return fault_at(FAULT_UNRECOGNISED, 0, "format");
	out->date_ms = json_time(root, "date", &f);
	const struct json *rows = json_member(root, "floors", JSON_ARRAY, &f);
	if (fault_is_set(f))
		return f;
	struct amd_tcb_floor *floors = rows->count <= FLOORS_MAX ? arena_array(a, rows->count, sizeof(*floors)) : NULL;
	if (!floors)
		return fault_at(FAULT_LIMIT, rows->offset, "floors");
	for (const struct json *row = rows->first; row && !fault_is_set(f); row = row->next)
		read_floor(row, a, &floors[out->n++], &f);
	out->floors = floors;
	return f;
}
