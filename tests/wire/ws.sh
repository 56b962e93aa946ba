#!/bin/sh
# The WebSocket client against npm ws, plain and over TLS with a pinned key.
cd "$(dirname "$0")/../.." || exit 1
client=${STOA_BUILD:-build/release}/tests/support/socket_main fetch=${STOA_BUILD:-build/release}/tests/support/fetch_main
NODE_PATH=$(tests/support/node-modules ws@8.23.0 2>&1) || { echo "SKIP: $NODE_PATH"; exit 0; }
export NODE_PATH
command -v openssl >/dev/null || { echo "openssl is needed for this test"; exit 1; }
dir=$(mktemp -d) server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key" -out "$dir/cert" \
	-subj /CN=classroom -days 2 2>/dev/null
node tests/wire/ws_server.js "$dir/key" "$dir/cert" >"$dir/said" 2>"$dir/err" &
server=$!
tries=0
until [ -s "$dir/said" ]; do
	tries=$((tries + 1))
	if [ $tries -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
		echo "the server does not start"; cat "$dir/err"; exit 1
	fi
	sleep 0.1
done
read -r plain tls <"$dir/said"
status=0
"$client" "http://127.0.0.1:$plain/" >"$dir/plain" || status=1
"$client" "https://127.0.0.1:$tls/" "$("$fetch" "https://127.0.0.1:$tls/")" >"$dir/tls" || status=1
wrong=$("$client" "https://127.0.0.1:$tls/" sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= 2>&1)
case $wrong in *"another key"*) ;; *) echo "a wrong pin: $wrong"; status=1 ;; esac
cat "$dir/plain" "$dir/tls" | grep -v '^100%: Checks'
[ $status = 0 ] && cat "$dir/plain" "$dir/tls" |
	awk '{ gsub(",", ""); n += $3 } END { print "100%: Checks: " n ", Failures: 0, Errors: 0" }'
exit $status
