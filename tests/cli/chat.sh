#!/bin/sh
# A conversation on a terminal: nothing typed is lost, Ctrl-C stops what runs and no
# more, the line comes back after a crash, and leaving leaves no trace.
. "$(dirname "$0")/lib.sh"
command -v script >/dev/null || finish
course "$work/course"
"$stoa" init --defaults --no-lock >/dev/null 2>&1
"$stoa" add "$work/course" >/dev/null 2>&1

pty_start "$stoa --plain; echo status \$?"
wait_for "it greets" "2 documents"
wait_for "it prompts" "> "
key 'Where is most of the ATP made?\r'
wait_for "it answers" "organelle"
wait_for "it counts the support" "support"
key '/so\t'
wait_for "Tab completes a command" "/sources"
key '\r'
wait_for "the source" '[1] '
key '/page 1\r'
wait_for "the page" "nucleus holds"
key '/titel x\r'
wait_for "the nearest command" "did you mean /title"
key '/title Energy\r'
wait_for "renamed" "Renamed"
key '/vault status\r'
wait_for "verbs are commands" "no lock"
key '\033[A\033[A\033[A\033[A\033[A\033[A'
wait_for "the question before comes back" "Where is most"
key '\025half a thought'
key '\003'
wait_for "Ctrl-C keeps the line" "Kept."
key '\025'
key '\003'
wait_for "and says how to leave" "Ctrl-C again"
key '\003'
wait_for "twice leaves" "status 0"
pty_end
run 0 "the conversation is kept" "$stoa" history show Energy

# kill -9 in the middle of a sentence
pty_start "sh -c 'echo \$\$ >$work/pid; exec $stoa chat'"
wait_for "it prompts" "> "
key 'why do the stomata of most plants'
for _ in $(seq 1200); do
	grep -q 'draft.kept size=33' "$STOA_HOME/state/log" && break
	sleep 0.05
done
grep -q 'draft.kept size=33' "$STOA_HOME/state/log"; verdict $? "a pause keeps the draft"
kill -9 "$(cat "$work/pid")"
pty_end
pty_start "$stoa chat; echo status \$?"
wait_for "the line is back after kill -9" "why do the stomata of most plants"
key ' close at night?\r'
wait_for "and can be sent" "stomata close"
key '\004'
wait_for "the end of input leaves" "status 0"
pty_end
pty_start "$stoa chat"
wait_for "what was sent is no draft" "> "
silent "what was sent is no draft" "why do the stomata" "$work/screen"
key '\004'
pty_end

# a hangup while typing
pty_start "sh -c 'echo \$\$ >$work/pid; exec $stoa chat'"
wait_for "it prompts" "> "
key 'another long unfinished line'
wait_for "typed" "unfinished line"
kill -HUP "$(cat "$work/pid")"
pty_end
pty_start "$stoa chat"
wait_for "the line is back after a hangup" "another long unfinished line"
key '\025\004'
pty_end

! grep -rqa -e stomata "$STOA_HOME/data/local.db" "$STOA_HOME/state"; verdict $? "drafts and questions are sealed"

# an editor: the file is private and goes away
cat >"$work/editor" <<'TEXT'
#!/bin/sh
stat -c %a "$1" >"$0.mode"
echo "$1" >"$0.name"
echo "What holds the chromosomes?" >"$1"
TEXT
chmod +x "$work/editor"
VISUAL=$work/editor pty_start "$stoa chat --ephemeral"
wait_for "it prompts" "> "
key '\030\005'
wait_for "the editor's text is the line" "What holds the chromosomes?"
key '\r'
wait_for "and is answered" "nucleus"
key '\004'
pty_end
[ "$(cat "$work/editor.mode")" = 600 ]; verdict $? "the editor's file is private"
[ ! -e "$(cat "$work/editor.name")" ]; verdict $? "and gone"
run 3 "an ephemeral conversation is not kept" "$stoa" history search chromosomes

# the first time: from nothing to a cited answer
export STOA_HOME=$work/fresh
pty_start "$stoa --plain; echo status \$?"
wait_for "the lock is asked" "Lock your history?"; key 'n\r'
wait_for "what to study is asked" "Study what?"; key 'f\r'
wait_for "the path is asked" "Path: "; key "$work/course\\r"
wait_for "it is read" "2 files: 2 read"
wait_for "where answers come from is asked" "Answers come from"; key '\r'
wait_for "the keys are asked" "4/4"; key '\r'
wait_for "it is ready" "Ready."
wait_for "it prompts" "> "; key 'What holds the chromosomes?\r'
wait_for "and answers" "nucleus"
wait_for "with its support" "support 1/1"; key '/quit\r'
wait_for "and is left" "status 0"
pty_end

# the same on the screen: it ends where a first question stands
export STOA_HOME=$work/shown
pty_start "$stoa; echo status \$?"
wait_for "lines for a screen reader are offered" "Plain line-by-line"; key '\r'
wait_for "the lock is asked" "Lock your history?"; key 'n\r'
wait_for "what to study is asked" "Study what?"; key 's\r'
wait_for "where answers come from is asked" "Answers come from"; key '\r'
wait_for "the keys are asked" "4/4"; key '\r'
wait_for "the screen offers a question" "What is "
wait_for "in its own words" "Ask your documents"
key '\030\003'
wait_for "and is left" "status 0"
pty_end

# who wants lines gets them from then on
export STOA_HOME=$work/lines
pty_start "$stoa; echo status \$?"
wait_for "lines are offered" "Plain line-by-line"; key 'y\r'
wait_for "the lock is asked" "Lock your history?"; key 'n\r'
wait_for "what to study is asked" "Study what?"; key 'l\r'
wait_for "where answers come from is asked" "Answers come from"; key '\r'
wait_for "the keys are asked" "4/4"; key 'v\r'
wait_for "it prompts" "> "; key 'no/quit'; key '\033'; key 'hhhhhh2x\r'    # xx: readline 8.2 forgets to free the first
wait_for "and is left" "status 0"
pty_end
silent "no screen was opened" "$(printf '\033[?1049h')" "$work/screen"
run 0 "it is a setting" "$stoa" config get screen.plain; says "it is a setting" "on"

# Ctrl-C in the middle of the set-up leaves
export STOA_HOME=$work/left
pty_start "$stoa --plain; echo status \$?"
wait_for "the lock is asked" "Lock your history?"; key '\003'
wait_for "Ctrl-C leaves" "status 130"
pty_end
run 0 "nothing was set up" "$stoa" vault status
says "nothing was set up" "not set up yet"
finish
