/* The API as an OpenAPI 3.1 text, printed from the table of operations.
 *
 * A {name} of a path is a path parameter; what else a GET or DELETE takes is in
 * the query; the rest is the body.  Replies are components, so that a client that
 * is generated from this has one type for one record. */
#include <string.h>

#include "server_in.h"

#define FIELDS_MAX 64

static bool
in_path(const struct operation *op, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = op->path; (at = strchr(at, '{')) != NULL; at++)
		if (strncmp(at + 1, name, n) == 0 && at[n + 1] == '}')
			return true;
	return false;
}

/* The fields of the request that are in the path, or those that are not. */
static struct record_type
fields_of(struct field kept[FIELDS_MAX], const struct operation *op, bool path)
{
	struct record_type out = { op->request->name, op->request->size_bytes, kept, 0, op->request->help };
	for (size_t i = 0; i < op->request->count && out.count < FIELDS_MAX; i++)
		if (in_path(op, op->request->fields[i].name) == path)
			kept[out.count++] = op->request->fields[i];
	return out;
}

/* The schema of one field: that of a record with this field alone, unwrapped. */
static void
put_field_schema(struct text *out, const struct field *f)
{
	struct field one = *f;
	struct text t;
	one.flags &= ~(unsigned)FIELD_REQUIRED;
	const struct record_type type = { "one", 0, &one, 1, NULL };
	text_init(&t, 256 * 1024);
	record_schema(&t, &type);
	const char *from = strstr(t.data, "\"properties\":{");
	from = from == NULL ? NULL : strchr(from + strlen("\"properties\":{"), ':');
	if (from != NULL) /* {"name":SCHEMA}} */
		text_put_n(out, from + 1, (size_t)(t.data + t.len - 2 - (from + 1)));
	text_clear(&t);
}

static void
put_parameter(struct text *out, const struct field *f, const char *in, const char **comma)
{
	text_printf(out, "%s{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s,\"description\":", *comma, f->name,
		in, str_same(in, "path") || f->flags & FIELD_REQUIRED ? "true" : "false");
	json_put_string(out, f->help == NULL ? "" : f->help);
	text_put(out, ",\"schema\":");
	put_field_schema(out, f);
	text_put_c(out, '}');
	*comma = ",";
}

static bool
is_upload(const struct operation *op)
{
	return op->request == &record_document_add;
}

static void
put_parameters(struct text *out, const struct operation *op)
{
	struct field path[FIELDS_MAX], rest[FIELDS_MAX];
	struct record_type in = fields_of(path, op, true), left = fields_of(rest, op, false);
	const char *comma = "";
	text_put(out, ",\"parameters\":[");
	for (size_t i = 0; i < in.count; i++)
		put_parameter(out, &path[i], "path", &comma);
	for (size_t i = 0; i < left.count && (!operation_has_body(op) || is_upload(op)); i++)
		if (rest[i].kind != FIELD_RECORD && rest[i].kind != FIELD_LIST && rest[i].kind != FIELD_RAW &&
			!(is_upload(op) && (str_same(rest[i].name, "path") || str_same(rest[i].name, "origin"))))
			put_parameter(out, &rest[i], "query", &comma);
	if (op->writes)
		text_printf(out, "%s{\"$ref\":\"#/components/parameters/idempotency_key\"}", comma);
	text_put_c(out, ']');
}

static void
put_body(struct text *out, const struct operation *op)
{
	struct field rest[FIELDS_MAX];
	struct record_type left = fields_of(rest, op, false);
	if (!operation_has_body(op) || (left.count == 0 && !is_upload(op)))
		return;
	text_put(out, ",\"requestBody\":{\"content\":{");
	if (is_upload(op)) {
		text_put(out, "\"application/octet-stream\":{\"schema\":{}},\"multipart/form-data\":{\"schema\":"
			      "{\"type\":\"object\",\"properties\":{\"file\":{\"description\":\"The document; what is "
			      "said about it may be parts as well.\"}},\"required\":[\"file\"]}}},\"required\":true}");
		return;
	}
	text_put(out, "\"application/json\":{\"schema\":");
	record_schema(out, &left);
	text_put(out, "}}}");
}

