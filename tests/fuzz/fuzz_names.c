/* One text read as a domain, a Host, a server's name and an e-mail address. */
#include "fuzz.h"

#include "model/domain_name.h"
#include "model/email_address.h"

static void promise_domain(const struct domain_name *domain)
{
	struct domain_name again, stripped = *domain;
	char server[DOMAIN_NAME_SIZE];
	struct error err;

	promise_text(domain->text, domain->length);
	PROMISE(domain->length >= 3 && domain->length < DOMAIN_NAME_SIZE);
	PROMISE(strchr(domain->text, '.'));
	PROMISE(strspn(domain->text, "abcdefghijklmnopqrstuvwxyz0123456789-.") == domain->length);
	PROMISE(!strstr(domain->text, "..") && !strstr(domain->text, ".-") &&
		!strstr(domain->text, "-."));

	/* what was read reads as itself, in all places where a name may stand */
	PROMISE(domain_name_parse(domain->text, domain->length, &again, &err) == 0);
	PROMISE(again.length == domain->length && strcmp(again.text, domain->text) == 0);
	PROMISE(domain_name_parse_host(domain->text, domain->length, &again, &err) == 0);
	PROMISE(strcmp(again.text, domain->text) == 0);
	PROMISE(domain_name_parse_server(domain->text, domain->length, server, &err) == 0);
	PROMISE(strcmp(server, domain->text) == 0);

	if (domain_name_strip_service(&stripped)) {
		PROMISE(stripped.length < domain->length);
		PROMISE(strcmp(domain->text + domain->length - stripped.length, stripped.text) ==
			0);
		PROMISE(domain_name_parse(stripped.text, stripped.length, &again, &err) == 0);
	} else {
		PROMISE(strcmp(stripped.text, domain->text) == 0);
	}
}

static void try_domain(const char *text, size_t size)
{
	struct domain_name domain;
	struct error err = { 0 };

	if (domain_name_parse(text, size, &domain, &err) == 0)
		promise_domain(&domain);
	else
		promise_failure(&err);
	err = (struct error){ 0 };
	if (domain_name_parse_host(text, size, &domain, &err) == 0)
		promise_domain(&domain);
	else
		promise_failure(&err);
}

static void try_server(const char *text, size_t size)
{
	char server[DOMAIN_NAME_SIZE], again[DOMAIN_NAME_SIZE];
	struct error err = { 0 };

	if (domain_name_parse_server(text, size, server, &err) < 0) {
		promise_failure(&err);
		return;
	}
	promise_text(server, strnlen(server, sizeof(server)));
	PROMISE(server[0] != '\0');
	PROMISE(domain_name_parse_server(server, strlen(server), again, &err) == 0);
	PROMISE(strcmp(again, server) == 0);
}

static void try_address(const char *text, size_t size)
{
	struct email_address address, again;
	struct error err = { 0 };

	if (email_address_parse(text, size, &address, &err) < 0) {
		promise_failure(&err);
		return;
	}
	promise_text(address.text, address.length);
	promise_domain(&address.domain);
	PROMISE(address.local_length >= 1 && address.local_length <= EMAIL_ADDRESS_LOCAL_MAX);
	PROMISE(address.text[address.local_length] == '@');
	PROMISE(!memchr(address.text, '@', address.local_length));
	PROMISE(!strpbrk(address.text, " \"(),:;<>[\\]"));
	PROMISE(email_address_parse(address.text, address.length, &again, &err) == 0);
	PROMISE(again.length == address.length && again.local_length == address.local_length);
	PROMISE(strcmp(again.text, address.text) == 0);
	PROMISE(strcmp(again.domain.text, address.domain.text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_domain((const char *)data, size);
	try_server((const char *)data, size);
	try_address((const char *)data, size);
	return 0;
}
