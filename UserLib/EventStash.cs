using AioV2.Abi.Codecs;

namespace AioV2.UserLib;

/// <summary>Events that one call brought beyond the one asked for; first in, first out.</summary>
/// <remarks>Needed only where the ring cannot be reaped from (private or corrupt): else the ring itself is the stash.</remarks>
internal sealed class EventStash
{
    private readonly Lock _gate = new();
    private byte[] _bytes = [];
    private int _start;
    private int _end;

    /// <summary>Adds whole records.</summary>
    internal void Append(ReadOnlySpan<byte> records)
    {
        lock (_gate)
        {
            if (_end + records.Length > _bytes.Length)
            {
                var kept = _end - _start;
                var target = kept + records.Length <= _bytes.Length ? _bytes : new byte[Math.Max(8192, 2 * (kept + records.Length))];
                Buffer.BlockCopy(_bytes, _start, target, 0, kept);
                (_bytes, _start) = (target, 0);
                Volatile.Write(ref _end, kept);
            }

            records.CopyTo(_bytes.AsSpan(_end));
            Volatile.Write(ref _end, _end + records.Length);
        }
    }

    /// <summary>Takes the oldest event.</summary>
    internal bool TryTake(out Completion completion)
    {
        completion = default;
        if (Volatile.Read(ref _end) == 0)
        {
            return false;
        }

        lock (_gate)
        {
            if (EventReader.Open(_bytes.AsSpan(_start, _end - _start), out var reader).IsError)
            {
                return false;
            }

            completion = new Completion(reader);
            Drop(reader.Bytes);
            return true;
        }
    }

    /// <summary>Copies as many whole records as fit; returns their bytes.</summary>
    internal int CopyTo(Span<byte> buffer)
    {
        if (Volatile.Read(ref _end) == 0)
        {
            return 0;
        }

        lock (_gate)
        {
            var run = new EventRun(_bytes.AsSpan(_start, _end - _start));
            var bytes = 0;
            while (run.TryNext(out var reader) && bytes + reader.Bytes <= buffer.Length)
            {
                bytes += reader.Bytes;
            }

            _bytes.AsSpan(_start, bytes).CopyTo(buffer);
            Drop(bytes);
            return bytes;
        }
    }

    private void Drop(int bytes)
    {
        _start += bytes;
        if (_start == _end)
        {
            _start = 0;
            Volatile.Write(ref _end, 0);
        }
    }
}
