using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

/// <summary>Work that goes on after its call has returned, or uses what the caller may have changed by then.</summary>
internal static unsafe class LateMutants
{
    private const int LateMs = 4;

    // Late for any caller, even one that lost the processor as its call returned.
    private const int SurelyLateMs = 60;

    public static IReadOnlyList<Mutant> All { get; } =
    [
        Submits("reads the iocb after the call has returned", iocb => iocb->Opcode == Aio2Op.Preadv && Pipe(iocb), copyIocb: false),
        Submits("reads the iovec array after the call has returned", iocb => iocb->Opcode == Aio2Op.Preadv && Pipe(iocb), copyIocb: true),
        Submits("looks the descriptor up after the call has returned", iocb => iocb->Opcode == Aio2Op.Pread && iocb->Fd < WorldLayout.FileRo, copyIocb: true),
        new("reads an attribute's payload when the request completes", MutantKind.Concurrency, ["SUBMIT-2"], LatePayload),
        new("reads an opcode twice", MutantKind.Concurrency, ["SUBMIT-2"], Twice),
        new("waits for a pipe in io_submit2", MutantKind.Concurrency, ["SUBMIT-6"], WaitsForPipe),
        new("lets a NOP wait behind reads", MutantKind.Concurrency, ["SUBMIT-6"], OneByOne),
        new("returns from io_destroy2 while requests run", MutantKind.Concurrency, ["DESTROY-1"], ReturnsEarly),
        new("gives the event before the data is there", MutantKind.Order, ["SUBMIT-7", "SUBMIT-4"], EventBeforeData),
    ];

    private delegate bool IocbTest(Iocb2* iocb);

    private static bool Pipe(Iocb2* iocb) => iocb->Fd is >= WorldLayout.PipeRead and < WorldLayout.PipeWrite;

    private static bool IsOne(void* iocbs, nuint bytes, IocbTest test) =>
        ChangedRecords.Readable(iocbs, bytes) && *(uint*)iocbs == bytes && test((Iocb2*)iocbs);

    private static void Later(Action action) => new Thread(() =>
    {
        Thread.Sleep(SurelyLateMs);
        action();
    }) { IsBackground = true }.Start();

    private static Mutant Submits(string name, IocbTest test, bool copyIocb) => new(name, MutantKind.Concurrency, ["SUBMIT-2"], inner => new Altered(inner)
    {
        OnSubmit = (ctx, iocbs, bytes, ext) =>
        {
            if (!IsOne(iocbs, bytes, test))
            {
                return inner.Submit(ctx, iocbs, bytes, ext);
            }

            byte* copy = copyIocb ? ChangedRecords.Copy(iocbs, bytes, _ => { }) : (byte*)iocbs;
            Later(() =>
            {
                _ = inner.Submit(ctx, copy, bytes, null);
                NativeMemory.Free(copyIocb ? copy : null);
            });
            return (long)bytes;
        },
    });

    private static Altered LatePayload(IAio2 inner)
    {
        var places = new ConcurrentDictionary<(uint, ulong), nint>();
        return new Altered(inner)
        {
            OnSubmit = (ctx, iocbs, bytes, ext) =>
            {
                if (IsOne(iocbs, bytes, iocb => Pipe(iocb) && iocb->Bytes == Iocb2.SizeOf + 24 && ((Aio2Attr*)(iocb + 1))->Type == Aio2AttrType.TraceId))
                {
                    places[(ctx, ((Iocb2*)iocbs)->UserData)] = (nint)iocbs + Iocb2.SizeOf + Aio2Attr.SizeOf;
                }

                return inner.Submit(ctx, iocbs, bytes, ext);
            },
            OnGet = (ctx, events, bytes, min, wait, flags) =>
            {
                long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
                foreach (var (at, length) in EventRun.Of(events, result))
                {
                    byte* e = (byte*)events + at;
                    if (length == IoEvent2.SizeOf + 32 && places.TryRemove((ctx, ((IoEvent2*)e)->UserData), out nint payload))
                    {
                        NativeMemory.Copy((void*)payload, e + IoEvent2.SizeOf + Aio2AttrRet.SizeOf, 16);
                    }
                }

                return result;
            },
        };
    }

