/* What can be set. Whoever adds a key adds a row here and a field to the struct, and no more. */
#include "model/configuration.h"

#define FIELD(name) offsetof(struct configuration, name)

const struct configuration_key configuration_keys[] = {
	{
		.section = "listen",
		.name = "http",
		.type = CONFIGURATION_LISTEN,
		.fallback = "127.0.0.1:8080",
		.description = "Where plain HTTP is answered: one or more addresses, or empty for "
			       "nowhere.",
		.offset = FIELD(listen_http),
	},
	{
		.section = "listen",
		.name = "https",
		.type = CONFIGURATION_LISTEN,
		.fallback = "",
		.description = "Where HTTPS is answered, with the certificates of [tls]: one or "
			       "more addresses, or empty for nowhere.",
		.offset = FIELD(listen_https),
	},
	{
		.section = "tls",
		.name = "certificates",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description = "The directory with certificates: a folder for each name with "
			       "fullchain.pem and privkey.pem, as ACME clients leave them.",
		.offset = FIELD(tls_certificates),
	},
	{
		.section = "tls",
		.name = "cache",
		.type = CONFIGURATION_NUMBER,
		.fallback = "1000",
		.minimum = 16,
		.maximum = 100000,
		.unit = "certificates",
		.description = "How many certificates are kept in memory, about 8 kB each; others "
			       "are read again when they are asked for.",
		.offset = FIELD(tls_cache),
	},
	{
		.section = "site",
		.name = "name",
		.type = CONFIGURATION_TEXT,
		.fallback = "",
		.description = "Your company's name, as people read it in Apple profiles and on "
			       "settings pages.",
		.offset = FIELD(site_name),
	},
	{
		.section = "site",
		.name = "url",
		.type = CONFIGURATION_URL,
		.fallback = "",
		.description =
			"Where programs and people reach this service from outside; unset, "
			"autodiscover answers name https://autodiscover. and the domain, and "
			"there are no settings links.",
		.offset = FIELD(site_url),
	},
	{
		.section = "site",
		.name = "support",
		.type = CONFIGURATION_TEXT,
		.fallback = "",
		.description = "How people reach your support, in one sentence; shown in Apple "
			       "profiles and on settings pages.",
		.offset = FIELD(site_support),
	},
	{
		.section = "site",
		.name = "phone",
		.type = CONFIGURATION_TEXT,
		.fallback = "",
		.description = "The telephone number of your support, shown on settings pages.",
		.offset = FIELD(site_phone),
	},
	{
		.section = "site",
		.name = "hours",
		.type = CONFIGURATION_TEXT,
		.fallback = "",
		.description = "When somebody answers there, shown beside it.",
		.offset = FIELD(site_hours),
	},
	{
		.section = "site",
		.name = "email",
		.type = CONFIGURATION_EMAIL,
		.fallback = "",
		.description = "The e-mail address of your support, shown on settings pages.",
		.offset = FIELD(site_email),
	},
	{
		.section = "site",
		.name = "help",
		.type = CONFIGURATION_LINK,
		.fallback = "",
		.description = "The address of your own help pages, linked from settings pages.",
		.offset = FIELD(site_help),
	},
	{
		.section = "site",
		.name = "welcome",
		.type = CONFIGURATION_TEXT,
		.fallback = "",
		.description =
			"The subject of a message that you have put into every mailbox on the "
			"new server; settings pages tell people to look for it.",
		.offset = FIELD(site_welcome),
	},
	{
		.section = "site",
		.name = "languages",
		.type = CONFIGURATION_LANGUAGES,
		.fallback = "en de fr es",
		.description = "The languages of settings pages; the first is for whoever asks for "
			       "none of them.",
		.offset = FIELD(site_languages),
	},
	{
		.section = "site",
		.name = "logo",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description = "Your logo on settings pages, an SVG, PNG, JPEG or WebP file.",
		.offset = FIELD(site_logo),
	},
	{
		.section = "site",
		.name = "color",
		.type = CONFIGURATION_COLOR,
		.fallback = "#1a5fb4",
		.description = "The colour of buttons and links on settings pages.",
		.offset = FIELD(site_color),
	},
	{
		.section = "site",
		.name = "color_dark",
		.type = CONFIGURATION_COLOR,
		.fallback = "#99c1f1",
		.description = "The same where the device has dark colours.",
		.offset = FIELD(site_color_dark),
	},
	{
		.section = "site",
		.name = "pages",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description =
			"A directory with files that take the place of the built-in ones for "
			"settings pages: texts.XX.xml, page.css and others.",
		.offset = FIELD(site_pages),
	},
	{
		.section = "store",
		.name = "url",
		.type = CONFIGURATION_STORE,
		.fallback = "sqlite:signpost.db",
		.description = "The database of domains and their providers.",
		.offset = FIELD(store_url),
	},
	{
		.section = "providers",
		.name = "directory",
		.type = CONFIGURATION_PATH,
		.fallback = "providers",
		.description = "The directory of the provider documents, one ID.xml each.",
		.offset = FIELD(providers_directory),
	},
	{
		.section = "providers",
		.name = "zones",
		.type = CONFIGURATION_PATH,
		.fallback = "zones",
		.description = "The directory of the records that go with a provider, ID.zone, and "
			       "of withdraw.zone, what may be taken away.",
		.offset = FIELD(providers_zones),
	},
	{
		.section = "profile",
		.name = "namespace",
		.type = CONFIGURATION_UUID,
		.fallback = "",
		.description = "A random UUID of your own, part of the identity of every Apple "
			       "profile; unset, none are given out; never change it.",
		.offset = FIELD(profile_namespace),
	},
	{
		/* Not derived from site.url or the like: what may change must not become part of an
		 * identity, or phones hold two accounts after it did. */
		.section = "profile",
		.name = "identifier",
		.type = CONFIGURATION_IDENTIFIER,
		.fallback = "signpost",
		.description = "What the identity of every Apple profile begins with: a domain of "
			       "yours in reverse order; never change it.",
		.offset = FIELD(profile_identifier),
	},
	{
		.section = "profile",
		.name = "certificate",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description =
			"The certificate that Apple profiles are signed with, and its chain, "
			"PEM; unset, they go out unsigned and devices warn.",
		.offset = FIELD(profile_certificate),
	},
	{
		.section = "profile",
		.name = "key",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description =
			"The private key of that certificate, PEM without a passphrase; only its "
			"owner and group may read it.",
		.offset = FIELD(profile_key),
	},
	{
		.section = "links",
		.name = "keys",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description =
			"The file with the keys that settings links are made and read with; only "
			"its owner may read it; unset, there are links to a domain alone.",
		.offset = FIELD(links_keys),
	},
	{
		.section = "links",
		.name = "days",
		.type = CONFIGURATION_NUMBER,
		.fallback = "30",
		.minimum = 1,
		.maximum = 3650,
		.unit = "days",
		.description = "How long a new settings link works.",
		.offset = FIELD(links_days),
	},
	{
		.section = "dns",
		.name = "service",
		.type = CONFIGURATION_NAME,
		.fallback = "",
		.description = "The host name of this service that autoconfig and autodiscover "
			       "records lead to; unset, they are left out.",
		.offset = FIELD(dns_service),
	},
	{
		.section = "dns",
		.name = "autodiscover",
		.type = CONFIGURATION_CHOICE,
		.fallback = "host",
		.choices = "host srv both",
		.description = "What leads to autodiscover answers: a host name, which wants a "
			       "certificate for it, an SRV record, or both.",
		.offset = FIELD(dns_autodiscover),
	},
	{
		.section = "dns",
		.name = "ttl",
		.type = CONFIGURATION_NUMBER,
		.fallback = "3600",
		.minimum = 60,
		.maximum = 86400,
		.unit = "seconds",
		.description = "How long resolvers may keep the records.",
		.offset = FIELD(dns_ttl),
	},
	{
		.section = "dns",
		.name = "pacc",
		.type = CONFIGURATION_CHOICE,
		.fallback = "no",
		.choices = "no yes",
		.description = "Whether records for PACC are published: the name "
			       "ua-auto-config and the digest of its document.",
		.offset = FIELD(dns_pacc),
	},
	{
		.section = "dns",
		.name = "publish",
		.type = CONFIGURATION_CHOICE,
		.fallback = "update",
		.choices = "update fragments zones",
		.description = "How dns publish brings records to the name servers: by "
			       "dynamic updates, or as files with fragments or with whole "
			       "zones.",
		.offset = FIELD(dns_publish),
	},
	{
		.section = "dns",
		.name = "primary",
		.type = CONFIGURATION_SERVERS,
		.fallback = "",
		.description = "The address of the primary name server, where updates go "
			       "and zones are read; with a port if it is not dns.port.",
		.offset = FIELD(dns_primary),
	},
	{
		.section = "dns",
		.name = "key",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description = "The file with the key that signs updates and zone "
			       "transfers, as tsig-keygen writes it; only its owner and "
			       "group may read it.",
		.offset = FIELD(dns_key),
	},
	{
		.section = "dns",
		.name = "read",
		.type = CONFIGURATION_CHOICE,
		.fallback = "query",
		.choices = "query transfer",
		.description = "How a zone is read at the primary: question by question, "
			       "or whole, which the primary must allow.",
		.offset = FIELD(dns_read),
	},
	{
		.section = "dns",
		.name = "servers",
		.type = CONFIGURATION_SERVERS,
		.fallback = "",
		.description = "The addresses of the authoritative servers, where they "
			       "cannot be found through the parent zone.",
		.offset = FIELD(dns_servers),
	},
	{
		.section = "dns",
		.name = "resolvers",
		.type = CONFIGURATION_SERVERS,
		.fallback = "",
		.description = "The addresses of public resolvers: dns verify asks them "
			       "what the world still has, and servers are found through "
			       "them.",
		.offset = FIELD(dns_resolvers),
	},
	{
		.section = "dns",
		.name = "port",
		.type = CONFIGURATION_NUMBER,
		.fallback = "53",
		.minimum = 1,
		.maximum = 65535,
		.description = "Where name servers are asked if their address says nothing "
			       "else.",
		.offset = FIELD(dns_port),
	},
	{
		.section = "dns",
		.name = "timeout",
		.type = CONFIGURATION_NUMBER,
		.fallback = "5",
		.minimum = 1,
		.maximum = 60,
		.unit = "seconds",
		.description = "How long one question to a name server may take, tries "
			       "included.",
		.offset = FIELD(dns_timeout),
	},
	{
		.section = "dns",
		.name = "queries",
		.type = CONFIGURATION_NUMBER,
		.fallback = "2000",
		.minimum = 1,
		.maximum = 1000000,
		.unit = "per second",
		.description = "How many questions are asked in all.",
		.offset = FIELD(dns_queries),
	},
	{
		.section = "dns",
		.name = "queries_per_server",
		.type = CONFIGURATION_NUMBER,
		.fallback = "50",
		.minimum = 1,
		.maximum = 1000000,
		.unit = "per second",
		.description = "How many questions one server is asked that is not named "
			       "in dns.primary or dns.servers.",
		.offset = FIELD(dns_queries_per_server),
	},
	{
		.section = "dns",
		.name = "updates",
		.type = CONFIGURATION_NUMBER,
		.fallback = "4",
		.minimum = 1,
		.maximum = 64,
		.unit = "updates",
		.description = "How many updates may be under way at one time.",
		.offset = FIELD(dns_updates),
	},
	{
		.section = "dns",
		.name = "change_limit",
		.type = CONFIGURATION_NUMBER,
		.fallback = "30",
		.minimum = 1,
		.maximum = 100,
		.unit = "percent",
		.description = "The share of zones that one run over all or over a list "
			       "may change; a run that would change more changes none.",
		.offset = FIELD(dns_change_limit),
	},
	{
		.section = "dns",
		.name = "directory",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description = "The directory that files for name servers are written to, "
			       "DOMAIN.zone each.",
		.offset = FIELD(dns_directory),
	},
	{
		.section = "dns",
		.name = "reload",
		.type = CONFIGURATION_TEXT,
		.fallback = "",
		.description = "The command that tells the name server of new files; "
			       "%ZONE% in it stands for each domain, %ZONES% for many.",
		.offset = FIELD(dns_reload),
	},
	{
		.section = "http",
		.name = "workers",
		.type = CONFIGURATION_NUMBER,
		.fallback = "0",
		.minimum = 0,
		.maximum = 256,
		.unit = "threads",
		.description = "How many threads answer requests; 0 is one for each processor.",
		.offset = FIELD(http_workers),
	},
	{
		.section = "http",
		.name = "connections",
		.type = CONFIGURATION_NUMBER,
		.fallback = "10000",
		.minimum = 16,
		.maximum = 1000000,
		.unit = "connections",
		.description = "How many connections may be open at one time.",
		.offset = FIELD(http_connections),
	},
	{
		.section = "http",
		.name = "timeout",
		.type = CONFIGURATION_NUMBER,
		.fallback = "15",
		.minimum = 1,
		.maximum = 600,
		.unit = "seconds",
		.description = "How long a connection may be silent before it is closed.",
		.offset = FIELD(http_timeout),
	},
	{
		.section = "http",
		.name = "connections_per_address",
		.type = CONFIGURATION_NUMBER,
		.fallback = "1000",
		.minimum = 1,
		.maximum = 1000000,
		.unit = "connections",
		.description = "How many of them from one address (IPv6: one /64); trusted proxies "
			       "may have more.",
		.offset = FIELD(http_connections_per_address),
	},
	{
		.section = "http",
		.name = "requests_per_connection",
		.type = CONFIGURATION_NUMBER,
		.fallback = "10000",
		.minimum = 1,
		.maximum = 1000000,
		.unit = "requests",
		.description = "After how many requests a connection is closed.",
		.offset = FIELD(http_requests_per_connection),
	},
	{
		.section = "http",
		.name = "forms_per_network",
		.type = CONFIGURATION_NUMBER,
		.fallback = "60",
		.minimum = 1,
		.maximum = 100000,
		.unit = "per minute",
		.description =
			"How many addresses the form of the settings pages takes from one network "
			"(IPv4 /24, IPv6 /56).",
		.offset = FIELD(http_forms_per_network),
	},
	{
		.section = "http",
		.name = "pages_per_network",
		.type = CONFIGURATION_NUMBER,
		.fallback = "1200",
		.minimum = 1,
		.maximum = 1000000,
		.unit = "per minute",
		.description = "How many settings pages and QR codes one network gets.",
		.offset = FIELD(http_pages_per_network),
	},
	{
		.section = "http",
		.name = "profiles_per_network",
		.type = CONFIGURATION_NUMBER,
		.fallback = "240",
		.minimum = 1,
		.maximum = 1000000,
		.unit = "per minute",
		.description = "How many Apple profiles one network gets: each has to be signed.",
		.offset = FIELD(http_profiles_per_network),
	},
	{
		.section = "http",
		.name = "trusted_proxies",
		.type = CONFIGURATION_NETWORKS,
		.fallback = "",
		.description = "The proxies in front of this service, addresses and networks: what "
			       "they say of who asks, for which host and how (X-Forwarded-For, "
			       "-Host, -Proto, Forwarded) is believed.",
		.offset = FIELD(http_trusted_proxies),
	},
	{
		.section = "http",
		.name = "acme_webroot",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description = "A directory whose .well-known/acme-challenge/ is answered over "
			       "plain HTTP, where ACME clients leave their proofs.",
		.offset = FIELD(http_acme_webroot),
	},
	{
		.section = "http",
		.name = "operations_from",
		.type = CONFIGURATION_NETWORKS,
		.fallback = "127.0.0.0/8 ::1",
		.description = "Who may ask /-/health, /-/ready, /-/metrics and /-/tls-allowed: "
			       "addresses and "
			       "networks.",
		.offset = FIELD(http_operations_from),
	},
	{
		.section = "seen",
		.name = "file",
		.type = CONFIGURATION_PATH,
		.fallback = "",
		.description = "A database in which the service keeps which kinds of programs "
			       "asked for a domain, and when; it must be able to write there.",
		.offset = FIELD(seen_file),
	},
	{
		.section = "seen",
		.name = "days",
		.type = CONFIGURATION_NUMBER,
		.fallback = "90",
		.minimum = 1,
		.maximum = 3650,
		.unit = "days",
		.description = "How long it is remembered.",
		.offset = FIELD(seen_days),
	},
};

const size_t configuration_key_count = sizeof(configuration_keys) / sizeof(*configuration_keys);
