#!/bin/sh
# The server as the command line sees it: which one is asked, which is believed, and
# what is said while it is away.
. "$(dirname "$0")/lib.sh"
here=$PWD server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

# ---- which server
"$stoa" init --defaults --no-lock >/dev/null 2>&1
run 0 "no server" "$stoa" status
says "no server" "LOCAL"
run 0 "no server as JSON" "$stoa" status --json
json "status --json" "$work/out"
run 2 "nothing to deliver to" "$stoa" sync
says "how to get one" "stoa login" "$work/err"
for verb in users audit backup backups "set somebody --role admin"; do
	# shellcheck disable=SC2086
	run 2 "admin $verb without a server" "$stoa" admin $verb
	says "admin $verb without a server" "there is no server: stoa login URL" "$work/err"
done
for address in http://example.org http://192.168.1.20:8080 ftp://localhost localhost:8080 "https://user@localhost" file:///etc/passwd; do
	run 2 "$address is not set" "$stoa" config set server.url "$address"
	run 2 "$address is not asked" "$stoa" --server "$address" status
done
run 2 "both" "$stoa" --server https://localhost --local status
run 0 "an address is set" "$stoa" config set server.url http://127.0.0.1:9
run 0 "away" "$stoa" status
says "away" "OFFLINE"
says "away" "Not signed in"
run 0 "away, but here" "$stoa" --local status
says "here" "LOCAL"
echo "The sea is salt." >"$work/sea.txt"
run 4 "what needs the server says so" "$stoa" add "$work/sea.txt"
says "why" "not signed in" "$work/err"
run 0 "nothing waits" "$stoa" sync
says "nothing waits" "Nothing waits"
run 4 "a question of nobody" "$stoa" ask --extractive "What is in the sea?"
says "its reason" "not signed in" "$work/err"
run 0 "nothing of nobody waits" "$stoa" sync
silent "nothing of nobody waits" "sea"

# ---- signed in as a guest, with the server and without it
"$STOA_BUILD/stoad" --listen 127.0.0.1:0 --data "$work/room" >"$work/said" 2>&1 </dev/null &
server=$! tries=0
until grep -qs "listens on" "$work/said" || [ $((tries += 1)) -gt 100 ]; do sleep 0.1; done
url=$(sed -n 's/.*listens on \(http:[^;, ]*\).*/\1/p' "$work/said")
run 0 "a guest comes in" "$stoa" login --guest "$url"
run 0 "status" "$stoa" status
says "status" "ONLINE"
says "status" "$url"
run 3 "asked there" "$stoa" ask --extractive "What is in the sky?"
empty "nothing to remark" "$work/err"
run 0 "kept there" "$stoa" history
says "kept there" "What is in the sky"
kill "$server"; wait "$server" 2>/dev/null; server=
run 0 "read while it is away" "$stoa" history
says "read while it is away" "What is in the sky"
says "and said so" "cannot be reached" "$work/err"
run 3 "a question while it is away" "$stoa" ask --extractive "What is in the sea?"
says "its note" "waits" "$work/err"
run 0 "status while it is away" "$stoa" status
says "status while it is away" "2 to be delivered"
run 5 "it waits" "$stoa" sync
says "it waits" "What is in the sea?"
says "it waits" "question"
run 5 "as JSON" "$stoa" sync --json
json "sync --json" "$work/out"
for key in $(sed -n 's/.*"key":"\([0-9a-f]*\)".*/\1/p' "$work/out"); do
	"$stoa" sync --drop "$key" >/dev/null 2>&1
done
run 0 "it is forgotten" "$stoa" sync
run 3 "no such key" "$stoa" sync --drop 0123456

# ---- a server that is back and takes no more than one question an hour
run 3 "one question while it is away" "$stoa" ask --extractive "What is in the wood?"
run 3 "and another" "$stoa" ask --extractive "What is in the lake?"
printf '[limits]\nask_per_hour = 1\n' >"$work/slow.conf"
"$STOA_BUILD/stoad" --conf "$work/slow.conf" --listen "${url#http://}" --data "$work/room" >"$work/said" 2>&1 </dev/null &
server=$! tries=0
until grep -qs "listens on" "$work/said" || [ $((tries += 1)) -gt 100 ]; do sleep 0.1; done
run 7 "not all of it is taken" "$stoa" sync
says "it says why" "the server takes no more from you for now" "$work/err"
says "what waits" "What is in the lake?"
kill "$server"; wait "$server" 2>/dev/null; server=
for key in $("$stoa" sync --json 2>/dev/null | sed -n 's/.*"key":"\([0-9a-f]*\)".*/\1/p'); do
	"$stoa" sync --drop "$key" >/dev/null 2>&1
done

# ---- which server is believed: the certificate decides, and does so again after
# every change of a setting
command -v openssl >/dev/null || { echo "openssl is needed for this test"; finish; exit; }
mkdir "$work/tls" && cd "$work/tls" || exit 1
. "$here/tests/support/certificates.sh"
shows() { # certificate, arguments of s_server: starts it, sets port
	shown=$1; shift
	mkfifo said
	openssl s_server -accept 127.0.0.1:0 -cert "$shown.pem" -key "$shown.key" -www "$@" >said 2>server.err &
	server=$! port=
	while read -r line; do
		case $line in ACCEPT*) port=${line##*:}; break ;; esac
	done <said
	rm said
}
hides() { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; server=; }
# What answers in the end is no server of ours, which is found out after it is believed.
believed="is not a server of stoa"
asked() { # NAME HOST: the server is set, asked, and asked again after other changes
	"$stoa" config set server.url "https://$2:$port" >/dev/null
	"$stoa" status >"$work/out" 2>&1 </dev/null
	"$stoa" config set screen.theme dark >/dev/null
	"$stoa" config set screen.theme >/dev/null
	"$stoa" config set server.ca_file "$PWD/root.pem" >/dev/null
	"$stoa" status >"$work/again" 2>&1 </dev/null
}
refused() { # NAME HOST CERTIFICATE ARGUMENTS...
	what=$1 host=$2 certificate=$3; shift 3
	shows "$certificate" "$@"
	asked "$what" "$host"
	hides
	for file in "$work/out" "$work/again"; do
		says "$what" "OFFLINE" "$file"
		silent "$what is refused" "$believed" "$file"
	done
}
"$stoa" config set server.ca_file "$PWD/root.pem" >/dev/null
shows good
asked "a good one" localhost
hides
says "a good one is believed" "$believed"
says "and again" "$believed" "$work/again"
refused "expired" localhost expired
refused "not yet valid" localhost future
refused "signed by itself" localhost self
refused "signed by another authority" localhost stranger
refused "made for another host" localhost elsewhere
refused "a name where an address is asked" 127.0.0.1 nameonly
refused "a wildcard that does not reach" localhost wild
refused "made for clients" localhost client
refused "signed by one who may not" localhost grandchild -cert_chain notca.pem
refused "the middle is missing" localhost orphan
refused "a key too short" localhost small -cipher DEFAULT@SECLEVEL=0
refused "a signature too weak" localhost sha1 -cipher DEFAULT@SECLEVEL=0
refused "TLS 1.1 only" localhost good -tls1_1 -cipher ALL@SECLEVEL=0

# a pinned key is the only one that is believed
pin="sha256//$(openssl x509 -in self.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64)"
"$stoa" config set server.pin "$pin" >/dev/null
shows self
asked "the pinned key" localhost
hides
says "the pinned key is believed" "$believed" "$work/again"
refused "another key than the pinned one" localhost good
cd "$here" || exit 1
finish
