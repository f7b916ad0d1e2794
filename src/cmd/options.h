/* The command line: words of the command, options anywhere, operands; and the help about them. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd/command.h"

#define DEFAULT_CONFIGURATION "/etc/signpost/signpost.conf"

/*
 * Takes argv apart; options may stand before, between and behind the words, operands are moved to
 * the front of argv. Complains on stderr. Returns STATUS_DONE or STATUS_USAGE.
 */
int options_parse(int argc, char **argv, struct invocation *ret);

/* The value of an option of the command, "" if it has no argument; NULL if it was not given. */
const char *option_value(const struct invocation *invocation, const char *name);

/* Writes the help to standard output: of the command, of a family, or of all. */
void options_help(const struct invocation *invocation);

#endif
