/*
 * A destination of alerts, as a section of the configuration says. Depends on base, policy.
 */
#ifndef TEEWATCH_ALERT_DESTINATION_H
#define TEEWATCH_ALERT_DESTINATION_H

#include "policy/policy.h"

enum alert_kind { ALERT_FILE, ALERT_SYSLOG, ALERT_HOOKS, ALERT_WEBHOOK };

struct alert_destination {
	const char *name;
	enum alert_kind kind;
	const char *target;              /* path; syslog: where; hooks: directory; webhook: URL */
	const char *format;              /* a name of event_formats */
	const char *const *events;       /* types that are wanted, NULL-terminated; none: all */
	enum severity severity;          /* of anomalies: this or worse */
	const char *secret_file;         /* webhook: the key of its signature */
	unsigned facility;               /* syslog */
	unsigned timeout_s;              /* of one event, or of a connection */
};

#endif
