/* What a client is told of a fault.
 *
 * What he did wrong he is told as it is.  What is wrong with us (status 500) has paths,
 * hosts and errors of libraries in its sentence: those are for who runs the server and
 * go to the log, under the id that the client is shown.  The log has no person's words,
 * so whatever stands in quotes and every mail address is left out. */
#include <string.h>

#include "server_in.h"

void
shown_hide(struct text *out, const char *sentence)
{
	while (*sentence != '\0') {
		size_t word = strcspn(sentence, " \"");
		const char *close = *sentence == '"' ? strchr(sentence + 1, '"') : NULL;
		if (*sentence == '"') {
			text_put(out, "\"...\"");
			sentence = close != NULL ? close + 1 : sentence + strlen(sentence);
		} else if (word == 0) {
			text_put_c(out, *sentence++);
		} else {
			if (memchr(sentence, '@', word) != NULL)
				text_put(out, "...");
			else
				text_put_n(out, sentence, word);
			sentence += word;
		}
	}
}

const char *
shown_fault(char out[SHOWN_BYTES], enum fault f, const char *what, const char *id)
{
	struct text why;
	if (fault_http_status(f) != 500)
		return fault_sentence();
	text_init(&why, 2048);
	shown_hide(&why, fault_sentence());
	log_event(LOG_ERROR, "server", "failure", "id=%s what=%s kind=%s why=%s", id, what, fault_name(f),
		why.data != NULL ? why.data : "");
	text_clear(&why);
	snprintf(out, SHOWN_BYTES, "something is wrong with the server; its log says more under %s", id);
	return out;
}
