/* A response on its way into libmicrohttpd: its headers, and the signature of a profile. */
#ifndef SERVER_ANSWER_SEND_H
#define SERVER_ANSWER_SEND_H

#include "http/http_response.h"
#include "server/metrics.h"
#include "server/snapshot.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/* What signing remembers, of one worker. All zero at the beginning. */
struct answer_signer {
	int64_t complained; /* when of an unsigned profile: nanoseconds, 0: never */
};

/*
 * Signs the profile that response holds, if the snapshot has a signer. One that cannot be signed
 * stays as it is: it works, with a warning on the device. The log hears of it once a minute.
 */
void answer_sign(struct answer_signer *signer, const struct snapshot *snapshot,
		 struct metrics_worker *metrics, struct http_response *response);

/*
 * Queues response, whose owned body is taken over in any case; close tells the client that the
 * connection ends with it. MHD_NO: no memory, or libmicrohttpd does not want it.
 */
enum MHD_Result answer_send(struct MHD_Connection *connection, const struct http_response *response,
			    bool close);

#endif
