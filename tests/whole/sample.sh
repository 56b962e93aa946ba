#!/bin/sh
# What `make run` opens, from a pipe: the sample course is read once and answers.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")/../.." && pwd)
opens() {
	echo "Why are leaves green?" | "$here/tests/run-sample" "$STOA_BUILD" --plain >"$work/out" 2>"$work/err" ||
		{ cat "$work/err"; return 1; }
	grep -q "green light" "$work/out"
}
check "the sample opens and answers" opens
check "and again, from what was read" opens
finish
