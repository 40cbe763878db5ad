using System.Runtime.ExceptionServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>Runs code as another user: on a thread of its own, since in Linux credentials belong to the thread.</summary>
internal static class Borrowed
{
    private const int Nobody = 65534;

    /// <summary>Whether the tests may take another user's identity; they run as root.</summary>
    public static bool IsPossible => Libc.GetEuid() == 0;

    /// <summary>Runs code as nobody, without capabilities.</summary>
    public static void AsNobody(Action code)
    {
        Assert.True(IsPossible, "this test gives up root for another user: run it as root");
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                // The raw call: the C library's would change every thread.
                Assert.Equal(0, Libc.Syscall(SetResUid, Nobody, Nobody, Nobody));
                code();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(Harness.Patience)));
        failure?.Throw();
    }

    private static nint SetResUid => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
        == System.Runtime.InteropServices.Architecture.Arm64 ? 147 : 117;
}
