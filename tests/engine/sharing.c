/* What is shown to others: links, questions for a teacher, mail, feedback. */
#include "class_test.h"

/* ---- an outside ----------------------------------------------------------------- */

static struct sent { int count; enum fault answer; char to[64], subject[128], text[4096]; } sent;

static enum fault
take_mail(const struct outside_mail *m, const struct cancel *cancel, void *arg)
{
	(void)cancel, (void)arg;
	sent.count++;
	snprintf(sent.to, sizeof sent.to, "%s", m->to);
	snprintf(sent.subject, sizeof sent.subject, "%s", m->subject);
	snprintf(sent.text, sizeof sent.text, "%s", m->text);
	return sent.answer == FAULT_NONE ? FAULT_NONE : fault(sent.answer, "not now");
}

static void
tend(void)
{
	int64_t next_ms = 0;
	WELL(engine_tend(&next_ms, w.engine, NULL));
	ck_assert_int_gt(next_ms, 0);
}

static void
class_open(void)
{
	sent = (struct sent){ 0 };
	world_make(&w);
	w.config.inbox = "inbox@example.org";
	w.config.threshold_email = 90;
	w.config.outside.mail = take_mail;
	class_open_made();
}

static struct message *
ask(const char *question)
{
	struct message *m;
	WELL(ask_engine(&m, &w, "message.send", &(struct message_send){ .content = question }));
	return m;
}

/* ---- links ------------------------------------------------------------------------ */

START_TEST(a_link_shows_what_was_said_until_then_and_nothing_of_its_owner)
{
	struct shared_link *link;
	struct transcript *t;
	struct nothing *n;
	class_open();
	be(ANN);
	struct message *m = ask("What do ribosomes translate?");
	WELL(ask_engine(&n, &w, "message.feedback", &(struct message_feedback){ .id = m->id, .score = -1, .comment = "my secret" }));
	WELL(ask_engine(&link, &w, "conversation.share", &(struct conversation_share){ .id = m->conversation_id }));
	ck_assert_uint_eq(strlen(link->token), 64);
	ck_assert_int_eq(link->expires - link->created, INT64_C(7) * 86400000);
	WELL(ask_engine(&m, &w, "message.send", &(struct message_send){ .conversation_id = link->conversation_id, .content = "What is chlorophyll?" }));
	be(BEN);
	WELL(ask_engine(&t, &w, "shared.get", &(struct shared_get){ link->token }));
	ck_assert_uint_eq(t->messages.count, 2);
	const struct message *shown = t->messages.items;
	ck_assert_int_eq(shown[1].rating, 0);
	ck_assert_ptr_null(shown[1].rating_comment);
	const struct citation *c = shown[1].citations.items;
	ck_assert(c->verified);
	FAILS(FAULT_ABSENT, ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = link->conversation_id }));
	FAILS(FAULT_ABSENT, ask_engine(&t, &w, "shared.get", &(struct shared_get){ link->id }));
	struct audit_rows *audit;
	be(TOM);
	WELL(ask_engine(&audit, &w, "audit.list", &(struct audit_list){ .subject = "00000000000000000000000000000001" }));
	ck_assert_uint_eq(audit->items.count, 1);
	ck_assert_str_eq(((struct audit_row *)audit->items.items)->operation, "shared.get");
	be(BEN);
	w.who.role = ROLE_GUEST;
	FAILS(FAULT_DENIED, ask_engine(&t, &w, "shared.get", &(struct shared_get){ link->token }));
	world_close(&w);
}
END_TEST

