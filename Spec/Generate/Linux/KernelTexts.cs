using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Linux;

/// <summary>What the series says of itself.</summary>
internal static class KernelTexts
{
    public const string HeaderSubject = "uapi: add the ABI of AIO v2";

    public const string HeaderBody = """
        Add constants and structs of io_setup2() and its sisters: submission and
        completion in bytes, iocbs and events of variable size that carry typed
        attributes, and returns delivered through a ring that the kernel shares
        with its reapers.

        Every struct has one layout on all architectures, 32-bit ones included:
        64-bit fields are 8-aligned, padding is explicit, there are no bit-fields,
        enums or pointers. What can grow carries its size.
        """;

    public const string StubsSubject = "aio: declare the calls of AIO v2 and their configuration";

    public const string StubsBody = """
        Declare the calls and answer them with -ENOSYS while nothing implements
        them, so that numbers and layouts can be agreed upon, and tests and
        libraries written, before the implementation is reviewed.
        """;

    public const string TablesSubject = "arch: wire up the calls of AIO v2";

    public const string DocumentSubject = "Documentation: describe AIO v2";

    public const string DocumentBody = """
        Describe what the calls take, return and refuse, in the order in which it
        is tested, and where the rules stand that they follow.
        """;

    public const string TestSubject = "selftests: add a test of AIO v2";

    public const string TestBody = """
        Check size and offsets of every struct against the ABI, and that the calls
        have numbers. Where they are implemented, check that wrong arguments are
        refused as documented and that a request of each kind of context gives
        its event; else skip.
        """;

    public const string CoverSubject = "AIO v2: io_setup2() and its sisters";

    public const string Kconfig = """
        config AIO2
        	bool "Enable AIO v2 system calls" if EXPERT
        	default n
        	help
        	  This option is for io_setup2(2) and its sisters: asynchronous I/O
        	  with iocbs and events of variable size that carry attributes, such
        	  as protection information or the time that the I/O took. Without
        	  an implementation the calls return -ENOSYS.

        	  If unsure, say N.


        """;

    public static string TablesBody(SpecDocument spec, int first) => $"""
        Give {spec.Calls[0].Name}() to {spec.Calls[^1].Name}() the numbers {first} to {first + spec.Calls.Count - 1}
        on x86 and in the generic table. They need no compat entries for their
        structs, which have one layout everywhere; the calls that take a 64-bit
        argument will need them on 32-bit architectures, as pread64() does, once
        there is an implementation.
        """;

    public static string CoverBody(SpecDocument spec, int first) => $"""
        AIO v2 is an interface for asynchronous I/O whose requests and events have
        a size: an iocb carries any number of typed attributes, an event a return
        for each. Protection information (DIF/DIX), time stamps, cache hits,
        priorities, checksums and deadlines are attributes, and so will be what
        comes next, without another version of a struct or another call.

        Submission copies a packed run of iocbs and reports the first offending
        byte and why. Events come through a ring that user space may reap from
        without a call. What finds no room in the ring waits on a list, announced
        by a flag in the ring's header, so that no event is lost and no submission
        refused because of the ring. Contexts have small ids, one eventfd, and
        memory accounted by slots.

        The series brings header, numbers ({first} to {first + spec.Calls.Count - 1}) and stubs,
        documentation and a selftest, and no implementation: it is made to discuss
        the ABI. All of it is generated from one description of the ABI, so that
        header, documentation and test cannot differ.
        """;
}
