/* Reads what a clientConfig document has for people: names and pages. */
#ifndef MODEL_PROVIDER_DOCUMENT_READ_H
#define MODEL_PROVIDER_DOCUMENT_READ_H

#include "model/provider_reader.h"

/* For tables of provider_walk(): reader->provider gets what is read, context is not used. */
void provider_read_display_name(struct provider_reader *reader, xmlNode *node, void *context);
void provider_read_short_name(struct provider_reader *reader, xmlNode *node, void *context);
void provider_read_documentation(struct provider_reader *reader, xmlNode *node, void *context);
void provider_read_enable(struct provider_reader *reader, xmlNode *node, void *context);
void provider_read_webmail(struct provider_reader *reader, xmlNode *node, void *context);

#endif
