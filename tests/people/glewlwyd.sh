#!/bin/sh
# Signing in with a second real identity provider, written by others in C: Glewlwyd on
# SQLite, with code and PKCE, by another device, and with keys that it changes.
. "$(dirname "$0")/../cli/lib.sh"
cd "$(dirname "$0")/../.." || exit 1
for tool in curl openssl node; do
	command -v $tool >/dev/null || { echo "SKIP: $tool is not installed"; exit 0; }
done
root=$(tests/support/debian-packages glewlwyd sqlite3 2>"$work/why") || { echo "SKIP: $(cat "$work/why")"; exit 0; }
libraries=$(find "$root/usr/lib" -name 'libyder.so*' -printf '%h\n' | head -1)
PATH=$PATH:$root/usr/bin
if LD_LIBRARY_PATH=$libraries ldd "$root/usr/bin/glewlwyd" | grep 'not found' >"$work/why"; then
	echo "SKIP: glewlwyd lacks $(head -1 "$work/why")"
	exit 0
fi
stoad=$STOA_BUILD/stoad server='' provider='' client=''
trap 'kill $server $provider $client 2>/dev/null; rm -rf "$work"' EXIT
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
free_port() { node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

# ---- the provider ------------------------------------------------------------------
at=$(free_port) api=http://127.0.0.1:$at/api
sqlite3 "$work/provider.db" <"$root/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
sed -e "s|^port=.*|port=$at|" -e 's|^#bind_address=.*|bind_address="127.0.0.1"|' \
	-e "s|_G_EXTRNAL_URL_|http://127.0.0.1:$at|" -e 's|^log_mode=.*|log_mode="console"|' -e 's|^log_file=.*||' \
	-e "s|\"/usr/lib/glewlwyd|\"$root/usr/lib/glewlwyd|" \
	-e "s|^@include.*|database = { type = \"sqlite3\"; path = \"$work/provider.db\"; };|" \
	"$root/usr/share/glewlwyd/templates/glewlwyd-debian.conf.properties" >"$work/provider.conf"
LD_LIBRARY_PATH=$libraries "$root/usr/bin/glewlwyd" --config-file="$work/provider.conf" >"$work/provider.log" 2>&1 </dev/null &
provider=$!
for _ in $(seq 100); do
	curl -s -o /dev/null "$api/auth" && break
	sleep 0.1
done
set_up() { # METHOD PATH JSON: as the provider's administrator; its status in $work/code
	curl -sS --max-time 20 -b "$work/admin" -c "$work/admin" -X "$1" -H 'Content-Type: application/json' -d "$3" \
		-o "$work/page" -w '%{http_code}' "$api$2" >"$work/code" 2>"$work/curl.err"
	grep -q '^200' "$work/code"
	verdict $? "the provider takes $1 $2: $(cat "$work/code") $(head -c 300 "$work/page")"
}
# Its settings with a key that was just made.
plugin() {
	openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
	openssl rsa -in "$work/key.pem" -pubout -out "$work/public.pem" 2>/dev/null
	printf '{"module":"oidc","name":"oidc","display_name":"oidc","parameters":{"iss":"%s/oidc","jwt-type":"rsa",
"jwt-key-size":"256","key":"%s","cert":"%s","access-token-duration":3600,"refresh-token-duration":1209600,
"code-duration":600,"refresh-token-rolling":true,"allow-non-oidc":false,"auth-type-code-enabled":true,
"auth-type-code-revoke-replayed":true,"auth-type-token-enabled":false,"auth-type-id-token-enabled":true,
"auth-type-none-enabled":false,"auth-type-password-enabled":false,"auth-type-client-enabled":false,
"auth-type-device-enabled":true,"auth-type-refresh-enabled":true,"device-authorization-expiration":600,
"device-authorization-interval":1,"jwks-show":true,"pkce-allowed":true,"pkce-method-plain-allowed":false,
"pkce-required":true,"subject-type":"public","name-claim":"mandatory","email-claim":"mandatory",
"scope-claim":"no","allowed-scope":["openid"]}}' "$api" \
		"$(awk '{printf "%s\\n",$0}' "$work/key.pem")" "$(awk '{printf "%s\\n",$0}' "$work/public.pem")"
}
port=$(free_port) url=http://127.0.0.1:$port
set_up POST /auth '{"username":"admin","password":"password"}'
set_up POST /mod/plugin/ "$(plugin)"
for name in lea max; do
	set_up POST /user/ '{"username":"'$name'","name":"'$name' of the mill","email":"'$name'@example.org","password":"pass-of-'$name'","scope":["openid","g_profile"],"enabled":true}'
done
set_up POST /client/ '{"client_id":"stoa","name":"stoa","confidential":true,"client_secret":"a-secret-of-the-test",
"redirect_uri":["'"$url"'/v1/auth/callback"],"authorization_type":["code","device_authorization"],"scope":["openid"],
"token_endpoint_auth_method":["client_secret_basic"],"enabled":true}'

