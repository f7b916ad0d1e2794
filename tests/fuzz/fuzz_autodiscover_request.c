/* A POX request, any bytes. */
#include "fuzz.h"

#include "http/autodiscover_request.h"

#include <libxml/xmlerror.h>

/* A stranger's bytes must not fill the log. */
static void complain(void *context, const char *format, ...)
{
	(void)context;
	PROMISE(!format);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct autodiscover_request request;
	struct email_address again;
	struct error err = { 0 };

	xmlSetGenericErrorFunc(NULL, complain);
	if (autodiscover_request_parse((const char *)data, size, &request, &err) < 0) {
		promise_failure(&err);
		PROMISE(err.code != ERROR_TOO_LARGE || size > AUTODISCOVER_REQUEST_MAX);
		return 0;
	}
	PROMISE(size <= AUTODISCOVER_REQUEST_MAX);
	promise_text(request.address.text, request.address.length);
	PROMISE(email_address_parse(request.address.text, request.address.length, &again, &err) ==
		0);
	PROMISE(strcmp(again.text, request.address.text) == 0);
	PROMISE(strcmp(again.domain.text, request.address.domain.text) == 0);
	return 0;
}
