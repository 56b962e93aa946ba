/* The backend in this process: a call is a call of the engine. */
#include "backend_in.h"

enum fault
call_local(struct flight *f)
{
	const struct call_options options = {
		.emit = f->handlers.event != NULL ? flight_event : NULL, .arg = f, .cancel = &f->cancel
	};
	return engine_call(&f->reply, &f->arena, f->backend->engine, &f->backend->who, f->op->id,
		f->request, &options);
}

static const char *
word(const struct backend *b)
{
	(void)b;
	return "LOCAL";
}

enum fault
backend_open_local(struct backend **out, const struct backend_config *config, struct loop *loop)
{
	static const struct backend_way way = { .call = call_local, .word = word };
	return backend_make(out, config, loop, &way);
}
