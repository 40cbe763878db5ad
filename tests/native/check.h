/* SPDX-License-Identifier: MIT */
/* What the programs here share: a check that names what failed, and a bound on every program's life. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHECK(holds) do { \
	if (!(holds)) { \
		fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #holds); \
		_exit(1); \
	} \
} while (0)

/* Both are evaluated once. */
#define EQUAL(expected, actual) do { \
	long long want_ = (long long)(expected), got_ = (long long)(actual); \
	if (want_ != got_) { \
		fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #actual, got_, want_); \
		_exit(1); \
	} \
} while (0)

/* A program that hangs is killed by SIGALRM: it fails. */
#define BOUND_SECONDS 120

#endif