static void
put_events(struct text *out, const struct operation *op)
{
	if (op->event_count == 0)
		return;
	text_put(out, ",\"text/event-stream\":{\"schema\":{\"type\":\"string\",\"description\":\"Events:");
	for (size_t i = 0; i < op->event_count; i++)
		text_printf(out, " %s {%s},", op->events[i].name, op->events[i].record->name);
	text_printf(out, " at the end %s {%s} or error {code, message}.\"}}",
		str_same(op->id, "message.send") ? "message_complete" : "complete", op->reply->name);
}

static void
put_responses(struct text *out, const struct operation *op)
{
	text_put(out, ",\"responses\":{");
	if (op->reply == &record_auth_redirect)
		text_put(out, "\"302\":{\"description\":\"Go on at Location.\",\"headers\":{\"Location\":"
			      "{\"schema\":{\"type\":\"string\"}}}}");
	else {
		text_put(out, "\"200\":{\"description\":");
		json_put_string(out, op->reply->help == NULL ? op->reply->name : op->reply->help);
		text_printf(out, ",\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\",\"properties\":{"
				 "\"data\":{\"$ref\":\"#/components/schemas/%s\"},\"error\":{\"type\":\"null\"},"
				 "\"meta\":{\"$ref\":\"#/components/schemas/meta\"}},\"required\":[\"data\",\"error\",\"meta\"]}}",
			op->reply->name);
		put_events(out, op);
		text_put(out, "}}");
	}
	text_put(out, ",\"default\":{\"$ref\":\"#/components/responses/error\"}}");
}

static void
put_operation(struct text *out, const struct operation *op)
{
	size_t tag = strcspn(op->id, ".");
	for (const char *m = op->method; *m != '\0'; m++)
		if (m == op->method)
			text_printf(out, "\"%c", *m | 0x20);
		else
			text_put_c(out, (char)(*m | 0x20));
	text_printf(out, "\":{\"operationId\":\"%s\",\"tags\":[\"%.*s\"],\"summary\":", op->id, (int)tag, op->id);
	json_put_string(out, op->help);
	text_printf(out, ",\"x-stoa-role\":\"%s\",\"x-stoa-served\":%s", role_name(op->least),
		engine_does(op->id) ? "true" : "false");
	if (op->least == ROLE_NONE)
		text_put(out, ",\"security\":[]");
	put_parameters(out, op);
	put_body(out, op);
	put_responses(out, op);
	text_put_c(out, '}');
}

static void
put_paths(struct text *out)
{
	size_t count;
	const struct operation *ops = operations(&count);
	const char *comma = "";
	text_put(out, "\"paths\":{");
	for (size_t i = 0; i < count; i++) {
		size_t first = 0;
		while (!str_same(ops[first].path, ops[i].path))
			first++;
		if (first < i)
			continue; /* it is there, under its first operation */
		text_printf(out, "%s\"%s\":{", comma, ops[i].path);
		comma = "";
		for (size_t j = i; j < count; j++) {
			if (!str_same(ops[j].path, ops[i].path))
				continue;
			text_put(out, comma);
			put_operation(out, &ops[j]);
			comma = ",";
		}
		text_put_c(out, '}');
	}
	text_put_c(out, '}');
}

/* Every reply once. */
static void
put_schemas(struct text *out)
{
	size_t count;
	const struct operation *ops = operations(&count);
	text_put(out, "\"schemas\":{\"meta\":{\"type\":\"object\",\"properties\":{\"timestamp\":{\"type\":\"string\","
		      "\"format\":\"date-time\"},\"version\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"}},"
		      "\"required\":[\"timestamp\",\"version\",\"request_id\"]}");
	for (size_t i = 0; i < count; i++) {
		size_t first = 0;
		while (ops[first].reply != ops[i].reply)
			first++;
		if (first < i)
			continue;
		text_printf(out, ",\"%s\":", ops[i].reply->name);
		record_schema(out, ops[i].reply);
	}
	text_put_c(out, '}');
}

