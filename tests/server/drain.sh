#!/bin/sh
# SIGTERM: not ready at once, a stream that runs may go on for its time and is then
# cut; the log is JSON without anybody's words.
. "$(dirname "$0")/lib.sh"
endpoint=$STOA_BUILD/tests/support/endpoint_main
[ -x "$endpoint" ] || { verdict 1 "the test endpoint is built"; finish; }
json='Content-Type: application/json' stream='Accept: text/event-stream'
question='{"content":"Why does the rate of photosynthesis level off at high light?"}'
start
administrator
ask 200 "a document" -H "$bearer" -H 'Content-Type: text/plain' --data-binary 'At high light the rate of photosynthesis levels off because light is no longer the limiting factor.' "$url/v1/files?name=leaf.txt"
stop

mkfifo "$work/keys"
"$endpoint" silent <"$work/keys" >"$work/endpoint" &
exec 8>"$work/keys"
within 50 "a model that never speaks" test -s "$work/endpoint"
printf '[server]\ndrain_seconds = 2\nready_delay_seconds = 1\n[llm]\nbase_url = %s\nmodel = test\n' "$(cat "$work/endpoint")" >"$work/conf"
start --conf "$work/conf" --log-format json
curl -sSN -H "$bearer" -H "$json" -H "$stream" -d "$question" "$url/v1/conversations/-/messages" >"$work/partial" 2>/dev/null &
client=$!
within 50 "a stream runs" grep -qsa 'event: status' "$work/partial"
from=$(date +%s%3N)
kill -TERM "$server"
unready() { [ "$(curl -sS --max-time 2 -o "$work/body" -w '%{http_code}' "$url/health" 2>/dev/null)" = 503 ]; }
within 10 "it says that it is not ready" unready
says "and why" 'the server is being stopped'
wait "$server"
status=$?
server=
took=$(($(date +%s%3N) - from))
[ "$status" = 0 ] && [ "$took" -ge 2000 ] && [ "$took" -lt 8000 ]
verdict $? "a stream that does not end is cut after its time: status $status, $took ms"
wait "$client" 2>/dev/null
exec 8>&-
grep -a '^{' "$work/log" >"$work/json"
[ -s "$work/json" ]
verdict $? "the log is JSON"
if command -v python3 >/dev/null; then
	python3 -c 'import json,sys
for line in sys.stdin:
	o = json.loads(line)
	assert {"time", "level", "room", "event"} <= o.keys(), line' <"$work/json"
	verdict $? "every line of it"
fi
! grep -qaE 'photosynthesis|Ada|Bearer|stoa_' "$work/log"
verdict $? "no words, names or tokens in the log"
finish
