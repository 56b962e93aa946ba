/* Records about people: signing in, who somebody is, classes and their codes.
 *
 * Tokens and codes are texts of a bounded alphabet; their form is checked by the
 * people room.  A role is a right and never taken from a request but by the two
 * operations that an instructor or administrator has for it. */
#include "api_in.h"

#define ROLES "guest|learner|instructor|admin"
#define PROFILES "instructor|staff|learner|guest"
#define TOKEN_MAX 512
#define URL_MAX 2048
#define CLASS_ID_MAX 64
#define CURSOR_MAX 200

#define ID_FIELD(strct, text) \
	FIELD_OF(strct, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX, .help = text)
#define PAGE_FIELDS(strct) \
	FIELD_OF(strct, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = CURSOR_MAX, \
		.help = "Go on where the last page ended."), \
	FIELD_OF(strct, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 100, \
		.help = "At most so many; 20 by default.")
#define PAGE_END_FIELDS(strct) \
	FIELD_OF(strct, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = CURSOR_MAX, \
		.help = "Where the next page begins; absent at the end."), \
	FIELD_OF(strct, total, FIELD_INT, .help = "How many there are in all.")

/* ---- who somebody is ----------------------------------------------------------- */

static const struct field user_fields[] = {
	FIELD_OF(user, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the account."),
	FIELD_OF(user, name, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 200,
		.help = "What the person is called."),
	FIELD_OF(user, mail, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 320,
		.help = "Mail address, when the identity provider gave one."),
	FIELD_OF(user, role, FIELD_TEXT, .choices = ROLES, .help = "What the person may."),
	FIELD_OF(user, status, FIELD_TEXT, .choices = "active|blocked",
		.help = "A blocked account cannot sign in."),
	FIELD_OF(user, provider, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64,
		.help = "How the person signs in: guest, code, jwt or a provider's name."),
	FIELD_OF(user, created, FIELD_TIME, .help = "When the account was made."),
	FIELD_OF(user, seen, FIELD_TIME, .flags = FIELD_OMIT,
		.help = "When the person last signed in."),
};
RECORD_TYPE(record_user, user, user_fields, "An account.");

static const struct field user_list_fields[] = {
	FIELD_OF(user_list, search, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 200,
		.help = "Part of the name or mail address."),
	FIELD_OF(user_list, role, FIELD_TEXT, .flags = FIELD_OMIT, .choices = ROLES,
		.help = "Only accounts of this role."),
	PAGE_FIELDS(user_list),
};
RECORD_TYPE(record_user_list, user_list, user_list_fields, "Which accounts to list.");

static const struct field users_fields[] = {
	FIELD_OF(users, items, FIELD_LIST, .of = &record_user,
		.help = "The accounts, newest first."),
	PAGE_END_FIELDS(users),
};
RECORD_TYPE(record_users, users, users_fields, "A page of accounts.");

static const struct field user_update_fields[] = {
	ID_FIELD(user_update, "Id of the account."),
	FIELD_OF(user_update, role, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "learner|instructor|admin",
		.help = "What the person may from now on; takes effect at once."),
	FIELD_OF(user_update, status, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "active|blocked",
		.help = "Blocking ends every session of the account at once."),
};
RECORD_TYPE(record_user_update, user_update, user_update_fields, "A change of an account.");

/* ---- signing in -------------------------------------------------------------------- */

static const struct field auth_guest_fields[] = {
	FIELD_OF(auth_guest, role, FIELD_TEXT, .flags = FIELD_OMIT, .choices = PROFILES,
		.help = "How the guest sees himself; no right comes with it."),
};
RECORD_TYPE(record_auth_guest, auth_guest, auth_guest_fields, "A guest who comes in.");

static const struct field auth_join_fields[] = {
	FIELD_OF(auth_join, code, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .min = 1, .max = 64,
		.help = "A code that an instructor made; case and hyphens do not matter."),
	FIELD_OF(auth_join, name, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 200,
		.help = "What to be called; needed unless signed in already."),
};
RECORD_TYPE(record_auth_join, auth_join, auth_join_fields, "Joining with a code.");

static const struct field auth_token_fields[] = {
	FIELD_OF(auth_token, code, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = TOKEN_MAX,
		.help = "One-time code from the redirect to the loopback address."),
	FIELD_OF(auth_token, code_verifier, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 128,
		.help = "What the code_challenge was made of (RFC 7636)."),
	FIELD_OF(auth_token, device_code, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = URL_MAX,
		.help = "Device code; BUSY until the person has agreed elsewhere."),
};
RECORD_TYPE(record_auth_token, auth_token, auth_token_fields,
	"A one-time code or a device code to be exchanged.");

static const struct field auth_refresh_fields[] = {
	FIELD_OF(auth_refresh, refresh_token, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED,
		.min = 1, .max = TOKEN_MAX,
		.help = "The refresh token given last; used twice it ends the session."),
};
RECORD_TYPE(record_auth_refresh, auth_refresh, auth_refresh_fields, "A refresh token.");

static const struct field auth_logout_fields[] = {
	FIELD_OF(auth_logout, everywhere, FIELD_BOOL, .flags = FIELD_OMIT,
		.help = "End every session of the account, not only this one."),
};
RECORD_TYPE(record_auth_logout, auth_logout, auth_logout_fields, "Which sessions to end.");

static const struct field signed_in_fields[] = {
	FIELD_OF(signed_in, token, FIELD_TEXT, .flags = FIELD_SEALED, .max = TOKEN_MAX,
		.help = "Bearer token of the session; 256 bits, good for 24 hours after its last use."),
	FIELD_OF(signed_in, refresh_token, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = TOKEN_MAX,
		.help = "Gets the next pair of tokens, once."),
	FIELD_OF(signed_in, session_id, FIELD_TEXT, .max = 96,
		.help = "Name of the session; opens nothing."),
	FIELD_OF(signed_in, expires, FIELD_TIME, .help = "When the token ends unless it is used."),
	FIELD_OF(signed_in, user, FIELD_RECORD, .of = &record_user, .help = "Who signed in."),
	FIELD_OF(signed_in, classes, FIELD_TEXTS, .max = 1000, .help = "Ids of the person's classes."),
};
RECORD_TYPE(record_signed_in, signed_in, signed_in_fields, "A session that begins.");

static const struct field auth_provider_fields[] = {
	FIELD_OF(auth_provider, provider, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 64,
		.help = "Name of a provider as in auth.ways."),
	FIELD_OF(auth_provider, redirect_uri, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 200,
		.help = "http address on 127.0.0.1 or [::1] where the client listens."),
	FIELD_OF(auth_provider, code_challenge, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 128,
		.help = "S256 of the client's code_verifier (RFC 7636)."),
	FIELD_OF(auth_provider, state, FIELD_TEXT, .flags = FIELD_OMIT, .max = 128,
		.help = "Given back to the loopback address as it is."),
};
RECORD_TYPE(record_auth_provider, auth_provider, auth_provider_fields, "Signing in with a provider.");

static const struct field auth_url_fields[] = {
	FIELD_OF(auth_url, auth_url, FIELD_TEXT, .max = 8192,
		.help = "Where the person's browser has to go."),
	FIELD_OF(auth_url, expires, FIELD_TIME, .help = "Until when."),
};
RECORD_TYPE(record_auth_url, auth_url, auth_url_fields, "Where to sign in.");

static const struct field auth_callback_fields[] = {
	FIELD_OF(auth_callback, code, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 4096,
		.help = "The provider's authorisation code."),
	FIELD_OF(auth_callback, state, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = TOKEN_MAX,
		.help = "The state that the sign-in began with."),
	FIELD_OF(auth_callback, error, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Why the provider refused."),
};
RECORD_TYPE(record_auth_callback, auth_callback, auth_callback_fields,
	"What a provider sends a browser back with.");

static const struct field auth_redirect_fields[] = {
	FIELD_OF(auth_redirect, location, FIELD_TEXT, .flags = FIELD_SEALED, .max = URL_MAX,
		.help = "The loopback address with a one-time code; answered as 302."),
};
RECORD_TYPE(record_auth_redirect, auth_redirect, auth_redirect_fields, "Where the browser goes next.");

static const struct field auth_device_fields[] = {
	FIELD_OF(auth_device, provider, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 64,
		.help = "Name of a provider that can do it, as in auth.ways."),
};
RECORD_TYPE(record_auth_device, auth_device, auth_device_fields,
	"Signing in by another device (RFC 8628).");

static const struct field device_code_fields[] = {
	FIELD_OF(device_code, device_code, FIELD_TEXT, .flags = FIELD_SEALED, .max = URL_MAX,
		.help = "To be exchanged by auth.token."),
	FIELD_OF(device_code, user_code, FIELD_TEXT, .max = 64, .help = "What the person types."),
	FIELD_OF(device_code, verification_uri, FIELD_TEXT, .max = URL_MAX, .help = "Where it is typed."),
	FIELD_OF(device_code, verification_uri_complete, FIELD_TEXT, .flags = FIELD_OMIT, .max = URL_MAX,
		.help = "The same with the code in it."),
	FIELD_OF(device_code, interval, FIELD_INT, .help = "Ask no sooner than after so many seconds."),
	FIELD_OF(device_code, expires, FIELD_TIME, .help = "Until when."),
};
RECORD_TYPE(record_device_code, device_code, device_code_fields, "A sign-in by another device.");

static const struct field auth_way_fields[] = {
	FIELD_OF(auth_way, name, FIELD_TEXT, .max = 64, .help = "Name in paths."),
	FIELD_OF(auth_way, title, FIELD_TEXT, .max = 200, .help = "Name for people."),
	FIELD_OF(auth_way, device, FIELD_BOOL, .help = "Whether another device can be used."),
};
RECORD_TYPE(record_auth_way, auth_way, auth_way_fields, "An identity provider.");

static const struct field auth_ways_fields[] = {
	FIELD_OF(auth_ways, providers, FIELD_LIST, .of = &record_auth_way,
		.help = "Identity providers that are set up."),
	FIELD_OF(auth_ways, guest, FIELD_BOOL, .help = "Whether guests are let in."),
	FIELD_OF(auth_ways, join, FIELD_BOOL, .help = "Whether a class code lets one in."),
};
RECORD_TYPE(record_auth_ways, auth_ways, auth_ways_fields, "The ways of signing in.");

/* ---- profile ------------------------------------------------------------------------- */

static const struct field profile_set_fields[] = {
	FIELD_OF(profile_set, role, FIELD_TEXT, .flags = FIELD_REQUIRED, .choices = PROFILES,
		.help = "How you see yourself; no right comes with it."),
};
RECORD_TYPE(record_profile_set, profile_set, profile_set_fields, "A profile that is chosen.");

static const struct field quick_action_fields[] = {
	FIELD_OF(quick_action, title, FIELD_TEXT, .max = 200, .help = "What it is for."),
	FIELD_OF(quick_action, description, FIELD_TEXT, .max = 500, .help = "One sentence about it."),
	FIELD_OF(quick_action, queries, FIELD_TEXTS, .max = 10, .help = "Questions to begin with."),
};
RECORD_TYPE(record_quick_action, quick_action, quick_action_fields, "Something to begin with.");

static const struct field profile_fields[] = {
	FIELD_OF(profile, role, FIELD_TEXT, .choices = PROFILES, .help = "The profile."),
	FIELD_OF(profile, quick_actions, FIELD_LIST, .of = &record_quick_action, .max = 20,
		.help = "Things to begin with."),
	FIELD_OF(profile, suggested_topics, FIELD_TEXTS, .max = 50, .help = "Topics worth a look."),
	FIELD_OF(profile, recent_updates, FIELD_TEXTS, .max = 50, .help = "What is new."),
};
RECORD_TYPE(record_profile, profile, profile_fields, "What a profile suggests.");

/* ---- classes --------------------------------------------------------------------------- */

static const struct field class_fields[] = {
	FIELD_OF(class, id, FIELD_TEXT, .max = CLASS_ID_MAX,
		.help = "Id of the class, which is the subject of its documents."),
	FIELD_OF(class, title, FIELD_TEXT, .max = 200, .help = "Its name for people."),
	FIELD_OF(class, status, FIELD_TEXT, .choices = "active|archived", .help = "Whether it is over."),
	FIELD_OF(class, role, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "learner|instructor",
		.help = "What you are in it."),
	FIELD_OF(class, inbox, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 254,
		.help = "Mail address that its questions go to; told to who teaches it."),
	FIELD_OF(class, members, FIELD_INT, .help = "How many belong to it."),
	FIELD_OF(class, created, FIELD_TIME, .help = "When it was made."),
};
RECORD_TYPE(record_class, class, class_fields, "A class, which is a subject with members.");

static const struct field class_list_fields[] = {
	FIELD_OF(class_list, status, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "active|archived|all",
		.help = "active by default."),
	PAGE_FIELDS(class_list),
};
RECORD_TYPE(record_class_list, class_list, class_list_fields, "Which classes to list.");

static const struct field classes_fields[] = {
	FIELD_OF(classes, items, FIELD_LIST, .of = &record_class, .help = "The classes, by id."),
	PAGE_END_FIELDS(classes),
};
RECORD_TYPE(record_classes, classes, classes_fields, "A page of classes.");

static const struct field class_create_fields[] = {
	FIELD_OF(class_create, id, FIELD_TEXT, .flags = FIELD_OMIT, .max = CLASS_ID_MAX,
		.help = "Letters, digits, dot, hyphen and underscore; made from the title when absent."),
	FIELD_OF(class_create, title, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 200,
		.help = "Its name for people."),
};
RECORD_TYPE(record_class_create, class_create, class_create_fields, "A new class.");

static const struct field class_update_fields[] = {
	ID_FIELD(class_update, "Id of the class."),
	FIELD_OF(class_update, title, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "A new name."),
	FIELD_OF(class_update, status, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "active|archived",
		.help = "An archived class takes no more members."),
	FIELD_OF(class_update, inbox, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 254,
		.help = "Mail address that its questions go to; empty: the server's."),
};
RECORD_TYPE(record_class_update, class_update, class_update_fields, "A change of a class.");

static const struct field class_member_fields[] = {
	FIELD_OF(class_member, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the account."),
	FIELD_OF(class_member, name, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 200,
		.help = "What the person is called."),
	FIELD_OF(class_member, role, FIELD_TEXT, .choices = "learner|instructor",
		.help = "What the person is in this class."),
	FIELD_OF(class_member, joined, FIELD_TIME, .help = "Since when."),
};
RECORD_TYPE(record_class_member, class_member, class_member_fields, "A member of a class.");

static const struct field class_members_list_fields[] = {
	ID_FIELD(class_members_list, "Id of the class."),
	PAGE_FIELDS(class_members_list),
};
RECORD_TYPE(record_class_members_list, class_members_list, class_members_list_fields,
	"Whose members to list.");

static const struct field class_members_fields[] = {
	FIELD_OF(class_members, items, FIELD_LIST, .of = &record_class_member,
		.help = "The members; a learner sees himself and the instructors."),
	PAGE_END_FIELDS(class_members),
};
RECORD_TYPE(record_class_members, class_members, class_members_fields, "A page of members.");

static const struct field class_member_set_fields[] = {
	ID_FIELD(class_member_set, "Id of the class."),
	FIELD_OF(class_member_set, person, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX,
		.help = "Id of the account."),
	FIELD_OF(class_member_set, role, FIELD_TEXT, .flags = FIELD_REQUIRED, .choices = "learner|instructor",
		.help = "What the person is in this class from now on."),
};
RECORD_TYPE(record_class_member_set, class_member_set, class_member_set_fields, "A member to be.");

static const struct field class_member_remove_fields[] = {
	ID_FIELD(class_member_remove, "Id of the class."),
	FIELD_OF(class_member_remove, person, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX,
		.help = "Id of the account; your own to leave."),
};
RECORD_TYPE(record_class_member_remove, class_member_remove, class_member_remove_fields,
	"A member who leaves.");

static const struct field join_code_make_fields[] = {
	ID_FIELD(join_code_make, "Id of the class."),
	FIELD_OF(join_code_make, person, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "By administrators: a learner of it whom it lets in again, once, within a day unless days says more; her other sessions end then."),
	FIELD_OF(join_code_make, days, FIELD_INT, .flags = FIELD_OMIT, .min = 0, .max = 366,
		.help = "Good for so many days; 14 by default, 1 for a person."),
	FIELD_OF(join_code_make, uses, FIELD_INT, .flags = FIELD_OMIT, .min = 0, .max = 10000,
		.help = "Good for so many people; 40 by default."),
};
RECORD_TYPE(record_join_code_make, join_code_make, join_code_make_fields, "A join code to be made.");

static const struct field join_code_fields[] = {
	FIELD_OF(join_code, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the code, to take it back."),
	FIELD_OF(join_code, code, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 64,
		.help = "The code itself; said once, when it is made."),
	FIELD_OF(join_code, uses, FIELD_INT, .help = "How many have joined with it."),
	FIELD_OF(join_code, uses_left, FIELD_INT, .help = "How many still can."),
	FIELD_OF(join_code, created, FIELD_TIME, .help = "When it was made."),
	FIELD_OF(join_code, expires, FIELD_TIME, .help = "Until when it is good."),
};
RECORD_TYPE(record_join_code, join_code, join_code_fields, "A join code of a class.");

static const struct field join_codes_fields[] = {
	FIELD_OF(join_codes, items, FIELD_LIST, .of = &record_join_code,
		.help = "The codes that are still good, newest first."),
};
RECORD_TYPE(record_join_codes, join_codes, join_codes_fields, "The join codes of a class.");

static const struct field join_code_remove_fields[] = {
	ID_FIELD(join_code_remove, "Id of the class."),
	FIELD_OF(join_code_remove, code_id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX,
		.help = "Id of the code."),
};
RECORD_TYPE(record_join_code_remove, join_code_remove, join_code_remove_fields,
	"A join code to be taken back.");

/* ---- audit ------------------------------------------------------------------------------- */

static const struct field audit_row_fields[] = {
	FIELD_OF(audit_row, at, FIELD_TIME, .help = "When."),
	FIELD_OF(audit_row, actor, FIELD_TEXT, .max = ID_MAX, .help = "Account of who looked."),
	FIELD_OF(audit_row, role, FIELD_TEXT, .max = 32, .help = "What he was then."),
	FIELD_OF(audit_row, operation, FIELD_TEXT, .max = 64, .help = "What was asked for."),
	FIELD_OF(audit_row, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Account whose data it was; absent: of several."),
	FIELD_OF(audit_row, object, FIELD_TEXT, .flags = FIELD_OMIT, .max = CLASS_ID_MAX,
		.help = "The class, conversation or question it was about."),
};
RECORD_TYPE(record_audit_row, audit_row, audit_row_fields, "An access to somebody else's data.");

static const struct field audit_list_fields[] = {
	FIELD_OF(audit_list, actor, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Only what this account did."),
	FIELD_OF(audit_list, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Only what was done to this account's data."),
	PAGE_FIELDS(audit_list),
};
RECORD_TYPE(record_audit_list, audit_list, audit_list_fields, "Which accesses to list.");

static const struct field audit_rows_fields[] = {
	FIELD_OF(audit_rows, items, FIELD_LIST, .of = &record_audit_row,
		.help = "The accesses, newest first."),
	FIELD_OF(audit_rows, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = CURSOR_MAX,
		.help = "Where the next page begins; absent at the end."),
};
RECORD_TYPE(record_audit_rows, audit_rows, audit_rows_fields, "A page of accesses.");
