#include "dns/authority.h"

#include "scripted_server.h"

#define RESOLVER 0 /* 127.0.0.1; the others are .2 and so on */
#define SERVERS 5

/* What the resolver knows of zones and hosts; addresses are those of the scripted servers. */
#define ROOT_ROWS                                                                                  \
	{ "example.", "NS", "ra", "example. 60 IN NS a.nic.example.\n", NULL, NULL },              \
		{ "a.nic.example.", "A", "ra", "a.nic.example. 60 IN A 127.0.0.2\n", NULL, NULL }, \
		{ "ns.host.test.", "A", "ra", "ns.host.test. 60 IN A 127.0.0.3\n", NULL, NULL },   \
	{                                                                                          \
		"ns2.host.test.", "A", "ra", "ns2.host.test. 60 IN A 127.0.0.4\n", NULL, NULL      \
	}
#define NOTHING_HERE                                                                               \
	{                                                                                          \
		NULL, NULL, "ra nxdomain", NULL, NULL, NULL                                        \
	}
#define END                                                                                        \
	{                                                                                          \
		.flags = NULL                                                                      \
	}
#define EXAMPLE_SOA "example. 60 IN SOA a.nic.example. mail.example. 1 2 3 4 5\n"

static const struct scripted_row resolver_rows[] = { ROOT_ROWS, NOTHING_HERE, END };
static const struct scripted_row no_rows[] = { END };

struct authority_case {
	const char *domain;
	const struct scripted_row *rows[SERVERS]; /* NULL: resolver_rows, or silence */
	const char *servers;			  /* "NAME@N " each; N is the last number of the
						     address */
	const char *note;
	const char *asked; /* of the resolver, or NULL */
	bool configured;
};

static void find(const struct scripted_server *servers, const char *name, struct authority *ret)
{
	const struct exchange_limits limits = { .timeout = 300, .in_flight = 20 };
	struct socket_address_list resolvers = { .count = 1 }, configured = { .count = 1 };
	CLEANUP(authority_finder_freep) struct authority_finder *finder = NULL;
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;
	struct domain_name domain;
	const struct domain_name *domains[] = { &domain };
	struct authority_settings settings = {
		.servers = &configured,
		.resolvers = &resolvers,
		.port = socket_address_port(&servers[0].address),
	};
	struct error err = { 0 };

	resolvers.list[0] = servers[RESOLVER].address;
	configured.list[0] = servers[4].address;
	assert_int_equal(domain_name_parse(name, strlen(name), &domain, &err), 0);
	assert_int_equal(exchange_new(&limits, &exchange, &err), 0);
	assert_int_equal(authority_finder_new(exchange, &settings, &finder, &err), 0);
	assert_int_equal(authority_find(finder, domains, 1, ret, &err), 0);
}

static void servers_text(const struct authority *authority, char *ret, size_t size)
{
	size_t length = 0;

	*ret = '\0';
	for (size_t i = 0; i < authority->count; i++) {
		const struct authority_server *server = &authority->servers[i];
		char address[SOCKET_ADDRESS_TEXT_SIZE];

		socket_address_text(&server->address, socket_address_port(&server->address),
				    address);
		length += (size_t)snprintf(ret + length, size - length, "%s@%s ", server->name,
					   strrchr(address, '.') + 1);
	}
}

static void check_case(const struct authority_case *c)
{
	const struct scripted_row *rows[SERVERS];
	struct scripted_server servers[SERVERS];
	struct authority authority;
	char text[1000];

	for (size_t i = 0; i < SERVERS; i++)
		rows[i] = c->rows[i] ? c->rows[i] : i == RESOLVER ? resolver_rows : no_rows;
	scripted_start(servers, rows, SERVERS);
	find(servers, c->domain, &authority);
	scripted_stop(servers, SERVERS);
	servers_text(&authority, text, sizeof(text));
	assert_string_equal(authority.note ? authority.note : "", c->note ? c->note : "");
	assert_string_equal(text, c->servers);
	assert_int_equal(authority.configured, c->configured);
	if (c->asked)
		assert_string_equal(scripted_asked(&servers[RESOLVER], 0), c->asked);
	authority_clear(&authority);
}

