/* What comes to a message after it was said: a rating, a teacher's reply.
 *
 * A rating is a record of its own in the conversation's chain; a second one of the
 * same message is its next revision.
 */
#include <stdio.h>
#include <string.h>
#include "tutor_in.h"

static enum fault
message_find(struct sealed *rec, struct arena *a, struct store *db, const char *id)
{
	enum fault f = store_get(rec, a, db, id);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && rec->kind != KIND_MESSAGE))
		return fault(FAULT_ABSENT, "no message %s", id);
	return f;
}

enum fault
tutor_feedback(struct tutor *t, struct store *db, const struct message_feedback *req)
{
	struct arena a;
	struct sealed rec;
	struct kept_chain chain = { 0 };
	char id[ID_BYTES];
	if (!id_valid(req->id))
		return fault(
			FAULT_INPUT, "'%s' is not the id of a message", req->id ? req->id : "");
	if (req->score < -1 || req->score > 1)
		return fault(FAULT_INPUT, "a rating is 1, 0 or -1");
	arena_init(&a);
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		goto out;
	f = message_find(&rec, &a, db, req->id);
	if (f == FAULT_NONE)
		f = kept_chain_read(&chain, &a, db, rec.conv_id);
	if (f == FAULT_NONE) {
		struct kept_feedback kept = { .message = req->id,
			.comment = req->comment,
			.score = req->score,
			.at = t->config.clock->wall_ms(t->config.clock->arg),
			.reasons = req->reasons };
		id_make(id, t->config.chance);
		for (size_t i = 0; i < chain.feedback_count; i++)
			if (str_same(chain.feedback[i].message, req->id))
				snprintf(id, sizeof id, "%s", chain.feedback_ids[i]);
		f = kept_put(db, KIND_FEEDBACK, rec.conv_id, id, &record_kept_feedback, &kept);
	}
	f = store_finish(db, f);
out:
	kept_chain_clear(&chain);
	arena_clear(&a);
	return f;
}

enum fault
tutor_feedback_get(struct message_feedback *out, struct arena *a, struct store *db, const char *id)
{
	struct sealed rec;
	struct kept_chain chain = { 0 };
	enum fault f = message_find(&rec, a, db, id);
	if (f == FAULT_NONE)
		f = whole_or_rest(kept_chain_read(&chain, a, db, rec.conv_id));
	if (f != FAULT_NONE)
		return f;
	f = FAULT_ABSENT;
	for (size_t i = 0; i < chain.feedback_count; i++)
		if (str_same(chain.feedback[i].message, id)) {
			*out = (struct message_feedback){ .id = arena_strdup(a, id),
				.comment = chain.feedback[i].comment,
				.score = chain.feedback[i].score,
				.reasons = chain.feedback[i].reasons };
			f = FAULT_NONE;
		}
	kept_chain_clear(&chain);
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "nothing was said of message %s", id) : f;
}

enum fault
tutor_append(struct store *db, const struct message *m)
{
	struct kept_title *title = NULL;
	struct message copy = *m;
	const struct kept_message kept = { .at = m->created, .message = &copy };
	struct arena a;
	arena_init(&a);
	enum fault f = kept_title_get(&title, &a, db, m->conversation_id);
	if (f == FAULT_NONE)
		f = kept_put(db, KIND_MESSAGE, m->conversation_id, m->id, &record_kept_message, &kept);
	if (f == FAULT_NONE) {
		title->unread++;
		f = kept_put(db, KIND_TITLE, m->conversation_id, m->conversation_id, &record_kept_title, title);
	}
	arena_clear(&a);
	return f;
}
