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
stop
finish