#define ROWS(...)                                                                                  \
	(const struct scripted_row[])                                                              \
	{                                                                                          \
		__VA_ARGS__, END                                                                   \
	}
#define CHECK(...)                                                                                 \
	do {                                                                                       \
		const struct authority_case c = { __VA_ARGS__ };                                   \
                                                                                                   \
		check_case(&c);                                                                    \
	} while (0)
#define REFERRAL                                                                                   \
	{                                                                                          \
		"kunde.example.", "NS", "", NULL,                                                  \
			"kunde.example. 60 IN NS ns.host.test.\nkunde.example. 60 IN NS "          \
			"ns.kunde.example.\n",                                                     \
			"ns.kunde.example. 60 IN A 127.0.0.4\nns.host.test. 60 IN A 127.0.0.9\n"   \
	}
#define CHILD                                                                                      \
	{                                                                                          \
		"kunde.example.", "NS", "aa",                                                      \
			"kunde.example. 60 IN NS ns.kunde.example.\nkunde.example. 60 IN NS "      \
			"ns.host.test.\n",                                                         \
			NULL, NULL                                                                 \
	}

static void follows_the_parent(void **state)
{
	(void)state;
	/* the parent's address of ns.host.test counts for nothing: it is not in the parent's zone
	 */
	CHECK(.domain = "kunde.example", .rows = { NULL, ROWS(REFERRAL), ROWS(CHILD) },
	      .servers = "ns.host.test@3 ns.kunde.example@4 ",
	      .asked = "a.nic.example. A rd\n"
		       "a.nic.example. AAAA rd\n"
		       "example. NS rd\n"
		       "ns.host.test. A rd\n"
		       "ns.host.test. AAAA rd\n");
	/* the first server of the domain is silent, the second tells of others than the parent */
	CHECK(.domain = "kunde.example",
	      .rows = { NULL, ROWS(REFERRAL), NULL,
			ROWS({ "kunde.example.", "NS", "aa",
			       "kunde.example. 60 IN NS ns.kunde.example.\n"
			       "kunde.example. 60 IN NS ns3.host.test.\n"
			       "kunde.example. 60 IN NS ns4.host.test.\n",
			       NULL, NULL }) },
	      .servers = "ns.host.test@3 ns.kunde.example@4 ",
	      .note = "the zone itself also names ns3.host.test., ns4.host.test., which its parent "
		      "does not and which is not asked; the zone itself does not name "
		      "ns.host.test., which its parent does");
	/* the first server of the parent is silent */
	CHECK(.domain = "kunde.example",
	      .rows = { ROWS({ "example.", "NS", "ra",
			       "example. 60 IN NS b.nic.example.\nexample. 60 IN NS "
			       "a.nic.example.\n",
			       NULL, NULL },
			     { "b.nic.example.", "A", "ra", "b.nic.example. 60 IN A 127.0.0.5\n",
			       NULL, NULL },
			     ROOT_ROWS, NOTHING_HERE),
			ROWS(REFERRAL), ROWS(CHILD) },
	      .servers = "ns.host.test@3 ns.kunde.example@4 ");
	/* the parent's server has the zone itself, too */
	CHECK(.domain = "kunde.example",
	      .rows = { NULL,
			ROWS({ "kunde.example.", "NS", "aa",
			       "kunde.example. 60 IN NS ns2.host.test.\n", NULL, NULL }),
			NULL,
			ROWS({ NULL, NULL, "aa", "kunde.example. 60 IN NS ns2.host.test.\n", NULL,
			       NULL }) },
	      .servers = "ns2.host.test@4 ");
	/* no zone right above; a zone in between that only the parent knows */
	CHECK(.domain = "a.b.kunde.example",
	      .rows = { NULL,
			ROWS({ NULL, NULL, "", NULL, "kunde.example. 60 IN NS ns.host.test.\n",
			       NULL }),
			ROWS({ "a.b.kunde.example.", "NS", "", NULL,
			       "a.b.kunde.example. 60 IN NS ns2.host.test.\n", NULL }) },
	      .servers = "ns2.host.test@4 ",
	      .asked = "a.nic.example. A rd\n"
		       "a.nic.example. AAAA rd\n"
		       "b.kunde.example. NS rd\n"
		       "example. NS rd\n"
		       "kunde.example. NS rd\n"
		       "ns.host.test. A rd\n"
		       "ns.host.test. AAAA rd\n"
		       "ns2.host.test. A rd\n"
		       "ns2.host.test. AAAA rd\n");
}

