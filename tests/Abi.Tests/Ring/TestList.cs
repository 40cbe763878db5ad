using AioV2.Abi.Ring;

namespace AioV2.Abi.Tests.Ring;

/// <summary>An item that holds its record and its link, as a request does.</summary>
internal sealed class TestItem(byte[] record)
{
    public byte[] Record => record;

    public TestItem? Next { get; set; }
}

/// <summary>An intrusive list of test items.</summary>
internal struct TestList : IOverflowList<TestItem>
{
    private TestItem? _first;
    private TestItem? _last;

    public int Count { get; private set; }

    public readonly bool TryFirst(out TestItem item) => (item = _first!) is not null;

    public readonly bool TryNext(TestItem item, out TestItem following) => (following = item.Next!) is not null;

    public readonly ReadOnlySpan<byte> RecordOf(TestItem item) => item.Record;

    public void Append(TestItem item)
    {
        if (_last is null)
        {
            _first = item;
        }
        else
        {
            _last.Next = item;
        }

        _last = item;
        Count++;
    }

    public void RemoveFirst()
    {
        _first = _first!.Next;
        _last = _first is null ? null : _last;
        Count--;
    }
}
