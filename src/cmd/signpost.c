/* signpost: the commands for administrators. Each is in its own cmd_*.c. */
#include "cmd/options.h"
#include "cmd/output.h"

#include <signal.h>

const struct command *const commands[] = {
	&command_check,
	&command_init,
	&command_provider_list,
	&command_provider_show,
	&command_provider_import,
	&command_domain_add,
	&command_domain_import,
	&command_domain_remove,
	&command_domain_list,
	&command_domain_export,
	&command_domain_show,
	&command_link,
	&command_show,
	&command_profile,
	&command_dns_records,
	&command_dns_zone,
	&command_dns_diff,
	&command_dns_publish,
	&command_dns_verify,
	&command_dns_undo,
	NULL,
};

int main(int argc, char **argv)
{
	struct invocation invocation;
	int status;

	/* A reader that goes away must not kill an import half-way. */
	signal(SIGPIPE, SIG_IGN);
	status = options_parse(argc, argv, &invocation);
	if (status != STATUS_DONE)
		return status;
	if (invocation.help)
		options_help(&invocation);
	else if (invocation.version)
		output_text("signpost " SIGNPOST_VERSION "\n");
	else
		status = invocation.command->run(&invocation);
	return output_finish(status);
}
