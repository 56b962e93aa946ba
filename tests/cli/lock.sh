#!/bin/sh
# The lock from outside: passphrases by descriptor and terminal, key files, recovery
# codes, and no secret or question in clear anywhere.
. "$(dirname "$0")/lib.sh"
course "$work/course"
canary="Does the zanzibarquokka photosynthesise at night?"
secret="correct horse battery staple"
echo "$secret" >"$work/secret"
echo "another one" >"$work/another"
echo "wrong" >"$work/wrong"

"$stoa" init --defaults --passphrase-fd 3 3<"$work/secret" >"$work/out" 2>"$work/err"
verdict $? "init with a passphrase"
says "init" "passphrase"
run 6 "locked without a terminal" setsid -w "$stoa" history
says "it says how to unlock" "--passphrase-fd" "$work/err"
run 6 "locked in JSON" "$stoa" history --json
json "locked --json" "$work/err"
"$stoa" add --passphrase-fd 3 "$work/course" 3<"$work/secret" >/dev/null 2>&1
verdict $? "add with a passphrase"
"$stoa" ask --passphrase-fd 3 "$canary" 3<"$work/secret" >/dev/null 2>"$work/err" </dev/null
verdict "$([ $? -le 3 ]; echo $?)" "ask with a passphrase"
"$stoa" history --passphrase-fd 3 3<"$work/secret" >"$work/out" 2>&1
verdict $? "history with a passphrase"
says "history" "zanzibarquokka"
"$stoa" history --passphrase-fd 3 3<"$work/wrong" >"$work/out" 2>"$work/err"
[ $? = 4 ]; verdict $? "a wrong passphrase is denied"
empty "and shows nothing" "$work/out"
run 2 "a passphrase is no option" "$stoa" history --passphrase "$secret"

"$stoa" vault add-keyfile --passphrase-fd 3 "$work/key" 3<"$work/secret" >/dev/null 2>&1
verdict $? "a key file is added"
[ "$(stat -c %a "$work/key")" = 600 ]; verdict $? "the key file is private"
run 0 "the key file opens it" "$stoa" history --keyfile "$work/key"
says "history" "zanzibarquokka"
head -c 32 /dev/urandom >"$work/otherkey"; chmod 600 "$work/otherkey"
"$stoa" history --keyfile "$work/otherkey" >"$work/out" 2>"$work/err" </dev/null
[ $? = 4 ]; verdict $? "another key file does not"
run 0 "a recovery sheet" "$stoa" vault sheet --keyfile "$work/key"
grep -oE '([A-Z2-7]{4}-){7}[A-Z2-7]{4}' "$work/out" >"$work/code"
"$stoa" history --passphrase-fd 3 3<"$work/code" >"$work/out" 2>&1
verdict $? "the code on the sheet opens it beside a passphrase"
says "history" "zanzibarquokka"
run 0 "slots are listed" "$stoa" vault slots --keyfile "$work/key"
[ "$(wc -l <"$work/out")" = 3 ]; verdict $? "there are three ways to unlock"
slot=$(sed -n 's/^\([0-9]*\) *recovery.*/\1/p' "$work/out")
run 0 "a slot is taken away" "$stoa" vault remove --yes --keyfile "$work/key" "$slot"
run 3 "a slot that is not there" "$stoa" vault remove --yes --keyfile "$work/key" 77

"$stoa" vault passwd --keyfile "$work/key" --new-passphrase-fd 3 3<"$work/another" >"$work/out" 2>&1
verdict $? "the passphrase is changed"
"$stoa" history --passphrase-fd 3 3<"$work/another" >"$work/out" 2>&1
verdict $? "the new one opens it"
says "history" "zanzibarquokka"
"$stoa" history --passphrase-fd 3 3<"$work/secret" >/dev/null 2>&1
[ $? = 4 ]; verdict $? "the old one does not"
"$stoa" history --keyfile "$work/key" >/dev/null 2>&1 </dev/null
[ $? = 4 ]; verdict $? "nor the old key file"
"$stoa" vault verify --passphrase-fd 3 3<"$work/another" >/dev/null 2>&1
verdict $? "every seal is whole"

! grep -rqa -e zanzibarquokka -e "$secret" "$STOA_HOME"; verdict $? "words or passphrase in clear on disk"
[ -z "$(find "$STOA_HOME" -perm /077)" ]; verdict $? "others may look in: $(find "$STOA_HOME" -perm /077 | head -3)"

# A store put back from a copy is noticed, can be read, and waits to be accepted.
(
	STOA_HOME=$work/back
	"$stoa" init --defaults --no-lock
	"$stoa" add "$work/course"
	"$stoa" ask "What holds the chromosomes?"
	cp "$STOA_HOME/data/local.db" "$work/copy.db"
	"$stoa" ask "Where is most of the ATP made?"
	"$stoa" ask "What happens at night?"
	cp "$work/copy.db" "$STOA_HOME/data/local.db"
	rm -f "$STOA_HOME"/data/local.db-wal
) >/dev/null 2>&1 </dev/null
export STOA_HOME=$work/back
run 0 "status of a store that went back" "$stoa" vault status
says "it went back" "went back"
run 0 "it can be read" "$stoa" history
says "reading says so" "went back" "$work/err"
run 4 "it cannot be written to" "$stoa" ask "What happens at night?"
run 2 "accepting is not done by accident" "$stoa" vault accept
run 0 "it is accepted" "$stoa" vault accept --yes
run 0 "and written to" "$stoa" ask "What holds the chromosomes?"
run 0 "whole" "$stoa" vault verify

# A person at a terminal: hidden, asked once, wrong ones cost only time.
if command -v script >/dev/null; then
	export STOA_HOME=$work/person
	pty_start "$stoa init"
	wait_for "lines for a screen reader are offered first" "Plain line-by-line"; key '\r'
	wait_for "the lock is asked" "Lock your history?"; key 'p\r'
	wait_for "the passphrase is asked" "Passphrase: "; key 'open sesame\r'
	wait_for "and again" "Again: "; key 'open sesame\r'
	wait_for "what to study is asked" "Study what?"; key 'l\r'
	wait_for "where answers come from is asked" "Answers come from"; key 'o\r'
	wait_for "the keys are asked" "4/4"; key 'v\r'
	wait_for "it is ready" "Ready."
	pty_end; verdict $? "init ends well"
	silent "the passphrase is not shown" "sesame" "$work/screen"
	run 0 "the keys" "$stoa" config get screen.keys; says "the keys" "vi"
	pty_start "$stoa history"
	wait_for "one prompt" "Passphrase: "; key 'wrong\r'
	wait_for "a wrong one is said" "stoa: "
	wait_for "and asked for again" "Passphrase: "; key 'open sesame\r'
	pty_end; verdict $? "the right one opens"
	silent "the passphrase is not shown" "sesame" "$work/screen"
	pty_start "$stoa history; echo status \$?; stty -a"
	wait_for "the prompt" "Passphrase: "; key '\003'
	wait_for "Ctrl-C at the prompt" "status 130"
	pty_end
	grep -qaE '[^-]echo\b' "$work/screen"; verdict $? "the terminal echoes again"
fi
finish
