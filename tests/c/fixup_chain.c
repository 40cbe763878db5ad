/* SPDX-License-Identifier: MIT */
/*
 * The fix-up beside a host's own handlers: each case runs in a child, which says by its exit code what happened.
 * Built together with Kernel/Memory/native/fixup.c, for every architecture that has a copy routine.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern size_t aio2_user_copy(void *dst, const void *src, size_t n);
extern int aio2_user_touch(void *byte);
extern int aio2_fixup_install(void);
extern int aio2_fixup_installed(void);

/* Present exactly under AddressSanitizer: there the fix-up must refuse, and leave the handlers alone. */
extern void __asan_init(void) __attribute__((weak));

static int failures;
static sigjmp_buf back;
static volatile sig_atomic_t plain_calls, info_calls;
static void *volatile info_address;
static char *bad;	/* a page without access */

static void plain(int sig)
{
	(void)sig;
	plain_calls++;
	siglongjmp(back, 1);
}

static void with_info(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	info_calls++;
	info_address = info->si_addr;
	siglongjmp(back, 1);
}

static void counting(int sig)
{
	(void)sig;
	plain_calls++;
}

static void set(int sig, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = handler;
	sigaction(sig, &action, NULL);
}

static void set_info(int sig, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_sigaction = handler;
	action.sa_flags = SA_SIGINFO;
	sigaction(sig, &action, NULL);
}

static int copies_fail_cleanly(void)
{
	char buffer[4096];
	size_t n;

	for (n = 1; n <= sizeof buffer; n += 37)
		if (aio2_user_copy(buffer, bad, n) != n || aio2_user_copy(bad, buffer, n) != n)
			return 0;
	return aio2_user_touch(bad) == 1;
}

/* Each returns 0 when the law holds; cases that must die return 1. */

static int exact_prefixes(void)
{
	char *page = bad - 4096, buffer[5000], same[5000];
	size_t good, size, i;

	for (i = 0; i < 4096; i++)
		page[i] = (char)(i * 7);
	for (size = 1; size < 4200; size += size < 200 ? 1 : 97) {
		for (good = 0; good < size && good < 150; good++) {
			memset(buffer, 1, sizeof buffer);
			if (aio2_user_copy(buffer, bad - good, size) != size - good || memcmp(buffer, bad - good, good) != 0
					|| buffer[good] != 1)
				return 1;
			memset(same, 2, sizeof same);
			if (aio2_user_copy(bad - good, same, size) != size - good)
				return 2;
			for (i = 0; i < good; i++)
				if (bad[(long)i - (long)good] != 2)
					return 3;
			if (aio2_user_copy(bad - good, buffer, good) != 0)
				return 4;
		}
	}
	return aio2_user_touch(page) == 0 && aio2_user_touch(bad) == 1 ? 0 : 5;
}

static int plain_handler_is_called(void)
{
	set(SIGSEGV, plain);
	if (aio2_fixup_install() != 0 || !copies_fail_cleanly() || plain_calls != 0)
		return 1;
	if (sigsetjmp(back, 1) == 0)
		*(volatile char *)bad = 1;
	return plain_calls == 1 && copies_fail_cleanly() ? 0 : 2;
}

static int info_handler_is_called_with_the_address(void)
{
	set_info(SIGSEGV, with_info);
	if (aio2_fixup_install() != 0 || !copies_fail_cleanly() || info_calls != 0)
		return 1;
	if (sigsetjmp(back, 1) == 0)
		*(volatile char *)(bad + 40) = 1;
	return info_calls == 1 && info_address == bad + 40 && copies_fail_cleanly() ? 0 : 2;
}

static int sent_signal_reaches_the_host(void)
{
	set(SIGSEGV, counting);
	if (aio2_fixup_install() != 0)
		return 1;
	raise(SIGSEGV);
	return plain_calls == 1 && copies_fail_cleanly() ? 0 : 2;
}

static int sent_signal_stays_ignored(void)
{
	set(SIGBUS, SIG_IGN);
	if (aio2_fixup_install() != 0)
		return 1;
	raise(SIGBUS);
	return copies_fail_cleanly() && aio2_fixup_installed() ? 0 : 2;
}

static int replaced_handler_is_noticed(void)
{
	if (aio2_fixup_install() != 0 || !aio2_fixup_installed())
		return 1;
	set(SIGBUS, plain);
	if (aio2_fixup_installed())
		return 2;
	return 0;
}

static int second_install_does_not_chain_to_itself(void)
{
	set(SIGSEGV, plain);
	if (aio2_fixup_install() != 0 || aio2_fixup_install() != 0)
		return 1;
	if (sigsetjmp(back, 1) == 0)
		*(volatile char *)bad = 1;
	return plain_calls == 1 ? 0 : 2;
}

static int dies_of_a_fault(void)
{
	if (aio2_fixup_install() == 0 && copies_fail_cleanly())
		*(volatile char *)bad = 1;
	return 1;
}

static int dies_of_a_sent_signal(void)
{
	if (aio2_fixup_install() == 0 && copies_fail_cleanly())
		raise(SIGSEGV);
	return 1;
}

static void run(const char *name, int (*law)(void), int death)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		struct rlimit no_core = { 0, 0 };

		setrlimit(RLIMIT_CORE, &no_core);
		alarm(60);
		if (law == exact_prefixes && aio2_fixup_install() != 0)
			_exit(99);
		_exit(law());
	}
	if (waitpid(child, &status, 0) != child)
		status = -1;
	if (death ? WIFSIGNALED(status) && WTERMSIG(status) == death : WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	printf("%s: status %#x\n", name, (unsigned)status);
	failures++;
}

int main(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || mprotect(pages + 4096, 4096, PROT_NONE) != 0)
		return 2;
	bad = pages + 4096;
	if (__asan_init) {
		failures = aio2_fixup_install() != 1 || aio2_fixup_installed();
		printf("under AddressSanitizer: %d failed\n", failures);
		return failures;
	}
	run("exact_prefixes", exact_prefixes, 0);
	run("plain_handler_is_called", plain_handler_is_called, 0);
	run("info_handler_is_called_with_the_address", info_handler_is_called_with_the_address, 0);
	run("sent_signal_reaches_the_host", sent_signal_reaches_the_host, 0);
	run("sent_signal_stays_ignored", sent_signal_stays_ignored, 0);
	run("replaced_handler_is_noticed", replaced_handler_is_noticed, 0);
	run("second_install_does_not_chain_to_itself", second_install_does_not_chain_to_itself, 0);
	run("dies_of_a_fault", dies_of_a_fault, SIGSEGV);
	run("dies_of_a_sent_signal", dies_of_a_sent_signal, SIGSEGV);
	printf("%d failed\n", failures);
	return failures != 0;
}
