/* io/cli/main.c - touches process-wide state, and nothing else does. */
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>

#include "io/cli/command.h"

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

int main(int argc, char *argv[])
{
    const struct session session = {.out = stdout, .err = stderr, .interrupted = &interrupted};
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    gsl_set_error_handler_off(); /* its default handler aborts */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL); /* a second Ctrl-C stops at once */
    sigaction(SIGTERM, &action, NULL);
    return command_line_run(argc > 0 ? (size_t)argc - 1 : 0, (const char *const *)argv + 1,
                            &session);
}
