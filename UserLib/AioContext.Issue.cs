using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;

namespace AioV2.UserLib;

/// <content>One request at once, on the caller's thread.</content>
public sealed unsafe partial class AioContext
{
    /// <summary>io_issue2: runs one iocb and returns when it is done (ISSUE-1). Takes no slot and no event of this context.</summary>
    /// <param name="iocb">The request; its <c>Bytes</c> is filled in here. Addresses in it must be valid until this returns.</param>
    /// <param name="attributes">What goes with it; the completion has their returns.</param>
    /// <returns>The completion: a failed request is one with a negative result.</returns>
    /// <exception cref="Aio2Exception">The iocb is invalid; nothing was run.</exception>
    [SkipLocalsInit]
    public Completion Issue(Iocb2 iocb, AioAttributes? attributes = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var extra = attributes is null ? default : attributes.Bytes;
        var bytes = Iocb2.SizeOf + extra.Length;
        var record = stackalloc byte[bytes];
        iocb.Bytes = (uint)bytes;
        MemoryMarshal.Write(new Span<byte>(record, Iocb2.SizeOf), iocb);
        extra.CopyTo(new Span<byte>(record + Iocb2.SizeOf, extra.Length));

        var answer = stackalloc byte[(int)Aio2.EventMax];
        var written = CallErrors.Check(_kernel.Issue(record, (nuint)bytes, answer, (nuint)Aio2.EventMax, 0), "io_issue2");
        _ = EventReader.Open(new ReadOnlySpan<byte>(answer, (int)written), out var reader);
        return new Completion(reader);
    }
}
