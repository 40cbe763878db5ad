using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>A seccomp filter for one thread and what it starts: what a container's policy does to a process.</summary>
internal static unsafe class SystemCallFilter
{
    private const int PR_SET_SECCOMP = 22, PR_SET_NO_NEW_PRIVS = 38, SECCOMP_MODE_FILTER = 2;
    private const ushort BPF_LD_W_ABS = 0x20, BPF_JEQ_K = 0x15, BPF_RET_K = 0x06;
    private const uint SECCOMP_RET_ERRNO = 0x00050000, SECCOMP_RET_ALLOW = 0x7fff0000;

    // struct sock_filter and struct sock_fprog.
    private record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint K);

    private struct Program
    {
        public ushort Length;
        public Instruction* First;
    }

    /// <summary>Runs an action on a thread of its own, to which one system call answers an error.</summary>
    public static void Run(uint number, int errno, Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Refuse(number, errno);
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static void Refuse(uint number, int errno)
    {
        // Word 0 of seccomp_data is the number.
        var filter = stackalloc Instruction[4]
        {
            new(BPF_LD_W_ABS, 0, 0, 0),
            new(BPF_JEQ_K, 0, 1, number),
            new(BPF_RET_K, 0, 0, SECCOMP_RET_ERRNO | (uint)errno),
            new(BPF_RET_K, 0, 0, SECCOMP_RET_ALLOW),
        };
        var program = new Program { Length = 4, First = filter };
        Assert.Equal(0, Libc.Prctl(PR_SET_NO_NEW_PRIVS, 1));
        Assert.Equal(0, Libc.Prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (nint)(&program)));
    }
}