START_TEST(a_link_ends_by_time_by_its_owner_and_with_its_conversation)
{
	struct shared_link *link, *second;
	struct shared_links *links;
	struct transcript *t;
	struct nothing *n;
	struct user *u;
	class_open();
	be(ANN);
	struct message *m = ask("What do ribosomes translate?");
	WELL(ask_engine(&link, &w, "conversation.share", &(struct conversation_share){ .id = m->conversation_id, .expires_in_days = 1 }));
	WELL(ask_engine(&second, &w, "conversation.share", &(struct conversation_share){ .id = m->conversation_id, .expires_in_days = 30 }));
	ck_assert_str_ne(link->token, second->token);
	WELL(ask_engine(&links, &w, "share.list", NULL));
	ck_assert_uint_eq(links->items.count, 2);
	ck_assert_ptr_null(((struct shared_link *)links->items.items)->token);
	be(BEN);
	FAILS(FAULT_ABSENT, ask_engine(&n, &w, "share.revoke", &(struct id_request){ second->id }));
	FAILS(FAULT_ABSENT, ask_engine(&link, &w, "conversation.share", &(struct conversation_share){ .id = m->conversation_id }));
	w.still.now_ms += INT64_C(2) * 86400000;
	FAILS(FAULT_ABSENT, ask_engine(&t, &w, "shared.get", &(struct shared_get){ link->token }));
	WELL(ask_engine(&t, &w, "shared.get", &(struct shared_get){ second->token }));
	/* What somebody who is blocked has shared is closed too, until he is let in again. */
	be(TOM);
	WELL(ask_engine(&u, &w, "user.update", &(struct user_update){ .id = "00000000000000000000000000000001", .status = "blocked" }));
	FAILS(FAULT_ABSENT, ask_engine(&t, &w, "shared.get", &(struct shared_get){ second->token }));
	WELL(ask_engine(&u, &w, "user.update", &(struct user_update){ .id = "00000000000000000000000000000001", .status = "active" }));
	WELL(ask_engine(&t, &w, "shared.get", &(struct shared_get){ second->token }));
	be(ANN);
	WELL(ask_engine(&n, &w, "share.revoke", &(struct id_request){ second->id }));
	FAILS(FAULT_ABSENT, ask_engine(&t, &w, "shared.get", &(struct shared_get){ second->token }));
	WELL(ask_engine(&second, &w, "conversation.share", &(struct conversation_share){ .id = m->conversation_id }));
	WELL(ask_engine(&n, &w, "conversation.delete", &(struct id_request){ m->conversation_id }));
	FAILS(FAULT_ABSENT, ask_engine(&t, &w, "shared.get", &(struct shared_get){ second->token }));
	world_close(&w);
}
END_TEST

/* ---- a teacher ----------------------------------------------------------------------- */

