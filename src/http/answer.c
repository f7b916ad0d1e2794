/*
 * A Host is looked up without its prefix first: autoconfig.example.com asks for example.com, even
 * where somebody hosts a domain called autoconfig.example.com. Only if there is no example.com, the
 * name stands for itself.
 */
#include "http/answer.h"

#include "base/text.h"

#include <string.h>

static const struct {
	unsigned int status;
	const char *sentence;
} sentences[] = {
	{ 301, "It is at another address.\n" },
	{ 302, "It is at another address.\n" },
	{ 303, "It is at another address.\n" },
	{ 400, "The request cannot be read.\n" },
	{ 404, "There is nothing here.\n" },
	{ 405, "This method has no meaning here.\n" },
	{ 408, "The request took too long.\n" },
	{ 413, "The body is too large.\n" },
	{ 414, "The request target is too long.\n" },
	{ 429, "Too many requests.\n" },
	{ 431, "The header is too large.\n" },
	{ 500, "The answer could not be made.\n" },
	{ 503, "Not ready yet.\n" },
};

/* By length: a struct of the largest name is 262 bytes, and this is done for every request. */
static void copy_domain(struct domain_name *to, const struct domain_name *from)
{
	to->length = from->length;
	memcpy(to->text, from->text, from->length + 1);
}

void question_take_address(struct question *question, const char *text, size_t size)
{
	struct error ignored; /* what is no address counts as none */

	text_trim(&text, &size);
	if (email_address_parse(text, size, &question->address_read, &ignored) == 0)
		question->address = &question->address_read;
}

int question_read_address(struct question *question)
{
	static const char *const names[] = { "emailaddress", "email" };
	char text[EMAIL_ADDRESS_SIZE];
	struct error ignored;
	size_t size;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !question->address; i++) {
		int found = http_request_parameter(question->request, names[i], text, sizeof(text),
						   &size, &ignored);

		if (found < 0)
			return -1;
		if (found)
			question_take_address(question, text, size);
	}
	return 0;
}

bool question_find_domain(struct question *question, const struct domain_name *domain,
			  struct http_response *response)
{
	question->answers = settings_find(question->settings, domain);
	if (question->answers)
		copy_domain(&response->domain, domain);
	return question->answers != NULL;
}

bool question_find(struct question *question, struct http_response *response)
{
	const struct http_request *request = question->request;
	struct domain_name name;

	if (question->address)
		return question_find_domain(question, &question->address->domain, response);
	if (!request->has_host)
		return false;
	copy_domain(&name, &request->host);
	if (domain_name_strip_service(&name) && question_find_domain(question, &name, response))
		return true;
	return question_find_domain(question, &request->host, response);
}

int question_content(const struct http_request *request)
{
	char text[16];
	size_t size;
	struct error ignored;
	int found = http_request_parameter(request, "content", text, sizeof(text), &size, &ignored);

	if (found == 0)
		return MOBILECONFIG_MAIL;
	return found < 0 ? -1 : mobileconfig_content_from_name(text, size);
}

void answer_text(struct http_response *response, unsigned int status, const char *media_type,
		 const char *text)
{
	response->status = status;
	response->media_type = media_type;
	response->body = text;
	response->body_size = strlen(text);
}

void answer_status(struct http_response *response, unsigned int status)
{
	const char *sentence = "\n";

	for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++) {
		if (sentences[i].status == status)
			sentence = sentences[i].sentence;
	}
	answer_text(response, status, "text/plain; charset=utf-8", sentence);
}

int answer_document(struct http_response *response, const struct question *question,
		    enum document_format format, const struct document_choice *choice,
		    unsigned int *ret_status)
{
	const struct document_subject subject = {
		.domain = &response->domain,
		.address = question->address,
	};
	struct document document;
	struct error err;

	if (document_make(question->settings->providers, question->answers, format, choice,
			  &subject, &document, &err) < 0) {
		*ret_status = err.code == ERROR_NOT_FOUND ? 404
			      : err.code == ERROR_INVALID ? 400
							  : 500;
		return -1;
	}
	response->status = 200;
	response->provider = question->answers->id;
	response->media_type = document.media_type;
	response->owned = document.bytes;
	response->body = document.bytes;
	response->body_size = document.size;
	memcpy(response->file_name, document.file_name, strlen(document.file_name) + 1);
	return 0;
}
