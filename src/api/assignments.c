/* Records about assignments: what a class is given to work on, and with which documents. */
#include "api_in.h"

#define CLASS_ID_MAX 64
#define STATES "draft|published"
#define CLEARS "due|instructions|materials"
#define TITLE_MAX 200
#define INSTRUCTIONS_MAX (32 * 1024)
#define MATERIALS_MAX 100

#define CLASS_FIELD(strct) \
	FIELD_OF(strct, class_id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = CLASS_ID_MAX, \
		.help = "Id of the class.")
#define ID_FIELD(strct) \
	FIELD_OF(strct, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX, \
		.help = "Id of the assignment.")

static const struct field assignment_fields[] = {
	FIELD_OF(assignment, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the assignment."),
	FIELD_OF(assignment, class_id, FIELD_TEXT, .max = CLASS_ID_MAX, .help = "The class that it is for."),
	FIELD_OF(assignment, title, FIELD_TEXT, .flags = FIELD_SEALED, .max = TITLE_MAX,
		.help = "What it is called."),
	FIELD_OF(assignment, instructions, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = INSTRUCTIONS_MAX, .help = "What is to be done."),
	FIELD_OF(assignment, state, FIELD_TEXT, .choices = STATES,
		.help = "A draft is seen by the teachers of the class alone."),
	FIELD_OF(assignment, materials, FIELD_TEXTS, .flags = FIELD_OMIT, .max = MATERIALS_MAX,
		.help = "Ids of the documents of the class that it is worked on with; none: all of the class."),
	FIELD_OF(assignment, due, FIELD_TIME, .flags = FIELD_OMIT, .help = "Until when; absent: whenever."),
	FIELD_OF(assignment, created, FIELD_TIME, .help = "When it was made."),
	FIELD_OF(assignment, updated, FIELD_TIME, .help = "When it was last changed."),
};
RECORD_TYPE(record_assignment, assignment, assignment_fields, "What a class is given to work on.");

static const struct field assignment_list_fields[] = {
	CLASS_FIELD(assignment_list),
	FIELD_OF(assignment_list, state, FIELD_TEXT, .flags = FIELD_OMIT, .choices = STATES,
		.help = "Only these; drafts are there for teachers alone."),
	FIELD_OF(assignment_list, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Go on where the last page ended."),
	FIELD_OF(assignment_list, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 100,
		.help = "At most so many; 20 by default."),
};
RECORD_TYPE(record_assignment_list, assignment_list, assignment_list_fields,
	"Which assignments to list.");

static const struct field assignments_fields[] = {
	FIELD_OF(assignments, items, FIELD_LIST, .of = &record_assignment,
		.help = "The assignments, what is due first first."),
	FIELD_OF(assignments, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Where the next page begins; absent at the end."),
	FIELD_OF(assignments, total, FIELD_INT, .help = "How many there are in all."),
};
RECORD_TYPE(record_assignments, assignments, assignments_fields, "A page of assignments.");

static const struct field assignment_get_fields[] = {
	CLASS_FIELD(assignment_get),
	ID_FIELD(assignment_get),
};
RECORD_TYPE(record_assignment_get, assignment_get, assignment_get_fields, "Which assignment is meant.");

static const struct field assignment_create_fields[] = {
	CLASS_FIELD(assignment_create),
	FIELD_OF(assignment_create, title, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .min = 1,
		.max = TITLE_MAX, .help = "What it is called."),
	FIELD_OF(assignment_create, instructions, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = INSTRUCTIONS_MAX, .help = "What is to be done."),
	FIELD_OF(assignment_create, state, FIELD_TEXT, .flags = FIELD_OMIT, .choices = STATES,
		.help = "draft by default."),
	FIELD_OF(assignment_create, materials, FIELD_TEXTS, .flags = FIELD_OMIT, .max = MATERIALS_MAX,
		.help = "Ids of documents of the class."),
	FIELD_OF(assignment_create, due, FIELD_TIME, .flags = FIELD_OMIT, .help = "Until when."),
};
RECORD_TYPE(record_assignment_create, assignment_create, assignment_create_fields, "A new assignment.");

static const struct field assignment_update_fields[] = {
	CLASS_FIELD(assignment_update),
	ID_FIELD(assignment_update),
	FIELD_OF(assignment_update, title, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = TITLE_MAX,
		.help = "What it is called from now on."),
	FIELD_OF(assignment_update, instructions, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = INSTRUCTIONS_MAX, .help = "What is to be done."),
	FIELD_OF(assignment_update, state, FIELD_TEXT, .flags = FIELD_OMIT, .choices = STATES,
		.help = "Show it to the class, or take it back."),
	FIELD_OF(assignment_update, materials, FIELD_TEXTS, .flags = FIELD_OMIT, .max = MATERIALS_MAX,
		.help = "Ids of documents of the class, instead of those it has."),
	FIELD_OF(assignment_update, clear, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 3, .choices = CLEARS,
		.help = "What to take away."),
	FIELD_OF(assignment_update, due, FIELD_TIME, .flags = FIELD_OMIT, .help = "Until when."),
};
RECORD_TYPE(record_assignment_update, assignment_update, assignment_update_fields,
	"What to change of an assignment; what is absent stays.");
