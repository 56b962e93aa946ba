#!/bin/sh
# kill -9 in the middle of adding and asking: what was acknowledged is there
# afterwards, nothing is half-written, the next start works.
. "$(dirname "$0")/lib.sh"
notes
"$stoa" init --defaults --no-lock >/dev/null 2>&1
i=0
while [ $i -lt 12 ]; do
	i=$((i + 1))
	awk -v n=$i 'BEGIN { for (s = 1; s <= 400; s++) printf "## Section %d\n\nSpecimen %d-%d weighs %d grams when it is dry. It was found in valley %d.\n\n", s, n, s, s * 3, n }' >"$work/part$i.md"
done
acknowledged=0 i=0
while [ $i -lt 12 ]; do
	i=$((i + 1))
	"$stoa" add "$work/part$i.md" >"$work/said" 2>/dev/null & pid=$!
	sleep 0.0$((i * 7 % 10))
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	grep -q completed "$work/said" && acknowledged=$((acknowledged + 1))
done
check "the store verifies after the kills" status_is 0 "$stoa" vault verify
check "the list of documents can be read" status_is 0 "$stoa" docs list --json
listed=$("$stoa" docs list --json | grep -o '"status":"completed"' | wc -l)
check "every acknowledged document is there ($listed of $acknowledged)" [ "$listed" -ge "$acknowledged" ]
check "none is left processing" sh -c '! "$1" docs list --json | grep -q "\"status\":\"processing\""' - "$stoa"
check "adding works afterwards" status_is 0 "$stoa" add "$work/notes.md"
check "asking works afterwards" status_is 0 "$stoa" ask "Where does the Calvin cycle take place?"
i=0
while [ $i -lt 12 ]; do
	i=$((i + 1))
	"$stoa" ask "Where does the Calvin cycle take place?" >"$work/said" 2>/dev/null & pid=$!
	sleep 0.00$((i % 9 + 1))
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
check "the store verifies after kills while asking" status_is 0 "$stoa" vault verify
check "no temporary file is left" sh -c '[ -z "$(find "$STOA_HOME" -name "*.tmp*" -o -name "*.part")" ]'
finish
