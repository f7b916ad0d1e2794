/* What a scope owns it frees by itself: CLEANUP(x_freep) struct x *x = NULL; */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

/* Defines static name##p(type *) that calls function on what the variable holds, unless it is NULL.
 */
#define DEFINE_CLEANUP(type, function)                                                             \
	static inline void function##p(type *p)                                                    \
	{                                                                                          \
		if (*p)                                                                            \
			function(*p);                                                              \
	}

/* Cleanup for memory of malloc() and strdup(). */
static inline void freep(void *p)
{
	free(*(void **)p);
}

#endif
