#!/bin/sh
# Answers as event streams: in order, padded, resumable by Last-Event-ID for the one
# who asked; cancelled when the client goes away; refused quickly when all is busy.
. "$(dirname "$0")/lib.sh"
endpoint=$STOA_BUILD/tests/support/endpoint_main
cat >"$work/course.md" <<'TEXT'
# The leaf

At high light the rate of photosynthesis levels off because light is no longer the limiting factor.
Beyond that point carbon dioxide limits the rate.
TEXT
json='Content-Type: application/json' stream='Accept: text/event-stream'
question='{"content":"Why does the rate of photosynthesis level off at high light?"}'
start
administrator
ask 200 "a document as it is" -H "$bearer" -H 'Content-Type: text/markdown' --data-binary "@$work/course.md" "$url/v1/files?name=50%25+%2B%2525.md&subject=biology%20%26%20light"
says "the query says what it is" '"subject":"biology & light"'
says "and is undone once" '"name":"50% +%25.md"'
says "its place is its own" '"origin":"upload:'
sed 's/light/LIGHT/g' "$work/course.md" >"$work/other.md"
ask 200 "a document in a form, with its steps" -H "$bearer" -H "$stream" -F subject=physics -F "file=@$work/other.md" "$url/v1/files"
says "steps" 'event: progress'
says "the end" 'event: complete'
says "the part's file name" '"name":"other.md"'
ask 409 "what fails at once is a plain reply" -H "$bearer" -H "$stream" -H 'Content-Type: text/markdown' --data-binary "@$work/course.md" "$url/v1/files"
says "with its code" '"code":"CONFLICT"'
ask 415 "a path is no upload" -H "$bearer" -H "$json" -d '{"path":"/etc/passwd"}' "$url/v1/files"
[ -z "$(ls "$work/data/uploads")" ]
verdict $? "no upload is left"

