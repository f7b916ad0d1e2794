#include "server/deadline_list.h"

#include "server/clock.h"

void deadline_stop(struct deadline *deadline)
{
	struct deadline_list *list = deadline->list;

	if (!list)
		return;
	*(deadline->before ? &deadline->before->behind : &list->first) = deadline->behind;
	*(deadline->behind ? &deadline->behind->before : &list->last) = deadline->before;
	list->count--;
	deadline->list = NULL;
}

void deadline_start(struct deadline_list *list, struct deadline *deadline)
{
	deadline_stop(deadline);
	deadline->since = clock_ns();
	deadline->list = list;
	deadline->before = list->last;
	deadline->behind = NULL;
	*(deadline->before ? &deadline->before->behind : &list->first) = deadline;
	list->last = deadline;
	list->count++;
}

struct deadline *deadline_over(const struct deadline_list *list, int64_t longest)
{
	return list->first && clock_ns() - list->first->since > longest ? list->first : NULL;
}

int64_t deadline_next(const struct deadline_list *list, int64_t longest)
{
	int64_t left;

	if (!list->first)
		return -1;
	left = list->first->since + longest - clock_ns();
	return left < 0 ? 0 : left / 1000000 + 1;
}
