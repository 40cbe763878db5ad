/* SPDX-License-Identifier: MIT */
/*
 * Copies to and from user memory whose faults become short counts: the kernel's own exception table, in user space.
 *
 *   fault in [begin, end) of a range  ->  go on at its fixup   (others: the handler that was there before)
 *
 *   bulk   wide moves            ->  tail: byte by byte from the last known good place, so that the count is exact
 *   tail   single bytes          ->  done: the count of what is left is the result
 *   touch  one atomic OR with 0  ->  the result says "cannot be written"
 *
 * The handlers of SIGSEGV and SIGBUS are installed after the runtime's and chain to them.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* Bytes of [src, src + n) that were not copied: 0 on success. */
EXPORT size_t aio2_user_copy(void *dst, const void *src, size_t n);

/* 0 if the byte can be written, else 1; its content stays, concurrent stores included. */
EXPORT int aio2_user_touch(void *byte);

#define LABEL(name) extern const char name[] __attribute__((visibility("hidden")))
LABEL(aio2_bulk_begin);
LABEL(aio2_bulk_end);
LABEL(aio2_tail_begin);
LABEL(aio2_tail_end);
LABEL(aio2_copy_done);
LABEL(aio2_touch_begin);
LABEL(aio2_touch_end);
LABEL(aio2_touch_failed);

