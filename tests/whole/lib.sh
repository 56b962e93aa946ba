# Sourced by the whole-program tests: a private home, counting, clean-up.
#   check "sentence" command...   counts it; the last line is what run-all reads
stoa=$STOA_BUILD/stoa
STOA_HOME=$(mktemp -d /tmp/stoa-whole-XXXXXX); export STOA_HOME
work=$(mktemp -d /tmp/stoa-whole-work-XXXXXX)
trap 'rm -rf "$STOA_HOME" "$work"' EXIT
checks=0 failures=0
check() {
	sentence=$1; shift
	checks=$((checks + 1))
	if ! "$@"; then
		failures=$((failures + 1))
		echo "not so: $sentence"
	fi
}
finish() {
	echo "$((checks ? (checks - failures) * 100 / checks : 0))%: Checks: $checks, Failures: $failures, Errors: 0"
	[ "$failures" = 0 ] && [ "$checks" != 0 ]
}
status_is() { # status, command...
	want=$1; shift
	"$@" >"$work/out" 2>"$work/err"; got=$?
	[ "$got" = "$want" ] || { echo "  exit $got, not $want: $*"; head -3 "$work/err"; return 1; }
}
notes() { # a small document everybody may quote
	cat >"$work/notes.md" <<'TEXT'
# Photosynthesis notes

## Light

Chlorophyll absorbs red and blue light most strongly.
At light saturation the rate of carboxylation by RuBisCO becomes limiting.
The Calvin cycle takes place in the stroma of the chloroplast.

## Water

Stomata are pores in the leaf surface through which carbon dioxide enters.
Water is split by photosystem II, which releases oxygen.
TEXT
}
