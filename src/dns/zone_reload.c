/*
 * The command is started as it stands: words are split at blanks, and nothing else in them has a
 * meaning but %ZONE% and %ZONES%, which become names of letters, digits, hyphens and dots.
 *
 * The end of the process is waited for, not that of its standard error, which what it has started
 * may hold open.
 */
#include "base/bytes.h"
#include "base/text.h"
#include "dns/zone_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLANKS " \t"
#define ZONE "%ZONE%"
#define ZONES "%ZONES%"
#define ZONES_AT_ONCE 100
#define COMPLAINT_MAX 200 /* bytes of standard error that are kept */
#define SHOWN 100	  /* bytes of a command in an error text */
#define PAUSE_MAX 50	  /* milliseconds */

/* Words */

/* NULL-terminated, as execve() wants them; all owned. */
struct words {
	char **list;
	size_t count;
};

static void words_clear(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i]);
	free(words->list);
}

/* Adds size bytes of text, with the zone put in for each %ZONE%, if there is one. */
static int words_add(struct words *words, const char *text, size_t size, const char *zone,
		     struct error *err)
{
	CLEANUP(bytes_clear) struct bytes word = { 0 };
	char **larger = reallocarray(words->list, words->count + 2, sizeof(*larger));

	if (!larger)
		return error_no_memory(err);
	words->list = larger;
	words->list[words->count] = words->list[words->count + 1] = NULL;
	while (size > 0) {
		const char *at = zone ? memmem(text, size, ZONE, strlen(ZONE)) : NULL;
		size_t before = at ? (size_t)(at - text) : size;

		bytes_append(&word, text, before);
		if (at)
			bytes_append_text(&word, zone);
		before += at ? strlen(ZONE) : 0;
		text += before;
		size -= before;
	}
	if (bytes_take(&word, &words->list[words->count], NULL, err) < 0)
		return -1;
	words->count++;
	return 0;
}

static int words_split(struct words *words, const char *command, struct error *err)
{
	for (;;) {
		size_t size;

		command += strspn(command, BLANKS);
		size = strcspn(command, BLANKS);
		if (size == 0)
			return 0;
		if (words_add(words, command, size, NULL, err) < 0)
			return -1;
		command += size;
	}
}

/* The arguments of one run over count domains. */
static int words_fill(const struct words *command, const struct domain_name *const *domains,
		      size_t count, struct words *ret, struct error *err)
{
	for (size_t i = 0; i < command->count; i++) {
		const char *word = command->list[i];
		bool many = strcmp(word, ZONES) == 0;

		if (!many && words_add(ret, word, strlen(word), domains[0]->text, err) < 0)
			return -1;
		for (size_t j = 0; many && j < count; j++) {
			if (words_add(ret, domains[j]->text, domains[j]->length, NULL, err) < 0)
				return -1;
		}
	}
	return 0;
}

/* How many domains one run is for. */
static int domains_per_run(const struct words *command, size_t count, size_t *ret,
			   struct error *err)
{
	bool each = false, many = false;

	for (size_t i = 0; i < command->count; i++) {
		const char *word = command->list[i];
		bool whole = strcmp(word, ZONES) == 0;

		if (!whole && strstr(word, ZONES))
			return error_set(err, ERROR_INVALID,
					 "the reload command has %s inside of the word \"%.100s\": "
					 "it stands alone",
					 ZONES, word);
		many = many || whole;
		each = each || strstr(word, ZONE);
	}
	if (each && many)
		return error_set(err, ERROR_INVALID, "the reload command has both %s and %s", ZONE,
				 ZONES);
	*ret = each ? 1 : many ? ZONES_AT_ONCE : count;
	return 0;
}

/* One run */

struct run {
	const struct words *arguments;
	pid_t pid;
	int complaints; /* standard error; -1: at its end */
	char line[COMPLAINT_MAX + 1];
	size_t size;
	bool complete; /* the line is */
};

static void run_clear(struct run *run)
{
	if (run->complaints >= 0)
		close(run->complaints);
}

/* "the reload command "X" WHAT: LINE". Always returns -1. */
static int run_failed(const struct run *run, struct error *err, const char *what)
{
	CLEANUP(bytes_clear) struct bytes command = { 0 };
	const char *line = run->line;
	size_t size = run->size, shown;

	for (size_t i = 0; i < run->arguments->count; i++)
		bytes_append_format(&command, "%s%s", i ? " " : "", run->arguments->list[i]);
	if (command.failed)
		return error_no_memory(err);
	text_trim(&line, &size);
	shown = text_cut(command.data, command.size, SHOWN);
	return error_set(err, ERROR_IO, "the reload command \"%.*s%s\" %s%s%.*s", (int)shown,
			 command.data, shown < command.size ? "..." : "", what, size ? ": " : "",
			 (int)size, line);
}

