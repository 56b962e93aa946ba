#!/bin/sh
# A history where nothing can be written: it is read, asked, and says that nothing is
# kept; what would change it is refused in one sentence, and no byte of it changes.
. "$(dirname "$0")/lib.sh"
course "$work/course"
"$stoa" init --defaults --no-lock >/dev/null 2>&1
"$stoa" add "$work/course" >/dev/null 2>&1
"$stoa" ask "What happens at night?" >/dev/null 2>&1
question="Why does the rate of photosynthesis level off at high light?"
cp "$stoa" "$work/stoa"
find "$STOA_HOME" -type f -exec chmod 0400 {} +
find "$STOA_HOME" -type d -exec chmod 0500 {} +
as=
if [ "$(id -u)" = 0 ]; then                # root may write anyway: be somebody else
	chmod 711 "$work"
	chown -R 65534:65534 "$STOA_HOME"
	as="setpriv --reuid=65534 --regid=65534 --clear-groups"
	$as "$work/stoa" --version >/dev/null 2>&1 || { echo "SKIP: another user cannot be tried here"; exit 0; }
fi
sums() { (cd "$STOA_HOME" && find . -type f -exec cksum {} + | sort); }
sums >"$work/before"
run 0 "the list is read" $as "$work/stoa" history list
says "the list" "What happens at night"
run 0 "what was said is read" $as "$work/stoa" history search night
run 0 "documents are searched" $as "$work/stoa" search "levels off"
run 0 "a question is answered" $as "$work/stoa" ask "$question"
says "the answer" "no longer the limiting factor"
says "it says that it is not kept" "is not kept"
run 4 "deleting is refused" $as "$work/stoa" history rm --yes "What happens at night"
says "and why" "cannot be written where it lies" "$work/err"
run 0 "every seal is whole" $as "$work/stoa" vault verify
$as "$work/stoa" doctor >"$work/out" 2>/dev/null
says "the doctor says it" "read only: its file or folder cannot be written"
sums >"$work/after"
cmp -s "$work/before" "$work/after"; verdict $? "no byte changed"
find "$STOA_HOME" -type d -exec chmod 0700 {} +
find "$STOA_HOME" -type f -exec chmod 0600 {} +
run 0 "it can be written again" $as "$work/stoa" ask "$question"
silent "now it is kept" "is not kept"
finish
