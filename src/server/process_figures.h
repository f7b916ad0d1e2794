/* What the process uses of the machine. */
#ifndef SERVER_PROCESS_FIGURES_H
#define SERVER_PROCESS_FIGURES_H

#include <stdint.h>

struct process_figures {
	int64_t cpu_microseconds; /* of all threads, in user and kernel mode */
	int64_t resident_bytes;	  /* 0: not known, for want of /proc or of a descriptor */
	int64_t descriptors;	  /* that are open */
	int64_t descriptors_max;  /* the limit; -1: none */
};

void process_figures_read(struct process_figures *ret);

#endif
