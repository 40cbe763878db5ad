using System.Text;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Linux;

/// <summary><c>tools/testing/selftests/aio2/aio2_abi_test.c</c>: layouts when it is compiled, calls when it runs.</summary>
internal static class KernelSelftest
{
    private const string Head = """
        // SPDX-License-Identifier: GPL-2.0
        /*
         * The ABI of AIO v2: layouts, and, where the calls are implemented, what they
         * refuse and that a request gives its event. Generated with the header.
         */
        #include <assert.h>
        #include <errno.h>
        #include <stddef.h>
        #include <string.h>
        #include <unistd.h>
        #include <sys/syscall.h>
        #include <linux/aio2_abi.h>

        #include "../kselftest.h"


        """;

    private const string Body = """

        #define USER_DATA	0x1122334455667788ULL

        /* Makes a context: its id, or 0 with errno set */
        static aio2_context_t make(__u32 flags, struct aio2_params *params)
        {
        	memset(params, 0, sizeof(*params));
        	if (syscall(__NR_io_setup2, AIO2_VERSION, flags, params, sizeof(*params)))
        		return 0;
        	return params->ctx;
        }

        static int refused(long ret, int error)
        {
        	return ret == -1 && errno == error;
        }

        static void test_setup(void)
        {
        	struct aio2_params params = { 0 };
        	long ret;

        	ret = syscall(__NR_io_setup2, AIO2_VERSION, 0, &params, 8);
        	ksft_test_result(refused(ret, EINVAL), "params that are too short are refused\n");

        	ret = syscall(__NR_io_setup2, ~0U, 0, &params, sizeof(params));
        	ksft_test_result(refused(ret, EINVAL) && params.version_min <= AIO2_VERSION &&
        			 params.version_max >= AIO2_VERSION,
        			 "another version is refused, and those that are taken are told\n");

        	ksft_test_result(!make(1U << 31, &params) && errno == EINVAL,
        			 "an unknown flag is refused\n");

        	ret = syscall(__NR_io_setup2, AIO2_VERSION, 0, NULL, sizeof(params));
        	ksft_test_result(refused(ret, EFAULT), "params that are not there are refused\n");
        }

        /* One NOP there and back */
        static int round_trip(aio2_context_t ctx)
        {
        	struct iocb2 iocb = { 0 };
        	struct io_event2 event;
        	long ret;

        	iocb.bytes = sizeof(iocb);
        	iocb.opcode = AIO2_OP_NOP;
        	iocb.user_data = USER_DATA;
        	ret = syscall(__NR_io_submit2, ctx, &iocb, sizeof(iocb), NULL);
        	if (ret != sizeof(iocb))
        		return 0;
        	ret = syscall(__NR_io_getevents2, ctx, &event, sizeof(event), sizeof(event), NULL, 0);
        	return ret == sizeof(event) && event.bytes == sizeof(event) &&
        	       event.user_data == USER_DATA && event.res == 0;
        }

        static void test_context(__u32 flags, const char *name)
        {
        	struct aio2_params params;
        	aio2_context_t ctx = make(flags, &params);
        	struct iocb2 iocb = { 0 };
        	long ret;

        	ksft_test_result(ctx != 0, "%s: made\n", name);
        	ksft_test_result(round_trip(ctx), "%s: a NOP gives its event\n", name);

        	iocb.bytes = sizeof(iocb) - 8;
        	ret = syscall(__NR_io_submit2, ctx, &iocb, sizeof(iocb), NULL);
        	ksft_test_result(refused(ret, EINVAL), "%s: an iocb that is too short is refused\n", name);

        	ret = syscall(__NR_io_destroy2, ctx);
        	ksft_test_result(ret == 0, "%s: destroyed\n", name);
        	ret = syscall(__NR_io_destroy2, ctx);
        	ksft_test_result(refused(ret, ENXIO), "%s: not twice\n", name);
        }

        int main(void)
        {
        	ksft_print_header();
        	if (!refused(syscall(__NR_io_setup2, AIO2_VERSION, 0, NULL, 0), EINVAL))
        		ksft_exit_skip("the calls of AIO v2 are not implemented here\n");

        	ksft_set_plan(14);
        	test_setup();
        	test_context(0, "private ring");
        	test_context(AIO2_SETUP_USER_REAP, "shared ring");
        	ksft_finished();
        }

        """;

    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Head);
        foreach (var layout in spec.Structs.Select(StructLayout.Of))
        {
            string name = layout.Definition.Name;
            text.Append($"static_assert(sizeof(struct {name}) == {layout.Size}, \"{name}\");\n");
            foreach (var (field, offset) in layout.Fields)
            {
                text.Append(CCallsHeader.Arguments("static_assert(", [$"offsetof(struct {name}, {field.Name}) == {offset}", $"\"{field.Name}\""])).Append('\n');
            }
        }

        return text.Append(Body).ToString();
    }
}
