/* form, privately: the parts of a multipart/form-data body as they come. */
#ifndef STOA_FORM_IN_H
#define STOA_FORM_IN_H
#include "stoa/base.h"

#define FORM_NAME_MAX 512
/* A piece of a part; borrowed for the call. filename NULL: a value. */
struct form_part { const char *name, *filename, *bytes; size_t n; bool first, last; };
typedef enum fault form_fn(const struct form_part *part, void *arg);
enum form_state { FORM_START, FORM_MARK, FORM_HEAD, FORM_BODY, FORM_END };
struct form {
	enum form_state state;
	char mark[80];               /* line end, two dashes, boundary */
	size_t mark_bytes, skip;
	struct text wait;
	char name[FORM_NAME_MAX], filename[FORM_NAME_MAX];
	bool named, filed, fresh;
	form_fn *each;
	void *arg;
};
/* INPUT: the content type names no boundary. Clear it in any case. */
enum fault form_init(struct form *f, const char *content_type, form_fn *each, void *arg) STOA_MUST;
enum fault form_feed(struct form *f, const char *bytes, size_t n) STOA_MUST;
/* INPUT: the last boundary did not come. */
enum fault form_end(const struct form *f) STOA_MUST;
void form_clear(struct form *f);

#endif
