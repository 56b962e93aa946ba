# Shared by the shell tests of the server: a stoad of its own on a port that is
# free, curl, counted checks and the line that tests/run-all reads.  Source it; end
# with `finish`.
set -u
stoad=$STOA_BUILD/stoad
[ -x "$stoad" ] || { echo "there is no $stoad"; echo "0%: Checks: 1, Failures: 1, Errors: 0"; exit 1; }
work=$(mktemp -d) server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -rf "$work"' EXIT
LC_ALL=C.UTF-8; export LC_ALL
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
checks=0 failures=0

verdict() { # 0 or not, name
	checks=$((checks + 1))
	[ "$1" = 0 ] && return 0
	failures=$((failures + 1))
	echo "FAILED: $2"
	return 0
}
# Start a server on $work/data; $url is where it listens.
start() { # more arguments of stoad
	mkfifo "$work/said"
	"$stoad" --listen 127.0.0.1:0 --data "$work/data" "$@" >"$work/said" 2>>"$work/log" </dev/null &
	server=$!
	read -r line <"$work/said"
	rm "$work/said"
	url=$(printf '%s\n' "$line" | sed -n 's/.*listens on \([^ ;]*\);.*/\1/p')
	[ -n "$url" ]
	verdict $? "the first line says where it listens: $line"
}
stop() {
	kill -TERM "$server"
	wait "$server"
	status=$?
	server=
	[ "$status" = 0 ]
	verdict $? "it ends well when it is asked to: $status"
}
# ask STATUS NAME ARGUMENTS OF CURL: head in $work/head, body in $work/body
ask() {
	wanted=$1 name=$2
	shift 2
	got=$(curl -sS --max-time 20 -D "$work/head" -o "$work/body" -w '%{http_code}' "$@" 2>"$work/curl")
	[ "$got" = "$wanted" ] || { echo "  status $got, not $wanted:"; head -c 300 "$work/body" "$work/curl"; echo; }
	verdict "$([ "$got" = "$wanted" ]; echo $?)" "$name"
}
says() { # NAME TEXT [FILE]
	grep -qaF -e "$2" "${3:-$work/body}"
	verdict $? "$1: no \"$2\""
}
# The token of the first administrator into $token; the server runs.
administrator() { # more arguments of stoad
	code=$("$stoad" admin --data "$work/data" "$@" 2>>"$work/log" | sed 's/.*: //')
	curl -sS -H 'Content-Type: application/json' -d "{\"code\":\"$code\",\"name\":\"Ada\"}" "$url/v1/auth/join" >"$work/body"
	token=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' "$work/body")
	[ -n "$token" ]
	verdict $? "the first administrator joins: $(head -c 300 "$work/body")"
	bearer="Authorization: Bearer $token"
}
# Ask until COMMAND is true or TENTHS of a second have gone, six times over: the machine
# may be busy.
within() { # TENTHS NAME COMMAND...
	tenths=$(($1 * 6)) name=$2
	shift 2
	while [ "$tenths" -gt 0 ]; do
		"$@" && { verdict 0 "$name"; return; }
		tenths=$((tenths - 1))
		sleep 0.1
	done
	verdict 1 "$name: not within the time"
}
finish() {
	! grep -aqE 'AddressSanitizer|ThreadSanitizer|runtime error:' "$work/log"
	verdict $? "no sanitizer complains: $(grep -aE 'Sanitizer|runtime error:' "$work/log" | head -3)"
	[ "$failures" = 0 ] && percent=100 || percent=$((100 * (checks - failures) / checks))
	[ "$failures" = 0 ] || { echo "the log:"; tail -${FAIL_LINES:-15} "$work/log"; }
	echo "$percent%: Checks: $checks, Failures: $failures, Errors: 0"
	[ "$failures" = 0 ]
	exit
}