START_TEST(a_question_reaches_its_teacher_and_the_reply_its_conversation)
{
	struct escalated *e, *twice;
	struct escalations *list;
	struct escalation *q;
	struct transcript *t;
	struct conversation *looked;
	class_open();
	be(ANN);
	struct message *m = ask("What do ribosomes translate?");
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id, .email = "ann@example.org", .note = "I do not see it" }));
	ck_assert_str_eq(e->status, "pending");
	WELL(ask_engine(&twice, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	ck_assert_str_eq(e->query_id, twice->query_id);
	FAILS(FAULT_DENIED, ask_engine(&list, &w, "escalation.list", &(struct escalation_list){ .limit = 5 }));
	tend();
	ck_assert_int_eq(sent.count, 1);
	ck_assert_str_eq(sent.to, "inbox@example.org");
	ck_assert_str_eq(sent.subject, "A question for a teacher: biology");
	ck_assert_ptr_nonnull(strstr(sent.text, "What do ribosomes translate?"));
	ck_assert_ptr_nonnull(strstr(sent.text, "ann@example.org"));
	be(MAX);
	WELL(ask_engine(&list, &w, "escalation.list", &(struct escalation_list){ .limit = 5 }));
	ck_assert_uint_eq(list->items.count, 0);
	ck_assert_int_eq(list->total, 0);
	FAILS(FAULT_ABSENT, ask_engine(&q, &w, "escalation.resolve", &(struct escalation_resolve){ .id = e->query_id, .reply = "No." }));
	be(EVA);
	WELL(ask_engine(&list, &w, "escalation.list", &(struct escalation_list){ .limit = 5 }));
	ck_assert_uint_eq(list->items.count, 1);
	q = list->items.items;
	ck_assert_str_eq(q->question, "What do ribosomes translate?");
	ck_assert_str_eq(q->note, "I do not see it");
	ck_assert_ptr_nonnull(strstr(q->answer, "messenger RNA"));
	WELL(ask_engine(&q, &w, "escalation.resolve", &(struct escalation_resolve){ .id = e->query_id, .status = "in_progress" }));
	WELL(ask_engine(&q, &w, "escalation.resolve", &(struct escalation_resolve){ .id = e->query_id, .reply = "Messenger RNA, \x1b[31mof course." }));
	ck_assert_str_eq(q->status, "resolved");
	FAILS(FAULT_EXISTS, ask_engine(&q, &w, "escalation.resolve", &(struct escalation_resolve){ .id = e->query_id, .reply = "Again." }));
	WELL(ask_engine(&list, &w, "escalation.list", &(struct escalation_list){ .limit = 5 }));
	ck_assert_uint_eq(list->items.count, 0);
	tend();
	ck_assert_int_eq(sent.count, 2);
	ck_assert_str_eq(sent.to, "ann@example.org");
	ck_assert_ptr_nonnull(strstr(sent.text, "Messenger RNA"));
	ck_assert_ptr_null(strchr(sent.text, '\x1b'));
	be(ANN);
	WELL(ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = m->conversation_id }));
	ck_assert_uint_eq(t->messages.count, 3);
	ck_assert_int_eq(t->conversation->unread, 1);
	WELL(ask_engine(&looked, &w, "conversation.update", &(struct conversation_update){ .id = m->conversation_id, .unread = -1 }));
	ck_assert_int_eq(looked->unread, 0);
	WELL(ask_engine(&looked, &w, "conversation.update", &(struct conversation_update){ .id = m->conversation_id, .subject = "biology" }));
	ck_assert_int_eq(looked->unread, 0);
	const struct message *reply = (struct message *)t->messages.items + 2;
	ck_assert_str_eq(reply->mode, "instructor");
	struct exported *x;
	WELL(ask_engine(&x, &w, "me.export", &(struct export_run){ .format = "json" }));
	ck_assert_ptr_nonnull(strstr(x->body, "I do not see it"));
	ck_assert_str_eq(reply->role, "stoa");
	ck_assert_ptr_null(strchr(reply->content, '\x1b'));
	world_close(&w);
}
END_TEST

START_TEST(what_is_of_no_class_is_seen_by_every_teacher_and_wrong_addresses_by_none)
{
	struct escalated *e;
	struct escalations *list;
	static const char *const wrong[] = { "ann", "ann@", "@example.org", "a@b@c.org", "a b@example.org", "a@example.org\nBcc: all@example.org", "<a@example.org>", "a@example" };
	class_open();
	be(BEN);
	struct message *m = ask("Why is the sky blue?");   /* not his class, not in his sources */
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		FAILS(FAULT_INPUT, ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id, .email = wrong[i] }));
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	for (int who = EVA; who <= TOM; who++) {
		be(who);
		WELL(ask_engine(&list, &w, "escalation.list", &(struct escalation_list){ .limit = 5 }));
		ck_assert_uint_eq(list->items.count, 1);
	}
	be(ANN);
	FAILS(FAULT_ABSENT, ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	world_close(&w);
}
END_TEST

