#!/bin/sh
# A server without configuration: it starts, says where, keeps its key to itself,
# answers in its envelope, refuses whom it does not know, and ends when asked.
. "$(dirname "$0")/lib.sh"
start
[ "$(stat -c %a "$work/data/stoad.key")" = 600 ]
verdict $? "the key is for its owner alone"
ask 200 "it is healthy" "$url/health"
says "the envelope has data" '{"data":{"status":"ok"'
says "the envelope has meta" '"meta":{"timestamp":"20'
says "a request has an id" 'x-request-id: ' "$work/head"
administrator
ask 200 "somebody begins a conversation" -X POST -H "$bearer" -H 'Content-Type: application/json' -d '{"title":"x"}' "$url/v1/conversations"
ask 200 "his health counts it" -H "$bearer" "$url/health"
says "one conversation" '"conversations":1'
ask 200 "a stranger asks at once" "$url/health"
says "and is told nothing of it" '"conversations":0'
ask 400 "a key that is too long is refused, not left out" -X POST -H "Idempotency-Key: $(printf '%300s' '' | tr ' ' k)" "$url/v1/auth/guest"
timeout 20 "$stoad" --data "$work/other" --listen "${url#http://}" >"$work/second" 2>&1 </dev/null
verdict "$([ $? != 0 ]; echo $?)" "a second server on the same port does not start"
says "it says why" "${url#http://} cannot be listened on: Address already in use" "$work/second"
timeout 20 "$stoad" --data "$work/data" --listen 127.0.0.1:0 >"$work/second" 2>&1 </dev/null
verdict "$([ $? != 0 ]; echo $?)" "a second server in the same folder does not start"
says "it says why" "another stoad takes uploads in" "$work/second"
ask 200 "HEAD is GET without a body" -I "$url/health"
ask 401 "a stranger is not let in" "$url/v1/files"
says "it says so" '"code":"UNAUTHENTICATED"'
says "it says how" 'www-authenticate: Bearer' "$work/head"
ask 401 "a token that is none" -H 'Authorization: Bearer nonsense' "$url/v1/files"
ask 404 "a path that is none" "$url/nothing"
says "in an envelope too" '"code":"NOT_FOUND"'
ask 405 "another method" -X PUT "$url/health"
says "it says which" 'allow: GET, HEAD' "$work/head"
stop
start
ask 200 "it opens its own store again" "$url/health"
says "unlocked" '"unlocked":true'
for file in "$work"/data/stoad.db*; do
	head -c 200000 /dev/zero | tr '\0' x | dd of="$file" conv=notrunc 2>/dev/null
done
ask 500 "a store that is none any more" -X POST "$url/v1/auth/guest"
says "the client is told where to look" 'something is wrong with the server; its log says more under '
! grep -q "$work" "$work/body"
verdict $? "and nothing of our machine"
says "the log says it" "server failure id=$(sed 's/.*"request_id":"\([^"]*\)".*/\1/' "$work/body") what=auth.guest kind=DAMAGED" "$work/log"
says "and why" 'file is not a database' "$work/log"
stop
mkdir "$work/here" && cd "$work/here" || exit 1
timeout 20 "$stoad" admin --data rel >"$work/second" 2>&1 </dev/null
verdict "$([ $? = 3 ]; echo $?)" "no store in a folder that is named from here"
says "it says which folder is meant" "there is no store in $work/here/rel;" "$work/second"
"$stoad" --data ../there --uploads up --listen 127.0.0.1:0 >"$work/second" 2>&1 </dev/null &
server=$!
within 50 "folders named from here are taken" grep -q 'stoad listens' "$work/second"
kill "$server"; wait "$server"; server=
verdict "$([ -f ../there/stoad.db ] && [ -d up ]; echo $?)" "and are where they were meant"
printf '[server]\ndata = rel\n' >"$work/rel.conf"
wrong() { # SENTENCE ARGUMENTS
	sentence=$1
	shift
	timeout 20 "$stoad" "$@" >"$work/second" 2>&1 </dev/null
	verdict "$([ $? = 2 ]; echo $?)" "stoad $* is refused"
	says "it says what is wrong" "$sentence" "$work/second"
}
wrong 'there is no verb fly' fly
wrong 'serve takes no argument, and now is one' serve now
wrong 'backup needs its argument FILE' backup
wrong 'backup takes one argument, and two is another' backup one two
wrong "unrecognized option '--fly'" --fly
wrong 'data takes a whole path, from /, not rel' --conf "$work/rel.conf"
finish
