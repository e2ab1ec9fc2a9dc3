#include "cmd/config_keys.h"

#include "base/text.h"

static const char *const start_choices[] = {"end", "begin", NULL};
static const char *const fetch_choices[] = {
	[FETCH_SCOPE_WATCHED] = "watched", [FETCH_SCOPE_ALL] = "all", [FETCH_SCOPE_NONE] = "none", NULL};
static const char *const kind_choices[] = {[LOG_RFC6962] = "rfc6962", [LOG_STATIC] = "static", NULL};
static const char *const boolean_choices[] = {"true", "false", NULL};
/* Those of the carriers' table, and those that tie evidence to a certificate by other ways. */
static const char *const scheme_choices[] = {
	"any",       "tinfoil",       "dstack",   "ratls",          "sgx-ra-tls", "openenclave", "constellation",
	"contrast",  "secret-network", "privasys", "cocoon",         "a3s",        "evervault",   "nitriding",
	"near",      "aci",           NULL};

static const char *const alert_choices[] = {
	[ALERT_FILE] = "file", [ALERT_SYSLOG] = "syslog", [ALERT_HOOKS] = "hooks", [ALERT_WEBHOOK] = "webhook", NULL};
static const char *const format_choices[] = {"ndjson", "eve", "ecs", "ocsf", "csv", NULL}; /* those of event_formats */
static const char *const severity_choices[] = {
	[SEVERITY_INFO] = "info", [SEVERITY_LOW] = "low", [SEVERITY_MEDIUM] = "medium", [SEVERITY_HIGH] = "high",
	[SEVERITY_CRITICAL] = "critical", NULL};
/* In the order of their codes, RFC 5424 section 6.2.1. */
static const char *const facility_choices[] = {
	"kern",   "user",   "mail",   "daemon", "auth",   "syslog", "lpr",    "news",   "uucp",
	"cron",   "authpriv", "ftp",  "ntp",    "audit",  "console", "clock", "local0", "local1",
	"local2", "local3", "local4", "local5", "local6", "local7", NULL};

enum { MAX_TIMEOUT_S = 3600 };
enum { MAX_LIST = 4096, MAX_MMD_SECONDS = 7 * 86400 };

#define MAIN(FIELD) .section = CONFIG_MAIN, .offset = offsetof(struct config, FIELD)
#define LOG(FIELD) .section = CONFIG_LOG, .offset = offsetof(struct config_log, FIELD)
#define ALERT(FIELD) .section = CONFIG_ALERT, .offset = offsetof(struct alert_destination, FIELD)
#define WATCH(FIELD) .section = CONFIG_WATCH, .offset = offsetof(struct watch_rules, FIELD)