START_TEST(mail_that_is_not_taken_is_tried_again_later_each_time_and_let_go_at_last)
{
	struct escalated *e;
	struct engine_counters n;
	class_open();
	sent.answer = FAULT_OFFLINE;
	be(ANN);
	struct message *m = ask("What do ribosomes translate?");
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	tend();
	tend();
	ck_assert_int_eq(sent.count, 1);   /* not at once again */
	engine_counters(&n, &w.arena, w.engine);
	ck_assert_int_eq(n.mails_waiting, 1);
	w.still.now_ms += 31000;
	tend();
	ck_assert_int_eq(sent.count, 2);
	/* The queue is in the database: another start goes on with it. */
	engine_close(w.engine);
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &s));
	vault_secret_clear(&s);
	w.still.now_ms += 61000;
	sent.answer = FAULT_NONE;
	tend();
	ck_assert_int_eq(sent.count, 3);
	engine_counters(&n, &w.arena, w.engine);
	ck_assert_int_eq(n.mails_waiting, 0);
	sent = (struct sent){ .answer = FAULT_BUSY };
	m = ask("What is chlorophyll?");
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	for (int i = 0; i < 40; i++, w.still.now_ms += INT64_C(7) * 3600000)
		tend();
	ck_assert_int_eq(sent.count, 14);
	engine_counters(&n, &w.arena, w.engine);
	ck_assert_int_eq(n.mails_waiting, 0);
	world_close(&w);
}
END_TEST

START_TEST(one_person_has_so_many_questions_waiting_and_no_more)
{
	struct escalated *e;
	struct escalation *q;
	class_open();
	be(ANN);
	const char *first = NULL;
	for (int i = 0; i < 5; i++) {
		struct message *m = ask("Thanks a lot");
		WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
		first = first == NULL ? e->query_id : first;
	}
	struct message *more = ask("Thanks a lot");
	FAILS(FAULT_EXISTS, ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = more->id }));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "5 questions of yours wait"));
	be(TOM);
	WELL(ask_engine(&q, &w, "escalation.resolve", &(struct escalation_resolve){ .id = first, .reply = "Yes." }));
	be(ANN);
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = more->id }));
	world_close(&w);
}
END_TEST

/* Guest n hands over a question from an address. */
static enum fault
guest_asks(int n, const char *address)
{
	void *out = NULL;
	const struct call_options from = { .address = address };
	snprintf(w.who.user, sizeof w.who.user, "%032x", 0x900 + n);
	w.who.role = ROLE_GUEST;
	struct message *m = ask("Thanks a lot");
	return engine_call(&out, &w.arena, w.engine, &w.who, "message.escalate", &(struct message_escalate){ .id = m->id }, &from);
}

START_TEST(guests_of_one_place_have_so_many_questions_waiting_and_no_more)
{
	struct escalations *list;
	struct escalation *q;
	class_open();
	engine_close(w.engine);
	w.config.questions_network_max = 3;
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &s));
	vault_secret_clear(&s);
	for (int i = 0; i < 3; i++)
		WELL(guest_asks(i, "192.0.2.1"));
	FAILS(FAULT_EXISTS, guest_asks(3, "192.0.2.1"));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "of guests from where you are"));
	WELL(guest_asks(4, "192.0.2.2"));
	/* Who has an account is known, wherever he is. */
	void *out = NULL;
	be(ANN);
	struct message *m = ask("Thanks a lot");
	WELL(engine_call(&out, &w.arena, w.engine, &w.who, "message.escalate", &(struct message_escalate){ .id = m->id }, &(struct call_options){ .address = "192.0.2.1" }));
	be(TOM);
	WELL(ask_engine(&list, &w, "escalation.list", &(struct escalation_list){ .limit = 20 }));
	const struct escalation *of = list->items.items;
	while (!str_ends(of->person, "900"))
		of++;
	WELL(ask_engine(&q, &w, "escalation.resolve", &(struct escalation_resolve){ .id = of->id, .reply = "Yes." }));
	WELL(guest_asks(3, "192.0.2.1"));
	world_close(&w);
}
END_TEST

