# Shared by the tests of several stoad on one PostgreSQL: source it behind lib.sh.
# A cluster of the test's own in $base; without PostgreSQL the test is skipped.
json='Content-Type: application/json'
tools=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
[ -x "$tools/initdb" ] || { echo "SKIP: PostgreSQL is not installed"; exit 0; }
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
base=$(mktemp -d /tmp/stoa-replicas-XXXXXX)
[ "$(id -u)" != 0 ] || chown nobody "$base"
first='' second='' proxy=''
end() {
	for pid in $first $second $proxy; do kill -9 "$pid" 2>/dev/null; done
	as "$tools/pg_ctl" -D "$base/d" -m immediate stop >/dev/null 2>&1
	rm -rf "$base" "$work"
}
trap end EXIT
as "$tools/initdb" -D "$base/d" -U stoa -A trust --no-sync -E UTF8 --locale=C >"$work/initdb" 2>&1
verdict $? "a database cluster: $(tail -1 "$work/initdb")"
as "$tools/pg_ctl" -w -D "$base/d" -l "$base/log" \
	-o "-c listen_addresses= -c unix_socket_directories=$base -c fsync=off" start >/dev/null 2>&1
verdict $? "it runs"
# $url and $server of a replica called NAME, with its log apart; MORE lines of stoad.conf
replica() { # NAME [MORE]
	printf '[store]\nurl = postgresql://stoa@/postgres?host=%s\n[server]\nuploads = %s\n[limits]\nask_per_hour = 10000\ngeneral_per_hour = 10000\n%b' \
		"$base" "$work/uploads-$1" "${2:-}" >"$work/$1.conf"
	mkfifo "$work/said"
	"$stoad" --listen 127.0.0.1:0 --data "$work/data" --conf "$work/$1.conf" >"$work/said" 2>>"$work/log-$1" </dev/null &
	server=$!
	read -r line <"$work/said"
	rm "$work/said"
	url=$(printf '%s\n' "$line" | sed -n 's/.*listens on \([^ ;]*\);.*/\1/p')
	[ -n "$url" ]
	verdict $? "$1 says where it listens: $line"
}
