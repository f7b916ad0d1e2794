/* Which of a document's servers are given out. */
#ifndef MODEL_EMAIL_PROVIDER_CHOOSE_H
#define MODEL_EMAIL_PROVIDER_CHOOSE_H

#include "model/email_provider.h"
#include "model/provider_reader.h"

/*
 * Sets the pointers of reader->provider to its servers, which are complete. line is where its
 * emailProvider begins. An error if nothing is left to receive or to send with, unless a faulty
 * section (incoming_failed, outgoing_failed) is why and has been reported; a warning for a plain
 * server.
 */
void email_provider_choose(struct provider_reader *reader, long line, bool incoming_failed,
			   bool outgoing_failed);

#endif
