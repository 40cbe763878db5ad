using AioV2.Abi;

namespace AioV2.Kernel.Requests;

/// <summary>Bare NOPs whose events are on the overflow or ready list, side by side in one block. Of each only its user_data is
/// kept: its iocb and its event follow from that, and its number from its place.</summary>
/// <remarks><code>
///  0                     SizeOf      + 8 x First           + 8 x (First + Count)      bytes
///  +---------------------+-----------+---------------------+-------------------
///  | a request's header  | delivered | user_data of Count  | room
///  +---------------------+-----------+---------------------+-------------------
/// </code>
/// <para>To the lists it stands in it is a request that is done, of trait <see cref="RequestTraits.Run"/>: on the context's list once
/// for all its events, among what is outstanding under the number of its first. The numbers follow each other, so that nobody stands
/// between two of them in either. Each of them holds a slot (RING-9); the block is taken before any of them is accepted.</para>
/// <para>This struct takes the words of the header from <see cref="Request.DataBytes"/> on, which a NOP has no use for. All under the
/// context's lock, but for what is said of a copy.</para></remarks>
internal unsafe struct NopRun
{
    /// <summary>The first word of a bare NOP's iocb (bytes, flags and opcode). But for user_data the others are 0.</summary>
    public const ulong BareNop = Iocb2.SizeOf | ((ulong)Aio2Op.Nop << 48);

    // A block of 4 KiB: what its header costs is not seen any more.
    private const int LargestClass = 4;

    /// <summary>How many stood before those that are left.</summary>
    public int First;

    /// <summary>How many are left.</summary>
    public int Count;

    /// <summary>How many of them, the first ones, a call has taken off the list to copy them out. It reads this without the lock.</summary>
    public int Taken;

    /// <summary>How many of those it has copied. That call's own, until it has the lock again.</summary>
    public int Copied;

    public static NopRun* Of(Request* r) => (NopRun*)&r->DataBytes;

    /// <summary>Makes a block of the slab an empty run.</summary>
    /// <param name="r">The block.</param>
    /// <param name="id">Number of the first NOP that it will hold.</param>
    public static void Begin(Request* r, ulong id)
    {
        var sizeClass = r->SizeClass;
        *r = default;
        r->Id = id;
        r->State = (int)RequestState.Done;
        r->Traits = RequestTraits.Run;
        r->Opcode = Aio2Op.Nop;
        r->IocbBytes = Iocb2.SizeOf;
        r->EventBytes = IoEvent2.SizeOf;
        r->SizeClass = sizeClass;
    }

    /// <summary>Class of the block for a run behind one that is full: it grows while there is more, so that few NOPs take little.</summary>
    public static int ClassBehind(Request* full) => Math.Min(full->SizeClass + 1, LargestClass);

    /// <summary>Whether the NOP of that number is the one behind its last; there may be no room for it.</summary>
    public static bool GoesOnWith(Request* r, ulong id) => r->Id + (ulong)Of(r)->Count == id;

    /// <summary>Whether there is room for one more.</summary>
    public static bool HasRoom(Request* r) => Of(r)->First + Of(r)->Count < RequestSlab.Words(r->SizeClass);

    /// <summary>Adds NOPs: how many there was room for.</summary>
    public static int Append(Request* r, Iocb2* iocbs, int count)
    {
        var run = Of(r);
        var end = run->First + run->Count;
        count = Math.Min(count, RequestSlab.Words(r->SizeClass) - end);
        var to = Words(r) + end;
        for (var i = 0; i < count; i++)
        {
            to[i] = iocbs[i].UserData;
        }

        run->Count += count;
        return count;
    }

    /// <summary>Takes some off its front.</summary>
    public static void Drop(Request* r, int count)
    {
        var run = Of(r);
        run->First += count;
        run->Count -= count;
        r->Id += (ulong)count;
    }

    /// <summary>The user_data of one of those left.</summary>
    public static ulong UserData(Request* r, int index) => Words(r)[Of(r)->First + index];

    /// <summary>Writes events of some of those left.</summary>
    /// <param name="r">The run.</param>
    /// <param name="from">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="to">Where to.</param>
    public static void Write(Request* r, int from, int count, IoEvent2* to)
    {
        var userData = Words(r) + Of(r)->First + from;
        for (var i = 0; i < count; i++)
        {
            to[i] = new IoEvent2 { Bytes = IoEvent2.SizeOf, UserData = userData[i] };
        }
    }

    private static ulong* Words(Request* r) => (ulong*)((byte*)r + Request.SizeOf);
}
