using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>Bare NOPs share blocks on the overflow or ready list. Nobody can tell: against a model in which each is a request like any
/// other they are counted, listed, delivered and put back (RING-6, RING-7, RING-9, GET-3, GET-4, LIST-1).</summary>
public sealed unsafe class ListedNopTests
{
    private const int Slots = 700, Rounds = 200;

    // A ring that the user has spoilt: its context keeps all events on the list.
    private const uint Spoilt = 1u << 31;

    public static TheoryData<uint, int> Cases
    {
        get
        {
            var cases = new TheoryData<uint, int>();
            foreach (var kind in new[] { 0u, Aio2Setup.Defer, Spoilt | Aio2Setup.UserReap, Aio2Setup.UserReap })
            {
                for (var seed = 0; seed < 3; seed++)
                {
                    cases.Add(kind, seed);
                }
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases)), Requirement("RING-6", "RING-7", "RING-9", "GET-3", "GET-4", "LIST-1")]
    public void Bare_nops_are_counted_listed_and_delivered_among_others_as_if_each_had_its_own_block(uint kind, int seed)
    {
        using var side = new Sides(kind, seed);
        for (var round = 0; round < Rounds; round++)
        {
            side.Step();
        }

        side.Finish();
    }

    [Theory, InlineData(0u), InlineData(Spoilt | Aio2Setup.UserReap), Requirement("GET-4", "GET-5", "LIST-1", "RING-9")]
    public void What_a_faulting_call_has_taken_off_the_list_stays_listed_keeps_its_slots_and_goes_back(uint kind)
    {
        using var side = new Sides(kind, 50);
        using var edge = new Edge();
        var stop = false;
        long wrong = 0;

        // It always faults before the first event is whole, with more or less of the list in its hands.
        var faulter = new Thread(() =>
        {
            var random = new Random(1);
            while (!Volatile.Read(ref stop))
            {
                var got = side.GetEvents(edge.At - random.Next(0, IoEvent2.SizeOf), random.Next(IoEvent2.SizeOf, 8000));
                wrong = got is 0 or -Errno.EFAULT or -Errno.EMSGSIZE ? wrong : got;
                Thread.Yield();
            }
        });
        faulter.Start();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                side.Step();
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            Assert.True(faulter.Join(TimeSpan.FromSeconds(Harness.Patience)));
        }