#if defined(__x86_64__)
__asm__(
"	.text\n"
"	.p2align 5\n"
"	.globl	aio2_user_copy\n"
"	.type	aio2_user_copy, @function\n"
"	.hidden	aio2_bulk_begin, aio2_bulk_end, aio2_tail_begin, aio2_tail_end, aio2_copy_done\n"
"aio2_user_copy:\n"			/* rdi to, rsi from, rdx count */
"	.cfi_startproc\n"
"	endbr64\n"
"	movq	%rdx, %rcx\n"		/* rcx: what is left, always true of rdi and rsi */
"aio2_bulk_begin:\n"
"	cmpq	$1024, %rcx\n"
"	jae	3f\n"
"	cmpq	$64, %rcx\n"
"	jb	2f\n"
"1:	movups	(%rsi), %xmm0\n"
"	movups	16(%rsi), %xmm1\n"
"	movups	32(%rsi), %xmm2\n"
"	movups	48(%rsi), %xmm3\n"
"	movups	%xmm0, (%rdi)\n"
"	movups	%xmm1, 16(%rdi)\n"
"	movups	%xmm2, 32(%rdi)\n"
"	movups	%xmm3, 48(%rdi)\n"
"	addq	$64, %rsi\n"
"	addq	$64, %rdi\n"
"	subq	$64, %rcx\n"
"	cmpq	$64, %rcx\n"
"	jae	1b\n"
"2:	cmpq	$8, %rcx\n"
"	jb	aio2_tail_begin\n"
"	movq	(%rsi), %rax\n"
"	movq	%rax, (%rdi)\n"
"	addq	$8, %rsi\n"
"	addq	$8, %rdi\n"
"	subq	$8, %rcx\n"
"	jmp	2b\n"
"3:	rep movsb\n"			/* keeps all three registers exact when it faults */
"aio2_bulk_end:\n"
"aio2_tail_begin:\n"
"	testq	%rcx, %rcx\n"
"	jz	aio2_copy_done\n"
"	movb	(%rsi), %al\n"
"	movb	%al, (%rdi)\n"
"	incq	%rsi\n"
"	incq	%rdi\n"
"	decq	%rcx\n"
"	jmp	aio2_tail_begin\n"
"aio2_tail_end:\n"
"aio2_copy_done:\n"
"	movq	%rcx, %rax\n"
"	ret\n"
"	.cfi_endproc\n"
"	.size	aio2_user_copy, . - aio2_user_copy\n"
"\n"
"	.globl	aio2_user_touch\n"
"	.type	aio2_user_touch, @function\n"
"	.hidden	aio2_touch_begin, aio2_touch_end, aio2_touch_failed\n"
"aio2_user_touch:\n"
"	.cfi_startproc\n"
"	endbr64\n"
"aio2_touch_begin:\n"
"	lock orb $0, (%rdi)\n"
"aio2_touch_end:\n"
"	xorl	%eax, %eax\n"
"	ret\n"
"aio2_touch_failed:\n"
"	movl	$1, %eax\n"
"	ret\n"
"	.cfi_endproc\n"
"	.size	aio2_user_touch, . - aio2_user_touch\n"
);
#define PROGRAM_COUNTER(uc) ((uc)->uc_mcontext.gregs[REG_RIP])
typedef greg_t program_counter;
#elif defined(__aarch64__)
__asm__(
"	.text\n"
"	.p2align 5\n"
"	.globl	aio2_user_copy\n"
"	.type	aio2_user_copy, %function\n"
"	.hidden	aio2_bulk_begin, aio2_bulk_end, aio2_tail_begin, aio2_tail_end, aio2_copy_done\n"
"aio2_user_copy:\n"			/* x0 to, x1 from, x2 what is left */
"	.cfi_startproc\n"
"	hint	#34\n"			/* bti c */
"aio2_bulk_begin:\n"
"1:	cmp	x2, #64\n"
"	b.lo	2f\n"
"	ldp	x3, x4, [x1]\n"
"	ldp	x5, x6, [x1, #16]\n"
"	ldp	x7, x8, [x1, #32]\n"
"	ldp	x9, x10, [x1, #48]\n"
"	stp	x3, x4, [x0]\n"
"	stp	x5, x6, [x0, #16]\n"
"	stp	x7, x8, [x0, #32]\n"
"	stp	x9, x10, [x0, #48]\n"
"	add	x1, x1, #64\n"
"	add	x0, x0, #64\n"
"	sub	x2, x2, #64\n"
"	b	1b\n"
"2:	cmp	x2, #8\n"
"	b.lo	aio2_tail_begin\n"
"	ldr	x3, [x1]\n"
"	str	x3, [x0]\n"
"	add	x1, x1, #8\n"
"	add	x0, x0, #8\n"
"	sub	x2, x2, #8\n"
"	b	2b\n"
"aio2_bulk_end:\n"
"aio2_tail_begin:\n"
"	cbz	x2, aio2_copy_done\n"
"	ldrb	w3, [x1]\n"
"	strb	w3, [x0]\n"
"	add	x1, x1, #1\n"
"	add	x0, x0, #1\n"
"	sub	x2, x2, #1\n"
"	b	aio2_tail_begin\n"
"aio2_tail_end:\n"
"aio2_copy_done:\n"
"	mov	x0, x2\n"
"	ret\n"
"	.cfi_endproc\n"
"	.size	aio2_user_copy, . - aio2_user_copy\n"
"\n"
"	.globl	aio2_user_touch\n"
"	.type	aio2_user_touch, %function\n"
"	.hidden	aio2_touch_begin, aio2_touch_end, aio2_touch_failed\n"
"aio2_user_touch:\n"
"	.cfi_startproc\n"
"	hint	#34\n"
"aio2_touch_begin:\n"
"1:	ldxrb	w1, [x0]\n"
"	stxrb	w2, w1, [x0]\n"
"	cbnz	w2, 1b\n"
"aio2_touch_end:\n"
"	mov	w0, #0\n"
"	ret\n"
"aio2_touch_failed:\n"
"	mov	w0, #1\n"
"	ret\n"
"	.cfi_endproc\n"
"	.size	aio2_user_touch, . - aio2_user_touch\n"
);
#define PROGRAM_COUNTER(uc) ((uc)->uc_mcontext.pc)
typedef unsigned long long program_counter;
#else
#error "no copy routine for this architecture; the bounce serves it"
#endif

/* Present exactly in processes that run under AddressSanitizer, whose handlers must stay the last. */
extern void __asan_init(void) __attribute__((weak));

static const struct range {
	const char *begin, *end, *fixup;
} ranges[] = {
	{ aio2_bulk_begin, aio2_bulk_end, aio2_tail_begin },
	{ aio2_tail_begin, aio2_tail_end, aio2_copy_done },
	{ aio2_touch_begin, aio2_touch_end, aio2_touch_failed },
};

static const int signals[] = { SIGSEGV, SIGBUS };
#define SIGNALS (sizeof signals / sizeof signals[0])

static struct sigaction previous[SIGNALS];

