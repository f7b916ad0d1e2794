/*
 * The lock of who publishes, between processes: others are this program run again, since a
 * connection of SQLite must not be carried through a fork.
 */
#include "place.h"

#include "store/dns_change.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* Another process that holds the lock, or was told that somebody does. */
struct holder {
	pid_t process;
	int in, out; /* it ends when it reads a byte; 'u': it gives the lock back and tells first */
	char text[ERROR_TEXT_SIZE]; /* what it says: "" if it holds the lock */
};

/* The other process. Whatever it holds goes with it. */
static int hold(const char *url)
{
	CLEANUP(store_closep) struct store *store = NULL;
	struct store_lock *lock = NULL; /* not given back but by 'u' */
	struct error err = { 0 };
	char byte;

	if (store_open(url, STORE_WRITE, &store, &err) < 0)
		return 1;
	if (store_lock(store, &lock, &err) < 0 && err.text[0] == '\0')
		return 2;
	if (write(STDOUT_FILENO, err.text, strlen(err.text) + 1) < 1 ||
	    read(STDIN_FILENO, &byte, 1) != 1)
		return 3;
	if (byte == 'u') {
		store_unlock(lock);
		if (write(STDOUT_FILENO, "", 1) != 1 || read(STDIN_FILENO, &byte, 1) != 1)
			return 4;
	}
	_exit(0);
}

static struct holder holder_start(const struct place *place)
{
	struct holder holder = { 0 };
	char program[256] = "";
	int in[2], out[2];
	size_t length = 0;

	assert_true(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	holder.process = fork();
	assert_true(holder.process >= 0);
	if (holder.process == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl(program, program, place->url, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	holder.in = in[1];
	holder.out = out[0];
	do {
		assert_int_equal(read(holder.out, holder.text + length, 1), 1);
	} while (holder.text[length++]);
	return holder;
}

static void holder_end(struct holder *holder, int sign)
{
	int status;

	if (sign)
		kill(holder->process, sign);
	else
		assert_int_equal(write(holder->in, "x", 1), 1);
	assert_int_equal(waitpid(holder->process, &status, 0), holder->process);
	assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, sign);
	assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : 0, 0);
	close(holder->in);
	close(holder->out);
}

static void assert_held(const struct place *place, struct store *store, pid_t process)
{
	struct store_lock *lock = NULL;
	struct error err = { 0 };
	char wanted[256];

	assert_int_equal(store_lock(store, &lock, &err), -1);
	assert_null(lock);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	snprintf(wanted, sizeof(wanted),
		 "/signpost.db-lock: is held by process %d, which publishes; try again when it has "
		 "ended",
		 (int)process);
	assert_string_equal(place_text(place, err.text), wanted);
}

static struct store_lock *lock_taken(struct store *store)
{
	struct store_lock *lock = NULL;
	struct error err = { 0 };

	if (store_lock(store, &lock, &err) < 0)
		fail_msg("%s", err.text);
	return lock;
}

static void ends_with_its_process(void **state)
{
	static const int ends[] = { 0, SIGKILL, SIGTERM, 0 };
	const struct place *place = *state;
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_CREATE);
	char names[512];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct holder holder = holder_start(place);

		assert_string_equal(holder.text, "");
		assert_held(place, store, holder.process);
		holder_end(&holder, ends[i]);
		store_unlock(lock_taken(store));
	}
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "signpost.db signpost.db-lock signpost.db-shm signpost.db-wal ");
	store_unlock(NULL);
}

static void is_given_back(void **state)
{
	const struct place *place = *state;
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_CREATE);
	struct holder holder = holder_start(place);
	struct store_lock *lock;
	char byte;

	assert_held(place, store, holder.process);
	assert_int_equal(write(holder.in, "u", 1), 1);
	assert_int_equal(read(holder.out, &byte, 1), 1);
	lock = lock_taken(store); /* while the other one lives on */
	holder_end(&holder, 0);
	holder = holder_start(place); /* now it is the other one that is told */
	assert_non_null(strstr(holder.text, "signpost.db-lock: is held by process "));
	holder_end(&holder, 0);
	store_unlock(lock);
}

/* A command that a publisher starts does not keep the lock when the publisher is gone. */
static void a_child_does_not_hold_it(void **state)
{
	const struct place *place = *state;
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_CREATE);
	struct store_lock *lock = lock_taken(store);
	struct holder other;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause(); /* with all descriptors, and without end */
	}
	store_unlock(lock);
	other = holder_start(place);
	assert_string_equal(other.text, "");
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_held(place, store, other.process); /* its end takes it from nobody */
	holder_end(&other, 0);
}

/* Who publishes keeps nobody from changing domains, and SQLite's locks are not touched. */
static void keeps_nobody_from_writing(void **state)
{
	const struct place *place = *state;
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_CREATE);
	struct holder holder = holder_start(place);
	struct store_lock *lock;

	put_alone(place, "a.example", "one");
	batch_begin(store);
	put(store, "b.example", "one");
	holder_end(&holder, 0);
	lock = lock_taken(store);
	store_unlock(lock);
	holder = holder_start(place);
	put(store, "c.example", "one");
	batch_commit(store);
	holder_end(&holder, SIGKILL);
}

/* Whoever may write the store may publish. */
static void has_the_mode_of_the_store(void **state)
{
	const struct place *place = *state;
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_CREATE);
	mode_t mask = umask(077);
	struct stat info;
	char path[160];

	snprintf(path, sizeof(path), "%s-lock", place->path);
	assert_int_equal(chmod(place->path, 0664), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(place->path, 65534, 65534), 0);
	store_unlock(lock_taken(store));
	umask(mask);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode, S_IFREG | 0664);
	assert_int_equal(info.st_size, 0);
	if (geteuid() == 0)
		assert_int_equal(info.st_uid, 65534);
}

static void make_directory(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void make_link(const char *path)
{
	assert_int_equal(symlink("nowhere", path), 0);
}

static void tells_why_it_cannot(void **state)
{
	static const struct {
		void (*make)(const char *path);
		const char *text;
	} cases[] = {
		{ make_directory, "/signpost.db-lock: cannot open it: Is a directory" },
		{ make_link,
		  "/signpost.db-lock: cannot open it: Too many levels of symbolic links" },
	};
	const struct place *place = *state;
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_CREATE);
	char path[160];

	snprintf(path, sizeof(path), "%s-lock", place->path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct store_lock *lock = NULL;
		struct error err = { 0 };

		cases[i].make(path);
		assert_int_equal(store_lock(store, &lock, &err), -1);
		assert_null(lock);
		assert_int_equal(err.code, ERROR_IO);
		assert_string_equal(place_text(place, err.text), cases[i].text);
		assert_true(unlink(path) == 0 || rmdir(path) == 0);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(ends_with_its_process),     PLACE_TEST(is_given_back),
		PLACE_TEST(a_child_does_not_hold_it),  PLACE_TEST(keeps_nobody_from_writing),
		PLACE_TEST(has_the_mode_of_the_store), PLACE_TEST(tells_why_it_cannot),
	};

	if (argc == 2)
		return hold(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
