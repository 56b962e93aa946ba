#!/bin/sh
# TLS: a classroom's own key, the same at every start; HTTP/2 and HTTP/1.1; nothing
# below TLS 1.2; nothing outside this machine without it; a new certificate on
# SIGHUP, and the old one kept when the new one is no good.
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || { echo "openssl is needed for this test"; verdict 1 "openssl"; finish; }
"$stoad" --data "$work/data" --listen 0.0.0.0:0 >"$work/body" 2>&1 </dev/null
[ $? = 2 ]
verdict $? "no plain http but on this machine"
says "it says what to do" "use --lan"
start --lan
[ "${url#https://}" != "$url" ]
verdict $? "it speaks TLS: $url"
port=${url##*:}
[ "$(stat -c %a "$work/data/tls/key.pem")" = 600 ]
verdict $? "the key is for its owner alone"
pin=$(openssl x509 -in "$work/data/tls/certificate.pem" -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
ask 200 "a client that pins the key" --insecure --pinnedpubkey "sha256//$pin" "$url/health"
curl -sS --max-time 10 "$url/health" >/dev/null 2>&1
[ $? = 60 ]
verdict $? "one that does not is warned"
if curl --version | grep -q HTTP2; then
	ask 200 "HTTP/2" --insecure --http2 "$url/health"
	says "it is" 'HTTP/2 200' "$work/head"
	ask 200 "a long reply over HTTP/2" --insecure --http2 "$url/v1/openapi.json"
	cp "$work/body" "$work/long"
	ask 200 "the same over HTTP/1.1" --insecure --http1.1 "$url/v1/openapi.json"
	cmp -s "$work/body" "$work/long"
	verdict $? "byte for byte"
	ask 200 "a POST without a body over HTTP/2" --insecure --http2 -X POST "$url/v1/auth/guest"
	ask 413 "a body over the cap over HTTP/2" --insecure --http2 -H 'Content-Type: application/json' -H 'Content-Length: 99999999' -d '{}' "$url/v1/auth/guest"
fi
ask 200 "a guest over HTTP/1.1" --insecure --http1.1 -X POST "$url/v1/auth/guest"
guest=$(sed 's/.*"token":"\([^"]*\)".*/\1/' "$work/body")
curl -sSN --insecure --http1.1 --max-time 20 -H "Authorization: Bearer $guest" -H 'Accept: text/event-stream' -H 'Content-Type: application/json' \
	-d '{"content":"What is light?"}' "$url/v1/conversations/-/messages" >"$work/body" 2>"$work/tls"
verdict $? "a stream over TLS ends in good order: $(cat "$work/tls")"
says "with its last event" 'event: message_complete'
printf 'GET /v1/live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n\210\202\0\0\0\0\017\240' |
	timeout 10 openssl s_client -quiet -ign_eof -connect "127.0.0.1:$port" >"$work/tls" 2>/dev/null
grep -qa 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' "$work/tls" && tail -c 4 "$work/tls" | od -An -tx1 | grep -q '88 02 0f a0'
verdict $? "a WebSocket over TLS is opened, and closed as it asks"
tls() { # NAME ANSWER ARGUMENTS: what openssl says of a handshake
	name=$1 wanted=$2
	shift 2
	openssl s_client -connect "127.0.0.1:$port" "$@" </dev/null >"$work/tls" 2>&1
	grep -q 'Verify return code\|Cipher is [A-Z]' "$work/tls" && ! grep -q 'Cipher is (NONE)' "$work/tls"
	[ $? = "$wanted" ]
	verdict $? "$name"
}
tls "TLS 1.3" 0 -tls1_3
tls "TLS 1.2" 0 -tls1_2
tls "no TLS 1.1" 1 -tls1_1 -cipher ALL@SECLEVEL=0
tls "no TLS 1.0" 1 -tls1 -cipher ALL@SECLEVEL=0
tls "no cipher without forward secrecy" 1 -tls1_2 -cipher AES256-GCM-SHA384
stop
start --lan
ask 200 "the same key after a start" --insecure --pinnedpubkey "sha256//$pin" "$url/health"
stop

pair() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" -out "$work/$1.pem" \
		-subj "/CN=$1" -addext 'subjectAltName=IP:127.0.0.1' -days 2 2>/dev/null
}
pair one && pair two
cp "$work/one.pem" "$work/served.pem" && cp "$work/one.key" "$work/served.key"
printf '[tls]\ncertificate = %s\nkey = %s\n' "$work/served.pem" "$work/served.key" >"$work/conf"
start --conf "$work/conf"
ask 200 "the certificate that was set" --cacert "$work/one.pem" "$url/health"
reloads() { [ "$(grep -ac 'server reload' "$work/log")" = "$1" ]; }
cp "$work/two.pem" "$work/served.pem"
kill -HUP "$server"
within 50 "it reads its settings again" reloads 1
ask 200 "a certificate without its key is not taken" --cacert "$work/one.pem" "$url/health"
cp "$work/two.key" "$work/served.key"
kill -HUP "$server"
within 50 "and again" reloads 2
taken() { curl -sS --max-time 5 --cacert "$work/two.pem" "$url/health" >/dev/null 2>&1; }
within 50 "the new certificate is served" taken
printf '[limits]\nconections = 1\n' >>"$work/conf"
kill -HUP "$server"
within 50 "a setting that is none" reloads 3
says "is named" 'there is no setting conections' "$work/log"
ask 200 "and changes nothing" --cacert "$work/two.pem" "$url/health"
stop
printf 'x' >"$work/served.pem"
printf '[tls]\ncertificate = %s\nkey = %s\n' "$work/served.pem" "$work/served.key" >"$work/conf"
"$stoad" --data "$work/data" --listen 127.0.0.1:0 --conf "$work/conf" >"$work/body" 2>&1 </dev/null
[ $? = 2 ]
verdict $? "no start with a certificate that is none"
finish
