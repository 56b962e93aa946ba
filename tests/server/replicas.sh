#!/bin/sh
# Two stoad on one PostgreSQL and one library: one user is served by either, call by
# call, as behind a proxy that takes turns; what one does holds at once at the other,
# and one that is killed is not missed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/replicas_lib.sh"
replica one
first=$server one=$url
administrator --conf "$work/one.conf"
replica two
second=$server two=$url server=

ask 200 "who am I, at the other" -H "$bearer" "$two/v1/auth/me"
says "the same" '"name":"Ada"'
ask 200 "a document at one" -H "$bearer" -H 'Content-Type: text/plain' \
	--data-binary 'Rubisco is the enzyme that fixes carbon dioxide.' "$one/v1/files?name=rubisco.txt"
ask 200 "is listed at the other" -H "$bearer" "$two/v1/files"
says "its name" 'rubisco.txt'
id=00000000000000000000000000000aaa
ask 200 "a question at the other" -H "$bearer" -H "$json" -H 'Idempotency-Key: 7d444840-9dc0-11d1-b245-5ffdce74fad2' \
	-d "{\"id\":\"$id\",\"content\":\"Which enzyme fixes carbon dioxide?\"}" "$two/v1/conversations/-/messages"
says "is answered from it" '"verified":true'
conversation=$(sed -n 's/.*"conversation_id":"\([0-9a-f]*\)".*/\1/p' "$work/body")
ask 200 "the conversation at one" -H "$bearer" "$one/v1/conversations/$conversation"
says "has it" 'Which enzyme fixes'
ask 200 "the same question at one, sent again" -H "$bearer" -H "$json" -H 'Idempotency-Key: 7d444840-9dc0-11d1-b245-5ffdce74fad2' \
	-d "{\"id\":\"$id\",\"content\":\"Which enzyme fixes carbon dioxide?\"}" "$one/v1/conversations/-/messages"
ask 200 "is there once" -H "$bearer" "$two/v1/conversations/$conversation"
[ "$(grep -o '"role":"user"' "$work/body" | wc -l)" = 1 ]
verdict $? "one question, not $(grep -o '"role":"user"' "$work/body" | wc -l)"
turn=$one
for n in $(seq 20); do
	ask 200 "a title, in turn ($n)" -X PATCH -H "$bearer" -H "$json" -d "{\"title\":\"Title $n\"}" "$turn/v1/conversations/$conversation"
	[ "$turn" = "$one" ] && turn=$two || turn=$one
	ask 200 "read at the other ($n)" -H "$bearer" "$turn/v1/conversations/$conversation?limit=1"
	says "as it was written ($n)" "\"title\":\"Title $n\""
