/*
 * The name of the file that a profile is written to. An address may hold nearly any character, and
 * none of them may lead out of the directory, hide the file, or meet another file where letter case
 * does not count.
 */
#ifndef CMD_PROFILE_FILE_NAME_H
#define CMD_PROFILE_FILE_NAME_H

#include "model/email_address.h"

#define PROFILE_FILE_NAME_SIZE 256 /* bytes, with the NUL */

/*
 * LOCALPART@DOMAIN.mobileconfig, the domain in A-labels. Of the local part letters, digits and -_.+
 * stay, letters in lower case; of every other byte, and of a dot or hyphen at the beginning, "%"
 * and two hexadecimal digits are left. What is longer than 200 bytes before .mobileconfig is cut,
 * and has "~" and 16 letters and digits at its end that tell it from others with the same
 * beginning. ERROR_NO_MEMORY, ERROR_UNAVAILABLE (OpenSSL).
 */
int profile_file_name(const struct email_address *address, char ret[PROFILE_FILE_NAME_SIZE],
		      struct error *err);

#endif
