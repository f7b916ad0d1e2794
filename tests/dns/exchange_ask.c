/*
 * Asks name servers what its arguments say, and prints what became of each question: for the tests
 * of the exchange with servers that do not keep to the rules.
 */
#include "base/bytes.h"
#include "dns/dns_message.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char usage[] =
	"usage: exchange_ask [-t MILLISECONDS] [-k KEYFILE] [-n COUNT] [-f IN_FLIGHT]\n"
	"                    [-r RATE] [-s RATE_SERVER] [-o OWN_SERVER] [-q]\n"
	"                    SERVER udp|tcp|transfer|update NAME TYPE [...]\n";

struct options {
	struct exchange_limits limits;
	struct socket_address_list own;
	struct tsig_key *key;
	size_t count; /* how often each question is asked */
	bool quiet;   /* only the counts are printed */
};

struct question {
	struct dns_message message;
	bool began;
	unsigned int soa_seen;
	struct dns_record_list records;
	char fault[ERROR_TEXT_SIZE];
};

static const char *const outcomes[] = { "pending", "answered", "silent", "unreachable", "broken" };

static int fail(const struct error *err)
{
	fprintf(stderr, "exchange_ask: %s\n", err->text);
	return 1;
}

static int more(void *context, const unsigned char *message, size_t size)
{
	struct question *question = context;
	struct error err = { 0 };
	bool first = !question->began;

	question->began = true;
	if (dns_message_transfer(&question->message, message, size, first, &question->soa_seen,
				 &question->records, &err) < 0) {
		snprintf(question->fault, sizeof(question->fault), "%s", err.text);
		return -1;
	}
	return question->soa_seen < 2;
}

/* An update that adds NAME A 192.0.2.99 to the zone of the name without its first label. */
static int make_update(const char *name, const struct tsig_key *key, struct dns_message *ret,
		       struct error *err)
{
	CLEANUP(freep) struct dns_record *record = NULL;
	struct update_step step = { .kind = UPDATE_ADD_RECORD };
	const struct update_steps steps = { .list = &step, .count = 1 };
	const char *dot = strchr(name, '.');

	if (dns_record_parse(name, 60, "A", "192.0.2.99", ".", "", &record, err) < 0)
		return -1;
	step.record = record;
	step.owner = record->owner;
	return dns_message_update(dot ? dot + 1 : ".", &steps, key, ret, err);
}

/* arguments: SERVER, transport, NAME, TYPE. */
static int make(char **arguments, const struct options *options, struct question *question,
		struct exchange_query *query, struct error *err)
{
	struct socket_address_list servers;
	const char *transport = arguments[1];
	int result;

	if (socket_address_list_parse(arguments[0], 53, &servers, err) < 0)
		return -1;
	if (strcmp(transport, "update") == 0)
		result = make_update(arguments[2], options->key, &question->message, err);
	else
		result = dns_message_query(arguments[2], ldns_get_rr_type_by_name(arguments[3]),
					   false, options->key, &question->message, err);
	*query = (struct exchange_query){
		.server = servers.list[0],
		.transport = strcmp(transport, "udp") == 0	  ? EXCHANGE_UDP
			     : strcmp(transport, "transfer") == 0 ? EXCHANGE_TRANSFER
								  : EXCHANGE_TCP,
		.message = question->message.bytes,
		.size = question->message.size,
		.more = more,
		.context = question,
	};
	return result;
}

static void print_records(struct dns_record_list *list)
{
	dns_record_list_sort(list);
	for (size_t i = 0; i < list->count; i++) {
		CLEANUP(bytes_clear) struct bytes line = { 0 };

		dns_record_append(&line, list->list[i]);
		printf("  %s\n", line.data);
	}
}