# ---- the server that knows it --------------------------------------------------------
mkfifo "$work/said"
echo a-secret-of-the-test >"$work/secret"
cat >"$work/stoad.conf" <<CONF
[server]
public_url = $url
[oidc mill]
issuer = $api/oidc
client_id = stoa
client_secret_file = $work/secret
scopes = openid
CONF
"$stoad" --conf "$work/stoad.conf" --listen "127.0.0.1:$port" --data "$work/data" >"$work/said" 2>"$work/server.log" </dev/null &
server=$!
read -r line <"$work/said"
printf '%s\n' "$line" | grep -qF "$url"
verdict $? "the server listens: $line $(tail -2 "$work/server.log")"
run 0 "the store is set up" "$stoa" init --defaults --no-lock

# ---- a person at the provider ----------------------------------------------------------
known_as() { # NAME: a browser in which that one is signed in and has agreed
	rm -f "$work/jar"
	curl -sS -c "$work/jar" -H 'Content-Type: application/json' -d '{"username":"'"$1"'","password":"pass-of-'"$1"'"}' "$api/auth" >/dev/null 2>&1
	curl -sS -b "$work/jar" -X PUT -H 'Content-Type: application/json' -d '{"scope":"openid"}' "$api/auth/grant/stoa" >/dev/null 2>&1
}
address_said() { # the first address in what the client prints
	for _ in $(seq 100); do
		said=$(sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p' "$work/out" | head -1)
		[ -n "$said" ] && return 0
		sleep 0.1
	done
	return 1
}
begin() { # FIELD OPTION...: the client asks and says an address
	timeout 60 "$stoa" login "$url" "$@" --json >"$work/out" 2>"$work/err" </dev/null &
	client=$!
}
end() { # WHAT
	wait "$client"
	status=$?
	client=''
	[ "$status" = 0 ]
	verdict $? "$1: $status $(tail -2 "$work/err"; tail -c 300 "$work/page"; tail -3 "$work/server.log")"
}
by_browser() { # NAME
	known_as "$1"
	begin --provider mill
	address_said auth_url
	verdict $? "the client says where to sign in: $(tail -2 "$work/err")"
	curl -sS --max-time 20 -L -b "$work/jar" -c "$work/jar" -o "$work/page" "$said&g_continue" 2>"$work/curl.err"
	end "$1 signs in with the browser"
}

by_browser lea
says "the name is the provider's" '"name":"lea of the mill"'
says "a learner" '"role":"learner"'
run 0 "who am I" "$stoa" whoami --json
lea=$(sed -n 's/.*"user":"\([0-9a-f]*\)".*/\1/p' "$work/out")
[ ${#lea} = 32 ]
verdict $? "an account"
run 0 "out" "$stoa" logout
by_browser max
silent "another person is another account" "\"user\":\"$lea\""
run 0 "out again" "$stoa" logout

known_as lea
begin --device
address_said user_code
verdict $? "the client says what to type: $(tail -2 "$work/err")"
curl -sS --max-time 20 -L -b "$work/jar" -c "$work/jar" -o "$work/page" "$api/oidc/device?code=$said&g_continue" 2>"$work/curl.err"
end "another device signs in"
says "the same account by that way" "\"user\":\"$lea\""
run 0 "out once more" "$stoa" logout

# ---- the provider changes its key -------------------------------------------------------
kid() { curl -s "$api/oidc/jwks" | sed 's/.*"kid":"\([^"]*\)".*/\1/'; }
before=$(kid)
set_up PUT /mod/plugin/oidc "$(plugin)"
set_up PUT /mod/plugin/oidc/reset '{}'
[ -n "$before" ] && [ "$(kid)" != "$before" ]
verdict $? "the provider signs with another key"
by_browser lea
says "the same account, signed with the new key" "\"user\":\"$lea\""

# ---- the provider is taken out of the settings, and put back ------------------------------
reloaded() { # TIMES: the server has read its settings so often
	for _ in $(seq 100); do
		[ "$(grep -ac 'server reload result=NONE' "$work/server.log")" = "$1" ] && return 0
		sleep 0.1
	done
	return 1
}
cp "$work/stoad.conf" "$work/with.conf"
sed -i '/^\[oidc/,$d' "$work/stoad.conf"
kill -HUP "$server"
reloaded 1
verdict $? "the server reads its settings: $(tail -2 "$work/server.log")"
run 4 "who signed in by it is let in no more" "$stoa" whoami
curl -sS "$url/v1/auth" >"$work/page"
silent "and it is no way in" mill "$work/page"
cp "$work/with.conf" "$work/stoad.conf"
printf '[oidc x]\nissuer = https://x.example\n' >>"$work/stoad.conf"
kill -HUP "$server"
for _ in $(seq 100); do grep -qa 'needs an issuer and a client_id' "$work/server.log" && break; sleep 0.1; done
run 4 "a mistake changes nothing" "$stoa" whoami
cp "$work/with.conf" "$work/stoad.conf"
kill -HUP "$server"
reloaded 2
verdict $? "and again: $(tail -2 "$work/server.log")"
by_browser lea
says "the same account when it is back" "\"user\":\"$lea\""

! grep -rqaE 'of the mill|@example|a-secret-of' "$work/data" "$work/home" "$work/server.log"
verdict $? "no name, address or secret in a file"
finish
