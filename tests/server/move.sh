#!/bin/sh
# A store moves: a copy is made while it is served, and is served elsewhere with the
# key and the library beside it; without the key it stays shut; a store that is there
# is never written over.
. "$(dirname "$0")/lib.sh"
json='Content-Type: application/json'
start
administrator
ask 200 "a document" -H "$bearer" -H 'Content-Type: text/plain' --data-binary 'Rubisco is the enzyme that fixes carbon dioxide.' "$url/v1/files?name=rubisco.txt"
ask 200 "a question" -H "$bearer" -H "$json" -d '{"content":"Which enzyme fixes carbon dioxide?"}' "$url/v1/conversations/-/messages"
says "is answered" '"verified":true'
"$stoad" backup "$work/copy" --data "$work/data" >"$work/body" 2>&1
verdict $? "a copy while it is served: $(cat "$work/body")"
[ "$(stat -c %a "$work/copy")" = 600 ]
verdict $? "for its owner alone"
! grep -qa 'Which enzyme' "$work/copy"
verdict $? "what was asked is sealed in it"
"$stoad" backup "$work/copy" --data "$work/data" >/dev/null 2>&1
[ $? != 0 ]
verdict $? "an older copy is not written over"
ask 200 "it is served all the while" "$url/health"
stop
"$stoad" restore "$work/copy" --data "$work/data" >/dev/null 2>&1
[ $? != 0 ]
verdict $? "a store that is there is not written over"
mv "$work/data" "$work/before"
"$stoad" restore "$work/copy" --data "$work/data" >"$work/body" 2>&1
verdict $? "it is put where none is: $(cat "$work/body")"
"$stoad" --data "$work/data" --listen 127.0.0.1:0 >"$work/body" 2>&1 </dev/null
[ $? != 0 ]
verdict $? "it does not open without its key"
rm -f "$work/data/stoad.key"
cp "$work/before/stoad.key" "$work/data/stoad.key"
cp -r "$work/before/library" "$work/data/library.old"
rm -rf "$work/data/library" && mv "$work/data/library.old" "$work/data/library"
start
ask 200 "what was asked is there" -H "$bearer" "$url/v1/conversations"
says "all of it" 'Which enzyme fixes carbon dioxide'
ask 200 "and can be asked again" -H "$bearer" -H "$json" -d '{"content":"Which enzyme fixes carbon dioxide?"}' "$url/v1/conversations/-/messages"
says "with its quotation" '"verified":true'
stop
"$stoad" migrate nonsense --data "$work/data" >/dev/null 2>&1
[ $? = 2 ]
verdict $? "a version is a number"
for verb in admin "backup $work/none" "migrate 3"; do
	# shellcheck disable=SC2086
	"$stoad" $verb --data "$work/elsewhere" >"$work/body" 2>&1 && verdict 1 "$verb where no store is"
	says "$verb says so" "there is no store in"
done
[ ! -e "$work/elsewhere/stoad.db" ]
verdict $? "and none is made"
"$stoad" nonsense --data "$work/data" >/dev/null 2>&1
[ $? = 2 ]
verdict $? "a verb that is none"
"$stoad" backup --data "$work/data" >/dev/null 2>&1
[ $? = 2 ]
verdict $? "a verb without what it needs"
finish
