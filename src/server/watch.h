/* What a worker's loop waits for: a descriptor, and whom to call when something is there. */
#ifndef SERVER_WATCH_H
#define SERVER_WATCH_H

#include <stdint.h>

/*
 * Part of what owns the descriptor; epoll's data.ptr. Several events are fetched at once, so
 * whoever has a watch is not freed before the loop's turn is over.
 */
struct watch {
	void (*ready)(struct watch *watch, uint32_t events); /* events as of epoll_ctl(2) */
};

#endif