const struct config_key config_keys[] = {
	{MAIN(contact), .name = "contact", .type = &config_type_text, .check = config_check_contact,
	 .help = "mail address or page that goes into the User-Agent, so that log operators can reach you"},
	{MAIN(log_list), .name = "log-list", .type = &config_type_text, .check = config_check_log_list,
	 .help = "https URL or path of a version 3 log list; default: the built-in URL, unless there are log sections"},
	{MAIN(log_list_key), .name = "log-list-key", .type = &config_type_text, .check = config_check_path,
	 .help = "PEM file with the key that signs the log list; default: the built-in key of the default list"},
	{MAIN(start_begin), .name = "start", .type = &config_type_start, .initial = "end", .choices = start_choices,
	 .help = "where logs that are there at the first run begin: end (their tree head) or begin"},
	{MAIN(evidence), .name = "evidence", .type = &config_type_list, .max = MAX_LIST, .check = config_check_path,
	 .help = "directories of archived attestation documents, as --evidence"},
	{MAIN(collateral), .name = "collateral", .type = &config_type_list, .max = MAX_LIST,
	 .check = config_check_path, .help = "files and directories of collateral, as --collateral"},
	{MAIN(trust_anchors), .name = "trust-anchors", .type = &config_type_list, .max = MAX_LIST,
	 .check = config_check_anchor, .help = "roots that replace the built-in ones of their kind, as --trust-anchor"},
	{MAIN(fetch), .name = "fetch", .type = &config_type_choice, .initial = "watched", .choices = fetch_choices,
	 .help = "for which certificates to fetch the evidence tied to them: watched, all or none"},
	{MAIN(workers), .name = "workers", .type = &config_type_number, .initial = "2", .min = 1,
	 .max = LIMIT_WORKERS, .help = "processes that decode and verify"},
	{MAIN(ca_file), .name = "ca-file", .type = &config_type_text, .check = config_check_path,
	 .help = "PEM file of the CAs for fetched documents; default: the system's"},
	{MAIN(metrics_file), .name = "metrics-file", .type = &config_type_text, .check = config_check_path,
	 .help = "file that gets the figures of each crawl, for Prometheus; default: none"},
	{MAIN(connect_to), .name = "connect-to", .type = &config_type_list, .max = MAX_LIST,
	 .check = config_check_connect_to, .help = "HOST:PORT:ADDR:PORT as curl's --connect-to, for proxies and tests"},
	{MAIN(pcs_url), .name = "pcs-url", .type = &config_type_base_url,
	 .initial = "https://api.trustedservices.intel.com", .check = config_check_vendor_url,
	 .help = "Intel's provisioning certification service or a mirror of it"},
	{MAIN(kds_url), .name = "kds-url", .type = &config_type_base_url, .initial = "https://kdsintf.amd.com",
	 .check = config_check_vendor_url, .help = "AMD's key distribution service or a mirror of it"},
	{MAIN(rim_url), .name = "rim-url", .type = &config_type_base_url,
	 .initial = "https://rim.attestation.nvidia.com", .check = config_check_vendor_url,
	 .help = "NVIDIA's reference manifests or a mirror of them"},
	{MAIN(ocsp_url), .name = "ocsp-url", .type = &config_type_base_url, .initial = "https://ocsp.ndis.nvidia.com",
	 .check = config_check_vendor_url, .help = "NVIDIA's OCSP service or a mirror of it"},
	{MAIN(provenance_url), .name = "provenance-url", .type = &config_type_base_url,
	 .initial = "https://api.github.com", .check = config_check_vendor_url,
	 .help = "service that answers for code provenance by digest, or a mirror of it"},

	{LOG(kind), .name = "kind", .type = &config_type_choice, .choices = kind_choices, .required = true,
	 .help = "rfc6962 or static (static-ct-api)"},
	{LOG(url), .name = "url", .type = &config_type_text, .check = config_check_log_url, .required = true,
	 .help = "monitoring prefix; for rfc6962 the submission prefix; https, http or file"},
	{LOG(key), .name = "key", .type = &config_type_spki, .check = config_check_spki, .required = true,
	 .help = "base64 of the log's DER SubjectPublicKeyInfo; its SHA-256 is the log's id"},
	{LOG(mmd_s), .name = "mmd", .type = &config_type_number, .initial = "86400", .min = 1,
	 .max = MAX_MMD_SECONDS, .help = "maximum merge delay in seconds"},
	{LOG(has_start), .name = "start", .type = &config_type_log_start, .choices = start_choices,
	 .help = "where this log begins at the first run: end or begin; default: the start of the file"},

	{WATCH(has_require_attestation), .name = "require-attestation", .type = &config_type_boolean,
	 .choices = boolean_choices,
	 .help = "a certificate without evidence is an anomaly: true always, false never; default: after the baseline"},
	{WATCH(scheme), .name = "scheme", .type = &config_type_text, .choices = scheme_choices,
	 .help = "how its certificates carry evidence or are tied to it; default: any"},
	{WATCH(expect), .name = "expect", .type = &config_type_expect, .max = LIMIT_EXPECTATIONS,
	 .check = config_check_expect, .help = "expressions that every piece of evidence must meet, as --expect"},
	{WATCH(measurement), .name = "measurement", .type = &config_type_texts, .max = LIMIT_EXPECTATIONS,
	 .check = config_check_measurement, .help = "allowed measurements in hex; default: those of the baseline"},
	{WATCH(key), .name = "key", .type = &config_type_digests, .max = LIMIT_EXPECTATIONS,
	 .check = config_check_digest,
	 .help = "SHA-256 of allowed keys (SPKI) in hex; default: attested keys and those of the baseline"},
	{WATCH(issuer), .name = "issuer", .type = &config_type_texts, .max = LIMIT_EXPECTATIONS,
	 .help = "text that the issuer's name must hold, any of; default: the issuers of the baseline"},
	{WATCH(provenance), .name = "provenance", .type = &config_type_texts, .max = LIMIT_EXPECTATIONS,
	 .check = config_check_provenance, .help = "repositories whose signed provenance is accepted, any of; paths where to look for it"},
	{WATCH(tcb), .name = "tcb", .type = &config_type_text, .choices = tcb_acceptable,
	 .help = "worst TCB status that is acceptable; default: what the vendor does not call out of date"},

	{ALERT(kind), .name = "kind", .type = &config_type_choice, .choices = alert_choices, .required = true,
	 .help = "file, syslog, hooks (executables of a directory) or webhook"},
	{ALERT(target), .name = "target", .type = &config_type_text, .required = true,
	 .help = "path of the file, socket or directory; udp://HOST:PORT, tcp://HOST:PORT; https URL"},
	{ALERT(format), .name = "format", .type = &config_type_text, .initial = "ndjson", .choices = format_choices,
	 .help = "form of the events: ndjson (teewatch's own), eve, ecs, ocsf or csv"},
	{ALERT(events), .name = "events", .type = &config_type_list, .max = MAX_LIST, .check = config_check_event_type,
	 .help = "types of events that are wanted: anomaly, certificate, log, run; default: all"},
	{ALERT(severity), .name = "severity", .type = &config_type_choice, .initial = "info", .choices = severity_choices,
	 .help = "only anomalies of this severity or worse: info, low, medium, high or critical"},
	{ALERT(secret_file), .name = "secret-file", .type = &config_type_text, .check = config_check_path,
	 .help = "webhook: file with the key of the signature: whsec_ and 24 to 512 bytes in base64"},
	{ALERT(facility), .name = "facility", .type = &config_type_choice, .initial = "daemon", .choices = facility_choices,
	 .help = "syslog: the facility"},
	{ALERT(timeout_s), .name = "timeout", .type = &config_type_number, .initial = "30", .min = 1, .max = MAX_TIMEOUT_S,
	 .help = "hooks: seconds that one may take; syslog: seconds for a connection"},
};
const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);
_Static_assert(sizeof(config_keys) / sizeof(config_keys[0]) < 64, "sets of keys are bits of a word");

