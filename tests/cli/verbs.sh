#!/bin/sh
# The whole program from outside: the way from an empty home to a cited answer, the
# refusal, the history, and the exit status and JSON of the verbs.
. "$(dirname "$0")/lib.sh"
course "$work/course"

run 0 "version is printed" "$stoa" --version
says "version" "stoa "
run 0 "help is printed" "$stoa" --help
[ ! -e "$STOA_HOME" ]; verdict $? "version and help made files"

run 0 "init asks nothing with --defaults" "$stoa" init --defaults --no-lock
run 0 "init again changes nothing" "$stoa" init --defaults
says "init again" "Already set up"
run 0 "init prints JSON" "$stoa" init --defaults --json
json "init --json" "$work/out"

run 0 "a folder is added" "$stoa" add --subject biology "$work/course"
says "add" "leaf.md"
says "add" "2 read"
run 0 "adding again is no error" "$stoa" add "$work/course"
run 1 "one missing file makes add fail" "$stoa" add "$work/course/leaf.md" "$work/course/nothing.pdf"
says "add names what is missing" "nothing.pdf"
printf '\177ELF not a document' >"$work/fake.pdf"
run 1 "a wrong type is refused with a reason" "$stoa" add "$work/fake.pdf"
says "wrong type" "wrong_type"

run 0 "an answer is given" "$stoa" ask "Why does the rate of photosynthesis level off at high light?"
says "answer" "light is no longer the limiting factor"
says "answer has a number" " [1]."
says "answer counts its support" "support "
says "answer shows the quotation" '"At high light'
empty "ask says nothing on standard error" "$work/err"
run 3 "what is not there is refused with 3" "$stoa" ask "Which treaty ended the war of the Spanish succession?"
run 0 "an answer in JSON" "$stoa" ask --json "Where is most of the ATP made?"
json "ask --json" "$work/out"
says "message has citations" '"quote"'
run 0 "events in JSON" "$stoa" ask --json --stream "Where is most of the ATP made?"
json "ask --stream" "$work/out"
says "last event is the message" 'message_complete'
run 2 "no question is a usage error" "$stoa" ask ""
run 2 "two modes exclude each other" "$stoa" ask --model --extractive why
run 2 "no model is set up" "$stoa" ask --model why

echo "What holds the chromosomes?" | "$stoa" ask - >"$work/out" 2>&1
verdict $? "the question comes from standard input"
says "question by pipe" "nucleus"
echo "The zorble frequency of the plant is seven hertz." | "$stoa" ask --ephemeral "What is the zorble frequency?" >"$work/out" 2>&1
verdict $? "a pipe is context"
says "context is quoted" "seven hertz"
echo "The quux of the lamp is blue." >"$work/context"
run 0 "a file is context" "$stoa" ask --ephemeral --context "$work/context" "What is the quux of the lamp?"
says "context file is quoted" "blue"

printf '%s\n' '[ 1.2] ata1: SATA link up' '[ 9.1] ata2: failed command: READ FPDMA QUEUED' '[10.0] usb 1-1: new device' |
	"$stoa" ask --ephemeral "Which command failed?" >"$work/out" 2>&1
says "the line of a log answers" '"[ 9.1] ata2: failed command: READ FPDMA QUEUED"'

run 0 "search finds" "$stoa" search mitochondria
says "search" "The leaf"
run 3 "search finds nothing" "$stoa" search xyzzyqwv
run 0 "search in JSON" "$stoa" search --json --k 2 stomata
json "search --json" "$work/out"

run 0 "documents are listed" "$stoa" docs list
run 0 "documents in JSON" "$stoa" docs --json
json "docs --json" "$work/out"
run 0 "a document by part of its title" "$stoa" docs show leaf
says "docs show" "biology"
run 0 "a page" "$stoa" docs page leaf 1
says "page" "stomata close"
run 3 "a document that is not there" "$stoa" docs show nosuchthing
run 2 "a page that is no number" "$stoa" docs page leaf one
run 0 "documents are read again" "$stoa" docs reindex leaf
run 2 "nothing is deleted without --yes" "$stoa" docs rm fake.pdf
run 0 "a document is forgotten" "$stoa" docs rm --yes fake.pdf
run 3 "it is gone" "$stoa" docs show fake.pdf

run 0 "the history is listed" "$stoa" history
says "history" "photosynthesis"
silent "what was ephemeral is not in it" "zorble"
run 0 "history in JSON" "$stoa" history --json
json "history --json" "$work/out"
run 0 "the last conversation" "$stoa" history show last
run 0 "the history is searched" "$stoa" history search limiting
run 3 "the history does not have it" "$stoa" history search xyzzyqwv
run 0 "a conversation is renamed" "$stoa" history rename last Chromosomes and where they are
run 0 "and found by its title" "$stoa" history show "Chromosomes and where they are"
for format in md json html txt; do
	run 0 "export as $format" "$stoa" history export --format $format
	says "export $format" "chromosomes"
	harmless "export $format" "$work/out"
