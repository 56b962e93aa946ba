/* stoa-extract: standard input is the document, standard output the frames.
 *
 *	stoa-extract [--name NAME] [--unconfined] < document
 *
 * --name only helps to tell Markdown, CSV and plain text apart.  --unconfined
 * reads without the sandbox, for machines whose kernel or container refuses
 * seccomp; the caller passes it only when its owner has said so.  Limits that
 * end a process (time, memory, a broken parser) still leave a last frame: the
 * handler writes it from constant text and leaves. */
#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include "extract_in.h"

#define END_FAILED(reason, message) \
	"{\"kind\":\"end\",\"status\":\"failed\",\"reason\":\"" reason "\",\"message\":\"" message "\",\"truncated\":false}"

static const struct { int number; const char *frame; } last_words[] = {
	{ SIGXCPU, END_FAILED("limit", "reading this document takes longer than allowed; split it into smaller files") },
	{ SIGABRT, END_FAILED("limit", "reading this document needs more memory than allowed; split it or save it again") },
	{ SIGSEGV, END_FAILED("damaged", "this document broke the program that reads it; open it elsewhere and save it again") },
	{ SIGBUS, END_FAILED("damaged", "this document broke the program that reads it; open it elsewhere and save it again") },
	{ SIGFPE, END_FAILED("damaged", "this document broke the program that reads it; open it elsewhere and save it again") },
	{ SIGILL, END_FAILED("damaged", "this document broke the program that reads it; open it elsewhere and save it again") }
};

static void
say_last_words(int number)
{
	for (size_t i = 0; i < COUNT_OF(last_words); i++) {
		if (last_words[i].number != number)
			continue;
		const char *frame = last_words[i].frame;
		uint32_t length = htonl((uint32_t)strlen(frame));
		struct iovec parts[] = { { &length, sizeof length }, { (void *)(uintptr_t)frame, strlen(frame) } };
		if (writev(STDOUT_FILENO, parts, 2) < 0)
			_exit(2);
	}
	_exit(1);
}

/* On a stack of its own, for documents that recurse until the stack ends. */
static void
prepare_last_words(void)
{
	size_t stack_bytes = 64 * 1024;
	stack_t stack = { .ss_sp = mem_new(stack_bytes), .ss_size = stack_bytes };
	sigaltstack(&stack, NULL);
	struct sigaction act = { .sa_handler = say_last_words, .sa_flags = SA_ONSTACK | (int)SA_RESETHAND };
	for (size_t i = 0; i < COUNT_OF(last_words); i++) {
		struct sigaction now;
		/* a sanitizer that watches this signal keeps it */
		if (sigaction(last_words[i].number, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
			sigaction(last_words[i].number, &act, NULL);
	}
	signal(SIGPIPE, SIG_DFL);
}

/* What a reader's fault means to the person. */
static const struct { enum fault kind; const char *reason; } reasons[] = {
	{ FAULT_INPUT, "wrong_type" }, { FAULT_LOCKED, "encrypted" }, { FAULT_DAMAGED, "damaged" },
	{ FAULT_ABSENT, "no_text" }, { FAULT_EXISTS, "empty" }, { FAULT_LIMIT, "limit" },
	{ FAULT_SYSTEM, "limit" }
};

static enum fault
end_failed(enum fault kind)
{
	const char *reason = "damaged";
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (reasons[i].kind == kind)
			reason = reasons[i].reason;
	char message[512];
	snprintf(message, sizeof message, "%s", fault_sentence());
	return frames_end("failed", reason, message, false);
}

static enum fault
read_input(struct text *out)
{
	char bytes[64 * 1024];
	for (;;) {
		ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_errno("the document cannot be read");
		if (n == 0)
			break;
		text_put_n(out, bytes, (size_t)n);
		if (out->over)
			return fault(FAULT_LIMIT, "the document is larger than %u MiB; split it into smaller files", INPUT_BYTES_MAX >> 20);
	}
	if (out->len == 0)
		return fault(FAULT_EXISTS, "the document is empty: it has no bytes");
	return FAULT_NONE;
}

static void
show_progress(const struct document *d, int page, int pages)
{
	if (page == 1 && frames_meta(d, pages) != FAULT_NONE)
		_exit(2);
	if (page % 16 == 0 && frames_progress(page, pages) != FAULT_NONE)
		_exit(2);
}

static enum fault
read_document(struct document *d, const char *name, struct text *bytes)
{
	enum fault f = read_input(bytes);
	if (f != FAULT_NONE)
		return f;
	struct input in = { name, bytes->data, bytes->len };
	const struct format *format;
	f = sniff(&format, &in);
	if (f != FAULT_NONE)
		return f;
	d->format = format->name;
	d->progress = show_progress;
	f = format->read(d, &in);
	if (f == FAULT_NONE && document_blocks(d) == 0)
		return fault(FAULT_EXISTS, "the document holds no text");
	return f;
}

static enum fault
send_document(const struct document *d)
{
	/* a PDF sent its meta frame when its first page was read */
	enum fault f = str_same(d->format, "pdf") ? FAULT_NONE : frames_meta(d, (int)d->page_count);
	if (f == FAULT_NONE)
		f = frames_pages(d);
	if (f != FAULT_NONE)
		return f;
	if (d->truncated)
		return frames_end("completed", "limit", "the document is too long; only its beginning was read: split it to have the rest", true);
	return frames_end("completed", "", "", false);
}

int
main(int argc, char **argv)
{
	const char *name = "";
	bool confined = true;
	for (int i = 1; i < argc; i++) {
		if (str_same(argv[i], "--name") && i + 1 < argc)
			name = argv[++i];
		else if (str_same(argv[i], "--unconfined"))
			confined = false;
		else
			return 2;
	}
	/* a short life: memory given back to the system would only be asked for again */
	mallopt(M_TRIM_THRESHOLD, 512 << 20);
	mallopt(M_TOP_PAD, 16 << 20);
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	prepare_last_words();
	encoding_prepare();
	struct stat st;
	size_t input_bytes = fstat(STDIN_FILENO, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 0;
	enum fault f = confined ? sandbox_enter(input_bytes) : FAULT_NONE;
	struct document d;
	struct text bytes;
	document_init(&d);
	text_init(&bytes, INPUT_BYTES_MAX);
	if (f == FAULT_NONE)
		f = read_document(&d, name, &bytes);
	f = f == FAULT_NONE ? send_document(&d) : end_failed(f);
	/* the libraries' own tidying would only cost time */
	_exit(f == FAULT_NONE ? 0 : 2);
}
