using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>ABI-1, ABI-4, RING-4 and CTX-2.</summary>
internal static unsafe class AbiChecks
{
    private const int SigUsr1 = 10;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("Fields stand at the offsets that the design's order gives, with explicit padding", ["ABI-1"], Offsets),
        new("Structs that grow are taken with zeroes behind what is known, and refused with anything else", ["ABI-4", "SETUP-3", "GET-2"], Growth),
        new("The signal mask of the wait is that of the waiter", ["CTX-2"], Mask),
    ];

    /// <summary>RING-4, which stands before all that would show a torn record as something else.</summary>
    public static IReadOnlyList<DirectedCheck> Ring { get; } = [new("What tail covers is written, whichever way head is moved", ["RING-4", "RING-6"], Publication)];

    // By literal numbers: nothing here comes from the same source as the layouts.
    private static void Offsets(Rig rig)
    {
        Span<byte> p = stackalloc byte[96];
        p.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(p[20..], 9);
        BinaryPrimitives.WriteUInt32LittleEndian(p[24..], 16384);
        fixed (byte* at = p)
        {
            Rig.Expect("ABI-1", 0, rig.Aio.Setup(2, 0, (Aio2Params*)at, 96), "io_setup2 with 96 raw bytes");
        }

        uint id = MemoryMarshal.Read<uint>(p[16..]);
        Rig.Require("ABI-1", MemoryMarshal.Read<uint>(p[20..]) == 9 && MemoryMarshal.Read<uint>(p[24..]) == 16384 && MemoryMarshal.Read<uint>(p[28..]) == 4096
            && MemoryMarshal.Read<ulong>(p[8..]) == rig.Kernel().Features, "nr_reqs, ring_bytes, max_event_bytes or features stand elsewhere");
        byte* iocb = (byte*)WorldLayout.Iocbs;
        new Span<byte>(iocb, 72).Clear();
        (*(uint*)iocb, *(ushort*)(iocb + 6), *(ulong*)(iocb + 8), *(int*)(iocb + 16)) = (72, 1, 0x1122334455667788, WorldLayout.FileRo);
        (*(ulong*)(iocb + 24), *(ulong*)(iocb + 32), *(long*)(iocb + 40)) = (WorldLayout.Data, 100, 50);
        (*(uint*)(iocb + 48), *(ushort*)(iocb + 52)) = (24, 9);
        (*(ulong*)(iocb + 56), *(ulong*)(iocb + 64)) = (5, 6);
        Rig.Expect("ABI-1", 72, rig.Aio.Submit(id, iocb, 72, null), "io_submit2 of 72 raw bytes");
        byte* e = (byte*)WorldLayout.Events;
        long got = 0;
        Rig.Require("ABI-1", Rig.Eventually(() => (got = rig.Aio.GetEvents(id, (void*)WorldLayout.Events, 4096, 0, null, 0)) != 0), "no event came of 72 raw bytes");
        Rig.Expect("ABI-1", 56, got, "io_getevents2");
        Rig.Require("ABI-1", *(uint*)e == 56 && *(uint*)(e + 4) == 0 && *(ulong*)(e + 8) == 0x1122334455667788 && *(long*)(e + 16) == 100, "the event's fields stand elsewhere");
        Rig.Require("ABI-1", *(uint*)(e + 24) == 32 && *(ushort*)(e + 28) == 9 && *(ushort*)(e + 30) == 0 && *(ulong*)(e + 32) == 0
            && *(ulong*)(e + 40) == 5 && *(ulong*)(e + 48) == 6, "the return's fields stand elsewhere");
        Rig.Require("ABI-1", *Rig.Data == WorldLayout.Pattern(50), "offset stands elsewhere");
        Rig.Expect("DESTROY-1", 0, rig.Aio.Destroy(id), "io_destroy2");
    }

    private static void Growth(Rig rig)
    {
        byte[] longer = new byte[Aio2Params.SizeOf + 64];
        fixed (byte* at = longer)
        {
            Rig.Expect("ABI-4", 0, rig.Aio.Setup(Aio2.Version, 0, (Aio2Params*)at, (nuint)longer.Length), "io_setup2 with 64 zeroes more");
            uint id = ((Aio2Params*)at)->Ctx;
            Aio2Params* p = (Aio2Params*)at;
            Rig.Expect("DESTROY-1", 0, rig.Aio.Destroy(id), "io_destroy2");
            *p = default;
            at[longer.Length - 1] = 1;
            Rig.Expect("SETUP-3", -Errno.E2BIG, rig.Aio.Setup(Aio2.Version, 0, p, (nuint)longer.Length), "io_setup2 with something behind the zeroes");
        }

        Rig.Expect("ABI-4", -Errno.EINVAL, rig.Aio.Setup(Aio2.Version + 1, 0, (Aio2Params*)WorldLayout.Params, Aio2Params.SizeOf), "io_setup2 of the next version");
        var context = rig.Context();
        byte* wait = (byte*)WorldLayout.Wait;
        new Span<byte>(wait, 128).Clear();
        *(uint*)wait = 128;
        Rig.Expect("ABI-4", 0, rig.Aio.GetEvents(context.Id, (void*)WorldLayout.Events, 64, 24, (Aio2Wait*)wait, 0), "a wait with zeroes more");
        wait[127] = 1;
        Rig.Expect("GET-2", -Errno.E2BIG, rig.Aio.GetEvents(context.Id, (void*)WorldLayout.Events, 64, 24, (Aio2Wait*)wait, 0), "a wait with something behind the zeroes");
        byte* ext = (byte*)WorldLayout.Ext;
        new Span<byte>(ext, 128).Fill(0xee);
        *(uint*)ext = 128;
        byte* iocb = (byte*)WorldLayout.Iocbs;
        *(Iocb2*)iocb = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = 77 };
        Rig.Expect("ABI-4", -Errno.EINVAL, rig.Aio.Submit(context.Id, iocb, Iocb2.SizeOf, (Aio2Extack*)ext), "io_submit2 with a longer ext");
        Rig.Expect("ABI-4", Aio2Reason.OpcodeUnknown, ((Aio2Extack*)ext)->Reason, "its reason");
    }

    private static void Publication(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        foreach (uint flags in (uint[])[Aio2Setup.UserReap, Aio2Setup.UserReap | Aio2Setup.SingleReaper])
        {
            if ((rig.Kernel().SetupFlags & flags) != flags)
            {
                continue;
            }

            const int Total = 3000;
            var context = rig.Context(flags, nrReqs: 64, ringBytes: 4096);
            int seen = 0;
            var reaper = new RigThread(() => Follow(context, Total, ref seen));
            for (ulong next = 0; next < Total && reaper.IsAlive;)
            {
                var writer = new Calls.IocbWriter();
                var ends = new List<long>();
                for (ulong number = next; number < Math.Min(next + 8, Total); number++)
                {
                    Traced(writer, number);
                    ends.Add(writer.Length);
                }

                long result = context.Submit(writer.ToArray());
                Rig.Require("RING-9", ends.Contains(result) || result == -Errno.EAGAIN, $"io_submit2 gave {result}");
                next += (ulong)(ends.IndexOf(result) + 1);
                if (result < 0)
                {
                    Drain(context);
                    Thread.Yield();
                }
            }

            while (reaper.IsAlive)
            {
                Drain(context);
                Thread.Sleep(1);
            }

            Rig.Require("RING-4", reaper.Join() && seen == Total, $"{seen} of {Total} events were seen through the ring");
        }
    }

    // Of two sizes, in no order that a lap of the ring repeats: pads come to stand where records stood.
    private static bool IsLong(ulong number) => (number * number / 7 & 1) != 0;

    private static void Traced(Calls.IocbWriter writer, ulong number)
    {
        byte[] id = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(id, ~number);
        writer.Add(Rig.Iocb(Aio2Op.Nop, number)).Attribute(Aio2AttrType.TraceId, 0, id);
        _ = IsLong(number) ? writer.Attribute(0x9000, 0, []) : writer;
    }

    private static void Follow(RigContext context, int total, ref int seen)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (seen < total && System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds < Rig.PatienceSeconds)
        {
            var events = context.Reap(16, "RING-4");
            foreach (byte[] e in events)
            {
                ulong number = MemoryMarshal.Read<IoEvent2>(e).UserData;
                bool whole = e.Length == (IsLong(number) ? 72 : 56) && MemoryMarshal.Read<ulong>(e.AsSpan(40)) == ~number;
                Rig.Require("RING-4", whole && number == (ulong)seen, $"event {seen} reads as {number}, {e.Length} bytes, {(whole ? "whole" : "torn")}");
                seen++;
                // The patience is for one event: a busy machine takes its time over thousands.
                start = System.Diagnostics.Stopwatch.GetTimestamp();
            }

            if (events.Count == 0)
            {
                Thread.Yield();
            }
        }
    }

    // What overflowed comes by the call (RING-7), and not by the reaper's own: who publishes a pad itself never finds it half done.
    private static void Drain(RigContext context) => _ = context.RingFlags != 0 ? context.Get(0, 0, 0, out _) : 0;

    private static void Mask(Rig rig)
    {
        var context = rig.Context();
        // sigset_t of the C library has 1024 bits.
        ulong* usr1 = stackalloc ulong[16], before = stackalloc ulong[16];
        new Span<ulong>(usr1, 16).Clear();
        *usr1 = 1ul << (SigUsr1 - 1);
        ulong none = 0;
        long Wait(ulong* mask, uint bytes)
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = 2, Sigmask = (ulong)mask, SigsetBytes = bytes };
            return rig.Aio.GetEvents(context.Id, (void*)WorldLayout.Events, 4096, 24, &wait, 0);
        }

        Rig.Expect("CTX-2", -Errno.EINVAL, Wait(&none, 4), "a sigmask of 4 bytes");
        if (!rig.IsLibrary)
        {
            throw new NotOfferedException("a managed caller has no signal mask and restarts; exercised with --library");
        }

        // A handler that does nothing: a function of libc that takes an int and only looks at it.
        Libc.Signal(SigUsr1, NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "isalpha"));
        Libc.Must(Libc.PthreadSigmask(Libc.SigBlock, usr1, before), "pthread_sigmask");
        nint self = Libc.PthreadSelf();
        long result;
        try
        {
            var signaller = new RigThread(() =>
            {
                Thread.Sleep(20);
                _ = Libc.PthreadKill(self, SigUsr1);
            });
            result = Wait(&none, sizeof(ulong));
            _ = signaller.Join();
        }
        finally
        {
            _ = Libc.PthreadSigmask(Libc.SigSetMask, before, null);
        }

        Rig.Expect("CTX-2", -Errno.EINTR, result, "io_getevents2 interrupted by a signal that its mask lets in");
    }
}
