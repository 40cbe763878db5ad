using System.Diagnostics.CodeAnalysis;
using AioV2.Abi;

namespace AioV2.UserLib;

/// <summary>The one place where an answer of a call becomes an exception that says what to do.</summary>
internal static class CallErrors
{
    /// <summary>Throws for a call's negative answer; returns any other.</summary>
    internal static long Check(long result, string call, string? advice = null)
    {
        if (result < 0)
        {
            Throw(result, call, advice);
        }

        return result;
    }

    /// <summary>A refused submission, with what its <c>ext</c> tells (SUBMIT-5).</summary>
    internal static Aio2Exception Refused(long result, in Aio2Extack ext) =>
        new Aio2Exception("io_submit2", (int)-result, ext.Reason, ext.Reason == Aio2Reason.None ? -1 : (long)ext.FieldOffset, Advice(result));

    private static string? Advice(long result) => result == -Errno.EMSGSIZE
        ? "The event with its returns is larger than the ring takes (MaxEventBytes, ATTR-6): open the context with larger RingBytes, "
            + "resize it, or ask for fewer returns"
        : null;

    /// <summary>What a request's own failure is called.</summary>
    internal static Aio2Exception OfRequest(long result) => new((int)-result, $"the request failed: {ErrnoText.Of((int)-result)}");

    [DoesNotReturn]
    private static void Throw(long result, string call, string? advice)
    {
        var text = $"{call}: {ErrnoText.Of((int)-result)}";
        throw new Aio2Exception((int)-result, advice is null ? text : $"{text}. {advice}");
    }
}
