using System.Runtime.InteropServices;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.IoUring;

/// <summary>Requests that ended in one look at the completion queue, sorted by context: one pass for each.</summary>
/// <remarks>The completion thread's own. A place belongs to one context at a time; another that falls on it makes the first
/// one's pass early. So there is no bound on contexts and no walk over them.</remarks>
internal sealed unsafe class CompletionGroups : IDisposable
{
    private const int Places = 16; // a power of two

    private readonly Group* _groups = (Group*)NativeMemory.AllocZeroed(Places, (nuint)sizeof(Group));
    private uint _used;

    private struct Group
    {
        public Request* First;
        public Request* Last;
    }

    /// <summary>Ends a request with a result. Its file is released and its attributes are told; afterwards it is no longer the engine's.</summary>
    public void End(Request* r, long result)
    {
        r->Res = result;
        if (r->File != null)
        {
            HeldFile.Release(r->File);
            r->File = null;
        }

        RequestHooks.AtComplete(r);
        r->Next = null;

        // Handles are addresses of words; the low three bits say nothing.
        var place = (int)((nuint)r->Owner >> 3) & (Places - 1);
        var group = _groups + place;
        if (group->First != null && group->First->Owner != r->Owner)
        {
            Pass(group);
        }

        if (group->First == null)
        {
            group->First = r;
            _used |= 1u << place;
        }
        else
        {
            group->Last->Next = r;
        }

        group->Last = r;
    }

    /// <summary>Passes on all that was collected.</summary>
    public void Flush()
    {
        while (_used != 0)
        {
            var place = System.Numerics.BitOperations.TrailingZeroCount(_used);
            _used &= _used - 1;
            Pass(_groups + place);
        }
    }

    public void Dispose() => NativeMemory.Free(_groups);

    private static void Pass(Group* group)
    {
        var chain = group->First;
        *group = default;
        Context.Of(chain).CompletePass(chain);
    }
}
