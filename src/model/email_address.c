#include "model/email_address.h"

#include "base/text.h"

#include <string.h>

/* What stands in a quoted local part only (RFC 5322 3.2.3); the dot is let through anywhere. */
static bool is_special(unsigned char c)
{
	switch (c) {
	case '"':
	case '(':
	case ')':
	case ',':
	case ':':
	case ';':
	case '<':
	case '>':
	case '@':
	case '[':
	case '\\':
	case ']':
	case 0x7f:
		return true;
	default:
		return c <= ' ';
	}
}

static int check_local(const char *local, size_t size, struct error *err)
{
	bool ascii = true;

	if (size == 0)
		return error_set(err, ERROR_INVALID, "address has nothing before the @");
	if (size > EMAIL_ADDRESS_LOCAL_MAX)
		return error_set(err, ERROR_INVALID, "address has more than %d bytes before the @",
				 EMAIL_ADDRESS_LOCAL_MAX);
	for (size_t i = 0; i < size; i++) {
		if (is_special((unsigned char)local[i]))
			return error_set(err, ERROR_INVALID,
					 "address has a blank, a control character or one of "
					 "\"(),:;<>@[\\] before the @");
		ascii = ascii && (unsigned char)local[i] < 0x80;
	}
	if (!ascii && !text_is_clean(local, size))
		return error_set(err, ERROR_INVALID,
				 "address is not UTF-8 or has control characters");
	return 0;
}

int email_address_parse(const char *text, size_t size, struct email_address *ret, struct error *err)
{
	/* the last one: an @ further left is refused with the local part, where it names the fault
	 */
	const char *at = size ? memrchr(text, '@', size) : NULL;
	size_t local_length;

	if (!at)
		return error_set(err, ERROR_INVALID, "address has no @");
	local_length = (size_t)(at - text);
	if (check_local(text, local_length, err) < 0)
		return -1;
	if (size >= EMAIL_ADDRESS_SIZE)
		return error_set(err, ERROR_INVALID, "address has more than %d bytes",
				 EMAIL_ADDRESS_SIZE - 1);
	if (domain_name_parse(at + 1, size - local_length - 1, &ret->domain, err) < 0)
		return -1;
	if (text[size - 1] == '.')
		size--;
	memcpy(ret->text, text, size);
	ret->text[size] = '\0';
	ret->length = size;
	ret->local_length = local_length;
	return 0;
}
