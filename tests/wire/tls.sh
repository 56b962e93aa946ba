#!/bin/sh
# Certificates that must be refused and such that must be taken: an authority, its
# children, well and badly made, each shown by `openssl s_server` on loopback.  Then
# keys that are pinned: the key decides alone.
fetch=${STOA_BUILD:-build/release}/tests/support/fetch_main
command -v openssl >/dev/null || { echo "openssl is needed for this test"; exit 1; }
dir=$(mktemp -d) server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT
checks=0 failures=0
here=$PWD; case $fetch in /*) ;; *) fetch=$here/$fetch ;; esac
cd "$dir" || exit 1
. "$here/tests/support/certificates.sh"
try() { # what, 0 taken or 1 refused, host, certificate, arguments of s_server
	what=$1 want=$2 host=$3 name=$4; shift 4
	mkfifo said
	case $name in
	none) openssl s_server -accept 127.0.0.1:0 -nocert -www "$@" >said 2>server.err & ;;
	*) openssl s_server -accept 127.0.0.1:0 -cert "$name.pem" -key "$name.key" -www "$@" >said 2>server.err & ;;
	esac
	server=$!
	port=
	while read -r line; do
		case $line in ACCEPT*) port=${line##*:}; break ;; esac
	done <said
	rm said
	got=$("$fetch" "https://$host:$port/" "${trust:-root.pem}"); status=$?
	case "$name $* ${trust:-}" in none* | *tls1_1* | *' ') ;; *) key_seen ;; esac
	kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; server=
	checks=$((checks + 1))
	[ -n "$port" ] && [ "$status" = "$want" ] && case $got in 200 | OFFLINE:*) true ;; *) false ;; esac || {
		failures=$((failures + 1)); echo "$what: $got"; cat server.err; }
}
pin_of() { # certificate -> its pin, by openssl alone
	printf 'sha256//'
	openssl x509 -in "$1.pem" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64
}
key_seen() { # what wire_key_of() says of the running server must be what openssl says
	checks=$((checks + 1))
	seen=$("$fetch" "https://$host:$port/")
	[ "$seen" = "$(pin_of "$name")" ] || { failures=$((failures + 1)); echo "$what: the key seen is $seen"; }
}
try "a good certificate by name" 0 localhost good
try "a good certificate by address" 0 127.0.0.1 good
try "a good chain" 0 localhost orphan -cert_chain middle.pem
try "expired" 1 localhost expired
try "not yet valid" 1 localhost future
try "signed by itself" 1 localhost self
try "signed by another authority" 1 localhost stranger
try "made for another host" 1 localhost elsewhere
try "a name where an address is asked" 1 127.0.0.1 nameonly
try "a wildcard that does not reach" 1 localhost wild
try "made for clients" 1 localhost client
try "signed by one who may not" 1 localhost grandchild -cert_chain notca.pem
try "the middle of the chain is missing" 1 localhost orphan
try "a key too short" 1 localhost small -cipher DEFAULT@SECLEVEL=0
try "a signature too weak" 1 localhost sha1 -cipher DEFAULT@SECLEVEL=0
try "TLS 1.1 only" 1 localhost good -tls1_1 -cipher ALL@SECLEVEL=0
try "TLS 1.0 only" 1 localhost good -tls1 -cipher ALL@SECLEVEL=0
try "TLS 1.2 is enough" 0 localhost good -tls1_2

trust=$(pin_of self)
try "the pinned key, signed by itself" 0 localhost self
try "the pinned key by address" 0 127.0.0.1 self
try "another key, signed by an authority that is not asked" 1 localhost good
try "another key, signed by itself" 1 localhost small -cipher DEFAULT@SECLEVEL=0
try "no key at all" 1 localhost none -tls1_2 -cipher aNULL@SECLEVEL=0
try "the pinned key over TLS 1.1" 1 localhost self -tls1_1 -cipher ALL@SECLEVEL=0
trust=$(pin_of good)
try "the pinned key in an expired certificate" 1 localhost expired
trust=$(pin_of expired)
try "the expired certificate with its own key pinned" 0 localhost expired
trust=$(pin_of orphan)
try "the pinned key in a chain" 0 localhost orphan -cert_chain middle.pem
trust=$(pin_of middle)
try "the pinned key is further up the chain" 1 localhost orphan -cert_chain middle.pem
echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ "$failures" = 0 ]