done
run 0 "export to a file" "$stoa" history export --format json --output "$work/all.json"
json "export json" "$work/all.json"
[ "$(stat -c %a "$work/all.json")" = 600 ]; verdict $? "the export is private"
run 0 "archived" "$stoa" history archive "Chromosomes and where they are"
run 0 "archive listed" "$stoa" history --archived
says "archived" "Chromosomes"
run 0 "taken out" "$stoa" history archive --undo "Chromosomes and where they are"
run 0 "deleted" "$stoa" history rm --yes "Chromosomes and where they are"
run 3 "gone" "$stoa" history show "Chromosomes and where they are"
STOA_HOME=$work/other run 0 "another home" "$stoa" init --defaults --no-lock
STOA_HOME=$work/other run 0 "import of an export" "$stoa" history import "$work/all.json"
STOA_HOME=$work/other run 0 "it is there" "$stoa" history search limiting
echo '{"no":"export"' >"$work/broken.json"
run 2 "a broken import is refused" "$stoa" history import "$work/broken.json"

cat >"$work/set.jsonl" <<'TEXT'
{"question":"Where is most of the ATP of a cell made?","document":"cell.txt","answer":"mitochondrion"}
{"question":"What holds the chromosomes of the cell?","document":"cell.txt","answer":["nucleus"]}
{"question":"Which treaty ended the war of the Spanish succession?","answerable":false}
TEXT
run 0 "a set is measured" "$stoa" eval "$work/set.jsonl"
says "eval" "recall@1"
cp "$work/out" "$work/first"
run 0 "a set is measured again" "$stoa" eval "$work/set.jsonl"
cmp -s "$work/first" "$work/out"; verdict $? "eval prints the same twice"
run 0 "eval in JSON" "$stoa" eval --json --min-recall 100 --min-accuracy 50 "$work/set.jsonl"
json "eval --json" "$work/out"
sed 's/mitochondrion/golgi apparatus/' "$work/set.jsonl" >"$work/worse.jsonl"
run 1 "a floor that is not reached fails" "$stoa" eval --min-accuracy 100 "$work/worse.jsonl"
echo '{"question":' >"$work/bad.jsonl"
: >"$work/none.jsonl"
run 2 "a set without a question measures nothing" "$stoa" eval "$work/none.jsonl"
echo '{"question":"x","document":3}' >"$work/odd.jsonl"
run 2 "a document that is no text is said" "$stoa" eval "$work/odd.jsonl"
run 0 "a completion in JSON" "$stoa" completion bash --json
json "completion --json" "$work/out"
run 2 "a bad set names file and line" "$stoa" eval "$work/bad.jsonl"
says "bad set" "bad.jsonl:1" "$work/err"
run 0 "bench runs" "$stoa" bench --rounds 2 --json
json "bench --json" "$work/out"

for verb in doctor keys ops help "config list" "vault status" "vault slots" version; do
	# shellcheck disable=SC2086
	run 0 "$verb in JSON" "$stoa" $verb --json
	json "$verb --json" "$work/out"
done
run 0 "every seal is whole" "$stoa" vault verify
run 2 "an unknown verb" "$stoa" aks
says "the nearest verb is named" "did you mean ask" "$work/err"
run 2 "a verb that does not exist yet" "$stoa" quiz
run 2 "an unknown option" "$stoa" ask --subjekt x why
says "the nearest option is named" "--subject" "$work/err"
run 2 "an error in JSON" "$stoa" docs --json list extra
json "errors are JSON" "$work/err"
empty "standard output stays clean" "$work/out"

run 0 "a setting is set" "$stoa" config set answers.mode extractive
run 0 "and read" "$stoa" config get answers.mode
says "config get" "extractive"
run 2 "a wrong value is refused" "$stoa" config set answers.mode loudly
run 2 "plain http to elsewhere is refused" "$stoa" config set llm.base_url http://example.org/v1
printf '[answers]\nmode = extractive\nmoode = x\n' >"$STOA_HOME/config/stoa.conf"
run 2 "a mistyped setting stops everything" "$stoa" ask why
says "it names file and line" "stoa.conf:3" "$work/err"
rm "$STOA_HOME/config/stoa.conf"

{ "$stoa" docs --json 2>"$work/err"; echo $? >"$work/status"; } | head -c 1 >/dev/null
[ "$(cat "$work/status")" = 0 ]; verdict $? "a reader that goes away is no error"
empty "and nothing is said about it" "$work/err"
"$stoa" help --json >/dev/full 2>"$work/err"
[ $? = 1 ]; verdict $? "a full disk is an error"
says "full disk" "No space left" "$work/err"
"$stoa" docs >&- 2>"$work/err"
[ $? = 1 ]; verdict $? "a closed standard output is an error"
says "closed output" "could not be written" "$work/err"
run 0 "the store is whole after that" "$stoa" vault verify

printf 'Where is most of the ATP made?\n/sources 1\n/nonsense\n/docs\n/quit\n' | "$stoa" chat >"$work/out" 2>"$work/err"
verdict $? "a conversation from a stream"
says "chat answers" "organelle"
says "chat shows the source" "[1]"
says "chat names the nearest command" "there is no command /nonsense" "$work/err"
printf 'What holds the chromosomes?\nand at night?\n' | "$stoa" chat --json >"$work/out" 2>"$work/err"
json "chat --json" "$work/out"
[ "$(wc -l <"$work/out")" = 2 ]; verdict $? "one message a line"
finish
