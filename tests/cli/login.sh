#!/bin/sh
# stoa login, logout, whoami against a stoad of its own: as a guest, with a code, out
# again; and what must not show.
. tests/cli/lib.sh
stoad=$STOA_BUILD/stoad
mkfifo "$work/said"
"$stoad" --listen 127.0.0.1:0 --data "$work/data" >"$work/said" 2>"$work/server.log" </dev/null &
server=$!
trap 'kill -9 "$server" 2>/dev/null; rm -rf "$work"' EXIT
read -r line <"$work/said"
url=$(printf '%s\n' "$line" | sed -n 's/.*listens on \([^ ;]*\);.*/\1/p')
[ -n "$url" ]
verdict $? "the server listens: $line"

run 0 "the store is set up" "$stoa" init --defaults --no-lock
run 0 "without a server it is the person of this machine" "$stoa" whoami
says "that" "person of this machine"
run 3 "nobody signs out who is not in" "$stoa" logout
run 2 "a sign-in needs a server" "$stoa" login
run 2 "and one that is an address" "$stoa" login nonsense
run 2 "two ways at once are refused" "$stoa" login "$url" --guest --code X
run 2 "without a terminal the way must be said" "$stoa" login "$url"
says "the ways" "--guest" "$work/err"
run 3 "a provider that is not there is said so" "$stoa" login "$url" --provider school
run 4 "a wrong code lets nobody in" "$stoa" login "$url" --code AAAAA-AAAAA --name Ada
run 0 "after that nothing is set up" "$stoa" config get server.url
silent "no server yet" "$url"

run 0 "a guest comes in" "$stoa" login "$url" --guest
says "as a guest" "as a guest"
run 0 "stoa.conf names the server" "$stoa" config get server.url
says "the server" "$url"
run 0 "who am I" "$stoa" whoami --json
says "a guest" '"role":"guest"'
json "who am I" "$work/out"
user=$(sed -n 's/.*"user":"\([0-9a-f]*\)".*/\1/p' "$work/out")
[ ${#user} = 32 ]
verdict $? "an id of 32 digits: $user"

code=$("$stoad" admin --data "$work/data" 2>>"$work/server.log" | sed 's/.*: //')
run 0 "the guest joins with a code" "$stoa" login --code "$code" --name 'Ada ␛[31m Lovelace'
says "with a name" "Ada"
harmless "the name" "$work/out"
run 0 "and keeps his id" "$stoa" whoami --json
says "the same id" "\"user\":\"$user\""
says "a new role" '"role":"admin"'
run 4 "the code works once" env STOA_HOME="$work/second" "$stoa" login "$url" --code "$code" --name Eve

# No token is where it could be read.
cp "$work/out" "$work/last"
run 0 "status says who" "$stoa" status
says "the name" "Ada"
! grep -rqaE 'stoa_(r_)?[A-Za-z0-9_-]{43}' "$work/home" "$work/data" "$work/server.log"
verdict $? "a token is in a file: $(grep -rlaE 'stoa_(r_)?[A-Za-z0-9_-]{43}' "$work/home" "$work/data" "$work/server.log")"
! grep -rqa 'Lovelace' "$work/home" "$work/data" "$work/server.log"
verdict $? "the name is in a file"
[ -z "$(find "$work/home" "$work/data" -type f -perm /077)" ]
verdict $? "a file is open to others: $(find "$work/home" "$work/data" -type f -perm /077)"

run 0 "signing out" "$stoa" logout
says "of the server" "Signed out of $url"
says "what stays" "--forget removes it"
run 4 "who am I now" "$stoa" whoami
says "not signed in" "not signed in" "$work/err"
run 3 "signing out again" "$stoa" logout

run 0 "in again" "$stoa" login --guest
kill "$server"
wait "$server" 2>/dev/null
run 3 "a question that waits" "$stoa" ask --extractive "Where does it wait?"
run 0 "signing out without the server" "$stoa" logout --forget
says "what was seen is removed" "removed from this machine"
says "it says what that means" "within a day" "$work/err"

# A classroom: the key as words, compared once by a person, then the code.
class=$work/classroom
"$stoad" --lan --listen 127.0.0.1:0 --data "$class" >"$work/said" 2>>"$work/server.log" </dev/null &
server=$!
exec 5<"$work/said"
read -r line <&5
read -r words <&5
read -r code <&5
url=$(printf '%s\n' "$line" | sed -n 's/.*listens on \([^ ;]*\);.*/\1/p') words=${words##*: } code=${code##*: }
[ -n "$url" ] && [ -n "$words" ] && [ -n "$code" ]
verdict $? "the classroom says its address, key and code: $line"
run 5 "without a person nothing is trusted" "$stoa" login "$url" --code "$code" --name Nora
pty_start "'$stoa' login '$url' --code '$code' --name Nora"
wait_for "the words are those of the teacher's screen" "$words"
key 'n\r'
pty_end
verdict "$([ $? = 4 ]; echo $?)" "other words: nothing is sent"
run 0 "no server is kept" "$stoa" config get server.pin
silent "no pin" "-"
pty_start "'$stoa' login '$url' --code '$code' --name Nora"
wait_for "the words again" "$words"
key 'y\r'
wait_for "the class is joined" "Nora"
pty_end
verdict $? "it ends well"
run 0 "from now on its key is known" "$stoa" whoami --json
says "a learner" '"role":"learner"'
run 0 "and what is asked goes there" "$stoa" status
says "online" "ONLINE"
run 0 "another key was compared" "$stoa" config set server.pin "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
run 5 "that is not this server's" "$stoa" login --code "$code" --name Nora
says "its words now" "$words" "$work/err"
says "what to do" "config set server.pin" "$work/err"
run 0 "and it is not asked" "$stoa" status
says "not asked" "OFFLINE"
finish