ask 200 "a question" -H "$bearer" -H "$json" -H "$stream" -d "$question" "$url/v1/conversations/-/messages"
says "its type" 'content-type: text/event-stream' "$work/head"
cp "$work/body" "$work/whole"
[ "$(grep -ac '^event: ' "$work/whole")" = "$(grep -ac '^data: {' "$work/whole")" ]
verdict $? "an event has a name and data"
[ "$(grep -a '^event: ' "$work/whole" | sed -n '1p;$p' | tr -d '\n')" = "event: message_startevent: message_complete" ]
verdict $? "from message_start to message_complete"
says "a verified quotation" '"verified":true' "$work/whole"
[ $(($(stat -c %s "$work/whole") % 512)) = 0 ]
verdict $? "its size says little"
last=$(sed -n 's/^id: \(.*-3\)$/\1/p' "$work/whole")
ask 200 "it goes on from the third event" -H "$bearer" -H "$json" -H "$stream" -H "Last-Event-ID: $last" -d "$question" "$url/v1/conversations/-/messages"
sed '1,/^id: .*-3$/d' "$work/whole" | sed '1,/^$/d' | grep -a '^[ide]' >"$work/rest"
grep -a '^[ide]' "$work/body" | cmp -s - "$work/rest"
verdict $? "with the same events"
guest=$(curl -sS -X POST "$url/v1/auth/guest" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
ask 200 "somebody else" -H "Authorization: Bearer $guest" -H "$json" -H "$stream" -H "Last-Event-ID: $last" -d "$question" "$url/v1/conversations/-/messages"
[ "$(sed -n 's/^id: \(.*\)-1$/\1/p' "$work/body")" != "${last%-3}" ] && ! grep -qa "${last%-3}" "$work/body"
verdict $? "gets an answer of his own"
own=$(sed -n 's/^id: \(.*-3\)$/\1/p' "$work/body")
ask 200 "one JSON reply when no stream is wanted" -H "$bearer" -H "$json" -d "$question" "$url/v1/conversations/-/messages"
says "in the envelope" '{"data":{"id":'
curl -sS -o /dev/null -X POST -H "Authorization: Bearer $guest" "$url/v1/auth/logout"
ask 401 "who has signed out does not go on" -H "Authorization: Bearer $guest" -H "$json" -H "$stream" -H "Last-Event-ID: $own" -d "$question" "$url/v1/conversations/-/messages"
stop

if [ ! -x "$endpoint" ]; then
	verdict 1 "the test endpoint is built"
	finish
fi
mkfifo "$work/keys"
"$endpoint" silent <"$work/keys" >"$work/endpoint" &
exec 8>"$work/keys"
within 50 "a model that never speaks" test -s "$work/endpoint"
printf '[llm]\nbase_url = %s\nmodel = test\n[limits]\ncalls = 2\n' "$(cat "$work/endpoint")" >"$work/conf"
start --conf "$work/conf"
cancelled() { grep -qa 'op=message.send.*result=CANCELLED' "$work/log"; }
waiting() { grep -qa 'event: status' "$work/partial"; }
for accept in text/event-stream application/json; do
	: >"$work/log" && : >"$work/partial"
	curl -sSN -H "$bearer" -H "$json" -H "Accept: $accept" -d "$question" "$url/v1/conversations/-/messages" >"$work/partial" 2>/dev/null &
	client=$!
	if [ "$accept" = text/event-stream ]; then
		within 50 "it is worked on" waiting
	else
		sleep 0.3
	fi
	went=$(date +%s%3N)
	kill "$client" && wait "$client" 2>/dev/null
	within 50 "the work ends when its client goes away ($accept)" cancelled
	ended=$(date -d "$(sed -n 's/ .*op=message.send.*//p' "$work/log" | tail -1 | cut -d' ' -f1)" +%s%3N)
	took=$((ended - went))
	[ "$took" -lt 1000 ]
	verdict $? "soon: $took ms"
done
for i in 1 2; do
	curl -sSN -H "$bearer" -H "$json" -H "$stream" -d "$question" "$url/v1/conversations/-/messages" >"$work/partial$i" 2>/dev/null &
	eval "client$i=\$!"
done
for i in 1 2; do
	within 50 "question $i waits for the model" grep -qsa "event: status" "$work/partial$i"
done
ask 503 "a call too many is refused" -H "$bearer" "$url/v1/conversations"
says "it says when to come again" 'retry-after: 1' "$work/head"
kill "$client1" "$client2"
wait "$client1" "$client2" 2>/dev/null
free() { [ "$(curl -sS -o /dev/null -w '%{http_code}' -H "$bearer" "$url/v1/conversations")" = 200 ]; }
within 50 "and is let in when they have gone" free

# Who is blocked is not answered to the end.
curl -sS -X POST "$url/v1/auth/guest" >"$work/body"
guest=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' "$work/body") id=$(sed -n 's/.*"user":{"id":"\([^"]*\)".*/\1/p' "$work/body")
: >"$work/log" && : >"$work/partial"
curl -sSN -H "Authorization: Bearer $guest" -H "$json" -H "$stream" -d "$question" "$url/v1/conversations/-/messages" >"$work/partial" 2>/dev/null &
client=$!
within 50 "a guest's question is worked on" waiting
ask 200 "the guest is blocked" -X PATCH -H "$bearer" -H "$json" -d '{"status":"blocked"}' "$url/v1/admin/users/$id"
within 20 "and the work ends" cancelled
wait "$client" 2>/dev/null
says "the stream says so" 'event: error' "$work/partial"
! grep -qa 'event: message_complete' "$work/partial"
verdict $? "and answers nothing"
stop

# One that said it would come back finds its answer finished.
printf '[llm]\nbase_url = %s\nmodel = test\nfirst_token_ms = 1500\n' "$(cat "$work/endpoint")" >"$work/conf"
start --conf "$work/conf"
guest=$(curl -sS -X POST "$url/v1/auth/guest" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
bearer="Authorization: Bearer $guest"
: >"$work/log" && : >"$work/partial"
curl -sSN -H "$bearer" -H "$json" -H "$stream" -H 'Last-Event-ID: 0' -d "$question" "$url/v1/conversations/-/messages" >"$work/partial" 2>/dev/null &
client=$!
within 50 "it is worked on" waiting
kill "$client" && wait "$client" 2>/dev/null
finished() { grep -qa 'op=message.send.*result=NONE' "$work/log"; }
within 100 "the work goes on without its reader" finished
last=$(sed -n 's/^id: \(.*\)$/\1/p' "$work/partial" | tail -1)
ask 200 "and is there when it comes back" -H "$bearer" -H "$json" -H "$stream" -H "Last-Event-ID: $last" -d "$question" "$url/v1/conversations/-/messages"
says "with its end" 'event: message_complete'
[ "$(sed -n 's/^id: \(.*\)-[0-9]*$/\1/p' "$work/body" | sort -u)" = "${last%-*}" ]
verdict $? "and nothing else"
exec 8>&-
stop
finish
