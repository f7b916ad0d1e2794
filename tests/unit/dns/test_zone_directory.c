/* Files for name servers: written whole or not at all; and the command that tells the server. */
#include "dns/zone_directory.h"

#include "temporary.h"
#include "zone_words.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define TEXT_SIZE 2048

static struct zone_directory *open_at(const char *path)
{
	struct zone_directory *directory = NULL;
	struct error err = { 0 };

	if (zone_directory_open(path, &directory, &err) < 0)
		fail_msg("%s", err.text);
	return directory;
}

static void write_zone(struct zone_directory *directory, const char *name, const char *text)
{
	struct domain_name domain = domain_of(name);
	struct error err = { 0 };

	if (zone_directory_write(directory, &domain, text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
}

static void commit(struct zone_directory *directory)
{
	struct error err = { 0 };

	if (zone_directory_commit(directory, &err) < 0)
		fail_msg("%s", err.text);
}

/* What stands in a domain's file, or the error in brackets without the path. */
static const char *read_zone(struct zone_directory *directory, const char *path, const char *name,
			     char ret[TEXT_SIZE])
{
	struct domain_name domain = domain_of(name);
	CLEANUP(freep) char *text = NULL;
	struct error err = { 0 };
	size_t size = 0;

	if (zone_directory_read(directory, &domain, &text, &size, &err) < 0) {
		snprintf(ret, TEXT_SIZE, "[%d %s]", (int)err.code, temporary_text(path, err.text));
		return ret;
	}
	assert_int_equal(strlen(text), size);
	snprintf(ret, TEXT_SIZE, "%s", text);
	return ret;
}

static unsigned int mode_of(const char *path, const char *name)
{
	char file[256];
	struct stat info;

	snprintf(file, sizeof(file), "%s/%s", path, name);
	assert_int_equal(stat(file, &info), 0);
	return info.st_mode & 07777;
}

static void writes_at_the_commit(void **state)
{
	const char *path = *state;
	CLEANUP(zone_directory_closep) struct zone_directory *directory = open_at(path);
	char text[TEXT_SIZE];
	mode_t mask = umask(022);

	assert_string_equal(read_zone(directory, path, "a.example", text),
			    "[4 /a.example.zone: No such file or directory]");
	commit(directory); /* of nothing */
	write_zone(directory, "a.example", "one\n");
	write_zone(directory, "b.example", "");
	assert_string_equal(read_zone(directory, path, "a.example", text),
			    "[4 /a.example.zone: No such file or directory]");
	commit(directory);
	temporary_list(path, text, sizeof(text));
	assert_string_equal(text, "a.example.zone b.example.zone ");
	assert_int_equal(mode_of(path, "a.example.zone"), 0640);
	assert_string_equal(read_zone(directory, path, "a.example", text), "one\n");
	assert_string_equal(read_zone(directory, path, "b.example", text), "");

	/* the later one of two counts */
	write_zone(directory, "a.example", "two\n");
	write_zone(directory, "a.example", "three\n");
	assert_string_equal(read_zone(directory, path, "a.example", text), "one\n");
	commit(directory);
	assert_string_equal(read_zone(directory, path, "a.example", text), "three\n");
	temporary_list(path, text, sizeof(text));
	assert_string_equal(text, "a.example.zone b.example.zone ");
	umask(mask);
}

static void keeps_the_mode(void **state)
{
	const char *path = *state;
	CLEANUP(zone_directory_closep) struct zone_directory *directory = open_at(path);
	char file[256], text[TEXT_SIZE];

	temporary_write(path, "a.example.zone", "old");
	snprintf(file, sizeof(file), "%s/a.example.zone", path);
	assert_int_equal(chmod(file, 0664), 0);
	write_zone(directory, "a.example", "new");
	commit(directory);
	assert_int_equal(mode_of(path, "a.example.zone"), 0664);
	assert_string_equal(read_zone(directory, path, "a.example", text), "new");
}

static void drops_what_is_not_committed(void **state)
{
	const char *path = *state;
	struct zone_directory *directory = open_at(path);
	char text[TEXT_SIZE];

	temporary_write(path, "a.example.zone", "old");
	write_zone(directory, "a.example", "new");
	write_zone(directory, "b.example", "new");
	zone_directory_close(directory);
	temporary_list(path, text, sizeof(text));
	assert_string_equal(text, "a.example.zone ");
	directory = open_at(path);
	assert_string_equal(read_zone(directory, path, "a.example", text), "old");
	zone_directory_close(directory);
}

/* A run that was killed leaves temporary files; the next one that writes deletes them, no other. */
static void deletes_what_was_left_behind(void **state)
{
	const char *path = *state;
	CLEANUP(zone_directory_closep) struct zone_directory *directory = NULL;
	struct error err = { 0 };
	char text[TEXT_SIZE];
	pid_t child = fork();
	int status;

	if (child == 0) {
		directory = open_at(path);
		write_zone(directory, "a.example", "new");
		write_zone(directory, "b.example", "new");
		kill(getpid(), SIGKILL);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	temporary_write(path, ".signpost-x.tmp", "");
	temporary_write(path, ".signpost-.tmp", "");
	temporary_write(path, ".signpost-1.tmp~", "");
	temporary_list(path, text, sizeof(text));
	assert_string_equal(text, ".signpost-.tmp .signpost-0.tmp .signpost-1.tmp "
				  ".signpost-1.tmp~ .signpost-x.tmp ");
	directory = open_at(path);
	temporary_list(path, text, sizeof(text)); /* who only reads changes nothing */
	assert_non_null(strstr(text, " .signpost-0.tmp "));
	assert_int_equal(zone_directory_begin(directory, &err), 0);
	temporary_list(path, text, sizeof(text));
	assert_string_equal(text, ".signpost-.tmp .signpost-1.tmp~ .signpost-x.tmp ");
}

static void lets_one_process_write(void **state)
{
	const char *path = *state;
	CLEANUP(zone_directory_closep) struct zone_directory *other = open_at(path);
	struct zone_directory *directory = open_at(path);
	struct domain_name domain = domain_of("a.example");
	struct error err = { 0 };
	char text[TEXT_SIZE];

	write_zone(directory, "a.example", "new");
	assert_int_equal(zone_directory_write(other, &domain, "x", 1, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_string_equal(temporary_text(path, err.text),
			    ": another process is writing files there");
	assert_string_equal(read_zone(other, path, "a.example", text),
			    "[4 /a.example.zone: No such file or directory]");
	commit(directory);
	zone_directory_close(directory);
	write_zone(other, "a.example", "newer");
	commit(other);
	assert_string_equal(read_zone(other, path, "a.example", text), "newer");
}

static void leaves_a_servers_own_zones(void **state)
{
	static const char wanted[] =
		"/a.example.zone.jnl is there: the name server changes this zone by itself, so "
		"publish it by updates (dns.publish = update)";
	const char *path = *state;
	CLEANUP(zone_directory_closep) struct zone_directory *directory = open_at(path);
	struct domain_name domain = domain_of("a.example");
	struct error err = { 0 };
	CLEANUP(freep) char *text = NULL;
	size_t size;

	temporary_write(path, "a.example.zone", "old");
	temporary_write(path, "a.example.zone.jnl", "");
	assert_int_equal(zone_directory_read(directory, &domain, &text, &size, &err), -1);
	assert_int_equal(err.code, ERROR_CONFLICT);
	assert_string_equal(temporary_text(path, err.text), wanted);
	assert_int_equal(zone_directory_write(directory, &domain, "x", 1, &err), -1);
	assert_int_equal(err.code, ERROR_CONFLICT);
	assert_string_equal(temporary_text(path, err.text), wanted);
	write_zone(directory, "b.example", "new");
	commit(directory);
}

static void wants_a_directory(void **state)
{
	static const struct {
		const char *name, *error;
		enum error_code code;
	} cases[] = {
		{ "none", "/none: No such file or directory", ERROR_NOT_FOUND },
		{ "file", "/file: Not a directory", ERROR_IO },
	};
	const char *path = *state;

	temporary_write(path, "file", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct zone_directory *directory = NULL;
		struct error err = { 0 };
		char name[256];

		snprintf(name, sizeof(name), "%s/%s", path, cases[i].name);
		assert_int_equal(zone_directory_open(name, &directory, &err), -1);
		assert_null(directory);
		assert_string_equal(temporary_text(path, err.text), cases[i].error);
		assert_int_equal(err.code, cases[i].code);
	}
}

/* One sentence, and it can still be read. Root may write everywhere, so somebody else has to try.
 */
static void cannot_write_everywhere(void **state)
{
	const char *path = *state;
	CLEANUP(zone_directory_closep) struct zone_directory *directory = NULL;
	struct domain_name domain = domain_of("a.example");
	struct error err = { 0 };
	bool root = geteuid() == 0;
	char text[TEXT_SIZE];
	int result;

	temporary_write(path, "a.example.zone", "old");
	assert_int_equal(chmod(path, 0555), 0);
	if (root)
		assert_int_equal(seteuid(65534), 0);
	directory = open_at(path);
	result = zone_directory_write(directory, &domain, "x", 1, &err);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(result, -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(temporary_text(path, err.text),
			    ": files cannot be written there: Permission denied");
	assert_string_equal(read_zone(directory, path, "a.example", text), "old");
}

/* As on a full disk: the file that does not fit is told, the others are written. */
static void survives_a_file_that_does_not_fit(void **state)
{
	const char *path = *state;
	CLEANUP(zone_directory_closep) struct zone_directory *directory = open_at(path);
	struct domain_name domain = domain_of("b.example");
	CLEANUP(freep) char *large = calloc(1, 100000);
	struct rlimit before, limit;
	struct error err = { 0 };
	char text[TEXT_SIZE];
	int result;

	assert_non_null(large);
	temporary_write(path, "b.example.zone", "old");
	write_zone(directory, "a.example", "new");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){ 50000, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	result = zone_directory_write(directory, &domain, large, 100000, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(result, -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(temporary_text(path, err.text),
			    "/b.example.zone stays as it was: File too large");
	commit(directory);
	assert_string_equal(read_zone(directory, path, "a.example", text), "new");
	assert_string_equal(read_zone(directory, path, "b.example", text), "old");
	temporary_list(path, text, sizeof(text));
	assert_string_equal(text, "a.example.zone b.example.zone ");
}

/* What fails in the middle is told with its number; no temporary file stays. */
static void tells_how_far_it_came(void **state)
{
	const char *path = *state;
	CLEANUP(zone_directory_closep) struct zone_directory *directory = open_at(path);
	struct error err = { 0 };
	char text[TEXT_SIZE], name[256];

	write_zone(directory, "a.example", "new");
	write_zone(directory, "b.example", "new");
	write_zone(directory, "c.example", "new");
	snprintf(name, sizeof(name), "%s/b.example.zone", path);
	assert_int_equal(mkdir(name, 0700), 0); /* no file can take its place */
	assert_int_equal(zone_directory_commit(directory, &err), -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(temporary_text(path, err.text),
			    "/b.example.zone stays as it was, after 1 of 3 files were replaced: "
			    "Is a directory");
	temporary_list(path, text, sizeof(text));
	assert_string_equal(text, "a.example.zone b.example.zone ");
}

/* The reload command */

/* A script in the directory that appends its arguments to "log" and does what body says. */
static void write_script(const char *path, const char *body)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	char name[256];

	bytes_append_format(&text, "#!/bin/sh\nprintf '[%%s]' \"$@\" >>%s/log; echo >>%s/log\n%s\n",
			    path, path, body);
	assert_false(text.failed);
	temporary_write(path, "reload", text.data);
	snprintf(name, sizeof(name), "%s/reload", path);
	assert_int_equal(chmod(name, 0700), 0);
}

/* Runs "PATH/reload ARGUMENTS" for count domains d0.example and so on. Returns what was run; the
 * error goes to *err without the path. Both are the caller's. */
static char *reload(const char *path, const char *arguments, size_t count, unsigned int timeout,
		    struct error *err)
{
	CLEANUP(freep) struct domain_name *domains = calloc(count + 1, sizeof(*domains));
	CLEANUP(freep) const struct domain_name **list = calloc(count + 1, sizeof(*list));
	char command[400], name[256], *ret = calloc(1, 16 * 1024);
	FILE *file;

	assert_true(domains && list && ret);
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "d%zu.example", i);
		domains[i] = domain_of(name);
		list[i] = &domains[i];
	}
	snprintf(command, sizeof(command), "%s/reload %s", path, arguments);
	if (zone_reload(command, list, count, timeout, err) < 0)
		temporary_text(path, err->text);
	snprintf(name, sizeof(name), "%s/log", path);
	file = fopen(name, "r");
	if (file) {
		assert_true(fread(ret, 1, 16 * 1024 - 1, file) < 16 * 1024 - 1);
		fclose(file);
		assert_int_equal(unlink(name), 0);
	}
	return ret;
}

static void runs_for_each_or_many(void **state)
{
	static const struct {
		const char *arguments;
		size_t count;
		const char *log, *error;
	} cases[] = {
		{ "zones", 3, "[zones]\n", "" },
		{ "zones", 0, "", "" },
		{ "\t a  'b' $HOME *\t", 1, "[a]['b'][$HOME][*]\n", "" },
		{ "zone %ZONE%", 2, "[zone][d0.example]\n[zone][d1.example]\n", "" },
		{ "--zone=%ZONE%,%ZONE%. %", 1, "[--zone=d0.example,d0.example.][%]\n", "" },
		{ "zones %ZONES% now", 3, "[zones][d0.example][d1.example][d2.example][now]\n",
		  "" },
		{ "%ZONES%", 0, "", "" },
		{ "x%ZONES%", 1, "",
		  "the reload command has %ZONES% inside of the word \"x%ZONES%\": it stands "
		  "alone" },
		{ "%ZONE% %ZONES%", 1, "", "the reload command has both %ZONE% and %ZONES%" },
	};
	const char *path = *state;

	write_script(path, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *log = NULL;
		struct error err = { 0 };

		log = reload(path, cases[i].arguments, cases[i].count, 60, &err);
		assert_string_equal(log, cases[i].log);
		assert_string_equal(err.text, cases[i].error);
	}
}

static void runs_for_a_hundred_at_once(void **state)
{
	CLEANUP(freep) char *log = NULL;
	struct error err = { 0 };
	size_t runs = 0, words = 0;

	write_script(*state, "");
	log = reload(*state, "%ZONES%", 205, 60, &err);
	for (const char *at = log; *at; at++) {
		runs += *at == '\n';
		words += *at == '[';
	}
	assert_int_equal(runs, 3);
	assert_int_equal(words, 205);
	assert_string_equal(err.text, "");
}

static void tells_what_went_wrong(void **state)
{
	static const struct {
		const char *body, *arguments;
		size_t count;
		const char *error;
	} cases[] = {
		{ "exit 0", "", 1, "" },
		{ "echo unheard; echo too >&2", "", 1, "" },
		{ "exit 3", "zone %ZONE%", 1,
		  "the reload command \"/reload zone d0.example\" ended with status 3" },
		{ "echo out; printf '\\n  bad\\tzone \\nmore\\n' >&2; exit 1", "", 1,
		  "the reload command \"/reload\" ended with status 1: bad?zone" },
		{ "printf 'b\\303\\244d' >&2; exit 1", "", 1,
		  "the reload command \"/reload\" ended with status 1: b??d" },
		{ "kill -9 $$", "", 1, "the reload command \"/reload\" was ended by signal 9" },
		/* others are told of their files all the same */
		{ "[ $1 = d1.example ] || exit 1", "%ZONE%", 3,
		  "the reload command \"/reload d0.example\" ended with status 1 (2 runs "
		  "failed)" },
		/* nobody reads what it says, but it can go on */
		{ "head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1", "", 1,
		  "the reload command \"/reload\" ended with status 1: "
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
		/* it has no input, and may close its error output */
		{ "read line && exit 1; exec 2>&-; exit 4", "", 1,
		  "the reload command \"/reload\" ended with status 4" },
		/* signals are as usual */
		{ "kill -13 $$", "", 1, "the reload command \"/reload\" was ended by signal 13" },
	};
	const char *path = *state;

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *log = NULL;
		struct error err = { 0 };

		write_script(path, cases[i].body);
		log = reload(path, cases[i].arguments, cases[i].count, 60, &err);
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(err.code, *cases[i].error ? ERROR_IO : ERROR_NONE);
	}
	signal(SIGPIPE, SIG_DFL);
}

/* Under valgrind posix_spawn() is a plain fork(), which cannot tell that nothing was started. */
static bool spawn_tells(void)
{
	char none[] = "/none", *arguments[] = { none, NULL };
	pid_t child;

	if (posix_spawn(&child, none, NULL, NULL, arguments, environ) == ENOENT)
		return true;
	assert_int_equal(waitpid(child, NULL, 0), child);
	return false;
}

static void cannot_start_what_is_not_there(void **state)
{
	CLEANUP(freep) char *log = NULL;
	struct domain_name domain = domain_of("a.example");
	const struct domain_name *list[] = { &domain, &domain };
	struct error err = { 0 };
	char name[256];

	if (!spawn_tells())
		return;
	log = reload(*state, "%ZONE%", 2, 60, &err);
	assert_string_equal(err.text, "the reload command \"/reload d0.example\" cannot be "
				      "started: No such file or directory");
	snprintf(name, sizeof(name), "%s/reload", (const char *)*state);
	temporary_write(*state, "reload", "no program");
	assert_int_equal(zone_reload(name, list, 1, 60, &err), -1);
	assert_string_equal(temporary_text(*state, err.text),
			    "the reload command \"/reload\" cannot be started: Permission denied");
	/* no command, no fault; a name without a slash is looked for in PATH */
	err = (struct error){ 0 };
	assert_int_equal(zone_reload(" ", list, 2, 60, &err), 0);
	assert_int_equal(zone_reload("true %ZONE%", list, 2, 60, &err), 0);
	assert_string_equal(err.text, "");
}

/* Whoever hangs is ended, and no other is started. What it has left running keeps nobody waiting.
 */
static void waits_only_so_long(void **state)
{
	const char *path = *state;
	CLEANUP(freep) char *log = NULL, *second = NULL;
	struct error err = { 0 };
	time_t begin = time(NULL);
	char name[256];

	snprintf(name, sizeof(name), "%s/fifo", path);
	assert_int_equal(mkfifo(name, 0600), 0);
	write_script(path, "echo slow >&2; exec <${0%/*}/fifo");
	log = reload(path, "%ZONE%", 2, 1, &err);
	assert_string_equal(log, "[d0.example]\n");
	assert_string_equal(err.text, "the reload command \"/reload d0.example\" was not done "
				      "within 1 seconds: slow");
	err = (struct error){ 0 };
	write_script(path, "(read x <${0%/*}/fifo) & exit 0");
	second = reload(path, "%ZONES%", 2, 60, &err);
	assert_string_equal(err.text, "");
	assert_true(time(NULL) - begin < 50);
	/* lets it end: opening waits until it reads */
	assert_int_equal(close(open(name, O_WRONLY)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEMPORARY_TEST(writes_at_the_commit),
		TEMPORARY_TEST(keeps_the_mode),
		TEMPORARY_TEST(drops_what_is_not_committed),
		TEMPORARY_TEST(deletes_what_was_left_behind),
		TEMPORARY_TEST(lets_one_process_write),
		TEMPORARY_TEST(leaves_a_servers_own_zones),
		TEMPORARY_TEST(wants_a_directory),
		TEMPORARY_TEST(cannot_write_everywhere),
		TEMPORARY_TEST(survives_a_file_that_does_not_fit),
		TEMPORARY_TEST(tells_how_far_it_came),
		TEMPORARY_TEST(runs_for_each_or_many),
		TEMPORARY_TEST(runs_for_a_hundred_at_once),
		TEMPORARY_TEST(tells_what_went_wrong),
		TEMPORARY_TEST(cannot_start_what_is_not_there),
		TEMPORARY_TEST(waits_only_so_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