        Assert.Equal(0, wrong);
        side.Finish();
    }

    [Theory, InlineData(100, 30, 60), InlineData(100, 100, 0), InlineData(100, 40, 10), InlineData(400, 396, 161), InlineData(600, 599, 340)]
    [Requirement("GET-1", "GET-4")]
    public void Waiters_count_what_went_back_after_a_fault(int listed, int wanted, int copied)
    {
        using var aio = Harness.Context(nrReqs: Slots, flags: 0);
        using var edge = new Edge();
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };
        Assert.Equal((long)listed * Iocb2.SizeOf, aio.Submit([.. Enumerable.Range(0, listed).Select(i => Harness.Nop((ulong)i))]));
        var got = aio.Kernel.GetEvents(aio.Ctx, edge.At - (copied * IoEvent2.SizeOf) - 8, (nuint)(wanted * IoEvent2.SizeOf), 0, &wait, 0);
        copied = Math.Min(copied, wanted);
        Assert.Equal(copied == 0 ? -Errno.EFAULT : copied * IoEvent2.SizeOf, got);

        // All that are left and one more: with fewer counted it sleeps for ever, with more it comes back too soon.
        var room = new byte[Slots * IoEvent2.SizeOf];
        var minimum = (listed - copied + 1) * IoEvent2.SizeOf;
        long all = 0;
        var waiter = new Thread(() =>
        {
            fixed (byte* p = room)
            {
                all = aio.Kernel.GetEvents(aio.Ctx, p, (nuint)room.Length, (nuint)minimum, null, 0);
            }
        });
        waiter.Start();
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Nop((ulong)listed)));
        Assert.True(waiter.Join(TimeSpan.FromSeconds(Harness.Patience)), "the waiter sleeps although its minimum is there");
        Assert.Equal(Enumerable.Range(copied, listed - copied + 1).Select(i => (ulong)i), Event.Split(room.AsSpan(0, (int)all)).Select(e => e.UserData));
    }

    [Fact, Requirement("DESTROY-1", "SETUP-6")]
    public void Destroy_discards_nops_on_the_list_with_their_slots()
    {
        using var kernel = Harness.NewKernel();
        for (var listed = 0; listed <= Slots; listed += 7)
        {
            using var aio = Harness.Context(nrReqs: Slots, flags: 0, kernel: kernel);
            Assert.Equal((long)listed * Iocb2.SizeOf, aio.Submit([.. Enumerable.Range(0, listed).Select(i => Harness.Nop((ulong)i))]));
            Assert.Equal(listed / 2 * IoEvent2.SizeOf, aio.Poll(new byte[listed / 2 * IoEvent2.SizeOf]));
            Assert.Equal(0, aio.Destroy());
        }

        var probe = new Aio2ProbeKernel();
        Assert.Equal(128, kernel.Probe(Aio2Probe.Kernel, &probe, 128));
        Assert.Equal(0ul, probe.ReqsUsed);
    }

    // Where memory ends that can be written; there are two pages before.
    private sealed class Edge : IDisposable
    {
        public const int PageBytes = 4096;

        public Edge()
        {
            At = (byte*)Libc.Mmap(null, 3 * PageBytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0) + (2 * PageBytes);
            Assert.Equal(0, Libc.Mprotect(At, PageBytes, Libc.PROT_NONE));
        }

        public byte* At { get; }

        public void Dispose() => _ = Libc.Munmap(At - (2 * PageBytes), 3 * PageBytes);
    }

    // The kernel and the model, step by step.
    private sealed class Sides : IDisposable
    {
        private const int MostReads = 30;

        private readonly Harness _aio;
        private readonly Pipe _pipe = new();
        private readonly Random _random;
        private readonly Edge _edge = new();
        private readonly byte* _data;
        private readonly byte[] _room = new byte[1 << 16];

        // In the order of submission, from the oldest one that was not reaped on.
        private readonly List<Entry> _entries = [];
        private ulong _next;
        private int _reads;
        private bool _isMixed;

        public Sides(uint kind, int seed)
        {
            _random = new Random(seed);
            _aio = Harness.Context(nrReqs: Slots, flags: kind & ~Spoilt);
            HasRing = kind == Aio2Setup.UserReap;
            _data = _aio.Memory(64);
            if ((kind & Spoilt) != 0)
            {
                Volatile.Write(ref _aio.User->Head, 4);
                Assert.Equal(0, _aio.Poll(new byte[64]));
                Assert.Equal(Aio2RingFlags.Corrupt, _aio.Header->Flags);
            }
        }

        private bool HasRing { get; }

        public void Step()
        {
            _isMixed ^= _random.Next(30) == 0;
            switch (_random.Next(8))
            {
                case < 3:
                    Submit(_random.Next(12) == 0 ? 450 : _random.Next(1, 140));
                    break;
                case < 5:
                    Reap(_random.Next(6) == 0 ? _random.Next(0, 60) : _random.Next(0, 6000));
                    break;
                case 5:
                    ReapUpToFault(_random.Next(0, 2 * Edge.PageBytes), _random.Next(IoEvent2.SizeOf, 9000));
                    break;
                default:
                    List(_random.Next(2) == 0 ? _room.Length : _random.Next(100, 3000));
                    break;
            }
        }

        // Everything comes, and then every slot is free.
        public void Finish()
        {
            while (_entries.Exists(e => !e.IsRead))
            {
                Reap(_room.Length);
            }

            Assert.Equal(_reads == 0 ? -Errno.ENOENT : _reads, _aio.Kernel.Cancel(_aio.Ctx, ulong.MaxValue, Aio2Cancel.All));
            Assert.All(_aio.Reap(_reads), e => Assert.Equal((ulong.MaxValue, -Errno.ECANCELED), (e.UserData, e.Res)));
            _reads = 0;
            _entries.Clear();
            List(_room.Length);
            Submit(Slots);
        }

        public long GetEvents(byte* to, int bytes)
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };
            return _aio.Kernel.GetEvents(_aio.Ctx, to, (nuint)bytes, 0, &wait, 0);
        }

        public void Dispose()
        {
            _aio.Dispose();
            _pipe.Dispose();
            _edge.Dispose();
        }

        private void Submit(int count)
        {
            var made = Enumerable.Range(0, count).Select(_ => Make()).ToList();
            if (_random.Next(4) == 0 && _reads < MostReads)
            {
                // The NOPs of the next call come behind it in number, and behind those before it on the list.
                made[^1] = MakeRead();
            }

            var free = Slots - _entries.Count + InRing();
            var went = _aio.Submit(made.SelectMany(e => e.Record).ToArray());
            var accepted = 0;
            for (long bytes = 0; bytes < went; accepted++)
            {
                bytes += made[accepted].Record.Length;
            }

            // What goes into the ring needs a slot only in passing, so that more of them may go there.
            Assert.InRange(accepted, Math.Min(count, free), HasRing ? count : Math.Min(count, free));
            Assert.Equal(accepted == 0 ? -Errno.EAGAIN : made.Take(accepted).Sum(e => e.Record.Length), went);
            _entries.AddRange(made.Take(accepted));
            _next = made.Skip(accepted).FirstOrDefault(e => !e.IsRead)?.UserData ?? _next;
            _reads = _entries.Count(e => e.IsRead);
        }

        private Entry Make()
        {
            switch (_isMixed ? _random.Next(25) : -1)
            {
                case 0 when _reads < MostReads:
                    return MakeRead();
                case 1:
                    // An unknown type returns its head only (ATTR-2).
                    return new Entry(Record.Nop(_next).Attribute(0x8001).Bytes, _next++, IoEvent2.SizeOf + Aio2AttrRet.SizeOf);
                default:
                    return new Entry(Record.Nop(_next).Bytes, _next++, IoEvent2.SizeOf);
            }
        }

        // It waits until it is cancelled.
        private Entry MakeRead()
        {
            _reads++;
            return new Entry(Record.Of(Harness.Read(_pipe.ReadEnd, _data, 1, -1, ulong.MaxValue)).Bytes, ulong.MaxValue, 0);
        }

        private void Reap(int bytes)
        {
            var expected = Fitting(bytes);
            var isTooSmall = expected == 0 && bytes != 0 && _entries.Exists(e => !e.IsRead);
            var got = _aio.Poll(_room.AsSpan(0, bytes));
            Assert.Equal(isTooSmall ? -Errno.EMSGSIZE : expected, got);
            Took(Math.Max(got, 0), _room);
        }

        private void ReapUpToFault(int before, int bytes)
        {
            var expected = Fitting(Math.Min(before, bytes));
            var got = GetEvents(_edge.At - before, bytes);
            if (expected != 0)
            {
                Assert.Equal(expected, got);
                Took(got, new ReadOnlySpan<byte>(_edge.At - before, (int)got));
            }
            else if (!_entries.Exists(e => !e.IsRead))
            {
                Assert.Equal(0, got);
            }
            else
            {
                Assert.Equal(Fitting(bytes) == 0 ? -Errno.EMSGSIZE : -Errno.EFAULT, got);
            }
        }

        // Bytes of the oldest events, as many as fit.
        private int Fitting(int bytes)
        {
            var sum = 0;
            foreach (var entry in _entries.Where(e => !e.IsRead))
            {
                if (sum + entry.EventBytes > bytes)
                {
                    break;
                }

                sum += entry.EventBytes;
            }

            return sum;
        }

        private void Took(long bytes, ReadOnlySpan<byte> room)
        {
            var events = Event.Split(room[..(int)bytes]);
            var oldest = _entries.Where(e => !e.IsRead).Take(events.Count).ToHashSet();
            Assert.Equal(oldest.Select(e => (e.UserData, 0L, e.EventBytes)), events.Select(e => (e.UserData, e.Res, (int)e.Fixed.Bytes)));
            _entries.RemoveAll(oldest.Contains);
        }

        private void List(int pageBytes)
        {
            var inRing = InRing();
            var outstanding = _entries.Where(e => e.IsRead || --inRing < 0).ToList();
            var listed = new List<(Aio2Request Head, byte[] Iocb)>();
            ulong cursor = 0;
            fixed (byte* page = _room)
            {
                do
                {
                    var got = _aio.Kernel.List(_aio.Ctx, &cursor, page, (nuint)pageBytes);
                    Assert.InRange(got, 0, pageBytes);
                    for (var rest = new ReadOnlySpan<byte>(page, (int)got); !rest.IsEmpty; rest = rest[(int)MemoryMarshal.Read<uint>(rest)..])
                    {
                        var head = MemoryMarshal.Read<Aio2Request>(rest);
                        listed.Add((head, rest[Aio2Request.SizeOf..(int)head.Bytes].ToArray()));
                    }
                }
                while (cursor != 0);
            }

            Assert.Equal(outstanding.Select(e => e.Record), listed.Select(r => r.Iocb));
            Assert.Equal(listed.Select(r => r.Head.Id).Order().Distinct(), listed.Select(r => r.Head.Id));
            foreach (var (entry, (head, _)) in outstanding.Zip(listed))
            {
                // A number is for life.
                entry.Id ??= head.Id;
                Assert.Equal((entry.Id, 0L, !entry.IsRead), (head.Id, head.Res, head.State == Aio2RequestState.Done));
                Assert.True(entry.IsRead || head.Flags == 0);
            }
        }

        // Events between head and tail: they are the reaper's, and hold no slots.
        private int InRing()
        {
            if (!HasRing)
            {
                return 0;
            }

            var events = 0;
            for (var at = _aio.User->Head; at != _aio.Header->Tail;)
            {
                var e = (IoEvent2*)(_aio.Params.RingAddr + _aio.Params.DataOffset + (at % _aio.Params.RingBytes));
                events += (e->Flags & Aio2EventFlags.Pad) == 0 ? 1 : 0;
                at += e->Bytes;
            }

            return events;
        }
    }

    private sealed record Entry(byte[] Record, ulong UserData, int EventBytes)
    {
        public ulong? Id { get; set; }

        public bool IsRead => EventBytes == 0;

        public bool Equals(Entry? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
