/* The peer of the live chat: libwebsockets alone, sending back what it is sent.  No
 * JSON, no limits, no padding.  Prints its port. */
#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 4096

struct session { size_t n; unsigned char bytes[LWS_PRE + MESSAGE_MAX]; };

static int
on_echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	struct session *s = user;
	if (reason == LWS_CALLBACK_RECEIVE) {
		if (n > MESSAGE_MAX)
			return -1;
		memcpy(s->bytes + LWS_PRE, in, n);
		s->n = n;
		lws_callback_on_writable(wsi);
	} else if (reason == LWS_CALLBACK_SERVER_WRITEABLE && s->n > 0) {
		n = s->n;
		s->n = 0;
		return lws_write(wsi, s->bytes + LWS_PRE, n, LWS_WRITE_TEXT) < (int)n ? -1 : 0;
	}
	return 0;
}

int
main(void)
{
	static const struct lws_protocols protocols[] = {
		{ .name = "echo", .callback = on_echo, .per_session_data_size = sizeof(struct session), .rx_buffer_size = MESSAGE_MAX },
		{ .name = NULL },
	};
	const struct lws_context_creation_info info = { .port = 0, .iface = "127.0.0.1", .protocols = protocols, .gid = -1, .uid = -1,
		.options = LWS_SERVER_OPTION_LIBEV, .vhost_name = "echo" };
	lws_set_log_level(LLL_ERR, NULL);
	struct lws_context *context = lws_create_context(&info);
	if (context == NULL)
		return 1;
	printf("%d\n", lws_get_vhost_port(lws_get_vhost_by_name(context, "echo")));
	fflush(stdout);
	while (lws_service(context, 0) >= 0)
		;
	lws_context_destroy(context);
	return 0;
}
