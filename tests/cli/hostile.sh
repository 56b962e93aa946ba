#!/bin/sh
# What others wrote never moves the terminal: documents, file names, questions and
# settings full of escape sequences, on a pipe and on a pseudo-terminal.
. "$(dirname "$0")/lib.sh"
esc=$(printf '\033') c1=$(printf '\302\233') bidi=$(printf '\342\200\256')
evil="$work/evil"
mkdir -p "$evil"
printf '# Title %s]0;owned\007 %s31m\n\nThe gribble %s[2J%s]52;c;b3duZWQ=\007 is %sdesrever green.\nThe frobnitz \210\233is\177 loud.\n' \
	"$esc" "$c1" "$esc" "$esc" "$bidi" >"$evil/doc.md"
for name in "name ${esc}[31mred.txt" "name ${bidi}fdp.txt" "-rf.txt" "\$(touch pwned).txt" "a'b\"c;d|e.txt" \
	"line
break.txt" "$(printf 'bad\377byte.txt')" "$(printf 'c1\302\233J.txt')" "percent %s%n%s.txt" ".hidden.txt" "spaces  and	tab.txt"; do
	echo "The file called zork holds the answer of ${#name} letters." >"$evil/$name"
done
ln -s /etc/passwd "$evil/link.txt"
mkfifo "$evil/pipe.txt"
ln -s "$evil" "$evil/loop"

"$stoa" init --defaults --no-lock >/dev/null 2>&1
run_harmless() { # STATUS NAME COMMAND...
	run "$@"
	harmless "$2 (out)" "$work/out"
	harmless "$2 (err)" "$work/err"
}
"$stoa" add "$evil" >"$work/out" 2>"$work/err" </dev/null
harmless "add" "$work/out"
harmless "add" "$work/err"
says "a name that is not UTF-8 is taken" "read    bad"
run_harmless 0 "it is known again" "$stoa" add "$evil/$(printf 'bad\377byte.txt')"
says "the same" "same    bad"
"$stoa" add "$evil" >"$work/out" 2>"$work/err" </dev/null
silent "a hidden file is not taken" ".hidden.txt"
silent "a link is not followed" "passwd"
"$stoa" add --json --again "$evil" >"$work/out" 2>"$work/err" </dev/null
harmless "add --json" "$work/out"
json "add --json" "$work/out"
[ ! -e pwned ] && [ ! -e "$evil/pwned" ]; verdict $? "a file name was run"
run_harmless 1 "a fifo is refused" "$stoa" add "$evil/pipe.txt"
run_harmless 0 "docs" "$stoa" docs
run_harmless 0 "docs --json" "$stoa" docs --json
run_harmless 0 "page" "$stoa" docs page doc.md 1
run_harmless 0 "page --json" "$stoa" docs page --json doc.md 1
run_harmless 0 "search" "$stoa" search gribble
says "search still finds" "gribble"
"$stoa" ask "What is the gribble?" >"$work/out" 2>"$work/err" </dev/null
harmless "ask" "$work/out"
"$stoa" ask --json "What is the frobnitz?" >"$work/out" 2>"$work/err" </dev/null
harmless "ask --json" "$work/out"
json "ask --json" "$work/out"
"$stoa" ask "why ${esc}[31m${c1}2J ${bidi}" >"$work/out" 2>"$work/err" </dev/null
harmless "a hostile question" "$work/out"
harmless "a hostile question" "$work/err"
"$stoa" ask "$(printf 'bad \377 bytes')" >"$work/out" 2>"$work/err" </dev/null
[ $? = 2 ]; verdict $? "a question that is not UTF-8 is refused"
harmless "bad bytes" "$work/err"
run_harmless 2 "a hostile verb" "$stoa" "${esc}]0;x"
run_harmless 2 "a hostile option" "$stoa" ask "--${esc}[31m" why
run_harmless 3 "a hostile document" "$stoa" docs show "${esc}[31m"
run_harmless 0 "history" "$stoa" history
run_harmless 0 "history --json" "$stoa" history --json
run_harmless 0 "show" "$stoa" history show last
for format in md json html txt; do
	run_harmless 0 "export $format" "$stoa" history export --format $format
done
run_harmless 0 "doctor" "$stoa" doctor
run_harmless 2 "a hostile setting" "$stoa" config set llm.model "${esc}[31m
x"
printf '[answers]\n%s[31m = 1\n' "$esc" >"$STOA_HOME/config/stoa.conf"
run_harmless 2 "a hostile configuration" "$stoa" config list
rm "$STOA_HOME/config/stoa.conf"
printf 'What is the gribble?\n/sources\n/page 1\n/%s[31m\n/search gribble\n' "$esc" | "$stoa" chat >"$work/out" 2>"$work/err"
harmless "chat" "$work/out"
harmless "chat" "$work/err"
if command -v strings >/dev/null || command -v grep >/dev/null; then
	! grep -qaP '\x1b' "$STOA_HOME/state/log"; verdict $? "an escape sequence in the log"
fi

# On a terminal our own colours and redraws are there, and nothing else.
if command -v script >/dev/null; then
	for line in "docs" "search gribble" "ask 'What is the gribble?'" "add --again '$evil'" "history" "docs page doc.md 1"; do
		TERM=xterm script -qec "$stoa $line" /dev/null </dev/null >"$work/pty" 2>&1
		LC_ALL=C sed 's/\x1b\[[0-9;]*m//g; s/\x1b\[K//g; s/\r//g' "$work/pty" >"$work/rest"
		harmless "on a terminal: $line" "$work/rest"
		NO_COLOR=1 TERM=xterm script -qec "$stoa $line --plain" /dev/null </dev/null >"$work/pty" 2>&1
		LC_ALL=C sed 's/\r//g' "$work/pty" >"$work/rest"
		harmless "without colours: $line" "$work/rest"
	done
fi
finish
