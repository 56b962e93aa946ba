/* Members of JSON that somebody else wrote: there or not, and of the right type. */
#include "llm_in.h"

enum fault
llm_pick(struct json_object **out, struct json_object *o, const char *name, enum json_type type)
{
	struct json_object *member = NULL;
	*out = NULL;
	if (!json_object_is_type(o, json_type_object))
		return fault(FAULT_DAMAGED, "the model endpoint sent something else where an object with %s belongs", name);
	if (!json_object_object_get_ex(o, name, &member) || json_object_is_type(member, json_type_null))
		return FAULT_NONE;
	if (!json_object_is_type(member, type))
		return fault(FAULT_DAMAGED, "the model endpoint sent %s as %s, not as %s", name,
			json_type_to_name(json_object_get_type(member)), json_type_to_name(type));
	*out = member;
	return FAULT_NONE;
}
