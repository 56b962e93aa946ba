#!/bin/sh
# The table of verbs is the manual page, the help and the completions: nothing is in
# one and not in the other.
. "$(dirname "$0")/lib.sh"
cd "$(dirname "$0")/../.." || exit 1

"$stoa" --help >"$work/help"
"$stoa" help --json >"$work/verbs"
json "help --json" "$work/verbs"
page=$work/page
sed 's/\\-/-/g; s/\\&//g' man/stoa.1 >"$page"
sed -n 's/^{"verb":"\([^"]*\)".*/\1/p' "$work/verbs" >"$work/names"
[ "$(wc -l <"$work/names")" -ge 30 ]; verdict $? "there are verbs"
while read -r verb sub; do
	says "help names $verb $sub" "$verb" "$work/help"
	if [ -n "$sub" ]; then
		grep -qE "^\.(Cm|Op Cm) ($verb )?$sub\$" "$page"; verdict $? "the manual has no $verb $sub"
	else
		grep -qE "^\.Cm $verb\$" "$page"; verdict $? "the manual has no $verb"
	fi
	run 0 "$verb --help" "$stoa" "$verb" --help
	says "$verb --help" "stoa $verb"
done <"$work/names"
grep -o '"name":"--[a-z-]*"' "$work/verbs" | sed 's/.*"--/--/; s/"//' | sort -u >"$work/options"
"$stoa" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p' >>"$work/options"
while read -r option; do
	grep -qE "Fl ${option#-}( |\$)" "$page"; verdict $? "the manual has no $option"
done <"$work/options"
# and the other way round
grep -oE 'Fl -[a-z][a-z-]*' "$page" | sed 's/Fl /-/' | sort -u | while read -r option; do
	case $option in --version) continue ;; esac
	grep -qxF -e "$option" "$work/options" || echo "$option"
done >"$work/stray"
empty "options only the manual has: $(tr '\n' ' ' <"$work/stray")" "$work/stray"

"$stoa" config list --json | sed -n 's/.*"key":"\([a-z_.]*\)".*/\1/p' >"$work/keys"
[ "$(wc -l <"$work/keys")" -ge 10 ]; verdict $? "there are settings"
while read -r key; do
	says "stoa.conf(5) has $key" ".It Cm ${key#*.}" man/stoa.conf.5
	says "stoa.conf(5) has the section of $key" ".Ss Section ${key%%.*}" man/stoa.conf.5
done <"$work/keys"
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning man/stoa.1 man/stoa.conf.5 >"$work/lint" 2>/dev/null
	empty "mandoc finds fault" "$work/lint"
fi

for shell in bash zsh fish; do
	run 0 "completions for $shell" "$stoa" completion $shell
	while read -r option; do
		grep -qE -e "(--| -l )${option#--}\\b" "$work/out"; verdict $? "$shell does not complete $option"
	done <"$work/options"
	cp "$work/out" "$work/stoa.$shell"
	if command -v $shell >/dev/null; then
		$shell -n "$work/stoa.$shell" 2>"$work/err"; verdict $? "$shell does not read its completions"
	fi
done
offers() { # NAME WORDS COMMAND...: what bash offers for the last word
	wanted=$2 name=$1; shift 2
	got=$(bash --norc -c '. "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _stoa; echo "${COMPREPLY[@]}"' "$work/stoa.bash" "$@" 2>&1)
	[ "$got" = "$wanted" ]; verdict $? "$name: bash offers \"$got\""
}
if command -v bash >/dev/null; then
	offers "a role that was said" "user stoa" stoa history search --role ""
	offers "a role of an account" "guest learner instructor admin" stoa admin users --role ""
	offers "a setting" "screen.theme" stoa config set screen.th
	offers "its values" "plain vi" stoa config set screen.keys ""
fi
run 2 "no completions for csh" "$stoa" completion csh
complete_words() { # words: what bash offers for the last of them
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stoa; printf "%s\n" "${COMPREPLY[@]}"' - "$work/stoa.bash" "$@" >"$work/out"
}
complete_words stoa as
says "bash completes a verb" "ask"
complete_words stoa docs re
says "bash completes a sub-verb" "reindex"
complete_words stoa history export --format h
says "bash completes a choice" "html"
complete_words stoa ask --eph
says "bash completes an option" "--ephemeral"
finish
