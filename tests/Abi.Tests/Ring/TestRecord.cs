using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AioV2.Abi.Codecs;

namespace AioV2.Abi.Tests.Ring;

/// <summary>Records that can be told apart: a serial number, and bytes that follow from it.</summary>
internal static class TestRecord
{
    public const int SmallestBytes = 24;

    /// <summary>A record of a given size, a multiple of 8 and at least 24.</summary>
    public static byte[] Make(ulong serial, int bytes)
    {
        var record = new byte[bytes];
        for (int i = IoEvent2.SizeOf; i < bytes; i++)
        {
            record[i] = (byte)(serial * 31 + (ulong)i);
        }

        var head = new IoEvent2 { Bytes = (uint)bytes, UserData = serial, Res = (long)~serial };
        MemoryMarshal.Write(record, in head);
        return record;
    }

    /// <summary>The serial number of a record, after all its bytes were checked.</summary>
    public static ulong SerialOf(ReadOnlySpan<byte> record)
    {
        ulong serial = BinaryPrimitives.ReadUInt64LittleEndian(record[8..]);
        if (!record.SequenceEqual(Make(serial, record.Length)))
        {
            Assert.Fail($"the record of serial {serial} is damaged: {Convert.ToHexString(record)}");
        }

        return serial;
    }

    /// <summary>The serial numbers in a packed run.</summary>
    public static List<ulong> SerialsOf(ReadOnlySpan<byte> run)
    {
        var serials = new List<ulong>();
        var events = new EventRun(run);
        while (events.TryNext(out EventReader e))
        {
            serials.Add(SerialOf(e.Record));
        }

        Assert.False(events.Error.IsError, events.Error.ToString());
        return serials;
    }
}
