#!/bin/sh
# Mail to a real server that was not written here: npm smtp-server, plain, STARTTLS
# and TLS from the start, with and without the right password and certificate.
cd "$(dirname "$0")/../.." || exit 1
mail=${STOA_BUILD:-build/release}/tests/support/mail_main
NODE_PATH=$(tests/support/node-modules smtp-server@3.21.6 2>&1) || { echo "SKIP: $NODE_PATH"; exit 0; }
export NODE_PATH
command -v openssl >/dev/null || { echo "openssl is needed for this test"; exit 1; }
dir=$(mktemp -d) server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT
checks=0 failures=0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key" -out "$dir/cert" \
	-subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2 2>/dev/null
node tests/wire/mail_server.js "$dir/key" "$dir/cert" >"$dir/said" 2>"$dir/err" 9>&- &
server=$!
tries=0
until [ -s "$dir/said" ]; do
	tries=$((tries + 1))
	if [ $tries -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
		echo "the mail server does not start"; cat "$dir/err"; exit 1
	fi
	sleep 0.1
done
read -r plain starttls smtps <"$dir/said"
try() { # what, beginning of what is printed, then arguments
	what=$1 want=$2; shift 2
	got=$("$mail" "$@")
	checks=$((checks + 1))
	case $got in "$want"*) ;; *) failures=$((failures + 1)); echo "$what: $got" ;; esac
}
try "plain on this machine" sent "smtp://localhost:$plain" - - -
try "TLS demanded where there is none" OFFLINE "smtp://localhost:$plain" "$dir/cert" - -
try "STARTTLS and the password" sent "smtp://localhost:$starttls" "$dir/cert" user "pass word"
try "STARTTLS, wrong password" DENIED "smtp://localhost:$starttls" "$dir/cert" user wrong
try "STARTTLS, no password" DENIED "smtp://localhost:$starttls" "$dir/cert" - -
try "STARTTLS, name not in the certificate" OFFLINE "smtp://127.0.0.1:$starttls" "$dir/cert" user "pass word"
try "STARTTLS, authority not known" OFFLINE "smtp://localhost:$starttls" /etc/ssl/certs/ca-certificates.crt user "pass word"
try "TLS and the password" sent "smtps://localhost:$smtps" "$dir/cert" user "pass word"
try "TLS, authority not known" OFFLINE "smtps://localhost:$smtps" - user "pass word"
try "TLS where there is none" OFFLINE "smtps://localhost:$plain" "$dir/cert" user "pass word"
message() { # server, secure, user
	printf '{"server":"%s","secure":%s,"user":"%s","from":"stoa@school.example","to":["teacher@school.example"],"subject":"Frage über Licht = λ","body":".\\r\\n..two\\r\\n\303\216\302\273 = 3 \\r\\nend\\r\\n"}\n' "$@"
}
{ message plain false ''; message starttls true user; message smtps true user; } >"$dir/want"
checks=$((checks + 1))
sed 1d "$dir/said" | cmp -s - "$dir/want" || { failures=$((failures + 1)); echo "what arrived:"; sed 1d "$dir/said" | diff - "$dir/want"; }
echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ "$failures" = 0 ]
