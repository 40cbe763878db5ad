/* What a test of signals and of fork needs and managed code cannot do. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
	(void)number;
	handled++;
}

/* A handler that interrupts: no SA_RESTART. */
int signals_install(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	return sigaction(SIGUSR2, &action, 0);
}

/* Blocks or unblocks it in the calling thread. */
int signals_block(int block)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, 0);
}

unsigned long signals_self(void)
{
	return (unsigned long)pthread_self();
}

int signals_send(unsigned long thread)
{
	return pthread_kill((pthread_t)thread, SIGUSR2);
}

int signals_handled(void)
{
	return handled;
}

/* Forks, and has the child look at a word before anything else runs there: what it read, or -1. */
int fork_and_read(const volatile unsigned *word)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(*word > 100 ? 100 : (int)*word);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}