static void finds_names_inside_a_zone(void **state)
{
	(void)state;
	CHECK(.domain = "shop.kunde.example",
	      .rows = { ROWS({ "kunde.example.", "NS", "ra",
			       "kunde.example. 60 IN NS ns.host.test.\n", NULL, NULL },
			     ROOT_ROWS, NOTHING_HERE),
			NULL,
			ROWS({ "shop.kunde.example.", "NS", "aa nxdomain", NULL,
			       "kunde.example. 60 IN SOA a. b. 1 2 3 4 5\n", NULL }) },
	      .servers = "ns.host.test@3 ");
	/* a name that is an alias there */
	CHECK(.domain = "shop.kunde.example",
	      .rows = { ROWS({ "kunde.example.", "NS", "ra",
			       "kunde.example. 60 IN NS ns.host.test.\n", NULL, NULL },
			     ROOT_ROWS, NOTHING_HERE),
			NULL,
			ROWS({ "shop.kunde.example.", "NS", "aa",
			       "shop.kunde.example. 60 IN CNAME www.kunde.example.\n",
			       "kunde.example. 60 IN SOA a. b. 1 2 3 4 5\n", NULL }) },
	      .servers = "ns.host.test@3 ");
}

static void falls_back(void **state)
{
	(void)state;
	CHECK(.domain = "kunde.example",
	      .rows = { NULL, ROWS({ NULL, NULL, "aa nxdomain", NULL, EXAMPLE_SOA, NULL }) },
	      .servers = "@5 ", .configured = true,
	      .note = "the servers of \"example.\" say that the domain does not exist; those of "
		      "the configuration are asked");
	CHECK(.domain = "kunde.example", .rows = { no_rows }, .servers = "@5 ", .configured = true,
	      .note = "the zone above is not known: asked for \"example.\", the last resolver is "
		      "silent; those of the configuration are asked");
	CHECK(.domain = "kunde.example",
	      .rows = { ROWS({ NULL, NULL, "refused ra", NULL, NULL, NULL }) }, .servers = "@5 ",
	      .configured = true,
	      .note = "the zone above is not known: asked for \"example.\", the last resolver "
		      "refuses to answer (REFUSED): it has not got the zone, or does not answer "
		      "this address; those of the configuration are asked");
	/* an authoritative server instead of a resolver */
	CHECK(.domain = "kunde.example",
	      .rows = { ROWS(
		      { NULL, NULL, "aa", "example. 60 IN NS a.nic.example.\n", NULL, NULL }) },
	      .servers = "@5 ", .configured = true,
	      .note = "the zone above is not known: asked for \"example.\", the last resolver does "
		      "not look names up (no RA): it is no resolver, or not for us; those of the "
		      "configuration are asked");
	CHECK(.domain = "kunde.example", .rows = { NULL, no_rows }, .servers = "@5 ",
	      .configured = true,
	      .note = "127.0.0.2, a server of \"example.\", is silent; those of the configuration "
		      "are asked");
}

static void tells_of_names_without_addresses(void **state)
{
	(void)state;
	CHECK(.domain = "kunde.example",
	      .rows = { NULL,
			ROWS({ NULL, NULL, "", NULL,
			       "kunde.example. 60 IN NS ns.host.test.\n"
			       "kunde.example. 60 IN NS lost.host.test.\n",
			       NULL }),
			ROWS({ NULL, NULL, "aa",
			       "kunde.example. 60 IN NS ns.host.test.\n"
			       "kunde.example. 60 IN NS lost.host.test.\n",
			       NULL, NULL }) },
	      .servers = "ns.host.test@3 ",
	      .note = "lost.host.test. has no address that can be reached from here");
	CHECK(.domain = "kunde.example",
	      .rows = { NULL, ROWS({ NULL, NULL, "", NULL,
				     "kunde.example. 60 IN NS lost.host.test.\n", NULL }) },
	      .servers = "@5 ", .configured = true,
	      .note = "lost.host.test. has no address that can be reached from here; none of the "
		      "domain's servers has an address; those of the configuration are asked");
}

