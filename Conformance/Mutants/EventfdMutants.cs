using System.Collections.Concurrent;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

/// <summary>Signals that come too early, too late, or not at all: an eventfd of their own stands between the implementation and the caller's.</summary>
internal static unsafe class EventfdMutants
{
    private const int Efd = 0x80000;

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("signals the eventfd at submit, before the event", MutantKind.Order, ["RING-10"], inner => Relayed(inner, _ => false, atSubmit: true)),
        new("gives no signal for an event on the list", MutantKind.Concurrency, ["RING-10"], inner => Relayed(inner, r => (r.RingFlags & Aio2RingFlags.Overflow) == 0)),
        new("signals only the first event of those that wait", MutantKind.Concurrency, ["RING-10"], inner => Relayed(inner, r => !Interlocked.Exchange(ref r.Told, true))),
        new("keeps the eventfd's number instead of its file", MutantKind.Answer, ["SETUP-9"], inner => Relayed(inner, _ => true, keepsNumber: true)),
        new("does not signal again once EVENTFD_OFF was set", MutantKind.Answer, ["RING-10"], inner => Relayed(inner, r => !r.Off)),
        new("blocks where the eventfd's counter is full", MutantKind.Concurrency, ["RING-10"], BlocksWhenFull),
    ];

    private static bool Reads(Aio2Params* p, nuint size) => size >= Aio2Params.SizeOf && size <= Aio2.StructMax && !WorldLayout.SurelyBad((ulong)p) && !WorldLayout.SurelyBad((ulong)p + size - 1)
        && WorldLayout.Room((ulong)p, write: false) == WorldLayout.Room((ulong)p, write: true);

    private static Altered Relayed(IAio2 inner, Func<Relay, bool> passes, bool atSubmit = false, bool keepsNumber = false)
    {
        var relays = new ConcurrentDictionary<uint, Relay>();
        return new Altered(inner)
        {
            OnSetup = (version, flags, p, size) =>
            {
                bool ours = version == Aio2.Version && (flags & (Aio2Setup.Eventfd | Aio2Setup.Probe)) == Aio2Setup.Eventfd && Reads(p, size) && p->Eventfd is >= WorldLayout.Eventfd or > 2 and < WorldLayout.FileRo;
                if (!ours)
                {
                    return inner.Setup(version, flags, p, size);
                }

                int given = p->Eventfd;
                var relay = new Relay(keepsNumber ? given : Libc.Dup(given), Libc.EventFd(0, Efd), passes);
                p->Eventfd = relay.Inner;
                long result = inner.Setup(version, flags, p, size);
                p->Eventfd = given;
                if (result == 0)
                {
                    relay.Params = *p;
                    relays[p->Ctx] = relay;
                    relay.Start();
                }

                return result;
            },
            OnSubmit = (ctx, iocbs, bytes, ext) =>
            {
                if (relays.TryGetValue(ctx, out var relay))
                {
                    relay.Off |= (relay.UserFlags & Aio2User.EventfdOff) != 0;
                    if (atSubmit)
                    {
                        relay.Signal();
                    }
                }

                return inner.Submit(ctx, iocbs, bytes, ext);
            },
            OnGet = (ctx, events, bytes, min, wait, flags) =>
            {
                long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
                if (result > 0 && relays.TryGetValue(ctx, out var relay))
                {
                    relay.Told = false;
                }

                return result;
            },
            OnDestroy = ctx =>
            {
                if (relays.TryRemove(ctx, out var relay))
                {
                    relay.Params = default;
                }

                return inner.Destroy(ctx);
            },
        };
    }

    private static Altered BlocksWhenFull(IAio2 inner)
    {
        var fds = new ConcurrentDictionary<uint, int>();
        return new Altered(inner)
        {
            OnSetup = (version, flags, p, size) =>
            {
                int given = Reads(p, size) ? p->Eventfd : -1;
                long result = inner.Setup(version, flags, p, size);
                if (result == 0 && (flags & (Aio2Setup.Eventfd | Aio2Setup.Probe)) == Aio2Setup.Eventfd)
                {
                    fds[p->Ctx] = given;
                }

                return result;
            },
            OnSubmit = (ctx, iocbs, bytes, ext) =>
            {
                long result = inner.Submit(ctx, iocbs, bytes, ext);
                if (result > 0 && fds.TryGetValue(ctx, out int fd))
                {
                    // A counter at its very end is an error to poll, and no room.
                    var poll = new Libc.PollFd { Fd = fd, Events = Libc.PollOut };
                    for (; (poll.Revents & Libc.PollOut) == 0; Thread.Sleep(1))
                    {
                        _ = Libc.Poll(&poll, 1, -1);
                    }
                }

                return result;
            },
        };
    }

    /// <summary>Passes signals on, or does not.</summary>
    private sealed class Relay(int user, int inner, Func<Relay, bool> passes)
    {
        public bool Told;

        private readonly int _scratch = Libc.MemfdCreate("aio2-relay", 1);

        public int Inner { get; } = inner;

        public bool Off { get; set; }

        public Aio2Params Params { get; set; }

        public uint RingFlags => Word(Aio2Ring.At.Flags);

        public uint UserFlags => Word((int)Params.UserOffset + Aio2RingUser.At.UserFlags);

        public void Start() => new Thread(() =>
        {
            ulong count;
            while (Libc.Read(Inner, &count, 8) == 8)
            {
                if (passes(this))
                {
                    Signal();
                }
            }
        }) { IsBackground = true }.Start();

        // The caller may have unmapped the ring: the load is made by Linux, which answers where a load here would end the process.
        private uint Word(int at)
        {
            uint value = 0;
            return Params.RingAddr != 0 && Libc.Pwrite(_scratch, (void*)(Params.RingAddr + (ulong)at), 4, 0) == 4 && Libc.Pread(_scratch, &value, 4, 0) == 4 ? value : 0;
        }

        public void Signal()
        {
            ulong one = 1;
            _ = Libc.Write(user, &one, 8);
        }
    }
}
