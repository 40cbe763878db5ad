/* What a call from C into libaio2.so costs before it does any work: io_submit2 of nothing on a live context. */
#include "peer.h"

#include <dlfcn.h>

static int run(struct work *w)
{
	static long (*setup)(uint32_t, uint32_t, void *, size_t);
	static long (*submit)(uint32_t, const void *, size_t, void *), (*destroy)(uint32_t);
	uint32_t params[24] = { 0 };	/* struct aio2_params; the id of the context is its fifth word */
	const char *path = arg(w, "library", NULL);
	uint64_t start;
	long error = 0;

	if (!submit) {
		/* Never unloaded: its runtime cannot be. */
		void *library = path ? dlopen(path, RTLD_NOW) : NULL;

		if (!library)
			return fail(w, "dlopen", ENOENT);
		setup = dlsym(library, "io_setup2");
		destroy = dlsym(library, "io_destroy2");
		submit = dlsym(library, "io_submit2");
		if (!setup || !destroy || !submit)
			return fail(w, "dlsym", ENOSYS);
	}
	if (setup(2, 0, params, sizeof(params)))
		return fail(w, "io_setup2", EINVAL);
	start = now_ns();
	for (long i = 0; i < w->ops; i++)
		error |= submit(params[4], params, 0, NULL);
	w->ns = now_ns() - start;
	destroy(params[4]);
	return error ? fail(w, "io_submit2", EINVAL) : 0;
}

const struct peer peers[] = {
	{ "submit", run },
	{ NULL, NULL },
};
