#!/bin/sh
# One table of actions: whatever the screen does, the line mode does as well.  Every
# row has a line or a sentence, and each is run once to its end.
. "$(dirname "$0")/lib.sh"
course "$work/course"
cat >>"$work/course/cell.txt" <<'TEXT'

The nucleus is read by enzymes.  The chromosomes of a nucleus are copied before a cell divides.
TEXT
"$stoa" init --defaults --no-lock >/dev/null 2>&1
"$stoa" add "$work/course" >/dev/null 2>&1
"$stoa" keys --json >"$work/keys"
json "keys --json" "$work/keys"
field() { # NAME: its text in the line on standard input, "" when null
	sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p"
}
grep -v '"place":"line"' "$work/keys" >"$work/actions"
[ "$(wc -l <"$work/actions")" -ge 45 ]; verdict $? "there are actions"

cat >"$work/editor" <<'TEXT'
#!/bin/sh
echo "What holds the chromosomes?" >"$1"
TEXT
chmod +x "$work/editor"
VISUAL=$work/editor; export VISUAL
mkdir "$work/bin"
printf '#!/bin/sh\nexit 0\n' >"$work/bin/xdg-open"
chmod +x "$work/bin/xdg-open"
PATH=$work/bin:$PATH; export PATH
echo "Enzymes are proteins." >"$work/more.txt"

# what an action is given, and what it must have done
given() {
	case $1 in
	chat.send) echo "What holds the chromosomes?|nucleus" ;;
	chat.open) echo "last|nucleus" ;;
	chat.rename) echo "Energy|Renamed" ;;
	chat.archive) echo "|Archived" ;;
	chat.new) echo "|A new conversation" ;;
	chat.delete) echo "|Deleted" ;;
	chat.export) echo "txt|nucleus" ;;
	cite.next|cite.copy|cite.open|yank.*|move.top|app.redraw) echo "|ucleus" ;;
	cite.prev) echo "|the first source" ;;
	feedback.*) echo "words|Noted" ;;
	edit.external) echo "|What holds" ;;
	tab.chat) echo "|What holds" ;;
	cite.file) echo "|cell" ;;
	tab.library) echo "|read" ;;
	doc.add) echo "$work/more.txt|more.txt" ;;
	doc.open) echo "cell.txt 1|mitochondrion" ;;
	doc.delete) echo "leaf.md --yes|leaf.md" ;;
	doc.reindex) echo "cell.txt|cell.txt" ;;
	doc.search) echo "mitochondrion|cell" ;;
	doc.ask) echo "cell.txt What holds the chromosomes?|nucleus" ;;
	find.here) echo "nucleus|stoa  " ;;
	find.everything) echo "chromosomes|Documents" ;;
	app.palette|app.help) echo "|/sources" ;;
	app.lock) echo "|no lock" ;;
	theme.set) echo "dark|screen.theme = dark" ;;
	set.mouse) echo "on|screen.mouse = on" ;;
	app.quit) echo "|" ;;
	*) echo "|" ;;
	esac
}
while read -r row; do
	id=$(printf '%s\n' "$row" | field id)
	line=$(printf '%s\n' "$row" | field line)
	says=$(printf '%s\n' "$row" | field line_says)
	[ -n "$line$says" ]; verdict $? "$id has no line and no sentence in src/cli/plain.c"
	what=$(given "$id")
	wanted=${what#*|}
	{
		echo "What holds the chromosomes?"
		echo "/$id ${what%%|*}"
	} >"$work/in"
	"$stoa" --plain <"$work/in" >"$work/all" 2>&1
	verdict $? "$id leaves well"
	silent "$id is a command" "there is no command" "$work/all"
	# only what came after the answer's own lines
	awk '/^support/ { n++ } n && !/^support/ { print } n > 1' "$work/all" >"$work/after"
	[ -z "$says" ] || says "$id reads" "$(printf '%s' "$says" | cut -c1-30)" "$work/after"
	if [ -n "$line" ] && [ "$id" != app.quit ]; then
		case $id in
		yank.code) says "$id" "the answer has no code" "$work/all" ;;
		chat.undo) says "$id" "there is nothing to undo" "$work/all" ;;
		app.lock) says "$id" "there is no lock" "$work/all" ;;
		chat.share) says "$id" "serves nobody" "$work/all" ;;
		teacher.ask) says "$id" "no teacher on this machine" "$work/all" ;;
		teacher.answer) says "$id" "No question waits" "$work/all" ;;
		share.list) says "$id" "You have shared nothing" "$work/all" ;;
		sync.*) says "$id" "there is no server" "$work/all" ;;
		*) says "$id does it" "$wanted" "$work/after"
			[ "$id" = cite.prev ] || silent "$id" "stoa: " "$work/after" ;;
		esac
	fi
done <"$work/actions"

# deleting can be undone by the next line, and by no later one
printf '%s\n' "What holds the chromosomes?" "/title Kept" /delete /undo >"$work/in"
"$stoa" --plain <"$work/in" >"$work/out" 2>&1
run 0 "undone" "$stoa" history show Kept
printf '%s\n' "/use Kept" /delete /list /undo >"$work/in"
"$stoa" --plain <"$work/in" >"$work/out" 2>&1
says "too late" "nothing to undo"
"$stoa" history show Kept >/dev/null 2>&1
[ $? != 0 ]; verdict $? "deleted by the line after"

# the keys of a person are in the table, and a wrong line is named
mkdir -p "$STOA_HOME/config"
printf '[keys]\ncite.next = M-n | F7\napp.redraw = none\n' >"$STOA_HOME/config/keys.conf"
run 0 "keys" "$stoa" keys --json
grep '"id":"cite.next"' "$work/out" >"$work/row"; says "own keys" '"keys":"M-n | F7"' "$work/row"
grep '"id":"app.redraw"' "$work/out" >"$work/row"; says "no keys" '"keys":""' "$work/row"
printf '[keys]\ncite.next = M-n\ncite.nxt = F7\n' >"$STOA_HOME/config/keys.conf"
run 1 "keys with a wrong line" "$stoa" keys
says "file and line" "keys.conf:3" "$work/err"
"$stoa" doctor >"$work/out" 2>&1
says "doctor names it" "keys.conf:3"
rm "$STOA_HOME/config/keys.conf"
"$stoa" config set screen.theme nothing >/dev/null
"$stoa" doctor >"$work/out" 2>&1
says "doctor names the theme" "nothing"
"$stoa" config set screen.theme >/dev/null
for wrong in keys=emacs mouse=maybe clipboard=mail notify=loud plain=yes; do
	run 2 "$wrong is refused" "$stoa" config set "screen.${wrong%%=*}" "${wrong#*=}"
done
finish
