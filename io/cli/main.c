/* io/cli/main.c - touches process-wide state, and nothing else does. */
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "io/cli/command.h"

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* Ctrl-C, kill, and the closing of the terminal's window; but not where whoever started us wants
   them ignored (nohup). A second one stops at once. */
static void catch_signals(void)
{
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND}, old;
        sigemptyset(&action.sa_mask);
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

/* Where the standard streams are closed, their numbers must not go to our files, or a message would
   be written into the report. What is written to these still fails, as it should. */
static void fill_standard_streams(void)
{
    int number;
    do {
        number = open("/dev/null", O_RDONLY);
    } while (number >= 0 && number <= STDERR_FILENO);
    if (number >= 0) {
        close(number);
    }
}

int main(int argc, char *argv[])
{
    const struct session session = {.out = stdout, .err = stderr, .interrupted = &interrupted};
    fill_standard_streams();
    setvbuf(stderr, NULL, _IOLBF, BUFSIZ); /* whole lines, also where mpirun passes them on */
    catch_signals();
    gsl_set_error_handler_off(); /* its default handler aborts */
    return command_line_run(argc > 0 ? (size_t)argc - 1 : 0, (const char *const *)argv + 1,
                            &session);
}