/* Hands a signal that is not ours to whoever had it before. */
static void chain(int sig, siginfo_t *info, void *context)
{
	const struct sigaction *old = &previous[sig == SIGBUS];

	if (old->sa_flags & SA_SIGINFO) {
		old->sa_sigaction(sig, info, context);
	} else if (old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN) {
		old->sa_handler(sig);
	} else if (info->si_code > 0 || old->sa_handler == SIG_DFL) {
		/*
		 * The default action. A fault happens again on return, with the true registers in the core dump; a signal
		 * that was sent is raised again and delivered on return. (A fault cannot be ignored: the kernel kills.)
		 */
		signal(sig, SIG_DFL);
		if (info->si_code <= 0)
			raise(sig);
	}
}

static void handle(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	uintptr_t pc = (uintptr_t)PROGRAM_COUNTER(uc);
	size_t i;

	/* Above 0: the fault of an instruction, not a signal that someone sent while the routine happened to run. */
	if (info->si_code > 0) {
		for (i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
			if (pc >= (uintptr_t)ranges[i].begin && pc < (uintptr_t)ranges[i].end) {
				PROGRAM_COUNTER(uc) = (program_counter)(uintptr_t)ranges[i].fixup;
				return;
			}
		}
	}
	chain(sig, info, context);
}

static int is_ours(int sig)
{
	struct sigaction now;

	return sigaction(sig, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == handle;
}

/* Non-zero while both handlers are this file's. */
EXPORT int aio2_fixup_installed(void)
{
	return is_ours(SIGSEGV) && is_ours(SIGBUS);
}

/* Faults of each kind, each expected to be caught at the right byte. */
static int catches_faults(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char buffer[160];
	char *p, *q = MAP_FAILED;
	int fd, ok = 0;

	p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return 0;
	memset(p, 7, page);
	memset(buffer, 0, sizeof buffer);
	fd = memfd_create("aio2-fixup-test", MFD_CLOEXEC);
	if (fd >= 0)
		q = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (q != MAP_FAILED && mprotect(p + page, page, PROT_NONE) == 0)
		ok = aio2_user_copy(buffer, p + page - 100, sizeof buffer) == sizeof buffer - 100
			&& buffer[99] == 7 && buffer[100] == 0
			&& aio2_user_copy(p + page - 3, buffer, sizeof buffer) == sizeof buffer - 3
			&& aio2_user_touch(p) == 0 && *p == 7
			&& aio2_user_touch(p + page) == 1
			&& aio2_user_copy(buffer, q, sizeof buffer) == sizeof buffer; /* an empty file: SIGBUS */
	if (q != MAP_FAILED)
		munmap(q, page);
	if (fd >= 0)
		close(fd);
	munmap(p, 2 * page);
	return ok;
}

/* With both signals let through: a thread that blocks one of them (qemu: SIGBUS) would be killed by its own fault. */
static int self_test(void)
{
	sigset_t ours, before;
	size_t i;
	int ok;

	sigemptyset(&ours);
	for (i = 0; i < SIGNALS; i++)
		sigaddset(&ours, signals[i]);
	pthread_sigmask(SIG_UNBLOCK, &ours, &before);
	ok = catches_faults();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

static void uninstall(size_t count)
{
	while (count-- > 0)
		if (is_ours(signals[count]))
			sigaction(signals[count], &previous[count], NULL);
}

/* Called once per process: 0, or 1 AddressSanitizer, 2 handlers cannot be set, 3 self-test failed. */
EXPORT int aio2_fixup_install(void)
{
	size_t i;

	if (__asan_init)
		return 1;
	for (i = 0; i < SIGNALS; i++) {
		struct sigaction ours;

		if (is_ours(signals[i]))
			continue;
		if (sigaction(signals[i], NULL, &previous[i]) != 0) {
			uninstall(i);
			return 2;
		}
		/* The mask and flags of the one before: chained to, it meets what it asked for. */
		ours = previous[i];
		ours.sa_flags = (ours.sa_flags & ~SA_RESETHAND) | SA_SIGINFO | SA_ONSTACK;
		ours.sa_sigaction = handle;
		if (sigaction(signals[i], &ours, NULL) != 0) {
			uninstall(i);
			return 2;
		}
	}
	if (!aio2_fixup_installed()) {
		uninstall(SIGNALS);
		return 2;
	}
	if (!self_test()) {
		uninstall(SIGNALS);
		return 3;
	}
	return 0;
}
