#!/bin/sh
# Signing in with a real identity provider: stoa, stoad and npm's oidc-provider, a
# browser played by curl; by the loopback address and by another device.
. "$(dirname "$0")/../cli/lib.sh"
cd "$(dirname "$0")/../.." || exit 1
modules=$(tests/support/node-modules oidc-provider@9.13.3 2>"$work/why") || { echo "SKIP: $(cat "$work/why")"; exit 0; }
command -v curl >/dev/null || { echo "SKIP: curl is not installed"; exit 0; }
stoad=$STOA_BUILD/stoad server='' provider='' client=''
trap 'kill $server $provider $client 2>/dev/null; rm -rf "$work"' EXIT
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

# ---- the provider, then the server that knows it ----------------------------------
mkfifo "$work/op-in" "$work/op-out" "$work/said"
NODE_PATH=$modules node tests/people/oidc_provider.mjs <"$work/op-in" >"$work/op-out" 2>"$work/op.log" &
provider=$!
exec 7>"$work/op-in" 6<"$work/op-out"
read -r issuer <&6
port=$(node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
printf 'http://127.0.0.1:%s/v1/auth/callback\n' "$port" >&7
read -r ready <&6
[ "$ready" = ready ]
verdict $? "the provider is ready: $(head -c 500 "$work/op.log")"
printf 'a-secret-of-the-test:with/odd+signs\n' >"$work/secret"
cat >"$work/stoad.conf" <<CONF
[server]
public_url = http://127.0.0.1:$port
[oidc school]
title = The School
issuer = $issuer
client_id = stoa
client_secret_file = $work/secret
CONF
"$stoad" --conf "$work/stoad.conf" --listen "127.0.0.1:$port" --data "$work/data" >"$work/said" 2>"$work/server.log" </dev/null &
server=$!
read -r line <"$work/said"
url=http://127.0.0.1:$port
printf '%s\n' "$line" | grep -qF "$url"
verdict $? "the server listens: $line $(tail -2 "$work/server.log")"
run 0 "the store is set up" "$stoa" init --defaults --no-lock

# ---- a person at the provider --------------------------------------------------------
browse() { # ADDRESS or -d DATA ADDRESS: the page in $work/page, where it is in $at
	at=$(curl -sS --max-time 20 -L -b "$work/jar" -c "$work/jar" -o "$work/page" -w '%{url_effective}' "$@" 2>"$work/curl.err")
}
# The pages of the provider's own: who one is, then whether that is well.
sign_in_as() { # NAME
	browse -d "prompt=login&login=$1&password=x" "$at"
	case $at in */interaction/*) browse -d 'prompt=consent' "$at" ;; esac
}
address_said() { # the first address in what the client prints
	for _ in $(seq 100); do
		said=$(sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p' "$work/out" | head -1)
		[ -n "$said" ] && return 0
		sleep 0.1
	done
	return 1
}
# Sign in as NAME in a browser that runs beside the client.
by_browser() { # NAME
	rm -f "$work/jar"
	timeout 60 "$stoa" login "$url" --provider school --json >"$work/out" 2>"$work/err" </dev/null &
	client=$!
	address_said auth_url
	verdict $? "the client says where to sign in: $(tail -2 "$work/err")"
	browse "$said"
	sign_in_as "$1"
	wait "$client"
	status=$?
	client=''
	[ "$status" = 0 ]
	verdict $? "$1 signs in with the browser: $status $(tail -2 "$work/err"; tail -c 300 "$work/page")"
}

by_browser lea
grep -qF 'You are signed in' "$work/page"
verdict $? "the browser says so"
says "the name is the provider's" '"name":"lea of the school"'
says "a learner" '"role":"learner"'
run 0 "who am I" "$stoa" whoami --json
lea=$(sed -n 's/.*"user":"\([0-9a-f]*\)".*/\1/p' "$work/out")
[ ${#lea} = 32 ]
verdict $? "an account"

run 0 "out" "$stoa" logout
by_browser lea
says "the same account again" "\"user\":\"$lea\""
run 0 "out again" "$stoa" logout
by_browser max
silent "another person is another account" "\"user\":\"$lea\""
run 0 "out as well" "$stoa" logout

# ---- another device -----------------------------------------------------------------
rm -f "$work/jar"
timeout 60 "$stoa" login "$url" --device --json >"$work/out" 2>"$work/err" </dev/null &
client=$!
address_said verification_uri_complete
verdict $? "the client says where and what to type: $(tail -2 "$work/err")"
silent "the device code itself is not shown" '"device_code":"'
user_code=$(sed -n 's/.*"user_code":"\([^"]*\)".*/\1/p' "$work/out" | head -1)
browse "$said"
xsrf=$(sed -n 's/.*name="xsrf" value="\([^"]*\)".*/\1/p' "$work/page" | head -1)
browse -d "xsrf=$xsrf&user_code=$user_code&confirm=yes" "$issuer/device"
sign_in_as lea
wait "$client"
status=$?
client=''
[ "$status" = 0 ]
verdict $? "another device signs in: $status $(tail -2 "$work/err"; tail -c 300 "$work/page")"
says "the same account by that way" "\"user\":\"$lea\""

# ---- what must not work, and what must not show ------------------------------------------
curl -sS -o "$work/page" -w '%{http_code}' "$url/v1/auth/callback?code=x&state=stranger" >"$work/code" 2>/dev/null
says "a stranger's state is refused" 40 "$work/code"
! grep -rqaE 'lea of the school|lea@example|max@example|a-secret-of' "$work/data" "$work/home" "$work/server.log"
verdict $? "no name, address or secret in a file: $(grep -rlaE 'lea of the school|lea@example|max@example|a-secret-of' "$work/data" "$work/home" "$work/server.log")"
! grep -qaE 'code=|state=' "$work/server.log"
verdict $? "no code or state in the log: $(grep -aE 'code=|state=' "$work/server.log" | head -2)"
finish
