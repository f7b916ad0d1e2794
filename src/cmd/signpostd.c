/* signpostd: the service. All it does is in server/service.c. */
#include "server/log.h"
#include "server/service.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define DEFAULT_CONFIGURATION "/etc/signpost/signpost.conf"

static const char usage[] =
	"usage: signpostd [--config FILE] [--log-format FORM]\n"
	"\n"
	"Answers mail programs that ask for a mailbox's settings: Thunderbird autoconfig, Outlook\n"
	"autodiscover, ActiveSync, Apple profiles, PACC.\n"
	"\n"
	"  --config FILE      configuration to read, " DEFAULT_CONFIGURATION " if not given\n"
	"  --log-format FORM  of the log on standard error: text, if not given, or json, one "
	"object\n"
	"                     a line\n"
	"  --help             this text\n"
	"  --version          the version\n"
	"\n"
	"SIGHUP loads configuration and providers anew, SIGTERM ends after what is under way.\n";

static int exit_status(const struct error *err)
{
	switch (err->code) {
	case ERROR_SYNTAX:
	case ERROR_INVALID:
	case ERROR_TOO_LARGE:
	case ERROR_NOT_FOUND:
	case ERROR_CONFLICT:
		return EX_CONFIG;
	case ERROR_UNAVAILABLE:
		return EX_TEMPFAIL;
	case ERROR_IO:
		return EX_OSERR;
	case ERROR_NONE:
	case ERROR_NO_MEMORY:
	default:
		return EX_SOFTWARE;
	}
}

/* The exit status: a full disk is told. */
static int print(const char *text)
{
	if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
		return EX_OK;
	perror("signpostd: standard output");
	return EX_IOERR;
}

/* Returns -1 if it is none. */
static int set_log_format(const char *name)
{
	if (strcmp(name, "text") == 0) {
		log_set_format(LOG_TEXT);
	} else if (strcmp(name, "json") == 0) {
		log_set_format(LOG_JSON);
	} else {
		fprintf(stderr, "signpostd: --log-format \"%s\" is neither text nor json\n", name);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "log-format", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	const char *path = DEFAULT_CONFIGURATION;
	const char *log_format = "text";
	struct error err = { 0 };

	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'l':
			log_format = optarg;
			break;
		case 'h':
			return print(usage);
		case 'v':
			return print("signpostd " SIGNPOST_VERSION "\n");
		default:
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "signpostd: \"%s\" is not understood; see signpostd --help\n",
			argv[optind]);
		return 2;
	}
	if (set_log_format(log_format) < 0)
		return 2;
	if (service_run(path, &err) < 0) {
		log_error("%s", err.text);
		return exit_status(&err);
	}
	return EX_OK;
}
