using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Devices;

/// <summary>Goes through a request's scattered data once, from its start (PREADV, PWRITEV).</summary>
internal unsafe struct SegmentCursor
{
    private readonly UserMemory _memory;
    private Iovec* _segment;
    private ulong _taken;

    public SegmentCursor(Request* r, UserMemory memory)
    {
        _memory = memory;
        _segment = Request.Segments(r);
    }

    /// <summary>Copies the next bytes in: 0 or <c>-EFAULT</c>.</summary>
    public int CopyIn(byte* to, ulong bytes) => Copy(to, bytes, toUser: false);

    /// <summary>Copies the next bytes out: 0 or <c>-EFAULT</c>.</summary>
    public int CopyOut(byte* from, ulong bytes) => Copy(from, bytes, toUser: true);

    private int Copy(byte* own, ulong bytes, bool toUser)
    {
        while (bytes != 0)
        {
            if (_taken == _segment->Bytes)
            {
                _segment++;
                _taken = 0;
                continue;
            }

            var piece = Math.Min(bytes, _segment->Bytes - _taken);
            var at = _segment->Base + _taken;
            var error = toUser ? _memory.CopyOut(at, own, (nuint)piece) : _memory.CopyIn(own, at, (nuint)piece);
            if (error != 0)
            {
                return error;
            }

            own += piece;
            bytes -= piece;
            _taken += piece;
        }

        return 0;
    }
}
