/* Vectors of passages, where the database searches them itself.
 *
 * They are no part of the numbered schema: derived from stored texts, like the files
 * that hold them where no database can, they are made again and never copied.
 */
#include "store_in.h"

bool
store_vectors(struct store *s)
{
	const struct store_nearness *d = s->driver->nearness;
	return d != NULL && connection_ready(s) == FAULT_NONE && d->ready(s);
}

enum fault
store_vectors_put(struct store *s, int64_t document, const float *vectors, size_t dims, size_t count)
{
	if (!store_vectors(s))
		return fault(FAULT_ABSENT, "%s keeps no vectors", s->name);
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = s->driver->nearness->remove(s, document);
	if (f == FAULT_NONE)
		f = s->driver->nearness->put(s, document, vectors, dims, count);
	return store_finish(s, f);
}

enum fault
store_vectors_remove(struct store *s, int64_t document)
{
	return s->driver->nearness == NULL ? FAULT_NONE : s->driver->nearness->remove(s, document);
}

enum fault
store_vectors_near(struct store *s, const struct store_near *near, store_vector_fn *each, void *arg)
{
	if (!store_vectors(s))
		return fault(FAULT_ABSENT, "%s keeps no vectors", s->name);
	return s->driver->nearness->near(s, near, each, arg);
}

enum fault
store_vectors_get(struct store *s, const struct store_place *of, size_t count, size_t dims, store_vector_fn *each, void *arg)
{
	if (!store_vectors(s))
		return fault(FAULT_ABSENT, "%s keeps no vectors", s->name);
	return s->driver->nearness->get(s, of, count, dims, each, arg);
}
