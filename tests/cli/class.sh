#!/bin/sh
# stoa class, admin and what is handed to others, at a stoad of its own: a teacher, a
# class, a learner, a question that comes back answered.
. tests/cli/lib.sh
stoad=$STOA_BUILD/stoad
mkfifo "$work/said"
"$stoad" --listen 127.0.0.1:0 --data "$work/data" >"$work/said" 2>"$work/server.log" </dev/null &
server=$!
trap 'kill -9 "$server" 2>/dev/null; rm -rf "$work"' EXIT
read -r line <"$work/said"
url=$(printf '%s\n' "$line" | sed -n 's/.*listens on \([^ ;]*\);.*/\1/p')
teacher() { STOA_HOME=$work/teacher "$stoa" "$@"; }
learner() { STOA_HOME=$work/learner "$stoa" "$@"; }

code=$("$stoad" admin --data "$work/data" 2>>"$work/server.log" | sed 's/.*: //')
run 0 "the teacher's store" teacher init --defaults --no-lock
run 0 "the learner's store" learner init --defaults --no-lock
run 0 "the teacher signs in" teacher login "$url" --code "$code" --name Ada
run 0 "no class yet" teacher class
says "how to make one" "stoa class new" "$work/err"
run 0 "a class is made" teacher class new Leaves and light
says "its id comes from the title" "leaves-and-light"
run 0 "it has another title" teacher class rename leaves-and-light "Leaves"
says "the title" "Leaves"
run 0 "a code" teacher class code leaves-and-light --uses 2
join=$(cut -d' ' -f1 <"$work/out")
run 0 "the code is listed" teacher class codes leaves-and-light
says "for two more" "for 2 more"
silent "but not said again" "$join"
run 0 "a second code" teacher class code leaves-and-light --json
json "the record of a code" "$work/out"
second=$(sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' "$work/out")
run 0 "is taken back" teacher class void leaves-and-light "$second"
run 3 "once" teacher class void leaves-and-light "$second"

course "$work/course"
run 0 "a document for the class" teacher add "$work/course/leaf.md" --subject leaves-and-light
run 0 "the learner joins" learner login "$url" --code "$join" --name Bob
run 0 "and is in the class" learner class list
says "as a learner" "you: learner"
run 0 "and reads its document" learner docs
says "the document" "leaf"
printf 'Read the page,\nthen ask why.\n' >"$work/about"
run 0 "something to work on" teacher class assign leaves-and-light Why leaves are green \
	--due 2031-03-01 --about "$work/about" --material leaf.md --draft
says "what is to be done" "then ask why"
says "with which document" "leaf"
says "for teachers alone" "draft"
run 0 "the learner sees no draft" learner class assignments leaves-and-light
says "that there is none" "has no assignment" "$work/err"
run 2 "no such day" teacher class amend leaves-and-light "Why leaves are green" --due 2031-02-30
run 0 "it is published" teacher class amend leaves-and-light "Why leaves are green" --publish
run 0 "the learner sees it" learner class assignments leaves-and-light
says "until when" "2031-03-01 23:59"
says "its title" "Why leaves are green"
run 0 "as a record" learner class assignments leaves-and-light --json
json "the record of an assignment" "$work/out"
run 0 "and reads it" learner class assignment leaves-and-light "Why leaves are green"
says "what is to be done" "then ask why"
run 4 "a learner gives nobody work" learner class assign leaves-and-light Mine
run 0 "a question within it" learner ask "What closes at night?" --assignment "Why leaves are green"
says "cites the material" "leaf"
run 3 "no such assignment" learner ask "What absorbs light?" --assignment "Roots"
run 0 "the members" teacher class members leaves-and-light
says "the learner" "Bob"
run 3 "nobody of that name" teacher class set leaves-and-light Carol learner
says "how to see them" "stoa class members" "$work/err"
run 2 "no such role" teacher class set leaves-and-light Bob king
run 4 "a learner makes no code" learner class code leaves-and-light
run 4 "and sees no questions" learner class questions
run 4 "and no accounts" learner admin users

run 0 "the class has no inbox" teacher class inbox leaves-and-light
says "that it has none" "no inbox of its own"
run 2 "no address" teacher class inbox leaves-and-light "Ada <ada@school.example>"
run 0 "it gets one" teacher class inbox leaves-and-light ada@school.example
says "the address" "ada@school.example"
run 4 "a learner sets none" learner class inbox leaves-and-light bob@school.example
run 0 "and is told none" learner class inbox leaves-and-light
silent "its address" "ada@school.example"
run 0 "it is taken away" teacher class inbox leaves-and-light --none
says "that it has none" "no inbox of its own"
run 3 "a question without an answer" learner ask "What is the boiling point of tungsten?"
run 0 "is handed to the teacher" learner history escalate last --note "for Friday"
says "what happens now" "teacher"
run 0 "waits there" teacher class questions
says "the question" "boiling point of tungsten"
says "its note" "for Friday"
question=$(sed -n '1s/ .*//p' "$work/out")
printf 'It is 5,555 degrees,\nand no biology.\n' >"$work/reply"
STOA_HOME=$work/teacher "$stoa" class answer "$question" - <"$work/reply" >"$work/out" 2>"$work/err"
verdict $? "the teacher answers: $(cat "$work/err")"
run 0 "nothing waits" teacher class questions
says "nothing waits" "No question waits." "$work/err"
run 0 "the history says that something came" learner history
verdict "$(cut -f5 "$work/out" | grep -qx 1; echo $?)" "the reply is counted as unread"
run 0 "the reply is in the conversation" learner history show last
says "the reply" "5,555 degrees"
says "whose it is" "A teacher wrote this."
run 0 "the history knows that it was shown" learner history
verdict "$(cut -f5 "$work/out" | grep -qx 1; test $? = 1; echo $?)" "the reply is read"

run 0 "a link" learner history share last --days 1
link=$(sed -n '1p' "$work/out")
run 0 "whoever is signed in and has it reads" teacher history shared "$link"
says "the conversation" "tungsten"
run 0 "the link is listed" learner history links
id=$(sed -n '1s/ .*//p' "$work/out")
run 0 "and ended" learner history unshare "$id"
run 3 "then nobody reads" teacher history shared "$link"

run 0 "the accounts" teacher admin users --search Bob
says "the learner" "Bob"
bob=$(sed -n '1s/ .*//p' "$work/out")
run 2 "what is to change must be said" teacher admin set "$bob"
run 0 "the learner may teach" teacher admin set "$bob" --role instructor
run 0 "at once" learner whoami
says "his role" "instructor"
run 0 "he is blocked" teacher admin set "$bob" --status blocked
run 4 "and out at once" learner whoami
run 4 "no code lets him in" teacher class code leaves-and-light --for Bob
run 0 "he is a learner again" teacher admin set "$bob" --status active --role learner
run 4 "whose session has ended" learner whoami
run 2 "a code for one person has one use" teacher class code leaves-and-light --for Bob --uses 3
run 0 "a code for him" teacher class code leaves-and-light --for Bob
says "once" "for 1 more"
again=$(cut -d' ' -f1 <"$work/out")
run 0 "it lets him in" learner login "$url" --code "$again"
run 0 "as himself" learner whoami --json
says "the same account" "\"user\":\"$bob\""
run 4 "once" learner login "$url" --code "$again"
run 0 "who looked at whose data" teacher admin audit --of "$bob"
says "the account was looked at" "user"
run 0 "feedback" teacher admin feedback --only bad
says "there is none" "Nobody has said" "$work/err"
run 0 "no copy of the store" teacher admin backups
run 0 "one is made" teacher admin backup
says "it is there" "completed"
run 0 "and listed" teacher admin backups --json
json "the record of a backup" "$work/out"
copies=$(ls "$work/data/backups")
verdict "$([ "$(printf '%s\n' "$copies" | wc -l)" = 1 ]; echo $?)" "one file: $copies"
run 0 "who did it is known" teacher admin audit
says "the operation" "backup.start"
"$stoad" restore "$work/data/backups/$copies" --data "$work/again" 2>>"$work/server.log"
verdict $? "and it comes back"
run 4 "a learner makes none" learner admin backup
run 0 "a profile" teacher profile instructor --json
json "the record of a profile" "$work/out"
run 2 "no such profile" teacher profile king
run 0 "the class ends" teacher class archive leaves-and-light
run 0 "and is listed when asked for" teacher class list --archived
says "as archived" "archived"
kill -TERM "$server"
wait "$server"
verdict $? "the server ends well"
run 0 "what was seen of the class is there without the server" teacher class assignments leaves-and-light
says "its assignment" "Why leaves are green"
run 0 "whole" teacher class assignment leaves-and-light "Why leaves are green"
says "what is to be done" "then ask why"
finish
