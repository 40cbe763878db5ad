using AioV2.Kernel.Contexts;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines;

/// <summary>Collects requests that have ended and passes them on, those of one context that end in a row as one pass.</summary>
/// <remarks>One thread's own; allocates nothing.</remarks>
internal unsafe struct CompletionBatch
{
    // A pass is no longer than this, so that those at its front are not kept waiting by a long line behind them.
    private const int PassMax = 256;

    private Request* _first;
    private Request* _last;
    private int _count;

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
        if (_first != null && (_first->Owner != r->Owner || _count == PassMax))
        {
            Flush();
        }

        r->Next = null;
        if (_first == null)
        {
            _first = r;
        }
        else
        {
            _last->Next = r;
        }

        _last = r;
        _count++;
    }

    /// <summary>Passes on what was collected. Without any lock that <see cref="IEngine.Cancel"/> takes.</summary>
    public void Flush()
    {
        if (_first != null)
        {
            var chain = _first;
            _first = _last = null;
            _count = 0;
            Context.Of(chain).CompletePass(chain);
        }
    }
}
