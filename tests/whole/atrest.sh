#!/bin/sh
# Nothing that a person wrote is readable in any file, and no file is open to
# others, whatever the umask.
. "$(dirname "$0")/lib.sh"
umask 000
notes
canary=zebrafinch$$quill
printf 'a long passphrase\n' >"$work/pass"
check "a first run with a passphrase" status_is 0 "$stoa" init --defaults --passphrase-fd 9 9<"$work/pass"
check "a document is added" status_is 0 "$stoa" add --passphrase-fd 9 "$work/notes.md" 9<"$work/pass"
check "a question is answered or refused" sh -c '
	"$1" ask --passphrase-fd 9 "Which colours does chlorophyll absorb, '$canary'?" 9<"$2" >/dev/null 2>&1
	s=$?; [ $s = 0 ] || [ $s = 3 ]' - "$stoa" "$work/pass"
check "the history shows it" sh -c '"$1" history list --json --passphrase-fd 9 9<"$2" | grep -q '$canary - "$stoa" "$work/pass"
check "a rename is kept" sh -c '
	id=$("$1" history list --json --passphrase-fd 9 9<"$2" | sed -n "s/.*\"id\":\"\([0-9a-f]*\)\".*/\1/p" | head -1)
	"$1" history rename "$id" "title '$canary'" --passphrase-fd 9 9<"$2" >/dev/null' - "$stoa" "$work/pass"
clean() { ! grep -rqaF "$canary" "$STOA_HOME"; }
check "no file holds the canary in clear" clean
closed() { [ -z "$(find "$STOA_HOME" -perm /077 ! -type l)" ] || { find "$STOA_HOME" -perm /077; false; }; }
check "no file or folder is open to others" closed
printf 'another phrase\n' >"$work/wrong"
check "a wrong passphrase is refused" status_is 4 "$stoa" history list --passphrase-fd 9 9<"$work/wrong"
check "no passphrase and no terminal means locked" status_is 6 setsid "$stoa" history list </dev/null
check "the chain verifies" status_is 0 "$stoa" vault verify --passphrase-fd 9 9<"$work/pass"
finish
