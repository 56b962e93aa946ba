/* A client that sends numbered messages and may be killed at any moment.
 *
 *	sender_main HOME URL TOKEN USER FIRST LAST keys|none
 *
 * Prints each number once its call has ended well, and "done" when nothing waits any
 * more.  With keys a message has the same id whenever it is sent; without, the control,
 * a new one each time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stoa/backend.h"

#define EACH 250                  /* messages of one conversation */
#define TRY(what) do { if ((what) != FAULT_NONE) { fprintf(stderr, "sender: %s: %s\n", #what, fault_sentence()); exit(1); } } while (0)

static struct backend *
open_at(struct loop *loop, char *argv[])
{
	static unsigned char key[32] = { 1, 2, 3 };
	struct backend *b = NULL;
	struct backend_lock lock;
	struct backend_config config = { .profile = "local", .clock = &clock_system, .chance = &chance_system };
	struct backend_secret *token = backend_secret_new(argv[3], strlen(argv[3])), *s = backend_secret_new(key, sizeof key);
	setenv("STOA_HOME", argv[1], 1);
	TRY(places_find(&config.places));
	config.server.url = argv[2];
	config.server.token = token;
	config.server.user = argv[4];
	TRY(backend_open_remote(&b, &config, loop));
	TRY(backend_lock_state(&lock, b));
	if (lock.fresh)
		TRY(backend_seal_new(b, BACKEND_KEY_FILE, s, "test"));
	else
		TRY(backend_unlock(b, BACKEND_KEY_FILE, s));
	places_clear(&config.places);
	backend_secret_free(s);
	backend_secret_free(token);
	return b;
}

static void
send_one(struct backend *b, int n, bool keys)
{
	char id[ID_BYTES], conversation[ID_BYTES], words[64];
	struct arena a;
	const void *reply = NULL;
	const struct conversation_create make = { .id = conversation, .title = "Numbers" };
	snprintf(id, sizeof id, "b%031x", (unsigned)n);
	snprintf(conversation, sizeof conversation, "a%031x", (unsigned)n / EACH);
	snprintf(words, sizeof words, "number %d", n);
	const struct message_send q = { .conversation_id = conversation, .id = keys ? id : NULL, .content = words, .mode = "extractive" };
	arena_init(&a);
	if (n % EACH == 0)
		TRY(backend_call_wait(&reply, &a, b, "conversation.create", &make, NULL));
	TRY(backend_call_wait(&reply, &a, b, "message.send", &q, NULL));
	arena_clear(&a);
	printf("%d\n", n);
	fflush(stdout);
}

int
main(int argc, char *argv[])
{
	struct loop *loop = NULL;
	if (argc != 8)
		return 2;
	TRY(loop_new(&loop, &clock_system));
	struct backend *b = open_at(loop, argv);
	for (int n = atoi(argv[5]); n < atoi(argv[6]); n++)
		send_one(b, n, strcmp(argv[7], "keys") == 0);
	for (;;) {
		enum fault f = backend_sync_wait(b, true);
		if (f == FAULT_NONE && backend_waiting(b).waiting == 0)
			break;
		TRY(loop_turn(loop, 50));
	}
	if (backend_waiting(b).refused > 0) {
		fprintf(stderr, "sender: %zu were refused\n", backend_waiting(b).refused);
		return 1;
	}
	printf("done\n");
	backend_close(b);
	loop_free(loop);
	return 0;
}
