/* libcurl, loaded when the first request is made.
 *
 * Most starts of stoa never touch the network, yet linking libcurl would have the
 * dynamic loader bring in its forty libraries (TLS, HTTP/2, LDAP, Kerberos) each
 * time: about 10 ms, more than all the rest of a start.  So it is opened by name
 * here and its functions are called through a table.  The types are still those
 * of curl.h, taken with __typeof__, so a wrong call does not compile; only the
 * symbols are looked up late.  A system without libcurl runs everything that
 * needs no network.  It is never closed again: TLS libraries do not survive that.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include "wire_in.h"

#define OLDEST_CURL 0x075500   /* 7.85: CURLOPT_PROTOCOLS_STR */

static void *
open_library(void)
{
	static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib" };
	void *handle = NULL;
	for (size_t i = 0; i < COUNT_OF(names) && handle == NULL; i++)
		handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	return handle;
}

static enum fault
find_functions(struct wire_curl *curl, void *handle)
{
	static const struct { const char *name; size_t offset; } functions[] = {
#define F(name) { "curl_" #name, offsetof(struct wire_curl, name) },
		WIRE_CURL_FUNCTIONS(F)
#undef F
	};
	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		void *symbol = dlsym(handle, functions[i].name);
		if (symbol == NULL)
			return fault(FAULT_SYSTEM, "libcurl has no %s", functions[i].name);
		memcpy((char *)curl + functions[i].offset, &symbol, sizeof symbol);
	}
	return FAULT_NONE;
}

static enum fault
check_version(void *handle)
{
	curl_version_info_data *(*version_info)(CURLversion) = NULL;
	void *symbol = dlsym(handle, "curl_version_info");
	memcpy(&version_info, &symbol, sizeof symbol);
	const curl_version_info_data *v = symbol == NULL ? NULL : version_info(CURLVERSION_FIRST);
	if (v == NULL || v->version_num < OLDEST_CURL)
		return fault(FAULT_SYSTEM, "libcurl is older than 7.85");
	return FAULT_NONE;
}

static enum fault
load(struct wire_curl *curl)
{
	void *handle = open_library();
	if (handle == NULL)
		return fault(FAULT_SYSTEM, "libcurl is not installed: no network");
	enum fault f = check_version(handle);
	if (f == FAULT_NONE)
		f = find_functions(curl, handle);
	if (f == FAULT_NONE && curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		f = fault(FAULT_SYSTEM, "libcurl does not start");
	if (f != FAULT_NONE)
		dlclose(handle);
	return f;
}

enum fault
wire_curl_load(const struct wire_curl **out)
{
	/* One library a process is the loader's rule, not ours: hence these two. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct wire_curl curl;
	enum fault f = FAULT_NONE;
	pthread_mutex_lock(&lock);
	if (curl.global_init == NULL) {
		struct wire_curl fresh = { 0 };
		f = load(&fresh);
		if (f == FAULT_NONE)
			curl = fresh;
	}
	pthread_mutex_unlock(&lock);
	if (f == FAULT_NONE)
		*out = &curl;
	return f;
}
