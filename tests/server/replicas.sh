#!/bin/sh
# Two stoad on one PostgreSQL and one library: one user is served by either, call by
# call, as behind a proxy that takes turns; what one does holds at once at the other,
# and one that is killed is not missed.
. "$(dirname "$0")/lib.sh"
json='Content-Type: application/json'
tools=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
[ -x "$tools/initdb" ] || { echo "SKIP: PostgreSQL is not installed"; exit 0; }
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
base=$(mktemp -d /tmp/stoa-replicas-XXXXXX)
[ "$(id -u)" != 0 ] || chown nobody "$base"
first='' second=''
end() {
	for pid in $first $second; do kill -9 "$pid" 2>/dev/null; done
	as "$tools/pg_ctl" -D "$base/d" -m immediate stop >/dev/null 2>&1
	rm -rf "$base" "$work"
}
trap end EXIT
as "$tools/initdb" -D "$base/d" -U stoa -A trust --no-sync -E UTF8 --locale=C >"$work/initdb" 2>&1
verdict $? "a database cluster: $(tail -1 "$work/initdb")"
as "$tools/pg_ctl" -w -D "$base/d" -l "$base/log" \
	-o "-c listen_addresses= -c unix_socket_directories=$base -c fsync=off" start >/dev/null 2>&1
verdict $? "it runs"
# $url and $server of a replica called NAME
replica() { # NAME
	printf '[store]\nurl = postgresql://stoa@/postgres?host=%s\n[server]\nuploads = %s\n' \
		"$base" "$work/uploads-$1" >"$work/$1.conf"
	start --conf "$work/$1.conf"
}
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
ask 200 "a guest at one" -H "$json" -d '{}' "$one/v1/auth/guest"
guest=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' "$work/body")
ask 200 "is known at the other" -H "Authorization: Bearer $guest" "$two/v1/auth/me"
ask 200 "signs out there" -X POST -H "Authorization: Bearer $guest" -H "$json" -d '{}' "$two/v1/auth/logout"
ask 401 "and is out at one, at once" -H "Authorization: Bearer $guest" "$one/v1/auth/me"
ask 404 "somebody else's conversation is nobody's" -H "$bearer" "$one/v1/conversations/00000000000000000000000000000bbb"

kill -9 "$first"
wait "$first" 2>/dev/null
first=
ask 200 "one is killed, the other goes on" -H "$bearer" "$two/v1/conversations/$conversation"
says "with everything" 'Title 20'
ask 200 "and writes" -X PATCH -H "$bearer" -H "$json" -d '{"title":"Alone"}' "$two/v1/conversations/$conversation"
replica one
first=$server one=$url server=
ask 200 "one is back" -H "$bearer" "$one/v1/conversations/$conversation"
says "and sees it" 'Alone'
for pid in $first $second; do
	kill -TERM "$pid"
	wait "$pid"
	verdict $? "it ends well when it is asked to"
done
first='' second=''
finish
