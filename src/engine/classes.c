/* Operations on classes, and what administrators do with accounts.
 *
 * Whoever is shown or changes what belongs to somebody else leaves a row in the
 * audit before it is handed out; a row that cannot be written refuses the call. */
#include <string.h>

#include "engine_in.h"

/* A row, when it went well so far and it is about others. */
static enum fault
audited(struct call *c, enum fault f, const char *subject, const char *object)
{
	const struct people_asker who = asker(c);
	if (f != FAULT_NONE || (subject != NULL && strcmp(subject, c->who->user) == 0))
		return f;
	return people_audit(c->e->people, c->db, &who, c->op->id, subject, object);
}

/* ---- classes ------------------------------------------------------------------------- */

static enum fault
class_create(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_class);
	return people_class_create(*reply, c->a, c->e->people, c->db, &who, request);
}

static enum fault
class_get(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_class);
	return people_class_get(
		*reply, c->a, c->e->people, c->db, &who, ((const struct id_request *)request)->id);
}

static enum fault
class_list(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_classes);
	return people_class_list(*reply, c->a, c->e->people, c->db, &who, request);
}

static enum fault
class_update(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_class);
	return people_class_update(*reply, c->a, c->e->people, c->db, &who, request);
}

static enum fault
class_members(void **reply, struct call *c, const void *request)
{
	const struct class_members_list *r = request;
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_class_members);
	enum fault f = people_class_members(*reply, c->a, c->e->people, c->db, &who, r);
	return audited(c, f, NULL, r->id);
}

static enum fault
class_set_member(void **reply, struct call *c, const void *request)
{
	const struct class_member_set *r = request;
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_class_member);
	enum fault f = people_class_set_member(*reply, c->a, c->e->people, c->db, &who, r);
	return audited(c, f, r->person, r->id);
}

static enum fault
done(void **reply, struct call *c, enum fault f)
{
	struct nothing *n = record_new(c->a, &record_nothing);
	n->ok = true;
	*reply = n;
	return f;
}

static enum fault
class_leave(void **reply, struct call *c, const void *request)
{
	const struct class_member_remove *r = request;
	const struct people_asker who = asker(c);
	enum fault f = people_class_leave(c->a, c->e->people, c->db, &who, r);
	return done(reply, c, audited(c, f, r->person, r->id));
}

static enum fault
class_codes(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_join_codes);
	return people_code_list(
		*reply, c->a, c->e->people, c->db, &who, ((const struct id_request *)request)->id);
}

static enum fault
class_join_code(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	const struct join_code_make *r = request;
	*reply = record_new(c->a, &record_join_code);
	enum fault f = people_code_make(*reply, c->a, c->e->people, c->db, &who, r);
	return r->person != NULL && r->person[0] != '\0' ? audited(c, f, r->person, r->id) : f;
}

static enum fault
class_void_code(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	return done(reply, c, people_code_void(c->a, c->e->people, c->db, &who, request));
}

/* ---- assignments --------------------------------------------------------------------- */

static enum fault
assignment_create(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_assignment);
	return people_assignment_create(*reply, c->a, c->e->people, c->db, &who, request);
}

static enum fault
assignment_delete(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	return done(reply, c, people_assignment_delete(c->a, c->e->people, c->db, &who, request));
}

static enum fault
assignment_get(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_assignment);
	return people_assignment_get(*reply, c->a, c->e->people, c->db, &who, request);
}

static enum fault
assignment_list(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_assignments);
	return people_assignment_list(*reply, c->a, c->e->people, c->db, &who, request);
}

static enum fault
assignment_update(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_assignment);
	return people_assignment_update(*reply, c->a, c->e->people, c->db, &who, request);
}

/* ---- accounts --------------------------------------------------------------------------- */

static enum fault
user_list(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_users);
	return audited(c, people_user_list(*reply, c->a, c->e->people, c->db, request), NULL, NULL);
}

static enum fault
user_update(void **reply, struct call *c, const void *request)
{
	const struct user_update *r = request;
	*reply = record_new(c->a, &record_user);
	enum fault f = audited(c, people_user_update(*reply, c->a, c->e->people, c->db, r), r->id, NULL);
	return f == FAULT_NONE && str_same(r->status, "blocked") ? letter_send(c, r->id, "", ENGINE_LETTER_ALL) : f;
}

static enum fault
audit_list(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_audit_rows);
	return people_audit_list(*reply, c->a, c->e->people, c->db, request);
}

const struct handler class_handlers[] = {
	{ "assignment.create", assignment_create, HANDLER_SEALED },
	{ "assignment.delete", assignment_delete, HANDLER_SEALED },
	{ "assignment.get", assignment_get, HANDLER_SEALED },
	{ "assignment.list", assignment_list, HANDLER_SEALED },
	{ "assignment.update", assignment_update, HANDLER_SEALED },
	{ "audit.list", audit_list, HANDLER_SEALED },
	{ "class.codes", class_codes, HANDLER_SEALED },
	{ "class.create", class_create, HANDLER_SEALED },
	{ "class.get", class_get, HANDLER_SEALED },
	/* A code is said once: no receipt keeps it. */
	{ "class.join_code", class_join_code, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "class.leave", class_leave, HANDLER_SEALED },
	{ "class.list", class_list, HANDLER_SEALED },
	{ "class.members", class_members, HANDLER_SEALED },
	{ "class.set_member", class_set_member, HANDLER_SEALED },
	{ "class.update", class_update, HANDLER_SEALED },
	{ "class.void_code", class_void_code, HANDLER_SEALED },
	{ "user.list", user_list, HANDLER_SEALED },
	{ "user.update", user_update, HANDLER_SEALED },
};
const size_t class_handler_count = COUNT_OF(class_handlers);
