#!/bin/sh
# A disk without a byte left while something stands in the database's log and nobody
# has it open: what is there is read and asked, and it says that nothing is kept.
. "$(dirname "$0")/lib.sh"
mkdir "$work/disk"
mount -t tmpfs -o size=5m none "$work/disk" 2>/dev/null || { echo "SKIP: a small disk cannot be mounted here"; exit 0; }
trap 'umount "$work/disk"; rm -rf "$work"' EXIT
STOA_HOME=$work/disk/home
data=$STOA_HOME/data/local.db
course "$work/course"
"$stoa" init --defaults --no-lock >/dev/null 2>&1
"$stoa" add "$work/course" >/dev/null 2>&1
# N questions, then killed: they stand in the log; no memory is shared over it any more.
killed_after() {
	mkfifo "$work/in"
	"$stoa" chat <"$work/in" >"$work/chat" 2>&1 &
	chat=$!
	exec 5>"$work/in"
	rm "$work/in"
	for n in $(seq "$1"); do echo "What happens at night, $n?" >&5; done
	tries=0
	while [ "$(grep -c 'At night the stomata' "$work/chat")" -lt "$1" ] && [ $tries -lt 400 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	kill -9 $chat
	exec 5>&-
	wait $chat 2>/dev/null
	rm -f "$data-shm"
	[ -s "$data-wal" ]
	verdict $? "something stands in the log"
	dd if=/dev/zero of="$work/disk/fill" bs=4096 2>/dev/null
}
question="Why does the rate of photosynthesis level off at high light?"
killed_after 1
run 0 "a question is answered" "$stoa" ask "$question"
says "the answer" "no longer the limiting factor"
says "it says that it is not kept" "not kept"
run 0 "what stood in the log is there" "$stoa" history list
says "the list" "What happens at night, 1"
rm "$work/disk/fill"
run 0 "with room again" "$stoa" ask "$question"
silent "it is kept" "not kept"
killed_after 40
before=$(wc -c <"$data")
run 0 "a question is answered although the log does not fit into the file" "$stoa" ask "$question"
says "the answer" "no longer the limiting factor"
says "it says that it is not kept" "not kept"
run 0 "every seal is whole" "$stoa" vault verify
[ "$(wc -c <"$data")" = "$before" ]
verdict $? "the file is as large as it was"
rm "$work/disk/fill"
run 0 "with room again" "$stoa" ask "$question"
silent "it is kept" "not kept"
run 0 "every seal is whole" "$stoa" vault verify
finish
