#!/bin/sh
# The main job leaks nothing and reads nothing it did not write, as valgrind sees
# it, where there is a valgrind; elsewhere the sanitizer builds say so.
. "$(dirname "$0")/lib.sh"
notes
"$stoa" init --defaults --no-lock >/dev/null 2>&1
"$stoa" add "$work/notes.md" >/dev/null 2>&1
case $STOA_BUILD in *san) under="" ;; *) under=$(command -v valgrind) ;; esac
clean() {
	${under:+$under -q --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=99} "$stoa" "$@" >"$work/out" 2>"$work/err"
	s=$?
	[ $s -ne 99 ] && [ $s -lt 124 ] || { tail -20 "$work/err"; return 1; }
}
check "asking" clean ask "Where does the Calvin cycle take place?"
check "asking in vain" clean ask "What is the boiling point of tungsten?"
check "searching" clean search stomata
check "summarising" clean ask "summarise my notes"
check "the history" clean history search calvin
check "exporting" clean history export --format html
check "a wrong command line" clean ask --subject
finish
