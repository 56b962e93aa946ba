# Shared by the shell tests of the cli: a home of its own, counted checks, and the
# line that tests/run-all reads.  Source it; end with `finish`.
set -u
stoa=$STOA_BUILD/stoa
[ -x "$stoa" ] || { echo "there is no $stoa"; echo "0%: Checks: 1, Failures: 1, Errors: 0"; exit 1; }
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
STOA_HOME=$work/home; export STOA_HOME
unset NO_COLOR COLUMNS DISPLAY WAYLAND_DISPLAY
LC_ALL=C.UTF-8 TERM=xterm; export LC_ALL TERM
checks=0 failures=0 status=0

verdict() { # 0 or not, name
	checks=$((checks + 1))
	[ "$1" = 0 ] && return 0
	failures=$((failures + 1))
	echo "FAILED: $2"
	return 0
}
# run STATUS NAME COMMAND...: standard output in $work/out, error in $work/err
run() {
	wanted=$1 name=$2
	shift 2
	"$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	[ "$status" = "$wanted" ] || { echo "  exit $status, not $wanted:"; tail -3 "$work/err"; }
	verdict "$([ "$status" = "$wanted" ]; echo $?)" "$name"
}
says() { # NAME TEXT [FILE]
	grep -qaF -e "$2" "${3:-$work/out}"
	verdict $? "$1: no \"$2\""
}
silent() { # NAME TEXT [FILE]
	! grep -qaF -e "$2" "${3:-$work/out}"
	verdict $? "$1: there is \"$2\""
}
empty() { # NAME FILE
	[ ! -s "$2" ]
	verdict $? "$1: not empty"
}
# Every line of the file is one JSON value; without a reader of JSON only its shape.
json() { # NAME FILE
	if command -v jq >/dev/null; then
		jq -e . <"$2" >/dev/null 2>&1
	elif command -v python3 >/dev/null; then
		python3 -c 'import json,sys
text = sys.stdin.read()
try:
	json.loads(text)
except ValueError:
	sys.exit(not [json.loads(line) for line in text.splitlines()])' <"$2" 2>/dev/null
	else
		[ -s "$2" ] && head -c 1 "$2" | grep -q '{' && tail -c 2 "$2" | grep -q '}'
	fi
	verdict $? "$1: not JSON"
}
# No byte that a terminal obeys: C0 but newline and tab, DEL, C1 as UTF-8 or raw,
# bidi overrides.
harmless() { # NAME FILE
	! LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$2"
	verdict $? "$1: control characters"
	iconv -f UTF-8 -t UTF-8 <"$2" >/dev/null 2>&1
	verdict $? "$1: not UTF-8"
}
# A person at a terminal: what is shown goes to $work/screen, keys are typed into
# descriptor 8.  wait_for looks only at what came since the last key.
pty_start() { # COMMAND LINE
	rm -f "$work/keys" "$work/screen"
	mkfifo "$work/keys"
	: >"$work/screen"
	seen=0
	# A job of a script is deaf to Ctrl-C unless told otherwise.  The shell between must
	# live through it whichever shell it is: dash ends at once where bash waits to see.
	env --default-signal=INT,QUIT SHELL=/bin/sh \
		script -qefc "trap : INT; stty rows 24 cols 80; $1" "$work/screen" <"$work/keys" >/dev/null 2>&1 &
	pty=$!
	exec 8>"$work/keys"
}
key() { # BYTES, as printf takes them
	seen=$(stat -c %s "$work/screen")
	# shellcheck disable=SC2059
	printf "$1" >&8
}
wait_for() { # NAME TEXT
	for _ in $(seq 1200); do
		tail -c +$((seen + 1)) "$work/screen" | grep -qaF -e "$2" && { verdict 0 "$1"; return; }
		sleep 0.05
	done
	verdict 1 "$1: \"$2\" was not shown"
	tail -c 300 "$work/screen" | cat -v
}
pty_end() { # the status of the command
	exec 8>&-
	wait "$pty"
}
finish() {
	[ "$failures" = 0 ] && percent=100 || percent=$((100 * (checks - failures) / checks))
	echo "$percent%: Checks: $checks, Failures: $failures, Errors: 0"
	[ "$failures" = 0 ]
	exit
}
course() { # FOLDER: a few documents of our own
	mkdir -p "$1"
	cat >"$1/leaf.md" <<'TEXT'
# The leaf

## Light

At high light the rate of photosynthesis levels off because light is no longer the limiting factor.
Beyond that point carbon dioxide limits the rate.

## Night

At night the stomata close and respiration goes on in the mitochondria.
TEXT
	cat >"$1/cell.txt" <<'TEXT'
Cells

A mitochondrion is the organelle in which most of the ATP of a cell is made.
The nucleus holds the chromosomes of the cell.
TEXT
}
