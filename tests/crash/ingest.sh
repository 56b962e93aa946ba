#!/bin/bash
# Adding a document, with every writing system call made to fail or to kill: what
# was acknowledged is there afterwards, and rows, files and index are in step.
# ingest.sh BUILDFOLDER; the last line is "N passed, N failed".
build=$1
cd "$(dirname "$0")/../.." || exit 1
make --no-print-directory FLAVOUR="${build##*/}" "$build/stoa-extract" "$build/tests/crash/ingest" >/dev/null || exit 1
program=$PWD/$build/tests/crash/ingest
passed=0 failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/fresh" "$work/again"
printf 'Granite is an igneous rock.\n\nSlate was mud once.\n' | tee "$work/fresh/source" >"$work/again/source"
"$program" check "$work/fresh" && "$program" add "$work/again" >/dev/null || exit 1
for flow in fresh again; do
	for call in pwrite64 write fdatasync fsync ftruncate rename unlink openat; do
		for how in error=EIO error=ENOSPC signal=KILL; do
			n=0
			while n=$((n + 1)); do
				rm -rf "$work/now" && cp -a "$work/$flow" "$work/now"
				( strace -qq -o "$work/trace" -e trace="$call" -e inject="$call:$how:when=$n" \
					"$program" add "$work/now" >"$work/said"; true ) 2>/dev/null
				grep -qE 'INJECTED|SIGKILL' "$work/trace" || break
				acknowledged=$(grep -x added "$work/said")
				[ "$flow" = again ] && acknowledged=added
				if out=$("$program" check "$work/now" $acknowledged); then
					passed=$((passed + 1))
				else
					failed=$((failed + 1))
					echo "      $flow, $call $n $how: $out"
				fi
			done
		done
	done
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