/* Names above and servers are looked up once for all. */
static void remembers_what_it_found(void **state)
{
	static const char asked[] = "a.nic.example. A rd\na.nic.example. AAAA rd\nexample. NS rd\n"
				    "ns.host.test. A rd\nns.host.test. AAAA rd\n";
	const struct scripted_row *rows[] = {
		resolver_rows,
		ROWS({ "a.example.", "NS", "", NULL, "a.example. 60 IN NS ns.host.test.\n", NULL },
		     { "b.example.", "NS", "", NULL, "b.example. 60 IN NS ns.host.test.\n", NULL },
		     { "c.example.", "NS", "", NULL, "c.example. 60 IN NS ns.host.test.\n", NULL }),
		ROWS({ NULL, NULL, "refused", NULL, NULL, NULL }),
	};
	const struct exchange_limits limits = { .timeout = 300, .in_flight = 20 };
	struct socket_address_list resolvers = { .count = 1 }, none = { .count = 0 };
	CLEANUP(authority_finder_freep) struct authority_finder *finder = NULL;
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;
	struct domain_name list[] = { { 9, "a.example" }, { 9, "b.example" }, { 9, "c.example" } };
	const struct domain_name *domains[] = { &list[0], &list[1], &list[2] };
	struct scripted_server servers[3];
	struct authority ret[3];
	struct authority_settings settings = { .servers = &none, .resolvers = &resolvers };
	struct error err = { 0 };

	(void)state;
	scripted_start(servers, rows, 3);
	resolvers.list[0] = servers[RESOLVER].address;
	settings.port = socket_address_port(&servers[0].address);
	assert_int_equal(exchange_new(&limits, &exchange, &err), 0);
	assert_int_equal(authority_finder_new(exchange, &settings, &finder, &err), 0);
	assert_int_equal(authority_find(finder, domains, 2, ret, &err), 0);
	assert_int_equal(authority_find(finder, domains + 2, 1, ret + 2, &err), 0);
	scripted_stop(servers, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(ret[i].count, 1);
		assert_string_equal(ret[i].servers[0].name, "ns.host.test");
		assert_null(ret[i].note);
		authority_clear(&ret[i]);
	}
	assert_string_equal(scripted_asked(&servers[RESOLVER], 0), asked);
}

static void takes_the_configured(void **state)
{
	static const struct {
		const char *primary, *servers, *text, *note;
	} cases[] = {
		{ "", "127.0.0.8", "@8 ", "" },
		{ "127.0.0.9", "127.0.0.8 127.0.0.7", "@8 @7 ", "" },
		{ "127.0.0.9", "", "@9 ", "" },
		{ "", "", "",
		  "no name server is known: no resolver is configured; set dns.servers" },
	};
	const struct domain_name domain = { 9, "a.example" }, *domains[] = { &domain };
	const struct socket_address_list none = { .count = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct exchange_limits limits = { .timeout = 300, .in_flight = 20 };
		CLEANUP(authority_finder_freep) struct authority_finder *finder = NULL;
		CLEANUP(exchange_freep) struct exchange *exchange = NULL;
		struct socket_address_list primary, servers;
		struct authority_settings settings = { .servers = &servers, .resolvers = &none };
		struct authority ret;
		struct error err = { 0 };
		char text[100];

		assert_int_equal(socket_address_list_parse(cases[i].primary, 53, &primary, &err),
				 0);
		assert_int_equal(socket_address_list_parse(cases[i].servers, 53, &servers, &err),
				 0);
		settings.primary = primary.count ? &primary.list[0] : NULL;
		assert_int_equal(exchange_new(&limits, &exchange, &err), 0);
		assert_int_equal(authority_finder_new(exchange, &settings, &finder, &err), 0);
		assert_int_equal(authority_find(finder, domains, 1, &ret, &err), 0);
		servers_text(&ret, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
		assert_string_equal(ret.note ? ret.note : "", cases[i].note);
		assert_true(ret.configured);
		authority_clear(&ret);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_parent),
		cmocka_unit_test(finds_names_inside_a_zone),
		cmocka_unit_test(falls_back),
		cmocka_unit_test(tells_of_names_without_addresses),
		cmocka_unit_test(remembers_what_it_found),
		cmocka_unit_test(takes_the_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
