#!/bin/sh
# The printed API: valid OpenAPI 3.1 by a validator that was not written here, the
# same from the program and from the server, every operation in it; and the manual
# pages in step with the same tables.
. "$(dirname "$0")/lib.sh"
cd "$(dirname "$0")/../.." || exit 1
"$stoad" openapi >"$work/openapi.json"
verdict $? "it is printed"
if modules=$(tests/support/node-modules @seriousme/openapi-schema-validator@2.9.0 2>"$work/why"); then
	NODE_PATH=$modules node tests/server/openapi_check.mjs <"$work/openapi.json" >"$work/valid" 2>&1
	verdict $? "it is valid: $(cat "$work/valid")"
	sed 's/"openapi":"3.1.0"/"openapi":"3.1.0","nonsense":1/' "$work/openapi.json" |
		NODE_PATH=$modules node tests/server/openapi_check.mjs >/dev/null 2>&1
	[ $? != 0 ]
	verdict $? "the validator finds a member that may not be"
else
	echo "SKIP: $(cat "$work/why")"
fi
for id in $(sed -n 's/.*{ \.id = "\([a-z.]*\)".*/\1/p' src/api/operations.c); do
	grep -qF "\"operationId\":\"$id\"" "$work/openapi.json"
	verdict $? "$id is in it"
done
start
ask 200 "the server gives it" "$url/v1/openapi.json"
cmp -s "$work/openapi.json" "$work/body"
verdict $? "the same as the program prints"
ask 200 "HEAD of it" -I "$url/v1/openapi.json"
stop
in_step() { # PAGE VERB
	sed -n '/^\.\\" begin: printed by/,/^\.\\" end: printed/p' "$1" | sed '1d;$d' >"$work/page"
	"$stoad" "$2" | cmp -s - "$work/page"
	verdict $? "$1 is not in step with the tables; make manual brings it back"
}
in_step man/stoa-api.7 api-manual
in_step man/stoad.conf.5 conf-manual
finish
