#!/bin/sh
# Nothing is sent anywhere unless it was set up: no internet socket is made while
# adding, asking, searching and reading history.
. "$(dirname "$0")/lib.sh"
notes
cat >"$work/run" <<TEXT
"$stoa" init --defaults --no-lock; "$stoa" add "$work/notes.md"; "$stoa" ask "Where does the Calvin cycle take place?"
"$stoa" search stomata; "$stoa" history list; "$stoa" doctor
TEXT
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	strace -f -e trace=socket,connect -o "$work/trace" sh "$work/run" >/dev/null 2>&1
	check "no internet socket" sh -c '! grep -qE "AF_INET" "$1"' - "$work/trace"
	check "the trace saw the programs run" sh -c 'grep -q "exited with" "$1"' - "$work/trace"
else
	# Without strace: a network namespace of its own shows no packet either way.
	check "works with no network at all" sh -c '
		if unshare -rn true 2>/dev/null; then unshare -rn sh "$1" >/dev/null 2>&1; else sh "$1" >/dev/null 2>&1; fi' - "$work/run"
fi
finish
