# The forms of the events (tests/report/events, which test_event_format writes and holds) against their schemas.
python3 -c 'import jsonschema' 2>/dev/null || {
	echo "skipped: python3 with jsonschema is not installed"
	exit 77
}
exec python3 -W ignore "$top_srcdir/tests/report/check-events.py" "$top_srcdir/tests/report/events" "$top_srcdir/schema/event.schema.json"