/* Returns whether it was answered, and the answer could be read. */
static bool print(const struct exchange_query *query, struct question *question, bool quiet)
{
	CLEANUP(dns_answer_clear) struct dns_answer answer = { .verified = false };
	char reason[DNS_REASON_SIZE] = "";
	struct error err = { 0 };

	if (query->answer && dns_message_answer(&question->message, query->answer,
						query->answer_size, &answer, &err) < 0)
		snprintf(question->fault, sizeof(question->fault), "%s", err.text);
	else if (query->answer)
		dns_answer_reason(&answer, reason);
	if (quiet)
		return query->outcome == EXCHANGE_ANSWERED && !question->fault[0];
	printf("%s%s%s%s%s%s%s\n", outcomes[query->outcome], query->error_number ? " " : "",
	       query->error_number ? strerrorname_np(query->error_number) : "",
	       query->sent ? " sent" : "", answer.verified ? " verified" : "",
	       reason[0] || question->fault[0] ? ": " : "",
	       question->fault[0] ? question->fault : reason);
	if (query->outcome != EXCHANGE_ANSWERED || question->fault[0])
		return false;
	print_records(&answer.answer);
	print_records(&question->records);
	return true;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int ask(const struct options *options, struct exchange_query *queries,
	       struct question *questions, size_t count)
{
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;
	struct error err = { 0 };
	size_t answered = 0;
	double begin;

	if (exchange_new(&options->limits, &exchange, &err) < 0)
		return fail(&err);
	begin = seconds();
	if (exchange_run(exchange, queries, count, 0, &err) < 0)
		return fail(&err);
	begin = seconds() - begin;
	for (size_t i = 0; i < count; i++) {
		answered += print(&queries[i], &questions[i], options->quiet);
		free(queries[i].answer);
		dns_message_clear(&questions[i].message);
		dns_record_list_clear(&questions[i].records);
	}
	printf("%zu of %zu, %llu sent, %.3f s\n", answered, count, exchange_sent(exchange), begin);
	return 0;
}

static int read_option(int argc, char **argv, int *at, struct options *options, struct error *err)
{
	char letter = argv[*at][1];
	const char *value = *at + 1 < argc ? argv[*at + 1] : "";
	unsigned int number = (unsigned int)atoi(value);

	if (letter == 'q') {
		options->quiet = true;
		*at += 1;
		return 0;
	}
	*at += 2;
	switch (letter) {
	case 't':
		options->limits.timeout = number;
		return 0;
	case 'n':
		options->count = number;
		return 0;
	case 'f':
		options->limits.in_flight = number;
		return 0;
	case 'r':
		options->limits.rate = number;
		return 0;
	case 's':
		options->limits.rate_server = number;
		return 0;
	case 'o':
		options->limits.own = &options->own;
		return socket_address_list_parse(value, 53, &options->own, err);
	case 'k':
		return tsig_key_load(value, &options->key, err);
	default:
		return error_set(err, ERROR_INVALID, "%s", usage);
	}
}

int main(int argc, char **argv)
{
	struct options options = { .limits = { .timeout = 2000, .in_flight = 256 }, .count = 1 };
	struct exchange_query *queries;
	struct question *questions;
	struct error err = { 0 };
	size_t count = 0, room;
	int at = 1, status;

	while (at < argc && argv[at][0] == '-') {
		if (read_option(argc, argv, &at, &options, &err) < 0)
			return fail(&err);
	}
	if (at == argc || (argc - at) % 4) {
		fputs(usage, stderr);
		return 2;
	}
	room = (size_t)(argc - at) / 4 * options.count;
	queries = calloc(room, sizeof(*queries));
	questions = calloc(room, sizeof(*questions));
	if (!queries || !questions)
		return 1;
	for (size_t i = 0; i < options.count; i++) {
		for (int a = at; a < argc; a += 4, count++) {
			if (make(argv + a, &options, &questions[count], &queries[count], &err) < 0)
				return fail(&err);
		}
	}
	status = ask(&options, queries, questions, count);
	free(queries);
	free(questions);
	tsig_key_free(options.key);
	return status;
}
