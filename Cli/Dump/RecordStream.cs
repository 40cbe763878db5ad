namespace AioV2.Cli.Dump;

/// <summary>A stream seen through a window of bounded size, however long it is.</summary>
/// <param name="stream">What is read.</param>
/// <param name="beforeRead">Done before each read, which may wait: what was found so far is to be seen by then.</param>
internal sealed class RecordStream(Stream stream, Action beforeRead)
{
    private const int WindowBytes = 1 << 18;
    private readonly byte[] _window = new byte[WindowBytes];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Bytes taken so far.</summary>
    internal long Position { get; private set; }

    /// <summary>What comes next: at least so many bytes, or all that are left.</summary>
    internal ReadOnlySpan<byte> Peek(int bytes)
    {
        if (_end - _start < bytes && !_ended)
        {
            _window.AsSpan(_start, _end - _start).CopyTo(_window);
            (_start, _end) = (0, _end - _start);
            while (_end < WindowBytes && !_ended)
            {
                beforeRead();
                var read = stream.Read(_window, _end, WindowBytes - _end);
                _ended = read == 0;
                _end += read;
                if (_end >= bytes)
                {
                    break;
                }
            }
        }

        return _window.AsSpan(_start, _end - _start);
    }

    /// <summary>Takes bytes that were looked at.</summary>
    internal void Take(int bytes)
    {
        _start += bytes;
        Position += bytes;
    }

    /// <summary>Copies all that is left, up to a limit, into a file.</summary>
    internal void CopyTo(Stream file, long most)
    {
        for (var left = most; left > 0 && Peek(1) is { IsEmpty: false } next;)
        {
            var some = next[..(int)Math.Min(next.Length, left)];
            file.Write(some);
            left -= some.Length;
            Take(some.Length);
        }
    }
}