void
server_openapi(struct text *out)
{
	text_printf(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"stoa\",\"version\":\"%s\",\"summary\":"
			 "\"Ask a class's documents; every sentence of an answer carries a verified quotation.\","
			 "\"license\":{\"name\":\"GPL-3.0-or-later\",\"identifier\":\"GPL-3.0-or-later\"}},"
			 "\"servers\":[{\"url\":\"/\"}],\"security\":[{\"bearer\":[]}],",
		STOA_VERSION);
	put_paths(out);
	text_put(out, ",\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
		      "\"description\":\"A session token, or a JWT of an issuer that the server trusts.\"}},"
		      "\"parameters\":{\"idempotency_key\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,"
		      "\"description\":\"A UUID of the client's own: the same write again is answered as before.\","
		      "\"schema\":{\"type\":\"string\",\"maxLength\":128}}},"
		      "\"responses\":{\"error\":{\"description\":\"It could not be done.\",\"content\":{\"application/json\":"
		      "{\"schema\":{\"type\":\"object\",\"properties\":{\"data\":{\"type\":\"null\"},\"error\":{\"type\":\"object\","
		      "\"properties\":{\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},\"details\":{}},"
		      "\"required\":[\"code\",\"message\"]},\"meta\":{\"$ref\":\"#/components/schemas/meta\"}},"
		      "\"required\":[\"data\",\"error\",\"meta\"]}}}}},");
	put_schemas(out);
	text_put(out, "}}\n");
}

/* ---- the same for people: the list of stoa-api(7), in mdoc ------------------------------- */

/* Text as mdoc: each sentence a line; what would be a request or an escape is not. */
static void
put_mdoc(struct text *out, const char *s)
{
	bool fresh = true;
	for (; *s != '\0'; s++) {
		bool ends = *s == '.' && s[1] == ' ';
		if (fresh && (*s == '.' || *s == '\''))
			text_put(out, "\\&");
		if (*s == '\\')
			text_put(out, "\\e");
		else
			text_put_c(out, *s == '\n' ? ' ' : *s);
		if (ends)
			text_put_c(out, '\n'), s++;
		fresh = ends;
	}
	text_put_c(out, '\n');
}

static void
put_fields(struct text *out, const char *title, const struct record_type *type)
{
	if (type->count == 0 || type == &record_nothing)
		return;
	text_printf(out, ".Pp\n%s\n.Bl -tag -width 12n -offset 2n -compact\n", title);
	for (size_t i = 0; i < type->count; i++) {
		const struct field *f = &type->fields[i];
		text_printf(out, ".It Va %s\n", f->name);
		if (f->flags & FIELD_REQUIRED)
			text_put(out, "Required.\n");
		put_mdoc(out, f->help == NULL ? "" : f->help);
	}
	text_put(out, ".El\n");
}

void
server_api_manual(struct text *out)
{
	size_t count;
	const struct operation *ops = operations(&count);
	for (size_t i = 0; i < count; i++) {
		const struct operation *op = &ops[i];
		text_printf(out, ".Ss %s\n.Sy %s\n.Pa %s\n.br\n", op->id, op->method, op->path);
		put_mdoc(out, op->help);
		text_printf(out, "Role: %s.\n", role_name(op->least));
		if (op->event_count > 0) {
			text_put(out, "Events:");
			for (size_t e = 0; e < op->event_count; e++)
				text_printf(out, "%s %s", e > 0 ? "," : "", op->events[e].name);
			text_put(out, ".\n");
		}
		put_fields(out, "Takes:", op->request);
		put_fields(out, "Gives:", op->reply);
	}
}
