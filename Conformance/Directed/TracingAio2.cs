using System.Text;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.Journal;

namespace AioV2.Conformance.Directed;

/// <summary>Writes each call of a directed check down, before it is made and after.</summary>
internal sealed unsafe class TracingAio2(IAio2 inner, JournalFile journal) : IAio2
{
    private const int MostChars = 16000;

    private readonly StringBuilder _calls = new();
    private readonly Lock _lock = new();
    private bool _told;

    /// <summary>From now on the journal's text is the outcome's, though a thread of the check may still call.</summary>
    public string End()
    {
        lock (_lock)
        {
            _told = true;
            return _calls.ToString();
        }
    }

    public long Setup(uint version, uint flags, Aio2Params* parameters, nuint size)
    {
        Before($"io_setup2({version}, 0x{flags:x}, params, {size})");
        return After(inner.Setup(version, flags, parameters, size));
    }

    public long Destroy(uint ctx)
    {
        Before($"io_destroy2({ctx})");
        return After(inner.Destroy(ctx));
    }

    public long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        Before($"io_submit2({ctx}, 0x{(ulong)iocbs:x}, {bytes}, 0x{(ulong)ext:x})");
        return After(inner.Submit(ctx, iocbs, bytes, ext));
    }

    public long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        Before($"io_getevents2({ctx}, 0x{(ulong)events:x}, {bytes}, {minBytes}, {(wait == null ? "NULL" : "wait")}, {flags})");
        return After(inner.GetEvents(ctx, events, bytes, minBytes, wait, flags));
    }

    public long Cancel(uint ctx, ulong userData, uint flags)
    {
        Before($"io_cancel2({ctx}, {userData}, {flags})");
        return After(inner.Cancel(ctx, userData, flags));
    }

    public long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags)
    {
        Before($"io_issue2(iocb, {iocbBytes}, event, {eventBytes}, {flags})");
        return After(inner.Issue(iocb, iocbBytes, eventBuffer, eventBytes, flags));
    }

    public long List(uint ctx, ulong* cursor, void* buffer, nuint bytes)
    {
        Before($"io_list2({ctx}, cursor, buf, {bytes})");
        return After(inner.List(ctx, cursor, buffer, bytes));
    }

    public long Probe(uint what, void* buffer, nuint bytes)
    {
        Before($"io_probe2({what}, buf, {bytes})");
        return After(inner.Probe(what, buffer, bytes));
    }

    public long RingCtl(uint ctx, uint op, ulong arg)
    {
        Before($"io_ring_ctl2({ctx}, {op}, {arg})");
        return After(inner.RingCtl(ctx, op, arg));
    }

    private void Before(string call)
    {
        lock (_lock)
        {
            journal.Progress++;
            journal.Calls++;
            if (!_told && _calls.Length < MostChars)
            {
                _calls.Append(call);
                journal.Text = _calls.ToString();
            }
        }
    }

    private long After(long result)
    {
        lock (_lock)
        {
            journal.Progress++;
            if (_calls.Length < MostChars)
            {
                _calls.Append(" = ").Append(result).Append('\n');
            }
        }

        return result;
    }
}