done
guest2=$(curl -sS -X POST "$one/v1/auth/guest" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
ask 200 "a guest at one" -H "$json" -d '{}' "$one/v1/auth/guest"
guest=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' "$work/body")
ask 200 "is known at the other" -H "Authorization: Bearer $guest" "$two/v1/auth/me"
ask 200 "signs out there" -X POST -H "Authorization: Bearer $guest" -H "$json" -d '{}' "$two/v1/auth/logout"
ask 401 "and is out at one, at once" -H "Authorization: Bearer $guest" "$one/v1/auth/me"
who=$(curl -sS -H "Authorization: Bearer $guest2" "$two/v1/auth/me" | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
ask 200 "the other guest gets a role at one" -X PATCH -H "$bearer" -H "$json" -d '{"role":"learner"}' "$one/v1/admin/users/$who"
ask 200 "and has it at the other, at once" -H "Authorization: Bearer $guest2" "$two/v1/auth/me"
says "its role" '"role":"learner"'
ask 404 "somebody else's conversation is nobody's" -H "$bearer" "$one/v1/conversations/00000000000000000000000000000bbb"

# Streams: begun at one, gone on with at the other.
stream='Accept: text/event-stream'
question='{"content":"Which enzyme fixes carbon dioxide, and of what?"}'
events() { grep -a '^[ide]' "$1"; }
stream_of() { sed -n 's/^id: \(.*\)-[0-9]*$/\1/p' "$1" | sort -u; }
ask 200 "a stream at one" -H "$bearer" -H "$json" -H "$stream" -d "$question" "$one/v1/conversations/-/messages"
cp "$work/body" "$work/whole"
last=$(sed -n 's/^id: \(.*-3\)$/\1/p' "$work/whole")
goes_on() { # the rest at two is the rest of the whole
	curl -sS --max-time 20 -H "$bearer" -H "$json" -H "$stream" -H "Last-Event-ID: $last" -d "$question" "$two/v1/conversations/-/messages" >"$work/rest" 2>/dev/null
	events "$work/whole" | sed "1,/^id: .*-3\$/d" | sed '1,2d' >"$work/wanted"
	events "$work/rest" | cmp -s - "$work/wanted"
}
within 20 "goes on at the other from its third event, with the same events" goes_on
says "to the end" 'event: message_complete' "$work/rest"
ask 200 "another one's stream" -H "Authorization: Bearer $guest2" -H "$json" -H "$stream" -H "Last-Event-ID: $last" -d "$question" "$two/v1/conversations/-/messages"
[ "$(stream_of "$work/body")" != "${last%-3}" ]
verdict $? "is not gone on with"

endpoint=$STOA_BUILD/tests/support/endpoint_main
mkfifo "$work/keys"
"$endpoint" silent <"$work/keys" >"$work/endpoint" &
exec 8>"$work/keys"
within 50 "a model that never speaks" test -s "$work/endpoint"
model="[llm]\\nbase_url = $(cat "$work/endpoint")\\nmodel = test\\nfirst_token_ms = "
restart() { # of one, with a model that is waited for MS
	kill -TERM "$first"
	wait "$first"
	replica one "$model$1\\n"
	first=$server one=$url server=
}
restart 700
# follow NAME URL MORE...: a stream into $work/NAME, its curl in $client
follow() {
	into=$1 at=$2
	shift 2
	: >"$work/$into"
	curl -sSN --max-time 40 -H "$bearer" -H "$json" -H "$stream" "$@" "$at/v1/conversations/-/messages" >"$work/$into" 2>/dev/null &
	client=$!
}
named() { printf '{"id":"%s","content":"Which enzyme fixes carbon dioxide? (%s)"}' "$1" "$1"; }
speaks() { grep -qsa 'event: status' "$work/$1"; }
a=0000000000000000000000000000a001
follow begun "$one" -H 'Last-Event-ID: 0' -d "$(named $a)"
within 50 "one works on a question" speaks begun
kill "$client"; wait "$client" 2>/dev/null
last=$(sed -n 's/^id: \(.*\)$/\1/p' "$work/begun" | tail -1)
follow again "$two" -d "$(named $a)"
follow resumed "$two" -H "Last-Event-ID: $last" -d "$(named $a)"
wait "$client"
says "its reader comes to the other while it runs, and hears the end" 'event: message_complete' "$work/resumed"
ended() { grep -qsa 'event: message_complete' "$work/$1"; }
within 50 "and so does who asks it again meanwhile" ended again
[ "$(stream_of "$work/resumed")" = "$(stream_of "$work/begun")" ] && [ "$(stream_of "$work/again")" = "$(stream_of "$work/begun")" ]
verdict $? "all of one answer"
{ events "$work/begun"; events "$work/resumed"; } >"$work/both"
events "$work/again" | cmp -s - "$work/both"
verdict $? "no event is missing or doubled"

restart 20000
# Given up when nobody reads it any more, wherever.
b=0000000000000000000000000000b001
follow begun "$one" -d "$(named $b)"
reader=$client
within 50 "one works on another question" speaks begun
follow again "$two" -d "$(named $b)"
within 50 "and the other hears of it" speaks again
sleep 0.3                     # its maker has been told
kill "$reader"; wait "$reader" 2>/dev/null
cancelled() { grep -qa 'op=message.send.*result=CANCELLED' "$work/log-one"; }
sleep 0.3
! cancelled
verdict $? "it goes on for the reader at the other"
went=$(date +%s%3N)
kill "$client"; wait "$client" 2>/dev/null
within 20 "and is given up when that one leaves too" cancelled
gave=$(date -d "$(sed -n 's/ .*op=message.send.*CANCELLED.*//p' "$work/log-one" | tail -1 | cut -d' ' -f1)" +%s%3N)
[ $((gave - went)) -lt 1000 ]
verdict $? "soon: $((gave - went)) ms"
[ -z "${FIGURES:-}" ] || echo "given up after $((gave - went)) ms"
messages() { curl -sS -H "$bearer" "$two/v1/conversations/$1" | grep -o '"role":"[a-z]*"' | tr -d '\n'; }

# The one that answers is killed.
c=0000000000000000000000000000c001
follow begun "$one" -d "$(named $c)"
reader=$client
within 50 "one works on a third question" speaks begun
follow again "$two" -d "$(named $c)"
follower=$client
within 50 "the other follows" speaks again
unnamed='{"content":"Which enzyme fixes carbon dioxide? (nameless)"}'
follow nameless "$one" -d "$unnamed"
within 50 "one works on a fourth, that has no id" speaks nameless
sleep 0.2                     # what it said is told
kill -9 "$first"
wait "$first" 2>/dev/null
first=
went=$(date +%s)
wait "$reader" "$follower" 2>/dev/null
[ $(($(date +%s) - went)) -lt 10 ] && ! ended again
verdict $? "who reads it at the other is not left waiting, nor told an end: $(($(date +%s) - went)) s"
last=$(sed -n 's/^id: \(.*\)$/\1/p' "$work/again" | tail -1)
ask 200 "he asks again there" --max-time 30 -H "$bearer" -H "$json" -H "$stream" -H "Last-Event-ID: $last" -d "$(named $c)" "$two/v1/conversations/-/messages"
says "and is answered" 'event: message_complete'
conv_c=$(sed -n 's/.*"conversation_id":"\([0-9a-f]*\)".*/\1/p' "$work/body" | head -1)
[ "$(messages "$conv_c")" = '"role":"user""role":"stoa"' ]
verdict $? "once: $(messages "$conv_c")"
last=$(sed -n 's/^id: \(.*\)$/\1/p' "$work/nameless" | tail -1)
for n in 1 2; do
	ask 200 "the one without an id too ($n)" --max-time 30 -H "$bearer" -H "$json" -H "$stream" -H "Last-Event-ID: $last" -d "$unnamed" "$two/v1/conversations/-/messages"
	says "is answered ($n)" 'event: message_complete'
done
nameless=$(curl -sS -H "$bearer" "$two/v1/conversations?limit=100" | grep -o '"title":"[^"]*nameless[^"]*"' | wc -l)
[ "$nameless" = 1 ]
verdict $? "once, not $nameless times"
ask 200 "one is killed, the other goes on" -H "$bearer" "$two/v1/conversations/$conversation"
says "with everything" 'Title 20'
ask 200 "and writes" -X PATCH -H "$bearer" -H "$json" -d '{"title":"Alone"}' "$two/v1/conversations/$conversation"
replica one
first=$server one=$url server=
ask 200 "one is back" -H "$bearer" "$one/v1/conversations/$conversation"
says "and sees it" 'Alone'

# PostgreSQL is restarted below both, and forgets what it wrote no log of.
listens() { [ "$(cat "$work/log-one" "$work/log-two" | grep -ca 'relay.*listens=[0-9a-f]')" -ge "$1" ]; }
before=$(cat "$work/log-one" "$work/log-two" | grep -ca 'relay.*listens=[0-9a-f]')
as "$tools/pg_ctl" -w -D "$base/d" -m immediate -l "$base/log" restart >/dev/null 2>&1
verdict $? "PostgreSQL is restarted"
within 50 "both hear each other again" listens $((before + 2))
question='{"content":"Which enzyme fixes carbon dioxide?","mode":"extractive"}'
ask 200 "a stream at one" -H "$bearer" -H "$json" -H "$stream" -d "$question" "$one/v1/conversations/-/messages"
cp "$work/body" "$work/whole"
last=$(sed -n 's/^id: \(.*-3\)$/\1/p' "$work/whole")
within 20 "goes on at the other" goes_on
exec 8>&-
for pid in $first $second; do
	kill -TERM "$pid"
	wait "$pid"
	verdict $? "it ends well when it is asked to"
done
first='' second=''
cat "$work/log-one" "$work/log-two" >"$work/log"
finish
