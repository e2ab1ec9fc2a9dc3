"""validate-events.py SCHEMA EVENTS: every line is valid under the schema, and seq has no gap."""
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
validator = jsonschema.Draft202012Validator(schema)
seq = 0
for number, line in enumerate(open(sys.argv[2]), 1):
    event = json.loads(line)
    errors = list(validator.iter_errors(event))
    if errors:
        sys.exit("line %d: %s" % (number, errors[0].message))
    seq += 1
    if event["seq"] != seq:
        sys.exit("line %d: seq %d, wanted %d" % (number, event["seq"], seq))
if seq == 0:
    sys.exit("no event")