START_TEST(a_class_with_an_inbox_of_its_own_reads_its_questions_there)
{
	struct escalated *e;
	struct class *c;
	static const char *const wrong[] = { "eva", "eva@school", "Eva <eva@school.example>", "a@b.example,c@d.example",
		"eva@school.example\r\nBcc: x@y.example", "-f@school.example", "eva@.example" };
	class_open();
	be(EVA);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		FAILS(FAULT_INPUT, ask_engine(&c, &w, "class.update", &(struct class_update){ .id = "biology", .inbox = wrong[i] }));
	WELL(ask_engine(&c, &w, "class.update", &(struct class_update){ .id = "biology", .inbox = "eva@school.example" }));
	ck_assert_str_eq(c->inbox, "eva@school.example");
	be(MAX);
	FAILS(FAULT_ABSENT, ask_engine(&c, &w, "class.update", &(struct class_update){ .id = "biology", .inbox = "max@school.example" }));
	be(ANN);
	WELL(ask_engine(&c, &w, "class.get", &(struct id_request){ "biology" }));
	ck_assert(c->inbox == NULL || c->inbox[0] == '\0');
	struct message *m = ask("What do ribosomes translate?");
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	tend();
	ck_assert_int_eq(sent.count, 1);
	ck_assert_str_eq(sent.to, "eva@school.example");
	/* Of another class, and of none any more: the server's. */
	be(BEN);
	m = ask("Thanks a lot");
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	tend();
	ck_assert_str_eq(sent.to, "inbox@example.org");
	be(EVA);
	WELL(ask_engine(&c, &w, "class.update", &(struct class_update){ .id = "biology", .inbox = "" }));
	be(ANN);
	m = ask("What is chlorophyll?");
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	sent.to[0] = '\0';
	tend();
	ck_assert_str_eq(sent.to, "inbox@example.org");
	world_close(&w);
}
END_TEST

static int64_t
rows_of(const char *sql)
{
	struct store *db;
	struct statement *st;
	const struct store_paths paths = store_paths_of(w.database, NULL);
	WELL(store_open(&db, &paths, &w.clock));
	WELL(store_prepare(&st, db, sql));
	WELL(statement_step(st));
	int64_t n = statement_col_int(st, 0);
	statement_done(st);
	store_close(db);
	return n;
}

START_TEST(questions_go_when_their_time_is_over_with_words_and_mail)
{
	struct escalated *e;
	struct transcript *t;
	struct exported *x;
	class_open();
	engine_close(w.engine);
	w.config.questions_days = 30;
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &s));
	vault_secret_clear(&s);
	sent.answer = FAULT_OFFLINE;
	be(ANN);
	struct message *m = ask("What do ribosomes translate?");
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id, .note = "zymurgy" }));
	w.still.now_ms += INT64_C(29) * 86400000;
	tend();
	ck_assert_int_eq(rows_of("SELECT count(*) FROM escalation"), 1);
	ck_assert_int_eq(rows_of("SELECT count(*) FROM mail"), 1);
	w.still.now_ms += INT64_C(2) * 86400000;
	tend();
	ck_assert_int_eq(rows_of("SELECT count(*) FROM escalation"), 0);
	ck_assert_int_eq(rows_of("SELECT count(*) FROM mail"), 0);
	WELL(ask_engine(&x, &w, "me.export", &(struct export_run){ .format = "json" }));
	ck_assert_ptr_null(strstr(x->body, "zymurgy"));
	WELL(ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = m->conversation_id }));
	ck_assert_uint_eq(t->messages.count, 2);
	world_close(&w);
}
END_TEST

/* ---- feedback, asking for an address -------------------------------------------------------- */

