#!/bin/sh
# Vectors as rows of a database with pgvector: npm's pglite, or what
# STOA_TEST_PGVECTOR names (the URL of a database of nobody else's: it is emptied).
. "$(dirname "$0")/../cli/lib.sh"
cd "$(dirname "$0")/../.." || exit 1
trap 'exec 7>&-; rm -rf "$work"' EXIT
mkdir "$work/db"
STOA_TEST_FOLDER=$work/db STOA_TEST_POSTGRES=${STOA_TEST_PGVECTOR:-}
if [ -z "$STOA_TEST_POSTGRES" ]; then
	modules=$(tests/support/node-modules @electric-sql/pglite-socket@0.2.17 2>"$work/why") || { echo "SKIP: $(cat "$work/why")"; exit 0; }
	mkfifo "$work/in" "$work/said"
	NODE_PATH=$modules node tests/library/pgvector.mjs "$work/db" <"$work/in" >"$work/said" 2>"$work/log" &
	exec 7>"$work/in"
	read -r ready <"$work/said"
	[ "$ready" = ready ]
	verdict $? "pglite starts: $(head -c 500 "$work/log")"
	STOA_TEST_POSTGRES="postgresql:///postgres?host=$work/db&user=postgres"
fi
export STOA_TEST_POSTGRES STOA_TEST_FOLDER
CK_FORK=no "$STOA_BUILD/tests/library/nearest" >"$work/out" 2>&1
verdict $? "$(tail -c 1500 "$work/out")"
finish
