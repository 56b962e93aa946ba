#!/bin/sh
# Folders watched, and long work ended: what is put or changed there is added, and an
# interrupt leaves a whole store.
. "$(dirname "$0")/lib.sh"
course "$work/course"
"$stoa" init --defaults --no-lock >/dev/null 2>&1
begin() { # ARGUMENTS of stoa; output in $work/live
	: >"$work/live"
	env --default-signal=INT,TERM "$stoa" "$@" >"$work/live" 2>"$work/live.err" </dev/null &
	job=$!
}
appears() { # NAME TEXT
	for _ in $(seq 1200); do
		grep -qaF -e "$2" "$work/live" "$work/live.err" && { verdict 0 "$1"; return; }
		sleep 0.05
	done
	verdict 1 "$1: \"$2\" was not said"
	cat "$work/live" "$work/live.err"
}
begin add --watch "$work/course"
appears "what is there is added" "leaf.md"
appears "it watches" "Watching"
echo "The chloroplast is green because of chlorophyll." >"$work/course/new.txt"
appears "a new file is added" "new.txt"
echo "The vacuole stores water." >"$work/course/part.tmp"
mv "$work/course/part.tmp" "$work/course/moved.txt"
appears "a file moved there is added" "moved.txt"
mkdir "$work/course/deep" && echo "The ribosome makes proteins." >"$work/course/deep/inner.md"
appears "a file in a new folder is added" "inner.md"
echo "no document" >"$work/course/data.bin"
echo "hidden" >"$work/course/.secret.txt"
echo "The wall is made of cellulose." >"$work/course/last.txt"
appears "the last one is added" "last.txt"
kill -INT "$job"
wait "$job"; verdict $? "Ctrl-C is how watching ends"
silent "what is no document is not added" "data.bin" "$work/live"
silent "nor what is hidden" ".secret" "$work/live"
run 0 "what was watched can be asked" "$stoa" search ribosome
begin add --watch "$work/course/new.txt"
appears "one file is watched" "Watching"
echo "The chloroplast is green, and red in autumn." >"$work/course/new.txt"
appears "its change is seen" "read "
kill -TERM "$job"
wait "$job"; verdict $? "SIGTERM ends it too"

# many files, interrupted in the middle
mkdir "$work/many"
for i in $(seq 400); do
	echo "Sentence number $i tells that plant $i has $i leaves." >"$work/many/$i.txt"
done
begin add "$work/many"
appears "it has begun" "10.txt"
kill -INT "$job"
wait "$job"
status=$?
[ "$status" = 130 ] || [ "$status" = 0 ]; verdict $? "an interrupted add ends with 130, not $status"
run 0 "the store is whole" "$stoa" vault verify
run 0 "and the rest is added" "$stoa" add "$work/many"
says "all are there" "400 files"
run 0 "and found" "$stoa" search plant 399
finish
