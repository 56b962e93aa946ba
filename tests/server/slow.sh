#!/bin/sh
# Behind TLS too, whoever is slow is cut: a body on HTTP/2, which is one of several on
# its connection, and a client that says nothing after its handshake.  (HTTP/1.1:
# tests/server/guard.c.)
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || { echo "openssl is needed for this test"; verdict 1 "openssl"; finish; }
printf '[limits]\nhead_seconds = 1\nstall_seconds = 1\n' >"$work/conf"
start --conf "$work/conf" --lan
logged() { # TEXT: is it in the log within ten seconds?
	tries=0
	until grep -q -e "$1" "$work/log"; do
		tries=$((tries + 1))
		[ $tries -le 100 ] || return 1
		sleep 0.1
	done
}
if curl --version | grep -q HTTP2; then
	mkfifo "$work/words"
	curl -sS --insecure --http2 --max-time 15 -o /dev/null -H 'Content-Type: application/json' \
		-H 'Content-Length: 5000' -X POST -T - "$url/v1/auth/guest" <"$work/words" 2>"$work/curl" &
	client=$!
	exec 8>"$work/words"
	printf '{' >&8   # and no more of the 5000 bytes
	ask 200 "somebody quick, meanwhile" --insecure "$url/health"
	logged 'cut why=slow-body'
	verdict $? "a body that trickles over HTTP/2 is cut"
	exec 8>&-
	wait "$client"
fi
address=${url#https://}
mkfifo "$work/silence"
openssl s_client -quiet -connect "$address" <"$work/silence" >/dev/null 2>&1 &
exec 8>"$work/silence"
logged 'cut why=slow-head'
verdict $? "a connection that says nothing after its handshake is cut"
exec 8>&-
ask 200 "and somebody quick is served" --insecure "$url/health"
stop
finish
