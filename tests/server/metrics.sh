#!/bin/sh
# /metrics: every line is of the text format, each series is announced, the numbers
# move with what happens, nothing is about a person.
. "$(dirname "$0")/lib.sh"
start
value() { awk -v name="$1" '$1 == name { print $2 }' "$work/body"; }
ask 200 "the first look" "$url/metrics"
says "the type is that of Prometheus" 'content-type: text/plain; version=0.0.4' "$work/head"
for i in 1 2 3; do ask 200 "ways of signing in $i" "$url/v1/auth"; done
ask 401 "somebody who is not let in" "$url/v1/files"
ask 200 "a guest" -H 'Content-Type: application/json' -d '{"role":"learner"}' "$url/v1/auth/guest"
token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' "$work/body")
person=$(sed 's/.*"user":{"id":"\([^"]*\)".*/\1/' "$work/body")
ask 200 "a question" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	-d '{"content":"What is light, says canary-word?"}' "$url/v1/conversations/-/messages"
ask 200 "the second look" "$url/metrics"
[ "$(value 'stoa_calls_total{operation="auth.ways"}')" = 3 ]
verdict $? "three calls are counted"
[ "$(value 'stoa_faults_total{operation="document.list",fault="DENIED"}')" = 1 ]
verdict $? "the one that was refused is counted"
[ "$(value 'stoa_call_seconds_count{operation="message.send"}')" = 1 ] &&
	[ "$(value 'stoa_call_seconds_bucket{operation="message.send",le="+Inf"}')" = 1 ]
verdict $? "the question has a time"
[ -n "$(value 'stoa_call_quantile_seconds{operation="message.send",quantile="0.99"}')" ]
verdict $? "and quantiles"
[ "$(value 'stoa_responses_total{status="4xx"}')" = 1 ]
verdict $? "replies are counted by status"
for name in stoa_connections stoa_live_sockets stoa_streams stoa_calls_queued stoa_model_cost_usd_today stoa_mail_queue \
	stoa_documents process_resident_memory_bytes stoa_connections_cut_total; do
	value $name | grep -qE '^[0-9.e+]+$'
	verdict $? "$name is a number"
done
! grep -vE '^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$' "$work/body"
verdict $? "every line is of the format"
awk '/^# TYPE/ { seen[$3] = 1; next } /^#/ { next } { n = $1; sub(/\{.*/, "", n); sub(/_(bucket|sum|count)$/, "", n); if (!(n in seen)) { print; bad = 1 } } END { exit bad }' "$work/body"
verdict $? "every series is announced"
awk -F'[ {]' '/_bucket\{/ { split($0, p, "le="); key = p[1]; if (key == last && $NF < before) bad = 1; last = key; before = $NF } END { exit bad }' "$work/body"
verdict $? "buckets add up"
! grep -qe canary-word -e "$person" "$work/body"
verdict $? "nothing is about a person"
ask 200 "HEAD is GET without a body" -I "$url/metrics"
ask 404 "only to be read" -X POST -H 'Content-Length: 0' "$url/metrics"
stop
finish
