/* Between the walk over what is exported and the forms it can take. */
#ifndef EXPORT_IN_H
#define EXPORT_IN_H
#include "tutor_in.h"

#define EXPORT_BYTES_MAX (256u * 1024 * 1024)
#define EXPORT_FORMAT "stoa-history"
#define EXPORT_VERSION 1

struct exporting { struct text *out; struct arena *a; int64_t now_ms; size_t conversations; };
/* A form: what is written around everything, around a conversation, for a message. */
struct export_form {
	const char *name;
	bool verify;                    /* citations as they are now; else as they were kept */
	void (*begin)(struct exporting *e);
	void (*conversation)(struct exporting *e, const char *id, const struct kept_title *title, const struct kept_chain *chain);
	void (*end)(struct exporting *e);
};
extern const struct export_form export_markdown, export_text, export_html, export_json;
/* "support 3/3  extractive  confidence 91  note ..."; "" for a question. */
const char *export_line(struct arena *a, const struct message *m);
#endif
