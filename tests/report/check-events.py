"""check-events.py DIRECTORY SCHEMA: the forms of the events have what their public schemas require.

The requirements are written down here from these sources: Suricata's etc/schema.json; the Elastic Common Schema 8
(base, ecs, event, rule and x509 field sets); OCSF 1.3 (classes base_event, detection_finding and scan_activity with the
objects metadata, product, finding_info, analytic and scan); RFC 4180."""
import csv
import json
import re
import sys

import jsonschema

text = {"type": "string"}
whole = {"type": "integer"}


def closed(required, **properties):
    return {"type": "object", "required": required, "properties": properties}


eve = closed(
    ["timestamp", "event_type"],
    timestamp={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+[+\-]\d+$"},
    event_type=text,
    alert={"type": "object", "additionalProperties": False,
           "required": ["action", "gid", "signature_id", "rev", "signature", "category", "severity"],
           "properties": {"action": {"enum": ["allowed", "blocked"]}, "gid": whole, "signature_id": whole, "rev": whole,
                          "signature": text, "category": text, "severity": {"type": "integer", "minimum": 1, "maximum": 4},
                          "metadata": closed([], signature_severity={"type": "array", "items": text})}})
keywords = {"type": "array", "items": text}
ecs = closed(
    ["@timestamp", "ecs", "message", "event"],
    **{"@timestamp": {"type": "string", "pattern": "^[0-9T:.-]+Z$"}},
    ecs=closed(["version"], version={"type": "string", "pattern": r"^8\.\d+\.\d+$"}), message=text,
    event=closed(["kind", "category", "type"],
                 kind={"enum": ["alert", "asset", "enrichment", "event", "metric", "state", "pipeline_error", "signal"]},
                 category={"type": "array", "items": {"enum": [
                     "api", "authentication", "configuration", "database", "driver", "email", "file", "host", "iam",
                     "intrusion_detection", "library", "malware", "network", "package", "process", "registry", "session",
                     "threat", "vulnerability", "web"]}},
                 type={"type": "array", "items": {"enum": [
                     "access", "admin", "allowed", "change", "connection", "creation", "deletion", "denied", "device", "end",
                     "error", "group", "indicator", "info", "installation", "protocol", "start", "user"]}},
                 outcome={"enum": ["failure", "success", "unknown"]}, severity=whole, sequence=whole, id=text),
    rule=closed(["id"], id=text, name=text, description=text, ruleset=text),
    x509=closed([], serial_number=text, alternative_names=keywords,
                issuer=closed([], distinguished_name=text)))
base = ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"]
metadata = closed(["product", "version"], version=text, product=closed(["vendor_name"], vendor_name=text, name=text))
ocsf = {
    0: closed(base, metadata=metadata, activity_id={"enum": [0, 99]}, category_uid={"const": 0}),
    2004: closed(base + ["finding_info"], metadata=metadata, activity_id={"enum": [0, 1, 2, 3, 99]}, category_uid={"const": 2},
                 status_id={"enum": [0, 1, 2, 3, 4, 99]}, is_alert={"type": "boolean"},
                 finding_info=closed(["title", "uid"], title=text, uid=text, created_time=whole,
                                     analytic=closed(["type_id"], type_id={"enum": [0, 1, 2, 3, 4, 99]})),
                 remediation=closed(["desc"], desc=text)),
    6007: closed(base + ["scan"], metadata=metadata, activity_id={"enum": [0, 1, 2, 3, 4, 5, 6, 99]}, category_uid={"const": 6},
                 scan=closed(["type_id"], type_id={"enum": [0, 1, 2, 3, 4, 5, 6, 7, 99]})),
}


def hold(schema, value, where):
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(value))
    if errors:
        sys.exit("%s: %s" % (where, errors[0].message))


own = json.load(open(sys.argv[2]))
counts = {}
for name in ["ndjson", "eve", "ecs", "ocsf"]:
    for number, line in enumerate(open("%s/%s" % (sys.argv[1], name), encoding="utf-8"), 1):
        event = json.loads(line)
        where = "%s, line %d" % (name, number)
        counts[name] = number
        if name == "ndjson":
            hold(own, event, where)
            continue
        hold(own, event["unmapped"]["teewatch"] if name == "ocsf" else event["teewatch"], where)
        if name == "ocsf":
            hold(ocsf[event["class_uid"]], event, where)
            if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"] or not 0 <= event["severity_id"] <= 6:
                sys.exit(where + ": type_uid or severity_id")
        else:
            hold(eve if name == "eve" else ecs, event, where)
rows = list(csv.reader(open("%s/csv" % sys.argv[1], newline=""), strict=True))
if len(set(map(len, rows))) != 1 or len(rows) != counts["ndjson"] + 1 or len(set(counts.values())) != 1:
    sys.exit("csv: not one row an event, or not as many cells in each")
if any(re.match(r"[=+@\t\r-]", cell) for row in rows for cell in row):
    sys.exit("csv: a cell that a spreadsheet takes for a formula")
