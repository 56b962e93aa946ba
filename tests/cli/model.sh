#!/bin/sh
# A model at an endpoint, through the whole program: its words are shown with verified
# quotations, its failures end in the extractive answer, Ctrl-C ends the waiting and
# nothing else, and without one nothing is sent.
. "$(dirname "$0")/lib.sh"
endpoint=$STOA_BUILD/tests/support/endpoint_main
[ -x "$endpoint" ] || { echo "there is no $endpoint"; verdict 1 "the test endpoint is built"; finish; }
course "$work/course"
"$stoa" init --defaults --no-lock >/dev/null 2>&1
"$stoa" add "$work/course" >/dev/null 2>&1
question="Why does the rate of photosynthesis level off at high light?"
cat >"$work/with" <<'TEXT'
#!/bin/sh
# with COMMAND...: set the endpoint up, then run it
"$STOA_BUILD/stoa" config set llm.base_url "$STOA_ENDPOINT" >/dev/null
"$STOA_BUILD/stoa" config set llm.model test >/dev/null
exec "$@"
TEXT
chmod +x "$work/with"
with() { # STATUS NAME SCRIPT COMMAND...
	wanted=$1 name=$2 script=$3
	shift 3
	run "$wanted" "$name" "$endpoint" "$script" "$work/sent" "$work/with" "$@"
}
with 0 "a model answers" answer "$stoa" ask --model "$question"
says "it is said who answered" "model test"
says "with a verified quotation" "support 1/1"
with 0 "an inventing model" invent "$stoa" ask --json --model "$question"
json "model --json" "$work/out"
silent "no unverified citation" '"verified":false'
with 0 "a failing model" 500 "$stoa" ask --model "$question"
says "the extractive answer is given" "extractive"
says "and why" "The model was not used"
harmless "what the endpoint says" "$work/out"
: >"$work/sent"
with 0 "auto uses the model" answer "$stoa" ask "$question"
[ -s "$work/sent" ]; verdict $? "it was asked"
: >"$work/sent"
with 0 "extractive does not" answer "$stoa" ask --extractive "$question"
empty "nothing was sent" "$work/sent"
with 0 "events come as they happen" answer "$stoa" ask --json --stream --model "$question"
json "--stream" "$work/out"
says "there are deltas" '"event":"content_delta"'

# Ctrl-C while the model says nothing; the endpoint stands aside, out of its reach
serve() { # SCRIPT: until stop
	rm -f "$work/hold"
	mkfifo "$work/hold"
	"$endpoint" "$1" <"$work/hold" >"$work/url" &
	server=$!
	exec 7>"$work/hold"
	for _ in $(seq 1200); do [ -s "$work/url" ] && break; sleep 0.05; done
	"$stoa" config set llm.base_url "$(cat "$work/url")" >/dev/null
}
stop() {
	exec 7>&-
	wait "$server"
}
if command -v script >/dev/null; then
	serve stall
	pty_start "$stoa ask --model '$question'; echo status \$?"
	wait_for "it waits for the model" "model..."; key '\003'
	wait_for "Ctrl-C ends it with 130" "status 130"
	pty_end
	pty_start "$stoa chat --model; echo status \$?"
	wait_for "it prompts" "> "; key "$question\\r"
	wait_for "it waits for the model" "model..."; key '\003'
	wait_for "the conversation goes on" "> "; key '/mode extractive\r'
	wait_for "another mode" "Answers: extractive"; key "$question\\r"
	wait_for "and answers" "support"; key '\004'
	wait_for "and is left" "status 0"
	pty_end
	stop
fi
run 0 "no endpoint any more" "$stoa" config set llm.base_url
run 2 "no model is set up" "$stoa" ask --model "$question"
run 0 "the store is whole" "$stoa" vault verify
finish
