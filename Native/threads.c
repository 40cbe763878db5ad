/* SPDX-License-Identifier: MIT */
/*
 * Every thread that this library starts comes through here (the linker's --wrap): it takes none of the program's signals,
 * as a kernel thread would not. So a handler runs in a thread of the program, and interrupts its wait (CTX-2); what the
 * program blocks everywhere stays pending for its sigwait or signalfd.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	/* Faults of the thread's own instructions, and the signal by which the runtime stops it for a collection. */
	const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGRTMIN };
	sigset_t others, before;
	size_t i;
	int error;

	sigfillset(&others);
	for (i = 0; i < sizeof own / sizeof own[0]; i++)
		sigdelset(&others, own[i]);
	pthread_sigmask(SIG_SETMASK, &others, &before);
	error = __real_pthread_create(thread, attr, start, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}
