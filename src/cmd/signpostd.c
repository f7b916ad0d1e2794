/* signpostd: the service. All it does is in server/service.c. */
#include "server/service.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#define DEFAULT_CONFIGURATION "/etc/signpost/signpost.conf"

static const char usage[] =
	"usage: signpostd [--config FILE]\n"
	"\n"
	"Answers mail programs that ask for a mailbox's settings: Thunderbird autoconfig, Outlook\n"
	"autodiscover, ActiveSync, Apple profiles, PACC.\n"
	"\n"
	"  --config FILE  configuration to read, " DEFAULT_CONFIGURATION " if not given\n"
	"  --help         this text\n"
	"  --version      the version\n"
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

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	const char *path = DEFAULT_CONFIGURATION;
	struct error err = { 0 };

	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 'c':
			path = optarg;
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
	if (service_run(path, &err) < 0) {
		fprintf(stderr, "signpostd: %s\n", err.text);
		return exit_status(&err);
	}
	return EX_OK;
}
