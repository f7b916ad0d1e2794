/* Settings pages for signpost show: as one file that a browser opens, or as text. */
#ifndef CMD_PAGE_PRINT_H
#define CMD_PAGE_PRINT_H

#include "cmd/command.h"
#include "render/page.h"

/* "page", "page-print", "page-text"; -1: another word. */
int page_print_view(const char *name);

/*
 * Prints the page for subject; --language chooses its language. It has the links of a page made
 * today. Complains. Returns STATUS_DONE or an exit status.
 */
int page_print(const struct invocation *invocation, const struct provider_set *providers,
	       const struct provider_answers *answers, const struct document_subject *subject,
	       enum page_view view);

#endif
