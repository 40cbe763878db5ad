using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Run;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>A context of a directed check.</summary>
public sealed unsafe class RigContext : IDisposable
{
    private readonly Rig _rig;
    private ContextSlot _slot;
    private bool _destroyed;
    private long _offered;
    private long _finals;

    internal RigContext(Rig rig, in Aio2Params p, uint flags) => (_rig, Params, _slot) = (rig, p, ContextSlot.From(p, flags));

    /// <summary>What setup answered.</summary>
    public Aio2Params Params { get; }

    /// <summary>The id.</summary>
    public uint Id => Params.Ctx;

    /// <summary>The ring's mapping.</summary>
    public byte* Map => (byte*)Params.RingAddr;

    /// <summary>The ring's flags.</summary>
    public uint RingFlags => _slot.Ring.Flags;

    /// <summary>The ring's tail.</summary>
    public ulong Tail => _slot.Ring.Tail;

    /// <summary>The ring's head, which this side owns.</summary>
    public ref ulong Head => ref *(ulong*)(Map + Params.UserOffset);

    /// <summary>Submits; returns what the call answered.</summary>
    public long Submit(byte[] iocbs, Aio2Extack* ext = null)
    {
        byte* at = (byte*)WorldLayout.Iocbs + WorldLayout.IocbsBytes - iocbs.Length;
        iocbs.CopyTo(new Span<byte>(at, iocbs.Length));
        _rig.World.Touch(~0ul >> 56, file: true);
        Offer(Records(iocbs));
        return _rig.Aio.Submit(Id, at, (nuint)iocbs.Length, ext);
    }

    /// <summary>Notes that so many records are about to be submitted past <see cref="Submit"/>.</summary>
    public void Offer(int records) => Interlocked.Add(ref _offered, records);

    private static int Records(ReadOnlySpan<byte> iocbs)
    {
        int records = 0;
        for (; iocbs.Length >= Iocb2.SizeOf; iocbs = iocbs[(int)Math.Clamp(MemoryMarshal.Read<uint>(iocbs), Iocb2.SizeOf, (uint)iocbs.Length)..])
        {
            records++;
        }

        return records;
    }

    // No more final events than requests, whichever way they come (RING-6).
    private void Count(List<byte[]> events, string requirement)
    {
        int finals = events.Count(e => (MemoryMarshal.Read<IoEvent2>(e).Flags & (Aio2EventFlags.More | Aio2EventFlags.Level)) == 0);
        long all = Interlocked.Add(ref _finals, finals);
        Rig.Require(requirement, all <= Volatile.Read(ref _offered), $"{all} final events came of {_offered} requests");
    }

    /// <summary>Submits records that must all be accepted.</summary>
    public void SubmitAll(params Iocb2[] iocbs)
    {
        var writer = new IocbWriter();
        foreach (var iocb in iocbs)
        {
            writer.Add(iocb);
        }

        Rig.Expect("SUBMIT-1", writer.Length, Submit(writer.ToArray()), "io_submit2 of valid records");
    }

    /// <summary>Submits NOPs with these user_data.</summary>
    public void Nops(int count, ulong first = 1) =>
        SubmitAll([.. Enumerable.Range(0, count).Select(i => Rig.Iocb(Aio2Op.Nop, first + (ulong)i))]);

    /// <summary>io_getevents2; returns what it answered, the events stand in <paramref name="events"/>.</summary>
    public long Get(uint bytes, uint min, double? seconds, out byte[] events) =>
        Get(bytes, min, seconds, out events, (byte*)WorldLayout.Events + WorldLayout.EventsBytes - bytes);

    /// <summary>io_getevents2 into a buffer of the check's choice.</summary>
    public long Get(uint bytes, uint min, double? seconds, out byte[] events, byte* at)
    {
        var wait = (Aio2Wait*)(WorldLayout.Wait + WorldLayout.PageBytes - Aio2Wait.SizeOf);
        long ns = (long)((seconds ?? 0) * 1e9);
        *wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = ns / 1_000_000_000, Nsec = ns % 1_000_000_000 };
        long result = _rig.Aio.GetEvents(Id, at, bytes, min, seconds is null ? null : wait, 0);
        events = result > 0 ? new ReadOnlySpan<byte>(at, (int)result).ToArray() : [];
        return result;
    }

    /// <summary>Takes so many events of 24 bytes at least, by the call.</summary>
    /// <param name="count">How many there must be at least.</param>
    /// <param name="requirement">What is broken where they do not come.</param>
    public List<byte[]> Take(int count, string requirement = "RING-6")
    {
        var all = new List<byte[]>();
        while (all.Count < count)
        {
            long start = Stopwatch.GetTimestamp();
            long result = Get(65536, (uint)((count - all.Count) * IoEvent2.SizeOf), Rig.PatienceSeconds, out byte[] events);
            bool early = result == 0 && Stopwatch.GetElapsedTime(start).TotalSeconds < Rig.PatienceSeconds - 0.01;
            Rig.Require(early ? "GET-1" : requirement, result > 0, $"io_getevents2 gave {result} with {count - all.Count} event(s) to come{(early ? ", before its timeout" : "")}");
            all.AddRange(Rig.Split(events));
        }

        Count(all, requirement);
        return all;
    }

    /// <summary>The user_data of events.</summary>
    public static List<ulong> UserData(IEnumerable<byte[]> events) => [.. events.Select(e => MemoryMarshal.Read<IoEvent2>(e).UserData)];

    /// <summary>The result of an event.</summary>
    public static long Res(byte[] e) => MemoryMarshal.Read<IoEvent2>(e).Res;

    /// <summary>Takes events from the ring's memory until it is empty.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="requirement">What is broken where the ring shows what no ring may; RING-3 for a record, RING-2 for a position without it.</param>
    public List<byte[]> Reap(int most = int.MaxValue, string? requirement = null)
    {
        var all = new List<byte[]>();
        byte* buffer = stackalloc byte[4096];
        while (all.Count < most)
        {
            int bytes = _slot.Ring.TakeOne(buffer, 4096, out var anomaly);
            Rig.Require(requirement ?? (anomaly == RingAnomaly.Positions ? "RING-2" : "RING-3"), anomaly == RingAnomaly.None, $"the ring shows bad {anomaly}: head {Head}, tail {Tail}");
            if (bytes == 0)
            {
                break;
            }

            all.Add(new ReadOnlySpan<byte>(buffer, bytes).ToArray());
        }

        Count(all, requirement ?? "RING-6");
        return all;
    }

    /// <summary>io_destroy2.</summary>
    public long Destroy()
    {
        _destroyed = true;
        return _rig.Aio.Destroy(Id);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_destroyed)
        {
            _ = Destroy();
        }

        _slot.Unmap();
    }
}