/* Takes the first line that is not empty; what is no printable ASCII becomes "?". */
static void take_complaint(struct run *run, const char *text, size_t size)
{
	for (size_t i = 0; i < size && !run->complete; i++) {
		char c = text[i];

		if (c == '\n' || c == '\r')
			run->complete = run->size > 0;
		else if (run->size < COMPLAINT_MAX)
			run->line[run->size++] = c >= ' ' && c <= '~' ? c : '?';
	}
}

/* Reads what is there, so that whoever writes more is not kept waiting. */
static void read_complaints(struct run *run)
{
	char text[4096];
	ssize_t size;

	while (run->complaints >= 0 && (size = read(run->complaints, text, sizeof(text))) != 0) {
		if (size > 0)
			take_complaint(run, text, (size_t)size);
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			break;
	}
	if (run->complaints >= 0)
		close(run->complaints);
	run->complaints = -1;
}

static int spawn(struct run *run, int complaints)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int result = posix_spawn_file_actions_init(&actions);

	if (result != 0)
		return result;
	result = posix_spawnattr_init(&attributes);
	if (result == 0) {
		sigemptyset(&none);
		sigemptyset(&usual);
		sigaddset(&usual, SIGPIPE);
		sigaddset(&usual, SIGCHLD);
		posix_spawnattr_setsigmask(&attributes, &none);
		posix_spawnattr_setsigdefault(&attributes, &usual);
		posix_spawnattr_setflags(&attributes,
					 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
		/* first, since complaints may be 0 or 1 */
		result = posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
		if (result == 0)
			result = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
								  "/dev/null", O_RDONLY, 0);
		if (result == 0)
			result = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
								  "/dev/null", O_WRONLY, 0);
		if (result == 0)
			result = posix_spawnp(&run->pid, run->arguments->list[0], &actions,
					      &attributes, run->arguments->list, environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

static int start_failed(const struct run *run, int number, struct error *err)
{
	char what[100];

	snprintf(what, sizeof(what), "cannot be started: %.60s", strerror(number));
	return run_failed(run, err, what);
}

static int run_start(struct run *run, struct error *err)
{
	int ends[2], result;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return start_failed(run, errno, err);
	run->complaints = ends[0];
	result = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? errno : spawn(run, ends[1]);
	close(ends[1]);
	return result == 0 ? 0 : start_failed(run, result, err);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Returns 1 if the process ended in time, 0 if it did not, -1 if its end cannot be known. Mostly
 * the end of its standard error tells when to look.
 */
static int wait_for_end(struct run *run, unsigned int timeout, int *status)
{
	int64_t end = milliseconds() + (int64_t)timeout * 1000;
	int pause = 1;

	do {
		struct pollfd polled = { .fd = run->complaints, .events = POLLIN };
		pid_t ended = waitpid(run->pid, status, WNOHANG);

		if (ended != 0)
			return ended > 0 ? 1 : -1;
		pause = pause * 2 < PAUSE_MAX ? pause * 2 : PAUSE_MAX;
		if (poll(&polled, 1, pause) > 0) {
			read_complaints(run);
			pause = 1;
		}
	} while (milliseconds() < end);
	return 0;
}

/* -1: it failed; *stop is set if the next one would too. */
static int run_once(const struct words *arguments, unsigned int timeout, bool *stop,
		    struct error *err)
{
	CLEANUP(run_clear) struct run run = { .arguments = arguments, .complaints = -1 };
	int status = 0, ended;
	char what[60];

	*stop = true;
	if (run_start(&run, err) < 0)
		return -1;
	ended = wait_for_end(&run, timeout, &status);
	if (ended < 0)
		return run_failed(&run, err, "ended, but nobody knows how");
	if (!ended) {
		kill(run.pid, SIGKILL);
		waitpid(run.pid, NULL, 0);
	}
	read_complaints(&run);
	*stop = !ended;
	if (!ended)
		snprintf(what, sizeof(what), "was not done within %u seconds", timeout);
	else if (WIFSIGNALED(status))
		snprintf(what, sizeof(what), "was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		snprintf(what, sizeof(what), "ended with status %d", WEXITSTATUS(status));
	else
		return 0;
	return run_failed(&run, err, what);
}

/* All runs */

int zone_reload(const char *command, const struct domain_name *const *domains, size_t count,
		unsigned int timeout, struct error *err)
{
	CLEANUP(words_clear) struct words words = { 0 };
	size_t per_run, failed = 0;
	struct error first = { 0 };
	bool stop = false;

	if (words_split(&words, command, err) < 0 ||
	    domains_per_run(&words, count, &per_run, err) < 0)
		return -1;
	for (size_t at = 0; at < count && words.count > 0 && !stop; at += per_run) {
		CLEANUP(words_clear) struct words arguments = { 0 };
		size_t size = count - at < per_run ? count - at : per_run;

		if (words_fill(&words, domains + at, size, &arguments, err) < 0)
			return -1;
		if (run_once(&arguments, timeout, &stop, err) == 0)
			continue;
		if (failed++ == 0)
			first = *err;
	}
	if (failed == 0)
		return 0;
	*err = first;
	if (failed > 1)
		return error_set(err, first.code, "%s (%zu runs failed)", first.text, failed);
	return -1;
}