const char *config_section_name(enum config_section s)
{
	static const char *const names[] = {[CONFIG_MAIN] = "", [CONFIG_LOG] = "log", [CONFIG_WATCH] = "watch",
	                                    [CONFIG_ALERT] = "alert"};
	return names[s];
}

const struct config_key *config_key_find(enum config_section section, const char *name)
{
	for (size_t i = 0; i < config_key_count; i++)
		if (config_keys[i].section == section && strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	return NULL;
}

/* "a, b or c" */
static const char *choices_text(const char *const *choices, struct arena *a)
{
	const char *out = choices[0];
	for (size_t i = 1; choices[i] && out; i++)
		out = arena_format(a, "%s%s%s", out, choices[i + 1] ? ", " : " or ", choices[i]);
	return out;
}

static bool is_choice(const char *const *choices, const char *value)
{
	for (size_t i = 0; choices[i]; i++)
		if (strcmp(choices[i], value) == 0)
			return true;
	return false;
}

static const char *check_text(const char *value, size_t max, struct arena *a)
{
	size_t n = strlen(value);
	if (n == 0)
		return "the value is empty: give one, or leave the key out";
	if (n > max)
		return arena_format(a, "the value is longer than %zu bytes", max);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return "the value holds a control character or the end of a line: take it out";
	if (!text_is_utf8(bytes_of_text(value)))
		return "the value is not UTF-8: write it in that encoding";
	return NULL;
}

const char *config_value_check(const struct config_key *key, const char *value, struct arena *a)
{
	uint64_t number;
	size_t max = key->type == &config_type_expect ? LIMIT_EXPRESSION_BYTES : LIMIT_CONFIG_VALUE;
	const char *problem = check_text(value, max, a);
	if (problem)
		return problem;
	if (key->choices && !is_choice(key->choices, value))
		return arena_format(a, "\"%s\" is not one of its values; write %s",
		                    text_escaped(a, bytes_of_text(value)), choices_text(key->choices, a));
	if (key->type == &config_type_number &&
	    (!text_decimal(bytes_of_text(value), key->max, &number) || number < key->min))
		return arena_format(a, "\"%s\" is out of range; write a decimal number from %llu to %llu",
		                    text_escaped(a, bytes_of_text(value)), (unsigned long long)key->min,
		                    (unsigned long long)key->max);
	return key->check ? key->check(value, a) : NULL;
}
