/*
 * Not getopt_long(): it would need an option table for each of the commands before it is known
 * which one is meant, and its complaints are not ours.
 */
#include "cmd/options.h"

#include "cmd/output.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct command_option general_options[] = {
	{ "config", "FILE", "the configuration to use instead of " DEFAULT_CONFIGURATION },
	{ "json", NULL, "print one JSON object a line instead of text" },
	{ "help", NULL, "print this text and do nothing" },
	{ "version", NULL, "print the version and do nothing" },
	{ NULL, NULL, NULL },
};

/* What is under way while a command line is read. */
struct reading {
	struct invocation *invocation;
	char **argv;
	int argc, next;
};

static const struct command_option *find_option(const struct command_option *options,
						const char *name, size_t size)
{
	for (; options && options->name; options++) {
		if (strncmp(options->name, name, size) == 0 && !options->name[size])
			return options;
	}
	return NULL;
}

static const char *command_words(const struct command *command, char *ret, size_t size)
{
	snprintf(ret, size, "%s%s%s", command->family ? command->family : "",
		 command->family ? " " : "", command->name);
	return ret;
}

/* "signpost domain add --help tells ...": where to read on. */
static int complain_usage(const struct invocation *invocation, const char *problem,
			  const char *word)
{
	char words[64] = "";

	if (invocation->command)
		command_words(invocation->command, words, sizeof(words));
	else if (invocation->family)
		snprintf(words, sizeof(words), "%s", invocation->family);
	complain("%s%s%s; see signpost %s%s--help", problem, word ? " " : "", word ? word : "",
		 words, *words ? " " : "");
	return STATUS_USAGE;
}

static int set_general(struct invocation *invocation, const char *name, const char *value)
{
	if (strcmp(name, "config") == 0)
		invocation->config = value;
	else if (strcmp(name, "json") == 0)
		invocation->json = true;
	else if (strcmp(name, "help") == 0)
		invocation->help = true;
	else
		invocation->version = true;
	return STATUS_DONE;
}

static int set_own(struct invocation *invocation, const struct command_option *option,
		   const char *value)
{
	const char **place = &invocation->values[option - invocation->command->options];

	if (*place && option->argument)
		return complain_usage(invocation, "option given twice:", option->name);
	*place = value;
	return STATUS_DONE;
}

/* word begins with "--". */
static int read_option(struct reading *reading, const char *word)
{
	struct invocation *invocation = reading->invocation;
	const char *name = word + 2, *equals = strchr(name, '='), *value = "";
	size_t size = equals ? (size_t)(equals - name) : strlen(name);
	const struct command_option *own = NULL, *option;

	if (invocation->command)
		own = find_option(invocation->command->options, name, size);
	option = own ? own : find_option(general_options, name, size);
	if (!option)
		return complain_usage(invocation, "unknown option", word);
	if (!option->argument && equals)
		return complain_usage(invocation, "an option that takes no value:", word);
	if (equals) {
		value = equals + 1;
	} else if (option->argument) {
		if (reading->next == reading->argc)
			return complain_usage(invocation, "an option without its value:", word);
		value = reading->argv[reading->next++];
	}
	return own ? set_own(invocation, own, value) : set_general(invocation, option->name, value);
}

/* A word that may be the command's name, or the first or second of its two words. */
static int read_command(struct invocation *invocation, const char *word)
{
	bool is_family = false;

	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];
		bool same_family = invocation->family && command->family &&
				   strcmp(command->family, invocation->family) == 0;

		if ((same_family || (!invocation->family && !command->family)) &&
		    strcmp(command->name, word) == 0) {
			invocation->command = command;
			return STATUS_DONE;
		}
		if (!invocation->family && command->family && strcmp(command->family, word) == 0)
			is_family = true;
	}
	if (!is_family)
		return complain_usage(invocation, "unknown command", word);
	invocation->family = word;
	return STATUS_DONE;
}

static int read_word(struct reading *reading, char *word, bool literal)
{
	struct invocation *invocation = reading->invocation;

	if (!literal && word[0] == '-' && word[1] == '-')
		return read_option(reading, word);
	if (!literal && word[0] == '-' && word[1])
		return complain_usage(invocation, "unknown option", word);
	if (!invocation->command)
		return read_command(invocation, word);
	invocation->operands[invocation->operand_count++] = word;
	return STATUS_DONE;
}

static int check_operands(const struct invocation *invocation)
{
	const struct command *command = invocation->command;

	if (invocation->help || invocation->version)
		return STATUS_DONE;
	if (!command)
		return complain_usage(invocation, "no command given", NULL);
	if (invocation->operand_count < command->minimum)
		return complain_usage(invocation, "missing:", command->operands);
	if (invocation->operand_count > command->maximum)
		return complain_usage(invocation, "too many arguments, not understood:",
				      invocation->operands[command->maximum]);
	return STATUS_DONE;
}

int options_parse(int argc, char **argv, struct invocation *ret)
{
	struct reading reading = { .invocation = ret, .argv = argv, .argc = argc, .next = 1 };
	bool literal = false;

	*ret = (struct invocation){ .config = DEFAULT_CONFIGURATION, .operands = argv };
	while (reading.next < argc) {
		char *word = argv[reading.next++];

		if (!literal && strcmp(word, "--") == 0)
			literal = true;
		else if (read_word(&reading, word, literal) != STATUS_DONE)
			return STATUS_USAGE;
	}
	return check_operands(ret);
}

const char *option_value(const struct invocation *invocation, const char *name)
{
	const struct command_option *options = invocation->command->options;
	const struct command_option *option = find_option(options, name, strlen(name));

	assert(option);
	return invocation->values[option - options];
}

static void print_options(const struct command_option *options)
{
	for (; options && options->name; options++) {
		char name[40];

		snprintf(name, sizeof(name), "--%s%s%s", options->name,
			 options->argument ? " " : "", options->argument ? options->argument : "");
		output_text("  %-20s %s\n", name, options->description);
	}
}

static void print_synopsis(const struct command *command)
{
	char words[64];

	output_text("usage: signpost %s", command_words(command, words, sizeof(words)));
	if (*command->operands)
		output_text(" %s", command->operands);
	for (const struct command_option *option = command->options; option && option->name;
	     option++)
		output_text(" [--%s%s%s]", option->name, option->argument ? " " : "",
			    option->argument ? option->argument : "");
	output_text(" [--config FILE] [--json]\n");
}

/* The commands of one family, or all. */
static void print_commands(const char *family)
{
	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];
		char words[64];

		if (!family || (command->family && strcmp(command->family, family) == 0))
			output_text("  %-16s %s\n", command_words(command, words, sizeof(words)),
				    command->sentence);
	}
}

void options_help(const struct invocation *invocation)
{
	const struct command *command = invocation->command;

	if (command) {
		print_synopsis(command);
		output_text("\n%s\n%s%s\n", command->sentence,
			    command->details ? command->details : "", command->details ? "\n" : "");
		print_options(command->options);
		print_options(general_options);
		return;
	}
	output_text("usage: signpost%s%s COMMAND [ARGUMENT...] [--config FILE] [--json]\n\n",
		    invocation->family ? " " : "", invocation->family ? invocation->family : "");
	print_commands(invocation->family);
	output_text("\n");
	print_options(general_options);
	output_text("\nsignpost COMMAND --help tells more about one. \"-\" as a file is standard "
		    "input.\n");
}
