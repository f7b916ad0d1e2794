/*
 * What Thunderbird for Android imports by "Scan QR code": format version 1 of its
 * feature/migration/qrcode/qr-code-format.md (2025-02-06), without a password. It is JSON in one
 * line:
 * [1,[1,1],[PROTOCOL,"HOST",PORT,SECURITY,AUTH,"USER"],[[[0,"HOST",PORT,SECURITY,AUTH,"USER"],
 * ["ADDRESS","NAME"]]]].
 *
 * PROTOCOL: 0 IMAP (and SMTP), 1 POP3. SECURITY: 0 plain, 2 STARTTLS, 3 TLS. AUTH: 0 none, 1
 * password, 2 encrypted password, 5 client certificate, 6 OAuth2; 3 (GSSAPI) and 4 (NTLM) are of
 * the format, but the program refuses a whole code for them (payload/IntValueMapper.kt).
 */
#ifndef RENDER_THUNDERBIRD_QR_H
#define RENDER_THUNDERBIRD_QR_H

#include "model/email_address.h"
#include "model/email_provider.h"
#include "render/template.h"

#include <stdbool.h>

/*
 * *ret has the holes of the address, JSON-escaped; NULL without an error: the provider has no
 * incoming or no outgoing server that the program understands. The user name is "" where none is
 * needed. The address is its own display name: the program wants one, and the person's is not
 * known. The caller frees *ret.
 */
int thunderbird_qr_compile(const struct email_provider *provider, struct template **ret,
			   struct error *err);

/*
 * The address as the program takes it, ASCII alone: as it was sent, but for an internationalised
 * domain, which becomes A-labels. False: there is no code for it, since its local part is not
 * ASCII, or begins or ends with a dot or has two in a row, or the whole is over 254 bytes; *ret is
 * untouched then.
 */
bool thunderbird_qr_address(const struct email_address *address, struct email_address *ret);

#endif