START_TEST(an_administrator_lists_feedback_with_its_words_and_nobody_else)
{
	struct feedback_items *list;
	struct audit_rows *audit;
	struct nothing *n;
	class_open();
	be(ANN);
	struct message *m = ask("What do ribosomes translate?");
	const char *reasons[] = { "inaccurate" };
	WELL(ask_engine(&n, &w, "message.feedback", &(struct message_feedback){ .id = m->id, .score = -1, .comment = "That is not it", .reasons = { reasons, 1 } }));
	w.still.now_ms += 1000;
	m = ask("What is chlorophyll?");
	WELL(ask_engine(&n, &w, "feedback.send", &(struct feedback_send){ .message_id = m->id, .feedback = "positive" }));
	for (int who = ANN; who <= MAX; who++) {
		be(who);
		FAILS(FAULT_DENIED, ask_engine(&list, &w, "feedback.list", &(struct feedback_list){ .limit = 5 }));
	}
	be(TOM);
	WELL(ask_engine(&list, &w, "feedback.list", &(struct feedback_list){ .limit = 1 }));
	ck_assert_int_eq(list->total, 2);
	ck_assert_int_eq(list->positive, 1);
	ck_assert_str_eq(((struct feedback_item *)list->items.items)->message_id, m->id);
	WELL(ask_engine(&list, &w, "feedback.list", &(struct feedback_list){ .limit = 1, .cursor = list->cursor }));
	const struct feedback_item *item = list->items.items;
	ck_assert_str_eq(item->comment, "That is not it");
	ck_assert_str_eq(item->reasons.items[0], "inaccurate");
	ck_assert_ptr_null(list->cursor);
	WELL(ask_engine(&audit, &w, "audit.list", &(struct audit_list){ .limit = 10 }));
	ck_assert_uint_ge(audit->items.count, 2);
	world_close(&w);
}
END_TEST

START_TEST(an_account_that_goes_takes_along_what_it_shared_and_owned)
{
	struct shared_link *link;
	struct transcript *t;
	struct escalated *e;
	struct escalations *list;
	struct feedback_items *feedback;
	struct document *d;
	struct nothing *n;
	char mine[160];
	class_open();
	be(ANN);
	snprintf(mine, sizeof mine, "%s/mine.md", w.dir);
	WELL(file_write(mine, "# Mine\n\nOnly I know about zymurgy.\n", 35));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = mine }));
	struct message *m = ask("What do ribosomes translate?");
	WELL(ask_engine(&link, &w, "conversation.share", &(struct conversation_share){ .id = m->conversation_id }));
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	WELL(ask_engine(&n, &w, "message.feedback", &(struct message_feedback){ .id = m->id, .score = 1 }));
	WELL(ask_engine(&n, &w, "me.delete", NULL));
	FAILS(FAULT_ABSENT, ask_engine(&d, &w, "document.get", &(struct id_request){ d->id }));
	be(TOM);
	FAILS(FAULT_ABSENT, ask_engine(&t, &w, "shared.get", &(struct shared_get){ link->token }));
	WELL(ask_engine(&list, &w, "escalation.list", &(struct escalation_list){ .limit = 5 }));
	ck_assert_int_eq(list->total, 0);
	WELL(ask_engine(&feedback, &w, "feedback.list", &(struct feedback_list){ .limit = 5 }));
	ck_assert_int_eq(feedback->total, 0);
	tend();
	ck_assert_int_eq(sent.count, 0);
	world_close(&w);
}
END_TEST

START_TEST(an_answer_that_is_not_sure_asks_for_an_address)
{
	class_open();
	be(ANN);
	ck_assert(ask("Why is the sky blue?")->request_email);
	struct message *m = ask("What do ribosomes translate?");
	ck_assert_int_eq(m->request_email, m->confidence->score < 90);
	world_close(&w);
	world_open(&w);   /* a person alone: never */
	add_course(&w);
	ck_assert(!ask("Why is the sky blue?")->request_email);
	world_close(&w);
}
END_TEST

TESTS("sharing", a_link_shows_what_was_said_until_then_and_nothing_of_its_owner,
	a_link_ends_by_time_by_its_owner_and_with_its_conversation,
	a_question_reaches_its_teacher_and_the_reply_its_conversation,
	what_is_of_no_class_is_seen_by_every_teacher_and_wrong_addresses_by_none,
	mail_that_is_not_taken_is_tried_again_later_each_time_and_let_go_at_last,
	one_person_has_so_many_questions_waiting_and_no_more,
	guests_of_one_place_have_so_many_questions_waiting_and_no_more, a_class_with_an_inbox_of_its_own_reads_its_questions_there,
	questions_go_when_their_time_is_over_with_words_and_mail,
	an_administrator_lists_feedback_with_its_words_and_nobody_else,
	an_account_that_goes_takes_along_what_it_shared_and_owned,
	an_answer_that_is_not_sure_asks_for_an_address)
