namespace AioV2.Cli.Explore;

/// <summary>Values that come many times, each kept once under a number.</summary>
internal sealed class IndexedList<T>
    where T : notnull
{
    private readonly List<T> _items = [];
    private readonly Dictionary<T, int> _numbers = [];

    /// <summary>The values, in the order of their numbers.</summary>
    public IReadOnlyList<T> Items => _items;

    /// <summary>A value's number, from 0.</summary>
    public int Of(T value)
    {
        if (!_numbers.TryGetValue(value, out var number))
        {
            _numbers.Add(value, number = _items.Count);
            _items.Add(value);
        }

        return number;
    }
}
