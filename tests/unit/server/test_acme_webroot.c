#include "server/acme_webroot.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define NOBODY 65534
#define PLACE ".well-known/acme-challenge"
#define PROOF "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.thumbprint"
#define LONGEST                                                                                    \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                       \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static char root[] = "/tmp/signpost-webroot-XXXXXX";
static char buffer[ACME_FILE_MAX + 1]; /* one more, to see that it is not written to */

static void write_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (size_t i = 0; i < size; i++)
		assert_int_not_equal(fputc(PROOF[i % strlen(PROOF)], file), EOF);
	assert_int_equal(fclose(file), 0);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
	(void)info;
	(void)type;
	(void)walk;
	return remove(path);
}

static int remove_root(void **state)
{
	(void)state;
	return chdir("/") < 0 ? -1 : nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* All that a webroot can have in it; the test's working directory is the challenges'. */
static int make_root(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	if (!mkdtemp(root) || chmod(root, 0755) < 0 || chdir(root) < 0 ||
	    mkdir(".well-known", 0755) < 0 || mkdir(PLACE, 0755) < 0)
		return -1;
	write_file("outside", 5);
	if (chdir(PLACE) < 0)
		return -1;
	write_file("proof", strlen(PROOF));
	write_file("empty", 0);
	write_file("A-z_09", 1);
	write_file(LONGEST, 3);
	write_file("most", ACME_FILE_MAX);
	write_file("more", ACME_FILE_MAX + 1);
	write_file("huge", 100000);
	write_file("unreadable", 3);
	write_file("name.ext", 3);
	if (mkdir("directory", 0755) < 0 || mkfifo("fifo", 0644) < 0 ||
	    symlink("proof", "link") < 0 || symlink("../../outside", "outwards") < 0 ||
	    symlink("/etc/passwd", "absolute") < 0 || symlink("nothing", "dangling") < 0 ||
	    symlink("loop", "loop") < 0 || symlink("directory", "to_directory") < 0 ||
	    link("proof", "hard") < 0 || chmod("unreadable", 0) < 0 ||
	    bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		return -1;
	return close(fd);
}

static void reads(void **state)
{
	static const struct {
		const char *name;
		size_t size;
	} cases[] = {
		{ "proof", sizeof(PROOF) - 1 },
		{ "empty", 0 },
		{ "A-z_09", 1 },
		{ LONGEST, 3 },
		{ "most", ACME_FILE_MAX },
		{ "hard", sizeof(PROOF) - 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error err = { 0 };
		size_t size = 12345;

		memset(buffer, '#', sizeof(buffer));
		if (acme_webroot_read(root, cases[i].name, buffer, &size, &err) < 0)
			fail_msg("%s: %s", cases[i].name, err.text);
		assert_int_equal(size, cases[i].size);
		for (size_t j = 0; j < size; j++)
			assert_int_equal(buffer[j], PROOF[j % strlen(PROOF)]);
		for (size_t j = size; j < sizeof(buffer); j++)
			assert_int_equal(buffer[j], '#');
	}
}

static void check_refused(const char *directory, const char *name, enum error_code code,
			  const char *text)
{
	struct error err = { 0 };
	size_t size = 12345;
	char expected[ERROR_TEXT_SIZE];

	buffer[ACME_FILE_MAX] = '#';
	snprintf(expected, sizeof(expected), "%s/" PLACE "%s", directory, text);
	if (acme_webroot_read(directory, name, buffer, &size, &err) != -1)
		fail_msg("\"%s\" was read", name);
	assert_string_equal(err.text, expected);
	assert_int_equal(err.code, code);
	assert_int_equal(size, 12345);
	assert_int_equal(buffer[ACME_FILE_MAX], '#');
}

static void refuses(void **state)
{
	static const struct {
		const char *name;
		enum error_code code;
		const char *text;
	} cases[] = {
		{ "none", ERROR_NOT_FOUND, "/none: No such file or directory" },
		{ "more", ERROR_TOO_LARGE, "/more: more than 1024 bytes" },
		{ "huge", ERROR_TOO_LARGE, "/huge: more than 1024 bytes" },
		{ "directory", ERROR_IO, "/directory: not a regular file" },
		{ "fifo", ERROR_IO, "/fifo: not a regular file" },
		{ "socket", ERROR_IO, "/socket: not a regular file" },
		{ "link", ERROR_IO, "/link: not a regular file" },
		{ "outwards", ERROR_IO, "/outwards: not a regular file" },
		{ "absolute", ERROR_IO, "/absolute: not a regular file" },
		{ "dangling", ERROR_IO, "/dangling: not a regular file" },
		{ "loop", ERROR_IO, "/loop: not a regular file" },
		{ "to_directory", ERROR_IO, "/to_directory: not a regular file" },
	};
	static const char *const names[] = {
		"",	    ".",       "..",	  "../../outside", "/etc/passwd", "directory/x",
		"name.ext", "proof/",  "proof\n", "pro of",	   LONGEST "a",	  "\xc3\xa9",
		"proof.",   "./proof", "~proof"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_refused(root, cases[i].name, cases[i].code, cases[i].text);
	for (size_t i = 0; i < COUNT(names); i++)
		check_refused(root, names[i], ERROR_NOT_FOUND,
			      ": no file can have the name asked for");
}

/* As somebody whom the file's mode keeps out; root is nobody for a moment. */
static void refuses_what_it_may_not_read(void **state)
{
	uid_t before = (uid_t)setfsuid(geteuid() ? geteuid() : NOBODY);

	(void)state;
	check_refused(root, "unreadable", ERROR_IO, "/unreadable: Permission denied");
	setfsuid(before);
}

/* Each of the directories below is missing, a link, or no directory. */
static void refuses_other_directories(void **state)
{
	char directory[sizeof(root) + 32], place[128];
	static const struct {
		const char *directory;
		const char *target; /* of the link; NULL: a file is there */
		const char *at;	    /* below directory */
		enum error_code code;
		const char *text;
	} cases[] = {
		{ "none", "", "", ERROR_NOT_FOUND, "/proof: No such file or directory" },
		{ "bare", "", "", ERROR_NOT_FOUND, "/proof: No such file or directory" },
		{ "first", "../.well-known", "/.well-known", ERROR_IO, "/proof: Not a directory" },
		{ "second", "../../" PLACE, "/" PLACE, ERROR_IO, "/proof: Not a directory" },
		{ "third", NULL, "/.well-known", ERROR_IO, "/proof: Not a directory" },
		{ "fourth", NULL, "/" PLACE, ERROR_IO, "/proof: Not a directory" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(directory, sizeof(directory), "%s/%s", root, cases[i].directory);
		snprintf(place, sizeof(place), "%s%s", directory, cases[i].at);
		if (i > 0)
			assert_int_equal(mkdir(directory, 0755), 0);
		if (strcmp(cases[i].at, "/" PLACE) == 0) {
			char above[128];

			snprintf(above, sizeof(above), "%s/.well-known", directory);
			assert_int_equal(mkdir(above, 0755), 0);
		}
		if (!cases[i].target)
			write_file(place, 3);
		else if (cases[i].target[0])
			assert_int_equal(symlink(cases[i].target, place), 0);
		check_refused(directory, "proof", cases[i].code, cases[i].text);
	}
}

/* The directory itself belongs to the administrator, who may have a link there. */
static void follows_a_link_to_the_directory(void **state)
{
	char path[sizeof(root) + 8];
	struct error err = { 0 };
	size_t size;

	(void)state;
	snprintf(path, sizeof(path), "%s/here", root);
	assert_int_equal(symlink(root, path), 0);
	assert_int_equal(acme_webroot_read(path, "proof", buffer, &size, &err), 0);
	assert_int_equal(size, strlen(PROOF));
}

/* Asked for a thousand times in every way, it has no descriptor more than before. */
static void keeps_nothing_open(void **state)
{
	static const char *const names[] = { "proof", "none", "more", "fifo", "link", ".." };
	int before = dup(0), after;

	(void)state;
	close(before);
	for (size_t i = 0; i < 1000; i++) {
		struct error err = { 0 };
		size_t size;

		(void)acme_webroot_read(root, names[i % COUNT(names)], buffer, &size, &err);
		(void)acme_webroot_read("/tmp/none", "proof", buffer, &size, &err);
	}
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_what_it_may_not_read),
		cmocka_unit_test(refuses_other_directories),
		cmocka_unit_test(follows_a_link_to_the_directory),
		cmocka_unit_test(keeps_nothing_open),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
