/* Reads the mtaSts element of a provider document. */
#ifndef MODEL_MTA_STS_POLICY_READ_H
#define MODEL_MTA_STS_POLICY_READ_H

#include "model/provider_reader.h"

/*
 * For tables of provider_walk(): reader->provider gets the policy, context is not used. Whatever is
 * wrong in it is an error: a policy that says something else than was meant keeps mail back.
 */
void mta_sts_policy_read(struct provider_reader *reader, xmlNode *node, void *context);

#endif
