#!/bin/sh
# The real client before a proxy (nginx) that sends every request to another of two
# stoad: signing in, documents, questions, history, as if it were one server.
. "$(dirname "$0")/lib.sh"
nginx=$(command -v nginx || echo /usr/sbin/nginx)
[ -x "$nginx" ] || { echo "SKIP: nginx is not installed"; exit 0; }
. "$(dirname "$0")/replicas_lib.sh"
stoa=$STOA_BUILD/stoa
STOA_HOME=$work/home; export STOA_HOME
unset NO_COLOR COLUMNS
replica one 'admin_per_hour = 10000\n'
first=$server one=$url
administrator --conf "$work/one.conf"
replica two 'admin_per_hour = 10000\n'
second=$server two=$url server=

mkdir -p "$work/nginx/logs"
serve_proxy() { # PORT
	cat >"$work/nginx/conf" <<CONF
worker_processes 1;
daemon off;
error_log $work/nginx/logs/error;
pid $work/nginx/pid;
events { worker_connections 1024; }
http {
	log_format turns '\$upstream_addr \$status \$request';
	access_log $work/nginx/logs/access turns;
	client_body_temp_path $work/nginx/b; proxy_temp_path $work/nginx/p; fastcgi_temp_path $work/nginx/f;
	uwsgi_temp_path $work/nginx/u; scgi_temp_path $work/nginx/s;
	upstream both { server ${one#http://}; server ${two#http://}; keepalive 4; }
	server {
		listen 127.0.0.1:$1;
		client_max_body_size 64m;
		location / {
			proxy_pass http://both;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host \$host;
			proxy_buffering off;
			proxy_read_timeout 300s;
		}
	}
}
CONF
	"$nginx" -p "$work/nginx" -c "$work/nginx/conf" 2>>"$work/nginx/said" &
	proxy=$!
}
port=$((21000 + $$ % 20000))
for n in 1 2 3; do           # somebody may have that port
	serve_proxy "$port"
	through=http://127.0.0.1:$port tenths=50
	until curl -sS -o /dev/null "$through/health" 2>/dev/null || ! kill -0 "$proxy" 2>/dev/null || [ $((tenths -= 1)) = 0 ]; do sleep 0.1; done
	kill -0 "$proxy" 2>/dev/null && break
	port=$((port + 137))
done
ask 200 "the proxy reaches them" "$through/health"
# run STATUS NAME COMMAND...: standard output in $work/out, error in $work/err
run() {
	wanted=$1 name=$2
	shift 2
	"$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	[ "$status" = "$wanted" ] || { echo "  exit $status, not $wanted:"; tail -3 "$work/out" "$work/err"; }
	verdict "$([ "$status" = "$wanted" ]; echo $?)" "$name"
}
heard() { says "$1" "$2" "$work/out"; }
ask 200 "a class" -X POST -H "$bearer" -H "$json" -d '{"id":"biology","title":"Biology"}' "$through/v1/subjects"
ask 200 "its code" -X POST -H "$bearer" -H "$json" -d '{}' "$through/v1/subjects/biology/join-codes"
code=$(sed -n 's/.*"code":"\([^"]*\)".*/\1/p' "$work/body")
[ -n "$code" ]
verdict $? "a code"
run 0 "a history here" "$stoa" init --defaults --no-lock
run 0 "signing in with it" "$stoa" login --code "$code" --name Ann "$through"
run 0 "who am I" "$stoa" whoami
heard "who am I" Ann
for n in 1 2 3 4; do
	printf 'Enzyme number %s is called stoase%s. It makes %s grams of starch an hour.\n' "$n" "$n" "$n" >"$work/enzyme$n.txt"
	run 0 "document $n" "$stoa" add "$work/enzyme$n.txt"
done
run 0 "documents" "$stoa" docs list
for n in 1 2 3 4; do heard "document $n is listed" "enzyme$n"; done
for n in 1 2 3 4; do
	run 0 "question $n" "$stoa" ask --extractive "What is enzyme number $n called?"
	heard "its answer" "stoase$n"
done
run 0 "history" "$stoa" history list
for n in 1 2 3 4; do heard "question $n is there" "enzyme number $n"; done
run 0 "all is delivered" "$stoa" sync
run 0 "status" "$stoa" status
heard "status" ONLINE
run 0 "one document goes" "$stoa" docs rm --yes enzyme1.txt
run 0 "documents" "$stoa" docs list
! grep -q enzyme1 "$work/out"
verdict $? "it is gone everywhere"
run 0 "the end" "$stoa" logout
for upstream in "${one#http://}" "${two#http://}"; do
	[ "$(grep -c "^$upstream 2" "$work/nginx/logs/access")" -gt 10 ]
	verdict $? "each has its turn: $(grep -c "^$upstream" "$work/nginx/logs/access")"
done
! grep -E '^[0-9.:]+ 5' "$work/nginx/logs/access"
verdict $? "no request fails"

# Many at once at both: two writers of one library and one history.
for n in 1 2 3 4 5 6 7 8; do
	for at in one two; do
		eval "to=\$$at"
		printf 'Planet %s%s turns once in %s days around the star Kepleria.\n' "$at" "$n" "$((n * 7))" >"$work/$at$n.txt"
		curl -sS -o "$work/added-$at$n" -w '%{http_code}' -H "$bearer" -H 'Content-Type: text/plain' --data-binary "@$work/$at$n.txt" \
			"$to/v1/files?name=$at$n.txt" >"$work/status-$at$n" 2>/dev/null &
		eval "added_$at$n=\$!"
	done
done
for n in 1 2 3 4 5 6 7 8; do
	for at in one two; do
		eval "wait \$added_$at$n"
		[ "$(cat "$work/status-$at$n")" = 200 ]
		verdict $? "document $n at $at: $(head -c 200 "$work/added-$at$n")"
	done
done
for n in 1 2 3 4 5 6 7 8; do
	ask 200 "planet $n of one, asked at two" -X POST -H "$bearer" -H "$json" -d "{\"query\":\"planet one$n Kepleria\"}" "$two/v1/search"
	says "is found" "Planet one$n turns"
	ask 200 "planet $n of two, asked at one" -X POST -H "$bearer" -H "$json" -d "{\"query\":\"planet two$n Kepleria\"}" "$one/v1/search"
	says "is found" "Planet two$n turns"
done
counted() { [ "$(curl -sS -H "$bearer" "$1/health" | sed -n 's/.*"documents":\([0-9]*\).*/\1/p')" = 19 ]; }
within 50 "one counts all documents" counted "$one"
within 50 "and so does two" counted "$two"
kill -TERM "$proxy"
wait "$proxy"
proxy=''
for pid in $first $second; do
	kill -TERM "$pid"
	wait "$pid"
	verdict $? "it ends well when it is asked to"
done
first='' second=''
cat "$work/log-one" "$work/log-two" >"$work/log"
! grep -aqE 'indexed-again|index-damaged|index-made-anew' "$work/log"
verdict $? "the index is whole"
finish
