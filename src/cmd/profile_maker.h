/* What signpost profile and signpost show have in common: profiles as HTTP answers them, signed. */
#ifndef CMD_PROFILE_MAKER_H
#define CMD_PROFILE_MAKER_H

#include "render/document.h"
#include "sign/profile_signer.h"

struct profile_maker {
	const struct provider_set *providers; /* not owned */
	struct profile_signer *signer;	      /* NULL: profiles are left unsigned */
};

/*
 * Loads what profiles are signed with, unless they are wanted unsigned or the configuration has
 * nothing. Complains. Returns STATUS_DONE, or an exit status for a pair that cannot be used. To be
 * closed in either case.
 */
int profile_maker_open(struct profile_maker *maker, const struct provider_set *providers,
		       bool wanted_unsigned);
void profile_maker_close(struct profile_maker *maker);

/*
 * The words of --content and --language; NULL is the usual one. Complains. Returns STATUS_DONE or
 * STATUS_USAGE.
 */
int profile_maker_choose(const struct provider_set *providers, const char *content,
			 const char *language, struct document_choice *ret);

/*
 * Makes one profile. Errors as document_make(), and ERROR_UNAVAILABLE: the certificate expired
 * meanwhile; ERROR_IO: it cannot be signed. The caller frees ret->bytes.
 */
int profile_maker_make(const struct profile_maker *maker, const struct provider_answers *answers,
		       const struct document_choice *choice, const struct document_subject *subject,
		       struct document *ret, struct error *err);

#endif
