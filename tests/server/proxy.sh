#!/bin/sh
# Limits by address: of the other end; behind a proxy that is believed, of whom it
# names last; and nobody else is believed.
. "$(dirname "$0")/lib.sh"
guest() { # STATUS NAME X-FORWARDED-FOR
	ask "$1" "$2" -X POST -H "X-Forwarded-For: $3" "$url/v1/auth/guest"
}
printf '[server]\nproxy = 127.0.0.1\n[limits]\nadmin_per_hour = 3\n' >"$work/conf"
start --conf "$work/conf"
for i in 1 2 3; do
	guest 200 "guest $i of an address" "198.51.100.$i, 203.0.113.5"
done
guest 429 "a fourth one" "203.0.113.5"
seconds=$(sed -n 's/^retry-after: \([0-9]*\).*/\1/p' "$work/head")
[ "${seconds:-0}" -gt 1000 ] && [ "$seconds" -le 1201 ]
verdict $? "it says when to come again: $seconds s"
says "and why" '"code":"RATE_LIMITED"'
guest 200 "one of another address" "203.0.113.6"
for i in 1 2 3; do
	guest 200 "guest $i of a network of IPv6" "2001:db8:0:7::$i"
done
guest 429 "a fourth address of it is nobody new" "2001:db8:0:7:aaaa::4"
guest 200 "the next network" "2001:db8:0:8::1"
guest 200 "what is no address is the proxy's own" "; nonsense"
stop
printf '[limits]\nadmin_per_hour = 3\n' >"$work/conf"
start --conf "$work/conf"
for i in 1 2 3; do
	guest 200 "guest $i without a proxy" "198.51.100.$i"
done
guest 429 "what he says of himself is not believed" "198.51.100.4"
stop
finish
