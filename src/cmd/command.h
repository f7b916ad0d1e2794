/*
 * The commands of signpost. A command is a row: usage, --help and what the command line may hold
 * are all taken from it, and the manual page is compared with it.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses besides those of <sysexits.h>. */
enum {
	STATUS_DONE = 0,
	STATUS_FINDING = 1, /* a finding, or a part that failed */
	STATUS_USAGE = 2,
};

struct command_option {
	const char *name;     /* without "--" */
	const char *argument; /* what stands for it in the help, or NULL for none */
	const char *description;
};

struct invocation;

struct command {
	const char *family;		      /* the first of two words ("provider"), or NULL */
	const char *name;		      /* the second, or the only one */
	const char *operands;		      /* as the help shows them, or "" */
	size_t minimum, maximum;	      /* how many operands */
	const char *sentence;		      /* what it does */
	const char *details;		      /* more for its own help, or NULL */
	const struct command_option *options; /* of its own, behind the last one with name NULL; or
						 NULL */
	int (*run)(const struct invocation *invocation); /* returns the exit status */
};

#define COMMAND_OPERANDS_ANY ((size_t)-1)
#define COMMAND_OPTIONS_MAX 8 /* of one command */

/* The command line, taken apart. */
struct invocation {
	const struct command *command; /* NULL: none, --help or --version alone */
	const char *family;	       /* of --help for a family: its word; else NULL */
	const char *config;	       /* path of the configuration */
	bool json, help, version;
	char **operands;
	size_t operand_count;
	const char *values[COMMAND_OPTIONS_MAX]; /* as command->options; "" for one without
						    argument, NULL: not given */
};

/* All commands, in the order of the help; ends with NULL. */
extern const struct command *const commands[];

extern const struct command command_check;
extern const struct command command_init;
extern const struct command command_provider_list, command_provider_show, command_provider_import;
extern const struct command command_domain_add, command_domain_import, command_domain_remove,
	command_domain_list, command_domain_export, command_domain_show;
extern const struct command command_link;
extern const struct command command_show, command_profile;
extern const struct command command_dns_records, command_dns_zone, command_dns_diff,
	command_dns_publish, command_dns_verify, command_dns_undo;

#endif
