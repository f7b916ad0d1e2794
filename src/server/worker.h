/* One thread that serves: its own sockets, its own libmicrohttpd daemon, its own log. */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include "server/listener.h"
#include "server/shared.h"
#include "server/snapshot.h"

struct worker;

/*
 * Opens the sockets of worker number (from 0) and starts the thread, which answers from snapshot (a
 * reference is taken). shared must outlive it. On failure nothing is left behind.
 */
int worker_start(const struct listener_set *listeners, const struct shared *shared, size_t number,
		 struct snapshot *snapshot, struct worker **ret, struct error *err);

/* Answers come from snapshot (a reference is taken) from the worker's next turn on, at once. */
void worker_publish(struct worker *worker, struct snapshot *snapshot);

/*
 * Whether the worker has turned since the last call; asks it to turn once more. True at the first.
 */
bool worker_is_alive(struct worker *worker);

/* Asks the worker to accept nothing new, to finish what is under way, and to end. */
void worker_stop(struct worker *worker);

/* Waits for its end and frees it. After worker_stop(). NULL is accepted. */
void worker_join(struct worker *worker);

#endif