    // What the first reading judged as valid is run by the second.
    private static Altered Twice(IAio2 inner)
    {
        var unjudged = new ConcurrentDictionary<(uint, ulong), bool>();
        return new Altered(inner)
        {
            OnSubmit = (ctx, iocbs, bytes, ext) =>
            {
                bool nopFirst = bytes == Iocb2.SizeOf && IsOne(iocbs, bytes, iocb => *iocb is { Opcode: Aio2Op.Nop, Flags: 0, Fd: 0, RwFlags: 0, Addr: 0, Len: 0, Offset: 0 });
                Thread.Sleep(nopFirst ? 1 : 0);
                long result = inner.Submit(ctx, iocbs, bytes, ext);
                if (!nopFirst || result != -Errno.EINVAL)
                {
                    return result;
                }

                var nop = new Iocb2 { Bytes = Iocb2.SizeOf, UserData = ((Iocb2*)iocbs)->UserData };
                unjudged[(ctx, nop.UserData)] = true;
                return inner.Submit(ctx, &nop, Iocb2.SizeOf, ext);
            },
            OnGet = (ctx, events, bytes, min, wait, flags) =>
            {
                long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
                foreach (var (at, _) in EventRun.Of(events, result))
                {
                    var e = (IoEvent2*)((byte*)events + at);
                    e->Res = unjudged.TryRemove((ctx, e->UserData), out _) ? -Errno.ENOSYS : e->Res;
                }

                return result;
            },
        };
    }

    private static bool Outstanding(IAio2 inner, uint ctx, ushort state)
    {
        ulong cursor = 0;
        byte* buffer = stackalloc byte[16384];
        long result = inner.List(ctx, &cursor, buffer, 16384);
        return EventRun.Of(buffer, result).Exists(r => ((Aio2Request*)(buffer + r.At))->State <= state);
    }

    private static Altered WaitsForPipe(IAio2 inner) => new(inner)
    {
        OnSubmit = (ctx, iocbs, bytes, ext) =>
        {
            long result = inner.Submit(ctx, iocbs, bytes, ext);
            bool two = result == 2 * Iocb2.SizeOf && Pipe((Iocb2*)iocbs) && Pipe((Iocb2*)iocbs + 1);
            while (two && Outstanding(inner, ctx, Aio2RequestState.Running))
            {
                Thread.Sleep(LateMs);
            }

            return result;
        },
    };

    private static Altered OneByOne(IAio2 inner) => new(inner)
    {
        OnSubmit = (ctx, iocbs, bytes, ext) =>
        {
            if (!IsOne(iocbs, bytes, iocb => iocb->Opcode == Aio2Op.Nop) || !Outstanding(inner, ctx, Aio2RequestState.Running))
            {
                return inner.Submit(ctx, iocbs, bytes, ext);
            }

            byte* copy = ChangedRecords.Copy(iocbs, bytes, _ => { });
            new Thread(() =>
            {
                while (Outstanding(inner, ctx, Aio2RequestState.Running))
                {
                    Thread.Sleep(LateMs);
                }

                _ = inner.Submit(ctx, copy, bytes, null);
                NativeMemory.Free(copy);
            }) { IsBackground = true }.Start();
            return (long)bytes;
        },
    };

    private static Altered ReturnsEarly(IAio2 inner)
    {
        var going = new ConcurrentDictionary<uint, bool>();
        return new Altered(inner)
        {
            OnDestroy = ctx =>
            {
                if (going.ContainsKey(ctx) || !Outstanding(inner, ctx, Aio2RequestState.Running))
                {
                    return going.ContainsKey(ctx) ? -Errno.ENXIO : inner.Destroy(ctx);
                }

                going[ctx] = true;
                Later(() => _ = inner.Destroy(ctx));
                return 0;
            },
        };
    }

    private static Altered EventBeforeData(IAio2 inner)
    {
        var bounces = new ConcurrentDictionary<(uint, ulong), (nint From, ulong To)>();
        return new Altered(inner)
        {
            OnSubmit = ChangedRecordsOf(inner, bounces),
            OnGet = (ctx, events, bytes, min, wait, flags) =>
            {
                long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
                foreach (var (at, _) in EventRun.Of(events, result))
                {
                    var e = *(IoEvent2*)((byte*)events + at);
                    if (bounces.TryRemove((ctx, e.UserData), out var bounce))
                    {
                        Later(() =>
                        {
                            NativeMemory.Copy((void*)bounce.From, (void*)bounce.To, (nuint)Math.Max(e.Res, 0));
                            NativeMemory.Free((void*)bounce.From);
                        });
                    }
                }

                return result;
            },
        };
    }

    private static SubmitCall ChangedRecordsOf(IAio2 inner, ConcurrentDictionary<(uint, ulong), (nint From, ulong To)> bounces) => (ctx, iocbs, bytes, ext) =>
        ChangedRecords.Submit(inner, record =>
        {
            ref var iocb = ref MemoryMarshal.AsRef<Iocb2>(record);
            if (iocb is { Opcode: Aio2Op.Pread, Fd: WorldLayout.FileRo, Len: > 0 and <= 4096 } && WorldLayout.Room(iocb.Addr, write: true) >= iocb.Len
                && bounces.TryAdd((ctx, iocb.UserData), default))
            {
                nint own = (nint)NativeMemory.AllocZeroed(4096);
                bounces[(ctx, iocb.UserData)] = (own, iocb.Addr);
                iocb.Addr = (ulong)own;
            }
        })(ctx, iocbs, bytes, ext);
}
