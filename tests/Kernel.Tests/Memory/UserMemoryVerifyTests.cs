using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Tests.Memory;

/// <summary>A host that takes the handlers away.</summary>
[Collection(SignalHandlers.Name)]
public sealed unsafe partial class UserMemoryVerifyTests
{
    private const int SIGBUS = 7;

    /// <summary>struct sigaction of the C library: all zeroes is the default action.</summary>
    private const int SigactionBytes = 152;

    [Fact]
    public void Handlers_that_are_in_place_keep_the_fixup()
    {
        var memory = new UserMemory(UserMemoryPolicy.Checked);
        memory.Verify();
        Assert.True(memory.Kind == Aio2UserMemory.Fixup, memory.Reason);
    }

    [Fact]
    public void A_replaced_handler_is_noticed_and_the_bounce_takes_over()
    {
        var memory = new UserMemory(UserMemoryPolicy.Checked);
        Assert.True(memory.Kind == Aio2UserMemory.Fixup, memory.Reason);
        var theirs = stackalloc byte[SigactionBytes];
        var ours = stackalloc byte[SigactionBytes];
        new Span<byte>(theirs, SigactionBytes).Clear();
        using var pages = TestPages.Truncated(pages: 1, filePages: 0);

        Assert.Equal(0, sigaction(SIGBUS, theirs, ours));
        UserMemory later;
        try
        {
            memory.Verify();
            later = new UserMemory(UserMemoryPolicy.Checked);

            // The fix-up would end the process here.
            Assert.Equal(Aio2UserMemory.Bounce, memory.Kind);
            Assert.Equal(-Errno.EFAULT, memory.Read<long>(pages.Address, out _));
        }
        finally
        {
            Assert.Equal(0, sigaction(SIGBUS, ours, null));
        }

        Assert.Equal(Aio2UserMemory.Bounce, later.Kind);
        Assert.Contains("replaced", later.Reason, StringComparison.Ordinal);
        Assert.Equal(Aio2UserMemory.Fixup, new UserMemory(UserMemoryPolicy.Checked).Kind);
    }

    [LibraryImport("libc")]
    private static partial int sigaction(int signal, byte* next, byte* previous);
}
